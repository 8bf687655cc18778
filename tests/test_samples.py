"""The sample films: complete, and the same cut in every file."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
import soundfile

from soundscape.film import Film, load_film
from soundscape.model import Shot, Timeline
from soundscape.score.motif import load_motif
from soundscape.score.similarity import DISTINCT, likeness
from soundscape.timecode import Rate
from soundscape.timeline import read

SAMPLES = sorted((Path(__file__).parent.parent / "samples").glob("*/film.toml"))
EACH_FILM = pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.parent.name)
SMALLEST_GAP_S = 4.0
"""Between strong hits: closer ones cannot each fall on a beat of their own."""


def loaded(path: Path) -> tuple[Film, Timeline]:
    film = load_film(path)
    timeline, diagnostics = read(film.folder / film.timeline, fps=Rate.parse(film.fps))
    assert diagnostics == ()
    return film, timeline


@EACH_FILM
def test_the_shot_list_and_the_edl_are_one_cut(path: Path) -> None:
    def cut(shots: tuple[Shot, ...]) -> list[tuple[int, int, str, int]]:
        return [(shot.start, shot.end, shot.transition.kind, shot.transition.frames) for shot in shots]

    film, timeline = loaded(path)
    edl, _ = read(film.folder / "cut.edl", fps=Rate.parse(film.fps))
    assert cut(edl.shots) == cut(timeline.shots)
    assert len(timeline.shots) >= 10


@EACH_FILM
def test_shots_follow_each_other_without_a_gap_from_the_first_frame(path: Path) -> None:
    _, timeline = loaded(path)
    assert timeline.shots[0].start == timeline.start
    assert all(before.end == after.start for before, after in pairwise(timeline.shots))


@EACH_FILM
def test_hits_lie_in_the_film_and_strong_ones_leave_room_for_music(path: Path) -> None:
    _, timeline = loaded(path)
    frames = sorted(hit.frame for hit in timeline.hits if hit.strength == "strong")
    assert len(frames) >= 4
    assert all(timeline.start < hit.frame < timeline.end for hit in timeline.hits)
    assert all((after - before) / timeline.rate.fps >= SMALLEST_GAP_S for before, after in pairwise(frames))


@EACH_FILM
def test_every_scene_motif_owner_and_narration_of_the_film_is_in_it(path: Path) -> None:
    film, timeline = loaded(path)
    assert set(film.scenes) <= {shot.scene for shot in timeline.shots}
    assert set(film.places) <= {shot.place for shot in timeline.shots}
    owners = {owner for shot in timeline.shots for owner in shot.owners}
    assert {owner for motif in film.motifs for owner in motif.owners} <= owners
    for entry in film.narration:
        assert soundfile.info(film.folder / entry.file).duration < 6.0
        assert entry.at or entry.shot in {shot.label for shot in timeline.shots}


@EACH_FILM
def test_motifs_are_short_keep_to_their_scale_and_have_a_leap(path: Path) -> None:
    film, _ = loaded(path)
    for source in film.motifs:
        motif = load_motif(film.folder / source.file, name=source.name)
        pitches = motif.pitches(motif.home)
        assert 4 <= len(motif.notes) <= 7
        assert not any(note.alteration for note in motif.notes)
        assert max(abs(after - before) for before, after in pairwise(pitches)) >= 7


@EACH_FILM
def test_motifs_of_a_film_cannot_be_mistaken_for_each_other(path: Path) -> None:
    film, _ = loaded(path)
    motifs = [load_motif(film.folder / source.file, name=source.name) for source in film.motifs]
    assert len(motifs) == 2
    assert likeness(*motifs) < DISTINCT
