"""Data streams: packets of keyed tones, relays and sweeps on several lines, that now and then get stuck.

Model: every line has its carrier on a note of the key, its symbol rate, its protocol and its place. Sessions open on
a line as a Poisson process; a session is a row of packets with pauses on a common grid, so that it is heard as
meant. A packet is a preamble, a payload of symbols with as much order as real data has, and a checksum; it keys its
frequency (2 or 4 tones), its phase or its amplitude. Lengths of packets are heavy-tailed, as those of real traffic
are. Some packets get stuck: a fragment repeats 2 to 16 times, in cells of 20 to 120 ms, each with its own fades.
Relays click where a line opens and closes. Under it all lies the noise of the line.

Sources: C. Roads, *Microsound* (2001), for the scale of time; W. Leland et al., *On the self-similar nature of
Ethernet traffic* (IEEE/ACM Trans. Networking 2, 1994), for the lengths; modems of 30 to 240 symbols a second.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from soundscape.audio import Audio
from soundscape.contract import TICK, ControlBlock
from soundscape.dsp.bands import NoiseBands
from soundscape.dsp.burst import STEP, between, envelope, tone
from soundscape.dsp.drift import Drift
from soundscape.dsp.highpass import HighPass
from soundscape.dsp.modal import pan_gains, ring
from soundscape.dsp.noise import white
from soundscape.dsp.overlay import Overlay
from soundscape.params import choice, number
from soundscape.rng import Seed
from soundscape.score.pitch import MODES
from soundscape.units import midi_to_hz

BUS = "ambience"
CONTROLS = ("intensity", "brightness", "density")

LEVEL = 0.042
INTENSITY_DB, DENSITY = 14.0, 5.0
"""What the whole range of a control moves: level, factor of the sessions each way from the middle."""
PITCH_HZ = (300.0, 2_000.0)
"""Where carriers lie; symbols and harmonics go higher."""
PROTOCOLS = ("two tones", "four tones", "phase", "amplitude")
KEYING = {"two tones": (1.0, 1.5), "four tones": (1.0, 1.25, 1.5, 2.0)}
"""Pitch of the symbols over the carrier."""
ORDER = 0.3
"""Chance that a symbol repeats the one before: data are no noise."""
TAIL = 1.3
"""Exponent of the law of lengths; below 2 their variance knows no bound but the longest."""
LONGEST_S = 2.4
PREAMBLE = 6
FADE_S = 0.004
WALL, WALL_S = 0.6, (0.009, 0.031)
"""The far wall: its share, and how late it answers."""
RELAY_HZ = np.geomspace(1_100.0, 6_500.0, 6)
BED_HZ = np.array((130.0, 800.0, 4_500.0))
BED_SHARE = np.array((1.0, 0.45, 0.5))


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """How many lines there are, how fast they talk, how broken they are."""

    root: int = number(57, low=24, high=96, help="tonic as MIDI pitch; its octave does not matter")
    mode: str = choice("dorian", (*MODES, "free"), help="notes on which the carriers stand")
    lines: int = number(6, low=1, high=16, help="lines, each with its carrier, speed and place")
    sessions: float = number(1.0, low=0.05, high=5.0, unit="1/s", help="sessions that open")
    packets: float = number(4.0, low=1.0, high=20.0, help="packets of a session, on average")
    length: float = number(0.09, low=0.03, high=0.6, unit="s", help="shortest usual packet; few are far longer")
    symbols: float = number(95.0, low=30.0, high=240.0, unit="1/s", help="median symbol rate")
    grid: float = number(60.0, low=20.0, high=120.0, unit="ms", help="cell on which packets start and repeat")
    stuck: float = number(0.2, low=0.0, high=1.0, help="share of packets that get stuck")
    sweeps: float = number(0.12, low=0.0, high=1.0, help="share of packets that are sweeps")
    relays: float = number(0.5, low=0.0, high=1.0, help="level of the relays")
    pitch: float = number(0.0, low=-2.0, high=1.5, unit="octaves", help="shift of all carriers")
    bed: float = number(0.4, low=0.05, high=1.0, help="noise of the lines")
    width: float = number(0.9, low=0.0, high=1.0, help="how far the lines stand apart")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What all packets of a line have in common."""

    carrier_hz: float
    symbols_per_s: float
    protocol: str
    pan: float
    gain: float
    wall_s: float
    """How much later the far wall sends it back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """Something that a line says at a tick."""

    tick: int
    line: int
    length_s: float
    gain: float
    kind: str
    """`data`, `sweep`, `stuck` or `relay`."""


def render(params: Params, controls: Iterable[ControlBlock], rate: int, seed: Seed) -> Iterator[Audio]:
    """The streams, float32 `(2, block.frames)` for every control block."""
    traffic = Traffic(params, rate, seed)
    slow = Drift(seed.child("slow"), rate, motions=4, low_hz=0.05, high_hz=4.0)
    noise = NoiseBands(seed.child("noise"), rate, shared=(0.8, 0.5, 0.1))
    high_pass = HighPass(rate)
    overlay = Overlay()
    for block in controls:
        strength = LEVEL * 10.0 ** (INTENSITY_DB / 20.0 * (block["intensity"].astype(np.float64) - 0.5))
        bright = block["brightness"].astype(np.float64)
        first = traffic.tick
        for packet in traffic.due(block):
            edge = packet.tick - first
            sound = traffic.sound(packet, float(bright[edge]))
            overlay.lay(edge * TICK, np.float32(strength[edge]) * sound)
        audio = np.zeros((2, block.frames), np.float32)
        overlay.add(audio)
        motion = slow.advance(block.ticks)
        level = 0.17 * params.bed * strength[:, None] * np.exp(0.2 * motion[:, :1] + 0.12 * motion[:, 1:3])
        corner = BED_HZ * (2.0 ** (2.0 * bright - 1.0 + 0.3 * motion[:, 3]))[:, None]
        noise.add(audio, corner, level[:, None, :] * BED_SHARE[:, None])
        high_pass.run(audio)
        yield audio


class Traffic:
    """What is sent on which line, drawn tick by tick."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._params, self._rate, self._seed = params, rate, seed
        self._lines = _lines(params, seed)
        self._busy = Drift(seed.child("busy"), rate, low_hz=0.03, high_hz=0.5)
        self._waiting: list[Packet] = []
        self.tick = 0
        """First tick of the next block."""

    def due(self, block: ControlBlock) -> list[Packet]:
        """Packets that begin in this block, in order of time."""
        busy = DENSITY ** (2.0 * block["density"][:-1] - 1.0) * np.exp(
            0.6 * self._busy.advance(block.ticks)[:-1, 0]
        )
        draws = 0.5 + 0.5 * white(block.ticks, self._seed.key("sessions"), start=self.tick)
        for opens in np.flatnonzero(draws < busy * (self._params.sessions * TICK / self._rate)):
            self._waiting += self.session(self.tick + int(opens))
        self.tick += block.ticks
        due = sorted((p for p in self._waiting if p.tick < self.tick), key=lambda p: (p.tick, p.line, p.kind))
        self._waiting = [packet for packet in self._waiting if packet.tick >= self.tick]
        return due

    def session(self, tick: int) -> list[Packet]:
        """The packets of a session that opens at this tick: a relay, a row of packets on the grid, a relay."""
        params, rng = self._params, self._seed.generator("session", tick)
        line = int(rng.integers(len(self._lines)))
        cell = params.grid / 1_000.0 * self._rate / TICK
        # Most sessions are far off; on a plane the level of one chosen by chance is u**-0.5.
        gain = 0.45 * min(float(rng.uniform(0.02, 1.0)) ** -0.5, 2.6)
        found = [Packet(tick=tick, line=line, length_s=0.08, gain=gain, kind="relay")]
        at = 1.0
        for _ in range(int(rng.geometric(1.0 / params.packets))):
            kind = str(rng.choice(("data", "stuck", "sweep"), p=_shares(params)))
            length_s = min(params.length * (1.0 + float(rng.pareto(TAIL))), LONGEST_S)
            begins = tick + round(at * cell)
            level = gain * min(float(rng.lognormal(0.0, 0.3)), 1.6)
            found.append(Packet(tick=begins, line=line, length_s=length_s, gain=level, kind=kind))
            at += math.ceil(length_s * self._rate / TICK / cell) + int(rng.geometric(0.45))
        return [*found, Packet(tick=tick + round(at * cell), line=line, length_s=0.08, gain=gain, kind="relay")]

    def sound(self, packet: Packet, bright: float) -> Audio:
        """A packet as it is heard, `(2, frames)`: brighter ones have more harmonics."""
        rng = self._seed.generator("packet", packet.tick, packet.line, packet.kind)
        line = self._lines[packet.line]
        if packet.kind == "relay":
            return self._placed(self._params.relays * _relay(self._rate, rng), packet, line)
        frames = max(2 * STEP, round(packet.length_s * self._rate))
        if packet.kind == "sweep":
            pitch = line.carrier_hz * 2.0 ** rng.uniform(-0.5, 1.3, 3)
            points = list(zip(np.linspace(0.0, packet.length_s, 3), pitch, strict=True))
            mono = _coloured(tone(frames, self._rate, points), bright)
        else:
            mono = _keyed(frames, self._rate, line, bright, rng)
        if packet.kind == "stuck":
            mono = _stuck(mono, self._rate, self._params.grid / 1_000.0, rng)
        return self._placed(_faded(mono, self._rate), packet, line)

    def _placed(self, mono: Audio, packet: Packet, line: Line) -> Audio:
        """At the place of its line, and softer from the wall on the other side: `(2, frames)`."""
        direct = packet.gain * line.gain * np.stack(pan_gains(line.pan)).astype(np.float32)[:, None]
        late = round(line.wall_s * self._rate)
        out = np.zeros((2, len(mono) + late), np.float32)
        out[:, : len(mono)] = direct * mono
        out[:, late:] += np.float32(WALL) * direct[::-1] * mono
        return out


