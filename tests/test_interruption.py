"""Runs that are interrupted, killed or out of disk: nothing half written, nothing left running, nothing lost."""

from __future__ import annotations

import hashlib
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from soundscape import pipeline
from soundscape.parts import PartCache

IN_BACKGROUND = ("sh", "-c", "trap '' INT; exec \"$@\"", "sh")
"""What a shell does with a job in the background: Ctrl-C is not for it."""


def command(film: Path, out: Path, cache: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "soundscape", "score", str(film), "-o", str(out), "--cache", str(cache), *more]


def parts(cache: Path) -> dict[str, int]:
    """Names of the finished parts, each with the number of its file, which a rendering would change."""
    return {path.name: path.stat().st_ino for path in cache.glob("*/[!.]*.part")}


def digests(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
        if path.name != "changes.json"
    }


def unfinished(*folders: Path) -> list[Path]:
    return [path for folder in folders for path in folder.rglob("*.unfinished")]


def begin(arguments: list[str]) -> subprocess.Popen[str]:
    """A run that has a process group of its own, as in a terminal."""
    return subprocess.Popen(
        arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def wait_until_gone(process: subprocess.Popen[str]) -> None:
    """Wait a moment for the last process of a run's group to end."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            os.killpg(process.pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.02)
    raise AssertionError("a process outlives its run")


@pytest.fixture
def cache(small_film: Path, tmp_path: Path, parts_folder: Path) -> Path:
    """A cache that knows the gains of the presets, but has no part."""
    pipeline.plan(small_film, settings=pipeline.Settings(jobs=1, cache=parts_folder))
    shutil.copytree(parts_folder / "calibration", tmp_path / "cache" / "calibration")
    return tmp_path / "cache"


def wait_for_parts(process: subprocess.Popen[str], cache: Path, count: int) -> None:
    deadline = time.monotonic() + 120
    while len(parts(cache)) < count and time.monotonic() < deadline:
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.005)


@pytest.mark.parametrize(
    ("executor", "stop"),
    [
        ("serial", signal.SIGINT),
        ("threads", signal.SIGINT),
        ("processes", signal.SIGINT),
        ("processes", signal.SIGTERM),
        ("dask", signal.SIGINT),
    ],
    ids=str,
)
def test_an_interrupted_run_leaves_no_process_and_nothing_half_written(
    executor: str, stop: signal.Signals, small_film: Path, tmp_path: Path, cache: Path
) -> None:
    out = tmp_path / "out"
    arguments = command(small_film, out, cache, "-q", "-j", "2", "--executor", executor)
    if stop == signal.SIGTERM:
        arguments = [*IN_BACKGROUND, *arguments]
    process = begin(arguments)
    wait_for_parts(process, cache, 2)
    if stop == signal.SIGINT:
        os.killpg(process.pid, stop)  # Ctrl-C reaches all processes of the terminal
    else:
        process.send_signal(stop)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert errors.splitlines()[-1] == "soundscape: interrupted; what was finished is kept, run again to go on"
    wait_until_gone(process)
    assert unfinished(cache, out) == []
    assert [path for path in out.iterdir() if path.name != ".soundscape.lock"] == []
    assert len(parts(cache)) >= 2
    assert PartCache(cache).damaged() == []


def test_a_film_on_a_cluster_that_loses_a_worker_is_the_same_film(
    small_film: Path, tmp_path: Path, cache: Path
) -> None:
    from distributed import Client, LocalCluster

    shutil.copytree(cache, tmp_path / "other")
    subprocess.run(
        command(small_film, tmp_path / "here", tmp_path / "other", "-q"), check=True, capture_output=True
    )
    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0", silence_logs=50
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        lost, *_ = client.run(os.getpid).values()
        on_it = ("-q", "--executor", "dask", "--scheduler", cluster.scheduler_address)
        process = begin(command(small_film, tmp_path / "there", cache, *on_it))
        wait_for_parts(process, cache, 2)
        os.kill(lost, signal.SIGKILL)
        _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    assert digests(tmp_path / "there") == digests(tmp_path / "here")
    assert PartCache(cache).damaged() == []


def test_workers_end_when_their_run_is_killed(small_film: Path, tmp_path: Path, cache: Path) -> None:
    process = begin(command(small_film, tmp_path / "out", cache, "-q", "--executor", "processes"))
    wait_for_parts(process, cache, 1)
    process.kill()
    process.communicate()
    wait_until_gone(process)


@pytest.mark.skipif(
    sys.platform == "win32", reason="limits the size of files by rlimit, which Windows does not have"
)
def test_a_disk_that_fills_up_is_one_clear_error_and_what_was_finished_is_kept(
    small_film: Path, tmp_path: Path, cache: Path
) -> None:
    out, room = tmp_path / "out", 2_500_000

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    arguments = command(small_film, out, cache, "-q", "-j", "1")
    full = subprocess.run(arguments, capture_output=True, text=True, preexec_fn=limit)
    assert full.returncode == 2
    (line,) = full.stderr.splitlines()
    assert "cannot be written: File too large" in line
    assert unfinished(cache, out) == []
    kept = parts(cache)
    subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL)
    assert kept.items() <= parts(cache).items()


@pytest.mark.slow
def test_a_run_that_is_killed_at_any_moment_goes_on_to_the_same_bytes(small_film: Path, tmp_path: Path) -> None:
    whole, cache = tmp_path / "whole", tmp_path / "whole-cache"
    began = time.monotonic()
    subprocess.run(command(small_film, whole, cache, "-q"), check=True, stdout=subprocess.DEVNULL)
    duration, chance = time.monotonic() - began, random.Random(8)
    for turn in range(20):
        out, cache = tmp_path / f"out-{turn}", tmp_path / f"cache-{turn}"  # calibration is interrupted, too
        arguments = command(small_film, out, cache, "-q", "--executor", ("threads", "processes")[turn % 2])
        process = begin(arguments)
        time.sleep(chance.uniform(0.0, duration))
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        finished = parts(cache)
        visible = [path.name for path in out.glob("[!.]*")]
        assert set(visible) <= set(digests(whole))
        subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL)
        assert digests(out) == digests(whole), turn
        assert finished.items() <= parts(cache).items(), "a finished part was rendered again"
