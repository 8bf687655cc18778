"""Distance: what air does to a sound on its way — level by 1/r, highs by absorption. Follows a curve smoothly.

0 is the reference distance, 1 is sixteen times as far: -24 dB and a one-pole low-pass falling from 20 kHz to
1.8 kHz, which follows ISO 9613-1 at 20 °C and 50 % humidity closely enough for the distances of a scene.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from soundscape.audio import Audio
from soundscape.contract import TICK

FARTHEST = 16.0
NEAR_CUTOFF_HZ, FAR_CUTOFF_HZ = 20_000.0, 1_800.0


class Distance:
    """Applies a distance curve to a stereo signal, block by block."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._state = np.zeros(2, np.float32)

    def apply(self, audio: Audio, curve: npt.NDArray[np.float32]) -> None:
        """Change `audio` in place; `curve` holds the values at its tick edges, 0 to 1."""
        far = np.clip(curve.astype(np.float64), 0.0, 1.0)
        gain = FARTHEST**-far
        cutoff = np.minimum(NEAR_CUTOFF_HZ * (FAR_CUTOFF_HZ / NEAR_CUTOFF_HZ) ** far, 0.45 * self._rate)
        pole = np.exp(-2.0 * math.pi * cutoff / self._rate)
        _apply(audio, gain.astype(np.float32), pole.astype(np.float32), self._state)


@njit(cache=True, nogil=True, fastmath={"contract", "nsz"})
def _apply(audio, gain, pole, state):  # type: ignore[no-untyped-def]
    step = np.float32(1.0 / TICK)
    left, right = state[0], state[1]
    for tick in range(gain.shape[0] - 1):
        g, p = gain[tick], pole[tick]
        dg, dp = (gain[tick + 1] - g) * step, (pole[tick + 1] - p) * step
        start = tick * TICK
        for i in range(start, min(start + TICK, audio.shape[1])):
            # One multiplication from one frame to the next, and both channels while it waits.
            through = g - p * g
            left = p * left + through * audio[0, i]
            right = p * right + through * audio[1, i]
            audio[0, i] = left
            audio[1, i] = right
            g += dg
            p += dp
    state[0] = left if abs(left) > 1e-20 else np.float32(0.0)
    state[1] = right if abs(right) > 1e-20 else np.float32(0.0)
