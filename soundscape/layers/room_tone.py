"""Room tone: what an empty room sounds like, so that no scene is ever silent.

A dark bed of air that flickers, all of it together and every band alone (a stationary bed is heard as noise, not as a
room), coloured by the modes of the room, moved by a draught that follows the turbulence outside; a faint hum of mains
or machines in narrow bands that beat as they drift; rare ticks of wood or metal, and beams or floors that creak as the
weather leans on them, answered by the room. Levels follow the noise criterion curves of L. Beranek (*Noise
and Vibration Control*, 1971), about -5 dB/octave.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numba import njit

from soundscape.audio import Audio
from soundscape.contract import TICK, ControlBlock
from soundscape.dsp.air import Air
from soundscape.dsp.bands import BANDS, NoiseBands
from soundscape.dsp.creak import creak
from soundscape.dsp.drift import Drift
from soundscape.dsp.grains import Grains
from soundscape.dsp.hall import Hall
from soundscape.dsp.highpass import HighPass
from soundscape.dsp.overlay import Overlay
from soundscape.dsp.resonators import LANES, NoiseResonators
from soundscape.dsp.struck import make_body
from soundscape.params import number
from soundscape.rng import Seed

BUS = "ambience"
CONTROLS = ("intensity", "brightness")

LINES = (1.0, 2.0, 3.0, 4.0, 6.0, 8.0)
"""Harmonics of the hum; the other resonators are modes of the room."""
LINE_Q = 120.0
WOOD_LOSS = 0.016
BED_HZ = (80.0, 350.0, 1_800.0)
BED_SHARE = (0.90, 0.085, 0.015)
SHARED = (0.8, 0.4, 0.05)
LEVEL = 0.042
"""RMS of the bed at neutral controls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """Parameters of a room's tone."""

    colour: float = number(0.0, low=-2.0, high=2.0, unit="octaves", help="shift of the bed's spectrum")
    draught: float = number(0.3, low=0.0, high=1.0, help="how much the air outside moves the air inside")
    flutter: float = number(1.7, low=0.2, high=4.0, unit="dB", help="slow flicker of the bed")
    modes: float = number(0.4, low=0.0, high=1.0, help="how much the room colours its air")
    size: float = number(5.0, low=1.5, high=40.0, unit="m", help="longest wall: bigger rooms have lower modes")
    hum: float = number(0.3, low=0.0, high=1.0, help="mains or machines far away")
    hum_pitch: float = number(100.0, low=35.0, high=400.0, unit="Hz", help="lowest line of the hum")
    ticks: float = number(4.0, low=0.0, high=60.0, unit="1/min", help="wood or metal that works")
    tick_pitch: float = number(1_400.0, low=300.0, high=5_000.0, unit="Hz", help="pitch of the ticks")
    creaks: float = number(1.0, low=0.0, high=20.0, unit="1/min", help="beams or panels that give")
    width: float = number(1.0, low=0.0, high=1.0, help="how differently the two sides sound")


def render(params: Params, controls: Iterable[ControlBlock], rate: int, seed: Seed) -> Iterator[Audio]:
    """Room tone for every control block, float32 `(2, block.frames)`."""
    draught = Air(seed.child("draught"), rate, speed=2.0, turbulence=0.02 + 0.3 * params.draught, gust_length=8.0)
    flicker = Drift(seed.child("flicker"), rate, motions=BANDS + LANES + 1, low_hz=0.04, high_hz=10.0, slope=1.0)
    giving = Giving(params, rate, seed.child("giving"))
    low, middle, high = (1.0 - params.width * (1.0 - share) for share in SHARED)
    bed = NoiseBands(seed.child("bed"), rate, shared=(low, middle, high))
    q, pitch_hz, power, pan = _room(params, seed)
    singing = NoiseResonators(seed.child("singing"), rate, q=q)
    wood = Grains(seed.child("wood"), rate, ring_s=0.004, size_sd=0.7, pitch_sd=0.4, densest=100.0)
    high_pass = HighPass(rate)
    for block in controls:
        edges = block.ticks + 1
        corner, level = np.empty((edges, BANDS)), np.empty((edges, BANDS, 2))
        lanes, ticking = np.empty((3, edges, LANES)), np.empty((4, edges))
        curves = (draught.advance(block.ticks), block["intensity"], block["brightness"])
        _sound(
            corner, level, lanes, ticking, curves, flicker.advance(block.ticks), (pitch_hz, power, pan),
            (params.colour, params.flutter, params.ticks / 60.0, params.tick_pitch),
        )  # fmt: skip
        out = np.zeros((2, block.frames), np.float32)
        bed.add(out, corner, level)
        singing.add(out, *lanes)
        wood.add(out, *ticking)
        giving.add(out, curves[1])
        high_pass.run(out)
        yield out


