"""Data streams: packets of keyed tones, relays and handshakes on several lines, that now and then get stuck.

Model: every line has its carrier on a note of the key, its protocol, its speed and its place. A line is open for a
while and silent for a while, both of heavy-tailed length, so that all of them together are busy in clusters on every
scale, as networks are. Open, it hisses; it dials, probes or answers, then sends packets with pauses on a common grid,
so that it is heard as meant. A packet is a preamble, the header of its line, and a payload with as much order as real
data has; it keys pitch, phase or level, sets carriers side by side, chirps, or goes so fast that a rough band remains.
Lengths of packets are heavy-tailed. Some break: a fragment repeats 2 to 16 times, bits are lost. Relays click where a
line opens and closes.

Sources: W. Willinger et al., *Self-similarity through high-variability* (IEEE/ACM Trans. Networking 5, 1997), for
lines that are on and off; C. Roads, *Microsound* (2001), for the scale of time; `soundscape.dsp.modem`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import numpy.typing as npt

from soundscape.audio import Audio
from soundscape.contract import TICK, ControlBlock
from soundscape.dsp import broken, modem
from soundscape.dsp.bands import NoiseBands
from soundscape.dsp.blend import Voice
from soundscape.dsp.drift import Drift
from soundscape.dsp.modal import pan_gains
from soundscape.dsp.modem import Line
from soundscape.dsp.overlay import Overlay
from soundscape.dsp.voicing import Voicing
from soundscape.params import choice, number
from soundscape.rng import Seed
from soundscape.score.pitch import MODES
from soundscape.units import midi_to_hz

BUS = "ambience"
CONTROLS = ("intensity", "brightness", "density")

VOICE = Voice(intensity_db=14.0, brightness_db=18.0, split_hz=1_200.0)
LEVEL = 0.055
DENSITY = 3.0
"""Factor of the sessions each way from the middle of density."""
PITCH_HZ = (300.0, 2_000.0)
"""Where carriers lie; symbols go higher."""
TAIL = 1.3
"""Exponent of the law of lengths; below 2 their variance knows no bound but the longest."""
LONGEST_S = 2.4
SILENT = 1.5
"""Exponent of the law of a line's silences."""
KEYS = 1 << 31
WALL, WALL_S = 0.6, (0.009, 0.031)
"""The far wall: its share, and how late it answers."""
HISS = 0.9
"""Of open lines against the bed, by their levels."""
BED_HZ = np.array((130.0, 800.0, 4_500.0))
BED_SHARE = np.array((1.0, 0.45, 0.5))


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """How many lines there are, how fast they talk, how broken they are."""

    root: int = number(57, low=24, high=96, help="tonic as MIDI pitch; its octave does not matter", follows="tonic")
    mode: str = choice("dorian", (*MODES, "free"), help="notes on which the carriers stand", follows="mode")
    lines: int = number(6, low=1, high=16, help="lines, each with its carrier, speed and place")
    sessions: float = number(0.7, low=0.05, high=5.0, unit="1/s", help="sessions that open on all lines together")
    packets: float = number(4.0, low=1.0, high=20.0, help="packets of a session, on average")
    length: float = number(0.09, low=0.03, high=0.6, unit="s", help="shortest usual packet; few are far longer")
    symbols: float = number(95.0, low=30.0, high=240.0, unit="1/s", help="median symbol rate")
    grid: float = number(60.0, low=20.0, high=120.0, unit="ms", help="cell on which packets start and repeat")
    stuck: float = number(0.2, low=0.0, high=1.0, help="share of packets that break")
    sweeps: float = number(0.12, low=0.0, high=1.0, help="share of dialling, probing and answering")
    relays: float = number(0.5, low=0.0, high=1.0, help="level of the relays")
    pitch: float = number(0.0, low=-2.0, high=1.5, unit="octaves", help="shift of all carriers")
    bed: float = number(0.4, low=0.05, high=1.0, help="noise of the lines")
    width: float = number(0.9, low=0.0, high=1.0, help="how far the lines stand apart")


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """Something that a line says at a tick."""

    tick: int
    line: int
    length_s: float
    gain: float
    kind: str
    """`data`, `sweep`, `stuck` or `relay`."""
    key: int
    """What it says is drawn by it."""


def render(params: Params, controls: Iterable[ControlBlock], rate: int, seed: Seed) -> Iterator[Audio]:
    """The streams, float32 `(2, block.frames)` for every control block."""
    traffic = Traffic(params, rate, seed)
    slow = Drift(seed.child("slow"), rate, motions=4, low_hz=0.05, high_hz=4.0)
    noise = NoiseBands(seed.child("noise"), rate, shared=(0.8, 0.5, 0.1))
    overlay, voicing = Overlay(), Voicing(rate, VOICE)
    for block in controls:
        first = traffic.tick
        for packet in traffic.due(block):
            overlay.lay((packet.tick - first) * TICK, np.float32(LEVEL) * traffic.sound(packet))
        audio = np.zeros((2, block.frames), np.float32)
        overlay.add(audio)
        motion = slow.advance(block.ticks)
        hiss = 1.0 + HISS * traffic.open_lines(block.ticks)[:, None]
        level = 0.17 * LEVEL * params.bed * hiss * np.exp(0.2 * motion[:, :1] + 0.12 * motion[:, 1:3])
        corner = BED_HZ * (2.0 ** (0.3 * motion[:, 3]))[:, None]
        noise.add(audio, corner, level[:, None, :] * BED_SHARE[:, None])
        voicing.run(audio, block)
        yield audio


