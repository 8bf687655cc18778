"""A drone in flight: several rotors that hunt for balance, each a comb of tones, over the rush of their wakes.

Thrust is what the pilot and the turbulence ask for; each motor answers a little differently, because the controller
keeps the craft level by speeding up one side and slowing the other, some times a second. A rotor's spectrum stands on
its shaft rate: strong multiples of the blades' passage, weak ones between from blades that are not alike, and
the motor's own whine at the multiples of its poles. Level grows with the fifth power of the speed. Wakes of blades
are broadband, cut by their passage. The craft flies about: pitch bends by Doppler, level falls with distance, it
moves between the sides. After B. Tinney & J. Sirohi, *Multirotor drone noise at static thrust* (AIAA J. 56, 2018),
N. Intaratep et al., *Experimental study of quadcopter acoustics and performance* (AIAA 2016-2873), and R. Selfridge
et al. on propellers (2018).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from soundscape.audio import Audio
from soundscape.contract import TICK, ControlBlock
from soundscape.dsp.bands import BANDS, NoiseBands
from soundscape.dsp.blend import Part, Voice, blend
from soundscape.dsp.burst import between
from soundscape.dsp.drift import Drift
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
HARMONICS = 40
"""Of a shaft."""
POLES = 7
"""Pairs of poles of a motor: its whine stands on multiples of them."""
SPEED_OF_SOUND = 343.0
THROWN = 12.0
"""Lengths after which a throw is over."""
FLUTTER = 0.24
"""Standard deviation of the level (logarithm) of each rotor in air that is never still."""
INERTIA_S = 1.6
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
    wake: float = number(-3.0, low=-40.0, high=12.0, unit="dB", help="rush of the wakes against the tones")
    hunting: float = number(0.5, low=0.0, high=1.0, help="how restlessly it keeps its balance")
    manoeuvres: float = number(6.0, low=0.0, high=40.0, unit="1/min", help="how often it is thrown about")
    roam: float = number(0.35, low=0.0, high=1.0, help="from hovering in place to flying about")
    width: float = number(0.8, low=0.0, high=1.0, help="how far to the sides it flies")


def render(params: Params, controls: Iterable[ControlBlock], rate: int, seed: Seed) -> Iterator[Audio]:
    """The drone, float32 `(2, block.frames)` for every control block."""

    def parts() -> list[tuple[float, Part]]:
        return [(0.0, Rotors(params, rate, seed)), (params.wake, Wakes(params, rate, seed))]

    return blend(parts, controls, rate, VOICE)


class Flown(NamedTuple):
    """How it flies, at tick edges."""

    speed: Floats
    """Of each rotor over its speed in hover, `(edges, rotors)`."""
    doppler: Floats
    """Factor of every pitch, `(edges,)`."""
    near: Floats
    """Factor of the level."""
    pan: Floats


class Flight:
    """The craft: thrust, balance and way. All parts fly alike."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._params, self._tick_s = params, TICK / rate
        self._draw = seed.generator("manoeuvres")
        own = 0.012 * seed.generator("motors").standard_normal(params.rotors)
        self._own = 1.0 + own - own.mean()
        # No two craft of a kind weigh the same.
        self._weight = 1.0 + 0.05 * float(seed.generator("weight").standard_normal())
        self._thrust = Drift(seed.child("thrust"), rate, low_hz=0.15, high_hz=3.0, slope=1.2)
        self._balance = Drift(
            seed.child("balance"), rate, motions=params.rotors, low_hz=0.6, high_hz=9.0, slope=1.0
        )
        self._way = Drift(seed.child("way"), rate, motions=2, low_hz=0.03, high_hz=0.5, slope=1.0)
        self._throws: list[tuple[float, float, float]] = []
        self._next_s = self._gap()
        # It begins where it hovers.
        self._place = np.zeros((2, 2))
        self._tick = 0

    def advance(self, ticks: int, drive: Floats) -> Flown:
        """The next ticks; `drive` `(ticks + 1,)` is a factor of the speed."""
        params = self._params
        time = (self._tick + np.arange(ticks + 1)) * self._tick_s
        while self._next_s < time[-1]:
            size = 0.09 * math.exp(0.4 * min(self._draw.standard_normal(), 1.5)) * self._draw.choice((-0.7, 1.0))
            self._throws.append((self._next_s, size, float(self._draw.uniform(0.15, 0.6))))
            self._next_s += self._gap()
        thrown = np.zeros(ticks + 1)
        for start, size, length in self._throws:
            age = np.maximum(time - start, 0.0) / length
            thrown += np.where(age < THROWN, size * age * np.exp(1.0 - age), 0.0)
        self._throws = [throw for throw in self._throws if time[-1] - throw[0] < THROWN * throw[2]]
        balance = self._balance.advance(ticks)
        balance -= balance.mean(axis=1, keepdims=True)
        thrust = 0.012 * self._thrust.advance(ticks) + thrown[:, None]
        speed = self._own * self._weight * drive[:, None] * np.exp(params.hunting * 0.022 * balance + thrust)
        way, velocity = _follow(self._way.advance(ticks), self._place, self._tick_s)
        # Across and away, in metres; how fast the distance grows bends the pitch.
        reach = 1.0 + np.exp(1.5 * way[:, 1])
        across, away = 9.0 * params.roam * way[:, 0], 4.0 + 5.0 * params.roam * np.log(reach)
        aside, off = 9.0 * params.roam * velocity[:, 0], 7.5 * params.roam * (1.0 - 1.0 / reach) * velocity[:, 1]
        distance = np.hypot(across, away)
        self._tick += ticks
        return Flown(
            speed,
            1.0 / (1.0 + (across * aside + away * off) / (distance * SPEED_OF_SOUND)),
            4.0 / distance,
            params.width * across / (distance + 2.0),
        )

    def _gap(self) -> float:
        per_s = self._params.manoeuvres / 60.0
        return float(self._draw.exponential(1.0 / per_s)) if per_s > 0.0 else math.inf


