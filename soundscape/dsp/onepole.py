"""A one-pole low-pass in vector lanes, for kernels that work tick by tick: both channels of a tick at once.

`y[i] = x[i] + p y[i-1]` is also `y[i] = x[i] + p x[i-1] + … + p**7 x[i-7] + p**8 y[i-8]`: a short filter without
memory, and a recursion that waits eight frames for itself instead of one (look-ahead of recursive filters; K. Parhi &
D. Messerschmitt, IEEE Trans. ASSP 37, 1989).
"""

from __future__ import annotations

import numpy as np
from numba import njit

from soundscape.contract import TICK

AHEAD = 8
INPUT, SHORT, LOWS, SIZE = 0, 2 * TICK, 4 * TICK, 6 * TICK
"""Offsets into the workspace, float32 `(SIZE,)` or longer: what comes in, past the short filter, and what comes out;
left and right, a tick each. One flat array, for only then does the compiler see that rows do not overlap."""


@njit(inline="always")
def low_pass(m, pole, left, right):  # type: ignore[no-untyped-def]
    """Fill the rows of `LOWS` from those of `INPUT`; `left` and `right` are what came out last."""
    first, square = np.float32(pole), np.float32(pole * pole)
    cube, fourth, eighth = np.float32(pole**3), np.float32(pole**4), np.float32(pole**8)
    for side in range(2):
        row, short = INPUT + side * TICK, SHORT + side * TICK
        for i in range(3, TICK):
            m[short + i] = (m[row + i] + first * m[row + i - 1]) + (square * m[row + i - 2] + cube * m[row + i - 3])
    last_left, last_right = np.float32(left), np.float32(right)
    for i in range(AHEAD):
        last_left = m[INPUT + i] + first * last_left
        last_right = m[INPUT + TICK + i] + first * last_right
        m[LOWS + i], m[LOWS + TICK + i] = last_left, last_right
    half, ahead, other = np.uint64(AHEAD // 2), np.uint64(AHEAD), np.uint64(TICK)
    for i in range(np.uint64(SHORT + AHEAD), np.uint64(SHORT + TICK)):
        j = i + np.uint64(LOWS - SHORT)
        m[j] = (m[i] + fourth * m[i - half]) + eighth * m[j - ahead]
        m[j + other] = (m[i + other] + fourth * m[i + other - half]) + eighth * m[j + other - ahead]
