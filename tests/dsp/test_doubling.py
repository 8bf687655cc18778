"""Twice the rate: a wave stays the wave it is, images are gone, and blocks are not heard."""

from __future__ import annotations

import numpy as np
import pytest

from soundscape.dsp.doubling import doubled


def wave(cycles_per_frame: float, frames: int, step: float = 1.0) -> np.ndarray:
    at = np.arange(frames) * step
    phase = 2 * np.pi * cycles_per_frame * at
    return np.stack([np.sin(phase), np.cos(phase)]).astype(np.float32)


@pytest.mark.parametrize("frequency", [0.001, 0.1, 0.3, 0.4])
def test_a_wave_is_the_same_wave_at_twice_the_rate(frequency: float) -> None:
    out = np.concatenate(list(doubled([wave(frequency, 4000)])), axis=1)
    expected = wave(frequency, 8000, 0.5)
    assert out.shape == expected.shape
    assert np.abs(out - expected)[:, 100:-100].max() < 2e-3


def test_frames_that_were_there_stay_as_they_are() -> None:
    audio = np.random.default_rng(1).normal(0.0, 0.1, (2, 3000)).astype(np.float32)
    out = np.concatenate(list(doubled([audio])), axis=1)
    np.testing.assert_array_equal(out[:, ::2], audio)


def test_noise_has_no_images_above_its_band() -> None:
    noise = np.random.default_rng(2).normal(0.0, 0.1, (2, 1 << 16)).astype(np.float32)
    power = np.abs(np.fft.rfft(np.concatenate(list(doubled([noise])), axis=1)[0])) ** 2
    assert power[round(0.6 * power.size) :].mean() < 1e-5 * power[: round(0.4 * power.size)].mean()


def test_blocks_of_any_length_give_the_same() -> None:
    noise = np.random.default_rng(3).normal(0.0, 0.1, (2, 5000)).astype(np.float32)
    whole = np.concatenate(list(doubled([noise])), axis=1)
    pieces = np.split(noise, [1, 2, 9, 600, 601, 4096], axis=1)
    np.testing.assert_array_equal(np.concatenate(list(doubled(pieces)), axis=1), whole)


def test_nothing_stays_nothing() -> None:
    assert list(doubled([])) == []
    assert list(doubled([np.zeros((2, 0), np.float32)])) == []
