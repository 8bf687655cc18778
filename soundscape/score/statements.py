"""Where motifs are stated: on the first downbeat of their owner's appearance, fitted to what follows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from soundscape.model import SAMPLE_RATE, Statement
from soundscape.score.anchors import EARLY_FRAMES
from soundscape.score.bars import Bar, Grid
from soundscape.score.counterpoint import best_fit
from soundscape.score.lines import Line, fold
from soundscape.score.motif import MotifNote
from soundscape.score.pitch import Key
from soundscape.score.request import Appearance, CueRequest, Voice
from soundscape.score.transform import RECOGNISED, formed, fragment, shifted, transposed, trimmed

SPOKEN_STRENGTH = 0.8
AGAIN_BARS = 8
"""Someone who stays this long is heard again."""
ECHO_BELOW = 0.42
"""Tension below which a theme is echoed; above, the pulse is busy."""
ECHO_STRENGTH = 0.6
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
    bar: Bar
    notes: tuple[MotifNote, ...]
    """As they are stated, in beats from the bar's downbeat."""

    @property
    def begin(self) -> float:
        """Beat of the cue on which its first note begins."""
        return self.bar.first + self.notes[0].beat

    @property
    def end(self) -> float:
        """Beat of the cue on which it is over."""
        return self.bar.first + self.notes[-1].beat + self.notes[-1].length


@dataclass(frozen=True, slots=True)
class _Room:
    """Where a statement may be: a voice, a bar, and the notes from its downbeat."""

    role: str
    bar: Bar
    notes: tuple[MotifNote, ...]


def place_statements(request: CueRequest, grid: Grid) -> tuple[Placed, ...]:
    """Every appearance that finds room, in order of time.

    A statement's downbeat is a downbeat of the cue; its pick-up comes before. It ends with the cue or the next
    silence at the latest: its tail is trimmed, never its head. Motifs do not talk over one another: who appears
    while another motif sounds is heard in counterpoint with it, when there is a second voice and the two fit, or
    else waits. Who stays long is heard again, in part.
    """
    placed: list[Placed] = []
    for appearance in sorted(request.appearances, key=lambda item: (item.start, item.motif)):
        latest = max(LATEST_BARS, sum(appearance.start <= bar.start < appearance.end for bar in grid.bars) - 1)
        room = _against(request, grid, appearance, placed) or _room(request, grid, appearance, placed, latest)
        if room:
            placed.append(_placed(request, grid, appearance, room))
    for appearance in _again(request, grid):
        for form in dict.fromkeys((appearance.form, "fragment")):
            formed_so = replace(appearance, form=form)
            room = _room(request, grid, formed_so, placed, 1)
            if room:
                placed.append(_placed(request, grid, formed_so, room))
                break
    return tuple(sorted(placed, key=lambda item: item.statement.start))


def echo_lines(request: CueRequest, grid: Grid, placed: Sequence[Placed]) -> list[Line]:
    """The head of a theme once more, an octave higher and softly, where it has ended in calm and nothing follows.

    It is played by whoever plays neither it nor anything else then, and is texture: no statement of the ledger.
    """
    lines = []
    free = [role for role in ("counter", "pulse", "accent") if role in request.voices]
    for item in placed:
        role = next((role for role in free if role != item.statement.role), None)
        bar = next((bar for bar in grid.bars if bar.first >= item.end - 1e-6 and bar.beats > 1), None)
        if role is None or bar is None or not item.statement.complete or bar.tension >= ECHO_BELOW or bar.opens:
            continue
        head = fragment(item.notes)
        end = bar.first + head[-1].beat + head[-1].length
        others = (other for other in placed if other is not item)
        if (
            head[0].beat < 0
            or end > _end(request, grid, bar)
            or any(o.begin < end and bar.first < o.end for o in others)
        ):
            continue
        voice = request.voices[role]
        lines += [
            Line(
                role=role,
                beat=bar.first + note.beat,
                length=note.length,
                pitch=fold(line.pitch + 12, voice.low, voice.high),
                strength=ECHO_STRENGTH * line.strength,
            )
            for note, line in zip(head, item.lines, strict=False)
        ]
    return lines


