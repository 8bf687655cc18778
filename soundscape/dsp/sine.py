"""A sine for kernels: an odd polynomial instead of `math.sin`, which costs some ten times as much a sample."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(inline="always")
def sin_turns(phase):  # type: ignore[no-untyped-def]
    """Sine of a phase in turns, float64 of any size, as float32.

    The nearest whole turn is taken off in float64, the rest folded to a quarter turn, where the Taylor
    polynomial of degree 11 is wrong by less than 6e-8.
    """
    return sin_turn(np.float32(phase - np.floor(phase + 0.5)))


@njit(inline="always")
def sin_turn(turn):  # type: ignore[no-untyped-def]
    """Sine of a phase in turns, float32 from -0.5 to 0.5."""
    folded = np.float32(0.5) - abs(turn) if abs(turn) > np.float32(0.25) else abs(turn)
    x = folded * np.float32(6.2831853)
    s = x * x
    y = np.float32(-2.5052108e-8)
    y = y * s + np.float32(2.7557319e-6)
    y = y * s + np.float32(-1.9841270e-4)
    y = y * s + np.float32(8.3333333e-3)
    y = y * s + np.float32(-1.6666667e-1)
    y = (y * s + np.float32(1.0)) * x
    return -y if turn < np.float32(0.0) else y
