"""Parts in a storage that several machines reach: a folder, S3, Google Cloud … by URL, through fsspec.

Beside the folder of each machine, not instead of it: parts are mixed from files. What is half uploaded does no
harm, for parts carry a checksum that is verified after fetching.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from soundscape.errors import InputError, OutputError
from soundscape.files import atomic, make_folder


@dataclass(frozen=True, slots=True)
class Storage:
    """A place for files by name, e.g. `s3://bucket/parts` or `file:///mnt/render/parts`."""

    url: str

    def fetch(self, name: str, path: Path) -> bool:
        """Bring the file of this name to a path, if there is one."""
        files, root = self._open()
        try:
            with files.open(f"{root}/{name}", "rb") as source:
                make_folder(path.parent)
                with atomic(path) as file:
                    while block := source.read(1 << 20):
                        file.write(block)
        except FileNotFoundError:
            return False
        except OSError as error:
            raise OutputError(f'the storage "{self.url}" cannot be read: {error}') from error
        return True

    def offer(self, name: str, path: Path) -> None:
        """Give the file at a path to all."""
        files, root = self._open()
        try:
            files.makedirs(root, exist_ok=True)
            files.put_file(str(path), f"{root}/{name}")
        except OSError as error:
            raise OutputError(f'the storage "{self.url}" cannot be written: {error}') from error

    def check(self) -> None:
        """Raise InputError when there is no such kind of storage, or what reaches it is not installed."""
        self._open()

    def _open(self) -> tuple[Any, str]:
        try:
            import fsspec
        except ImportError:
            raise InputError("a shared storage needs fsspec; install soundscape[cluster]") from None
        try:
            files, root = fsspec.core.url_to_fs(self.url)
        except (ImportError, ValueError) as error:
            raise InputError(f'the storage "{self.url}" cannot be used: {error}') from error
        return files, str(root).rstrip("/")
