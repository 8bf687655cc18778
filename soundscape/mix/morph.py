"""Morph: the sound of one place becomes that of another, as one sound and not two that overlap.

Both are split into a spectral envelope and what fills it. There is one envelope at a time: mass moves along the
axis of pitch from where the old sound has it to where the new one does (one-dimensional optimal transport: T.
Henderson and J. Solomon, *Audio transport: a generalized portamento via optimal transport*, DAFx 2019), while the
level goes from one to the other in decibels. What fills it passes from the old to the new at equal power; where
neither has anything to fill it with, on the way through a band that both leave empty, it is noise. At the beginning
the result is the old sound and at the end the new one, sample for sample.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from soundscape.audio import Audio
from soundscape.rng import Seed

WINDOW, HOP = 4096, 1024
BANDS = 60
CORNER_HZ, HIGH_HZ = 200.0, 20_000.0
"""Bands are equally wide below the corner and as wide as part of an octave above, never narrower than a bin."""
SMOOTH = 5
"""Frames over which an envelope is averaged: 100 ms, so that what is faster stays in the filling."""
CHUNK = 64
"""Frames that are transformed at once: memory does not grow with the length but for the signals themselves."""
QUIETEST_DB = -60.0
"""Level of a sound against the other below which it counts as this: one that is silent is not a hole."""
MOST_DB = 30.0
"""By which no band is raised."""
FLOOR = 1e-12

Powers = npt.NDArray[np.float64]


def morph(old: Audio, new: Audio, rate: int) -> Audio:
    """The sound that goes from `old` to `new` over their length.

    Parameters
    ----------
    old, new : Audio
        float32 `(2, frames)`, both over the whole stretch.
    rate : int
        In Hz.
    """
    frames = old.shape[1]
    window = np.sqrt(np.hanning(WINDOW + 1)[:-1]).astype(np.float32)
    starts = np.arange(-WINDOW + HOP, frames, HOP)
    progress = progress_at(starts + WINDOW // 2, frames)
    weights = _weights(rate)
    noise = Seed(0).generator("morph").standard_normal((2, frames), np.float32)
    before, after = (_smooth(_band_powers(signal, starts, window, weights)) for signal in (old, new))
    power = 2.0 * (window**2).sum() * weights.sum(axis=0)
    gains = _gains(before, after, between(before, after, progress), progress, power)
    out = np.zeros((2, frames + 2 * WINDOW), np.float32)
    for first in range(0, starts.size, CHUNK):
        chunk = slice(first, first + CHUNK)
        spectrum = sum(
            _spectra(signal, starts[chunk], window) * (gain[chunk] @ weights.T).astype(np.float32)
            for signal, gain in zip((old, new, noise), gains, strict=True)
        )
        pieces = np.fft.irfft(spectrum, WINDOW).astype(np.float32) * window
        for piece, start in zip(pieces.transpose(1, 0, 2), starts[chunk], strict=True):
            out[:, start + WINDOW : start + 2 * WINDOW] += piece
    return out[:, WINDOW : WINDOW + frames] * np.float32(2.0 * HOP / WINDOW)


def progress_at(centres: npt.NDArray[np.int64], frames: int) -> Powers:
    """How far a morph is at these frames, 0 to 1; still for a window at either end, so that it joins seamlessly."""
    edge = min(WINDOW, frames // 4)
    part = np.clip((centres - edge) / max(1, frames - 2 * edge), 0.0, 1.0)
    return part * part * (3.0 - 2.0 * part)


def between(old: Powers, new: Powers, progress: Powers) -> Powers:
    """Band powers `(frames, bands)` on the way from one to the other."""
    target = np.empty_like(old)
    for index, part in enumerate(progress):
        target[index] = _transport(np.sqrt(old[index] + FLOOR), np.sqrt(new[index] + FLOOR), part) ** 2
    levels = [10.0 * np.log10(power.sum(axis=1) + FLOOR) for power in (old, new)]
    highest = np.maximum(*levels)
    wanted = sum(
        share * np.maximum(level, highest + QUIETEST_DB)
        for share, level in zip((1.0 - progress, progress), levels, strict=True)
    )
    return target * (10.0 ** (wanted / 10.0) / target.sum(axis=1))[:, None]


def _transport(first: Powers, last: Powers, part: float) -> Powers:
    """Mass that has gone `part` of its way along the bands, total 1: exact, for both are even within a band."""
    edges = np.arange(first.size + 1.0)
    sums = [np.concatenate(([0.0], np.cumsum(mass))) / mass.sum() for mass in (first, last)]
    share = np.union1d(*sums)
    place = (1.0 - part) * np.interp(share, sums[0], edges) + part * np.interp(share, sums[1], edges)
    return np.diff(np.interp(edges, place, share)) + FLOOR


def _gains(
    old: Powers, new: Powers, target: Powers, progress: Powers, noise: Powers
) -> tuple[Powers, Powers, Powers]:
    """Gains of the bands of both sounds and of white noise: equal power of what fills them under one envelope."""
    most = 10.0 ** (MOST_DB / 20.0)
    first, last = (np.minimum(np.sqrt(target / (power + FLOOR)), most) for power in (old, new))
    first *= np.cos(0.5 * np.pi * progress)[:, None]
    last *= np.sin(0.5 * np.pi * progress)[:, None]
    still = (progress == 0.0) | (progress == 1.0)
    first[progress == 0.0], last[progress == 1.0] = 1.0, 1.0
    missing = np.maximum(0.0, target - first**2 * old - last**2 * new)
    missing[still] = 0.0
    return first, last, np.sqrt(missing / np.maximum(noise, FLOOR))


def _weights(rate: int) -> npt.NDArray[np.float32]:
    """Share of every band in every bin, `(bins, bands)`: triangles on a logarithmic axis that sum to 1."""
    frequency = np.fft.rfftfreq(WINDOW, 1.0 / rate)
    position = np.log1p(frequency / CORNER_HZ) / np.log1p(HIGH_HZ / CORNER_HZ) * (BANDS - 1)
    position = np.clip(position, 0.0, BANDS - 1.0)[:, None]
    return np.maximum(0.0, 1.0 - np.abs(position - np.arange(BANDS))).astype(np.float32)


def _spectra(
    signal: Audio, starts: npt.NDArray[np.int64], window: npt.NDArray[np.float32]
) -> npt.NDArray[np.complex64]:
    """Spectra `(2, frames, bins)`; beyond its ends a signal is silent."""
    first = int(starts[0])
    stretch = np.zeros((2, int(starts[-1]) + WINDOW - first), np.float32)
    begin, end = max(0, first), min(signal.shape[1], first + stretch.shape[1])
    stretch[:, begin - first : end - first] = signal[:, begin:end]
    pieces = np.lib.stride_tricks.sliding_window_view(stretch, WINDOW, axis=1)[:, ::HOP]
    return np.fft.rfft(pieces * window).astype(np.complex64)


def _band_powers(
    signal: Audio,
    starts: npt.NDArray[np.int64],
    window: npt.NDArray[np.float32],
    weights: npt.NDArray[np.float32],
) -> Powers:
    powers = [
        (np.abs(_spectra(signal, starts[first : first + CHUNK], window)) ** 2).sum(axis=0) @ weights
        for first in range(0, starts.size, CHUNK)
    ]
    return np.concatenate(powers).astype(np.float64)


def _smooth(powers: Powers) -> Powers:
    padded = np.pad(powers, ((SMOOTH // 2, SMOOTH // 2), (0, 0)), mode="edge")
    return np.lib.stride_tricks.sliding_window_view(padded, SMOOTH, axis=0).mean(axis=-1)
