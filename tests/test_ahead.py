"""A step ahead: same items, one waiting, errors where they belong."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from soundscape.ahead import ahead


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
