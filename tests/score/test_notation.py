"""Motifs as text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundscape.errors import ScoreError
from soundscape.score.motif import Motif, MotifNote
from soundscape.score.notation import ACCENT, motif_text, parse_motif
from soundscape.score.pitch import Key


def test_degrees_lengths_octaves_and_alterations_are_read() -> None:
    motif = parse_motif("1:1 5:3/2 b6:1/2 #4 ^1!:2 _7:0.25", name="m", mode="dorian")
    assert [note.degree for note in motif.notes] == [0, 4, 5, 3, 7, -1]
    assert [note.alteration for note in motif.notes] == [0, 0, -1, 1, 0, 0]
    assert [note.beat for note in motif.notes] == [0.0, 1.0, 2.5, 3.0, 3.5, 5.5]
    assert [note.accent for note in motif.notes] == [0, 0, 0, 0, ACCENT, 0]
    assert motif.home == Key(0, "dorian")


def test_a_bar_line_ends_the_pickup_and_a_rest_takes_time() -> None:
    motif = parse_motif("_5:1 | 1:2 r:1 3:1", name="m")
    assert motif.pickup == 1.0
    assert [note.beat for note in motif.notes] == [-1.0, 0.0, 3.0]


notes = st.lists(
    st.tuples(
        st.integers(-14, 20),
        st.integers(-1, 1),
        st.sampled_from([0.25, 0.5, 1.0, 1.5, 3.0]),
        st.sampled_from([0.0, 0.5]),
    ),
    min_size=2,
    max_size=12,
)


@given(notes, st.sampled_from([0.0, -1.0, -0.5, 2.0]))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_a_motif_written_and_read_is_the_same(
    given_notes: list[tuple[int, int, float, float]], first: float
) -> None:
    beat, made = first, []
    for degree, alteration, length, gap in given_notes:
        made.append(MotifNote(degree=degree, beat=beat, length=length, alteration=alteration))
        beat += length + gap
        if made[-1].beat < 0 < beat:
            beat = max(beat, 0.0)
    motif = Motif(name="m", owners=(), notes=tuple(made))
    if any(note.beat < 0 < note.beat + note.length for note in made):
        return  # a note tied over the bar line has no notation
    assert parse_motif(motif_text(motif), name="m").notes == motif.notes


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("1 8 3", '"8" is no note'),
        ("1 5:x", '"5:x" is no note'),
        ("1 5:1/0", '"5:1/0" is no note'),
        ("1 5:0", '"5:0" is no note'),
        ("", "has 0 notes"),
        ("r r", "has 0 notes"),
        ("1 | 2 | 3", r"more than one \|"),
    ],
)
def test_what_is_no_motif_is_refused_with_its_token(text: str, says: str) -> None:
    with pytest.raises(ScoreError, match=says):
        parse_motif(text, name="hero")
