"""What ends a run reaches all processes of a terminal; what becomes of workers, the one that began them decides."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from multiprocessing import resource_tracker


@contextlib.contextmanager
def interrupts_held() -> Iterator[None]:
    """Ctrl-C and a closed terminal come at the end of this; threads and processes that begin in it never see them.

    A mask is inherited, so that it holds while a process still imports what it needs, and in those that it begins.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    held = {signal.SIGINT, signal.SIGHUP}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, held)
    try:
        resource_tracker.ensure_running()  # when it begins, it lifts the mask
        signal.pthread_sigmask(signal.SIG_BLOCK, held)
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
