"""Performance: from notes on beats to notes on samples, as players would place them.

Unevenness follows measured performances: strength wanders with a correlation of 0.6 from stroke to stroke,
time by 6 ms; neither where the music meets the picture. An instrument that is slow to speak begins early by its onset.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby

from soundscape.contract import Tone
from soundscape.model import SAMPLE_RATE, Note
from soundscape.score.bars import Grid
from soundscape.score.lines import Line
from soundscape.score.request import CueRequest

CORRELATION = 0.6
STRENGTH_SD = 0.05
CHORD_SD = 0.02
"""How unevenly the notes of a chord are struck, which otherwise share one stroke."""
TIME_SD_S, TIME_MAX_S = 0.006, 0.015
ARCH = 0.12
"""How much louder the middle of a phrase of four bars is than its ends."""
SHORTEST_S = 0.05


def perform(request: CueRequest, grid: Grid, lines: Iterable[Line]) -> dict[str, tuple[Note, ...]]:
    """The notes of every role, in order, relative to the start of the cue."""
    ordered = sorted(lines, key=lambda line: (line.role, line.beat, line.pitch))
    parts = {}
    for role, group in groupby(ordered, key=lambda line: line.role):
        notes = _single(_role(request, grid, role, list(group)))
        if notes:
            parts[role] = tuple(notes)
    return parts


def _role(request: CueRequest, grid: Grid, role: str, lines: list[Line]) -> list[Note]:
    random = request.seed.generator("performance", role)
    voice = request.voices[role]
    wander, struck = 0.0, -math.inf
    notes = []
    for line in lines:
        if line.beat > struck:
            wander = CORRELATION * wander + (1 - CORRELATION**2) ** 0.5 * float(random.normal(0.0, STRENGTH_SD))
            struck = line.beat
        uneven = float(random.normal(0.0, CHORD_SD))
        late_s = min(TIME_MAX_S, max(-TIME_MAX_S, float(random.normal(0.0, TIME_SD_S))))
        strength = line.strength
        start, end = grid.sample(line.beat), grid.sample(line.beat + line.length)
        if not line.exact:
            bar = grid.bar_at(line.beat)
            place = ((bar.number - 1) % 4 + (line.beat - bar.first) / bar.beats) / 4
            strength += wander + uneven + ARCH * (1 - (2 * place - 1) ** 2)
            start += round(late_s * SAMPLE_RATE) if line.beat not in grid.accents else 0
        span = _sounding(request, start, end)
        if span is None:
            continue
        velocity = min(1.0, max(0.05, strength))
        length_s = max(SHORTEST_S, (span[1] - span[0]) / SAMPLE_RATE)
        tone = Tone(pitch=float(line.pitch), length_s=length_s, velocity=velocity)
        early = round(voice.onset_s(tone) * SAMPLE_RATE)
        first = _after_silence(request, max(0, span[0] - early), span[0]) - request.start
        notes.append(
            Note(
                start=first,
                length=max(round(SHORTEST_S * SAMPLE_RATE), span[1] - request.start - first),
                pitch=float(line.pitch),
                velocity=round(velocity, 4),
                beat=round(line.beat, 6),
                beats=round(line.length, 6),
            )
        )
    return notes


def _sounding(request: CueRequest, start: int, end: int) -> tuple[int, int] | None:
    """The part of a note that may sound: inside the cue, not in a silence."""
    start, end = max(start, request.start), min(end, request.end)
    for begin, stop in request.silences:
        if begin <= start < stop:
            return None
        if start < begin < end:
            end = begin
    return (start, end) if end - start >= SHORTEST_S * SAMPLE_RATE else None


def _after_silence(request: CueRequest, begin: int, start: int) -> int:
    """Where a note that begins early may begin: not before the end of a silence that precedes it."""
    return max([begin, *(stop for _, stop in request.silences if begin < stop <= start)])


def _single(notes: list[Note]) -> list[Note]:
    """In order, without two notes of one pitch at once: the earlier ends where the later begins."""
    notes.sort(key=lambda note: (note.start, note.pitch))
    last: dict[float, int] = {}
    kept: list[Note] = []
    for note in notes:
        index = last.get(note.pitch)
        if index is not None and kept[index].start + kept[index].length > note.start:
            before = kept[index]
            if note.start - before.start < SHORTEST_S * SAMPLE_RATE:
                kept[index] = before if before.velocity >= note.velocity else note
                continue
            kept[index] = replace(
                before, length=note.start - before.start, beats=min(before.beats, note.beat - before.beat)
            )
        last[note.pitch] = len(kept)
        kept.append(note)
    return kept
