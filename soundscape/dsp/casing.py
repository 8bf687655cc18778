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
        """Add the casing's answer to `drive` to `out`, both `(2, frames)`."""
        _resonate(out, drive, self._state, self._pole, self._gain)


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract", "nsz", "arcp"})
def _resonate(out, drive, state, pole, gain):  # type: ignore[no-untyped-def]
    re, im = state[0].copy(), state[1].copy()
    cos, sin, into = pole[0].copy(), pole[1].copy(), gain.copy()
    for i in range(out.shape[1]):
        for side in range(2):
            force = drive[side, i] + RESTING
            total = np.float32(0.0)
            for m in range(side * MODES, side * MODES + MODES):
                x, y = re[m], im[m]
                re[m] = x * cos[m] - y * sin[m] + into[m] * force
                im[m] = x * sin[m] + y * cos[m]
                total += re[m]
            out[side, i] += total
    state[0] = re
    state[1] = im
