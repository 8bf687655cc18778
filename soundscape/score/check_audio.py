"""Checks of a score on rendered audio: hits that are heard, and speech that is understood."""

from __future__ import annotations

import numpy as np

from soundscape.audio import Audio
from soundscape.model import SAMPLE_RATE
from soundscape.score.anchors import EARLY_FRAMES, LATE_FRAMES
from soundscape.score.masking import APART_LU, CLEAR_DB, band_clear_db, loudness_apart_lu
from soundscape.score.readings import Result
from soundscape.score.request import CueRequest

HEARD_SHARE = 0.95
HOP, SIZE = 128, 512
DOUBT_FRAMES = 0.1
"""Half a hop."""
SEARCH_S = 0.25
"""How far from a hit its onset is looked for."""
RISE = 0.5
"""Share of the strongest rise around a hit that counts as an onset."""


def hits_heard(request: CueRequest, music: Audio, at: int) -> Result:
    """An onset is heard in the rendered music at every strong hit, a frame early to two late, in 95 % of them.

    Parameters
    ----------
    music : Audio
        The rendered music.
    at : int
        Sample of the programme with which it begins.
    """
    frame = SAMPLE_RATE / float(request.rate.fps)
    strong = [hit.sample for hit in request.hits if hit.strength == "strong"]
    heard = 0
    for sample in strong:
        low, high = (-EARLY_FRAMES - DOUBT_FRAMES) * frame, (LATE_FRAMES + DOUBT_FRAMES) * frame
        heard += any(low <= onset + at - sample <= high for onset in onsets(music, sample - at))
    passed = not strong or heard >= HEARD_SHARE * len(strong)
    return passed, f"{heard} of {len(strong)} strong hits heard inside -1/+2 frames ({HEARD_SHARE:.0%} needed)"


def onsets(music: Audio, sample: int) -> list[int]:
    """Where the spectrum of the music grows most around a sample, and where it grows at least half as much."""
    span = round(SEARCH_S * SAMPLE_RATE)
    padded = np.pad(music, ((0, 0), (span + SIZE, span + SIZE))).mean(axis=0)  # silence before and after the music
    mono = padded[sample : sample + 2 * (span + SIZE)]
    starts = np.arange(0, 2 * span + SIZE, HOP)
    frames = np.abs(np.fft.rfft(np.stack([mono[start : start + SIZE] for start in starts]) * np.hanning(SIZE)))
    growth = np.maximum(0.0, np.diff(np.log1p(100.0 * frames), axis=0)).sum(axis=1)
    if growth.max(initial=0.0) <= 0.0:
        return []
    peaks = np.flatnonzero(
        (growth >= RISE * growth.max()) & (growth >= np.pad(growth, 1)[:-2]) & (growth >= np.pad(growth, 1)[2:])
    )
    # A frame grows when the onset reaches its middle.
    return [sample - span - SIZE + int(starts[1 + peak]) + SIZE // 2 for peak in peaks]


def speech_clear(request: CueRequest, music: Audio, speech: Audio, at: int) -> Result:
    """Speech stands clear of the music, in loudness and where consonants are.

    Parameters
    ----------
    music, speech : Audio
        Both rendered; `speech` is empty where the film has no narration.
    at : int
        Sample of the programme with which they begin.
    """
    if not request.narration or not speech.size:
        return True, "no one speaks"
    # Whole stretches, also where the music joins in their midst: room is made for all of a stretch alike.
    spans = [slice(max(start - at, 0), end - at) for start, end in request.narration]
    said, played = (np.concatenate([signal[:, span] for span in spans], axis=1) for signal in (speech, music))
    if said.shape[1] < SAMPLE_RATE:
        return True, "too little speech to measure"
    apart, clear = loudness_apart_lu(said, played, SAMPLE_RATE), band_clear_db(said, played, SAMPLE_RATE)
    passed = apart >= APART_LU and clear >= CLEAR_DB
    return passed, (
        f"speech {apart:.1f} LU over the music ({APART_LU:g} needed), "
        f"{clear:.1f} dB from 1 to 4 kHz in the worst seconds ({CLEAR_DB:g} needed)"
    )
