"""Strikes at set phases of a turn: the teeth of an escapement, the cylinders of an engine, wheels over a joint,
the restrikes of an arc.

A wheel turns at a speed that moves with the ticks; a strike comes when it passes its phase, sooner or later by a
jitter, harder or softer by chance. Strikes of one group share both: what unlocks a pallet also lets it drop, and a
bad rail joint is bad for every axle. A strike is a smooth bump of force, placed between the samples.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from soundscape.audio import Audio
from soundscape.contract import TICK
from soundscape.dsp.modal import Values, pan_gains
from soundscape.dsp.noise import normal_at
from soundscape.rng import Seed

SHORTEST = 1.5
"""Half a strike's least length in frames, below which its spectrum would fold."""
GROUPS = 64
"""Groups in a turn, at most."""
UNFINISHED = 256
"""Strikes that may sound at once over the end of a block."""
BOUND = 2.5
"""Chance ends at so many standard deviations."""


class Wheel:
    """Strikes that are added to a stereo signal.

    Parameters
    ----------
    seed : Seed
        Its own.
    rate : int
        Sample rate in Hz.
    phase : (strikes,)
        Where in the turn each comes, in turns; it may lie beyond the first.
    force, length_s, pan : (strikes,) or one for all
        Height of the bump, its half length, and its place from -1 to 1.
    group : (strikes,)
        Strikes of one number share jitter and force in every turn.
    jitter : float
        Standard deviation of a group's moment, in turns.
    uneven : float
        Standard deviation of the logarithm of a group's force.
    vary : float
        Standard deviation of a single strike's force.
    """

    def __init__(
        self,
        seed: Seed,
        rate: int,
        *,
        phase: Values,
        force: Values = 1.0,
        length_s: Values = 0.0,
        pan: Values = 0.0,
        group: Values = 0,
        jitter: float = 0.0,
        uneven: float = 0.0,
        vary: float = 0.0,
    ) -> None:
        columns = np.broadcast_arrays(*(np.asarray(item, np.float64) for item in (phase, force, length_s, pan)))
        when, height, half_s, place = (np.atleast_1d(item) for item in columns)
        half = np.maximum(half_s * rate, SHORTEST)
        self._strikes = np.stack((when, *(height * np.stack(pan_gains(place))), half))
        self._group = np.broadcast_to(np.asarray(group, np.int64), when.shape).copy()
        self._chance = (jitter, uneven, vary)
        self._unfinished = np.zeros((UNFINISHED, 5))
        self._open = np.zeros(1, np.int64)
        self._turn = np.array([seed.generator("start").uniform()])
        self._key = np.uint32(seed.key())
        self._rate = rate

    def add(self, out: Audio, turns_per_s: npt.NDArray[np.floating], level: npt.NDArray[np.floating]) -> None:
        """Add the next ticks to `out`, `(2, ticks * TICK)`.

        Parameters
        ----------
        turns_per_s, level : (ticks + 1,) each
            Speed, above 0, and the factor of all forces, at the tick edges.
        """
        _turn(
            out,
            self._turn,
            np.asarray(turns_per_s, np.float64),
            np.asarray(level, np.float64),
            self._strikes,
            self._group,
            self._chance,
            self._unfinished,
            self._open,
            self._rate,
            self._key,
        )


@njit(cache=True, nogil=True)
def _turn(out, turn, turns_per_s, level, strikes, group, chance, unfinished, open_, rate, key):  # type: ignore[no-untyped-def]
    jitter, uneven, vary = chance
    reach = BOUND * jitter
    now = turn[0]
    # What has begun before this block goes on first, so that every sample adds up in one order.
    earlier = open_[0]
    open_[0] = 0
    for row in range(earlier):
        start, offset, half, left, right = unfinished[row]
        _strike(out, int(start), offset, half, left, right, unfinished, open_)
    for t in range(level.shape[0] - 1):
        pace = 0.5 * (turns_per_s[t] + turns_per_s[t + 1]) * TICK / rate
        for s in range(group.shape[0]):
            phase = strikes[0, s]
            for count in range(math.ceil(now - phase - reach), math.floor(now + pace - phase + reach) + 1):
                at = (count * GROUPS + group[s]) * 2
                when = count + phase + jitter * _bounded(key, at)
                if when < now or when >= now + pace:
                    continue
                part = (when - now) / pace
                force = math.exp(uneven * _bounded(key, at + 1))
                force *= 1.0 + vary * _bounded(np.uint32(key + np.uint32(s + 1)), count)
                force *= level[t] + part * (level[t + 1] - level[t])
                left, right = force * strikes[1, s], force * strikes[2, s]
                _strike(out, t * TICK, part * TICK, strikes[3, s], left, right, unfinished, open_)
        now += pace
    turn[0] = now


@njit(inline="always")
def _bounded(key, at):  # type: ignore[no-untyped-def]
    return min(max(normal_at(key, at), -BOUND), BOUND)


@njit(inline="always")
def _strike(out, start, offset, half, left, right, unfinished, open_):  # type: ignore[no-untyped-def]
    # A whole and a broken part of the moment: the same samples wherever a block begins.
    frames = out.shape[1]
    end = start + math.floor(offset + 2.0 * half) + 1
    scale = 1.0 / half
    for i in range(max(start + math.ceil(offset), 0), min(end, frames)):
        u = ((i - start) - offset) * scale - 1.0
        w = max(1.0 - u * u, 0.0)
        w = w * w * w
        out[0, i] += left * w
        out[1, i] += right * w
    if end > frames and open_[0] < unfinished.shape[0]:
        row = unfinished[open_[0]]
        row[0], row[1], row[2], row[3], row[4] = start - frames, offset, half, left, right
        open_[0] += 1
