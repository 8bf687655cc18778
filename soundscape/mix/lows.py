"""Lows: below 120 Hz both sides of a stem are one, so that nothing is lost in mono or on one subwoofer.

The difference of the two sides passes a Butterworth high-pass of fourth order; their sum passes as it is, and what
is equal on both sides stays bit for bit.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from soundscape.audio import Sum

SPLIT_HZ = 120.0
BUTTERWORTH_Q = (0.541196, 1.306563)
"""Of the two halves of a filter of fourth order."""
TINY = 1e-20
"""A filter rests below it: in silence it would sink to denormals, which are slow."""
OFTEN = 1024
"""Frames after which that is looked at."""


class MonoLows:
    """Takes the lows out of the difference of two sides, block by block.

    Parameters
    ----------
    rate : int
        In Hz.
    """

    def __init__(self, rate: int) -> None:
        self._sections = np.array([_highpass(rate, q) for q in BUTTERWORTH_Q])
        self._state = np.zeros((2, 2))

    @property
    def rests(self) -> bool:
        """Whether silence that comes now stays silence."""
        return not self._state.any()

    def apply(self, audio: Sum) -> None:
        """Change a block `(2, frames)` in place."""
        _apply(audio, self._sections, self._state)


class LowPass:
    """What goes to a subwoofer: a Butterworth low-pass of fourth order at `SPLIT_HZ`, block by block."""

    def __init__(self, rate: int) -> None:
        self._sections = np.array([_lowpass(rate, q) for q in BUTTERWORTH_Q])
        self._state = np.zeros((2, 2))

    def apply(self, signal: npt.NDArray[np.float32]) -> None:
        """Change a block `(frames,)` in place."""
        _low_pass(signal, self._sections, self._state)


def _lowpass(rate: int, q: float) -> tuple[float, float, float]:
    """`b0`, `a1`, `a2` of a low-pass whose zeros lie at half the rate."""
    b0, a1, a2 = _highpass(rate, q)
    return b0 * math.tan(math.pi * SPLIT_HZ / rate) ** 2, a1, a2


def _highpass(rate: int, q: float) -> tuple[float, float, float]:
    """`b0`, `a1`, `a2` of a high-pass whose zeros lie at 0 Hz (R. Bristow-Johnson, *Cookbook formulae*)."""
    omega = 2.0 * math.pi * SPLIT_HZ / rate
    alpha = math.sin(omega) / (2.0 * q)
    a0 = 1.0 + alpha
    return (1.0 + math.cos(omega)) / 2.0 / a0, -2.0 * math.cos(omega) / a0, (1.0 - alpha) / a0


@njit(cache=True, nogil=True)
def _apply(audio, sections, state):  # type: ignore[no-untyped-def]
    b, a1, a2 = sections[0]
    d, c1, c2 = sections[1]
    p1, p2 = state[0]
    q1, q2 = state[1]
    for n in range(audio.shape[1]):
        side = 0.5 * (np.float64(audio[0, n]) - np.float64(audio[1, n]))
        inner = side - a1 * p1 - a2 * p2
        passed = b * (inner - 2.0 * p1 + p2)
        p2, p1 = p1, inner
        inner = passed - c1 * q1 - c2 * q2
        passed = d * (inner - 2.0 * q1 + q2)
        q2, q1 = q1, inner
        taken = np.float32(passed - side)
        audio[0, n] += taken
        audio[1, n] -= taken
        if n % OFTEN == 0 and abs(p1) + abs(p2) + abs(q1) + abs(q2) < TINY:
            p1 = p2 = q1 = q2 = 0.0
    state[0, 0], state[0, 1], state[1, 0], state[1, 1] = p1, p2, q1, q2


@njit(cache=True, nogil=True)
def _low_pass(signal, sections, state):  # type: ignore[no-untyped-def]
    for section in range(sections.shape[0]):
        b, a1, a2 = sections[section]
        p1, p2 = state[section]
        for n in range(signal.shape[0]):
            inner = np.float64(signal[n]) - a1 * p1 - a2 * p2
            signal[n] = b * (inner + 2.0 * p1 + p2)
            p2, p1 = p1, inner
            if n % OFTEN == 0 and abs(p1) + abs(p2) < TINY:
                p1 = p2 = 0.0
        state[section, 0], state[section, 1] = p1, p2
