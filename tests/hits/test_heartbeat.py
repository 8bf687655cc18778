"""Heartbeats: pace, the two sounds and the systole between them as in a phonocardiogram."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage, signal

from soundscape.contract import Hit
from tests import descriptors
from tests.hits.rendering import RATE, centroid_hz, make


def sounds_s(hit: Hit) -> np.ndarray:
    """Middles of the heart's sounds in seconds."""
    low = signal.sosfilt(signal.butter(2, 120.0, fs=RATE, output="sos"), hit.audio.mean(axis=0))
    level = np.sqrt(ndimage.gaussian_filter1d(low**2, 0.018 * RATE))
    peaks, _ = signal.find_peaks(level, height=0.15 * level.max(), distance=round(0.12 * RATE))
    return peaks / RATE


@pytest.mark.parametrize("pace", [50.0, 72.0, 120.0])
def test_every_beat_has_two_sounds_and_beats_keep_the_pace(pace: float) -> None:
    found = sounds_s(make("heartbeat", pace=pace, beats=5))
    assert len(found) == 10
    assert np.mean(np.diff(found[::2])) == pytest.approx(60.0 / pace, rel=0.06)


@pytest.mark.parametrize(("pace", "systole_s"), [(60.0, 0.31), (120.0, 0.22)])
def test_the_second_sound_follows_after_the_systole(pace: float, systole_s: float) -> None:
    found = sounds_s(make("heartbeat", pace=pace, beats=4))
    assert np.mean(found[1::2] - found[::2]) == pytest.approx(systole_s, abs=0.03)


def test_intervals_waver_but_little() -> None:
    intervals = np.diff(sounds_s(make("heartbeat", pace=60.0, beats=12))[::2])
    assert 0.005 <= np.std(intervals) / np.mean(intervals) <= 0.06


def test_the_second_sound_is_higher_and_shorter() -> None:
    hit = make("heartbeat", beats=1, pace=60.0, rustle=0.0)
    first = hit.audio[:, : hit.sync + round(0.15 * RATE)]
    second = hit.audio[:, hit.sync + round(0.2 * RATE) :]
    assert centroid_hz(Hit(second, 0)) > 1.15 * centroid_hz(Hit(first, 0))
    lengths = [
        np.count_nonzero((level := descriptors.levels_db(part, RATE, frame_s=0.005)) > level.max() - 15.0)
        for part in (first, second)
    ]
    assert lengths[1] < lengths[0]


def test_nearly_all_of_it_is_low() -> None:
    hit = make("heartbeat")
    frequency, density = descriptors.spectrum(hit.audio, RATE, size=1 << 14)
    assert density[frequency < 150.0].sum() > 0.9 * density.sum()
