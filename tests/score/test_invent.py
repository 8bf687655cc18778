"""The motif of a film that names none."""

from __future__ import annotations

from itertools import pairwise

from soundscape.rng import Seed
from soundscape.score.invent import invented_motif
from soundscape.score.motif import Motif
from soundscape.score.similarity import likeness


def motif(seed: int, name: str = "sea") -> Motif:
    return invented_motif(Seed(seed), name=name, owners=(name,), mode="dorian")


def test_it_follows_from_seed_and_name_alone() -> None:
    assert motif(3) == motif(3)
    assert motif(3).notes != motif(4).notes
    assert motif(3).notes != motif(3, "harbour").notes


def test_it_is_short_has_a_leap_and_several_durations_and_comes_to_rest_on_the_tonic_triad() -> None:
    for seed in range(200):
        notes = motif(seed).notes
        degrees = [note.degree for note in notes]
        leaps = [index for index, (a, b) in enumerate(pairwise(degrees)) if b - a >= 3]
        assert 4 <= len(notes) <= 6
        assert leaps
        assert degrees[leaps[0] + 2] < degrees[leaps[0] + 1] or leaps[0] + 3 == len(degrees)
        assert len({note.length for note in notes}) >= 2
        assert degrees[-1] % 7 in (0, 2, 4)
        assert 0 < max(degrees) - min(degrees) <= 12


def test_films_differ_in_their_motifs() -> None:
    alike = [likeness(motif(seed), motif(seed + 1)) >= 0.9 for seed in range(40)]
    assert sum(alike) <= 4
