"""Twice the rate: the frames of a signal with one between each two of them, by a half-band filter.

A windowed sinc (J. O. Smith, *Digital Audio Resampling*, 1984); frames that were there stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

import numpy as np
from numba import njit

from soundscape.audio import Audio

HALF = 12
"""Taps on either side of a new frame: flat to 0.8 of the old band, images 60 dB down from 1.2 of it on."""
_TAPS = (np.sinc(np.arange(HALF) + 0.5) * np.kaiser(4 * HALF + 1, 6.0)[2 * HALF + 1 :: 2]).astype(np.float32)
_TAPS /= 2.0 * _TAPS.sum()
_STRETCH = 512


def doubled(blocks: Iterable[Audio]) -> Iterator[Audio]:
    """The signal at twice its rate and with twice its frames, in blocks of any lengths."""
    held = np.zeros((2, HALF - 1), np.float32)
    for block in chain(blocks, (np.zeros((2, HALF), np.float32),)):
        held = np.concatenate((held, block), axis=1)
        frames = held.shape[1] - 2 * HALF + 1
        if frames > 0:
            out = np.empty((2, 2 * frames), np.float32)
            _between(held, _TAPS, out, np.empty(_STRETCH, np.float32))
            yield out
            held = held[:, frames:]


@njit(cache=True, nogil=True, fastmath={"contract", "nsz"})
def _between(held, taps, out, between):  # type: ignore[no-untyped-def]
    half = taps.shape[0]
    frames = out.shape[1] // 2
    for channel in range(2):
        for start in range(0, frames, between.shape[0]):
            count = min(between.shape[0], frames - start)
            between[:] = 0.0
            for k in range(half):
                tap = taps[k]
                # Slices, for the compiler vectorises only what begins at 0.
                left = held[channel, start + half - 1 - k : start + half - 1 - k + count]
                right = held[channel, start + half + k : start + half + k + count]
                for i in range(count):
                    between[i] += tap * (left[i] + right[i])
            old = held[channel, start + half - 1 : start + half - 1 + count]
            new = out[channel, 2 * start : 2 * (start + count)]
            for i in range(count):
                new[2 * i] = old[i]
                new[2 * i + 1] = between[i]