def _lines(params: Params, seed: Seed) -> tuple[Line, ...]:
    rng = seed.generator("lines")
    pan = params.width * rng.permutation(np.linspace(-0.7, 0.7, params.lines) if params.lines > 1 else np.zeros(1))
    return tuple(
        Line(
            carrier_hz=_carrier_hz(params, rng) * 2.0**params.pitch,
            symbols_per_s=float(np.clip(params.symbols * rng.lognormal(0.0, 0.35), 30.0, 240.0)),
            protocol=str(rng.choice(PROTOCOLS)),
            pan=float(pan[line]),
            gain=float(rng.lognormal(0.0, 0.2)),
            wall_s=float(rng.uniform(*WALL_S)),
        )
        for line in range(params.lines)
    )


def _carrier_hz(params: Params, rng: np.random.Generator) -> float:
    pitch = float(np.exp(rng.uniform(*np.log(PITCH_HZ))))
    if params.mode == "free":
        return pitch
    semitones = 12.0 * math.log2(pitch / midi_to_hz(params.root))
    octave = math.floor(semitones / 12.0)
    nearest = min(MODES[params.mode], key=lambda step: abs(12 * octave + step - semitones))
    return midi_to_hz(params.root) * 2.0 ** (octave + nearest / 12.0)


def _shares(params: Params) -> npt.NDArray[np.float64]:
    sweeps = params.sweeps
    return np.array(((1.0 - sweeps) * (1.0 - params.stuck), (1.0 - sweeps) * params.stuck, sweeps))


