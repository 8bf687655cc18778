"""The echo off the ground: what flies or stands above it is heard twice, and the two ways differ.

The second way is longer by a few metres and loses its highs in grass and sand. Together they are a comb whose notches
glide as the source moves: how one hears that it does (J. E. Piercy, T. F. W. Embleton & L. C. Sutherland, *Review of
noise propagation in the atmosphere*, J. Acoust. Soc. Am. 61, 1977).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from soundscape.audio import Audio
from soundscape.contract import TICK

Floats = npt.NDArray[np.float64]

SPEED_OF_SOUND = 343.0
EAR_M = 1.6
"""Height at which one hears."""
LONGEST_S = 0.0095
"""Of the second way beyond the first: twice the height of the ear at the very most."""
SOFT_HZ = 2_400.0
"""Above this the ground takes more than it gives."""


class Ground:
    """The echo, added to a stereo signal.

    Parameters
    ----------
    rate : int
        Sample rate in Hz.
    given : float
        Share of the amplitude that comes back, 0 to 1: 0.9 concrete, 0.5 sand.
    """

    def __init__(self, rate: int, *, given: float) -> None:
        self._rate, self._given = rate, given
        self._soft = np.float32(1.0 - math.exp(-2.0 * math.pi * SOFT_HZ / rate))
        self._past = np.zeros((2, math.ceil(LONGEST_S * rate) + 3), np.float32)
        self._dark = np.zeros(2, np.float32)

    def run(self, audio: Audio, *, way_m: Floats, height_m: Floats | float) -> None:
        """Add it to the next ticks of `audio` `(2, ticks * TICK)`, in place.

        Parameters
        ----------
        way_m : (ticks + 1,)
            From the source straight to the ear, at the tick edges.
        height_m : of the source, at the tick edges or always
        """
        around_m = np.sqrt(way_m**2 + 4.0 * EAR_M * height_m)
        lag = np.clip((around_m - way_m) / SPEED_OF_SOUND, 0.0, LONGEST_S) * self._rate + 1.0
        past = self._past.shape[1]
        heard = np.empty((2, past + audio.shape[1]), np.float32)
        heard[:, :past] = self._past
        given = (self._given * way_m / around_m).astype(np.float32)
        _add(audio, heard, past, lag, given, self._soft, self._dark)
        self._past = heard[:, audio.shape[1] :].copy()


@njit(cache=True, nogil=True, fastmath={"contract", "nsz"})
def _add(audio, heard, past, lag, level, soft, dark):  # type: ignore[no-untyped-def]
    left, right = dark
    for tick in range(lag.shape[0] - 1):
        step, rise = (lag[tick + 1] - lag[tick]) / TICK, (level[tick + 1] - level[tick]) / np.float32(TICK)
        for i in range(TICK):
            at = tick * TICK + i
            left += soft * (audio[0, at] - left)
            right += soft * (audio[1, at] - right)
            heard[0, past + at], heard[1, past + at] = left, right
            # The lag alone says between which two frames it lies, so that it is rounded alike in any block.
            late = lag[tick] + step * i
            back = int(late) + 1
            whole, part = past + at - back, np.float32(back - late)
            gain = level[tick] + rise * np.float32(i)
            audio[0, at] += gain * (heard[0, whole] + part * (heard[0, whole + 1] - heard[0, whole]))
            audio[1, at] += gain * (heard[1, whole] + part * (heard[1, whole + 1] - heard[1, whole]))
    dark[0], dark[1] = left, right
