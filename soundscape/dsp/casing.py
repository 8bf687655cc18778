"""A casing: the modes of a machine's body, through which everything inside it is heard.

Complex one-pole resonators in vector lanes; unlike a direct form they keep their pitch and noise in float32.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from soundscape.audio import Audio

MODES = 32
"""A multiple of the widest vectors, so that no lane is left over."""
WIDTH = 2 * MODES
RE, IM, COS, SIN, INTO = (row * WIDTH for row in range(5))
RESTING = np.float32(1e-15)
"""A push that nobody hears keeps a resting casing out of denormal numbers."""


class Casing:
    """Two sides of `MODES` resonances each, driven by a stereo signal.

    Parameters
    ----------
    rate : int
        Sample rate in Hz.
    frequency_hz, quality, gain : float `(2, MODES)`
        Of every mode; the gain is the response at resonance.
    """

    def __init__(
        self,
        rate: int,
        *,
        frequency_hz: npt.NDArray[np.float64],
        quality: npt.NDArray[np.float64],
        gain: npt.NDArray[np.float64],
    ) -> None:
        frequency = np.minimum(frequency_hz, 0.4 * rate)
        radius = np.exp(-math.pi * frequency / quality / rate)
        angle = 2.0 * math.pi * frequency / rate
        self._state = np.zeros((2, 2 * MODES), np.float32)
        self._pole = np.array((radius * np.cos(angle), radius * np.sin(angle)), np.float32).reshape(2, -1)
        self._gain = (2.0 * gain * (1.0 - radius)).astype(np.float32).ravel()

    def add(self, out: Audio, drive: Audio) -> None:
        """Add the casing's answer to `drive` to `out`, both `(2, frames)`; an odd last frame is left out."""
        _resonate(out, drive, self._state, self._pole, self._gain)


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract", "nsz", "arcp"})
def _resonate(out, drive, state, pole, gain):  # type: ignore[no-untyped-def]
    # One flat array with rows at constant offsets keeps the modes in vectors; two frames a step halve what is moved.
    m = np.empty(5 * WIDTH, np.float32)
    m[RE:IM], m[IM:COS], m[COS:SIN], m[SIN:INTO], m[INTO:] = state[0], state[1], pole[0], pole[1], gain
    for i in range(0, out.shape[1] - 1, 2):
        for side in range(2):
            now, then = drive[side, i] + RESTING, drive[side, i + 1] + RESTING
            first, second = np.float32(0.0), np.float32(0.0)
            for k in range(side * MODES, side * MODES + MODES):
                x, y = _turned(m, k, now)
                first += x
                m[RE + k], m[IM + k] = x, y
                x, y = _turned(m, k, then)
                second += x
                m[RE + k], m[IM + k] = x, y
            out[side, i] += first
            out[side, i + 1] += second
    state[0], state[1] = m[RE:IM], m[IM:COS]


@njit(inline="always")
def _turned(m, k, force):  # type: ignore[no-untyped-def]
    x, y = m[RE + k], m[IM + k]
    return x * m[COS + k] - y * m[SIN + k] + m[INTO + k] * force, x * m[SIN + k] + y * m[COS + k]
