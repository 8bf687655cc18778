"""Camera moves as curves: what the words of a shot list do to a place and to what is in it."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from soundscape.model import Curve, Shot, Timeline
from soundscape.planning.clock import Clock
from soundscape.planning.movement import Perspective, perspective
from soundscape.timecode import Rate

SECOND = 48_000
CLOCK = Clock(Timeline(title="t", rate=Rate(fps=Fraction(24)), start=0, shots=()))


def seen(*moves: str, source: bool = False, enclosed: bool | None = None, **more: Any) -> Perspective:
    shots = [
        Shot(label=str(index), start=96 * index, end=96 * (index + 1), movement=move, **more)
        for index, move in enumerate(moves)
    ]
    return perspective(shots, CLOCK, 0, enclosed=enclosed, source=source)


def at(curve: Curve, seconds: float) -> float:
    return float(np.interp(seconds * SECOND, [sample for sample, _ in curve], [value for _, value in curve]))


def test_a_still_camera_changes_nothing() -> None:
    assert seen("static", "", "handheld") == Perspective()


@pytest.mark.parametrize(
    ("move", "nearer"),
    [("slow push in", True), ("Ken Burns in", True), ("dolly in", True), ("pull back", False), ("zoom out", False)],
)
def test_nearer_is_brighter_and_wider(move: str, nearer: bool) -> None:
    found = seen(move)
    curves = (found.distance, found.brightness, found.width)
    distance, brightness, width = (at(curve, 4) - at(curve, 0) for curve in curves)
    assert (distance < 0.0, brightness > 0.0, width > 0.0) == (nearer,) * 3


def test_what_the_camera_turns_to_moves_the_other_way() -> None:
    right, left = seen("pan right", source=True).pan, seen("sweep left", source=True).pan
    assert at(right, 0) > 0.3 > -0.3 > at(right, 4)
    assert at(left, 0) < -0.3 < 0.3 < at(left, 4)


def test_what_is_heard_all_round_turns_less() -> None:
    assert at(seen("pan right").pan, 0) == pytest.approx(0.5 * at(seen("pan right", source=True).pan, 0))


def test_a_fly_by_passes_with_a_doppler_shift_while_its_place_stays() -> None:
    passing = seen("a fighter flies past", source=True)
    assert at(passing.distance, 0) > at(passing.distance, 2) < at(passing.distance, 4)
    assert at(passing.pan, 0) < 0.0 < at(passing.pan, 4)
    assert at(passing.speed, 0) > 0.5 > at(passing.speed, 4)
    assert seen("a fighter flies past") == Perspective()


def test_a_fall_is_fast_only_for_what_is_in_the_picture() -> None:
    assert seen("fall with them", source=True).speed
    assert not seen("fall with them").speed
    assert at(seen("fall with them").distance, 0) > at(seen("fall with them").distance, 4)


def test_a_move_takes_as_long_as_its_shot_and_the_cut_glides() -> None:
    curve = seen("", "push in", "").distance
    assert at(curve, 4.0) == 0.0
    assert at(curve, 4.5) == pytest.approx(0.35)
    assert at(curve, 8.0) == pytest.approx(0.0)


@pytest.mark.parametrize(
    ("enclosed", "words", "walls"),
    [
        (False, "seen from inside the hut", 1.0),
        (False, "INT. hut", 1.0),
        (False, "on the ridge", 0.0),
        (True, "outside the hall", 1.0),
        (True, "inside the hall", 0.0),
        (None, "inside the hall", 0.0),
    ],
)
def test_walls_stand_between_a_place_and_a_camera_on_their_other_side(
    enclosed: bool | None, words: str, walls: float
) -> None:
    curve = seen("", enclosed=enclosed, description=words).walls
    assert (at(curve, 2) if curve else 0.0) == walls
