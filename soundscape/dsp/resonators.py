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
AA, AB, AX, BA, BB, BX, LEFT, RISE_LEFT, RIGHT, RISE_RIGHT, NOISE = range(2 * LANES, 13 * LANES, LANES)
"""Offsets into a tick's workspace, behind the two states: how both and the noise move each of them, gains of both
sides and their steps, and the noise."""


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
    # One flat array, so that the compiler sees rows at constant offsets and keeps the lanes in vectors.
    m = np.empty(NOISE + TICK * LANES, np.float32)
    m[: 2 * LANES] = state
    for t in range(centre_hz.shape[0] - 1):
        for k in range(LANES):
            centre = min(centre_hz[t, k], 0.45 * rate)
            g = math.tan(math.pi * centre / rate)
            share = 1.0 / (1.0 + g * (g + 1.0 / q[k]))
            m[AA + k], m[AB + k], m[AX + k] = 2.0 * share - 1.0, -2.0 * g * share, 2.0 * g * share
            m[BA + k], m[BB + k], m[BX + k] = 2.0 * g * share, 1.0 - 2.0 * g * g * share, 2.0 * g * g * share
            # White noise of RMS 0.577 has the density 2/3/rate; the band-pass passes pi/2 f Q of it. What it passes
            # is the mean of its first state now and then.
            scale = 0.5 * math.sqrt(3.0 * rate / (math.pi * centre * q[k]))
            gain, rise = scale * level[t, k], scale * (level[t + 1, k] - level[t, k]) / TICK
            near, far = math.sqrt(1.0 - pan[t, k]), math.sqrt(1.0 + pan[t, k])
            m[LEFT + k], m[RISE_LEFT + k] = near * gain, near * rise
            m[RIGHT + k], m[RISE_RIGHT + k] = far * gain, far * rise
        fill_tick(m[NOISE:], key, tick + t)
        out_left, out_right = out[0, t * TICK : (t + 1) * TICK], out[1, t * TICK : (t + 1) * TICK]
        for i in range(0, TICK, 2):
            # Two frames a step halve what is moved.
            x, time = NOISE + i * LANES, np.float32(i)
            a, b, c, d = np.float32(0.0), np.float32(0.0), np.float32(0.0), np.float32(0.0)
            for k in range(LANES):
                left, right = m[LEFT + k] + m[RISE_LEFT + k] * time, m[RIGHT + k] + m[RISE_RIGHT + k] * time
                first, second = _move(m, k, x)
                passed = m[k] + first
                m[k], m[LANES + k] = first, second
                a += left * passed
                b += right * passed
                first, second = _move(m, k, x + LANES)
                passed = m[k] + first
                m[k], m[LANES + k] = first, second
                c += (left + m[RISE_LEFT + k]) * passed
                d += (right + m[RISE_RIGHT + k]) * passed
            out_left[i] += a
            out_right[i] += b
            out_left[i + 1] += c
            out_right[i + 1] += d
    state[:] = m[: 2 * LANES]


@njit(nogil=True, fastmath={"contract", "nsz"})
def _pass(a, b, x, aa, ab, ax, ba, bb, bx):  # type: ignore[no-untyped-def]
    # In this order, which the compiler may not change: what comes in waits for the states, not they for it.
    return aa * a + (ab * b + ax * x), bb * b + (ba * a + bx * x)


@njit(inline="always")
def _move(m, k, x):  # type: ignore[no-untyped-def]
    """Both states of a resonator after the next frame of noise."""
    return _pass(
        m[k], m[LANES + k], m[x + k], m[AA + k], m[AB + k], m[AX + k], m[BA + k], m[BB + k], m[BX + k]
    )  # fmt: skip