def _again(request: CueRequest, grid: Grid) -> list[Appearance]:
    """A long appearance is taken up again every eight bars, in sequence and by its head; several take turns."""
    motifs = list(dict.fromkeys(appearance.motif for appearance in request.appearances))
    found = []
    for appearance in request.appearances:
        turn = AGAIN_BARS * motifs.index(appearance.motif) // len(motifs)
        bars = [bar for bar in grid.bars if appearance.start <= bar.start and bar.end <= appearance.end]
        for count, bar in enumerate(bars[AGAIN_BARS // 2 + turn :: AGAIN_BARS]):
            found.append(replace(appearance, start=bar.start, form=("sequence", "fragment")[count % 2]))
    return sorted(found, key=lambda appearance: appearance.start)


def _role(request: CueRequest, motif: str) -> str:
    """The voice that states a motif."""
    return request.players.get(motif) or next(role for role in ("lead", "pad") if role in request.voices)


def _notes(request: CueRequest, appearance: Appearance) -> tuple[MotifNote, ...]:
    motif = request.motif(appearance.motif).moved(_key(request, appearance))
    return formed(motif, appearance.form, bar=float(request.brief.beats_per_bar))


def _key(request: CueRequest, appearance: Appearance) -> Key:
    """The key in which a motif is stated: the cue's, in another mode where its form asks for that."""
    key = request.brief.tonality
    return key.interchanged() if appearance.form == "interchange" else key


def _against(request: CueRequest, grid: Grid, appearance: Appearance, placed: Sequence[Placed]) -> _Room | None:
    """Room in a second voice, against the motif that sounds when its owner appears."""
    at = grid.beat(appearance.start)
    sounding = [item for item in placed if item.bar.first <= at + 0.5 and at < item.end]
    if len(sounding) != 1 or sounding[0].statement.motif == appearance.motif:
        return None
    first = sounding[0]
    role = _role(request, appearance.motif)
    if role == first.statement.role:
        role = "counter"
    if role not in request.voices or role == first.statement.role:
        return None
    notes = _notes(request, appearance)
    earliest = max(0, math.ceil(at - first.bar.first - 0.5))
    fit = best_fit(first.notes, notes, request.brief.tonality, earliest_beats=earliest)
    if fit is None:
        return None
    end = _end(request, grid, first.bar) - first.bar.first
    joined = trimmed(shifted(transposed(notes, fit.degrees), fit.beats), end)
    return _Room(role, first.bar, joined) if len(joined) >= min(3, len(notes)) else None


def _room(
    request: CueRequest, grid: Grid, appearance: Appearance, placed: Sequence[Placed], latest: int
) -> _Room | None:
    """The first of the next `latest + 1` bars in which a statement overlaps no other."""
    notes = _notes(request, appearance)
    early = round(EARLY_FRAMES * SAMPLE_RATE / float(request.rate.fps))
    starts = [bar for bar in grid.bars if bar.start >= appearance.start - early and bar.beats > 1]
    for bar in starts[: latest + 1]:
        if bar.first + notes[0].beat < 0 or _silent(request, bar.start):
            continue
        fitted = trimmed(notes, _end(request, grid, bar) - bar.first)
        if len(fitted) < min(3, len(notes)):
            continue
        begin, end = bar.first + fitted[0].beat, bar.first + fitted[-1].beat + fitted[-1].length
        if all(end <= other.begin + 1e-6 or begin >= other.end - 1e-6 for other in placed):
            return _Room(_role(request, appearance.motif), bar, fitted)
    return None


def _end(request: CueRequest, grid: Grid, bar: Bar) -> float:
    """The beat at which the cue ends or the next silence begins."""
    begins = [start for start, _ in request.silences if start > bar.start]
    end = min([request.end, *begins])
    return float(grid.beats[min(len(grid.beats) - 1, int(np.searchsorted(grid.samples, end)))])


def _silent(request: CueRequest, sample: int) -> bool:
    return any(start <= sample < end for start, end in request.silences)


def _placed(request: CueRequest, grid: Grid, appearance: Appearance, room: _Room) -> Placed:
    role, bar, notes = room.role, room.bar, room.notes
    key, voice = _key(request, appearance), request.voices[role]
    start, end = grid.sample(bar.first + notes[0].beat), grid.sample(bar.first + notes[-1].beat + notes[-1].length)
    spoken = any(begin < end and start < stop for begin, stop in request.narration)
    pitches = _in_register([key.pitch(note.degree, note.alteration) for note in notes], voice, spoken)
    strength = 0.33 + 0.25 * appearance.intensity + 0.3 * bar.tension - (0.1 if role == "counter" else 0.0)
    lines = [
        Line(
            role=role,
            beat=bar.first + note.beat,
            length=note.length,
            pitch=pitch,
            strength=min(0.95, strength + 0.08 * note.accent) * (SPOKEN_STRENGTH if spoken else 1.0),
            exact=bar.first + note.beat in grid.accents,
        )
        for note, pitch in zip(notes, pitches, strict=True)
    ]
    if appearance.form == "complete":
        lines += [replace(line, pitch=line.pitch - 12) for line in lines if line.pitch - 12 >= voice.low]
    statement = Statement(
        motif=appearance.motif,
        form=appearance.form,
        role=role,
        start=start,
        end=end,
        bar=bar.number,
        complete=appearance.form in RECOGNISED and len(notes) >= len(request.motif(appearance.motif).notes),
        key=key.name,
        asked=appearance.start,
    )
    return Placed(statement=statement, lines=tuple(lines), bar=bar, notes=notes)


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
