"""Mono lows: one below 120 Hz, as it was above, the sum untouched."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from soundscape.mix.lows import SPLIT_HZ, MonoLows

RATE = 48_000
NOISE = np.random.default_rng(1).normal(0.0, 0.1, (2, 3 * RATE)).astype(np.float32)


def made_mono(audio: np.ndarray, size: int = 1 << 16) -> np.ndarray:
    out, lows = audio.copy(), MonoLows(RATE)
    for start in range(0, out.shape[1], size):
        lows.apply(out[:, start : start + size])
    return out


def test_the_difference_passes_a_butterworth_high_pass_and_the_sum_as_it_is() -> None:
    out = made_mono(NOISE).astype(np.float64)
    sections = signal.butter(4, SPLIT_HZ, "highpass", fs=RATE, output="sos")
    np.testing.assert_allclose(
        out[0] - out[1], signal.sosfilt(sections, NOISE[0] - NOISE[1].astype(float)), atol=1e-6
    )
    np.testing.assert_allclose(out.sum(axis=0), NOISE.sum(axis=0), atol=1e-6)


@pytest.mark.parametrize(
    ("frequency_hz", "least_db", "most_db"), [(30.0, -99.0, -45.0), (120.0, -3.1, -2.9), (400.0, -0.1, 0.1)]
)
def test_opposite_sides_vanish_in_the_lows_only(frequency_hz: float, least_db: float, most_db: float) -> None:
    tone = np.sin(2 * np.pi * frequency_hz * np.arange(2 * RATE) / RATE)
    out = made_mono(np.stack([tone, -tone]).astype(np.float32))[:, RATE:]
    assert least_db <= 20 * np.log10(out[0].std() / tone.std()) <= most_db


def test_what_is_mono_stays_bit_for_bit() -> None:
    both = NOISE[:1].repeat(2, axis=0)
    np.testing.assert_array_equal(made_mono(both), both)


def test_blocks_of_any_size_give_the_same_samples() -> None:
    np.testing.assert_array_equal(made_mono(NOISE, 1000), made_mono(NOISE, 70_001))
