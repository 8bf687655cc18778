"""The sea against what was measured of recordings of waves, and its waves against what waves do."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage, signal

from soundscape.layers import sea
from tests import descriptors
from tests.layers.rendering import RATE, presets_of, render

PRESETS = tuple(preset.name for preset in presets_of("sea"))

RANGES = {
    "level_range_10_90_db": (5.25, 18.5),
    "gust_sd_db": (1.39, 6.59),
    "kurtosis_hp100": (3.83, 11.3),
    "slope_db_oct": (-4.49, -0.278),
    "centroid_hz": (585.0, 1_820.0),
    "centroid_sd_oct": (0.156, 0.56),
    "crest_db": (14.4, 21.8),
    "onsets_per_s": (0.0, 1.35),
    "level_centroid_corr": (-0.656, 0.651),
    "tonal_fraction": (0.0, 0.0138),
}
"""5th and 95th percentile of recordings of the sea."""
STONES = {"centroid_sd_oct": (0.18, 1.0), "crest_db": (14.4, 26.0)}
"""Shingle lies between the sea and loose matter."""


def outside(preset: str, **controls: float) -> dict[str, float]:
    """The descriptors that no recording has."""
    ranges = RANGES | (STONES if preset == "shingle-beach" else {})
    found = descriptors.describe(render(preset, 40.0, **controls), RATE, only=ranges)
    return {name: round(found[name], 3) for name, (low, high) in ranges.items() if not low <= found[name] <= high}


def loudness_curve(audio: np.ndarray) -> np.ndarray:
    """Level above 300 Hz in dB ten times a second, smoothed over half a second."""
    high = signal.sosfilt(signal.butter(2, 300.0, "high", fs=RATE, output="sos"), audio)
    return ndimage.gaussian_filter1d(descriptors.levels_db(high, RATE, frame_s=0.1), 3.0)


def breaks_s(audio: np.ndarray) -> np.ndarray:
    """When waves break: peaks of the level."""
    peaks, _ = signal.find_peaks(loudness_curve(audio), prominence=3.0, distance=25)
    return peaks * 0.1


@pytest.mark.parametrize("preset", PRESETS)
def test_it_measures_like_recordings(preset: str) -> None:
    assert not outside(preset)


@pytest.mark.parametrize("control", sea.CONTROLS)
@pytest.mark.parametrize("value", [0.25, 0.75])
def test_it_measures_like_recordings_at_every_control(control: str, value: float) -> None:
    assert not outside("sea-shore", **{control: value})


def test_waves_come_every_six_to_twelve_seconds_and_unequally() -> None:
    intervals = np.diff(breaks_s(render("sea-shore", 150.0)))
    assert 6.0 < np.median(intervals) < 12.0
    assert 0.1 < np.std(intervals) / np.mean(intervals) < 0.6


@pytest.mark.parametrize("preset", ["sea-shore", "storm-surf"])
def test_a_wave_breaks_faster_than_it_runs_out(preset: str) -> None:
    slope = np.diff(loudness_curve(render(preset, 120.0)))
    # What flutters leans as much both ways, so that no more of the difference is left in a storm.
    assert np.mean(slope[slope > 0.1]) > 1.33 * -np.mean(slope[slope < -0.1])


def test_the_hiss_brightens_at_the_break_and_darkens_as_it_runs_out() -> None:
    audio = render("sea-shore", 150.0)

    def centroid(times: np.ndarray) -> float:
        parts = [audio[:, int(t * RATE) : int((t + 0.6) * RATE)] for t in times]
        return float(
            np.median([descriptors.centroid_hz(part, RATE) for part in parts if part.shape[1] > RATE // 2])
        )

    times = breaks_s(audio)
    times = times[(times > 4.0) & (times < 144.0)]
    before, at_the_break, later = (centroid(times + shift) for shift in (-2.6, 0.2, 4.5))
    assert at_the_break > 1.15 * before
    assert at_the_break > 1.05 * later


def test_a_plunging_wave_breaks_more_suddenly_than_a_spilling_one() -> None:
    found = []
    for steepness in (0.0, 1.0):
        audio = render("sea-shore", 90.0, changes=(("steepness", steepness),))
        found.append(float(np.percentile(np.diff(loudness_curve(audio)), 99)))
    assert found[1] > 1.3 * found[0]


def test_the_break_runs_along_the_shore() -> None:
    # Smoothed over a fifth of a second, the sides hear it at different times, now one first, now the other.
    lags = []
    audio = render("sea-shore", 150.0, changes=(("width", 1.0),))
    left, right = (loudness_curve(side[None]) for side in audio)
    for at in breaks_s(audio):
        first, last = int(10 * at) - 30, int(10 * at) + 30
        if first < 0 or last > len(left):
            continue
        rise_left, rise_right = (np.argmax(np.diff(curve[first:last])) for curve in (left, right))
        lags.append(int(rise_left) - int(rise_right))
    assert max(lags) > 0 > min(lags)


def test_shingle_rattles_in_the_backwash() -> None:
    sand, shingle = (render("shingle-beach", 30.0, changes=(("shingle", value),)) for value in (0.0, 1.0))
    assert descriptors.events_per_s(shingle, RATE) > descriptors.events_per_s(sand, RATE) + 1.0


def test_it_never_repeats_and_never_clicks() -> None:
    audio = render("sea-shore", 40.0)
    assert descriptors.loop_peak(audio, RATE) <= 0.0465
    assert descriptors.clicks(audio[:, : 15 * RATE], RATE) <= 1


def test_presets_are_clearly_different() -> None:
    found = {}
    for name in PRESETS:
        audio = render(name, 40.0)
        found[name] = (
            3.0 * np.log2(descriptors.centroid_hz(audio, RATE)),
            descriptors.level_range_10_90_db(audio, RATE) / 2.0,
            10.0 * descriptors.centroid_sd_oct(audio, RATE),
        )
    for name, one in found.items():
        for other_name, other in found.items():
            if name < other_name:
                assert np.linalg.norm(np.subtract(one, other)) > 0.5, (name, other_name)
