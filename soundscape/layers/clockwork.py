"""Clockwork: one watch at the ear, a workshop full of clocks, a tower's movement, a train of gears.

Model: an escapement turns by two beats, tick and tock; in each a pallet unlocks, takes its impulse and drops, with
smaller contacts between, four to twelve milliseconds apart and never of quite the same force. Every movement has
its own pattern and rate, so that no two ever fall in step for long. Teeth of the wheels rattle within their
backlash, in flurries. All of it is heard through brass that rings for some ten milliseconds and a body of wood,
in a room that is never silent.

Sources: intervals, alternation and number of contacts as measured on recorded clocks; unlock, impulse and drop as
watchmakers' timing microphones show them; van den Doel & Pai on modal contact sounds (1998).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from soundscape.audio import Audio
from soundscape.contract import ControlBlock
from soundscape.dsp.bands import NoiseBands
from soundscape.dsp.blend import Part, Voice, blend
from soundscape.dsp.casing import MODES, Casing
from soundscape.dsp.drift import Drift
from soundscape.dsp.wheel import Wheel
from soundscape.params import number
from soundscape.rng import Seed

BUS = "ambience"
CONTROLS = ("intensity", "brightness", "density")
PERIODIC = True

VOICE = Voice(intensity_db=12.0, brightness_db=13.0, split_hz=1_500.0)
LEVEL_LUFS = -40.0
"""Working loudness: what stands out is far above the rest."""
CASES = 2
"""Bodies among which many movements are shared out."""
WOOD = 10
"""Modes of a casing that are wood; the others are brass."""
TEETH = 15
"""Of the wheel that rattles."""
FAR = 0.12
"""Level of a movement that density keeps away."""
ROOM_HZ, ROOM_SHARE = (110.0, 420.0, 2_600.0), (1.0, 0.5, 0.22)


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """How many movements, how they beat, what holds them."""

    movements: int = number(1, low=1, high=24, help="escapements that run at once")
    beat: float = number(5.0, low=0.5, high=10.0, unit="1/s", help="beats: a watch 5 to 8, a mantel clock 2 to 4")
    spread: float = number(0.6, low=0.0, high=2.0, unit="octaves", help="how unlike the rates of the movements are")
    alternation: float = number(0.04, low=0.0, high=0.25, help="limp of the tock, as a share of a beat")
    jitter: float = number(0.02, low=0.0, high=0.1, help="unsteadiness of a beat, as a share of it")
    size: float = number(0.3, low=0.0, high=1.0, help="from a watch to a tower clock: lower, softer contacts")
    ring: float = number(9.0, low=2.0, high=40.0, unit="ms", help="how long brass rings on")
    wood: float = number(0.5, low=0.0, high=1.0, help="share of the wooden body")
    gears: float = number(0.2, low=0.0, high=1.0, help="rattle of the wheels")
    mesh: float = number(18.0, low=2.0, high=60.0, unit="1/s", help="teeth of the rattling wheel that pass")
    room: float = number(-6.0, low=-30.0, high=6.0, unit="dB", help="air of the room against the works")
    width: float = number(0.7, low=0.0, high=1.0, help="how far apart the movements stand")


def render(params: Params, controls: Iterable[ControlBlock], rate: int, seed: Seed) -> Iterator[Audio]:
    """The works in their room, float32 `(2, block.frames)` for every control block."""

    def parts() -> list[tuple[float | None, Part]]:
        return [(0.0, Works(params, rate, seed.child("works"))), (params.room, Room(rate, seed.child("room")))]

    return blend(parts, controls, rate, VOICE, level_lufs=LEVEL_LUFS)


class Works:
    """Every escapement and the rattling wheels, through their casings."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._params = params
        rng = seed.generator("movements")
        count = params.movements
        octaves = params.spread * rng.uniform(-0.5, 0.5, count) * (np.arange(count) > 0)
        self._beat = params.beat * 2.0**octaves
        # A few stand near, most do not; the nearest is the first.
        self._near = np.exp(-0.7 * np.arange(count)) + 0.1 * rng.lognormal(-0.1, 0.4, count)
        self._wheels = [
            _escapement(params, beat, rate, seed.child(m), _place(m, params)) for m, beat in enumerate(self._beat)
        ]
        self._gears = _gears(params, rate, seed.child("gears"))
        self._cases = [_case(params, rate, seed.child("case", c)) for c in range(min(count, CASES))]
        self._pace = Drift(seed.child("pace"), rate, motions=count, low_hz=0.01, high_hz=0.5)
        self._flurry = Drift(seed.child("flurry"), rate, motions=2, low_hz=0.1, high_hz=8.0)

    def run(self, block: ControlBlock) -> Audio:
        """The works under these controls."""
        drives = np.zeros((len(self._cases), 2, block.frames), np.float32)
        pace = self._pace.advance(block.ticks)
        flurry, rush = self._flurry.advance(block.ticks).T
        density = block["density"].astype(np.float64)
        count = len(self._wheels)
        for m, wheel in enumerate(self._wheels):
            here = np.clip(1.1 * count * density - m + 0.5, FAR, 1.0)
            wheel.add(
                drives[m % len(drives)], 0.5 * self._beat[m] * (1.0 + 0.004 * pace[:, m]), self._near[m] * here
            )
        mesh = self._params.mesh * 2.2 ** (2.0 * density - 1.0) * np.exp(0.15 * rush)
        self._gears.add(drives[-1], mesh / TEETH, self._params.gears * np.exp(0.5 * flurry - 0.12))
        out = np.zeros((2, block.frames), np.float32)
        for case, drive in zip(self._cases, drives, strict=True):
            case.add(out, drive)
        return out


