"""The whole way: what always holds of a finished soundtrack."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import mido
import numpy as np
import pyloudnorm
import pytest
import soundfile
from wavinfo import WavInfoReader

from soundscape import pipeline
from soundscape.deliver.report import Report
from soundscape.errors import OutputError, SoundscapeError
from soundscape.model import Plan
from soundscape.parts import PartCache
from soundscape.pipeline import Settings
from soundscape.progress import Silent
from soundscape.serial import from_json, to_json

LENGTH = 12 * 48_000


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def stem(folder: Path, name: str) -> np.ndarray:
    audio, rate = soundfile.read(folder / f"small-film_{name}.wav", dtype="float64", always_2d=True)
    assert rate == 48_000
    return audio


@pytest.fixture
def rendered(small_film: Path, tmp_path: Path, settings: Settings) -> tuple[Plan, Path, Report]:
    plan = pipeline.plan(small_film, settings=settings)
    return plan, tmp_path / "out", pipeline.render(plan, tmp_path / "out", settings=settings)


def test_a_film_gives_programme_stems_score_plan_and_report(rendered: tuple[Plan, Path, Report]) -> None:
    _, out, report = rendered
    names = {f"small-film_{name}.wav" for name in ("programme", "music", "effects", "ambience")}
    handed_over = {
        f"small-film.{suffix}" for suffix in ("mid", "rpp", "markers.edl", "cues.csv", "musicxml", "score.json")
    }
    written = {"plan.json", "report.json", "report.html"}
    assert {path.name for path in out.iterdir()} == names | handed_over | written
    assert set(report.files) == {path.name for path in out.iterdir()}
    for name in names:
        info = soundfile.info(out / name)
        assert (info.samplerate, info.subtype, info.channels, info.frames) == (48_000, "PCM_24", 2, LENGTH)


def test_every_stem_sounds_and_begins_at_the_timecode(rendered: tuple[Plan, Path, Report]) -> None:
    _, out, _ = rendered
    for name in ("programme", "music", "effects", "ambience"):
        assert np.abs(stem(out, name)).max() > 0.01, name
        bext = WavInfoReader(str(out / f"small-film_{name}.wav")).bext
        assert bext is not None
        assert bext.time_reference == 3600 * 48_000


def test_the_programme_is_on_target_by_an_independent_meter(rendered: tuple[Plan, Path, Report]) -> None:
    _, out, report = rendered
    meter = pyloudnorm.Meter(48_000, filter_class="DeMan")
    assert report.mastering.status == "on target"
    assert meter.integrated_loudness(stem(out, "programme")) == pytest.approx(-23.0, abs=0.1)
    assert report.programme.integrated_lufs == pytest.approx(-23.0, abs=0.1)
    assert report.programme.true_peak_dbtp is not None
    assert report.programme.true_peak_dbtp <= -1.0


def test_stems_null_against_the_programme(rendered: tuple[Plan, Path, Report]) -> None:
    _, out, report = rendered
    residual = stem(out, "programme") - sum(stem(out, name) for name in ("music", "effects", "ambience"))
    measured = 20 * np.log10(np.abs(residual).max())
    assert measured <= -120.0
    assert report.null.files_dbfs == pytest.approx(measured, abs=0.1)
    assert report.null.float_dbfs is None or report.null.float_dbfs <= -140.0
    assert report.null.rounded_dbfs is None or report.null.rounded_dbfs <= -120.0


def test_hits_land_on_their_sample_in_the_written_stem(rendered: tuple[Plan, Path, Report]) -> None:
    _, _, report = rendered
    assert [hit.sample for hit in report.hits] == [round(4.5 * 48_000), round(8.5 * 48_000)]
    assert [hit.error_ms for hit in report.hits] == [0.0, 0.0]


def test_the_midi_file_has_a_marker_per_shot(rendered: tuple[Plan, Path, Report]) -> None:
    _, out, _ = rendered
    file = mido.MidiFile(out / "small-film.mid")
    markers = [message.text for track in file.tracks for message in track if message.type == "marker"]
    assert sum(marker.split()[0] in ("1", "2", "3") for marker in markers) == 3
    assert file.length == pytest.approx(12.0, abs=8.0)


def test_the_report_is_what_was_returned(rendered: tuple[Plan, Path, Report]) -> None:
    _, out, report = rendered
    assert json.loads((out / "report.json").read_text()) == json.loads(to_json(report))


def test_the_saved_plan_makes_the_same_bytes(
    rendered: tuple[Plan, Path, Report], tmp_path: Path, settings: Settings
) -> None:
    plan, out, _ = rendered
    again = from_json(Plan, (out / "plan.json").read_text())
    assert again == plan
    pipeline.render(again, tmp_path / "again", settings=settings)
    assert digests(tmp_path / "again") == digests(out)


@pytest.mark.parametrize(("executor", "jobs"), [("serial", 1), ("threads", 3), ("processes", 2), ("dask", 2)])
def test_any_executor_and_worker_count_gives_the_same_bytes(
    rendered: tuple[Plan, Path, Report], tmp_path: Path, executor: str, jobs: int
) -> None:
    plan, out, _ = rendered
    fresh = Settings(jobs=jobs, executor=executor, cache=tmp_path / "fresh")
    pipeline.render(plan, tmp_path / "again", settings=fresh)
    assert digests(tmp_path / "again") == digests(out)


def test_adding_and_moving_shots_changes_no_other_sound(small_film: Path, settings: Settings) -> None:
    before = {sound.name: sound for sound in pipeline.plan(small_film, settings=settings).sounds}
    shots = small_film.parent / "shots.csv"
    lines = shots.read_text().splitlines()
    lines[-1] = lines[-1].replace("01:00:06:12", "01:00:08:12").replace("01:00:12:00", "01:00:14:00")
    lines.insert(
        len(lines) - 1, "2b,Arrival,engine room,01:00:06:12,01:00:08:12,A ship engine,tense,0.7,,engine,,cut"
    )
    shots.write_text("\n".join(lines))
    after = {sound.name: sound for sound in pipeline.plan(small_film, settings=settings).sounds}
    assert set(before) < set(after)
    for name, sound in before.items():
        if sound.bus == "music" and "Arrival" in name:
            continue  # its cue has become longer
        moved = replace(after[name], at=sound.at, length=sound.length, fade_out=sound.fade_out)
        assert replace(sound, notes=()) == replace(moved, notes=()), name


def test_another_seed_is_another_performance(small_film: Path, settings: Settings) -> None:
    first = pipeline.plan(pipeline.open_film(small_film), settings=settings)
    second = pipeline.plan(pipeline.open_film(small_film, seed=4), settings=settings)
    assert {sound.name for sound in first.sounds} == {sound.name for sound in second.sounds}
    assert not {sound.seed for sound in first.sounds} & {sound.seed for sound in second.sounds}


def test_a_second_run_renders_nothing_and_says_so(rendered: tuple[Plan, Path, Report], settings: Settings) -> None:
    plan, out, _ = rendered
    before = digests(out)
    pipeline.render(plan, out, settings=settings)
    after = digests(out)
    changes = json.loads((out / "changes.json").read_text())
    assert {change["state"] for change in changes["sounds"]} == {"kept"}
    assert not any(change["rendered"] for change in changes["sounds"])
    assert {name: digest for name, digest in after.items() if name != "changes.json"} == before


def test_what_was_delivered_is_made_again_only_where_it_is_not_whole(
    rendered: tuple[Plan, Path, Report], settings: Settings
) -> None:
    plan, out, report = rendered
    before, inodes = digests(out), {path.name: path.stat().st_ino for path in out.iterdir()}
    assert pipeline.render(plan, out, settings=settings) == report
    assert {name: (out / name).stat().st_ino for name in inodes} == inodes
    with (out / "small-film_music.wav").open("r+b") as file:
        file.seek(100_000)
        file.write(b"damage")
    pipeline.render(plan, out, settings=settings)
    assert {name: digest for name, digest in digests(out).items() if name in before} == before
    (out / "small-film.mid").unlink()
    pipeline.render(plan, out, settings=settings)
    assert {name: digest for name, digest in digests(out).items() if name in before} == before


class Told(Silent):
    """Remembers the notes of a run."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)


