"""A step ahead: same items, one waiting, errors where they belong."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from soundscape.ahead import Lanes, ahead, begun


def test_items_come_in_order_and_all_of_them() -> None:
    assert list(ahead(range(50))) == list(range(50))
    assert list(ahead([None, 0, None])) == [None, 0, None]
    assert list(ahead(())) == []


def test_no_more_than_one_waits() -> None:
    made: list[int] = []

    def making() -> Iterator[int]:
        for number in range(9):
            made.append(number)
            yield number

    for number in ahead(making()):
        assert len(made) <= number + 2


def test_an_error_comes_after_what_was_made_before_it() -> None:
    def failing() -> Iterator[int]:
        yield 1
        raise OSError("disk")

    items = ahead(failing())
    assert next(items) == 1
    with pytest.raises(OSError, match="disk"):
        next(items)


def test_an_item_comes_when_the_next_has_begun() -> None:
    made: list[int] = []

    def making() -> Iterator[int]:
        for number in range(5):
            made.append(number)
            yield number

    for number in begun(making()):
        assert made[-1] == min(number + 1, 4)


def test_jobs_of_a_lane_run_in_their_order_and_lanes_beside_each_other() -> None:
    done: list[tuple[str, int]] = []
    other_began = threading.Event()

    def job(lane: str, number: int) -> int:
        if lane == "one" and number == 0:
            assert other_began.wait(10.0)
        other_began.set()
        done.append((lane, number))
        return number

    with Lanes() as lanes:
        one = [lanes.submit("one", job, "one", number) for number in range(4)]
        two = [lanes.submit("two", job, "two", number) for number in range(4)]
        assert [future.result() for future in (*one, *two)] == [0, 1, 2, 3] * 2
    assert [number for lane, number in done if lane == "one"] == [0, 1, 2, 3]
    assert [number for lane, number in done if lane == "two"] == [0, 1, 2, 3]


def test_an_error_of_a_job_is_that_of_its_future() -> None:
    def failing() -> None:
        raise OSError("disk")

    with Lanes() as lanes:
        failed, after = lanes.submit("one", failing), lanes.submit("one", str, 1)
        with pytest.raises(OSError, match="disk"):
            failed.result()
        assert after.result() == "1"


def test_what_waits_at_the_end_is_not_done() -> None:
    began, end = threading.Event(), threading.Event()

    def job() -> None:
        began.set()
        assert end.wait(10.0)

    with Lanes() as lanes:
        running, waiting = lanes.submit("one", job), lanes.submit("one", str, 1)
        assert began.wait(10.0)
        threading.Timer(0.05, end.set).start()
    assert running.done()
    assert waiting.cancelled()
