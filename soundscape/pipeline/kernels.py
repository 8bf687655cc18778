"""Telling of the compilation of kernels, which happens once on a machine and takes a while."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from soundscape.progress import Progress

COMPILING = "kernels are compiled for this machine, once after an install; this may take a minute"


@contextlib.contextmanager
def compilation_told(progress: Progress) -> Iterator[None]:
    """Note the first kernel that is compiled in this process during this; those that are loaded do not count."""
    from numba.core import event

    class Listener(event.Listener):  # type: ignore[misc]
        told = False

        def on_start(self, event: Any) -> None:
            del event
            if not self.told:
                self.told = True
                progress.note(COMPILING)

        def on_end(self, event: Any) -> None:
            """Nothing."""

    with event.install_listener("numba:compile", Listener()):
        yield
