"""What was delivered, noted beside the parts: the same run again only looks at it, or copies it to another folder."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from xxhash import xxh3_64

from soundscape.errors import OutputError
from soundscape.files import atomic, make_folder, write_text
from soundscape.model import Clip, Plan, Sound

FOLDER = "delivered"
_CHUNK = 1 << 20


def delivery_key(plan: Plan) -> str:
    """Hash of everything that determines the files of a plan: the plan, what it names, and the whole program."""
    from soundscape.code import version_of
    from soundscape.mastering.target import load_target
    from soundscape.serial import to_json
    from soundscape.synthesis import part_key

    package = Path(__file__).parent.parent
    digest = hashlib.blake2b(digest_size=20)
    for name in ("numpy", "numba", "scipy"):
        digest.update(version_of(name).encode())
    for file in sorted(package.rglob("*.py")):
        digest.update(file.read_bytes())
    digest.update(repr(load_target(plan.target)).encode())
    digest.update(to_json(plan, indent=None).encode())
    sources: tuple[Sound | Clip, ...] = (*plan.sounds, *plan.narration)
    for source in sources:
        digest.update(part_key(source).encode())
    return digest.hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """Files that were delivered: where, and the checksum of each."""

    folder: Path
    files: dict[str, int]

    def is_whole(self, out: Path) -> bool:
        """Whether a folder has every file with the content that was delivered."""
        try:
            return _each(self.files, lambda name: _checksum(out / name)) == self.files
        except _Damaged:
            return False

    def copy_to(self, out: Path, work: Path) -> bool:
        """Copy the files to another folder by way of an empty one; False when one is no longer what was delivered.

        Raises
        ------
        OutputError
            When a folder cannot be written, or the disk is full.
        """

        def copy(name: str) -> int:
            make_folder((work / name).parent)
            content = xxh3_64()
            with atomic(work / name) as file:
                for chunk in _chunks(self.folder / name):
                    file.write(chunk)
                    content.update(chunk)
            return content.intdigest()

        try:
            if _each(self.files, copy) != self.files:
                return False
        except _Damaged:
            return False
        for name in self.files:
            make_folder((out / name).parent)
            (work / name).replace(out / name)
        return True


def delivery(out: Path, names: Iterable[str]) -> Delivered:
    """Files of a folder as they are now."""
    return Delivered(folder=out.absolute(), files=_each(sorted(names), lambda name: _checksum(out / name)))


def remember(cache: Path, key: str, made: Delivered) -> None:
    """Note in the folder of a cache what was delivered last under a key, where that can be written."""
    noted = {"folder": str(made.folder), "files": made.files}
    with contextlib.suppress(OutputError):
        write_text(make_folder(cache / FOLDER) / f"{key}.json", json.dumps(noted, indent=1))


def remembered(cache: Path, key: str) -> Delivered | None:
    """What was delivered last under a key, if anything was."""
    try:
        noted = json.loads((cache / FOLDER / f"{key}.json").read_text())
        return Delivered(folder=Path(noted["folder"]), files=dict(noted["files"]))
    except (OSError, ValueError, TypeError, KeyError):
        return None


class _Damaged(Exception):
    """A file is not what was delivered, or not there any more."""


def _each(names: Iterable[str], of: Callable[[str], int]) -> dict[str, int]:
    """Name → what is found of it, two at a time."""
    names = list(names)
    with ThreadPoolExecutor(max_workers=2) as pool:
        return dict(zip(names, pool.map(of, names), strict=True))


def _checksum(path: Path) -> int:
    content = xxh3_64()
    for chunk in _chunks(path):
        content.update(chunk)
    return content.intdigest()


def _chunks(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                yield chunk
    except OSError as error:
        raise _Damaged from error
