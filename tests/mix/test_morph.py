"""Morph: one sound that becomes another, level and spectrum always between the two."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from soundscape.audio import Audio
from soundscape.mix.morph import WINDOW, morph, progress_at

RATE = 48_000
FRAMES = 3 * RATE
RNG = np.random.default_rng(2)


def band(low_hz: float, high_hz: float, level_db: float) -> Audio:
    """Pink noise in a band, 70 dB over what is outside."""
    frequency = np.fft.rfftfreq(FRAMES, 1 / RATE)
    inside = np.where((frequency > low_hz) & (frequency < high_hz), 1.0, 10 ** (-70 / 20))
    spectrum = np.fft.rfft(RNG.normal(size=(2, FRAMES))) * inside / np.sqrt(np.maximum(frequency, 1.0))
    audio = np.fft.irfft(spectrum, FRAMES)
    return (audio * 10 ** (level_db / 20) / audio.std()).astype(np.float32)


LOW, HIGH = band(80.0, 600.0, -20.0), band(1500.0, 8000.0, -26.0)


@pytest.fixture(scope="module")
def morphed() -> Audio:
    return morph(LOW, HIGH, RATE)


def median_hz(audio: Audio) -> float:
    power = (np.abs(np.fft.rfft(audio * np.hanning(audio.shape[1]))) ** 2).sum(axis=0)
    total = np.cumsum(power)
    return float(np.fft.rfftfreq(audio.shape[1], 1 / RATE)[np.searchsorted(total, total[-1] / 2)])


def windows(audio: Audio) -> list[Audio]:
    return [audio[:, at : at + 9600] for at in range(0, FRAMES - 9600 + 1, 9600)]


def test_it_begins_as_the_one_and_ends_as_the_other(morphed: Audio) -> None:
    assert morphed.shape == LOW.shape
    np.testing.assert_allclose(morphed[:, : WINDOW // 2], LOW[:, : WINDOW // 2], atol=1e-6)
    np.testing.assert_allclose(morphed[:, -WINDOW // 2 :], HIGH[:, -WINDOW // 2 :], atol=1e-6)


def test_its_spectrum_moves_from_the_one_to_the_other_through_what_lies_between(morphed: Audio) -> None:
    medians = [median_hz(window) for window in windows(morphed)]
    middle = medians[len(medians) // 2]
    assert median_hz(LOW) * 1.8 < middle < median_hz(HIGH) / 1.8
    assert all(after > 0.8 * before for before, after in pairwise(medians)), medians


def test_a_crossfade_would_not_pass(morphed: Audio) -> None:
    """In the middle of a morph most energy lies between the two bands, where a crossfade has none."""
    middle = slice(FRAMES // 2 - 9600, FRAMES // 2 + 9600)
    crossfade = (LOW + HIGH)[:, middle] * np.float32(np.sqrt(0.5))

    def between(audio: Audio) -> float:
        power = (np.abs(np.fft.rfft(audio * np.hanning(audio.shape[1]))) ** 2).sum(axis=0)
        frequency = np.fft.rfftfreq(audio.shape[1], 1 / RATE)
        return float(power[(frequency > 600) & (frequency < 1500)].sum() / power.sum())

    assert between(morphed[:, middle]) > 0.4
    assert between(crossfade) < 0.05


def test_its_level_goes_straight_from_the_one_to_the_other(morphed: Audio) -> None:
    levels = [20 * np.log10(window.std()) for window in windows(morphed)]
    assert all(-26.8 < level < -19.2 for level in levels), levels
    assert levels[len(levels) // 2] == pytest.approx(-23.0, abs=1.0)


def test_into_silence_it_fades() -> None:
    faded = morph(LOW, np.zeros_like(LOW), RATE)
    assert np.isfinite(faded).all()
    levels = [20 * np.log10(window.std() + 1e-9) for window in windows(faded)]
    assert levels == sorted(levels, reverse=True)
    assert not morph(np.zeros_like(LOW), np.zeros_like(LOW), RATE).max() > 1e-4


def test_progress_rests_at_both_ends() -> None:
    at = np.arange(0, FRAMES + 1, 64)
    progress = progress_at(at, FRAMES)
    assert not progress[at <= WINDOW].any()
    assert (progress[at >= FRAMES - WINDOW] == 1.0).all()
    assert (np.diff(progress) >= 0.0).all()
