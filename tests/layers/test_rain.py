"""Rain against what was measured of recordings of rain, and its drops against what is known of them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from soundscape.contract import TICK
from soundscape.dsp.bubbles import Bubbles
from soundscape.rng import Seed
from tests import descriptors
from tests.layers.rendering import RATE, presets_of, render, ticks

PRESETS = tuple(preset.name for preset in presets_of("rain"))

RANGES = {
    "kurtosis_hp100": (3.2, 116.0),
    "slope_db_oct": (-5.5, 1.9),
    "onsets_per_s": (0.175, 6.42),
    "gust_sd_db": (0.28, 2.93),
}
"""5th and 95th percentile of recordings of rain: what is asked for at every control."""
FURTHER = {
    "level_range_10_90_db": (1.3, 8.74),
    "centroid_hz": (495.0, 4_310.0),
    "centroid_sd_oct": (0.088, 0.444),
    "crest_db": (14.2, 32.7),
    "evolution_sd_db": (0.37, 1.6),
    "level_centroid_corr": (-0.58, 0.55),
    "iacc_4000_9000": (-0.08, 0.76),
}
"""What is asked for besides at neutral controls."""


def outside(preset: str, ranges: dict[str, tuple[float, float]], **controls: float) -> dict[str, float]:
    """The descriptors that no recording has."""
    found = descriptors.describe(render(preset, 20.0, **controls), RATE, only=ranges)
    return {name: round(found[name], 3) for name, (low, high) in ranges.items() if not low <= found[name] <= high}


@pytest.mark.parametrize("preset", PRESETS)
def test_it_measures_like_recordings(preset: str) -> None:
    assert not outside(preset, RANGES | FURTHER)


@pytest.mark.parametrize("control", ["intensity", "brightness", "density"])
@pytest.mark.parametrize("value", [0.25, 0.75])
def test_it_measures_like_recordings_at_every_control(control: str, value: float) -> None:
    assert not outside("steady-rain", RANGES, **{control: value})


@pytest.mark.parametrize("preset", PRESETS)
def test_its_strength_wanders_as_one_over_f(preset: str) -> None:
    assert -1.21 <= descriptors.gust_psd_slope(render(preset, 90.0), RATE) <= 0.09


def test_single_drops_stand_out_of_light_rain_and_melt_into_heavy_rain() -> None:
    found = []
    for shower in (200.0, 1_500.0, 6_000.0):
        changes = (("drops", 1.0), ("shower", shower), ("bed", shower / 6_000.0))
        found.append(descriptors.kurtosis_hp100(render("steady-rain", 10.0, changes=changes), RATE))
    assert all(light > 1.5 * heavy for light, heavy in pairwise(found))


def test_bigger_drops_are_lower() -> None:
    found = [
        descriptors.centroid_hz(render("steady-rain", 10.0, changes=(("size", size), ("bed", 0.0))), RATE)
        for size in (0.8, 1.8, 4.0)
    ]
    assert all(small > big for small, big in pairwise(found))


def test_a_tin_roof_answers_with_its_modes() -> None:
    changes = (("bed", 0.0), ("shower", 50.0))
    tin, ground = (
        render("tin-roof-rain", 15.0, changes=(*changes, ("surface", surface))) for surface in ("tin", "ground")
    )
    frequency, density = descriptors.spectrum(tin, RATE)
    inside = (frequency > 280.0) & (frequency < 3_500.0)
    assert density[inside].sum() > 0.7 * density.sum()
    assert descriptors.tonal_fraction(tin, RATE) > 3.0 * descriptors.tonal_fraction(ground, RATE) + 0.02


def lone_bubble(radius_mm: float) -> np.ndarray:
    """The first bubble of a sparse stream that does not rise, from its onset."""
    count = ticks(2.0)
    bubbles = Bubbles(Seed(0), RATE, radius_sd=0.0, rising=0.0, densest=100.0)
    per_s = np.where(np.arange(count + 1) < 8, 25.0, 0.0)
    out, flat = np.zeros((2, count * TICK), np.float32), np.ones(count + 1)
    bubbles.add(out, per_s, radius_mm * flat, flat, 0.0 * flat)
    return out[0, np.flatnonzero(out[0])[0] :]


@pytest.mark.parametrize("radius_mm", [1.5, 3.0, 6.0])
def test_a_bubble_sings_at_three_over_its_radius(radius_mm: float) -> None:
    audio = lone_bubble(radius_mm)[: RATE // 10]
    power = np.abs(np.fft.rfft(audio, 1 << 17)) ** 2
    assert np.argmax(power) * RATE / (1 << 17) == pytest.approx(3_000.0 / radius_mm, rel=0.03)


def test_a_bubble_dies_away_as_its_radius_says() -> None:
    radius = 0.004
    audio = lone_bubble(1e3 * radius)[: round(0.03 * RATE)]
    period = round(RATE * radius / 3.0)
    peaks = np.abs(audio[: len(audio) // period * period]).reshape(-1, period).max(axis=1)
    slope = np.polyfit(np.arange(len(peaks)) * period / RATE, np.log(peaks), 1)[0]
    assert -slope == pytest.approx(0.13 / radius + 0.0072 * radius**-1.5, rel=0.05)


def test_presets_are_clearly_different() -> None:
    found = {}
    for name in PRESETS:
        audio = render(name, 10.0)
        found[name] = (
            3.0 * np.log2(descriptors.centroid_hz(audio, RATE)),
            np.log2(descriptors.kurtosis_hp100(audio, RATE)),
            descriptors.level_range_10_90_db(audio, RATE),
        )
    for name, one in found.items():
        for other_name, other in found.items():
            if name < other_name:
                assert np.linalg.norm(np.subtract(one, other)) > 0.5, (name, other_name)