@njit(cache=True, nogil=True)
def _follow(way, state, tick_s):  # type: ignore[no-untyped-def]
    # A craft has mass: twice smoothed, the way has a velocity that does not jump.
    place, velocity = np.empty_like(way), np.empty_like(way)
    pace = tick_s / INERTIA_S
    for edge in range(way.shape[0]):
        for axis in range(way.shape[1]):
            if edge > 0:
                state[0, axis] += pace * (way[edge, axis] - state[0, axis])
                state[1, axis] += pace * (state[0, axis] - state[1, axis])
            place[edge, axis] = state[1, axis]
            velocity[edge, axis] = (state[0, axis] - state[1, axis]) / INERTIA_S
    return place, velocity


class Rotors:
    """The tones: a comb of each shaft."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        rng = seed.generator("rotors")
        self._flight, self._shaft_hz = Flight(params, rate, seed.child("flight")), params.shaft
        order = np.arange(1, HARMONICS + 1)
        passage = order / params.blades
        fall = passage ** (-params.tilt / 6.02)
        of_blades = order % params.blades == 0
        unlike = 0.35 * params.unlike * rng.lognormal(0.0, 0.5, (params.rotors, HARMONICS))
        comb = np.where(of_blades, rng.lognormal(0.0, 0.2, (params.rotors, HARMONICS)), unlike) * fall
        whine = 0.16 * params.whine * (order / POLES) ** -0.4 * (order % POLES == 0)
        self._gain = (comb + whine * rng.lognormal(0.0, 0.5, (params.rotors, HARMONICS))).astype(np.float32)
        spread = np.linspace(-0.35, 0.35, params.rotors) if params.rotors > 1 else np.zeros(1)
        self._stacks = Stacks(seed.child("stacks"), rate, pan=params.width * rng.permutation(spread))
        self._flutter = Drift(
            seed.child("flutter"), rate, motions=params.rotors, low_hz=0.3, high_hz=16.0, slope=0.8
        )
        self._brighter = (0.8 * np.log2(order + 1.0)).astype(np.float32)
        self._end = (8.0 * order / (HIGHEST * rate)).astype(np.float32)

    def run(self, block: ControlBlock) -> Audio:
        """The tones under these controls."""
        flown = self._flight.advance(block.ticks, _drive(block))
        hz = self._shaft_hz * flown.speed * flown.doppler[:, None]
        strength = flown.speed**LOUDER * np.exp(FLUTTER * self._flutter.advance(block.ticks))
        # A faster rotor is brighter too. In float32, whose exponential runs in vector lanes.
        faster = np.log(flown.speed).astype(np.float32)[:, :, None] * self._brighter
        gain = strength[:, :, None].astype(np.float32) * np.exp(faster) * self._gain
        # Gone well below the band's end, and gradually, so that a pitch that rises past it does not click.
        gain *= np.clip(8.0 - hz.astype(np.float32)[:, :, None] * self._end, 0.0, 1.0)
        out = np.zeros((2, block.frames), np.float32)
        self._stacks.add(out, hz, gain)
        return _placed(out, flown)


class Wakes:
    """The rush of air, cut by the passage of every blade."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._flight = Flight(params, rate, seed.child("flight"))
        self._passage_hz = params.blades * params.shaft
        self._noise = NoiseBands(seed.child("wakes"), rate, shared=SHARED)
        self._cuts = Sines(rate, phase=seed.generator("cuts").uniform(0.0, 1.0, params.rotors))
        self._motion = Drift(seed.child("wash"), rate, motions=BANDS, low_hz=0.2, high_hz=12.0)
        self._share = 0.55 / params.rotors**0.5

    def run(self, block: ControlBlock) -> Audio:
        """The rush under these controls."""
        flown = self._flight.advance(block.ticks, _drive(block))
        blown = flown.speed.mean(axis=1)
        unsteady = np.exp(1.2 * FLUTTER * self._motion.advance(block.ticks))
        level = WAKE_SHARE * (blown ** (LOUDER + 0.5))[:, None] * unsteady
        out = np.zeros((2, block.frames), np.float32)
        corner = WAKE_HZ * (blown * flown.doppler)[:, None]
        self._noise.add(out, corner, np.repeat(level[:, :, None], 2, axis=2))
        cut = np.ones((2, block.frames), np.float32)
        hz = self._passage_hz * flown.speed * flown.doppler[:, None]
        self._cuts.add(cut, hz, np.full_like(hz, self._share), np.zeros_like(hz))
        out *= cut
        return _placed(out, flown)


def _drive(block: ControlBlock) -> Floats:
    """Speed of the rotors over that in hover: intensity throttles up."""
    drive: Floats = 1.2 ** (2.0 * block["intensity"].astype(np.float64) - 1.0)
    return drive


def _placed(audio: Audio, flown: Flown) -> Audio:
    """What was made, as near and as far to a side as it is."""
    for side, way in enumerate((-1.0, 1.0)):
        audio[side] *= between(audio.shape[1], flown.near * np.sqrt(1.0 + 0.9 * way * flown.pan), step=TICK)
    return audio
