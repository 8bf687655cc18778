"""From the energy of 10-ms bins to loudness: windows, gates, ranges.

A programme is kept as one K-weighted energy per 10 ms (5 hours are 1.8 million numbers), so that every value of
the standards, and the value after any static gain, follows from one pass over the signal.

Sources: ITU-R BS.1770-5 Annex 1 (gating), EBU Tech 3341 (momentary, short-term), EBU Tech 3342 (range).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from soundscape.units import power_to_db

Powers = npt.NDArray[np.float64]

BINS_PER_SECOND = 100
MOMENTARY_BINS = 40
SHORT_TERM_BINS = 300
_BLOCK_HOP = 10
_OFFSET_LU = -0.691
_ABSOLUTE_GATE_LUFS = -70.0
_RELATIVE_GATE_LU = -10.0
_RANGE_GATE_LU = -20.0


def power_to_lufs(power: float) -> float:
    """Loudness of a weighted mean square, summed over the channels."""
    return _OFFSET_LU + power_to_db(power)


def lufs_to_power(loudness_lufs: float) -> float:
    """Weighted mean square of a loudness."""
    return 10.0 ** ((loudness_lufs - _OFFSET_LU) / 10.0)


def bin_count(frames: int, sample_rate: int) -> int:
    """Whole bins in so many frames. Bin `i` begins at the frame nearest to `i` times 10 ms."""
    return (BINS_PER_SECOND * (2 * frames + 1) - 1) // (2 * sample_rate)


def window_powers(energies: Powers, width: int, sample_rate: int, *, hop: int = 1) -> Powers:
    """Mean power of every whole window of `width` bins, each `hop` bins after the one before."""
    count = len(energies) - width + 1
    if count <= 0:
        return np.empty(0)
    starts = np.arange(0, count, hop)
    edges = (np.arange(len(energies) + 1) * sample_rate + BINS_PER_SECOND // 2) // BINS_PER_SECOND
    return _sliding_sum(energies, width)[::hop] / (edges[starts + width] - edges[starts])


def _sliding_sum(values: Powers, width: int) -> Powers:
    """Sum of every `width` neighbours, by doubling: a running sum would lose what is quiet after what is loud."""
    total = np.zeros(len(values) - width + 1)
    doubled, size, done = values, 1, 0
    while size <= width:
        if width & size:
            total += doubled[done : done + len(total)]
            done += size
        doubled = doubled[:-size] + doubled[size:]
        size *= 2
    return total


def integrated(energies: Powers, sample_rate: int) -> float | None:
    """Programme loudness in LUFS, both gates; None when no block is above -70 LUFS.

    Blocks of 400 ms overlap by 75 %; one that is not complete at the end is not used.
    """
    blocks = window_powers(energies, MOMENTARY_BINS, sample_rate, hop=_BLOCK_HOP)
    audible = blocks[blocks > lufs_to_power(_ABSOLUTE_GATE_LUFS)]
    if not len(audible):
        return None
    gate = audible.mean() * 10.0 ** (_RELATIVE_GATE_LU / 10.0)
    return power_to_lufs(float(audible[audible > gate].mean()))


def loudness_range(energies: Powers, sample_rate: int) -> float | None:
    """Loudness range in LU; None when no 3-second window is at or above -70 LUFS."""
    windows = window_powers(energies, SHORT_TERM_BINS, sample_rate, hop=_BLOCK_HOP)
    audible = windows[windows >= lufs_to_power(_ABSOLUTE_GATE_LUFS)]
    if not len(audible):
        return None
    gate = audible.mean() * 10.0 ** (_RANGE_GATE_LU / 10.0)
    ranked = np.sort(audible[audible >= gate])
    low, high = (ranked[math.floor((len(ranked) - 1) * share + 0.5)] for share in (0.10, 0.95))
    return power_to_db(float(high)) - power_to_db(float(low))


def maximum(energies: Powers, width: int, sample_rate: int) -> float | None:
    """Highest loudness in LUFS of any window of `width` bins, found every 10 ms; None in silence."""
    windows = window_powers(energies, width, sample_rate)
    loudest = float(windows.max(initial=0.0))
    return power_to_lufs(loudest) if loudest > 0.0 else None
