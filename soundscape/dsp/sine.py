"""A sine for kernels: an odd polynomial instead of `math.sin`, which costs some ten times as much a sample."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(inline="always")
def sin_turns(phase):  # type: ignore[no-untyped-def]
    """Sine of a phase in turns, float64 of any size, as float32; the nearest whole turn is taken off in float64."""
    return sin_turn(np.float32(phase - np.floor(phase + 0.5)))


@njit(inline="always")
def sin_turn(turn):  # type: ignore[no-untyped-def]
    """Sine of a phase in turns, float32 from -0.5 to 0.5, wrong by less than 3e-7.

    Its three zeros times the even polynomial of degree 10 that is best for the product over the whole range, so that
    nothing need be folded.
    """
    s = turn * turn
    y = np.float32(-3.1933729)
    y = y * s + np.float32(14.065505)
    y = y * s + np.float32(-38.498419)
    y = y * s + np.float32(67.076759)
    y = y * s + np.float32(-64.835823)
    y = y * s + np.float32(25.132741)
    return y * (turn * (np.float32(0.25) - s))
