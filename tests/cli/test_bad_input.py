"""Bad input: one clear line on standard error that says where, exit status 2, and nothing written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from soundscape.cli import main
from tests.conftest import SAMPLES

HEADER = "shot,scene,start,end,intensity,sounds,hits\n"
ROW = "1,a,00:00:00:00,00:00:05:00,0.5,wind,\n"


def refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """The one line with which a command refuses."""
    status = main(arguments)
    captured = capsys.readouterr()
    lines = [line for line in captured.err.splitlines() if line]
    assert status == 2, captured.err
    assert len(lines) == 1, captured.err
    assert captured.out == ""
    return lines[0]


def score(timeline: str, tmp_path: Path, *options: str) -> list[str]:
    path = tmp_path / "shots.csv"
    path.write_text(timeline)
    return ["score", str(path), "-q", "-o", str(tmp_path / "out"), "--cache", str(tmp_path / "cache"), *options]


@pytest.mark.parametrize(
    ("timeline", "expected"),
    [
        ("", r"shots\.csv"),
        (HEADER, r"shots\.csv"),
        (HEADER + "1,a,00:00:05:00,00:00:02:00,,,\n", r"shots\.csv:2.*column"),
        (HEADER + ROW + "2,a,00:00:04:00,00:00:08:00,,,\n", r"shots\.csv:3"),
        (HEADER + "2,a,00:00:10:00,00:00:12:00,,,\n" + ROW, r"shots\.csv:3"),
        (HEADER + "1,a,00:00:00:30,00:00:05:00,,,\n", r"shots\.csv:2.*frames go from 00 to 23"),
        (HEADER + "1,a,00:00:00:00,00:00:05:00,7.5x,,\n", r"shots\.csv:2.*intensity"),
    ],
    ids=["empty", "no shot", "ends before it starts", "overlap", "unsorted", "frame beyond the rate", "intensity"],
)
def test_a_shot_list_that_cannot_be_is_refused(
    timeline: str, expected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = refused(score(timeline, tmp_path, "--fps", "24"), capsys)
    assert re.search(expected, line), line
    assert not (tmp_path / "out").exists()


def test_a_rate_that_the_edl_cannot_have_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edl = tmp_path / "cut.edl"
    edl.write_text("TITLE: X\n\n001  A V C 01:00:00:00 01:00:05:29 01:00:00:00 01:00:05:29\n")
    line = refused(["score", str(edl), "--fps", "25", "-o", str(tmp_path / "out")], capsys)
    assert re.search(r"cut\.edl:3.*29.*25", line), line


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["score", "nowhere.csv"], "nowhere.csv: there is no such file"),
        (["audition", "desert-wnd"], 'no preset "desert-wnd"; did you mean desert-wind'),
        (["audition", "desert-wind", "--set", "nonsense=1"], "no such parameter"),
        (["audition", "desert-wind", "--set", "gustiness=99"], "99 is not allowed; allowed: a number from"),
        (["audition", "desert-wind", "--seconds", "-1"], "allowed: 0.5 to 14400"),
        (["audition", "desert-wind", "--control", "loudness=1"], "loudness"),
        (["audition", "desert-wind", "--control", "intensity=7"], "intensity"),
        (
            ["audition", "impact-stone", "--control", "distance=0.5"],
            "a parameter of impact-stone; .* --set distance",
        ),
        (["audition", "spaces/attic", "--control", "wetness=0.5"], "attic has no such control"),
        (["presets", "--kind", "layer"], 'no kind of preset "layer"; did you mean layers'),
        (["measure", "nowhere.wav"], "nowhere.wav: there is no such file"),
        (["master", "nowhere.wav", "--target", "ebu", "-o", "x"], 'no target "ebu"|"ebu"'),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_mistake_on_the_command_line_is_one_line(
    arguments: list[str],
    expected: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert re.search(expected, refused(arguments, capsys))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "data", [b"", b"not midi", b"MThd\0\0\0\6\0\1\0\1\xe7\x28"], ids=["empty", "text", "smpte"]
)
def test_a_broken_motif_is_refused(
    data: bytes, small_film: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    motif = small_film.parent / "broken.mid"
    motif.write_bytes(data)
    text = small_film.read_text()
    small_film.write_text(text.replace(str(SAMPLES / "desert-crystal-mines/motifs/memory.mid"), "broken.mid"))
    line = refused(["score", str(small_film), "-q", "-o", str(tmp_path / "out")], capsys)
    assert "broken.mid" in line
    assert not (tmp_path / "out").exists()


def test_an_output_that_cannot_be_a_folder_is_refused(
    small_film: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("x")
    line = refused(["score", str(small_film), "-q", "-o", str(tmp_path / "file")], capsys)
    assert "cannot be made a folder" in line
    assert (tmp_path / "file").read_text() == "x"
