"""Jobs in processes of their own: for work that holds the interpreter lock, or must not share memory.

The pools of the standard library lose all work when one worker dies. Here each worker is fed through a pipe of
its own, so that a lost one costs no more than the job it was at, which goes to the next.
"""

from __future__ import annotations

import multiprocessing
import signal
import sys
from collections import deque
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar

from soundscape.errors import OutputError
from soundscape.executors._interrupts import interrupts_held

J = TypeVar("J")
R = TypeVar("R")

ATTEMPTS = 3
"""A job that cost so many workers their lives is given up."""
PATIENCE_S = 5.0
"""A worker that was asked to end and has not after this long is ended."""


def run(function: Callable[[J], R], jobs: Sequence[J], *, workers: int, done: Callable[[J], None]) -> list[R]:
    """Results in the order of the jobs; `function`, jobs and results must be picklable.

    Raises
    ------
    OutputError
        When one job has cost `ATTEMPTS` workers their lives. An error that a job raises is raised here.
    """
    results: dict[int, R] = {}
    waiting = deque(range(len(jobs)))
    lost = [0] * len(jobs)
    pool = [_Worker(function) for _ in range(min(workers, len(jobs)))]
    try:
        for worker in pool:
            worker.begin(waiting.popleft(), jobs)
        while len(results) < len(jobs):
            for ready in wait([worker.connection for worker in pool if worker.busy]):
                place = next(place for place, worker in enumerate(pool) if worker.connection is ready)
                index = pool[place].index
                try:
                    results[index] = pool[place].answer()
                except EOFError:
                    lost[index] += 1
                    if lost[index] == ATTEMPTS:
                        raise OutputError(
                            f"{ATTEMPTS} workers died at the same job; when memory is short, give fewer --jobs"
                        ) from None
                    waiting.appendleft(index)
                    pool[place].end()
                    pool[place] = _Worker(function)
                else:
                    done(jobs[index])
                if waiting:
                    pool[place].begin(waiting.popleft(), jobs)
        return [results[index] for index in range(len(jobs))]
    finally:
        for worker in pool:
            worker.ask_to_end()
        for worker in pool:
            worker.end()


class _Worker:
    """A process that does one job after the other until its pipe is closed."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=_work, args=(theirs, function), daemon=True)
        with interrupts_held():
            self.process.start()
        theirs.close()
        self.busy = False
        self.index = -1

    def begin(self, index: int, jobs: Sequence[Any]) -> None:
        """Hand over a job; a worker that is dead already is noticed when its answer is read."""
        self.busy, self.index = True, index
        try:
            self.connection.send(jobs[index])
        except BrokenPipeError:
            return

    def answer(self) -> Any:
        """The result of the job; raises its error, or EOFError when the process has died."""
        try:
            good, value = self.connection.recv()
        except ConnectionResetError:
            raise EOFError from None
        self.busy = False
        if not good:
            raise value
        return value

    def ask_to_end(self) -> None:
        """Close the pipe, at which an idle worker ends; stop one that is at work, which removes what it began."""
        self.connection.close()
        if self.busy:
            self.process.terminate()

    def end(self) -> None:
        """Wait until the process is gone."""
        self.process.join(PATIENCE_S)
        self.process.kill()
        self.process.join()
        self.process.close()


def _work(connection: Connection, function: Callable[[Any], Any]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # also where no mask is inherited
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    while True:
        try:
            job = connection.recv()
        except (EOFError, ConnectionResetError):  # the parent has gone, or has no more to do
            return
        try:
            answer = (True, function(job))
        except Exception as error:
            answer = (False, error)
        try:
            connection.send(answer)
        except BrokenPipeError:  # the parent has gone
            return
