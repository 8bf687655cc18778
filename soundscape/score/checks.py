"""What can be measured of a score, against ranges taken from corpora; no number here replaces listening.

Ranges: human performances (ASAP, 240 performances), chorales and score MIDI, just noticeable differences of tempo,
and the tolerances of `soundscape.score.anchors`. A check that has too little to measure says so and passes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from soundscape.audio import Audio
from soundscape.score import check_audio as audio
from soundscape.score import check_music, check_picture
from soundscape.score.readings import Result
from soundscape.score.request import CueRequest, CueScore


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one check found in one cue."""

    check: str
    cue: str
    passed: bool | None
    """None where it was not measured."""
    value: str
    """What was measured and what is accepted, for a person."""


def check_score(request: CueRequest, score: CueScore) -> tuple[Finding, ...]:
    """All checks that need no audio, in the order of `CHECKS`."""
    found = []
    for name, check in CHECKS.items():
        passed, value = check(request, score)
        found.append(Finding(check=name, cue=request.name, passed=passed, value=value))
    return tuple(found)


def check_audio(
    request: CueRequest, music: Audio | None = None, speech: Audio | None = None, *, at: int = 0
) -> tuple[Finding, ...]:
    """The checks that need rendered audio, which begins at sample `at` of the programme; without it, that they do."""
    results: dict[str, tuple[bool | None, str]] = dict.fromkeys(AUDIO_CHECKS, (None, NOT_MEASURED))
    if music is not None:
        results["hits heard"] = audio.hits_heard(request, music, at)
        results["speech clear"] = audio.speech_clear(
            request, music, np.zeros((2, 0), np.float32) if speech is None else speech, at
        )
    return tuple(
        Finding(check=name, cue=request.name, passed=passed, value=value)
        for name, (passed, value) in results.items()
    )


AUDIO_CHECKS = ("hits heard", "speech clear")
NOT_MEASURED = "not measured: needs the stems (--stems FOLDER)"

CHECKS: dict[str, Callable[[CueRequest, CueScore], Result]] = {
    "hits met": check_picture.hits_met,
    "tempo steps": check_picture.tempo_steps,
    "tempo range": check_picture.tempo_range,
    "downbeats": check_picture.downbeats,
    "statements heard": check_music.statements_heard,
    "motifs distinct": check_music.motifs_distinct,
    "in mode": check_music.in_mode,
    "own key": check_music.own_key,
    "parallels": check_music.parallels,
    "ranges kept": check_music.ranges_kept,
    "tension followed": check_music.tension_followed,
    "human strength": check_music.human_strength,
    "repetition": check_music.repetition,
    "silence": check_music.silence,
}
"""The checks by name that need no audio."""
