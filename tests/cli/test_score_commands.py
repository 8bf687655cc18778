"""Spotting notes and checks of the score on the command line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from soundscape.cli import main
from soundscape.score.checks import AUDIO_CHECKS, CHECKS
from soundscape.score.tempo import CANDIDATES
from tests.conftest import SAMPLES

FILMS = ("desert-crystal-mines", "gemini-ring", "legacy")


def test_spotting_notes_have_cues_hits_and_timecodes(small_film: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["spot", str(small_film)]) == 0
    text = capsys.readouterr().out
    assert "M01  01:00:00:00" in text
    assert "01:00:04:12  hit  armour slams down: marked by the editor" in text


def test_spotting_notes_as_json_count_frames(small_film: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["spot", str(small_film), "--json"]) == 0
    cues = json.loads(capsys.readouterr().out)
    assert [hit["frame"] for cue in cues for hit in cue["hits"] if hit["label"] == "armour slams down"] == [
        cues[0]["start"] + 108
    ]


def test_a_hit_that_lies_in_no_cue_is_named_with_its_place(
    small_film: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cut = small_film.parent / "shots.csv"
    cut.write_text(cut.read_text().replace("+1.5s armour slams down", "+900s armour slams down"))
    assert main(["spot", str(small_film)]) == 0
    told = capsys.readouterr()
    assert "armour slams down: lies in no cue, and no music meets it" in told.out
    assert 'hit "armour slams down" at' in told.err
    assert "is outside its shot" in told.err


@pytest.mark.parametrize("film", FILMS)
def test_the_scores_of_the_sample_films_pass_every_check(film: str, capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["check-score", str(SAMPLES / film / "film.toml"), "--json"])
    findings = json.loads(capsys.readouterr().out)
    assert [finding for finding in findings if finding["passed"] is False] == []
    assert status == 0
    assert {finding["check"] for finding in findings} == {*CHECKS, *AUDIO_CHECKS}


def test_a_score_that_fails_a_check_is_named_and_gives_exit_status_3(
    small_film: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    twins = "".join(
        f'\n[[motifs]]\nname = "{name}"\nowners = ["{name}"]\nnotes = "1:1 5:1 4:1 ^1:2"\n' for name in ("a", "b")
    )
    small_film.write_text(small_film.read_text() + twins)
    assert main(["check-score", str(small_film)]) == 3
    rows = [line for line in capsys.readouterr().out.splitlines() if "FAILED" in line]
    assert rows
    assert all("motifs distinct" in row for row in rows)


def test_the_three_tempo_maps_of_every_cue_are_shown_side_by_side(
    small_film: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check-score", str(small_film), "--tempo", "--json"]) == 0
    maps = json.loads(capsys.readouterr().out)
    names = list(dict.fromkeys(entry["cue"] for entry in maps))
    assert [(entry["cue"], entry["candidate"]) for entry in maps] == [
        (name, candidate) for name in names for candidate in CANDIDATES
    ]
    assert main(["check-score", str(small_film), "--tempo"]) == 0
    assert all(candidate in capsys.readouterr().out for candidate in CANDIDATES[:1])


@pytest.mark.parametrize("command", ["spot", "check-score"])
def test_a_film_that_does_not_exist_is_one_clear_line(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "no-such-film.toml"]) == 2
    assert "no-such-film.toml" in capsys.readouterr().err


def test_hits_and_speech_are_measured_in_the_stems_of_a_scored_film(
    small_film: Path, tmp_path: Path, parts_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["score", str(small_film), "-o", str(out), "--cache", str(parts_folder), "--json"]) == 0
    capsys.readouterr()
    main(["check-score", str(small_film), "--stems", str(out), "--json"])
    found = {item["check"]: item for item in json.loads(capsys.readouterr().out)}
    assert found["hits heard"]["passed"], found["hits heard"]["value"]
    assert found["speech clear"]["passed"]
    main(["check-score", str(small_film), "--json"])
    assert {item["passed"] for item in json.loads(capsys.readouterr().out) if "hear" in item["check"]} >= {None}
    assert main(["check-score", str(small_film), "--stems", str(tmp_path)]) == 2
    assert "there is no music stem here" in capsys.readouterr().err


def test_the_ledger_tells_every_statement_and_a_turning_point_moves_the_return(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    film = shutil.copytree(SAMPLES / "gemini-ring", tmp_path / "film") / "film.toml"
    assert main(["check-score", str(film), "--ledger"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any("gemini ring: plain, complete" in line for line in lines)
    assert main(["check-score", str(film), "--ledger", "--json"]) == 0
    before = [entry["form"] for entry in json.loads(capsys.readouterr().out)]
    assert len(before) == len(lines)
    film.write_text('turning_point = "7"\n' + film.read_text())
    assert main(["check-score", str(film), "--ledger", "--json"]) == 0
    assert [entry["form"] for entry in json.loads(capsys.readouterr().out)] != before
    film.write_text(film.read_text().replace('"7"', '"nowhere"', 1))
    assert main(["check-score", str(film)]) == 2
    assert 'there is no shot "nowhere"' in capsys.readouterr().err