class Room:
    """The air of the room: darker than the clocks, hardly moving, alive."""

    def __init__(self, rate: int, seed: Seed) -> None:
        self._air = NoiseBands(seed.child("air"), rate, shared=(0.9, 0.5, 0.1))
        self._motion = Drift(seed.child("motion"), rate, motions=3, low_hz=0.02, high_hz=3.0)

    def run(self, block: ControlBlock) -> Audio:
        """The room alone; it knows of no control."""
        out = np.zeros((2, block.frames), np.float32)
        moving = np.array(ROOM_SHARE) * np.exp(0.18 * self._motion.advance(block.ticks))
        self._air.add(out, np.tile(np.array(ROOM_HZ), (len(moving), 1)), np.repeat(moving[:, :, None], 2, axis=2))
        return out


def _place(movement: int, params: Params) -> float:
    """The nearest before the listener, the others to both sides in turn."""
    return params.width * (-1.0) ** movement * min(0.15 + 0.25 * movement, 0.9)


def _escapement(params: Params, beat: float, rate: int, seed: Seed, pan: float) -> Wheel:
    """A wheel that turns once in two beats, with the contacts of both pallets."""
    rng = seed.generator("contacts")
    # A smaller movement is quicker in all it does.
    stretch = (0.6 + 0.9 * params.size) * rng.uniform(0.8, 1.25)
    phase, force, group = [], [], []
    limp = params.alternation * rng.choice((-0.5, 0.5))
    for pallet in (0, 1):
        main_ms = np.cumsum(np.concatenate(([0.0], rng.uniform(3.5, 10.0, 2))))
        minor_ms = rng.uniform(0.5, 26.0, int(rng.integers(2, 9)))
        after_ms = np.concatenate((main_ms, minor_ms)) * stretch
        phase += list(pallet * (0.5 + limp) + 1e-3 * after_ms * 0.5 * beat)
        force += list(np.array((0.45, 0.65, 1.0)) * rng.lognormal(0.0, 0.3, 3))
        force += list(0.3 * np.exp(-minor_ms / 14.0) * rng.lognormal(0.0, 0.5, len(minor_ms)))
        group += [pallet] * len(after_ms)
    return Wheel(
        seed,
        rate,
        phase=phase,
        force=force,
        length_s=0.00003 * 10.0**params.size * rng.uniform(0.8, 1.6, len(phase)),
        pan=pan,
        group=group,
        jitter=0.5 * params.jitter,
        uneven=0.12,
        vary=0.25,
    )


def _gears(params: Params, rate: int, seed: Seed) -> Wheel:
    """A wheel whose teeth strike anywhere within their backlash, some harder than others."""
    rng = seed.generator("teeth")
    return Wheel(
        seed,
        rate,
        phase=np.arange(TEETH) / TEETH + rng.normal(0.0, 0.06 / TEETH, TEETH),
        force=0.3 * rng.lognormal(0.0, 0.3, TEETH),
        length_s=0.00004 * 6.0**params.size,
        pan=params.width * rng.permutation(np.linspace(-0.6, 0.6, TEETH)),
        group=np.arange(TEETH),
        jitter=0.18 / TEETH,
        uneven=0.4,
        vary=0.1,
    )


def _case(params: Params, rate: int, seed: Seed) -> Casing:
    """Brass plates on a wooden body."""
    rng = seed.generator("modes")
    brass = MODES - WOOD
    scale = 2.0 ** (0.7 - 1.8 * params.size) * rng.uniform(0.9, 1.15)
    frequency = scale * np.concatenate((np.geomspace(110.0, 650.0, WOOD), np.geomspace(800.0, 9_000.0, brass)))
    frequency *= rng.uniform(0.93, 1.07, MODES)
    tau_s = 1e-3 * params.ring * (frequency / 2_000.0) ** -0.3 * rng.lognormal(0.0, 0.3, MODES)
    quality = math.pi * frequency * tau_s
    quality[:WOOD] = rng.uniform(5.0, 12.0, WOOD)
    gain = (frequency / 2_000.0) ** -0.35 * rng.lognormal(0.0, 0.4, MODES) * rng.choice((-1.0, 1.0), MODES)
    gain[:WOOD] *= 0.16 * params.wood
    detune = 1.0 + 0.02 * params.width * rng.uniform(-1.0, 1.0, (2, MODES))
    return Casing(rate, frequency_hz=frequency * detune, quality=quality, gain=np.tile(gain, (2, 1)))
