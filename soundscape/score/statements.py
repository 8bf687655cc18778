"""Where motifs are stated: on the first downbeat of their owner's appearance, fitted to what follows."""

from __future__ import annotations

from dataclasses import dataclass

from soundscape.model import SAMPLE_RATE
from soundscape.score.anchors import EARLY_FRAMES
from soundscape.score.bars import Bar, Grid
from soundscape.score.lines import Line, fold
from soundscape.score.motif import MotifNote
from soundscape.score.request import Appearance, CueRequest, Statement, Voice
from soundscape.score.transform import RECOGNISED, formed, trimmed

LATEST_BARS = 2
"""A statement that cannot begin this soon after its owner appears is left out."""
COMFORT = (60, 84)
"""MIDI pitches between which a melody sits by default."""
SPOKEN_OVER = (48, 76)
"""Where it sits while someone speaks: fundamentals and first overtones below 1 to 4 kHz, where words are told apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A statement and its notes."""

    statement: Statement
    lines: tuple[Line, ...]


def place_statements(request: CueRequest, grid: Grid) -> tuple[Placed, ...]:
    """Every appearance that finds room, in order of time, each in the lead or, where that is busy, the counter voice.

    A statement's downbeat is a downbeat of the cue; its pick-up comes before. It ends with the cue or the next
    silence at the latest: its tail is trimmed, never its head.
    """
    roles = [role for role in ("lead", "counter") if role in request.voices]
    if not roles:
        roles = ["pad"] if request.appearances else []
    busy = dict.fromkeys(roles, 0.0)
    placed = []
    for appearance in sorted(request.appearances, key=lambda item: (item.start, item.motif)):
        best: tuple[float, str, Bar, tuple[MotifNote, ...]] | None = None
        for role in roles:
            found = _room(request, grid, appearance, busy[role])
            if found and (best is None or found[0].first < best[0] - 1e-6):
                best = (found[0].first, role, *found)
        if best is None:
            continue
        _, role, bar, notes = best
        busy[role] = bar.first + notes[-1].beat + notes[-1].length
        placed.append(_placed(request, grid, appearance, role, bar, notes))
    return tuple(placed)


def _room(
    request: CueRequest, grid: Grid, appearance: Appearance, busy_until: float
) -> tuple[Bar, tuple[MotifNote, ...]] | None:
    """The first bar in which a statement may begin, and its notes."""
    motif = request.motif(appearance.motif)
    notes = formed(motif, appearance.form, bar=float(request.brief.beats_per_bar))
    early = round(EARLY_FRAMES * SAMPLE_RATE / float(request.rate.fps))
    starts = [bar for bar in grid.bars if bar.start >= appearance.start - early and bar.beats > 1]
    for bar in starts[: LATEST_BARS + 1]:
        if bar.first + notes[0].beat < busy_until - 1e-6 or bar.first + notes[0].beat < 0:
            continue
        end = _next_silence(request, grid, bar)
        fitted = trimmed(notes, end - bar.first)
        if len(fitted) >= min(3, len(notes)) and not _silent(request, bar.start):
            return bar, fitted
    return None


def _next_silence(request: CueRequest, grid: Grid, bar: Bar) -> float:
    """The beat at which the cue ends or the next silence begins."""
    begins = [start for start, _ in request.silences if start > bar.start]
    end = min([request.end, *begins])
    return next((index for index, sample in enumerate(grid.samples) if sample >= end), len(grid.samples) - 1)


def _silent(request: CueRequest, sample: int) -> bool:
    return any(start <= sample < end for start, end in request.silences)


def _placed(
    request: CueRequest, grid: Grid, appearance: Appearance, role: str, bar: Bar, notes: tuple[MotifNote, ...]
) -> Placed:
    key = request.brief.tonality
    voice = request.voices[role]
    start, end = grid.sample(bar.first + notes[0].beat), grid.sample(bar.first + notes[-1].beat + notes[-1].length)
    spoken = any(begin < end and start < stop for begin, stop in request.narration)
    pitches = _in_register([key.pitch(note.degree, note.alteration) for note in notes], voice, spoken)
    lines = [
        Line(
            role=role,
            beat=bar.first + note.beat,
            length=note.length,
            pitch=pitch,
            strength=min(0.95, 0.45 + 0.35 * appearance.intensity + 0.08 * note.accent) * (0.8 if spoken else 1.0),
            exact=bar.first + note.beat in grid.accents,
        )
        for note, pitch in zip(notes, pitches, strict=True)
    ]
    whole = len(formed(request.motif(appearance.motif), "plain"))
    statement = Statement(
        motif=appearance.motif,
        form=appearance.form,
        role=role,
        start=start,
        end=end,
        bar=bar.number,
        complete=appearance.form in RECOGNISED and len(notes) >= whole,
        key=key.name,
        asked=appearance.start,
    )
    return Placed(statement=statement, lines=tuple(lines))


def _in_register(pitches: list[int], voice: Voice, spoken: bool) -> list[int]:
    """The melody in the octave that suits its instrument; a note that still lies outside is folded in."""
    low, high = SPOKEN_OVER if spoken else COMFORT
    low, high = max(low, voice.low), min(high, voice.high)
    if high - low < 12:
        low, high = voice.low, voice.high
    centre = (low + high) / 2

    def misfit(octave: int) -> tuple[int, float]:
        moved = [pitch + 12 * octave for pitch in pitches]
        outside = sum(not voice.low <= pitch <= voice.high for pitch in moved)
        return outside, abs((min(moved) + max(moved)) / 2 - centre)

    octave = min(range(-5, 6), key=misfit)
    return [fold(pitch + 12 * octave, voice.low, voice.high) for pitch in pitches]
