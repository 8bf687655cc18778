"""Parts on disk: rendered audio kept by the hash of what determines it, checked before it is used again.

A part is a file of a 64-byte header and float32 stereo samples. It appears whole or not at all; one that was
damaged afterwards is noticed by its checksum and rendered again. Runs share a cache: what one is rendering the
others wait for, and a part that a living run has used is not removed. When the cache is larger than its limit,
the parts that were used longest ago go first.
"""

from __future__ import annotations

import contextlib
import math
import os
import struct
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from filelock import FileLock, Timeout
from numba import njit
from xxhash import xxh3_64

from soundscape.audio import Audio, check_signal
from soundscape.errors import OutputError
from soundscape.files import UNFINISHED, atomic, make_folder
from soundscape.storage import Storage

HEADER = struct.Struct("<8sqqQ32x")
FORMAT = b"SSPART"
MAGIC = FORMAT + b"2\0"
SUFFIX = ".part"
DEFAULT_LIMIT = 20 << 30
"""Bytes that a cache may hold after a run."""
STALE_S = 24 * 3600
"""An unfinished file older than this belongs to a run that was killed."""
NEWBORN_S = 60
"""A lease younger than this may not be locked yet."""
CHECKED = 1 << 17
"""Bytes that are read at a time to be checked: they stay in the cache of the processor."""
LOCKS, LEASES = ".locks", ".runs"
NOTES = ("calibration", "delivered")
"""Folders beside the parts of what was measured and delivered."""
_SHELF = "[0-9a-f][0-9a-f]"
"""Folders of parts. No others are looked into: a cache may have been given a folder that holds other things, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Rendered audio on disk."""

    path: Path
    frames: int
    sync: int = 0
    """Frame that lands on the `at` of its sound."""

    def read(self, start: int = 0, stop: int | None = None) -> npt.NDArray[np.float32]:
        """Frames `start` to `stop` (the end without it), float32 `(frames, 2)`; read anew at every call."""
        stop = self.frames if stop is None else min(stop, self.frames)
        count = 2 * max(0, stop - start)
        # Not a memory map: its pages would count as memory of this process until the system wants them back.
        return np.fromfile(self.path, np.float32, count, offset=HEADER.size + 8 * start).reshape(-1, 2)


def default_folder() -> Path:
    """Where parts are kept unless said otherwise: the user's cache folder."""
    from platformdirs import user_cache_path

    return user_cache_path("soundscape") / "parts"


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheInfo:
    """What a cache holds."""

    folder: Path
    parts: int
    bytes: int
    unfinished: int
    """Files that killed runs left behind."""