def _payload(count: int, levels: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Symbols: an alternating preamble, then data that tend to repeat themselves."""
    fresh = rng.integers(levels, size=count)
    kept = rng.uniform(size=count) < ORDER
    kept[0] = False
    data = fresh[np.maximum.accumulate(np.where(kept, 0, np.arange(count)))]
    head = np.resize((0, levels - 1), min(PREAMBLE, count))
    data[: len(head)] = head
    return data


def _keyed(frames: int, rate: int, line: Line, bright: float, rng: np.random.Generator) -> Audio:
    """A packet of the line's protocol, `(frames,)`."""
    symbol_s = 1.0 / line.symbols_per_s
    count = math.ceil(frames / rate * line.symbols_per_s)
    ratios = KEYING.get(line.protocol)
    symbols = _payload(count, len(ratios or (0, 1)), rng)
    starts = np.arange(count) * symbol_s
    # Every symbol holds for four fifths of its time and takes the last fifth to reach the next.
    times = np.column_stack((starts, starts + 0.8 * symbol_s)).ravel()
    if ratios:
        pitch = line.carrier_hz * np.repeat(np.array(ratios)[symbols], 2)
        return _coloured(tone(frames, rate, list(zip(times, pitch, strict=True))), bright)
    carrier = _coloured(tone(frames, rate, [(0.0, line.carrier_hz)]), bright)
    values = 2.0 * symbols - 1.0 if line.protocol == "phase" else 0.25 + 0.75 * symbols
    steps = np.arange(frames // STEP + 2) * STEP / rate
    return carrier * between(frames, np.interp(steps, times, np.repeat(values, 2)))


def _coloured(sine: Audio, bright: float) -> Audio:
    """A sine with its second and third harmonic: Chebyshev polynomials of it, so that nothing aliases."""
    second, third = 10.0 ** (1.6 * (bright - 0.5)) * np.array((0.25, 0.2), np.float32)
    square = sine * sine
    level = np.float32(1.0 / math.sqrt(1.0 + second**2 + third**2))
    return level * (sine + second * (2.0 * square - 1.0) + third * sine * (4.0 * square - 3.0))


def _stuck(mono: Audio, rate: int, grid_s: float, rng: np.random.Generator) -> Audio:
    """The packet until a fragment of it repeats 2 to 16 times, in a whole, half or quarter cell."""
    cell = round(grid_s * rate) // int(rng.choice((1, 1, 2, 4)))
    cell = min(max(cell, round(0.02 * rate)), len(mono))
    count = int(min(2.0 + rng.pareto(1.0), 16.0))
    start = int(rng.integers(max(1, len(mono) - cell + 1)))
    fragment = _faded(mono[start : start + cell], rate)
    return np.concatenate((_faded(mono[: start + cell], rate), np.tile(fragment, count)))


def _faded(mono: Audio, rate: int) -> Audio:
    length_s = len(mono) / rate
    fade_s = min(FADE_S, 0.3 * length_s)
    points = [(0.0, -70.0), (fade_s, 0.0), (length_s - fade_s, 0.0), (length_s, -70.0)]
    return mono * envelope(len(mono), rate, points)


def _relay(rate: int, rng: np.random.Generator) -> Audio:
    """Two small contacts, one bouncing: `(frames,)`."""
    sound = np.zeros((2, round(0.08 * rate)), np.float32)
    modes = len(RELAY_HZ)
    for bounce, level in ((0.0, 1.0), (rng.uniform(0.004, 0.02), 0.5)):
        ring(
            sound,
            rate,
            start=round(bounce * rate) + rng.integers(0, rate // 1_500, modes),
            frequency_hz=RELAY_HZ * rng.uniform(0.92, 1.08, modes),
            t60_s=rng.uniform(0.012, 0.05, modes),
            gain=0.8 * level * rng.lognormal(0.0, 0.4, modes),
        )
    return sound[0]
