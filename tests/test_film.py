"""film.toml: defaults, and one clear line with file, line and key for every mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from soundscape.errors import FilmError
from soundscape.film import load_film

WHOLE = """\
title = "Dune"
seed = 7
timeline = "shots.csv"
fps = "24"
target = "netflix"

[music]
key = "D"
bpm = [60, 96]

[places."the old mine"]
palette = "cave"

[scenes.Landing]
mode = "phrygian"
music = true

[[motifs]]
name = "memory"
file = "memory.mid"
owners = ["crystal", "memory"]

[[narration]]
file = "voice.wav"
shot = "12"
"""


def film_file(folder: Path, text: str) -> Path:
    path = folder / "film.toml"
    path.write_text(text)
    return path


def test_all_that_is_said_is_read(tmp_path: Path) -> None:
    film = load_film(film_file(tmp_path, WHOLE))
    assert (film.title, film.seed, film.target, film.folder) == ("Dune", 7, "netflix", tmp_path)
    assert film.places["the old mine"].palette == "cave"
    assert film.motifs[0].owners == ("crystal", "memory")
    assert film.narration[0].shot == "12"


def test_a_scene_inherits_what_it_does_not_say(tmp_path: Path) -> None:
    film = load_film(film_file(tmp_path, WHOLE))
    brief = film.brief("Landing")
    assert (brief.key, brief.mode, brief.bpm) == ("D", "phrygian", (60.0, 96.0))
    assert film.brief("elsewhere").mode is None


def test_a_timeline_alone_is_a_film(tmp_path: Path) -> None:
    (tmp_path / "shots.csv").write_text("shot\n1\n")
    film = load_film(tmp_path / "shots.csv")
    assert (film.timeline, film.folder, film.target) == ("shots.csv", tmp_path, "ebu-r128")


@pytest.mark.parametrize(
    ("change", "line", "column", "reason"),
    [
        (("seed = 7", 'seed = "x"'), 2, "seed", "valid integer"),
        (("fps =", "fsp ="), 4, "fsp", "unknown key; did you mean fps"),
        (("bpm =", "bmp ="), 9, "music.bmp", "unknown key; did you mean bpm"),
        (("mode =", "mood ="), 15, "scenes.Landing.mood", "unknown key; did you mean mode"),
        (("owners =", "owner ="), 21, "motifs.0.owner", "unknown key; did you mean owners"),
        (("seed = 7", "seed = -7"), 2, "seed", "-7 is not a seed; allowed: 0 to"),
        (('key = "D"', 'key = "H"'), 8, "music.key", '"H" is not a key; allowed: C, C#'),
        (("bpm = [60, 96]", "bpm = [96, 60]"), 9, "music.bpm", "lowest, highest"),
        (("bpm = [60, 96]", "bpm = [60]"), 9, "music.bpm.1", "nothing is given"),
        (("bpm = [60, 96]", 'bpm = "fast"'), 9, "music.bpm", "a list in brackets"),
        (('palette = "cave"', "palette = 3"), 12, "places.the old mine.palette", "valid string"),
        (('mode = "phrygian"', 'mode = "blues"'), 15, "scenes.Landing.mode", "is not a mode"),
        (
            ('palette = "cave"', 'palette = "cave"\nmotif = "memry"'),
            13,
            "places.the old mine.motif",
            "did you mean memory",
        ),
        (
            ("[[narration]]", '[[motifs]]\nname = "memory"\nnotes = "1:1 2:1"\nowners = []\n\n[[narration]]'),
            24,
            "motifs.1.name",
            "already",
        ),
        (('shot = "12"', ""), 24, "narration.0.file", 'needs one of "at", "shot" or "cue"'),
        (("title = ", "title "), 1, None, "is not TOML"),
    ],
)
def test_a_mistake_names_file_line_and_key(
    tmp_path: Path, change: tuple[str, str], line: int, column: str | None, reason: str
) -> None:
    path = film_file(tmp_path, WHOLE.replace(*change))
    with pytest.raises(FilmError, match=reason) as error:
        load_film(path)
    assert (error.value.path, error.value.line, error.value.column) == (path, line, column)
    assert "\n" not in str(error.value)


def test_a_missing_film_says_what_to_give() -> None:
    with pytest.raises(FilmError, match="no such file; give a"):
        load_film("nowhere.toml")


def test_a_folder_is_the_film_in_it(tmp_path: Path) -> None:
    path = film_file(tmp_path, WHOLE)
    assert load_film(tmp_path) == load_film(path)


def test_a_folder_without_a_film_says_what_it_lacks(tmp_path: Path) -> None:
    (tmp_path / "shots.csv").write_text("shot,duration\n1,2\n")
    with pytest.raises(FilmError, match=r"no film\.toml in this folder; give one, a shot"):
        load_film(tmp_path)


def test_a_folder_that_is_a_cut_is_left_to_its_reader(tmp_path: Path) -> None:
    bundle = tmp_path / "reel.fcpxmld"
    bundle.mkdir()
    assert load_film(bundle).timeline == "reel.fcpxmld"


def test_internal_fields_cannot_be_set(tmp_path: Path) -> None:
    with pytest.raises(FilmError, match="unknown key"):
        load_film(film_file(tmp_path, 'timeline = "a.csv"\nfolder = "/etc"\n'))
