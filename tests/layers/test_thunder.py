"""Thunder against what was measured of recordings of thunder, and its claps against how they arrive."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from tests import descriptors
from tests.layers.rendering import RATE, presets_of, render

RANGES = {
    "centroid_hz": (146.0, 314.0),
    "rolloff95_hz": (296.0, 897.0),
    "slope_db_oct": (-18.3, -7.81),
    "crest_db": (16.8, 27.1),
    "kurtosis_hp100": (6.09, 62.0),
    "level_range_10_90_db": (15.3, 38.8),
    "gust_sd_db": (4.78, 14.9),
    "gust_psd_slope": (-2.16, -1.3),
    "onsets_per_s": (0.0, 1.74),
    "tonal_fraction": (0.0081, 0.365),
    "evolution_sd_db": (6.07, 18.5),
    "loop_peak": (0.0, 0.05),
    "iacc_60_250": (0.2, 0.96),
    "iacc_4000_9000": (-0.1, 0.7),
}
"""5th and 95th percentile of recordings of thunder."""


@pytest.mark.parametrize("preset", [preset.name for preset in presets_of("thunder")])
def test_it_measures_like_recordings(preset: str) -> None:
    # Half a minute holds few claps: the mean of three storms.
    storms = [descriptors.describe(render(preset, 40.0, seed=seed), RATE, only=RANGES) for seed in (1, 2, 3)]
    found = {name: float(np.mean([storm[name] for storm in storms])) for name in RANGES}
    assert not {name: found[name] for name, (low, high) in RANGES.items() if not low <= found[name] <= high}


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_it_measures_like_recordings_however_bright(value: float) -> None:
    storms = [
        descriptors.describe(render("thunderstorm", 40.0, seed=seed, brightness=value), RATE, only=RANGES)
        for seed in (1, 2, 3)
    ]
    found = {name: float(np.mean([storm[name] for storm in storms])) for name in RANGES}
    assert not {name: found[name] for name, (low, high) in RANGES.items() if not low <= found[name] <= high}


def test_a_clap_is_many_arrivals_over_seconds() -> None:
    audio = render("distant-thunder", 12.0, changes=(("flashes", 1.0), ("flurry", 0.0), ("storm", 0.0)))
    level = descriptors.levels_db(audio, RATE, frame_s=0.1)
    loud = np.flatnonzero(level > level.max() - 20.0) * 0.1
    assert 2.0 < loud[-1] - loud[0] < 9.0
    # It swells again and again: not one decay.
    assert (np.diff(level[level > level.max() - 20.0]) > 1.0).sum() >= 5


def test_no_pitch_goes_through_all_claps() -> None:
    # Every flash comes by its own ways: a line of one clap is not that of all the others.
    audio = render("distant-thunder", 60.0, seed=5)
    claps = [audio[:, at * RATE : (at + 10) * RATE] for at in range(0, 60, 10)]
    spectra = []
    for clap in claps:
        frequency, density = descriptors.spectrum(clap, RATE)
        inside = (frequency > 70.0) & (frequency < 450.0)
        level = 10.0 * np.log10(density[inside])
        spectra.append(level - ndimage.median_filter(level, 25, mode="nearest"))
    alike = np.corrcoef(spectra)[np.triu_indices(len(spectra), 1)]
    assert np.median(alike) < 0.3


def test_the_farther_the_slower_it_rises_and_the_lower_it_is() -> None:
    near, far = (render("thunderstorm", 20.0, changes=(("far", value), ("storm", 0.1))) for value in (0.0, 1.0))
    assert descriptors.centroid_hz(near, RATE) > 1.4 * descriptors.centroid_hz(far, RATE)
    steepest = [np.diff(descriptors.levels_db(audio, RATE, frame_s=0.02)).max() for audio in (near, far)]
    assert steepest[0] > steepest[1]


def test_the_storm_goes_on_between_the_claps() -> None:
    bare, stormy = (render("thunderstorm", 20.0, changes=(("storm", storm),)) for storm in (0.0, 1.0))
    floor = [np.percentile(descriptors.levels_db(audio, RATE, frame_s=0.1), 5) for audio in (bare, stormy)]
    assert floor[1] > floor[0] + 6.0


def test_presets_are_clearly_different() -> None:
    found = []
    for preset in presets_of("thunder"):
        audio = render(preset.name, 20.0)
        found.append((
            3.0 * np.log2(descriptors.centroid_hz(audio, RATE)),
            descriptors.level_range_10_90_db(audio, RATE) / 3.0,
        ))  # fmt: skip
    assert np.linalg.norm(np.subtract(found[0], found[1])) > 1.0
