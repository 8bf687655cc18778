"""Wind against what was measured of recordings of wind, over the whole range of its controls."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy import signal

from tests import descriptors
from tests.layers.rendering import RATE, presets_of, render

OPEN = ("desert-wind", "desert-storm", "dune-breeze")
"""Presets of open ground: what the recordings are of."""

RANGES = {
    "gust_psd_slope": (-2.23, -0.62),
    "gust_sd_db": (1.0, 5.3),
    "level_range_10_90_db": (3.4, 15.6),
    "slope_db_oct": (-10.5, -0.6),
    "kurtosis_hp100": (2.9, 7.6),
    "centroid_hz": (126.0, 1_500.0),
    "crest_db": (10.6, 22.0),
    "onsets_per_s": (0.0, 1.28),
    "tonal_fraction": (0.0, 0.215),
    "level_centroid_corr": (-0.63, 0.68),
    "iacc_60_250": (0.3, 0.99),
    "iacc_4000_9000": (-0.1, 0.3),
}
"""5th and 95th percentile of recordings of wind."""

CONTROLS = [(name, value) for name in ("intensity", "brightness") for value in (0.25, 0.75)]


def outside(preset: str, **controls: float) -> dict[str, float]:
    """The descriptors that no recording has."""
    found = descriptors.describe(render(preset, 30.0, **controls), RATE, only=RANGES)
    return {name: round(found[name], 3) for name, (low, high) in RANGES.items() if not low <= found[name] <= high}


@pytest.mark.parametrize("preset", OPEN)
def test_it_measures_like_recordings(preset: str) -> None:
    assert not outside(preset)


@pytest.mark.parametrize("preset", OPEN[:2])
@pytest.mark.parametrize(("control", "value"), CONTROLS)
def test_it_measures_like_recordings_at_every_control(preset: str, control: str, value: float) -> None:
    assert not outside(preset, **{control: value})


def test_it_evolves_and_never_clicks_or_repeats() -> None:
    audio = render("desert-wind", 60.0)
    assert descriptors.evolution_sd_db(audio, RATE) >= 0.66
    assert descriptors.loop_peak(audio, RATE) <= 0.05
    assert descriptors.clicks(audio, RATE) <= 6


def test_a_late_half_minute_measures_like_an_early_one() -> None:
    audio = render("desert-wind", 120.0)
    for start in (0, 50, 90):
        part = audio[:, start * RATE : (start + 30) * RATE]
        for name in ("gust_sd_db", "kurtosis_hp100", "slope_db_oct", "centroid_hz"):
            assert RANGES[name][0] <= getattr(descriptors, name)(part, RATE) <= RANGES[name][1], name


def test_gustier_air_moves_its_level_more() -> None:
    found = [
        descriptors.gust_sd_db(render("desert-wind", 20.0, changes=(("gustiness", value),)), RATE)
        for value in (0.0, 0.25, 0.5, 0.75, 1.0)
    ]
    assert all(low < high for low, high in pairwise(found))


def test_faster_air_is_brighter_at_the_same_loudness() -> None:
    slow, fast = (render("desert-wind", 20.0, changes=(("speed", value), ("dust", 0.0))) for value in (3.0, 14.0))
    assert descriptors.centroid_hz(fast, RATE) > 1.5 * descriptors.centroid_hz(slow, RATE)
    assert descriptors.rms_db(fast, RATE) == pytest.approx(descriptors.rms_db(slow, RATE), abs=3.0)


def test_an_opening_howls_at_its_pitch() -> None:
    changes = (("howl", 1.0), ("howl_pitch", 400.0), ("whistle", 0.0), ("fabric", 0.0))
    audio = render("ruins-wind", 30.0, changes=changes)
    frequency, density = descriptors.spectrum(audio, RATE)
    inside = (frequency > 200.0) & (frequency < 1_200.0)
    bed = signal.medfilt(density[inside], 41)
    loudest = frequency[inside][np.argmax(density[inside] / bed)]
    assert min(abs(loudest / opening - 1.0) for opening in (400.0, 588.0, 920.0)) < 0.08
    assert descriptors.tonal_fraction(audio, RATE) > 0.1


def test_edges_whistle_higher_when_they_are_thinner() -> None:
    changes = (("whistle", 1.0), ("howl", 0.0), ("fabric", 0.0), ("dust", 0.0))
    thick, thin = (render("high-ridge", 20.0, changes=(*changes, ("edge", edge))) for edge in (8.0, 1.0))
    assert descriptors.centroid_hz(thin, RATE) > 2.0 * descriptors.centroid_hz(thick, RATE)


def test_sand_flies_only_above_the_threshold_of_saltation() -> None:
    def above_4_khz(speed: float, dust: float) -> float:
        audio = render("desert-wind", 10.0, changes=(("speed", speed), ("dust", dust), ("squalls", 0.0)))
        frequency, density = descriptors.spectrum(audio, RATE)
        return float(10.0 * np.log10(density[frequency > 4_000.0].sum()))

    assert above_4_khz(2.5, 1.0) == above_4_khz(2.5, 0.0)
    assert above_4_khz(12.0, 1.0) > above_4_khz(12.0, 0.0) + 6.0


def test_no_width_is_mono_but_for_the_dust() -> None:
    changes = (("width", 0.0), ("dust", 0.0))
    left, right = render("desert-wind", 4.0, changes=changes)
    assert np.abs(left - right).max() < 1e-5


def test_presets_are_clearly_different() -> None:
    found = {
        preset.name: (
            np.log2(descriptors.centroid_hz(render(preset.name, 20.0), RATE)) * 3.0,
            descriptors.slope_db_oct(render(preset.name, 20.0), RATE),
            descriptors.tonal_fraction(render(preset.name, 20.0), RATE) * 10.0,
            descriptors.gust_sd_db(render(preset.name, 20.0), RATE),
            descriptors.level_range_10_90_db(render(preset.name, 20.0), RATE) / 2.0,
        )
        for preset in presets_of("wind")
    }
    for name, one in found.items():
        for other_name, other in found.items():
            if name < other_name:
                assert np.linalg.norm(np.subtract(one, other)) > 0.5, (name, other_name)
