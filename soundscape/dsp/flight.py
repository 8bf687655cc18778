"""How a craft on rotors flies: what every rotor is asked for, and the way of the whole through the air.

A craft is steered by its rotors alone. To lean to a side it speeds up those opposite and slows those on it, to turn
about it speeds up those that spin one way; the wind leans on it all the time, so that no two rotors ever run alike.
The controller corrects some times a second; whoever steers throws it about now and then: it kicks over, pulls, and
catches itself (R. Mahony, V. Kumar & P. Corke, *Multirotor aerial vehicles*, IEEE Robot. Autom. Mag. 19, 2012).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from soundscape.contract import TICK
from soundscape.dsp.drift import Drift
from soundscape.rng import Seed

Floats = npt.NDArray[np.float64]

THROWN = 12.0
"""Lengths after which a throw is over."""
INERTIA_S = 1.6
SPEED_OF_SOUND = 343.0
NEAR_M = 4.0
"""Where it hovers: level 1."""


class Flown(NamedTuple):
    """How it flies, at tick edges."""

    speed: Floats
    """Of each rotor over its speed in hover, `(edges, rotors)`."""
    doppler: Floats
    """Factor of every pitch, `(edges,)`."""
    way_m: Floats
    """Straight to the ear."""
    pan: Floats


class _Throw(NamedTuple):
    """One time that it is thrown about."""

    start_s: float
    length_s: float
    pull: float
    """By how much all rotors run faster."""
    kick: Floats
    """How it is tipped over: roll, pitch and yaw."""


class Flight:
    """The craft. All parts of one seed fly alike.

    Parameters
    ----------
    seed : Seed
        Its own.
    rate : int
        Sample rate in Hz.
    rotors : int
        How many, evenly around; neighbours spin opposite ways.
    hunting, roam : float
        0 to 1: how restlessly it is kept level, and from hovering in place to flying about.
    throws_per_min : float
        How often it is thrown about.
    width : float
        0 to 1: how far to the sides it flies.
    """

    def __init__(
        self,
        seed: Seed,
        rate: int,
        *,
        rotors: int,
        hunting: float,
        throws_per_min: float,
        roam: float,
        width: float,
    ) -> None:
        self._hunting, self._per_s, self._roam, self._width = hunting, throws_per_min / 60.0, roam, width
        self._tick_s, self._tick = TICK / rate, 0
        self._draw = seed.generator("manoeuvres")
        own = 0.008 * seed.generator("motors").standard_normal(rotors)
        self._own = 1.0 + own - own.mean()
        # No two craft of a kind weigh the same.
        self._weight = 1.0 + 0.05 * float(seed.generator("weight").standard_normal())
        around = 2.0 * math.pi * (np.arange(rotors) + 0.5) / rotors
        spin = 1.0 - 2.0 * (np.arange(rotors) % 2)
        mix = np.stack((np.sin(around), np.cos(around), 0.6 * spin))
        self._mix = mix - mix.mean(axis=1, keepdims=True)
        """What each rotor does for roll, pitch and yaw."""
        lean = seed.generator("lean")
        self._lean = 0.022 * lean.choice((-1.0, 1.0), 3) * lean.uniform(0.5, 1.3, 3)
        # Whoever steers never holds the stick still.
        self._stick = 0.01 + 0.045 * hunting
        self._thrust = Drift(seed.child("thrust"), rate, low_hz=0.4, high_hz=4.0, slope=0.8)
        self._balance = Drift(seed.child("balance"), rate, motions=3, low_hz=0.5, high_hz=9.0, slope=0.9)
        self._way = Drift(seed.child("way"), rate, motions=2, low_hz=0.03, high_hz=0.5, slope=1.0)
        self._throws: list[_Throw] = []
        self._next_s = self._gap()
        # It begins where it hovers.
        self._place = np.zeros((2, 2))

    def advance(self, ticks: int, drive: Floats) -> Flown:
        """The next ticks; `drive` `(ticks + 1,)` is a factor of the speed."""
        pull, kick = self._thrown(self._tick_s * np.arange(self._tick, self._tick + ticks + 1, dtype=np.float64))
        asked = self._lean + self._hunting * 0.02 * self._balance.advance(ticks) + kick
        thrust = self._stick * self._thrust.advance(ticks) + pull[:, None]
        # Term by term: a matrix product is rounded by the length of the block.
        for axis in range(3):
            thrust = thrust + asked[:, axis, None] * self._mix[axis]
        speed = self._own * self._weight * drive[:, None] * np.exp(thrust)
        way, velocity = _follow(self._way.advance(ticks), self._place, self._tick_s)
        # Across and away, in metres; how fast the way grows bends the pitch.
        reach = 1.0 + np.exp(1.5 * way[:, 1])
        across, away = 9.0 * self._roam * way[:, 0], NEAR_M + 5.0 * self._roam * np.log(reach)
        aside, off = 9.0 * self._roam * velocity[:, 0], 7.5 * self._roam * (1.0 - 1.0 / reach) * velocity[:, 1]
        way_m = np.hypot(across, away)
        self._tick += ticks
        return Flown(
            speed,
            1.0 / (1.0 + (across * aside + away * off) / (way_m * SPEED_OF_SOUND)),
            way_m,
            self._width * across / (way_m + 2.0),
        )

    def _thrown(self, time_s: Floats) -> tuple[Floats, Floats]:
        """What throws add to the thrust `(edges,)`, and to roll, pitch and yaw `(edges, 3)`."""
        while self._next_s < time_s[-1]:
            self._throws.append(self._throw(self._next_s))
            self._next_s += self._gap()
        pull, kick = np.zeros(len(time_s)), np.zeros((len(time_s), 3))
        for throw in self._throws:
            age = np.maximum(time_s - throw.start_s, 0.0) / throw.length_s
            pull += np.where(age < THROWN, throw.pull * age * np.exp(1.0 - age), 0.0)
            # Tipped over in half the time, and caught the other way round.
            tip = np.where(age < THROWN, 2.0 * age * (1.0 - age) * np.exp(2.0 - 2.0 * age), 0.0)
            kick += tip[:, None] * throw.kick
        self._throws = [item for item in self._throws if time_s[-1] - item.start_s < THROWN * item.length_s]
        return pull, kick

    def _throw(self, start_s: float) -> _Throw:
        draw = self._draw
        strength = math.exp(0.4 * min(float(draw.standard_normal()), 1.5))
        return _Throw(
            start_s,
            float(draw.uniform(0.15, 0.6)),
            0.06 * strength * float(draw.choice((-0.7, 1.0))),
            0.032 * strength * np.clip(draw.normal(0.0, (1.0, 1.0, 0.5)), -1.5, 1.5),
        )

    def _gap(self) -> float:
        return float(self._draw.exponential(1.0 / self._per_s)) if self._per_s > 0.0 else math.inf


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
