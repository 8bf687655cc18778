"""Executors: one interface, the same results in the same order, the first error raised, a lost worker made up for."""

from __future__ import annotations

import importlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from soundscape.errors import AudioError, InputError, OutputError
from soundscape.executors import _wire, dask, processes
from soundscape.mastering.batch import master_files
from soundscape.mastering.target import load_target
from soundscape.pipeline import Settings
from soundscape.registry import units
from soundscape.wav import open_wav

NAMES = sorted(units("executors"))


def negative(job: int) -> int:
    return -job


def inverse(job: int) -> int:
    return 1 // job


def refuse(job: int) -> int:
    raise AudioError("is no audio", path=f"{job}.wav")


def die_once(job: int, flag: Path) -> int:
    """The first worker that gets to job 3 dies of it."""
    if job == 3 and not flag.exists():
        flag.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return -job


def die(job: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return job


def sleep_beside(job: float, folder: Path) -> float:
    """Leaves the number of its process, and a file that it removes in the end."""
    mark = folder / f"{os.getpid()}.working"
    try:
        mark.touch()
        time.sleep(job)
    finally:
        mark.unlink()
    return job


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """Address of a scheduler with two workers on this machine."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
        memory_limit=0,
        silence_logs=50,
    ) as running:
        yield running.scheduler_address


@pytest.fixture
def runner(name: str, request: pytest.FixtureRequest) -> Callable[..., list[Any]]:
    run: Callable[..., list[Any]] = importlib.import_module(f"soundscape.executors.{name}").run
    return partial(run, scheduler=request.getfixturevalue("cluster")) if name == "dask" else run


@pytest.mark.parametrize("name", NAMES)
def test_results_come_in_the_order_of_the_jobs(runner: Callable[..., list[Any]]) -> None:
    done: list[int] = []
    assert runner(negative, list(range(20)), workers=2, done=done.append) == [-job for job in range(20)]
    assert sorted(done) == list(range(20))


@pytest.mark.parametrize("name", NAMES)
def test_an_error_is_raised(runner: Callable[..., list[Any]]) -> None:
    with pytest.raises(ZeroDivisionError):
        runner(inverse, [1, 0, 2], workers=2, done=lambda _: None)


@pytest.mark.parametrize("name", NAMES)
def test_an_error_for_a_person_arrives_whole(runner: Callable[..., list[Any]]) -> None:
    with pytest.raises(AudioError, match=r"^7\.wav: is no audio$"):
        runner(refuse, [7], workers=2, done=lambda _: None)


@pytest.mark.parametrize("name", NAMES)
def test_no_jobs_are_no_results(runner: Callable[..., list[Any]]) -> None:
    assert runner(negative, [], workers=2, done=lambda _: None) == []


@pytest.mark.parametrize("name", ["dask", "processes"])
def test_a_killed_worker_costs_only_its_job(runner: Callable[..., list[Any]], tmp_path: Path) -> None:
    done: list[int] = []
    function = partial(die_once, flag=tmp_path / "flag")
    assert runner(function, list(range(8)), workers=2, done=done.append) == [-job for job in range(8)]
    assert sorted(done) == list(range(8))


@pytest.mark.parametrize("name", NAMES)
def test_files_are_mastered_to_the_same_bytes(runner: Callable[..., list[Any]], tmp_path: Path) -> None:
    for seed in (1, 2):
        noise = np.random.default_rng(seed).normal(0.0, 0.05, (2, 48_000)).astype(np.float32)
        with open_wav(tmp_path / f"{seed}.wav", sample_rate=48_000, channels=2, bits=24) as file:
            file.write(noise)
    (tmp_path / "there").mkdir()
    (tmp_path / "here").mkdir()
    paths = [tmp_path / "1.wav", tmp_path / "missing.wav", tmp_path / "2.wav"]
    results = master_files(paths, tmp_path / "there", load_target("-20"), jobs=2, run=runner)
    assert [result.status for result in results] == ["on target", "failed", "on target"]
    here = master_files(paths, tmp_path / "here", load_target("-20"))
    for result, expected in zip(results, here, strict=True):
        assert result.error == expected.error
        if result.output is not None and expected.output is not None:
            assert result.output.read_bytes() == expected.output.read_bytes()


def test_a_job_that_kills_every_worker_is_given_up() -> None:
    with pytest.raises(
        OutputError, match="3 workers died at the same job; when memory is short, give fewer --jobs"
    ):
        processes.run(die, [1], workers=1, done=lambda _: None)


def test_an_interrupted_run_leaves_no_process_and_no_half_file(tmp_path: Path) -> None:
    def interrupt() -> None:
        while len(list(tmp_path.iterdir())) < 2:
            time.sleep(0.01)
        begun.extend(int(path.stem) for path in tmp_path.iterdir())
        os.kill(os.getpid(), signal.SIGINT)

    begun: list[int] = []
    threading.Thread(target=interrupt).start()
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        processes.run(partial(sleep_beside, folder=tmp_path), [60.0] * 4, workers=2, done=lambda _: None)
    assert time.monotonic() - started < 30
    assert len(begun) == 2
    for process in begun:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)
    assert list(tmp_path.iterdir()) == []


def test_a_worker_with_other_code_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    message = _wire.pack(negative, 1)
    monkeypatch.setattr(_wire, "code_state", lambda: "other")
    with pytest.raises(OutputError, match="runs another version of soundscape; install the same one there"):
        _wire.unpack(negative, _wire.perform(message))


@pytest.mark.parametrize("address", ["tcp://192.0.2.1:8786", "192.0.2.1:8786", "ws://192.0.2.1:8786"])
def test_another_machine_without_encryption_is_refused(address: str) -> None:
    with pytest.raises(InputError, match="not encrypted"):
        Settings(executor="dask", scheduler=address)
    Settings(executor="dask", scheduler=address, insecure_cluster=True)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "tcp://[::1]:9"])
def test_a_scheduler_that_does_not_answer_is_named(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask, "CONNECT_S", 0.2)
    with pytest.raises(InputError, match=r"no scheduler answers at .*; start one with `dask scheduler`"):
        dask.run(negative, [1], workers=1, done=lambda _: None, scheduler=address)


def test_a_scheduler_without_workers_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    from distributed import LocalCluster

    monkeypatch.setattr(dask, "WORKERS_S", 0.2)
    with (
        LocalCluster(n_workers=0, host="127.0.0.1", dashboard_address="127.0.0.1:0", silence_logs=50) as empty,
        pytest.raises(InputError, match="no worker has come to the scheduler"),
    ):
        dask.run(negative, [1], workers=1, done=lambda _: None, scheduler=empty.scheduler_address)


def test_what_is_no_address_is_refused() -> None:
    with pytest.raises(InputError, match="no address of a scheduler"):
        Settings(executor="dask", scheduler="tcp://127.0.0.1:port")
