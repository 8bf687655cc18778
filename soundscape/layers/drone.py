"""A drone in flight: several rotors that hunt for balance, each a comb of tones, over the rush of their wakes.

A rotor's spectrum stands on its shaft rate: strong multiples of the blades' passage, weak ones between from blades
that are not alike, which the air they meet, never still, smears into the rush by some twenty passages. Rotors differ
by what keeps the craft level, so every line is a bundle that beats and spreads. The motors stand above it: torque
ripples at multiples of their poles, commutation at six times them, and the carrier of their current with its image,
which falls as the rotors rise. Level grows with the fifth power of the speed. Wakes of blades are broadband, cut by
their passage. It flies about: pitch bends by Doppler, level falls with distance, it moves between the sides, and the
ground answers a little later. After B. Tinney & J. Sirohi, *Multirotor drone noise at static thrust* (AIAA J. 56,
2018), N. Intaratep et al., *Experimental study of quadcopter acoustics and performance* (AIAA 2016-2873), and
R. Selfridge et al. on propellers (2018).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import tee

import numpy as np
import numpy.typing as npt
from numba import njit

from soundscape.audio import Audio
from soundscape.contract import TICK, ControlBlock
from soundscape.dsp.bands import BANDS, NoiseBands
from soundscape.dsp.blend import Part, Voice, blend
from soundscape.dsp.burst import between
from soundscape.dsp.drift import Drift
from soundscape.dsp.flight import NEAR_M, Flight, Flown
from soundscape.dsp.ground import Ground
from soundscape.dsp.modal import HIGHEST
from soundscape.dsp.sines import Sines
from soundscape.dsp.stacks import Stacks
from soundscape.params import number
from soundscape.rng import Seed

Floats = npt.NDArray[np.float64]
BUS = "ambience"
CONTROLS = ("intensity", "brightness")
PERIODIC = True

VOICE = Voice(intensity_db=7.0, brightness_db=17.0, split_hz=900.0)
HARMONICS = 42
"""Of a shaft."""
POLES = 7
"""Pairs of poles of a motor: its whine stands on multiples of them."""
COMMUTATION = 6 * POLES
"""Steps of the current in a turn."""
CARRIER_HZ, CARRIER_LEVEL = 7_800.0, 0.02
IMAGE = 2.0 * POLES
"""Turns of the shaft by which the image of the carrier lies below it."""
SMEARED = 9.0
"""Passages after which a comb has lost 9 dB more to air that is never still."""
FLUTTER = 0.26
"""Standard deviation of the level (logarithm) of a group of lines of one rotor."""
GROUPS = 5
"""Of neighbouring lines that flutter together: each meets the ear from another side of the blade."""
CHOPPED = 0.7
"""By how much the rush grows where blades meet the wakes of others (logarithm)."""
CRAFT_M, GIVEN = 3.2, 0.5
"""Height of the craft, and what the ground gives back."""
LOUDER = 2.5
"""Exponent of the speed in the level: half of five, in power."""
WAKE_HZ, WAKE_SHARE, SHARED = np.array((300.0, 1_300.0, 4_200.0)), np.array((0.5, 0.7, 0.45)), (0.8, 0.35, 0.1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """What flies, how large, how it flies."""

    rotors: int = number(4, low=1, high=8, help="how many rotors")
    blades: int = number(2, low=2, high=5, help="of a rotor")
    shaft: float = number(88.0, low=12.0, high=220.0, unit="Hz", help="turns a second in hover; smaller is faster")
    tilt: float = number(5.5, low=2.0, high=12.0, unit="dB", help="fall of the blades' tones in an octave")
    unlike: float = number(0.25, low=0.0, high=1.0, help="how unlike the blades of a rotor are")
    whine: float = number(0.4, low=0.0, high=1.0, help="motors and their gears")
    wake: float = number(-1.0, low=-40.0, high=12.0, unit="dB", help="rush of the wakes against the tones")
    hunting: float = number(0.5, low=0.0, high=1.0, help="how restlessly it keeps its balance")
    manoeuvres: float = number(6.0, low=0.0, high=40.0, unit="1/min", help="how often it is thrown about")
    roam: float = number(0.35, low=0.0, high=1.0, help="from hovering in place to flying about")
    width: float = number(0.8, low=0.0, high=1.0, help="how far to the sides it flies")


def render(params: Params, controls: Iterable[ControlBlock], rate: int, seed: Seed) -> Iterator[Audio]:
    """The drone, float32 `(2, block.frames)` for every control block."""

    def parts() -> list[tuple[float, Part]]:
        return [(0.0, Rotors(params, rate, seed)), (params.wake, Wakes(params, rate, seed))]

    near, asked = tee(controls)
    flight, ground = _flight(params, rate, seed), Ground(rate, given=GIVEN)
    for audio, block in zip(blend(parts, near, rate, VOICE), asked, strict=True):
        flown = flight.advance(block.ticks, _drive(block))
        _place(audio, flown)
        ground.run(audio, way_m=flown.way_m, height_m=CRAFT_M)
        yield audio


class Rotors:
    """The tones: a comb of each shaft, and the whine of its motor."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        rng = seed.generator("rotors")
        self._flight, self._shaft_hz = _flight(params, rate, seed), params.shaft
        order = np.arange(1, HARMONICS + 1)
        passage = order / params.blades
        fall = passage ** (-params.tilt / 6.02) * np.exp(-np.maximum(passage - 1.0, 0.0) / SMEARED)
        unlike = 0.35 * params.unlike * rng.lognormal(0.0, 0.5, (params.rotors, HARMONICS))
        comb = np.where(order % params.blades == 0, rng.lognormal(0.0, 0.2, unlike.shape), unlike) * fall
        ripple = 0.13 * (order / POLES) ** -0.6 * (order % POLES == 0) + 0.05 * (order == COMMUTATION)
        self._gain = (comb + params.whine * ripple * rng.lognormal(0.0, 0.4, unlike.shape)).astype(np.float32)
        spread = np.linspace(-0.35, 0.35, params.rotors) if params.rotors > 1 else np.zeros(1)
        pan = params.width * rng.permutation(spread)
        self._stacks = Stacks(seed.child("stacks"), rate, pan=pan)
        self._carriers = Sines(rate, phase=rng.uniform(0.0, 1.0, 2))
        self._carrier_hz = CARRIER_HZ * float(rng.uniform(0.97, 1.03))
        self._carrier_level = CARRIER_LEVEL * params.whine * np.array((0.6, 1.0))
        self._flutter = Drift(
            seed.child("flutter"), rate, motions=params.rotors * GROUPS, low_hz=0.5, high_hz=16.0, slope=0.6
        )
        # Lines between the middles of two groups share in both.
        group = np.log(order) / np.log(HARMONICS) * (GROUPS - 1)
        shared = FLUTTER * np.maximum(1.0 - np.abs(group - np.arange(GROUPS)[:, None]), 0.0)
        self._shared = shared.astype(np.float32)
        self._brighter = (LOUDER + 0.55 * np.log2(order + 1.0)).astype(np.float32)
        self._end = (8.0 * order / (HIGHEST * rate)).astype(np.float32)

    def run(self, block: ControlBlock) -> Audio:
        """The tones under these controls."""
        flown = self._flight.advance(block.ticks, _drive(block))
        edges, rotors = flown.speed.shape
        blown = flown.speed.mean(axis=1)
        hz = self._shaft_hz * flown.speed * flown.doppler[:, None]
        # A faster rotor is brighter too. In float32, whose exponential runs in vector lanes.
        moved = np.empty((edges, rotors, HARMONICS), np.float32)
        motion = self._flutter.advance(block.ticks).astype(np.float32).reshape(edges, rotors, GROUPS)
        _move(moved, motion, self._shared, np.log(flown.speed).astype(np.float32), self._brighter)
        gain = np.exp(moved) * self._gain
        # Gone well below the band's end, and gradually, so that a pitch that rises past it does not click.
        gain *= np.clip(8.0 - hz.astype(np.float32)[:, :, None] * self._end, 0.0, 1.0)
        out = np.zeros((2, block.frames), np.float32)
        self._stacks.add(out, hz, gain)
        carriers = self._carrier_hz - IMAGE * np.stack((np.zeros(edges), hz[:, 0]), axis=1)
        level = self._carrier_level * blown[:, None] ** LOUDER
        self._carriers.add(out, np.maximum(carriers, 0.0), level, np.zeros_like(level))
        return out


