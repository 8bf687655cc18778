"""The commands as people use them."""

from __future__ import annotations

import json
from pathlib import Path

import pyloudnorm
import pytest
import soundfile

from soundscape.cli import main
from soundscape.registry import KINDS, find_presets
from tests.conftest import SHOTS


def run(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert main(arguments) == 0, capsys.readouterr().err
    return capsys.readouterr().out


def test_score_prints_its_report_as_json(
    small_film: Path, tmp_path: Path, parts_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    printed = json.loads(
        run(["score", str(small_film), "-o", str(out), "--cache", str(parts_folder), "--json"], capsys)
    )
    assert printed == json.loads((out / "report.json").read_text())


def test_a_shot_list_alone_is_scored_and_says_which_words_chose_what(
    tmp_path: Path, parts_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "shots.csv").write_text(SHOTS)
    arguments = ["score", str(tmp_path / "shots.csv"), "-o", str(tmp_path / "out"), "--cache", str(parts_folder)]
    text = run(arguments, capsys)
    assert 'place "dune surface" sounds like desert-surface: ' in text
    assert '"dune" in place' in text
    assert (tmp_path / "out" / "small-film_programme.wav").exists()


def test_a_dry_run_writes_nothing_and_gives_reasons(
    small_film: Path, tmp_path: Path, parts_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    text = run(["score", str(small_film), "-o", str(out), "--cache", str(parts_folder), "--dry-run"], capsys)
    assert "armour slams down" in text
    assert not out.exists()


def test_presets_are_listed_and_found_by_word_and_tag(capsys: pytest.CaptureFixture[str]) -> None:
    everything = json.loads(run(["presets", "--json"], capsys))
    assert {entry["kind"] for entry in everything} == set(KINDS)
    assert len(everything) == sum(len(find_presets(kind)) for kind in KINDS)
    found = [entry["name"] for entry in json.loads(run(["presets", "desert", "wind", "--json"], capsys))]
    assert "desert-wind" in found
    assert len(found) < len(everything)
    tag = everything[0]["tags"][0]
    assert all(tag in entry["tags"] for entry in json.loads(run(["presets", "--tag", tag, "--json"], capsys)))


@pytest.mark.parametrize("kind", KINDS)
def test_a_preset_of_every_kind_is_auditioned_at_the_same_loudness(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = next(iter(find_presets(kind)))
    arguments = ["audition", f"{kind}/{name}", "--seconds", "5", "-o", str(tmp_path), "--no-play", "--json"]
    (printed,) = json.loads(run(arguments, capsys))
    audio, rate = soundfile.read(printed["path"])
    assert (rate, len(audio)) == (48_000, 240_000)
    meter = pyloudnorm.Meter(rate, filter_class="DeMan")
    assert meter.integrated_loudness(audio) == pytest.approx(-23.0, abs=0.2)


def test_variations_of_a_preset_are_not_copies(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = next(iter(find_presets("hits")))
    run(["audition", name, "--seconds", "2", "--vary", "3", "-o", str(tmp_path), "--no-play"], capsys)
    files = sorted(tmp_path.glob("*.wav"))
    assert len(files) == 3
    assert len({path.read_bytes() for path in files}) == 3
