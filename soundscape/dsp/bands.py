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
        at = t * TICK
        for channel in range(2):
            for band in range(BANDS):
                own, common = noise[channel * BANDS + band], noise[2 * BANDS + band]
                # The first pole's own factor is part of the gain: one multiplication less in the recursion.
                first = pole[band] * np.float32(level[t, band, channel] * math.sqrt(density / corner_hz[t, band]))
                last = pole[band] * np.float32(
                    level[t + 1, band, channel] * math.sqrt(density / corner_hz[t + 1, band])
                )
                both = np.float32(math.sqrt(shared[band]))
                alone = np.float32(math.sqrt(1.0 - shared[band]))
                step = np.float32((last - first) / TICK)
                for i in range(TICK):
                    gain = first + step * np.float32(i)
                    own[i] = gain * (both * common[i] + alone * own[i])
            _low_passes(out[channel, at : at + TICK], noise, channel * BANDS, pole, state[channel])


@njit(inline="always")
def _low_passes(out, noise, row, pole, state):  # type: ignore[no-untyped-def]
    # Three bands side by side in registers: the latency of one hides behind the others.
    one = np.float32(1.0)
    u, v, w = pole[3], pole[4], pole[5]
    p1, q1, r1 = one - pole[0], one - pole[1], one - pole[2]
    u1, v1, w1 = one - u, one - v, one - w
    a, b, c, d, e, f = state[0], state[1], state[2], state[3], state[4], state[5]
    for i in range(TICK):
        a = p1 * a + noise[row, i]
        b = q1 * b + noise[row + 1, i]
        c = r1 * c + noise[row + 2, i]
        d = u1 * d + u * a
        e = v1 * e + v * b
        f = w1 * f + w * c
        out[i] += d + e + f
    state[0], state[1], state[2], state[3], state[4], state[5] = a, b, c, d, e, f
