"""Files that appear whole or not at all."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from soundscape.errors import OutputError

UNFINISHED = ".unfinished"
"""Suffix of what a killed run may leave behind; nothing with it is ever read."""


@contextlib.contextmanager
def atomic(path: Path, *, durable: bool = True) -> Iterator[BinaryIO]:
    """A file that appears under its name when all has been written, and not at all when something fails.

    Nothing waits for the disk unless it is `durable`: a crash of the system may then lose what the file holds.

    Raises
    ------
    OutputError
        When the folder is missing or read-only, or the disk is full.
    """
    # Named after process and thread: two that write the same file do not meet, and the later one wins.
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}{UNFINISHED}")
    try:
        with temporary.open("wb") as file:
            yield file
            if durable:
                file.flush()
                os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise OutputError(f"cannot be written: {error.strerror or error}", path=path) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def write_bytes(path: Path, data: bytes) -> None:
    """A file, whole or not at all."""
    with atomic(path) as file:
        file.write(data)


def write_text(path: Path, text: str) -> None:
    """A text file, whole or not at all."""
    write_bytes(path, text.encode())


def make_folder(path: Path) -> Path:
    """The folder itself, made when it is missing; raises OutputError when it cannot be."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot be made a folder: {error.strerror or error}", path=path) from error
    return path


def slug(title: str) -> str:
    """A title as the beginning of file names: small ASCII letters, digits and hyphens, 40 at most."""
    plain = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in title.lower())
    return "-".join(part for part in plain.split("-") if part)[:40] or "film"
