"""Convolution of an endless stereo signal with an impulse response, block by block.

Uniformly partitioned overlap-save (T. G. Stockham, *High-speed convolution and correlation*, 1966; partitions
after W. G. Gardner, *Efficient convolution without input-output delay*, JAES 43, 1995). Partitions are shorter
than the mixer's blocks, so nothing waits: a block that goes in comes out convolved. The arithmetic of a block
never depends on how blocks were grouped into calls, so any grouping gives the same bits.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from numba import njit

from soundscape.audio import BLOCK, Audio, check_signal

GRID = BLOCK
"""What is pushed must be whole multiples of this many frames."""
PARTITIONS = 4
"""Partitions in a block: shorter ones suit short rooms, longer ones long rooms; with two channels the transforms of
a call fill the SIMD lanes of scipy's float32 transforms."""
PARTITION = GRID // PARTITIONS
"""Frames of a partition; a transform spans two."""
BINS = PARTITION + 1
AT_A_TIME = 1024
"""Bins that are summed over all partitions before the next: they stay in the L1 cache, and what they are made of in
the L2 cache until the next total needs it."""

Spectra = npt.NDArray[np.complex64]


@njit(cache=True, nogil=True)
def _accumulate(past, heard, latest, response, totals):  # type: ignore[no-untyped-def]
    """Add to `totals` `(PARTITIONS, 2, BINS)` what a response makes of past spectra; False if silent.

    `past` is a ring `(partitions, 2, BINS)` whose latest entry is `latest`; what is not `heard` is silent.
    """
    sounds = False
    for channel in range(2):
        for first in range(0, BINS, AT_A_TIME):
            stop = min(first + AT_A_TIME, BINS)
            # The last total takes the latest spectrum, the one before it that before.
            for partition in range(totals.shape[0]):
                out = totals[partition, channel, first:stop]
                for k in range(response.shape[0]):
                    at = (latest - (totals.shape[0] - 1 - partition) - k) % past.shape[0]
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
        # All partitions of a block are heard before the first of them is convolved.
        self._past = np.zeros((count + PARTITIONS - 1, 2, BINS), np.complex64)
        """Ring of the spectra of what was heard."""
        self._heard = np.zeros(len(self._past), np.bool_)
        """Which of them are not silent."""
        self._latest = 0
        self._last: Audio | None = None
        """The last partition that was heard, None for silence."""

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
            wets = convolved({self: block[:, at : at + GRID]})
            if wets is not None:
                wet[:, at : at + GRID] = wets
        return wet

    def flush(self, frames: int) -> Audio:
        """The next `frames` frames when silence follows; `tail` frames are all there is. Ends the stream."""
        blocks = -(-frames // GRID)
        return self.push(np.zeros((2, blocks * GRID), np.float32))[:, :frames]

    def hear(self, block: Audio | None) -> None:
        """Take the next `GRID` frames; None is silence."""
        from scipy import fft

        sounds = self._last is not None or (block is not None and bool(block.any()))
        if sounds:
            silence = np.zeros((2, GRID), np.float32)
            last = silence[:, :PARTITION] if self._last is None else self._last
            heard = np.concatenate((last, silence if block is None else block), axis=1)
            windows = np.lib.stride_tricks.sliding_window_view(heard, 2 * PARTITION, axis=1)[:, ::PARTITION]
            spectra = fft.rfft(windows.transpose(1, 0, 2))
            self._last = heard[:, GRID:].copy() if heard[:, GRID:].any() else None
        for partition in range(PARTITIONS):
            self._latest = (self._latest + 1) % len(self._past)
            self._heard[self._latest] = sounds
            if sounds:
                self._past[self._latest] = spectra[partition]

    def add_to(self, totals: Spectra) -> bool:
        """Add the spectra of the wet signal of the last block, `(PARTITIONS, 2, BINS)`; False if it is silent."""
        return bool(_accumulate(self._past, self._heard, self._latest, self._response, totals))


def convolved(blocks: Mapping[Convolver, Audio | None]) -> Audio | None:
    """The sum of the wet signals of convolvers, for the price of one transform back; None if all are silent.

    Parameters
    ----------
    blocks : mapping of Convolver to Audio or None
        What each hears next, float32 `(2, GRID)`; None is silence.
    """
    from scipy import fft

    for convolver, block in blocks.items():
        convolver.hear(block)
    totals = np.zeros((PARTITIONS, 2, BINS), np.complex64)
    sounding = [convolver.add_to(totals) for convolver in blocks]
    if not any(sounding):
        return None
    cyclic = fft.irfft(totals, 2 * PARTITION, overwrite_x=True)
    # Of a cyclic convolution over two partitions the second half is the linear one.
    return np.ascontiguousarray(cyclic[:, :, PARTITION:].transpose(1, 0, 2)).reshape(2, GRID)
