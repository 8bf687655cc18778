"""Motifs as text, for a film.toml: scale degrees and beats.

    1:1 5:3/2 6:1/2 4:1 ^1:2         degree:beats, separated by spaces
    _5:1 | 1:2 b3:1                  a pick-up before the bar; b and # alter; ^ and _ are octaves up and down
    1:1 r:1 5!:2                     r is a rest, ! an accent

A length that is left out is that of the note before, or one beat.
"""

from __future__ import annotations

import re
from fractions import Fraction

from soundscape.errors import ScoreError
from soundscape.score.motif import Motif, MotifNote
from soundscape.score.pitch import Key

_NOTE = re.compile(r"(?P<octave>[\^_]*)(?P<sign>[b#]*)(?P<degree>[1-7]|r)(?P<accent>!?)(?::(?P<beats>[\d./]+))?")
ACCENT = 0.6
NOTATION = "degrees and beats as in 1:1 5:3/2 b6:1/2"


def parse_motif(text: str, *, name: str = "motif", owners: tuple[str, ...] = (), mode: str = "ionian") -> Motif:
    """A motif from text; `mode` is the mode it is thought in.

    Raises
    ------
    ScoreError
        For a token that is no note, naming it, or a motif that cannot be.
    """
    head, bar, rest = text.partition("|")
    if bar and "|" in rest:
        raise ScoreError(f'motif "{name}" has more than one |; it stands only between a pick-up and the first bar')
    pickup, body = (head, rest) if bar else ("", head)
    notes: list[MotifNote] = []
    beats = Fraction(1)
    at = Fraction(0)
    downbeat = Fraction(0)
    for part in (pickup, body):
        downbeat = at
        for token in part.split():
            note, beats = _note(token, beats, at, name)
            if note:
                notes.append(note)
            at += beats
    moved = tuple(
        MotifNote(
            degree=note.degree,
            beat=note.beat - float(downbeat),
            length=note.length,
            alteration=note.alteration,
            accent=note.accent,
        )
        for note in notes
    )
    return Motif(name=name, owners=owners, notes=moved, home=Key.parse("C", mode))


def _note(token: str, beats: Fraction, at: Fraction, name: str) -> tuple[MotifNote | None, Fraction]:
    """A note (or nothing for a rest) and its length."""
    match = _NOTE.fullmatch(token)
    try:
        beats = Fraction(match["beats"]) if match and match["beats"] else beats
    except (ValueError, ZeroDivisionError):
        match = None
    if match is None or not 0 < beats <= 64:
        raise ScoreError(
            f'motif "{name}": "{token}" is no note; allowed: a degree 1 to 7 or r, as in 5, b3:1/2 or ^1!:2'
        )
    if match["degree"] == "r":
        return None, beats
    octaves = match["octave"].count("^") - match["octave"].count("_")
    note = MotifNote(
        degree=int(match["degree"]) - 1 + 7 * octaves,
        beat=float(at),
        length=float(beats),
        alteration=match["sign"].count("#") - match["sign"].count("b"),
        accent=ACCENT if match["accent"] else 0.0,
    )
    return note, beats


def motif_text(motif: Motif) -> str:
    """A motif as text that `parse_motif` reads."""
    tokens: list[str] = []
    at = Fraction(min(0.0, motif.notes[0].beat)).limit_denominator(96)
    barred = motif.notes[0].beat >= 0
    for note in motif.notes:
        beat = Fraction(note.beat).limit_denominator(96)
        if not barred and beat >= 0:
            if at < 0:
                tokens.append(f"r:{-at}")
                at = Fraction(0)
            tokens.append("|")
            barred = True
        if beat > at:
            tokens.append(f"r:{beat - at}")
        octave, degree = divmod(note.degree, 7)
        sign = "#" * note.alteration if note.alteration > 0 else "b" * -note.alteration
        length = Fraction(note.length).limit_denominator(96)
        mark = "!" if note.accent >= ACCENT else ""
        tokens.append(f"{'^' * octave}{'_' * -octave}{sign}{degree + 1}{mark}:{length}")
        at = beat + length
    if not barred:
        tokens += [*((f"r:{-at}",) if at < 0 else ()), "|"]
    return " ".join(tokens)
