"""A gentle high-pass against what no loudspeaker plays: below 20 Hz and the constant.

Two one-poles in 64-bit floats, because a corner this low drifts in 32.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from soundscape.audio import Audio

STRETCH, SILENT = 256, 1e-40


class HighPass:
    """12 dB/octave below `corner_hz`, in place, for as long as it is fed."""

    def __init__(self, rate: int, *, corner_hz: float = 24.0) -> None:
        self._pole = math.exp(-2.0 * math.pi * corner_hz / rate)
        self._state = np.zeros((2, 2))

    def run(self, audio: Audio) -> None:
        """Filter the next frames of `audio`, `(2, frames)`."""
        _run(audio, self._pole, self._state)


@njit(cache=True, nogil=True, fastmath={"contract", "nsz"})
def _run(audio, pole, state):  # type: ignore[no-untyped-def]
    a, b = state[0, 0], state[0, 1]
    c, d = state[1, 0], state[1, 1]
    gain = 1.0 - pole
    for start in range(0, audio.shape[1], STRETCH):
        for i in range(start, min(start + STRETCH, audio.shape[1])):
            x, y = audio[0, i], audio[1, i]
            a = pole * a + gain * x
            c = pole * c + gain * y
            x, y = x - a, y - c
            b = pole * b + gain * x
            d = pole * d + gain * y
            audio[0, i] = x - b
            audio[1, i] = y - d
        # In silence the state would go on for ever, in denormal numbers, which are slow.
        if abs(a) + abs(b) + abs(c) + abs(d) < SILENT:
            a, b, c, d = 0.0, 0.0, 0.0, 0.0
    state[0, 0], state[0, 1] = a, b
    state[1, 0], state[1, 1] = c, d
