"""Random motion on many time scales at once, for whatever nature moves: wind speed, flutter, wander.

A ladder of Ornstein-Uhlenbeck processes, one every factor of three in frequency, whose variances follow
`f**(1 - slope)`: their sum has the power spectrum `f**-slope` between its lowest and highest corner
(a superposition of relaxations, as in M. Keshner, *1/f noise*, Proc. IEEE 70, 1982). It runs for ever, starts
anywhere in its stationary state and never repeats.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from soundscape.contract import TICK
from soundscape.dsp.noise import normal_at
from soundscape.rng import Seed

SPACING = 3.0
"""Ratio of neighbouring corners: the spectrum ripples by less than 1 dB."""


class Drift:
    """Independent motions of mean 0 and standard deviation 1, one value per tick edge.

    Parameters
    ----------
    seed : Seed
        Its own; two drifts of one seed move alike.
    rate : int
        Sample rate in Hz.
    motions : int
        How many.
    low_hz, high_hz : float
        Where the spectrum bends from flat to sloping, and where it ends.
    slope : float
        Exponent of the fall: 5/3 is turbulence, 1 is flicker, 2 a random walk.
    """

    def __init__(
        self, seed: Seed, rate: int, *, motions: int = 1, low_hz: float, high_hz: float = 20.0, slope: float = 1.0
    ) -> None:
        steps = max(1, math.ceil(math.log(high_hz / low_hz, SPACING)))
        corners = low_hz * SPACING ** np.arange(steps + 1)
        variance = corners ** (1.0 - slope)
        variance /= variance.sum()
        self._decay = np.exp(-2.0 * math.pi * corners * TICK / rate)
        self._kick = np.sqrt(variance * (1.0 - self._decay**2))
        self._state = np.sqrt(variance) * seed.generator("start").standard_normal((motions, len(corners)))
        self._key = np.uint32(seed.key("kicks"))
        self._tick = 0

    def advance(self, ticks: int) -> npt.NDArray[np.float64]:
        """The next `ticks` ticks: `(ticks + 1, motions)`, values at tick edges, the first as it stands now."""
        values = np.empty((ticks + 1, len(self._state)))
        _advance(values, self._state, self._decay, self._kick, self._key, self._tick)
        self._tick += ticks
        return values


@njit(cache=True, nogil=True)
def _advance(values, state, decay, kick, key, tick):  # type: ignore[no-untyped-def]
    motions, steps = state.shape
    count = motions * steps
    every = state.reshape(count)
    fallen, kicked, drawn = np.empty(count), np.empty(count), np.empty(count, np.float32)
    for i in range(count):
        fallen[i], kicked[i] = decay[i % steps], kick[i % steps]
    for edge in range(values.shape[0]):
        if edge > 0:
            # All of them alike and in one row, so that their kicks are drawn in vector lanes.
            at = (tick + edge) * count
            for i in range(count):
                drawn[i] = normal_at(key, at + i)
            for i in range(count):
                every[i] = fallen[i] * every[i] + kicked[i] * drawn[i]
        for motion in range(motions):
            total = 0.0
            for step in range(steps):
                total += state[motion, step]
            values[edge, motion] = total
