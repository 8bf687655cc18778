"""Fire against what was measured of recordings of fire, and its cracks against a process without clusters."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from soundscape.layers import fire
from tests import descriptors, texture
from tests.layers.rendering import RATE, presets_of, render

PRESETS = tuple(preset.name for preset in presets_of("fire"))

RANGES = {
    "kurtosis_hp100": (6.0, 5_250.0),
    "onsets_per_s": (3.0, 10.3),
    "crest_db": (15.0, 43.8),
    "centroid_sd_oct": (0.46, 1.6),
}
"""5th and 95th percentile of recordings of fires: what is asked for at every control."""
FURTHER = {
    "centroid_hz": (199.0, 4_770.0),
    "slope_db_oct": (-6.56, 0.88),
    "level_range_10_90_db": (3.45, 34.9),
    "gust_sd_db": (0.775, 12.8),
    "level_centroid_corr": (-0.392, 0.705),
    "iacc_60_250": (0.81, 0.99),
    "iacc_4000_9000": (-0.15, 0.9),
}
"""What is asked for besides at neutral controls."""
QUIET = (("lap", 0.0), ("roar", 0.0), ("hiss", 0.0), ("pops", 0.0), ("embers", 0.0), ("collapses", 0.0))


def outside(preset: str, ranges: dict[str, tuple[float, float]], **controls: float) -> dict[str, float]:
    """The descriptors that no recording has."""
    found = descriptors.describe(render(preset, 20.0, **controls), RATE, only=ranges)
    return {name: round(found[name], 3) for name, (low, high) in ranges.items() if not low <= found[name] <= high}


@pytest.mark.parametrize("preset", PRESETS)
def test_it_measures_like_recordings(preset: str) -> None:
    assert not outside(preset, RANGES | FURTHER)


@pytest.mark.parametrize("control", fire.CONTROLS)
@pytest.mark.parametrize("value", [0.25, 0.75])
def test_it_measures_like_recordings_at_every_control(control: str, value: float) -> None:
    # Fewer clusters are fewer onsets: that is what the control is for.
    ranges = RANGES | ({"onsets_per_s": (1.0, 10.3)} if (control, value) == ("density", 0.25) else {})
    assert not outside("campfire", ranges, **{control: value})


@pytest.mark.parametrize("preset", PRESETS)
def test_its_flames_flicker_and_do_not_swell(preset: str) -> None:
    slopes = [descriptors.gust_psd_slope(render(preset, 40.0, seed=seed), RATE) for seed in (1, 2, 3)]
    # Of recordings: -0.35 to 0.11; 40 s tell a slope to a quarter.
    assert -0.65 <= np.mean(slopes) <= 0.112


@pytest.mark.parametrize("preset", PRESETS)
def test_it_burns_up_and_down_within_a_minute(preset: str) -> None:
    # Of recordings: 2.4 to 6.4; what moved more would swell faster than flames do.
    evolution = [descriptors.evolution_sd_db(render(preset, 60.0, seed=seed), RATE) for seed in (1, 2, 3)]
    assert 1.8 <= np.mean(evolution) <= 6.42


def spread_of_counts(*changes: tuple[str, float]) -> float:
    """Variance over mean of how many cracks fall into a fifth of a second: 1 for a Poisson process."""
    audio = render("campfire", 40.0, changes=(*QUIET, *changes))
    level = np.abs(audio).max(axis=0)
    # A crack is where the level leaps fourfold over what it was in the millisecond before.
    size = RATE // 1000
    peaks = level[: len(level) // size * size].reshape(-1, size).max(axis=1)
    leaps = np.flatnonzero((peaks[1:] > 4.0 * peaks[:-1]) & (peaks[1:] > 0.003))
    counts = np.bincount(leaps // 200, minlength=200)
    return float(counts.var() / counts.mean())


def test_cracks_come_in_clusters() -> None:
    single, clustered = spread_of_counts(("cracks", 1.0)), spread_of_counts(("cracks", 8.0))
    assert single < 3.0
    assert clustered > 1.6 * single


def test_wetter_wood_cracks_lower() -> None:
    found = [
        descriptors.centroid_hz(render("campfire", 10.0, changes=(*QUIET, ("pitch", pitch))), RATE)
        for pitch in (1_000.0, 2_200.0, 5_000.0)
    ]
    assert all(wet < dry for wet, dry in pairwise(found))


def test_flames_lap_low() -> None:
    changes = (*QUIET, ("clusters", 0.1), ("lap", 1.0))
    frequency, density = descriptors.spectrum(render("campfire", 10.0, changes=changes), RATE)
    assert density[(frequency > 35.0) & (frequency < 250.0)].sum() > 0.75 * density.sum()


def test_a_log_that_settles_sends_up_a_rush_of_cracks() -> None:
    changes = (*QUIET, ("clusters", 0.1), ("collapses", 20.0))
    level = descriptors.levels_db(render("campfire", 30.0, changes=changes), RATE, frame_s=0.5)
    assert np.percentile(level, 95) - np.percentile(level, 40) > 10.0


def test_presets_are_clearly_different() -> None:
    found = {}
    for name in PRESETS:
        audio = render(name, 20.0)
        found[name] = (
            3.0 * np.log2(descriptors.centroid_hz(audio, RATE)),
            descriptors.slope_db_oct(audio, RATE),
            np.log2(descriptors.kurtosis_hp100(audio, RATE)),
        )
    for name, one in found.items():
        for other_name, other in found.items():
            if name < other_name:
                assert np.linalg.norm(np.subtract(one, other)) > 0.5, (name, other_name)


def test_embers_tick_between_the_cracks() -> None:
    def peaked(embers: float) -> float:
        fires = [render("campfire", 12.0, seed=seed, changes=(("embers", embers),)) for seed in (1, 2)]
        return float(np.mean([texture.statistics(fire_, RATE)["kurtosis"].mean() for fire_ in fires]))

    # Envelopes of recorded fires have a kurtosis of 5 to 9.
    assert 5.0 < peaked(0.5) < min(9.0, 0.8 * peaked(0.0))