class Giving:
    """What the house is built of: it sticks and slips, each time one of a few beams."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._rate, self._seed, self._width = rate, seed, params.width
        rng = seed.generator("beams")
        # Wood or metal, by how the room ticks: what is high rings longer.
        loss = WOOD_LOSS * (1_400.0 / params.tick_pitch) ** 1.5
        self._beams = [
            make_body(rng, lowest_hz=hz, modes=12, stretch=1.15, loss=loss, longest_s=0.35, irregular=0.15)
            for hz in params.tick_pitch * np.array((0.12, 0.19, 0.34))
        ]
        self._per_s = params.creaks / 60.0
        self._next_s = self._gap(rng) * float(rng.uniform())
        self._hall = Hall(
            seed.child("hall"), rate, t60_s=0.25 + 0.05 * params.size, high_t60_s=0.2, size=0.4 + 0.04 * params.size
        )
        self._sounds = Overlay()
        self._count, self._frame = 0, 0

    def add(self, out: Audio, intensity: np.ndarray) -> None:
        """Add what gives in these ticks, and the room's answer, to `out`."""
        until_s = (self._frame + out.shape[1]) / self._rate
        while self._next_s < until_s:
            rng = self._seed.generator("creak", self._count)
            offset = max(int(self._next_s * self._rate) - self._frame, 0)
            # Most are a tick or two; some are long.
            length_s = 0.08 * math.exp(1.1 * float(np.clip(rng.standard_normal(), -1.5, 2.2)))
            level = LEVEL * 2.2 * 2.2 ** (2.0 * float(intensity[offset // TICK]) - 1.0) * rng.lognormal(0.0, 0.45)
            sound = creak(
                self._rate,
                rng,
                self._beams[int(rng.integers(len(self._beams)))],
                length_s=length_s,
                slips_hz=(float(rng.uniform(9.0, 16.0)), float(rng.uniform(20.0, 55.0))),
                corner_hz=float(rng.uniform(700.0, 2_200.0)),
                pan=self._width * float(rng.uniform(-0.8, 0.8)),
            )
            self._sounds.lay(offset, np.float32(level) * sound)
            self._count += 1
            self._next_s += self._gap(rng)
        dry = np.zeros_like(out)
        self._sounds.add(dry)
        out += dry
        self._hall.add(out, dry)
        self._frame += out.shape[1]

    def _gap(self, rng: np.random.Generator) -> float:
        """Seconds to the next; they come in flurries."""
        return math.exp(0.8 * float(rng.standard_normal()) - 0.3) / self._per_s if self._per_s > 0.0 else math.inf


def _room(params: Params, seed: Seed) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Of every resonator: Q, pitch in Hz, share of the bed's power, and pan."""
    draw = seed.generator("room")
    lines, modes = len(LINES), LANES - len(LINES)
    # Axial modes of a box, c / 2 L and up, ever denser.
    first = 172.0 / params.size
    pitch = first * np.sort(draw.uniform(1.0, 3.5, modes)) * np.arange(1, modes + 1) ** 0.5
    q = np.concatenate((np.full(lines, LINE_Q), draw.uniform(6.0, 14.0, modes)))
    hz = np.concatenate((params.hum_pitch * np.array(LINES), np.maximum(pitch, 40.0)))
    hum = 0.5 * params.hum**2 * np.array(LINES) ** -1.6 * draw.uniform(0.5, 1.5, lines)
    power = np.concatenate((hum, 0.6 * params.modes**2 / modes * draw.uniform(0.3, 1.7, modes)))
    pan = params.width * np.concatenate((draw.uniform(-0.3, 0.3, lines), draw.uniform(-0.9, 0.9, modes)))
    return q, hz, power, pan


@njit(cache=True, nogil=True)
def _sound(corner, level, lanes, ticking, curves, flicker, room, numbers):  # type: ignore[no-untyped-def]
    draught, intensity, brightness = curves
    pitch_hz, power, pan = room
    colour, flutter, per_s, tick_pitch = numbers
    wander = flutter * math.log(10.0) / 20.0
    for edge in range(corner.shape[0]):
        strength = LEVEL * 2.2 ** (2.0 * intensity[edge] - 1.0)
        bright = 2.0 ** (2.0 * (brightness[edge] - 0.5))
        moved = draught[edge] ** 1.5
        # What is louder as a whole is brighter too.
        colours = (
            bright
            * 2.0**colour
            * math.sqrt(draught[edge])
            * math.exp(0.3 * wander * min(flicker[edge, BANDS + LANES], 2.0))
        )
        for band in range(BANDS):
            corner[edge, band] = BED_HZ[band] * colours
            own = 0.75 * flicker[edge, band] + 0.75 * flicker[edge, BANDS + LANES]
            loud = math.sqrt(BED_SHARE[band]) * moved * math.exp(wander * own)
            for channel in range(2):
                level[edge, band, channel] = strength * loud
        for lane in range(LANES):
            lanes[0, edge, lane] = pitch_hz[lane]
            own = 0.75 * flicker[edge, BANDS + lane] + 0.75 * flicker[edge, BANDS + LANES]
            lanes[1, edge, lane] = strength * math.sqrt(power[lane]) * math.exp(wander * own)
            lanes[2, edge, lane] = pan[lane]
        ticking[0, edge] = per_s
        ticking[1, edge] = tick_pitch * bright
        ticking[2, edge] = 2.2 * strength
        ticking[3, edge] = 0.0
