"""Moving air: the speed of a wind, tick by tick, as turbulence with rare squalls.

Turbulence follows the longitudinal von Karman spectrum, flat below `U / (8.4 L)` and f**-5/3 above it, and is
log-normal. A squall rises within 0.5 to 2 s and takes 3 to 8 s to fall.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from soundscape.contract import TICK
from soundscape.dsp.drift import Drift
from soundscape.dsp.noise import uniform
from soundscape.rng import Seed

SQUALL_S = 24.0
"""One squall at most begins in every stretch of this length."""


class Air:
    """Speed of the air over its mean, with a memory for those whom a gust reaches later.

    Parameters
    ----------
    seed : Seed
        Its own.
    rate : int
        Sample rate in Hz.
    speed : float
        Mean speed in m/s.
    turbulence : float
        Standard deviation of the speed over its mean, 0.13 to 0.17 over open ground.
    gust_length : float
        Length of the gusts in m.
    squalls : float
        Height of the squalls, 0 to 1: the largest raise the speed by a factor of e**0.8.
    reach_s : float
        Length of the memory in seconds.
    """

    def __init__(
        self,
        seed: Seed,
        rate: int,
        *,
        speed: float,
        turbulence: float,
        gust_length: float,
        squalls: float = 0.0,
        reach_s: float = 0.0,
    ) -> None:
        self.reach = math.ceil(reach_s * rate / TICK)
        """Ticks of memory."""
        self._gusts = Drift(
            seed.child("gusts"), rate, low_hz=speed / (math.sqrt(70.8) * gust_length), slope=5.0 / 3.0
        )
        self._turbulence = turbulence
        self._squalls = squalls
        self._key = np.uint32(seed.key("squalls"))
        self._tick_s = TICK / rate
        self._tick = 0
        self._past = self._next(self.reach)

    def advance(self, ticks: int) -> npt.NDArray[np.float64]:
        """The next `ticks` ticks: `(reach + ticks + 1,)`, values at tick edges; those before the first are past."""
        speeds = np.concatenate((self._past[:-1], self._next(ticks)))
        self._past = speeds[len(speeds) - self.reach - 1 :]
        return speeds

    def _next(self, ticks: int) -> npt.NDArray[np.float64]:
        values = self._gusts.advance(ticks)[:, 0]
        _blow(values, self._turbulence, self._squalls, self._key, self._tick, self._tick_s)
        self._tick += ticks
        return values


@njit(cache=True, nogil=True)
def _blow(values, turbulence, squalls, key, tick, tick_s):  # type: ignore[no-untyped-def]
    for edge in range(values.shape[0]):
        push = squalls * _squall(key, (tick + edge) * tick_s) if squalls > 0.0 else 0.0
        values[edge] = math.exp(turbulence * values[edge] - 0.5 * turbulence * turbulence + push)


@njit(cache=True, nogil=True)
def _squall(key, time_s):  # type: ignore[no-untyped-def]
    here = int(time_s / SQUALL_S)
    push = 0.0
    for stretch in range(max(0, here - 1), here + 1):
        at = 5 * stretch
        if uniform(key, at) < 0.3:
            continue
        since = time_s - (stretch + uniform(key, at + 1)) * SQUALL_S
        if since <= 0.0:
            continue
        rise, fall = 0.25 + 0.5 * uniform(key, at + 2), 1.5 + 1.5 * uniform(key, at + 3)
        push += (0.3 + 0.5 * uniform(key, at + 4)) * (1.0 - math.exp(-since / rise)) * math.exp(-since / fall)
    return push
