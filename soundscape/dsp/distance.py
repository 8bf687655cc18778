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
from soundscape.dsp.onepole import INPUT, LOWS, SIZE, low_pass

FARTHEST = 16.0
NEAR_CUTOFF_HZ, FAR_CUTOFF_HZ = 20_000.0, 1_800.0


class Distance:
    """Applies a distance curve to a stereo signal, block by block."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._state = np.zeros(2, np.float32)

    def apply(self, audio: Audio, curve: npt.NDArray[np.float32]) -> None:
        """Change `audio` in place; `curve` holds the values at its tick edges, 0 to 1."""
        _apply(audio, curve, self._rate, self._state)


@njit(cache=True, nogil=True, fastmath={"contract", "nsz"})
def _apply(audio, curve, rate, state):  # type: ignore[no-untyped-def]
    m = np.empty(SIZE, np.float32)
    gain, pole = _at(curve[0], rate)
    for tick in range(curve.shape[0] - 1):
        left, right = (
            audio[0, tick * TICK : (tick + 1) * TICK],
            audio[1, tick * TICK : (tick + 1) * TICK],
        )
        if curve[tick + 1] == curve[tick] and left.shape[0] == TICK:
            through = np.float32(gain - pole * gain)
            for i in range(TICK):
                m[INPUT + i] = through * left[i]
                m[INPUT + TICK + i] = through * right[i]
            low_pass(m, pole, state[0], state[1])
            for i in range(TICK):
                left[i] = m[LOWS + i]
                right[i] = m[LOWS + TICK + i]
            state[0], state[1] = left[TICK - 1], right[TICK - 1]
        else:
            next_gain, next_pole = _at(curve[tick + 1], rate)
            _move(left, right, gain, next_gain, pole, next_pole, state)
            gain, pole = next_gain, next_pole
    for side in range(2):
        if abs(state[side]) < 1e-20:
            state[side] = np.float32(0.0)


@njit(inline="always")
def _at(distance, rate):  # type: ignore[no-untyped-def]
    """Gain and pole of the low-pass at a distance."""
    far = min(max(np.float64(distance), 0.0), 1.0)
    cutoff_hz = min(NEAR_CUTOFF_HZ * (FAR_CUTOFF_HZ / NEAR_CUTOFF_HZ) ** far, 0.45 * rate)
    return FARTHEST**-far, math.exp(-2.0 * math.pi * cutoff_hz / rate)


@njit(inline="always")
def _move(left, right, gain, next_gain, pole, next_pole, state):  # type: ignore[no-untyped-def]
    step = np.float32(1.0 / TICK)
    g, p = np.float32(gain), np.float32(pole)
    dg, dp = (np.float32(next_gain) - g) * step, (np.float32(next_pole) - p) * step
    a, b = state
    for i in range(left.shape[0]):
        # One multiplication from one frame to the next, and both channels while it waits.
        through = g - p * g
        a = p * a + through * left[i]
        b = p * b + through * right[i]
        left[i] = a
        right[i] = b
        g += dg
        p += dp
    state[0], state[1] = a, b
