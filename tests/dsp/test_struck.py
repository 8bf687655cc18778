"""Struck bodies: modes where they are meant, decay by loss angle, no two blows alike."""

from __future__ import annotations

import numpy as np
import pytest

from soundscape.dsp.struck import Body, make_body, strike
from soundscape.rng import Seed
from tests import descriptors

RATE = 48_000


def one_mode(frequency_hz: float, t60_s: float) -> Body:
    return Body(frequency_hz=np.array([frequency_hz]), t60_s=np.array([t60_s]), gain=np.ones(1))


def blow(
    body: Body, *, force: float = 1.0, seed: int = 1, seconds: float = 1.0, contact: float = 0.0
) -> np.ndarray:
    out = np.zeros((2, round(seconds * RATE)), np.float32)
    strike(out, RATE, Seed(seed).generator(), body, time_s=0.0, force=force, corner_hz=4_000.0, contact=contact)
    return out


def test_a_mode_falls_by_60_db_in_its_t60() -> None:
    level = descriptors.levels_db(blow(one_mode(800.0, 0.8)), RATE, frame_s=0.05)
    assert np.polyfit(0.05 * np.arange(12), level[:12], 1)[0] == pytest.approx(-75.0, rel=0.02)


def test_damping_is_the_loss_angle_s_under_a_ceiling() -> None:
    body = make_body(
        Seed(2).generator(), lowest_hz=200.0, modes=400, stretch=1.0, loss=0.01, longest_s=9.0, irregular=0.0
    )
    law = 3.0 * np.log(10.0) / (np.pi * body.frequency_hz * 0.01)
    assert np.median(np.log(body.t60_s / law)) == pytest.approx(0.0, abs=0.05)
    low = make_body(Seed(2).generator(), lowest_hz=50.0, modes=1, stretch=1.0, loss=1e-4, longest_s=0.5)
    assert low.t60_s[0] < 0.9


def test_several_things_are_made_at_once() -> None:
    body = make_body(
        Seed(3).generator(), lowest_hz=np.array([100.0, 1_000.0]), modes=5, stretch=1.0, loss=0.01, longest_s=1.0
    )
    assert body.frequency_hz.shape == body.t60_s.shape == body.gain.shape == (2, 5)
    assert np.sum(body.gain**2, axis=1) == pytest.approx(1.0)
    assert body.frequency_hz[1, 0] / body.frequency_hz[0, 0] == pytest.approx(10.0, rel=0.12)


def test_harder_blows_are_louder_and_brighter() -> None:
    body = make_body(Seed(4).generator(), lowest_hz=300.0, modes=30, stretch=1.1, loss=0.003, longest_s=1.0)
    soft, hard = blow(body, force=0.1, contact=0.5), blow(body, force=1.0, contact=0.5)
    assert descriptors.rms_db(hard, RATE) > descriptors.rms_db(soft, RATE) + 18.0
    assert descriptors.centroid_hz(hard, RATE) > 1.3 * descriptors.centroid_hz(soft, RATE)


def test_no_two_blows_are_alike_and_a_force_of_nothing_is_silent() -> None:
    body = make_body(Seed(5).generator(), lowest_hz=300.0, modes=20, stretch=1.1, loss=0.003, longest_s=1.0)
    first, other = blow(body, seed=1)[0], blow(body, seed=2)[0]
    assert abs(np.corrcoef(first, other)[0, 1]) < 0.9
    assert not np.abs(blow(body, force=0.0, contact=1.0)).any()
