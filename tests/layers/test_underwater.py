"""Water from below: dark, swaying, with bubbles at their pitch and groans that sag."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from soundscape.contract import TICK
from soundscape.layers import underwater
from tests import descriptors
from tests.layers.rendering import RATE, presets_of, render, ticks

PRESETS = tuple(preset.name for preset in presets_of("underwater"))
RANGES = {
    "slope_db_oct": (-12.0, -5.0),
    "centroid_hz": (100.0, 700.0),
    "kurtosis_hp100": (2.9, 14.0),
    "gust_sd_db": (0.5, 4.5),
    "gust_psd_slope": (-1.8, -0.6),
    "level_range_10_90_db": (2.0, 13.0),
    "onsets_per_s": (0.0, 1.3),
    "loop_peak": (0.0, 0.05),
    "tonal_fraction": (0.0, 0.4),
    "iacc_60_250": (0.5, 0.99),
}
"""Dark as the darker half of recorded wind and hum, swaying as neither sine nor steady noise do."""


@pytest.mark.parametrize("preset", PRESETS)
def test_it_is_dark_and_sways(preset: str) -> None:
    found = descriptors.describe(render(preset, 20.0), RATE, only=RANGES)
    assert not {name: found[name] for name, (low, high) in RANGES.items() if not low <= found[name] <= high}


def test_little_above_2_khz_comes_through_the_water() -> None:
    for preset in PRESETS:
        frequency, density = descriptors.spectrum(render(preset, 20.0), RATE)
        assert density[frequency > 2_000.0].sum() < 0.05 * density.sum()


def test_deeper_is_darker() -> None:
    found = [
        descriptors.centroid_hz(render("shallow-water", 10.0, changes=(("depth", depth),)), RATE)
        for depth in (0.0, 0.5, 1.0)
    ]
    assert found[0] > 1.2 * found[1] > 1.44 * found[2]


@pytest.mark.parametrize("radius_mm", [2.0, 4.0])
def test_bubbles_sing_near_three_over_their_radius(radius_mm: float) -> None:
    changes = (("size", radius_mm), ("cavities", 0.0), ("swell", 0.0), ("streams", 0.0), ("depth", 0.5))
    none, many = (
        descriptors.spectrum(render("shallow-water", 10.0, changes=(*changes, ("bubbles", rate))), RATE)
        for rate in (0.0, 300.0)
    )
    added = np.maximum(many[1] - none[1], 0.0)
    inside = many[0] > 250.0
    centre = np.sum(many[0][inside] * added[inside]) / np.sum(added[inside])
    # Bigger ones are louder, so that the middle of the power lies below the median's pitch.
    assert 0.5 * 3_000.0 / radius_mm < centre < 1.15 * 3_000.0 / radius_mm


def test_groans_are_narrow_and_near_their_pitch() -> None:
    changes = (("groan_pitch", 150.0), ("groans", 20.0), ("bubbles", 0.0), ("cavities", 0.0))
    audio = render("submarine-hull", 30.0, changes=changes)
    silent = render("submarine-hull", 30.0, changes=(*changes[:1], ("groans", 0.0), *changes[2:]))
    frequency, with_groans = signal.welch(audio.astype(np.float64), RATE, nperseg=1 << 14)
    _, without = signal.welch(silent.astype(np.float64), RATE, nperseg=1 << 14)
    ratio = (with_groans / without).mean(axis=0)
    inside = (frequency > 60.0) & (frequency < 1_000.0)
    loudest = frequency[inside][np.argmax(ratio[inside])]
    bodies = [150.0 * body * overtone for body in (1.0, 1.3, 1.7) for overtone in (1.0, 1.52, 2.07, 2.76, 3.9)]
    assert min(abs(loudest / pitch - 1.0) for pitch in bodies) < 0.2
    assert 10.0 * np.log10(ratio[inside].max()) > 8.0
    added = (with_groans - without).mean(axis=0)
    assert np.abs(added[frequency > 2_000.0]).sum() < 0.01 * added[inside].sum()


def test_without_groans_nothing_is_tonal() -> None:
    audio = render("submarine-hull", 20.0, changes=(("groans", 0.0), ("cavities", 0.0)))
    assert descriptors.tonal_fraction(audio, RATE) < 0.02


def test_air_comes_up_in_gulps_with_long_pauses_largest_first() -> None:
    state, edges = np.array([0.0, 1.0, 1.0, 1.0, 1.0, 0.0]), ticks(600.0) + 1
    flow, radius = np.empty((2, edges))
    underwater.gulp(flow, radius, state, np.uint32(5), TICK / RATE)
    rises = flow > 0.0
    turns = np.flatnonzero(np.diff(rises.astype(int)))
    pauses = np.diff(turns)[~rises[turns[:-1] + 1]] * TICK / RATE
    assert flow.mean() * underwater.SITES == pytest.approx(1.0, rel=0.4)
    assert np.std(pauses) / np.mean(pauses) > 0.6
    for start, end in zip(turns[rises[turns + 1]][:20], turns[~rises[turns + 1]][:20], strict=False):
        assert np.all(np.diff(radius[start + 1 : end]) < 0.0)


def test_the_head_makes_no_difference_under_water() -> None:
    for preset in PRESETS:
        audio = render(preset, 20.0)
        for low_hz, high_hz in ((250.0, 1_000.0), (1_000.0, 4_000.0)):
            assert descriptors.interaural(audio, RATE, low_hz=low_hz, high_hz=high_hz) > 0.7
        one_second = [descriptors.balance_db(part, RATE) for part in np.array_split(audio, 20, axis=1)]
        assert np.max(np.abs(one_second)) < 3.0


def test_far_booms_are_low_and_ring_on() -> None:
    changes = (("bubbles", 0.0), ("groans", 0.0), ("cavities", 0.0))
    without, loud = (render("deep-water", 40.0, changes=(*changes, ("booms", rate))) for rate in (0.0, 12.0))
    booms = loud - without
    frequency, density = descriptors.spectrum(booms, RATE)
    assert density[frequency < 250.0].sum() > 0.9 * density.sum()
    level = descriptors.levels_db(booms, RATE, frame_s=0.1)
    assert np.max(np.diff(level[level > level.max() - 30.0])) > 6.0
    assert np.mean(level > level.max() - 40.0) > 0.3


def test_presets_are_clearly_different() -> None:
    found = []
    for name in PRESETS:
        audio = render(name, 10.0)
        found.append((3.0 * np.log2(descriptors.centroid_hz(audio, RATE)), descriptors.slope_db_oct(audio, RATE)))
    assert min(np.linalg.norm(np.subtract(found[a], found[b])) for a in range(3) for b in range(a)) > 1.0
