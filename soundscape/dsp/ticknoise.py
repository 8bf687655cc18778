"""White noise for kernels that work tick by tick: a whole tick of many streams at the price of one hash for two.

Streams share nothing: value `i` of a tick is one half of a hash of `i` and of the tick's own base.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from soundscape.dsp.noise import hash32, mix32


@njit(inline="always")
def fill_tick(noise, key, tick):  # type: ignore[no-untyped-def]
    """Fill float32 `noise`, `(2 n,)`, with the white values of this tick: uniform in [-1, 1), RMS 0.577."""
    half = noise.shape[0] // 2
    base = hash32(key, tick)
    for i in range(half):
        bits = mix32(np.uint32(base + np.uint32(i)))
        noise[i] = np.float32(np.int32(bits)) * np.float32(1.0 / 2147483648.0)
        noise[half + i] = np.float32(np.int32(np.uint32(bits << np.uint32(16)))) * np.float32(1.0 / 2147483648.0)
