"""The algebra of motifs, its laws, and which forms are still heard as the motif."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundscape.score.motif import Motif, MotifNote
from soundscape.score.pitch import Key
from soundscape.score.similarity import ABSENT, DISTINCT, HEARD, Melody, heard, likeness, too_alike
from soundscape.score.transform import (
    RECOGNISED,
    formed,
    fragment,
    inverted,
    ornamented,
    reversed_in_time,
    sequenced,
    shifted,
    stretched,
    transposed,
    trimmed,
)

C = Key(0, "ionian")


def notes_of(degrees: list[int], lengths: list[float]) -> tuple[MotifNote, ...]:
    beats = np.concatenate([[0.0], np.cumsum(lengths)])
    return tuple(
        MotifNote(degree=d, beat=float(b), length=float(n))
        for d, b, n in zip(degrees, beats, lengths, strict=False)
    )


def random_motif(random: np.random.Generator, count: int | None = None) -> Motif:
    count = count or int(random.integers(5, 9))
    steps = random.choice([-4, -3, -2, -1, -1, 0, 1, 1, 2, 3, 4], count - 1)
    degrees = [int(d) for d in np.cumsum([random.integers(0, 5), *steps])]
    lengths = random.choice([0.5, 1.0, 1.0, 1.5, 2.0], count).tolist()
    return Motif(name="m", owners=(), notes=notes_of(degrees, lengths))


def melody(notes: tuple[MotifNote, ...], key: Key = C) -> Melody:
    return Melody(
        tuple(note.beat for note in notes), tuple(float(key.pitch(note.degree, note.alteration)) for note in notes)
    )


def embedded(notes: tuple[MotifNote, ...], random: np.random.Generator) -> tuple[MotifNote, ...]:
    """A motif between two unrelated phrases."""
    before = random_motif(random, 10).notes
    middle = shifted(notes, before[-1].beat + before[-1].length - notes[0].beat)
    after = shifted(random_motif(random, 10).notes, middle[-1].beat + middle[-1].length)
    return before + middle + after


motifs = st.builds(
    lambda seed, count: random_motif(np.random.default_rng(seed), count), st.integers(0, 10_000), st.integers(3, 9)
)


@given(motifs)
@settings(max_examples=40, deadline=None, derandomize=True)
def test_inversion_retrograde_and_stretching_undo_themselves(motif: Motif) -> None:
    assert inverted(inverted(motif.notes)) == motif.notes
    assert reversed_in_time(reversed_in_time(motif.notes)) == motif.notes
    assert stretched(stretched(motif.notes, 2.0), 0.5) == motif.notes
    assert transposed(transposed(motif.notes, 3), -3) == motif.notes


@given(motifs, st.floats(0.5, 20))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_trimming_takes_the_tail_and_keeps_the_head(motif: Motif, beats: float) -> None:
    kept = trimmed(motif.notes, beats)
    assert all(note.beat + note.length <= beats + 1e-9 for note in kept)
    assert [note.degree for note in kept] == [note.degree for note in motif.notes[: len(kept)]]


def test_inversion_mirrors_steps() -> None:
    assert [note.degree for note in inverted(notes_of([0, 4, 5, 3], [1] * 4))] == [0, -4, -5, -3]


def test_a_sequence_states_twice_and_begins_the_second_on_a_bar() -> None:
    twice = sequenced(notes_of([0, 2, 4], [1, 1, 1]), degrees=1, bar=4.0)
    assert [note.degree for note in twice] == [0, 2, 4, 1, 3, 5]
    assert twice[3].beat == 4.0


def test_an_ornament_fills_a_third_and_moves_no_other_note() -> None:
    found = ornamented(notes_of([0, 2, 5], [1, 1, 1]))
    assert [(note.degree, note.beat) for note in found] == [(0, 0.0), (1, 0.5), (2, 1.0), (5, 2.0)]


def test_a_fragment_has_at_least_two_notes() -> None:
    assert len(fragment(notes_of([0, 1], [1, 1]))) == 2
    assert len(fragment(notes_of(list(range(10)), [1] * 10))) == 6


@pytest.mark.parametrize("form", sorted(RECOGNISED))
def test_forms_that_count_as_statements_are_heard(form: str) -> None:
    random = np.random.default_rng(4)
    scores = []
    for _ in range(30):
        motif = random_motif(random)
        key = C.interchanged() if form == "interchange" else C
        scores.append(heard(Melody.of(motif), melody(embedded(formed(motif, form), random), key)))
    assert np.mean(np.array(scores) >= HEARD) >= 0.95


@pytest.mark.parametrize("change", [inverted, reversed_in_time])
def test_inversion_and_retrograde_do_not_count_as_statements(change) -> None:  # type: ignore[no-untyped-def]
    random = np.random.default_rng(5)
    scores = []
    for _ in range(30):
        motif = random_motif(random)
        scores.append(heard(Melody.of(motif), melody(embedded(change(motif.notes), random))))
    assert np.mean(np.array(scores) >= HEARD) <= 0.05


def test_unrelated_melodies_are_not_heard_as_the_motif() -> None:
    random = np.random.default_rng(6)
    scores = [
        heard(Melody.of(random_motif(random)), melody(embedded(random_motif(random).notes, random)))
        for _ in range(60)
    ]
    assert np.percentile(scores, 95) < ABSENT
    assert max(scores) < HEARD


def test_motifs_that_share_their_head_are_named_and_others_are_not() -> None:
    one = Motif(name="hero", owners=(), notes=notes_of([0, 4, 5, 3, 7], [1, 1.5, 0.5, 1, 2]))
    two = Motif(name="heir", owners=(), notes=notes_of([1, 5, 6, 4, 7], [1, 1.5, 0.5, 1, 2]))
    three = Motif(name="sea", owners=(), notes=notes_of([7, 6, 5, 4, 3, 2], [2, 1, 1, 2, 1, 1]))
    assert likeness(one, two) > DISTINCT > likeness(one, three)
    (line,) = too_alike((one, two, three))
    assert '"hero" and "heir"' in line