@dataclass(frozen=True, slots=True)
class PartCache:
    """A folder of parts, and the storage that it shares with other machines, if there is one."""

    folder: Path
    storage: Storage | None = None

    def path(self, key: str) -> Path:
        """File of the part with this key."""
        return self.folder / key[:2] / f"{key}{SUFFIX}"

    def find(self, key: str) -> Part | None:
        """The part with this key when it is there and whole; it counts as used now."""
        path = self.path(key)
        part = _open(path)
        if part is None and self.storage is not None and self.storage.fetch(path.name, path):
            part = _open(path)
        if part is not None:
            with contextlib.suppress(OSError):  # a cache that cannot be written is still read
                os.utime(part.path)
        return part

    def keep(self, key: str, blocks: Iterable[Audio], *, sync: int = 0, what: str = "part") -> Part:
        """Keep blocks of float32 `(2, frames)`; `what` names them in an error when they are no signal.

        Raises
        ------
        OutputError
            When the folder cannot be written or the disk is full; nothing is left of the part then.
        """
        path = self.path(key)
        make_folder(path.parent)
        frames, samples = 0, xxh3_64()
        # Its checksum tells of a part that the disk lost, so nothing waits for the disk.
        with atomic(path, durable=False) as file:
            file.write(bytes(HEADER.size))
            for block in blocks:
                data = _interleaved(check_signal(block, what=what))
                file.write(data.data)
                samples.update(data.data)
                frames += data.shape[0]
            file.seek(0)
            file.write(HEADER.pack(MAGIC, frames, sync, _sealed(samples, frames, sync)))
        if self.storage is not None:
            self.storage.offer(path.name, path)
        return Part(path=path, frames=frames, sync=sync)

    def holds(self, key: str) -> bool:
        """Whether there is a part with this key; whether it is whole is not looked at."""
        return self.path(key).exists()

    def at_hand(self, part: Part) -> Part:
        """A part that was made elsewhere as the one in this folder.

        Raises
        ------
        OutputError
            When it is not there, because the machines share neither folder nor storage.
        """
        if part.path == self.path(part.path.stem) and part.path.exists():
            return part
        found = self.find(part.path.stem)
        if found is None:
            raise OutputError(
                "a part that a worker rendered is not in it; give all machines the same --cache folder or --storage",
                path=self.folder,
            )
        return found

    @contextlib.contextmanager
    def making(self, key: str) -> Iterator[None]:
        """Only one at a time makes a part; parts share a few lock files, for they are many."""
        folder = make_folder(self.folder / LOCKS)
        try:
            lock = FileLock(folder / f"{key[:2]}.lock", is_singleton=False, thread_local=False)
            lock.acquire()
        except (OSError, NotImplementedError):
            # A file system without locks: two may make the same part, which are the same bytes.
            yield
            return
        try:
            yield
        finally:
            lock.release()

    @contextlib.contextmanager
    def in_use(self) -> Iterator[None]:
        """Until the end of this, nothing that was used since its beginning is removed by another run."""
        path = self.folder / LEASES / f"{time.time_ns()}-{os.getpid()}.lock"
        with contextlib.ExitStack() as held:
            with contextlib.suppress(OSError, NotImplementedError, OutputError):  # a cache only to be read from
                make_folder(path.parent)
                held.callback(_remove, path)
                held.enter_context(FileLock(path))
            yield

    def info(self) -> CacheInfo:
        """How many parts there are and how much room they take."""
        sizes = [size for _, size, _ in self._used()]
        return CacheInfo(
            folder=self.folder, parts=len(sizes), bytes=sum(sizes), unfinished=len(list(self._unfinished()))
        )

    def damaged(self) -> list[Path]:
        """Parts whose content is not what was written; they would be rendered again when they are needed."""
        found = []
        for _, _, path in self._used():
            with contextlib.suppress(FileNotFoundError):  # another run may have removed it
                if _open(path) is None and not _is_of_another_version(path):
                    found.append(path)
        return found

    def clear(self) -> int:
        """Remove every part that no living run uses, and every note beside them; returns how many files went."""
        files: list[Path] = []
        if self._used_since() == math.inf:
            files = [*self._unfinished(), *(note for name in NOTES for note in self.folder.glob(f"{name}/*.json"))]
        return sum(map(_remove, files)) + self.trim(0)

    def trim(self, limit: int = DEFAULT_LIMIT) -> int:
        """Remove the parts that were used longest ago until `limit` bytes are left; returns how many went.

        Those that a living run has used stay, and those that cannot be removed.
        """
        now = time.time()
        for path in self._unfinished():
            with contextlib.suppress(OSError):
                if now - path.stat().st_mtime > STALE_S:
                    path.unlink()
        used = sorted(self._used())
        excess = sum(size for _, size, _ in used) - limit
        removed, since = 0, self._used_since()
        for at, size, path in used:
            if excess <= 0 or at >= since:
                break
            if _remove(path):
                excess -= size
                removed += 1
        return removed

    def _used_since(self) -> float:
        """When the oldest living run began; infinity when there is none."""
        began = math.inf
        for path in self.folder.glob(f"{LEASES}/*.lock"):
            at = int(path.name.split("-")[0]) / 1e9
            if time.time() - at > NEWBORN_S and _is_free(path):
                path.unlink(missing_ok=True)
            else:
                began = min(began, at)
        return began

    def _used(self) -> Iterator[tuple[float, int, Path]]:
        """When every part was used last, its size and its file; another run may remove them meanwhile."""
        for path in self.folder.glob(f"{_SHELF}/[!.]*{SUFFIX}"):
            with contextlib.suppress(OSError):
                status = path.stat()
                yield status.st_mtime, status.st_size, path

    def _unfinished(self) -> Iterator[Path]:
        return (path for name in (_SHELF, *NOTES) for path in self.folder.glob(f"{name}/.*{UNFINISHED}"))


def _remove(path: Path) -> bool:
    """Whether a file could be removed, and had not been."""
    try:
        path.unlink()
    except OSError:
        return False
    return True


def _is_free(path: Path) -> bool:
    lock = FileLock(path, is_singleton=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return False
    lock.release()
    return True


def _open(path: Path) -> Part | None:
    try:
        with path.open("rb", buffering=0) as file:
            magic, frames, sync, checksum = HEADER.unpack(file.read(HEADER.size))
            if magic != MAGIC or os.fstat(file.fileno()).st_size != HEADER.size + frames * 8:
                return None
            found = xxh3_64()
            while chunk := file.read(CHECKED):
                found.update(chunk)
    except (OSError, struct.error):
        return None
    return Part(path=path, frames=frames, sync=sync) if _sealed(found, frames, sync) == checksum else None


def _is_of_another_version(path: Path) -> bool:
    """Whether a part was written by another version of this program; it is never read and goes when its time comes."""
    with path.open("rb") as file:
        magic = file.read(len(MAGIC))
    return magic.startswith(FORMAT) and magic != MAGIC


def _sealed(samples: xxh3_64, frames: int, sync: int) -> int:
    """Checksum of the samples together with what the header says of them."""
    samples.update(struct.pack("<qq", frames, sync))
    return samples.intdigest()


@njit(cache=True, nogil=True)
def _interleaved(block):  # type: ignore[no-untyped-def]
    """Stereo `(2, frames)` as `(frames, 2)`."""
    frames = np.empty((block.shape[1], 2), np.float32)
    left, right = block[0], block[1]
    for n in range(block.shape[1]):
        frames[n, 0], frames[n, 1] = left[n], right[n]
    return frames
