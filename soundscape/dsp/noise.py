"""Noise by counter: sample `i` of stream `key` is a hash of both, so any block and any start give the same.

The finaliser is `lowbias32` (Chris Wellons, *Prospecting for hash functions*, 2018), twice with the key between.
The inlined functions are for use inside kernels; `white` fills an array.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from soundscape.audio import Audio


@njit(inline="always")
def mix32(x):  # type: ignore[no-untyped-def]
    """A 32-bit integer hash; every step is wrapped because Numba widens uint32."""
    x = np.uint32(x ^ (x >> np.uint32(16)))
    x = np.uint32(x * np.uint32(0x7FEB352D))
    x = np.uint32(x ^ (x >> np.uint32(15)))
    x = np.uint32(x * np.uint32(0x846CA68B))
    return np.uint32(x ^ (x >> np.uint32(16)))


@njit(inline="always")
def hash32(key, index):  # type: ignore[no-untyped-def]
    """32 random bits of position `index` in stream `key`."""
    low = np.uint32(index & 0xFFFFFFFF)
    high = np.uint32((index >> 32) & 0xFFFFFFFF)
    return mix32(np.uint32(mix32(np.uint32(low ^ np.uint32(key))) + np.uint32(key) + high * np.uint32(0x9E3779B9)))


@njit(inline="always")
def uniform(key, index):  # type: ignore[no-untyped-def]
    """A float32 in [0, 1) of position `index` in stream `key`."""
    return np.float32(hash32(key, index) >> np.uint32(8)) * np.float32(1.0 / 16777216.0)


@njit(inline="always")
def white_at(key, index):  # type: ignore[no-untyped-def]
    """A float32 in [-1, 1) of position `index` in stream `key`: white, uniform, RMS 0.577."""
    return np.float32(np.int32(hash32(key, index))) * np.float32(1.0 / 2147483648.0)


@njit(inline="always")
def normal_at(key, index):  # type: ignore[no-untyped-def]
    """A float32 with mean 0 and variance 1: four uniforms of two hashes, near enough to a Gaussian."""
    a = hash32(key, index)
    b = mix32(np.uint32(a ^ np.uint32(0x68BC21EB)))
    total = (
        np.float32(a & np.uint32(0xFFFF))
        + np.float32(a >> np.uint32(16))
        + np.float32(b & np.uint32(0xFFFF))
        + np.float32(b >> np.uint32(16))
    )
    return (total * np.float32(1.0 / 65536.0) - np.float32(2.0)) * np.float32(1.7320508)


@njit(cache=True, nogil=True)
def _fill_white(out, key, start):  # type: ignore[no-untyped-def]
    for i in range(out.shape[0]):
        out[i] = white_at(key, start + i)


def white(frames: int, key: int, *, start: int = 0) -> Audio:
    """White noise in [-1, 1), float32 `(frames,)`: positions `start` to `start + frames` of stream `key`."""
    out = np.empty(frames, np.float32)
    _fill_white(out, np.uint32(key), start)
    return out
