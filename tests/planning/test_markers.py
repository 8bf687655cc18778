"""Marker lists bring their hits to a cut that has none."""

from __future__ import annotations

from pathlib import Path

import pytest

from soundscape.errors import FilmError
from soundscape.pipeline import open_film
from soundscape.pipeline.films import cut_of

CUT = """TITLE: X
FCM: NON-DROP FRAME

001  AX V C 00:00:00:00 00:00:10:00 01:00:00:00 01:00:10:00
"""
MARKERS = """TITLE: X
FCM: NON-DROP FRAME

001  001      V     C        {first} {first} {first} {first}
 |C:ResolveColorRed |M:door slams |D:1

002  001      V     C        {second} {second} {second} {second}
 |C:ResolveColorRed |M:glass breaks |D:1
"""


def film(folder: Path, first: str, second: str, lists: str = '["markers.edl"]') -> Path:
    (folder / "cut.edl").write_text(CUT)
    (folder / "markers.edl").write_text(MARKERS.format(first=first, second=second))
    path = folder / "film.toml"
    path.write_text(f'timeline = "cut.edl"\nfps = "25"\nmarkers = {lists}\n')
    return path


@pytest.mark.parametrize(("first", "second"), [("01:00:02:00", "01:00:04:12"), ("00:00:02:00", "00:00:04:12")])
@pytest.mark.parametrize("lists", ['["markers.edl"]', '["markers.edl", "markers.edl"]'])
def test_hits_of_a_list_are_those_of_the_cut(first: str, second: str, lists: str, tmp_path: Path) -> None:
    cut, _ = cut_of(open_film(film(tmp_path, first, second, lists)))
    assert [(hit.frame - cut.start, hit.label) for hit in cut.hits] == [(50, "door slams"), (112, "glass breaks")]


def test_markers_outside_the_film_are_left_out_and_told(tmp_path: Path) -> None:
    cut, notes = cut_of(open_film(film(tmp_path, "01:00:02:00", "01:00:44:12")))
    assert [hit.label for hit in cut.hits] == ["door slams"]
    assert "markers.edl: 1 of 2 markers lie outside the film, 01:00:00:00 to 01:00:10:00, and are left out" in [
        str(note) for note in notes
    ]


def test_a_list_that_is_not_there_is_named_with_its_key(tmp_path: Path) -> None:
    with pytest.raises(FilmError, match=r"lost\.edl: cannot be read") as error:
        cut_of(open_film(film(tmp_path, "01:00:02:00", "01:00:04:00", '["lost.edl"]')))
    assert (error.value.column, error.value.line) == ("markers", 3)
