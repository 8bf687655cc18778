"""Filters that look ahead, and the sine without folding, against what defines them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from soundscape.contract import TICK
from soundscape.dsp.distance import Distance
from soundscape.dsp.highpass import HighPass
from soundscape.dsp.onepole import INPUT, LOWS, SIZE, low_pass
from soundscape.dsp.sine import sin_turns

RATE = 48_000


def noise(frames: int) -> np.ndarray:
    return np.random.default_rng(4).standard_normal((2, frames)).astype(np.float32)


def error_db(found: np.ndarray, expected: np.ndarray) -> float:
    return 20.0 * math.log10(float(np.std(found - expected)) / float(np.std(expected)))


def fallen(signal: np.ndarray, pole: float, last: np.ndarray) -> np.ndarray:
    out = np.empty(signal.shape)
    for i in range(signal.shape[1]):
        last = signal[:, i] + pole * last
        out[:, i] = last
    return out


@pytest.mark.parametrize("pole", [0.05, 0.8, 0.997])
def test_looking_eight_frames_back_is_the_one_pole(pole: float) -> None:
    m, signal = np.zeros(SIZE, np.float32), noise(TICK)
    m[INPUT : INPUT + 2 * TICK] = signal.ravel()
    low_pass(m, pole, 0.5, -2.0)
    found = m[LOWS : LOWS + 2 * TICK].reshape(2, TICK)
    assert error_db(found, fallen(signal.astype(np.float64), pole, np.array((0.5, -2.0)))) < -125.0


def test_the_high_pass_is_two_one_poles_and_the_same_in_any_ticks() -> None:
    signal = noise(20 * TICK + 77) + np.float32(0.5)
    pole = math.exp(-2.0 * math.pi * 24.0 / RATE)
    expected = signal.astype(np.float64)
    for _ in range(2):
        expected = expected - fallen((1.0 - pole) * expected, pole, np.zeros(2))
    whole, cut, filtering = signal.copy(), signal.copy(), HighPass(RATE)
    HighPass(RATE).run(whole)
    assert error_db(whole, expected) < -125.0
    for first, last in ((0, 3), (3, 4), (4, 21)):
        filtering.run(cut[:, first * TICK : last * TICK])
    np.testing.assert_array_equal(cut, whole)


def test_a_distance_that_stays_sounds_as_one_that_hardly_moves() -> None:
    signal = noise(8 * TICK)
    still, moving = signal.copy(), signal.copy()
    Distance(RATE).apply(still, np.full(9, 0.4, np.float32))
    Distance(RATE).apply(moving, np.linspace(0.4, 0.4 + 4e-7, 9, dtype=np.float32))
    assert error_db(still, moving) < -105.0


def test_the_sine_is_right_everywhere() -> None:
    for turns in np.linspace(-3.0, 3.0, 1_201):
        assert sin_turns(turns) == pytest.approx(math.sin(2.0 * math.pi * turns), abs=3e-7)
