"""Broadband noise in three overlapping bands, each with its own moving corner, level and width.

A band is white noise through two one-pole low-passes, the second `STEEPEN` times higher: flat, then -6, then
-12 dB/octave. What the channels share is stated per band, so that lows stay together while highs spread, as they
do between two ears in a diffuse field (Lindevald & Benade, J. Acoust. Soc. Am. 80, 1986).
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

BANDS = 3
STEEPEN = 4.0


class NoiseBands:
    """Three bands of noise that are added to a stereo signal.

    Parameters
    ----------
    seed : Seed
        Its own.
    rate : int
        Sample rate in Hz.
    shared : tuple of float
        For each band the share of its power, 0 to 1, that both channels have in common.
    """

    def __init__(self, seed: Seed, rate: int, *, shared: tuple[float, float, float]) -> None:
        self._shared = np.array(shared)
        self._rate = rate
        self._key = np.uint32(seed.key())
        self._state = np.zeros((2, 2 * BANDS), np.float32)
        self._tick = 0

    def add(self, out: Audio, corner_hz: npt.NDArray[np.float64], level: npt.NDArray[np.float64]) -> None:
        """Add the next ticks to `out`, `(2, ticks * TICK)`.

        Parameters
        ----------
        corner_hz : (ticks + 1, BANDS)
            Corner of each band at the tick edges.
        level : (ticks + 1, BANDS, 2)
            RMS of each band in each channel at the tick edges.
        """
        _add(out, corner_hz, level, self._shared, self._rate, self._key, self._tick, self._state)
        self._tick += len(corner_hz) - 1


@njit(cache=True, nogil=True, fastmath={"contract", "nsz"})
def _add(out, corner_hz, level, shared, rate, key, tick, state):  # type: ignore[no-untyped-def]
    streams = np.empty((3 * BANDS + 1) * TICK, np.float32)
    noise = streams[: 3 * BANDS * TICK].reshape(3 * BANDS, TICK)
    pole = np.empty(2 * BANDS, np.float32)
    # Density of white noise of RMS 0.577, by the noise bandwidth of both poles, is the power behind them.
    density = 1.5 * rate * 2.0 / math.pi * (1.0 + STEEPEN) / STEEPEN
    for t in range(corner_hz.shape[0] - 1):
        fill_tick(streams, key, tick + t)
        for band in range(BANDS):
            corner = min(corner_hz[t, band], 0.2 * rate)
            pole[band] = 1.0 - math.exp(-2.0 * math.pi * corner / rate)
            pole[BANDS + band] = 1.0 - math.exp(-2.0 * math.pi * min(STEEPEN * corner, 0.45 * rate) / rate)
        for channel in range(2):
            for band in range(BANDS):
                own, common = noise[channel * BANDS + band], noise[2 * BANDS + band]
                # The first pole's own factor is part of the gain: one multiplication less in the recursion.
                first = (
                    pole[band]
                    * pole[BANDS + band]
                    * np.float32(level[t, band, channel] * math.sqrt(density / corner_hz[t, band]))
                )
                last = (
                    pole[band]
                    * pole[BANDS + band]
                    * np.float32(level[t + 1, band, channel] * math.sqrt(density / corner_hz[t + 1, band]))
                )
                both = np.float32(math.sqrt(shared[band]))
                alone = np.float32(math.sqrt(1.0 - shared[band]))
                step = np.float32((last - first) / TICK)
                for i in range(TICK):
                    gain = first + step * np.float32(i)
                    own[i] = gain * (both * common[i] + alone * own[i])
        _low_passes(out[:, t * TICK : (t + 1) * TICK], noise, pole, state)


@njit(inline="always")
def _low_passes(out, noise, pole, state):  # type: ignore[no-untyped-def]
    # Both channels of three bands side by side in registers: the latency of one hides behind the others.
    unit = np.float32(1.0)
    p0, p1, p2 = unit - pole[0], unit - pole[1], unit - pole[2]
    g0, g1, g2 = pole[3], pole[4], pole[5]
    q0, q1, q2 = unit - g0, unit - g1, unit - g2
    a0, a1, a2, b0, b1, b2 = (
        g0 * state[0, 0],
        g1 * state[0, 1],
        g2 * state[0, 2],
        state[0, 3],
        state[0, 4],
        state[0, 5],
    )
    c0, c1, c2, d0, d1, d2 = (
        g0 * state[1, 0],
        g1 * state[1, 1],
        g2 * state[1, 2],
        state[1, 3],
        state[1, 4],
        state[1, 5],
    )
    left, right = out[0], out[1]
    for i in range(TICK):
        a0 = p0 * a0 + noise[0, i]
        a1 = p1 * a1 + noise[1, i]
        a2 = p2 * a2 + noise[2, i]
        c0 = p0 * c0 + noise[3, i]
        c1 = p1 * c1 + noise[4, i]
        c2 = p2 * c2 + noise[5, i]
        b0 = q0 * b0 + a0
        b1 = q1 * b1 + a1
        b2 = q2 * b2 + a2
        d0 = q0 * d0 + c0
        d1 = q1 * d1 + c1
        d2 = q2 * d2 + c2
        left[i] += b0 + b1 + b2
        right[i] += d0 + d1 + d2
    state[0, 0], state[0, 1], state[0, 2], state[0, 3], state[0, 4], state[0, 5] = (
        a0 / g0,
        a1 / g1,
        a2 / g2,
        b0,
        b1,
        b2,
    )
    state[1, 0], state[1, 1], state[1, 2], state[1, 3], state[1, 4], state[1, 5] = (
        c0 / g0,
        c1 / g1,
        c2 / g2,
        d0,
        d1,
        d2,
    )
