"""Levers: the catch before the throw, notches on the way, the stop."""

from __future__ import annotations

import numpy as np
import pytest

from soundscape.contract import Hit
from tests import descriptors
from tests.hits.rendering import RATE, centroid_hz, length_s, make


def way(hit: Hit) -> np.ndarray:
    return hit.audio[:, : hit.sync - RATE // 200]


def test_the_catch_lets_go_first() -> None:
    hit = make("lever", notches=0, rub=0.0)
    at = np.abs(hit.audio).max(axis=0)[: hit.sync - 96].argmax() / RATE
    assert 0.015 <= at <= 0.06
    assert 0.25 <= hit.sync / RATE <= 0.8


def test_the_stop_is_the_loudest_of_all() -> None:
    hit = make("lever")
    before, stop = np.abs(way(hit)).max(), np.abs(hit.audio[:, hit.sync :]).max()
    assert 8.0 <= 20.0 * np.log10(stop / before) <= 34.0


def test_notches_are_passed_on_the_way() -> None:
    few, many = (make("lever", notches=value, rub=0.0, size=1.0) for value in (0, 6))
    counts = [descriptors.events_per_s(way(hit), RATE) * hit.sync / RATE for hit in (few, many)]
    assert counts[1] >= counts[0] + 3


def test_friction_grows_on_the_way() -> None:
    hit = make("lever", notches=0, rub=1.0, size=1.0)
    levels = [
        descriptors.rms_db(hit.audio[:, round(a * hit.sync) : round(b * hit.sync)], RATE)
        for a, b in ((0.3, 0.45), (0.6, 0.8))
    ]
    assert levels[1] > levels[0] + 3.0


@pytest.mark.parametrize(("bright", "dark"), [("switch", "iron"), ("iron", "wood")])
def test_materials_differ(bright: str, dark: str) -> None:
    assert centroid_hz(make("lever", material=bright)) > 1.2 * centroid_hz(make("lever", material=dark))


def test_iron_rings_longer_than_wood() -> None:
    iron, wood = (make("lever", material=name, size=0.8) for name in ("iron", "wood"))
    assert length_s(iron) - iron.sync / RATE > length_s(wood) - wood.sync / RATE
