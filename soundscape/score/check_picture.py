"""Checks of a score against the picture: hits, tempo, downbeats."""

from __future__ import annotations

import numpy as np

from soundscape.model import SAMPLE_RATE
from soundscape.score.anchors import EARLY_FRAMES, LATE_FRAMES
from soundscape.score.metre import quarter_lengths
from soundscape.score.readings import Result, begun
from soundscape.score.request import CueRequest, CueScore


def hits_met(request: CueRequest, score: CueScore) -> Result:
    """Every strong hit has a note that is heard to begin at most a frame early and two late."""
    frame = SAMPLE_RATE / float(request.rate.fps)
    starts = begun(request, score)
    strong = [hit.sample for hit in request.hits if hit.strength == "strong"]
    off = (
        [(starts[np.abs(starts - at).argmin()] - at) / frame for at in strong]
        if len(starts)
        else [99.0] * len(strong)
    )
    met = [-EARLY_FRAMES <= value <= LATE_FRAMES for value in off]
    return all(met), f"{sum(met)} of {len(met)} strong hits inside -1/+2 frames"


def tempo_steps(_: CueRequest, score: CueScore) -> Result:
    """No step of more than 6 % between neighbouring beats, away from section starts."""
    counted, lengths = quarter_lengths(score.music.beats)
    opens = {hit.landed for hit in score.report.hits if hit.strength == "strong"}
    steps = np.abs(np.diff(np.log(lengths)))
    inside = [
        step for step, at in zip(steps, counted[1:], strict=True) if score.music.beats[at].sample not in opens
    ]
    largest = float(np.max(inside, initial=0.0))
    return largest <= 0.06, f"largest step away from hits {largest:.1%} (3 % is heard, 6 % allowed)"


def tempo_range(request: CueRequest, score: CueScore) -> Result:
    """The fastest beat at most 6 % faster than the slowest, unless the brief asks for more."""
    if request.brief.modulation or request.brief.ritardando:
        return True, "a change of tempo is asked for"
    lengths = quarter_lengths(score.music.beats)[1]
    spread = float(lengths.max() / lengths.min() - 1.0)
    return spread <= 0.06, f"tempo range {spread:.1%} (6 % allowed)"


def downbeats(request: CueRequest, score: CueScore) -> Result:
    """Strong hits on downbeats, and few bars that are not of the home metre."""
    frame = SAMPLE_RATE / float(request.rate.fps)
    grid = np.array([beat.sample for beat in score.music.beats if beat.beat == 1])
    strong = [hit.sample for hit in request.hits if hit.strength == "strong"]
    off = [(grid[np.abs(grid - at).argmin()] - at) / frame for at in strong]
    on = sum(-EARLY_FRAMES <= value <= LATE_FRAMES for value in off)
    per_minute = 60 * SAMPLE_RATE * len(strong) / (request.end - request.start)
    # The shares are means over many cues: one or two odd bars are no fault, however short the cue.
    allowed = max(2.0, (0.06 if per_minute <= 5 else 0.12) * score.report.bars)
    passed = on == len(strong) and score.report.odd_bars <= allowed
    return passed, f"{on} of {len(strong)} on downbeats, {score.report.odd_bars} of {score.report.bars} bars odd"
