"""The eruption against what is known of bursts: front, fall of the roar, rain of debris."""

from __future__ import annotations

import numpy as np
import pytest

from soundscape.contract import Hit
from soundscape.dsp.blast import friedlander
from tests import descriptors
from tests.hits.rendering import RATE, centroid_hz, length_s, make, presets_of, render

PRESETS = [preset.name for preset in presets_of("eruption")]


def part(hit: Hit, start_s: float, end_s: float) -> Hit:
    return Hit(hit.audio[:, round(start_s * RATE) : round(end_s * RATE)], 0)


def test_the_pressure_pulse_is_friedlanders() -> None:
    pulse = friedlander(RATE, RATE, 0.01, decay=1.0)
    crossing = np.flatnonzero(pulse[20:] < 0.0)[0] + 20
    assert crossing / RATE == pytest.approx(0.01, abs=1.0 / RATE)
    assert pulse.max() == pytest.approx(0.97, abs=0.03)
    assert abs(pulse.sum()) <= 0.02 * np.abs(pulse).sum()


@pytest.mark.parametrize("preset", PRESETS)
def test_the_front_is_steep(preset: str) -> None:
    envelope = np.abs(render(preset).audio).max(axis=0)
    assert np.flatnonzero(envelope >= 0.7 * envelope.max())[0] <= 0.03 * RATE


@pytest.mark.parametrize("preset", PRESETS)
def test_its_peaks_stand_out_as_in_real_bursts(preset: str) -> None:
    assert 18.0 <= descriptors.crest_db(render(preset).audio, RATE) <= 30.0


def test_the_roar_sinks_by_two_octaves_after_it_has_risen() -> None:
    hit = make("eruption", fountain=0.0, distance=0.0)
    risen = centroid_hz(part(hit, 0.2, 0.4))
    assert centroid_hz(part(hit, 1.4, 2.0)) < risen / 4.0


def test_debris_falls_late_and_thins_out() -> None:
    hit = make("eruption", fountain=1.0, size=0.8)
    early, late = (descriptors.events_per_s(part(hit, *span).audio, RATE) for span in ((0.6, 1.6), (2.6, 3.6)))
    assert early + late > 3.0
    levels = descriptors.levels_db(hit.audio, RATE, frame_s=0.05)
    levels = levels[: int(np.flatnonzero(levels > levels.max() - 50.0)[-1])]
    time = np.arange(len(levels))
    fit = np.polyval(np.polyfit(time, levels, 1), time)
    assert 1.0 - np.var(levels - fit) / np.var(levels) < 0.97


def test_the_fountain_adds_grains_above_the_roar() -> None:
    bare, full = (part(make("eruption", fountain=value), 1.0, 2.0) for value in (0.0, 1.0))
    assert centroid_hz(full) > 1.5 * centroid_hz(bare)


def test_a_larger_one_lasts_longer() -> None:
    assert length_s(make("eruption", size=1.0)) > 1.4 * length_s(make("eruption", size=0.0))


@pytest.mark.parametrize("material", ["sand", "rubble"])
def test_what_falls_back_comes_in_sheets_and_single_clods(material: str) -> None:
    fallen = [part(make("eruption", material=material, fountain=1.0, seed=seed), 1.2, 3.2) for seed in range(3)]
    course = [descriptors.levels_db(hit.audio, RATE, frame_s=0.04) for hit in fallen]
    ripple = [
        np.std(level - np.polyval(np.polyfit(range(len(level)), level, 2), range(len(level)))) for level in course
    ]
    # The same noise through a smooth fall ripples by less than one decibel.
    assert np.mean(ripple) >= 1.8
    assert np.median([descriptors.kurtosis_hp100(hit.audio, RATE) for hit in fallen]) >= 8.0
