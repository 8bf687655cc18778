"""A gentle high-pass against what no loudspeaker plays: below 20 Hz and the constant.

Two one-poles, each of which takes off what its low-pass leaves. A corner this low drifts in 32-bit floats; so they
hold what comes of one tick alone, and what goes on from tick to tick is 64 bits long.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from soundscape.audio import Audio
from soundscape.contract import TICK
from soundscape.dsp.onepole import INPUT, LOWS, SIZE, low_pass

SILENT = 1e-30
HEARD, FALL = SIZE, SIZE + 2 * TICK
"""Offsets into the workspace of a tick: its signal, and how a state falls."""


class HighPass:
    """12 dB/octave below `corner_hz`, in place, for as long as it is fed: whole ticks, but for the last time."""

    def __init__(self, rate: int, *, corner_hz: float = 24.0) -> None:
        self._pole = math.exp(-2.0 * math.pi * corner_hz / rate)
        self._fall = (self._pole ** np.arange(1, TICK + 1)).astype(np.float32)
        self._state = np.zeros((2, 2))

    def run(self, audio: Audio) -> None:
        """Filter the next frames of `audio`, `(2, frames)`."""
        _run(audio, self._pole, self._fall, self._state)


@njit(cache=True, nogil=True, fastmath={"contract", "nsz"})
def _run(audio, pole, fall, state):  # type: ignore[no-untyped-def]
    m = np.zeros(SIZE + 3 * TICK, np.float32)
    m[FALL:] = fall
    for start in range(0, audio.shape[1], TICK):
        left, right = audio[0, start : start + TICK], audio[1, start : start + TICK]
        for i in range(left.shape[0]):
            m[HEARD + i] = left[i]
            m[HEARD + TICK + i] = right[i]
        for stage in range(2):
            _take_lows(m, pole, state[:, stage], left.shape[0])
        for i in range(left.shape[0]):
            left[i] = m[HEARD + i]
            right[i] = m[HEARD + TICK + i]
        # In silence the state would go on for ever, in denormal numbers, which are slow.
        for side in range(2):
            for stage in range(2):
                if abs(state[side, stage]) < SILENT:
                    state[side, stage] = 0.0


@njit(inline="always")
def _take_lows(m, pole, state, frames):  # type: ignore[no-untyped-def]
    gain = np.float32(1.0 - pole)
    for i in range(2 * TICK):
        m[INPUT + i] = gain * m[HEARD + i]
    low_pass(m, pole, 0.0, 0.0)
    for side in range(2):
        before, row = np.float32(state[side]), side * TICK
        state[side] = m[LOWS + row + frames - 1] + pole**frames * state[side]
        for i in range(TICK):
            m[HEARD + row + i] -= m[LOWS + row + i] + m[FALL + i] * before
