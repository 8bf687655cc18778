"""Convolution of an endless stereo signal with an impulse response, block by block.

Uniformly partitioned overlap-save (T. G. Stockham, *High-speed convolution and correlation*, 1966; partitions
after W. G. Gardner, *Efficient convolution without input-output delay*, JAES 43, 1995). Partitions are shorter
than the mixer's blocks, so nothing waits: a block that goes in comes out convolved. The arithmetic of a block
never depends on how blocks were grouped into calls, so any grouping gives the same bits.
"""

from __future__ import annotations

from collections import deque

import numpy as np
import numpy.typing as npt

from soundscape.audio import BLOCK, Audio, check_signal

GRID = BLOCK
"""What is pushed must be whole multiples of this many frames."""
PARTITION = GRID // 2
"""Frames of a partition; a transform spans two. A block then takes four transforms a call (two partitions of two
channels), which fill the SIMD lanes of scipy's float32 transforms: faster than two of twice the length."""

Spectrum = npt.NDArray[np.complex64]


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
        self._partitions: list[Spectrum] = [
            fft.rfft(impulse_response[:, at : at + PARTITION], GRID) for at in range(0, frames, PARTITION)
        ]
        self._past: deque[Spectrum | None] = deque(maxlen=len(self._partitions))
        """Spectra of what was heard, the latest first; None where it was silent."""
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
        spectra = fft.rfft(np.stack((heard[:, :GRID], heard[:, PARTITION:]))) if heard.any() else (None, None)
        totals = [self._total(spectrum) for spectrum in spectra]
        if any(total is not None for total in totals):
            silence = np.zeros((2, PARTITION + 1), np.complex64)
            cyclic = fft.irfft(np.stack([silence if total is None else total for total in totals]), GRID)
            # Of a cyclic convolution over two partitions the second half is the linear one.
            wet[:, :PARTITION], wet[:, PARTITION:] = cyclic[:, :, PARTITION:]

    def _total(self, spectrum: Spectrum | None) -> Spectrum | None:
        """Spectrum of the wet signal once `spectrum` was heard, None if it is silent."""
        self._past.appendleft(spectrum)
        total: Spectrum | None = None
        for past, partition in zip(self._past, self._partitions, strict=False):
            if past is not None:
                product = past * partition
                total = product if total is None else np.add(total, product, out=total)
        return total
