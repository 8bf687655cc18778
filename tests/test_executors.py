"""Executors: one interface, the same results in the same order, the first error raised."""

from __future__ import annotations

import importlib
import operator
from typing import Any

import pytest

from soundscape.registry import units

NAMES = sorted(units("executors"))


def runner(name: str) -> Any:
    return importlib.import_module(f"soundscape.executors.{name}").run


@pytest.mark.parametrize("name", NAMES)
def test_results_come_in_the_order_of_the_jobs(name: str) -> None:
    done: list[int] = []
    assert runner(name)(operator.neg, list(range(20)), workers=2, done=done.append) == [-job for job in range(20)]
    assert sorted(done) == list(range(20))


@pytest.mark.parametrize("name", NAMES)
def test_an_error_is_raised(name: str) -> None:
    with pytest.raises(ZeroDivisionError):
        runner(name)(divmod_by, [1, 0, 2], workers=2, done=lambda _: None)


@pytest.mark.parametrize("name", NAMES)
def test_no_jobs_are_no_results(name: str) -> None:
    assert runner(name)(operator.neg, [], workers=2, done=lambda _: None) == []


def divmod_by(divisor: int) -> int:
    return 1 // divisor
