"""One job after the other, in this process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

J = TypeVar("J")
R = TypeVar("R")


def run(function: Callable[[J], R], jobs: Sequence[J], *, workers: int, done: Callable[[J], None]) -> list[R]:
    """Results in the order of the jobs; `done` is told of every finished job. `workers` is not used."""
    del workers
    results = []
    for job in jobs:
        results.append(function(job))
        done(job)
    return results
