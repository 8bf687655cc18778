"""The contact sheet, made in a process of its own, so that nothing measured there makes stutter what is heard here."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection
from pathlib import Path

from soundscape.errors import SoundscapeError
from soundscape.pipeline.film_room import FilmRoom
from soundscape.pipeline.heard import hear
from soundscape.planning.audition import Audition

POLITENESS = 10
"""By how much the process steps back behind others, in the units of nice(1)."""


class ContactSheet:
    """Measures presets and keeps the results in a folder, those asked for last first.

    Parameters
    ----------
    folders : sequence of Path
        Where presets are looked for.
    folder : Path
        Where measurements are kept.
    ahead : sequence of str
        Presets that are measured when nothing is asked for.
    film : FilmRoom or None
        A film whose sounds are rendered before those.
    """

    def __init__(self, folders: Sequence[Path], folder: Path, ahead: Sequence[str], film: FilmRoom | None) -> None:
        context = multiprocessing.get_context("spawn")
        asked, self._wanted = context.Pipe(duplex=False)
        self._lock = threading.Lock()
        self._process = context.Process(
            target=_work, args=(tuple(folders), folder, list(ahead), film, asked, os.getpid()), daemon=True
        )
        self._process.start()

    def want(self, presets: Sequence[str]) -> None:
        """Measure these next."""
        with self._lock, contextlib.suppress(OSError):
            self._wanted.send(list(presets))

    def close(self) -> None:
        """End the process; what it has not measured is measured another time."""
        self._process.terminate()
        self._process.join(5.0)
        self._wanted.close()


def _work(
    folders: tuple[Path, ...], folder: Path, ahead: list[str], film: FilmRoom | None, asked: Connection, parent: int
) -> None:
    if hasattr(os, "nice"):
        os.nice(POLITENESS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which then ends this
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    parts: Iterator[str] | None = film.prepare() if film is not None else None
    wanted: list[str] = []
    while os.getppid() == parent:
        busy = wanted or ahead or parts is not None
        if asked.poll(0.0 if busy else 1.0):
            wanted = asked.recv()
            continue
        with contextlib.suppress(SoundscapeError):
            if wanted:
                hear(Audition(preset=wanted.pop(0)), folders, folder, kept=True)
            elif parts is not None and next(parts, None) is None:
                parts = None
            elif parts is None and ahead:
                hear(Audition(preset=ahead.pop(0)), folders, folder, kept=True)
