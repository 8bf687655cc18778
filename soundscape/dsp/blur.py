"""Spectral blur: sound made of a moving spectrum of magnitudes whose phases are thrown anew in every frame.

Frames overlap by half under a sine window, so that frames of independent phases add up in power (as in N. Paul's
*Extreme Sound Stretching*, 2006). A frame begins every half window, wherever blocks begin and end.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from numba import njit

from soundscape.audio import Audio
from soundscape.dsp.noise import hash32, uniform
from soundscape.dsp.sine import sin_turns
from soundscape.rng import Seed

Spectrum = Callable[[], npt.NDArray[np.float32]]
"""Gives the magnitudes `(2, size // 2 + 1)` of the next frame, as RMS a bin and channel."""
TOGETHER_HZ = 250.0
"""Below it both channels have the same phases; above it they part over two octaves."""


class Blur:
    """Phase-randomised frames, overlapped and added.

    Parameters
    ----------
    seed : Seed
        Its own.
    rate : int
        Sample rate in Hz.
    size : int
        Length of a frame; a power of two.
    width : float
        How far the phases of both channels part in the highs, 0 to 1.
    """

    def __init__(self, seed: Seed, rate: int, *, size: int, width: float) -> None:
        frequency = np.arange(size // 2 + 1) * rate / size
        self._apart = (width * np.clip(np.log2(np.maximum(frequency, 1.0) / TOGETHER_HZ) / 2.0, 0.0, 1.0)).astype(
            np.float32
        )
        # A real sine of RMS a has a bin of a / sqrt 2 times the size.
        self._window = np.sin(math.pi * (np.arange(size) + 0.5) / size).astype(np.float32)
        self._window *= np.float32(size / math.sqrt(2.0))
        self._size, self._key, self._frame = size, np.uint32(seed.key()), 0
        self._tail = np.zeros((2, 0), np.float32)
        self._ready = np.zeros((2, 0), np.float32)

    def run(self, frames: int, spectrum: Spectrum) -> Audio:
        """The next `frames` frames of sound, `(2, frames)`; asks for a spectrum whenever a frame begins."""
        pieces, have, half = [self._ready], self._ready.shape[1], self._size // 2
        while have < frames:
            first, second = self._make_two(spectrum)
            if self._tail.shape[1]:
                pieces.append(self._tail + first[:, :half])
            pieces.append(first[:, half:] + second[:, :half])
            self._tail = second[:, half:]
            have = sum(piece.shape[1] for piece in pieces)
        whole = np.concatenate(pieces, axis=1)
        self._ready = whole[:, frames:].copy()
        return whole[:, :frames].copy()

    def _make_two(self, spectrum: Spectrum) -> Audio:
        """The next two frames, `(2, channels, size)`: four transforms run side by side in vector lanes, two do not."""
        from scipy import fft

        bins = np.empty((2, 2, self._size // 2 + 1), np.complex64)
        for frame in bins:
            _throw(frame, spectrum(), self._apart, self._key, self._frame)
            self._frame += 1
        waves: Audio = fft.irfft(bins, self._size, axis=2)
        waves *= self._window
        return waves


@njit(cache=True, nogil=True)
def _throw(bins, magnitude, apart, key, frame):  # type: ignore[no-untyped-def]
    own = hash32(key, frame)
    for i in range(bins.shape[1]):
        turn = uniform(own, 2 * i)
        other = turn + apart[i] * (uniform(own, 2 * i + 1) - np.float32(0.5))
        bins[0, i] = magnitude[0, i] * complex(sin_turns(turn + 0.25), sin_turns(turn))
        bins[1, i] = magnitude[1, i] * complex(sin_turns(other + 0.25), sin_turns(other))
