"""Work a step ahead: while one block is used, threads make the next."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, ParamSpec, TypeVar

T = TypeVar("T")
P = ParamSpec("P")


def ahead(items: Iterable[T]) -> Iterator[T]:
    """The same items in the same order, each made while the one before it is used; never more than one waits."""
    iterator = iter(items)
    end = object()
    with ThreadPoolExecutor(max_workers=1) as pool:
        following = pool.submit(next, iterator, end)
        while (item := following.result()) is not end:
            following = pool.submit(next, iterator, end)
            yield item  # type: ignore[misc]


def begun(items: Iterable[T]) -> Iterator[T]:
    """The same items in the same order, each when the one after it has begun to be made."""
    waiting: deque[T] = deque()
    for item in items:
        waiting.append(item)
        if len(waiting) > 1:
            yield waiting.popleft()
    yield from waiting


class Lanes:
    """Two threads for the jobs of many lanes: those of a lane run one after the other, as they were given.

    So what has a state of its own is a lane, and no thread waits while another lane has something to do.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=2)
        self._lock = threading.Lock()
        self._waiting: dict[Hashable, deque[tuple[Future[Any], Callable[[], Any]]]] = {}

    def submit(self, lane: Hashable, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """The job as a future; it must not wait for other jobs."""
        future: Future[T] = Future()
        with self._lock:
            queue = self._waiting.setdefault(lane, deque())
            queue.append((future, partial(function, *args, **kwargs)))
            if len(queue) == 1:
                self._pool.submit(self._first, queue)
        return future

    def _first(self, queue: deque[tuple[Future[Any], Callable[[], Any]]]) -> None:
        future, job = queue[0]
        try:
            future.set_result(job())
        except BaseException as error:
            future.set_exception(error)
        with self._lock:
            queue.popleft()
            if queue:
                self._pool.submit(self._first, queue)

    def __enter__(self) -> Lanes:
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            for queue in self._waiting.values():
                while len(queue) > 1:
                    queue.pop()[0].cancel()
        self._pool.shutdown()
