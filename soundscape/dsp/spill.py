"""Room for short sounds that ring on beyond the block in which they begin, for kernels that lay thousands of them."""

from __future__ import annotations

import numpy as np

from soundscape.audio import Audio


class Spill:
    """A canvas longer than a block by the longest sound; what spills over begins the next one.

    Parameters
    ----------
    longest : int
        Frames of the longest sound, counted from the end of the block in which it begins.
    """

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._whole = np.zeros((2, longest), np.float32)

    def canvas(self, frames: int) -> Audio:
        """Where the sounds of the next block are to be added: `(2, frames + longest)` or more."""
        size = frames + self._longest
        if self._whole.shape[1] < size:
            self._whole = np.pad(self._whole, ((0, 0), (0, size - self._whole.shape[1])))
        return self._whole

    def pour(self, out: Audio) -> None:
        """Add the block, as it now stands on the canvas, to `out`, `(2, frames)`, and go on to the next."""
        whole, frames, longest = self._whole, out.shape[1], self._longest
        out += whole[:, :frames]
        whole[:, :longest] = whole[:, frames : frames + longest].copy()
        whole[:, longest : frames + longest] = 0.0
