"""Riding the gain as a mixer's hand would: loud passages are lowered slowly, quiet ones are left alone.

Only a target that says so asks for it. The lowering follows the short-term loudness of the programme, seen from its
middle and smoothed over two seconds, so that no syllable and no bar is shaped by it.
"""

from __future__ import annotations

import numpy as np

from soundscape.mastering.limiter import Curve
from soundscape.metering.gating import BINS_PER_SECOND, SHORT_TERM_BINS, Powers, power_to_lufs, window_powers

POINTS_PER_SECOND = 10
RATIO = 3.0
"""Loudness above the threshold is divided by this."""
MAX_DB = 12.0
_SMOOTHED_POINTS = 21

Lowering = tuple[float, ...]
"""dB by which the programme is lowered, at 10 points a second; straight lines between."""


def lowering_above(threshold_lufs: float, energies: Powers, sample_rate: int) -> Lowering:
    """How far each passage is lowered so that what exceeds a short-term loudness exceeds it by a third."""
    windows = window_powers(energies, SHORT_TERM_BINS, sample_rate, hop=BINS_PER_SECOND // POINTS_PER_SECOND)
    if not len(windows):
        return ()
    loudness = np.array([power_to_lufs(float(power)) for power in windows])
    wanted = np.clip((loudness - threshold_lufs) * (1.0 - 1.0 / RATIO), 0.0, MAX_DB)
    half_window = SHORT_TERM_BINS * POINTS_PER_SECOND // 200
    window = np.hanning(_SMOOTHED_POINTS + 2)[1:-1]
    padded = np.pad(wanted, half_window + _SMOOTHED_POINTS // 2, mode="edge")
    return tuple(np.convolve(padded, window / window.sum(), mode="valid").tolist())


def level_curve(lowering: Lowering, position: int, frames: int, sample_rate: int) -> Curve:
    """Linear gain of `frames` frames from `position` on."""
    if not lowering:
        return np.ones(frames, np.float32)
    at = (position + np.arange(frames)) * (POINTS_PER_SECOND / sample_rate)
    lowered_db = np.interp(at, np.arange(len(lowering)), lowering)
    return np.power(10.0, lowered_db * (-1.0 / 20.0)).astype(np.float32)


def lowered_energies(energies: Powers, lowering: Lowering) -> Powers:
    """What the energies of the bins become, without hearing the programme again."""
    at = (np.arange(len(energies)) + 0.5) * (POINTS_PER_SECOND / BINS_PER_SECOND)
    return energies * 10.0 ** (-0.1 * np.interp(at, np.arange(len(lowering)), lowering))