@pytest.mark.parametrize("first", ["whole", "damaged", "gone"])
def test_into_another_folder_goes_a_copy_of_what_was_delivered_or_the_same_made_anew(
    rendered: tuple[Plan, Path, Report], tmp_path: Path, settings: Settings, first: str
) -> None:
    plan, out, report = rendered
    before, told, other = digests(out), Told(), tmp_path / "other"
    if first == "damaged":
        with (out / "small-film_music.wav").open("r+b") as file:
            file.seek(100_000)
            file.write(b"damage")
    elif first == "gone":
        shutil.rmtree(out)
    assert pipeline.render(plan, other, settings=settings, progress=told) == report
    assert digests(other) == before
    assert any("copied from" in note for note in told.notes) == (first == "whole")


def test_a_changed_shot_renders_only_what_follows_it(
    rendered: tuple[Plan, Path, Report], small_film: Path, settings: Settings
) -> None:
    _, out, _ = rendered
    shots = small_film.parent / "shots.csv"
    shots.write_text(shots.read_text().replace("wonder,0.4", "wonder,0.45"))
    pipeline.render(pipeline.plan(small_film, settings=settings), out, settings=settings)
    sounds = json.loads((out / "changes.json").read_text())["sounds"]
    touched = [change["name"] for change in sounds if change["state"] != "kept"]
    assert touched
    # One cue of music spans both short scenes.
    assert all("Cave" in name for name in touched if not name.startswith("music/")), touched


