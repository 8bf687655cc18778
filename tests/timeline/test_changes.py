"""What changed between two cuts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundscape.errors import TimelineError
from soundscape.model import Shot, Timeline
from soundscape.timecode import Rate
from soundscape.timeline import changes

RATE = Rate.parse("25")


def cut(*shots: tuple[str, int, int], start: int = 0) -> Timeline:
    """Shots of (source, first source frame, length), one after another."""
    at, made = start, []
    for number, (source, source_start, length) in enumerate(shots, 1):
        made.append(
            Shot(label=f"{number:03d}", start=at, end=at + length, source=source, source_start=source_start)
        )
        at += length
    return Timeline(title="", rate=RATE, start=start, shots=tuple(made))


def kinds(old: Timeline, new: Timeline) -> list[tuple[str, str]]:
    return [(change.kind, (change.new or change.old).source) for change in changes(old, new)]  # type: ignore[union-attr]


def test_a_cut_against_itself_is_kept_also_at_another_start_timecode() -> None:
    shots = (("a", 0, 10), ("b", 5, 20), ("a", 50, 10))
    assert {kind for kind, _ in kinds(cut(*shots), cut(*shots, start=90_000))} == {"kept"}


def test_new_removed_moved_and_trimmed_shots_are_told_apart() -> None:
    old = cut(("a", 0, 10), ("b", 0, 20), ("c", 0, 30), ("d", 0, 10))
    new = cut(("a", 0, 10), ("x", 0, 5), ("c", 10, 15), ("d", 0, 10))
    assert kinds(old, new) == [("kept", "a"), ("removed", "b"), ("new", "x"), ("trimmed", "c"), ("moved", "d")]
    trimmed = changes(old, new)[3]
    assert (trimmed.shift, trimmed.head, trimmed.tail) == (-15, 10, 5)
    assert changes(old, new)[4].shift == -30


def test_several_pieces_of_one_source_are_told_apart_by_their_frames() -> None:
    old = cut(("a", 0, 10), ("a", 100, 10), ("a", 200, 10))
    new = cut(("a", 200, 10), ("a", 102, 6), ("a", 300, 10))
    assert [(c.kind, c.old and c.old.source_start, c.new and c.new.source_start) for c in changes(old, new)] == [
        ("removed", 0, None),
        ("moved", 200, 200),
        ("trimmed", 100, 102),
        ("new", None, 300),
    ]


def test_shots_without_a_source_are_known_by_scene_and_label() -> None:
    def listed(*labels: str) -> Timeline:
        shots = [Shot(label=label, start=10 * i, end=10 * i + 10) for i, label in enumerate(labels)]
        return Timeline(title="", rate=RATE, start=0, shots=tuple(shots))

    found = changes(listed("1", "2", "3"), listed("1", "3", "4"))
    assert [(c.kind, (c.new or c.old).label) for c in found] == [  # type: ignore[union-attr]
        ("kept", "1"), ("removed", "2"), ("moved", "3"), ("new", "4"),
    ]  # fmt: skip


def test_cuts_of_different_rates_are_refused() -> None:
    with pytest.raises(TimelineError, match="cannot be compared"):
        changes(cut(("a", 0, 1)), Timeline(title="", rate=Rate.parse("24"), start=0, shots=()))


spans = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 50), st.integers(1, 20)), max_size=12)


@given(spans, spans)
def test_every_shot_of_both_cuts_appears_once(
    old: list[tuple[str, int, int]], new: list[tuple[str, int, int]]
) -> None:
    before, after = cut(*old), cut(*new)
    found = changes(before, after)
    assert sorted((c.old for c in found if c.old), key=lambda shot: shot.label) == list(before.shots)
    assert [c.new for c in found if c.new] == list(after.shots)
