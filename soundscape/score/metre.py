"""Bars: how a number of beats between two downbeats is divided, and what that costs."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from soundscape.model import Beat

PICKUP = 0.3
"""Cost of beginning a cue with a part of a bar."""
ODD_BAR = 0.4
"""Cost of a bar that is not of the home metre, before its distance from it."""
HALF_BEAT = 1.0
"""Cost of a bar that ends with half a beat, besides."""


def quarters_of(beats: Sequence[Beat]) -> npt.NDArray[np.float64]:
    """Where every beat of a cue lies, in quarter notes from the first."""
    return np.concatenate([[0.0], np.cumsum([beat.share for beat in beats[:-1]])])


def quarter_lengths(beats: Sequence[Beat]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Samples of a quarter note at every beat but the last, and the indices of these beats; fermatas are left out."""
    counted = np.array([index for index, beat in enumerate(beats[:-1]) if not beat.held])
    samples, shares = np.array([beat.sample for beat in beats]), np.array([beat.share for beat in beats[:-1]])
    return counted, (np.diff(samples) / shares)[counted]


def bars_of(beats: float, per_bar: int) -> tuple[float, ...]:
    """Lengths of the bars that fill `beats`: home bars, and one odd bar that absorbs the remainder.

    The odd bar comes last, before the next downbeat that matters; the longer one is taken where both are as near.
    Empty when no bars of two beats or more can fill it.
    """
    whole, rest = divmod(beats, per_bar)
    full = int(whole)
    if rest == 0:
        return (per_bar,) * full
    short, long = per_bar - rest, rest
    if full and (long < short or rest < 2):
        return (*(per_bar,) * (full - 1), per_bar + rest)
    return (*(per_bar,) * full, rest) if rest >= 2 else ()


def metre_cost(beats: float, per_bar: int) -> float:
    """What it costs to fill `beats` with bars: odd bars, and phrases that are no multiple of four bars."""
    bars = bars_of(beats, per_bar)
    if not bars:
        return math.inf
    phrase = 0.0 if len(bars) % 4 == 0 else 0.02 if len(bars) % 2 == 0 else 0.05
    odd = abs(bars[-1] - per_bar)
    return phrase + (ODD_BAR + 0.1 * odd if odd else 0.0) + (HALF_BEAT if odd % 1 else 0.0)


def pickup_cost(beats: float, per_bar: int) -> float:
    """What it costs to begin `beats` before a downbeat with a part of a bar; infinite when there is none."""
    return PICKUP if beats % per_bar and beats % 1 == 0 else math.inf
