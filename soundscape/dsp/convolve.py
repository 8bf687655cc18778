"""Convolution of an endless stereo signal with an impulse response, block by block.

Uniformly partitioned overlap-save (T. G. Stockham, *High-speed convolution and correlation*, 1966; partitions
after W. G. Gardner, *Efficient convolution without input-output delay*, JAES 43, 1995). Partitions are shorter
than the mixer's blocks, so nothing waits: a block that goes in comes out convolved. The arithmetic of a block
never depends on how blocks were grouped into calls, so any grouping gives the same bits.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from soundscape.audio import BLOCK, Audio, check_signal

GRID = BLOCK
"""What is pushed must be whole multiples of this many frames."""
PARTITIONS = 2
"""Partitions in a block: with two channels a block takes four transforms a call, which fill the SIMD lanes of
scipy's float32 transforms."""
PARTITION = GRID // PARTITIONS
"""Frames of a partition; a transform spans two."""
BINS = PARTITION + 1
AT_A_TIME = 2048
"""Bins that are summed over all partitions before the next: they stay in the L1 cache."""

Spectra = npt.NDArray[np.complex64]


@njit(cache=True, nogil=True)
def _accumulate(past, heard, latest, response, total):  # type: ignore[no-untyped-def]
    """Fill `total` `(2, BINS)` with the sum of past spectra times the partitions of a response; False if silent.

    `past` is a ring `(partitions, 2, BINS)` whose latest entry is `latest`; what is not `heard` is silent.
    """
    count = response.shape[0]
    sounds = False
    for channel in range(2):
        for first in range(0, BINS, AT_A_TIME):
            stop = min(first + AT_A_TIME, BINS)
            out = total[channel, first:stop]
            out[:] = 0.0
            for k in range(count):
                at = (latest - k) % count
                if heard[at]:
                    sounds = True
                    spectrum, gains = past[at, channel, first:stop], response[k, channel, first:stop]
                    for i in range(out.shape[0]):
                        out[i] += spectrum[i] * gains[i]
    return sounds


class Convolver:
    """Convolves left with left and right with right.

    Parameters
    ----------
    impulse_response : Audio
        float32 `(2, frames)`; frame 0 is heard with the sample that causes it.
    """

    def __init__(self, impulse_response: Audio) -> None:
        from scipy import fft

        check_signal(impulse_response, what="impulse response")
        frames = impulse_response.shape[1]
        self.tail = max(0, frames - 1)
        """Frames that still sound after the last frame that was pushed."""
        count = max(1, -(-frames // PARTITION))
        padded = np.zeros((2, count * PARTITION), np.float32)
        padded[:, :frames] = impulse_response
        parts = padded.reshape(2, count, PARTITION).transpose(1, 0, 2)
        self._response = fft.rfft(parts, 2 * PARTITION)
        self._past = np.zeros((count, 2, BINS), np.complex64)
        """Ring of the spectra of what was heard."""
        self._heard = np.zeros(count, np.bool_)
        """Which of them are not silent."""
        self._latest = 0
        self._last = np.zeros((2, PARTITION), np.float32)

    def push(self, block: Audio) -> Audio:
        """The wet signal of the next `block`, as long as the block and aligned with it.

        Parameters
        ----------
        block : Audio
            float32 `(2, frames)`, `frames` a multiple of `GRID`.
        """
        if block.shape[0] != 2 or block.shape[1] % GRID:
            raise ValueError(f"a block of shape {block.shape}; allowed: (2, a multiple of {GRID})")
        wet = np.zeros(block.shape, np.float32)
        for at in range(0, block.shape[1], GRID):
            self._convolve(block[:, at : at + GRID], wet[:, at : at + GRID])
        return wet

    def flush(self, frames: int) -> Audio:
        """The next `frames` frames when silence follows; `tail` frames are all there is. Ends the stream."""
        blocks = -(-frames // GRID)
        return self.push(np.zeros((2, blocks * GRID), np.float32))[:, :frames]

    def _convolve(self, block: Audio, wet: Audio) -> None:
        """Fill `wet`, which is silent, with what `block` and those before it leave in it; both are `GRID` long."""
        from scipy import fft

        heard = np.concatenate((self._last, block), axis=1)
        self._last = heard[:, GRID:]
        spectra = np.zeros((PARTITIONS, 2, BINS), np.complex64)
        sounds = bool(heard.any())
        if sounds:
            windows = np.lib.stride_tricks.sliding_window_view(heard, 2 * PARTITION, axis=1)[:, ::PARTITION]
            spectra = fft.rfft(windows.transpose(1, 0, 2))
        totals = np.empty((PARTITIONS, 2, BINS), np.complex64)
        wets = [self._total(*pair, sounds=sounds) for pair in zip(spectra, totals, strict=True)]
        if any(wets):
            cyclic = fft.irfft(totals, 2 * PARTITION, overwrite_x=True)
            # Of a cyclic convolution over two partitions the second half is the linear one.
            wet.reshape(2, PARTITIONS, PARTITION)[:] = cyclic[:, :, PARTITION:].transpose(1, 0, 2)

    def _total(self, spectrum: Spectra, total: Spectra, *, sounds: bool) -> bool:
        """Fill `total` with the spectrum of the wet signal once `spectrum` was heard; False if it is silent."""
        self._latest = (self._latest + 1) % len(self._past)
        self._heard[self._latest] = sounds
        if sounds:
            self._past[self._latest] = spectrum
        return bool(_accumulate(self._past, self._heard, self._latest, self._response, total))
