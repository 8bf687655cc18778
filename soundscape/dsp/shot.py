"""The last step of every one-shot: level, distance, an end in silence."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numba import njit

from soundscape.audio import Audio
from soundscape.contract import TICK, Hit
from soundscape.dsp.distance import Distance
from soundscape.dsp.highpass import HighPass
from soundscape.units import db_to_gain

PEAK_DB = -1.0
INTENSITY_DB, SIZE_DB = 18.0, 5.0
"""By how much the faintest and the smallest are softer than the strongest and largest."""
END_DB = -78.0
"""Below this, against the peak, nothing follows that would be heard."""
FADE_S, LONGEST_FADE_S = 0.03, 0.2
RISE_S = 0.0003
"""Even the steepest front takes so long, so that none begins with a step."""


def finish(audio: Audio, rate: int, *, sync: int, intensity: float, size: float, distance: float) -> Hit:
    """A hit of this signal `(2, frames)`: set to the level of its strength, moved away, ended in silence.

    Parameters
    ----------
    sync : frame that must land on the marker
    intensity, size, distance : 0 to 1
    """
    HighPass(rate).run(audio)
    peak_db = PEAK_DB - INTENSITY_DB * (1.0 - intensity) - SIZE_DB * (1.0 - size)
    audio *= np.float32(db_to_gain(peak_db) / max(float(audio.max()), -float(audio.min()), 1e-9))
    # Twice the air of a layer: what bursts is heard over a wider range than what hums.
    Distance(rate).apply(audio, np.full(math.ceil(audio.shape[1] / TICK) + 1, distance, np.float32))
    peak = max(float(audio.max()), -float(audio.min()))
    last = _last_above(audio, peak * db_to_gain(END_DB))
    fading = round(FADE_S * rate)
    end = max(last, sync) + fading
    if end > audio.shape[1]:
        # What is still heard when its frames run out is let go more slowly.
        end = audio.shape[1]
        fading = max(fading, min(round(LONGEST_FADE_S * rate), (end - sync) // 4))
    audio = audio[:, :end]
    rise, fade = _ramps(min(round(RISE_S * rate), end), min(fading, end))
    audio[:, : len(rise)] *= rise
    audio[:, end - len(fade) :] *= fade
    return Hit(np.ascontiguousarray(audio), sync)


@njit(cache=True, nogil=True)
def _last_above(audio, level):  # type: ignore[no-untyped-def]
    """The last frame in which either side is louder than this; 0 if there is none."""
    for i in range(audio.shape[1] - 1, 0, -1):
        if abs(audio[0, i]) > level or abs(audio[1, i]) > level:
            return i
    return 0


@lru_cache(maxsize=8)
def _ramps(rise: int, fade: int) -> tuple[Audio, Audio]:
    """So many frames from 0 to 1, and so many from 1 to 0."""
    falling = np.float32(0.5) + np.float32(0.5) * np.cos(np.linspace(0.0, math.pi, fade, dtype=np.float32))
    return np.linspace(0.0, 1.0, rise, dtype=np.float32), falling
