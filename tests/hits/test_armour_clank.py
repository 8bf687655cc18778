"""Clanks: several contacts, metal colours, a servo."""

from __future__ import annotations

import numpy as np
import pytest

from tests import descriptors
from tests.hits.rendering import RATE, centroid_hz, length_s, make


def test_it_is_short_and_metallic_as_measured_metal_steps_are() -> None:
    hit = make("armour_clank", servo=0.0)
    assert 0.08 <= length_s(hit, down_db=20.0) <= 0.5
    assert 500.0 <= centroid_hz(hit) <= 3_000.0


def test_more_plates_make_a_longer_clatter() -> None:
    one, many = (
        np.mean([length_s(make("armour_clank", plates=count, servo=0.0, seed=seed)) for seed in range(4)])
        for count in (1, 12)
    )
    assert many > one + 0.05


def test_no_two_clanks_are_alike() -> None:
    clanks = [make("armour_clank", seed=seed).audio[0, : RATE // 4] for seed in range(6)]
    assert np.abs(np.corrcoef(clanks) - np.eye(6)).max() < 0.9


@pytest.mark.parametrize("seed", [1, 2])
def test_the_servo_follows_the_clank(seed: int) -> None:
    still, moving = (make("armour_clank", servo=value, seed=seed).audio for value in (0.0, 1.0))
    late = slice(round(0.15 * RATE), round(0.25 * RATE))
    assert descriptors.rms_db(moving[:, late], RATE) > descriptors.rms_db(still[:, late], RATE) + 3.0