def test_inputs_are_never_touched(small_film: Path, tmp_path: Path, settings: Settings) -> None:
    before = digests(small_film.parent)
    pipeline.render(pipeline.plan(small_film, settings=settings), tmp_path / "out", settings=settings)
    assert digests(small_film.parent) == before


def test_a_killed_run_leaves_nothing_half_written_and_the_next_one_goes_on(
    rendered: tuple[Plan, Path, Report], small_film: Path, tmp_path: Path
) -> None:
    _, whole, _ = rendered
    out, cache = tmp_path / "killed", tmp_path / "killed-cache"
    command = [sys.executable, "-m", "soundscape", "score", str(small_film), "-o", str(out), "--cache", str(cache)]
    process = subprocess.Popen([*command, "-q"], stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not list(cache.glob("*/*.part")) and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    finished = {path: path.stat().st_ino for path in cache.glob("*/[!.]*.part")}
    assert not out.exists() or not list(out.glob("[!.]*"))
    subprocess.run([*command, "-q"], check=True, stdout=subprocess.DEVNULL)
    assert digests(out) == digests(whole)
    assert finished.items() <= {path: path.stat().st_ino for path in cache.glob("*/[!.]*.part")}.items()


def test_what_a_killed_run_did_not_finish_is_removed_even_if_all_else_is_whole(
    rendered: tuple[Plan, Path, Report], settings: Settings
) -> None:
    plan, out, _ = rendered
    leftover = out / ".report.json.3145-140359456037760.unfinished"
    leftover.write_text("{")
    pipeline.render(plan, out, settings=settings)
    assert not leftover.exists()


def test_a_run_leaves_the_cache_within_its_limit(rendered: tuple[Plan, Path, Report], tmp_path: Path) -> None:
    plan, _, _ = rendered
    small = Settings(jobs=1, cache=tmp_path / "small", cache_bytes=0)
    pipeline.render(plan, tmp_path / "x", settings=small)
    assert PartCache(small.folder).info().parts == 0
    PartCache(small.folder).keep("aa1", [np.zeros((2, 100), np.float32)])
    pipeline.render(plan, tmp_path / "x", settings=small)  # which only looks at what was delivered
    assert PartCache(small.folder).info().parts == 0


@pytest.mark.parametrize(("limit", "told"), [(None, False), (1_000_000, True)])
def test_a_cache_that_will_not_keep_the_whole_film_is_told_with_the_size_that_would(
    limit: int | None, told: bool, rendered: tuple[Plan, Path, Report], settings: Settings
) -> None:
    plan, _, _ = rendered
    expected = pipeline.forecast(plan, replace(settings, cache_bytes=limit))
    assert bool(expected.too_large) == told
    if told:
        assert "of which the cache keeps 1.0 MB" in expected.too_large
        assert expected.too_large.endswith("--cache-size 1G")


def test_two_runs_do_not_write_into_one_folder(rendered: tuple[Plan, Path, Report], settings: Settings) -> None:
    from filelock import FileLock

    plan, out, _ = rendered
    with FileLock(out / ".soundscape.lock"), pytest.raises(OutputError, match="another run is writing"):
        pipeline.render(plan, out, settings=settings)


def test_an_unknown_executor_is_refused(rendered: tuple[Plan, Path, Report], tmp_path: Path) -> None:
    plan, _, _ = rendered
    with pytest.raises(SoundscapeError, match='no executor "thread"; did you mean threads'):
        pipeline.render(plan, tmp_path / "x", settings=Settings(executor="thread", cache=tmp_path))


@pytest.mark.skipif(os.name == "nt", reason="measures memory by rusage, which Windows does not have")
def test_memory_does_not_grow_with_the_length_of_the_film(tmp_path: Path, parts_folder: Path) -> None:
    code = """
import resource, sys
from pathlib import Path
from soundscape.cli import main
assert main(["score", sys.argv[1], "-o", sys.argv[2], "--cache", sys.argv[3], "-q", "--fps", "24", "-j", "1"]) == 0
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""
    peaks = []
    for minutes in (1, 5):
        shots = tmp_path / f"{minutes}.csv"
        rows = [f"{index},dune,dunes,60s,wind" for index in range(minutes)]
        shots.write_text("shot,scene,place,duration,sounds\n" + "\n".join(rows))
        arguments = [sys.executable, "-c", code, str(shots), str(tmp_path / f"out{minutes}"), str(parts_folder)]
        printed = subprocess.run(arguments, check=True, capture_output=True, text=True).stdout
        peaks.append(int(printed.splitlines()[-1]))
    assert peaks[1] - peaks[0] < 60, f"{peaks} MiB for 1 and 5 minutes"
