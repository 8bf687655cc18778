"""A bank of sixteen band-passes on independent noise, each with its own moving pitch, bandwidth, level and place.

The filter is the trapezoidal state-variable filter of A. Simper (*Solving the continuous SVF equations*, Cytomic,
2013), which stays stable while its pitch moves.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from soundscape.audio import Audio
from soundscape.contract import TICK
from soundscape.dsp.ticknoise import fill_tick
from soundscape.rng import Seed

LANES = 16
"""Resonators in a bank: two vectors side by side."""


class NoiseResonators:
    """`LANES` narrow bands of noise that are added to a stereo signal.

    Parameters
    ----------
    seed : Seed
        Its own.
    rate : int
        Sample rate in Hz.
    q : (LANES,) array
        Centre frequency over bandwidth of each.
    """

    def __init__(self, seed: Seed, rate: int, *, q: npt.NDArray[np.float64]) -> None:
        self._q = q
        self._rate = rate
        self._key = np.uint32(seed.key())
        self._state = np.zeros(2 * LANES, np.float32)
        self._tick = 0

    def add(
        self,
        out: Audio,
        centre_hz: npt.NDArray[np.float64],
        level: npt.NDArray[np.float64],
        pan: npt.NDArray[np.float64],
    ) -> None:
        """Add the next ticks to `out`, `(2, ticks * TICK)`.

        Parameters
        ----------
        centre_hz, level, pan : (ticks + 1, LANES) each
            At the tick edges: centre of each resonance, its RMS, and its place, -1 to 1 at constant power.
        """
        _add(out, centre_hz, level, pan, self._q, self._rate, self._key, self._tick, self._state)
        self._tick += len(centre_hz) - 1


@njit(cache=True, nogil=True, fastmath={"contract", "reassoc", "nsz"})
def _add(out, centre_hz, level, pan, q, rate, key, tick, state):  # type: ignore[no-untyped-def]
    # One flat array, so that the compiler sees rows at constant offsets and keeps the lanes in vectors:
    # two states, three coefficients, gain and its step, gain of both channels, then the tick's noise.
    rows = 9 * LANES
    m = np.empty(rows + TICK * LANES, np.float32)
    m[: 2 * LANES] = state
    for t in range(centre_hz.shape[0] - 1):
        for k in range(LANES):
            centre = min(centre_hz[t, k], 0.45 * rate)
            g = math.tan(math.pi * centre / rate)
            m[2 * LANES + k] = 1.0 / (1.0 + g * (g + 1.0 / q[k]))
            m[3 * LANES + k] = g * m[2 * LANES + k]
            m[4 * LANES + k] = g * m[3 * LANES + k]
            # White noise of RMS 0.577 has the density 2/3/rate; the band-pass passes pi/2 f Q of it.
            scale = math.sqrt(3.0 * rate / (math.pi * centre * q[k]))
            m[5 * LANES + k] = scale * level[t, k]
            m[6 * LANES + k] = scale * (level[t + 1, k] - level[t, k]) / TICK
            m[7 * LANES + k] = math.sqrt(1.0 - pan[t, k])
            m[8 * LANES + k] = math.sqrt(1.0 + pan[t, k])
        fill_tick(m[rows:], key, tick + t)
        for i in range(TICK):
            x = rows + i * LANES
            left = np.float32(0.0)
            right = np.float32(0.0)
            for k in range(LANES):
                v3 = m[x + k] - m[LANES + k]
                v1 = m[2 * LANES + k] * m[k] + m[3 * LANES + k] * v3
                v2 = m[LANES + k] + m[3 * LANES + k] * m[k] + m[4 * LANES + k] * v3
                m[k] = np.float32(2.0) * v1 - m[k]
                m[LANES + k] = np.float32(2.0) * v2 - m[LANES + k]
                value = v1 * m[5 * LANES + k]
                m[5 * LANES + k] += m[6 * LANES + k]
                left += m[7 * LANES + k] * value
                right += m[8 * LANES + k] * value
            out[0, t * TICK + i] += left
            out[1, t * TICK + i] += right
    state[:] = m[: 2 * LANES]
