"""Sand against what was measured of recordings of granular matter, over the whole range of its controls."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from tests import descriptors
from tests.layers.rendering import RATE, presets_of, render

PRESETS = tuple(preset.name for preset in presets_of("sand"))

RANGES = {
    "kurtosis_hp100": (8.38, 182.0),
    "crest_db": (14.3, 33.5),
    "level_range_10_90_db": (7.32, 27.5),
    "centroid_hz": (1_070.0, 5_600.0),
    "slope_db_oct": (-3.28, 1.17),
    "onsets_per_s": (1.16, 6.28),
    "tonal_fraction": (0.0, 0.093),
    "loop_peak": (0.0, 0.07),
    "gust_sd_db": (1.74, 9.59),
    "level_centroid_corr": (-0.31, 0.745),
}
"""5th and 95th percentile of nine recordings of sand, gravel and other loose matter.

Wider where 20 s of one seed scatter: crest by half a dB, level against colour by 0.03.
"""


@pytest.mark.parametrize("preset", PRESETS)
def test_it_measures_like_recordings(preset: str) -> None:
    assert not _outside(preset, {})


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("control", ["brightness", "density"])
@pytest.mark.parametrize("value", [0.25, 0.75])
def test_it_measures_like_recordings_at_every_control(preset: str, control: str, value: float) -> None:
    assert not _outside(preset, {control: value})


@pytest.mark.parametrize("preset", PRESETS)
def test_its_level_moves_at_all_rates(preset: str) -> None:
    slopes = [descriptors.gust_psd_slope(render(preset, 40.0, seed=seed), RATE) for seed in (1, 2)]
    # Of recordings -0.97 to 0.24; a slide -1.05 at a median, and two seeds scatter by 0.15.
    assert -1.25 <= np.mean(slopes) <= 0.24


def _outside(preset: str, controls: dict[str, float]) -> dict[str, float]:
    found = descriptors.describe(render(preset, 20.0, **controls), RATE, only=RANGES)
    return {name: round(found[name], 3) for name, (low, high) in RANGES.items() if not low <= found[name] <= high}


def test_slides_come_in_flurries_not_at_equal_intervals() -> None:
    times = descriptors.onset_times_s(render("sand-steps", 60.0), RATE)
    intervals = np.diff(times)
    assert len(times) > 60
    assert np.std(intervals) / np.mean(intervals) > 0.7


def test_sand_sets_in_slower_and_is_darker_than_gravel() -> None:
    gravel = (("attack", 0.01), ("pitch", 5_000.0))
    sand, stones = render("sand-steps", 20.0), render("sand-steps", 20.0, changes=gravel)
    assert descriptors.centroid_hz(stones, RATE) > 1.4 * descriptors.centroid_hz(sand, RATE)
    assert descriptors.crest_db(stones, RATE) > descriptors.crest_db(sand, RATE)


def test_grains_are_lower_when_they_are_bigger() -> None:
    found = [
        descriptors.centroid_hz(render("sand-trickle", 15.0, changes=(("pitch", pitch),)), RATE)
        for pitch in (1_000.0, 2_000.0, 4_000.0, 6_500.0)
    ]
    assert all(low < high for low, high in pairwise(found))


def test_the_body_is_low() -> None:
    without, with_body = (render("sand-slide", 15.0, changes=(("body", body),)) for body in (0.0, 1.0))
    frequency, lean = descriptors.spectrum(without, RATE)
    _, full = descriptors.spectrum(with_body, RATE)
    gain = 10.0 * np.log10(full / lean)
    assert gain[(frequency > 70.0) & (frequency < 300.0)].mean() > 6.0
    assert abs(gain[frequency > 3_000.0].mean()) < 1.0


def test_a_stream_runs_on_without_slides() -> None:
    changes = (("slides", 0.0), ("stream", 1_500.0), ("gusts", 0.0), ("clumping", 0.0))
    audio = render("sand-trickle", 10.0, changes=changes)
    assert descriptors.gust_sd_db(audio, RATE) < 1.5
    assert descriptors.events_per_s(audio, RATE) > 10.0