@njit(cache=True, nogil=True)
def _move(moved, motion, shared, faster, brighter):  # type: ignore[no-untyped-def]
    """Logarithm of the level of every line, `(edges, rotors, HARMONICS)`."""
    for edge in range(moved.shape[0]):
        for rotor in range(moved.shape[1]):
            line = moved[edge, rotor]
            for k in range(line.shape[0]):
                line[k] = faster[edge, rotor] * brighter[k]
            for group in range(shared.shape[0]):
                for k in range(line.shape[0]):
                    line[k] += motion[edge, rotor, group] * shared[group, k]


class Wakes:
    """The rush of air, cut by the passage of every blade."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._flight = _flight(params, rate, seed)
        self._passage_hz = params.blades * params.shaft
        self._noise = NoiseBands(seed.child("wakes"), rate, shared=SHARED)
        self._cuts = Sines(rate, phase=seed.generator("cuts").uniform(0.0, 1.0, params.rotors))
        self._motion = Drift(seed.child("wash"), rate, motions=BANDS, low_hz=0.5, high_hz=12.0, slope=0.7)
        self._share = 0.55 / params.rotors**0.5
        self._chops = Drift(seed.child("chops"), rate, motions=2, low_hz=1.0, high_hz=40.0, slope=0.7)
        self._chopped = CHOPPED * (0.4 + 1.2 * params.hunting)

    def run(self, block: ControlBlock) -> Audio:
        """The rush under these controls."""
        flown = self._flight.advance(block.ticks, _drive(block))
        blown = flown.speed.mean(axis=1)
        unsteady = np.exp(1.2 * FLUTTER * self._motion.advance(block.ticks))
        level = WAKE_SHARE * (blown ** (LOUDER + 0.5))[:, None] * unsteady
        # Now and then blades cut through what others left behind: it slaps, above all in the middle.
        slap, dull = np.maximum(self._chops.advance(block.ticks) - 0.8, 0.0).T
        slapped = np.stack((0.7 * dull, slap, 0.5 * slap + 0.5 * dull), axis=1)
        level *= np.exp(self._chopped * np.minimum(slapped, 1.3))
        out = np.zeros((2, block.frames), np.float32)
        corner = WAKE_HZ * (blown * flown.doppler)[:, None]
        self._noise.add(out, corner, np.repeat(level[:, :, None], 2, axis=2))
        cut = np.ones((2, block.frames), np.float32)
        hz = self._passage_hz * flown.speed * flown.doppler[:, None]
        self._cuts.add(cut, hz, np.full_like(hz, self._share), np.zeros_like(hz))
        out *= cut
        return out


def _flight(params: Params, rate: int, seed: Seed) -> Flight:
    """How it flies, anew from its beginning: all that ask hear of one flight."""
    return Flight(
        seed.child("flight"),
        rate,
        rotors=params.rotors,
        hunting=params.hunting,
        throws_per_min=params.manoeuvres,
        roam=params.roam,
        width=params.width,
    )


def _drive(block: ControlBlock) -> Floats:
    """Speed of the rotors over that in hover: intensity throttles up."""
    drive: Floats = 1.2 ** (2.0 * block["intensity"].astype(np.float64) - 1.0)
    return drive


def _place(audio: Audio, flown: Flown) -> None:
    """What was made, as near and as far to a side as it is, in place."""
    for side, way in enumerate((-1.0, 1.0)):
        gain = NEAR_M / flown.way_m * np.sqrt(1.0 + 0.9 * way * flown.pan)
        audio[side] *= between(audio.shape[1], gain, step=TICK)
