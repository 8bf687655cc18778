"""A shot list says what the clips of an edit list show, however the film is cut."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from soundscape import pipeline
from soundscape.errors import FilmError
from soundscape.model import Timeline
from soundscape.pipeline.films import cut_of

SAMPLES = Path(__file__).parents[2] / "samples"
LIST = """\
shot,scene,place,duration,description,mood,hits,clip
7,Arrival,dune surface,4s,Dunes,calm,,rolls/dunes.mov
8,Arrival,dune surface,4s,A door,tense,+1s door slams,DOOR.mxf
9,Cave,crystal chambers,4s,Crystals,wonder,,A003
"""


def event(number: int, name: str, first: int, begin: int, seconds: int, reel: str = "AX") -> str:
    """A cut at 25 frames a second: which clip, from which of its seconds on, where and how long."""
    times = [f"00:00:{second:02d}:00" for second in (first, first + seconds, begin, begin + seconds)]
    named = f"* FROM CLIP NAME: {name}\n" if name else ""
    return f"{number:03d}  {reel} V C {' '.join(times)}\n{named}"


def cut(folder: Path, *events: str, words: str = LIST, name: str = "words.csv") -> tuple[Timeline, list[str]]:
    (folder / "cut.edl").write_text("TITLE: X\nFCM: NON-DROP FRAME\n\n" + "\n".join(events))
    (folder / name).write_text(words)
    path = folder / "film.toml"
    path.write_text(f'timeline = "cut.edl"\nshot_list = "{name}"\nfps = "25"\n')
    found, notes = cut_of(pipeline.open_film(path))
    return found, [note.message for note in notes]


@pytest.mark.parametrize("film", ["desert-crystal-mines", "gemini-ring", "legacy"])
def test_an_edit_list_and_its_shot_list_sound_as_the_shot_list_alone(
    film: str, tmp_path: Path, settings: pipeline.Settings
) -> None:
    folder = tmp_path / film
    shutil.copytree(SAMPLES / film, folder)
    alone = pipeline.plan(folder, settings=settings)
    told = (folder / "film.toml").read_text()
    (folder / "film.toml").write_text(
        told.replace('timeline = "shots.csv"', 'timeline = "cut.edl"\nshot_list = "shots.csv"')
    )
    assert pipeline.plan(folder, settings=settings).sounds == alone.sounds


def test_words_hits_and_labels_follow_the_clips_wherever_they_are_cut_to(tmp_path: Path) -> None:
    found, notes = cut(
        tmp_path,
        event(1, "", 0, 0, 3, reel="A003"),
        event(2, "door.mov", 0, 3, 5),
        event(3, "dunes.mov", 0, 8, 2),
    )
    assert [(shot.label, shot.description, shot.start) for shot in found.shots] == [
        ("9", "Crystals", 0),
        ("8", "A door", 75),
        ("7", "Dunes", 200),
    ]
    assert [(hit.label, hit.frame) for hit in found.hits] == [("door slams", 100)]
    assert not any("words.csv" in note or "not in" in note for note in notes)


def test_a_clip_that_is_seen_twice_keeps_its_words_and_has_its_hit_once(tmp_path: Path) -> None:
    found, _ = cut(
        tmp_path,
        event(1, "door.mov", 0, 0, 3),
        event(2, "dunes.mov", 0, 3, 3),
        event(3, "door.mov", 6, 6, 3),
    )
    assert [(shot.label, shot.place) for shot in found.shots] == [
        ("8", "dune surface"),
        ("7", "dune surface"),
        ("8 (2)", "dune surface"),
    ]
    assert [hit.frame for hit in found.hits] == [25]


def test_a_list_that_knows_the_frames_of_its_clips_keeps_hits_in_the_picture(tmp_path: Path) -> None:
    old = "TITLE: X\nFCM: NON-DROP FRAME\n\n" + event(1, "walk.mov", 10, 0, 8)
    old += "* LOC: 00:00:02:00 RED steps\n* LOC: 00:00:05:00 RED door slams\n"
    found, _ = cut(
        tmp_path,
        event(1, "walk.mov", 14, 0, 3),
        event(2, "other.mov", 0, 3, 2),
        event(3, "walk.mov", 11, 5, 3),
        words=old,
        name="old.edl",
    )
    # Steps are seen at second 12 of the clip, the door at 15.
    assert [(hit.label, hit.frame / 25) for hit in found.hits] == [("door slams", 1.0), ("steps", 6.0)]


def test_what_only_one_of_the_two_has_is_told(tmp_path: Path) -> None:
    found, notes = cut(tmp_path, event(1, "door.mov", 0, 0, 3), event(2, "sky.mov", 0, 3, 3))
    assert [shot.label for shot in found.shots] == ["8", "002"]
    assert "shots of the cut that it has not, of which nothing else is known: 002" in notes
    assert "shots of it that are not in the cut: 7, 9" in notes


def test_a_list_without_clips_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(FilmError, match=r"words\.csv names no clips; give it a column `source`") as error:
        cut(tmp_path, event(1, "door.mov", 0, 0, 3), words="shot,place,duration\n1,dunes,3s\n")
    assert (error.value.column, error.value.line) == ("shot_list", 2)


def test_a_list_that_is_not_there_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "cut.edl").write_text("TITLE: X\nFCM: NON-DROP FRAME\n\n" + event(1, "door.mov", 0, 0, 3))
    (tmp_path / "film.toml").write_text('timeline = "cut.edl"\nfps = "25"\nshot_list = "lost.csv"\n')
    with pytest.raises(FilmError, match=r"lost\.csv: cannot be read") as error:
        cut_of(pipeline.open_film(tmp_path))
    assert (error.value.column, error.value.line) == ("shot_list", 3)
