"""The last step to integers: TPDF dither of ±1 LSB, once, at the final word length.

The noise is a hash of seed, channel and frame, so it is independent between channels and the same in any blocks.
Digital silence stays digital zero. Source: S. P. Lipshitz, R. A. Wannamaker, J. Vanderkooy, *Quantization and
dither* (JAES 40, 1992).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from soundscape.audio import Audio
from soundscape.dsp.noise import hash32
from soundscape.rng import Seed

Integers = npt.NDArray[np.int32]
BITS = (16, 24)


@njit(cache=True, nogil=True)
def _quantise(channel, key, start, scale, step, out):  # type: ignore[no-untyped-def]
    """Round one channel into `out`; returns how many values had to be clipped. Without branches it vectorises."""
    clipped = 0
    for n in range(channel.shape[0]):
        sample = np.float64(channel[n])
        # The two halves of one hash are the two uniform numbers whose difference is triangular.
        bits = hash32(key, start + n)
        noise = np.float64(np.int32(bits >> np.uint32(16)) - np.int32(bits & np.uint32(0xFFFF))) * step
        value = np.floor(sample * scale + noise * (sample != 0.0) + 0.5)
        inside = min(max(value, -scale), scale - 1.0)
        clipped += inside != value
        out[n] = np.int32(inside)
    return clipped


class Dither:
    """Quantiser of a signal that comes in blocks.

    Parameters
    ----------
    seed : Seed
        Named after the file that is written.
    channels : int
        Channels of the signal.
    bits : int
        16 or 24.
    noise : bool
        Whether noise is added at all; without it the signal is only rounded.
    """

    def __init__(self, seed: Seed, channels: int, *, bits: int, noise: bool = True) -> None:
        self._keys = [np.uint32(seed.key("dither", channel)) for channel in range(channels)]
        self._scale = float(1 << (bits - 1))
        self._step = 1.0 / 65536.0 if noise else 0.0
        self._frames = 0
        self.clipped = 0
        """Values beyond full scale so far."""

    def push(self, audio: Audio) -> Integers:
        """The next block, float32 `(channels, frames)`, as integers of the same shape."""
        out = np.empty(audio.shape, np.int32)
        for c, key in enumerate(self._keys):
            self.clipped += _quantise(audio[c], key, self._frames, self._scale, self._step, out[c])
        self._frames += audio.shape[1]
        return out
