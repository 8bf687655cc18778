"""Bubbles in water: every one a damped sine whose pitch rises as it nears the surface.

A bubble of radius `r` in metres sings at `3 / r` Hz and dies away at `0.13 / r + 0.0072 r**-1.5` a second
(M. Minnaert 1933; K. van den Doel, *Physically based models for liquid sounds*, ACM Trans. Applied Perception 2,
2005). They form as a Poisson process whose rate, radius, level and place move with the ticks; radii are log-normal
and bounded, bigger ones are louder, and some of them rise.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from soundscape.audio import Audio
from soundscape.contract import TICK
from soundscape.dsp.noise import hash32, mix32, normal_at, uniform, white_at
from soundscape.dsp.sine import sin_turns
from soundscape.dsp.spill import Spill
from soundscape.rng import Seed

_LANES = 16
_HEARD = 5.5
"""Time constants until a bubble ends, 48 dB down."""
_BOUND = 2.2
_SMALLEST_M, _LARGEST_M = 0.00022, 0.020
_RISE = 0.1
"""Relative rise in pitch of a rising bubble in one time constant."""
_LEVEL_SD, _LOUDEST = 0.45, 1.4
"""Of the logarithm of a bubble's level beside its size, and how many of them one may be louder."""


class Bubbles:
    """Bubbles that are added to a stereo signal.

    Parameters
    ----------
    seed : Seed
        Its own.
    rate : int
        Sample rate in Hz.
    radius_sd : float
        Standard deviation of the logarithm of a bubble's radius.
    rising : float
        Share of bubbles whose pitch rises.
    densest : float
        Highest rate in bubbles a second that will be asked for.
    """

    def __init__(
        self, seed: Seed, rate: int, *, radius_sd: float = 0.35, rising: float = 0.6, densest: float = 4_000.0
    ) -> None:
        self._rate = rate
        self._shape = (radius_sd, rising)
        self._slots = 1 << max(2, math.ceil(math.log2(2.0 * densest * TICK / rate)))
        self._spill = Spill(math.ceil(_HEARD / _damping(_LARGEST_M) * rate) + 2 * _LANES + TICK)
        self._key = np.uint32(seed.key())
        self._tick = 0

    def add(
        self,
        out: Audio,
        per_s: npt.NDArray[np.float64],
        radius_mm: npt.NDArray[np.float64],
        level: npt.NDArray[np.float64],
        pan: npt.NDArray[np.float64],
    ) -> None:
        """Add the next ticks to `out`, `(2, ticks * TICK)`.

        Parameters
        ----------
        per_s, radius_mm, level, pan : (ticks + 1,) each
            At the tick edges: bubbles a second, median radius, peak level of a median bubble, and the place around
            which bubbles scatter, -1 to 1.
        """
        ticks = len(per_s) - 1
        whole = self._spill.canvas(ticks * TICK)
        _form(whole, per_s, radius_mm, level, pan, self._shape, self._slots, self._rate, self._key, self._tick)
        self._spill.pour(out)
        self._tick += ticks


@njit(inline="always", cache=True)
def _damping(radius_m):  # type: ignore[no-untyped-def]
    return 0.13 / radius_m + 0.0072 * radius_m**-1.5


@njit(cache=True, nogil=True, fastmath={"contract", "nsz"})
def _form(whole, per_s, radius_mm, level, pan, shape, slots, rate, key, tick):  # type: ignore[no-untyped-def]
    radius_sd, rising = shape
    longest = int(_HEARD / _damping(_LARGEST_M) * rate) + 2 * _LANES
    sound, fall = np.empty(longest, np.float32), np.empty(longest, np.float32)
    width = TICK / slots
    for t in range(per_s.shape[0] - 1):
        chance = per_s[t] * TICK / (rate * slots)
        if chance <= 0.0 or level[t] <= 0.0:
            continue
        for slot in range(slots):
            at = (tick + t) * slots + slot
            if uniform(key, at) >= chance:
                continue
            own = mix32(np.uint32(hash32(key, at) ^ np.uint32(0x5BD1E995)))
            size = min(max(normal_at(own, 0), -_BOUND), _BOUND) * radius_sd
            radius = min(max(1e-3 * radius_mm[t] * math.exp(size), _SMALLEST_M), _LARGEST_M)
            damping = _damping(radius)
            rise = _RISE * damping * 2.0 * uniform(own, 1) if uniform(own, 2) < rising else 0.0
            pace = 3.0 / radius / rate
            if pace * (1.0 + _HEARD * rise / damping) > 0.45:
                continue
            length = int(_HEARD / damping * rate)
            _sing(sound, fall, length, pace, 0.5 * pace * rise / rate, math.exp(-damping / rate))
            gain = level[t] * math.exp(size + _LEVEL_SD * min(normal_at(own, 3), _LOUDEST))
            place = min(max(pan[t] + 0.4 * white_at(own, 4), -1.0), 1.0)
            start = t * TICK + int((slot + uniform(own, 5)) * width)
            for side in range(2):
                part = whole[side, start : start + length]
                sided = np.float32(gain * math.sqrt(0.5 - 0.5 * place if side == 0 else 0.5 + 0.5 * place))
                for i in range(length):
                    part[i] += sided * sound[i]


@njit(inline="always")
def _sing(sound, fall, length, pace, bend, decay):  # type: ignore[no-untyped-def]
    # The fall sixteen frames at a time: the same factor, sixteen steps apart.
    value = 1.0
    for i in range(_LANES):
        fall[i] = value
        value *= decay
    far = np.float32(value)
    back = np.uint64(_LANES)
    for i in range(np.uint64(_LANES), np.uint64(length)):
        fall[i] = far * fall[i - back]
    for i in range(length):
        sound[i] = fall[i] * sin_turns((pace + bend * i) * i)
