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


def test_a_dry_run_says_what_would_be_rendered_and_the_disk_it_takes(
    small_film: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["score", str(small_film), "-o", str(tmp_path / "out"), "--cache", str(tmp_path / "cache")]
    expected = json.loads(run([*arguments, "--dry-run", "--json"], capsys))["forecast"]
    assert len(expected["to_render"]) == expected["sounds"]
    run([*arguments, "-q"], capsys)
    cached = sum(path.stat().st_size for path in (tmp_path / "cache").glob("*/*.part"))
    delivered = sum(path.stat().st_size for path in (tmp_path / "out").glob("*.wav"))
    # Lower bounds: hits and last notes ring on, files have headers.
    assert 0.5 * cached < expected["cache_bytes"] <= cached
    assert 0.99 * delivered < expected["out_bytes"] <= delivered
    again = json.loads(run([*arguments, "--dry-run", "--json"], capsys))["forecast"]
    assert again["to_render"] == []
    assert again["cache_bytes"] == 0
    assert "0 of " in run([*arguments, "--dry-run"], capsys).splitlines()[-1]


def test_events_are_logged_as_lines_of_json(
    small_film: Path, tmp_path: Path, parts_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "log.jsonl"
    arguments = ["score", str(small_film), "--cache", str(parts_folder), "-q", "--log-json", str(log)]
    run([*arguments, "-o", str(tmp_path / "out")], capsys)
    events = [json.loads(line) for line in log.read_text().splitlines()]
    assert all(event["time"].endswith("+00:00") for event in events)
    stages = [event["name"] for event in events if event["event"] == "stage"]
    assert [name for name in stages if name in ("synthesis", "mix", "master")] == ["synthesis", "mix", "master"]
    (synthesis,) = (event for event in events if event.get("name") == "synthesis")
    begun = events.index(synthesis)
    steps = events[begun + 1 : begun + 1 + synthesis["steps"]]
    assert [step["done"] for step in steps] == list(range(1, synthesis["steps"] + 1))
    assert steps[-1]["eta_s"] == 0.0
    assert events[-1]["event"] == "end"
    assert events[-1]["ok"] is True
    (tmp_path / "file").touch()
    assert main([*arguments, "-o", str(tmp_path / "file")]) == 2
    error, end = [json.loads(line) for line in log.read_text().splitlines()][-2:]
    assert error["event"] == "error"
    assert error["text"] in capsys.readouterr().err
    assert end["ok"] is False


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--cache-size", "20 apples"], '"20 apples" is not a size; allowed: bytes, or a number with K, M, G or T'),
        (["--scheduler", "tcp://127.0.0.1:1"], 'the executor "threads" has no scheduler; give --executor dask'),
        (["--insecure-cluster"], 'the executor "threads" has no scheduler; give --executor dask'),
        (["--executor", "dask", "--scheduler", "tcp://192.0.2.1:1"], "not encrypted"),
        (["--executor", "treads"], 'there is no executor "treads"; did you mean threads'),
        (["--storage", "nonsense://x"], 'the storage "nonsense://x" cannot be used'),
        (["--log-json", "/nowhere/log"], "cannot be written"),
    ],
)
def test_what_cannot_work_is_refused_in_a_line(
    arguments: list[str], reason: str, small_film: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, cache = str(tmp_path / "out"), str(tmp_path / "cache")
    assert main(["score", str(small_film), "-o", out, "--cache", cache, "-q", *arguments]) == 2
    assert reason in capsys.readouterr().err
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize(("text", "size"), [("0", 0), ("1500", 1500), ("20G", 20 * 10**9), ("1.5 MB", 1_500_000)])
def test_sizes_are_read_as_people_write_them(text: str, size: int) -> None:
    import click

    from soundscape.cli._settings import parse_size

    option = click.Option(["--cache-size"])
    assert parse_size(click.Context(click.Command("x")), option, text) == size