class Traffic:
    """What is sent on which line."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._params, self._rate, self._seed = params, rate, seed
        self._lines = _lines(params, seed)
        self._busy = Drift(seed.child("busy"), rate, low_hz=0.03, high_hz=0.5)
        self._draws = [seed.generator("silences", line) for line in range(params.lines)]
        # Each line tries when so much of its own time has gone, which runs faster where it is busy.
        self._opens_s = np.array([self._silence_s(draw) * draw.uniform() for draw in self._draws])
        self._attempts = [0] * params.lines
        self._gone_s = 0.0
        self._waiting: list[Packet] = []
        self._open: list[tuple[int, int, float]] = []
        self.tick = 0
        """First tick of the next block."""

    def _silence_s(self, draw: np.random.Generator) -> float:
        """From one attempt of a line to open to the next: a law whose variance knows no bound."""
        mean_s = len(self._lines) / (self._params.sessions * DENSITY)
        return float(mean_s * (SILENT - 1.0) / SILENT * min(1.0 + draw.pareto(SILENT), 40.0))

    def due(self, block: ControlBlock) -> list[Packet]:
        """Packets that begin in this block, in order of time."""
        # The denser, the more attempts succeed: what opens at a low density opens at a high one too.
        chance = DENSITY ** (2.0 * block["density"].astype(np.float64) - 2.0)
        busy = np.exp(0.35 * self._busy.advance(block.ticks)[:-1, 0] - 0.06)
        gone = np.cumsum(np.concatenate(([self._gone_s], busy * (TICK / self._rate))))
        for line, draw in enumerate(self._draws):
            while self._opens_s[line] < gone[-1]:
                tick = int(np.searchsorted(gone, self._opens_s[line], side="right")) - 1
                if draw.uniform() < chance[tick]:
                    rng = self._seed.generator("session", line, self._attempts[line])
                    session = self.session(self.tick + tick, line, rng, dense=float(block["density"][tick]))
                    self._waiting += session
                    self._open.append((session[0].tick, session[-1].tick, session[0].gain))
                self._attempts[line] += 1
                self._opens_s[line] += self._silence_s(draw)
        self._gone_s = float(gone[-1])
        self.tick += block.ticks
        due = sorted((p for p in self._waiting if p.tick < self.tick), key=lambda p: (p.tick, p.line, p.kind))
        self._waiting = [packet for packet in self._waiting if packet.tick >= self.tick]
        return due

    def open_lines(self, ticks: int) -> npt.NDArray[np.float64]:
        """How much of the lines is open at the edges of the last `ticks` ticks, by their levels."""
        edges = self.tick - ticks + np.arange(ticks + 1)
        heard = np.zeros(ticks + 1)
        for opens, closes, gain in self._open:
            # From the edge after the relay on, so that the last edge of a block is known in it.
            heard += gain**2 * ((edges > opens) & (edges <= closes))
        self._open = [session for session in self._open if session[1] >= self.tick]
        return np.sqrt(heard)

    def session(self, tick: int, line: int, rng: np.random.Generator, *, dense: float = 0.5) -> list[Packet]:
        """A session that opens at this tick: a relay, a row of packets on the grid, more the denser, a relay."""
        params = self._params
        cell = params.grid / 1_000.0 * self._rate / TICK
        # Most sessions are far off; on a plane the level of one chosen by chance is u**-0.5.
        gain = 0.45 * min(float(rng.uniform(0.02, 1.0)) ** -0.5, 2.6)
        relay = partial(Packet, line=line, length_s=0.08, gain=gain, kind="relay")
        found = [relay(tick=tick, key=int(rng.integers(KEYS)))]
        at = 1.0
        for _ in range(math.ceil(int(rng.geometric(1.0 / params.packets)) * (0.3 + 1.4 * dense))):
            kind = str(rng.choice(("data", "stuck", "sweep"), p=_shares(params)))
            # Where much is sent, it is sent in small pieces.
            length_s = 2.0 ** (1.0 - 2.0 * dense) * min(params.length * (1.0 + float(rng.pareto(TAIL))), LONGEST_S)
            begins = tick + round(at * cell)
            level = gain * min(float(rng.lognormal(0.0, 0.3)), 1.6)
            key = int(rng.integers(KEYS))
            found.append(Packet(tick=begins, line=line, length_s=length_s, gain=level, kind=kind, key=key))
            at += math.ceil(length_s * self._rate / TICK / cell) + int(rng.geometric(0.45))
        return [*found, relay(tick=tick + round(at * cell), key=int(rng.integers(KEYS)))]

    def sound(self, packet: Packet) -> Audio:
        """A packet as it is heard, `(2, frames)`."""
        rng = self._seed.generator("packet", packet.line, packet.key)
        line, rate = self._lines[packet.line], self._rate
        if packet.kind == "relay":
            return self._placed(self._params.relays * modem.relay(rate, rng), packet, line)
        # No oscillator is exact: a few cents from packet to packet.
        line = replace(line, carrier_hz=line.carrier_hz * (1.0 + 0.003 * float(rng.uniform(-1.0, 1.0))))
        frames = max(round(0.02 * rate), round(packet.length_s * rate))
        if packet.kind == "sweep":
            mono = modem.handshake(frames, rate, line, rng)
        else:
            mono = modem.keyed(frames, rate, line, rng)
        if packet.kind == "stuck":
            mono = modem.stuck(mono, rate, self._params.grid / 1_000.0, rng)
        return self._placed(broken.faded(modem.overdriven(mono), rate, fade_s=0.004), packet, line)

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
            protocol=str(rng.choice(modem.PROTOCOLS)),
            pan=float(pan[line]),
            gain=float(rng.lognormal(0.0, 0.2)),
            wall_s=float(rng.uniform(*WALL_S)),
            header=tuple(int(bit) for bit in rng.integers(16, size=modem.HEADER)),
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
