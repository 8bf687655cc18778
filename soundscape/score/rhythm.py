"""Rhythm section: what bass and drums play, held where it is calm and driven where it is tense.

Driven bars are grouped by threes against the beat (3 + 3 + 2 eighths), the commonest ostinato of action scenes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from soundscape.contract import Tone
from soundscape.score.bars import Bar, Grid
from soundscape.score.harmony import Chord, character_of
from soundscape.score.lines import Line, fold
from soundscape.score.request import CueRequest

PEDAL = 0.5
"""Tension above which a threat holds its pedal point."""
DRIVEN, EIGHTHS = 0.6, 0.8
"""Tensions from which the bass is struck by threes, and in eighths."""
DRUMS = 0.75
"""Tension from which a drum beats between hits."""
QUICK_S = 0.12
"""An instrument that speaks later than this cannot be driven."""
LIGHTER = 0.12
"""How much softer a stroke is that is not stressed."""


def bass_lines(request: CueRequest, bars: Sequence[Bar], chords: Sequence[Chord]) -> list[Line]:
    """The root of every chord, held where it is calm and driven where it is tense.

    Where there is a threat it is the tonic against all chords: a pedal point. An instrument that is slow to speak
    holds its notes at any tension.
    """
    voice = request.voices["bass"]
    key = request.brief.tonality
    threat = character_of(request.brief.character, key) == "threat"
    quick = voice.onset_s(Tone(pitch=float(max(voice.low, 36)), length_s=0.3, velocity=0.7)) < QUICK_S
    lines = []
    for bar, chord in zip(bars, chords, strict=True):
        if bar.tension < 0.2:
            continue
        pitch = fold(36 + (key.tonic if threat and bar.tension > PEDAL else chord.root), voice.low, voice.high)
        places = _driven(bar) if quick else []
        lines += [
            Line(
                role="bass",
                beat=bar.first + at,
                length=length,
                pitch=pitch,
                strength=0.27 + 0.57 * bar.tension - (0.0 if stressed else LIGHTER),
            )
            for at, length, stressed in places or [(0.0, bar.beats, True)]
        ]
    return lines


def _driven(bar: Bar) -> list[tuple[float, float, bool]]:
    """Beats of a bar on which the bass is struck, how long, and which are stressed: by threes, then in eighths."""
    if bar.tension < DRIVEN:
        return []
    stressed = _by_threes(bar)
    if bar.tension < EIGHTHS:
        return [(at, min(1.5, bar.beats - at), True) for at in stressed]
    return [
        (step / 2, min(0.5, bar.beats - step / 2), step / 2 in stressed) for step in range(math.ceil(2 * bar.beats))
    ]


def _by_threes(bar: Bar) -> list[float]:
    """Beats that are three eighths apart: 3 + 3 + 2 in a bar of four, against the beat in one of three."""
    return [1.5 * n for n in range(math.ceil(bar.beats / 1.5))]


def drum_lines(request: CueRequest, grid: Grid) -> list[Line]:
    """Where the tension is high and the accents are a drum's, its rhythm between them; it runs on into a hit."""
    voice = request.voices["accent"]
    if not voice.drum:
        return []
    tonic = fold(36 + request.brief.tonality.tonic, voice.low, voice.high)
    lighter = fold(tonic + 7, voice.low, voice.high)
    lines = []
    for bar in grid.bars:
        if bar.tension + 0.3 * (request.brief.density - 0.5) < DRUMS or bar.beats < 2:
            continue
        strokes = [(at, tonic if not at else lighter, 0.0 if not at else -LIGHTER) for at in _by_threes(bar)]
        into = bar.number < len(grid.bars) and grid.bars[bar.number].opens
        if into:
            begins = bar.beats - 1.0
            strokes = [stroke for stroke in strokes if stroke[0] < begins]
            strokes += [(begins + n / 4, lighter, LIGHTER * (n - 3) / 2) for n in range(4)]
        lines += [
            Line(
                role="accent",
                beat=bar.first + at,
                length=min(0.5, bar.beats - at),
                pitch=pitch,
                strength=0.1 + 0.5 * bar.tension + stress,
            )
            for at, pitch, stress in strokes
            if all(abs(bar.first + at - hit) > 0.2 for hit in grid.accents)
            and not any(0 <= bar.first + at - held < 1 for held in grid.held)
        ]
    return lines
