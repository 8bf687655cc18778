"""Timelines in: one reader per format, found by looking in this folder.

A reader is a module with

    SUFFIXES : tuple of str           file suffixes, lower case, with their dot
    read(data, options)               bytes of a file -> (Timeline, diagnostics)

and, where a suffix is shared with another reader,

    sniff(data) -> int                how surely these first bytes are of this format: 0 not, 1 likely, 2 surely.

A reader of a format that is too large for memory has `read_file(path, options)` instead of `read`; one of a
format that is a folder names the file inside it that it reads as `BUNDLE`.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import ModuleType

from soundscape import registry
from soundscape.errors import InputError, TimelineError
from soundscape.timecode import Rate
from soundscape.timeline._changes import Change, changes
from soundscape.timeline._picture import picture
from soundscape.timeline._reading import ReadOptions, Result
from soundscape.timeline._summary import Summary, summary

__all__ = ["Change", "ReadOptions", "Result", "Summary", "changes", "formats", "picture", "read", "summary"]

HEAD_BYTES = 1 << 16
"""How much of a file the readers see to recognise it."""
MAX_BYTES = 1 << 30
"""Largest file that is read into memory."""


def formats() -> dict[str, tuple[str, ...]]:
    """Names of the formats that can be read, each with its suffixes."""
    return {name: registry.unit("timeline", name).SUFFIXES for name in registry.units("timeline")}


def read(path: Path, *, fps: Rate | None = None, format: str | None = None) -> Result:
    """Read a cut: shots, transitions, markers and narration, with all that was not understood.

    Parameters
    ----------
    path : Path
        A file, or a folder of a format that is one (`.fcpxmld`). It is only read.
    fps : Rate, optional
        Frame rate; overrules what the file says. Needed where the file does not carry one and a guess is
        not good enough: without it the lowest rate that fits is taken, and a diagnostic says so.
    format : str, optional
        One of `formats()`; found by suffix and content otherwise.

    Returns
    -------
    timeline : Timeline
        Shots in order of time. Those of layered formats may overlap: `picture` gives what is seen.
    diagnostics : tuple of Diagnostic
        What was decided by a rule, and every line that was not understood.

    Raises
    ------
    TimelineError
        With the file, the line and the column, as far as there are such, and what is allowed.
    """
    path = Path(path)
    try:
        reader, file = _reader(path, format)
        options = ReadOptions(name=path.name, rate=fps)
        with _collection_paused():
            if hasattr(reader, "read_file"):
                timeline, diagnostics = reader.read_file(file, options)
            else:
                timeline, diagnostics = reader.read(_bytes(file), options)
    except OSError as error:
        raise TimelineError(f"cannot be read: {error.strerror or error}", path=path) from error
    except InputError as error:
        raise TimelineError(error.message, path=error.path or path, line=error.line, column=error.column) from error
    return timeline, tuple(replace(diagnostic, path=str(path)) for diagnostic in diagnostics)


@contextmanager
def _collection_paused() -> Iterator[None]:
    """A million small objects, none of them cyclic: looking for cycles among them costs a third of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _bytes(path: Path) -> bytes:
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise TimelineError(f"has {size:,} bytes; at most {MAX_BYTES:,} are read")
    return path.read_bytes()


def _reader(path: Path, format: str | None) -> tuple[ModuleType, Path]:
    """The module that reads this file, and the file itself (the one inside, where `path` is a bundle)."""
    names = registry.units("timeline")
    if format is not None and format not in names:
        raise TimelineError(f'there is no format "{format}"; allowed: {", ".join(names)}')
    chosen: list[ModuleType] = [registry.unit("timeline", name) for name in ([format] if format else names)]
    if path.is_dir():
        for reader in chosen:
            if (inside := path / getattr(reader, "BUNDLE", "/")).is_file():
                return reader, inside
        raise TimelineError("is a folder; a timeline is a file, or a .fcpxmld bundle")
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head.strip():
        raise TimelineError("the file is empty")
    if format:
        return chosen[0], path
    suffix = path.suffix.lower()
    siblings = [reader for reader in chosen if suffix in reader.SUFFIXES]
    plain = [reader for reader in siblings if not hasattr(reader, "sniff")]
    for group in (siblings, chosen):
        scores = {reader: reader.sniff(head) for reader in group if hasattr(reader, "sniff")}
        if any(scores.values()):
            return max(scores, key=scores.__getitem__), path
        if plain:
            return plain[0], path
    if siblings:
        likely = " or ".join(reader.__name__.rpartition(".")[2] for reader in siblings)
        raise TimelineError(f"nothing in it looks like {likely}; is it a timeline? --format says which")
    known = sorted({known for reader in chosen for known in reader.SUFFIXES})
    raise TimelineError(f"is no timeline that is known; allowed: {' '.join(known)}; --format says which")
