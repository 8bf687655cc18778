"""Running water against what was measured of recordings of streams, and its bubbles against a rate that is even."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy import signal

from tests import descriptors
from tests.layers.rendering import RATE, presets_of, render

PRESETS = tuple(preset.name for preset in presets_of("stream"))

RANGES = {
    "kurtosis_hp100": (3.15, 22.0),
    "slope_db_oct": (-2.55, 3.47),
    "centroid_hz": (893.0, 3_230.0),
    "gust_sd_db": (0.337, 5.07),
    "onsets_per_s": (0.05, 3.98),
}
"""5th and 95th percentile of recordings of streams: what is asked for at every control."""
FURTHER = {
    "level_range_10_90_db": (1.41, 16.1),
    "centroid_sd_oct": (0.065, 0.652),
    "level_centroid_corr": (-0.489, 0.145),
    "crest_db": (14.1, 23.3),
    "evolution_sd_db": (0.261, 1.2),
    "tonal_fraction": (0.0, 0.226),
    "iacc_4000_9000": (0.05, 0.81),
}
"""What is asked for besides at neutral controls."""
BARE = (("rush", 0.0), ("splash", 0.0), ("swallow", 0.0))


def outside(preset: str, ranges: dict[str, tuple[float, float]], **controls: float) -> dict[str, float]:
    """The descriptors that no recording has."""
    found = descriptors.describe(render(preset, 20.0, **controls), RATE, only=ranges)
    return {name: round(found[name], 3) for name, (low, high) in ranges.items() if not low <= found[name] <= high}


@pytest.mark.parametrize("preset", PRESETS)
def test_it_measures_like_recordings(preset: str) -> None:
    assert not outside(preset, RANGES | FURTHER)


@pytest.mark.parametrize("control", ["intensity", "brightness"])
@pytest.mark.parametrize("value", [0.0, 1.0])
def test_it_measures_like_recordings_however_strong_and_bright(control: str, value: float) -> None:
    assert not outside("stone-fountain", RANGES, **{control: value})


@pytest.mark.parametrize("preset", PRESETS)
def test_its_strength_wanders_as_one_over_f(preset: str) -> None:
    assert -1.31 <= descriptors.gust_psd_slope(render(preset, 60.0), RATE) <= -0.164


def test_bubbles_come_in_gurgles() -> None:
    def spread_of_energy(gurgle: float) -> float:
        audio = render("forest-brook", 30.0, changes=(*BARE, ("gurgle", gurgle), ("spread", 0.1)))
        power = 10.0 ** (descriptors.levels_db(audio, RATE, frame_s=0.2) / 10.0)
        return float(np.std(power) / np.mean(power))

    found = [spread_of_energy(gurgle) for gurgle in (0.0, 0.7, 1.4)]
    assert all(even < clustered for even, clustered in pairwise(found))
    assert found[-1] > 1.5 * found[0]


def test_it_sings_at_three_over_the_radius() -> None:
    for radius in (1.0, 3.0):
        audio = render("forest-brook", 15.0, changes=(*BARE, ("radius", radius), ("spread", 0.1)))
        assert descriptors.centroid_hz(audio, RATE) == pytest.approx(3_000.0 / radius, rel=0.25)


def test_many_of_its_bubbles_rise_in_pitch() -> None:
    changes = (*BARE, ("bubbles", 4.0), ("radius", 4.0), ("spread", 0.1), ("gurgle", 0.0))
    mono = render("cave-trickle", 40.0, changes=changes).mean(axis=0).astype(np.float64)
    analytic = signal.hilbert(signal.sosfilt(signal.butter(2, 300.0, "high", fs=RATE, output="sos"), mono))
    level = np.abs(analytic)
    pitch = np.diff(np.unwrap(np.angle(analytic))) * RATE / (2.0 * np.pi)
    onsets, _ = signal.find_peaks(level, height=0.3 * np.percentile(level, 99.9), distance=RATE // 20)
    onsets = onsets[onsets < len(pitch) - RATE // 25]
    early = np.array([np.median(pitch[at + 100 : at + 400]) for at in onsets])
    late = np.array([np.median(pitch[at + 1_200 : at + 1_600]) for at in onsets])
    assert len(onsets) > 20
    assert np.mean(late > 1.02 * early) > 0.3


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
