"""The canvas beyond a block's end."""

from __future__ import annotations

import numpy as np

from soundscape.dsp.spill import Spill


def test_what_rings_on_is_heard_in_the_blocks_that_follow_whatever_their_lengths() -> None:
    sound = np.arange(1.0, 41.0, dtype=np.float32)
    starts = (0, 7, 30, 31, 63, 90)
    whole = np.zeros((2, 160), np.float32)
    for start in starts:
        whole[:, start : start + 40] += sound
    for blocks in ((160,), (10,) * 16, (1, 63, 0, 32, 64), (100, 5, 55)):
        spill, pieces, at = Spill(40), [], 0
        for frames in blocks:
            canvas = spill.canvas(frames)
            for start in starts:
                if at <= start < at + frames:
                    canvas[:, start - at : start - at + 40] += sound
            out = np.zeros((2, frames), np.float32)
            spill.pour(out)
            pieces.append(out)
            at += frames
        assert np.array_equal(np.concatenate(pieces, axis=1), whole)
