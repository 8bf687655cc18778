"""Loudness of the dialogue: the mean while somebody speaks.

Speech is known here, from the narration's places or from its stem, and not guessed from the mix. The value is the
one of BS.1770-1 that dialogue-gated delivery specifications mean: K-weighted power without relative gate.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from soundscape.metering.gating import (
    BINS_PER_SECOND,
    MOMENTARY_BINS,
    Powers,
    integrated,
    lufs_to_power,
    power_to_lufs,
    window_powers,
)

Regions = Sequence[tuple[int, int]]
"""Where somebody speaks: first frame and first frame after, in order, not overlapping."""

_FLOOR_LUFS = -50.0
_BELOW_SPEECH_LU = -20.0
_MERGED_S = 0.8


def speech_share(regions: Regions, frames: int) -> float:
    """Part of the programme in which somebody speaks, 0 to 1."""
    return sum(end - start for start, end in regions) / frames if frames else 0.0


def dialogue_loudness(energies: Powers, sample_rate: int, regions: Regions) -> float | None:
    """Loudness in LUFS of a programme while somebody speaks; None when that is never or silent.

    Parameters
    ----------
    energies : ndarray
        K-weighted energy of every 10 ms (`soundscape.metering.meter.Meter.energies`).
    regions : sequence of (int, int)
        Frames of speech; bins that lie whole in them count.
    """
    frames_per_bin = sample_rate / BINS_PER_SECOND
    speaks = np.zeros(len(energies), np.bool_)
    for start, end in regions:
        speaks[int(np.ceil(start / frames_per_bin)) : int(end / frames_per_bin)] = True
    power = energies[speaks].mean() / frames_per_bin if speaks.any() else 0.0
    return power_to_lufs(float(power)) if power > 0.0 else None


def find_speech(energies: Powers, sample_rate: int) -> list[tuple[int, int]]:
    """Where a dialogue stem speaks: momentary loudness above -50 LUFS and within 20 LU of its own loudness.

    Pauses below 0.8 s are bridged.
    """
    loudness = integrated(energies, sample_rate)
    if loudness is None:
        return []
    windows = window_powers(energies, MOMENTARY_BINS, sample_rate)
    active = windows > max(lufs_to_power(_FLOOR_LUFS), lufs_to_power(loudness + _BELOW_SPEECH_LU))
    edges = np.flatnonzero(np.diff(np.concatenate(([0], active.view(np.int8), [0]))))
    # The centre of a window is what it speaks of.
    centred = edges.reshape(-1, 2) + MOMENTARY_BINS // 2
    merged: list[tuple[int, int]] = []
    for start, end in centred.tolist():
        if merged and start - merged[-1][1] < _MERGED_S * BINS_PER_SECOND:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return [(start * sample_rate // BINS_PER_SECOND, end * sample_rate // BINS_PER_SECOND) for start, end in merged]
