"""The cache of parts: whole or absent, trimmed by use, shared."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import numpy as np
import pytest

import soundscape.parts as cache_module
from soundscape.errors import AudioError, InputError, OutputError
from soundscape.model import Sound
from soundscape.parts import HEADER, LEASES, Part, PartCache
from soundscape.pipeline.delivered import Delivered, remember
from soundscape.storage import Storage
from soundscape.synthesis import part_key, render_part

NOISE = np.random.default_rng(2).normal(0.0, 0.1, (2, 1000)).astype(np.float32)


def test_a_part_comes_back_as_it_was_kept(tmp_path: Path) -> None:
    cache = PartCache(tmp_path)
    cache.keep("aa1", [NOISE[:, :300], NOISE[:, 300:]], sync=42)
    found = cache.find("aa1")
    assert found is not None
    assert found.sync == 42
    np.testing.assert_array_equal(found.read().T, NOISE)


def test_an_empty_part_is_a_part(tmp_path: Path) -> None:
    cache = PartCache(tmp_path)
    cache.keep("aa1", [])
    found = cache.find("aa1")
    assert found is not None
    assert found.read().shape == (0, 2)


def test_what_is_no_signal_is_not_kept(tmp_path: Path) -> None:
    cache = PartCache(tmp_path)
    with pytest.raises(AudioError, match="thing: sample 1 of channel 2"):
        cache.keep("aa1", [NOISE, np.array([[0, 0], [0, np.nan]], np.float32)], what="thing")
    assert cache.info().parts == cache.info().unfinished == 0


@pytest.mark.parametrize("at", [0, 9, 17, 25, HEADER.size, HEADER.size + 4001, -1])
def test_one_changed_byte_is_noticed(tmp_path: Path, at: int) -> None:
    cache = PartCache(tmp_path)
    path = cache.keep("aa1", [NOISE]).path
    data = bytearray(path.read_bytes())
    data[at] ^= 0x55
    path.write_bytes(data)
    assert cache.find("aa1") is None
    assert cache.damaged() == [path]


def test_a_part_of_another_version_is_not_read_and_not_damaged(tmp_path: Path) -> None:
    cache = PartCache(tmp_path)
    path = cache.keep("aa1", [NOISE]).path
    path.write_bytes(b"SSPART1\0" + path.read_bytes()[8:])
    assert cache.find("aa1") is None
    assert cache.damaged() == []
    assert cache.trim(0) == 1


def test_the_parts_used_longest_ago_go_first(tmp_path: Path) -> None:
    cache = PartCache(tmp_path)
    for index, key in enumerate(("aa1", "bb2", "cc3")):
        os.utime(cache.keep(key, [NOISE]).path, (1000 + index, 1000 + index))
    assert cache.find("aa1") is not None  # used just now
    assert cache.trim(2 * (HEADER.size + 8000)) == 1
    assert cache.find("bb2") is None
    assert cache.find("aa1") is not None
    assert cache.trim(0) == 2


def test_what_a_killed_run_left_is_removed_when_it_is_old(tmp_path: Path) -> None:
    cache = PartCache(tmp_path)
    cache.keep("aa1", [NOISE])
    old, new = tmp_path / "aa" / ".x.part.1-1.unfinished", tmp_path / "aa" / ".y.part.1-1.unfinished"
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (1000, 1000))
    assert cache.info().unfinished == 2
    cache.trim()
    assert not old.exists()
    assert new.exists()
    assert cache.clear() == 2
    assert cache.info().parts == 0


def test_what_is_no_part_stays_in_a_folder_that_is_not_only_a_cache(tmp_path: Path) -> None:
    cache = PartCache(tmp_path)
    cache.keep("aa1", [NOISE])
    others = [
        tmp_path / "out" / "plan.json",
        tmp_path / "downloads" / "film.part",
        tmp_path / "calibration" / "a.txt",
    ]
    for path in others:
        path.parent.mkdir()
        path.write_text("mine")
    (tmp_path / "calibration" / "gain.json").write_text("-3.0")
    assert cache.info().parts == 1
    assert cache.damaged() == []
    assert cache.trim(0) == 1
    assert cache.clear() == 1
    assert all(path.exists() for path in others)


def test_parts_that_another_run_removes_meanwhile_are_no_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = PartCache(tmp_path)
    path = cache.keep("aa1", [NOISE]).path
    monkeypatch.setattr(Path, "glob", lambda _, pattern: iter([path] * ("part" in pattern)))
    monkeypatch.setattr(cache_module, "_open", lambda path: path.unlink(missing_ok=True))
    assert cache.damaged() == []
    assert cache.info().parts == 0
    assert cache.damaged() == []
    assert cache.trim(0) == 0


def test_threads_that_keep_the_same_part_do_not_disturb_each_other(tmp_path: Path) -> None:
    cache = PartCache(tmp_path)
    long = np.tile(NOISE, 200)
    threads = [threading.Thread(target=cache.keep, args=("aa1", [long])) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = cache.find("aa1")
    assert found is not None
    np.testing.assert_array_equal(found.read().T, long)
    assert cache.info().unfinished == 0


def test_runs_that_want_the_same_part_make_it_once(tmp_path: Path) -> None:
    sound = Sound(
        name="a", kind="layers", unit="wind", preset="", params={}, seed=1, at=0, length=480_000, bus="ambience"
    )
    fresh: list[bool] = []
    threads = [
        threading.Thread(target=lambda: fresh.append(render_part(sound, PartCache(tmp_path)).fresh))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(fresh) == [False, False, False, True]
    assert PartCache(tmp_path).find(part_key(sound)) is not None


def test_what_a_living_run_has_used_is_not_removed_by_another(tmp_path: Path) -> None:
    cache = PartCache(tmp_path)
    os.utime(cache.keep("aa1", [NOISE]).path, (1000, 1000))
    with cache.in_use():
        used = cache.keep("bb2", [NOISE])
        assert PartCache(tmp_path).trim(0) == 1
        (tmp_path / "calibration").mkdir()
        (tmp_path / "calibration" / "gain.json").write_text("-3.0")
        assert PartCache(tmp_path).clear() == 0
        assert used.path.exists()
    assert PartCache(tmp_path).trim(0) == 1


def test_a_cache_that_can_no_longer_be_written_ends_no_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    cache = PartCache(tmp_path)
    cache.keep("aa1", [NOISE])
    (tmp_path / "delivered").touch()  # where a folder should be
    with cache.in_use():
        monkeypatch.setattr(Path, "unlink", refuse)
        remember(tmp_path, "key", Delivered(folder=tmp_path, files={}))
    assert cache.trim(0) == 0
    assert cache.find("aa1") is not None


def test_the_lease_of_a_killed_run_protects_nothing(tmp_path: Path) -> None:
    cache = PartCache(tmp_path)
    cache.keep("aa1", [NOISE])
    lease = tmp_path / LEASES / "1000000000000-1.lock"
    lease.parent.mkdir()
    lease.touch()
    assert cache.trim(0) == 1
    assert not lease.exists()


def test_a_storage_shares_parts_between_machines(tmp_path: Path) -> None:
    storage = Storage(f"file://{tmp_path}/shared")
    here, there = PartCache(tmp_path / "here", storage), PartCache(tmp_path / "there", storage)
    made = there.keep("aa1", [NOISE], sync=7)
    assert here.find("bb2") is None
    found = here.at_hand(made)
    assert found.path.parent.parent == tmp_path / "here"
    assert found.sync == 7
    np.testing.assert_array_equal(found.read().T, NOISE)


def test_a_half_uploaded_part_is_not_used(tmp_path: Path) -> None:
    cache = PartCache(tmp_path / "here", Storage(f"file://{tmp_path}/shared"))
    path = cache.keep("aa1", [NOISE]).path
    path.unlink()
    uploaded = tmp_path / "shared" / path.name
    uploaded.write_bytes(uploaded.read_bytes()[:2000])
    assert cache.find("aa1") is None


def test_a_part_of_another_machine_that_is_not_shared_is_an_error(tmp_path: Path) -> None:
    elsewhere = Part(path=tmp_path / "there" / "aa" / "aa1.part", frames=1)
    with pytest.raises(OutputError, match="give all machines the same --cache folder or --storage"):
        PartCache(tmp_path / "here").at_hand(elsewhere)


def test_a_storage_that_cannot_be_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match='the storage "nonsense://x" cannot be used'):
        PartCache(tmp_path, Storage("nonsense://x")).find("aa1")
