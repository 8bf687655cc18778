"""Steps against what was measured of recorded steps on four grounds, and walking against how people walk."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest
from scipy import ndimage, signal, stats

from soundscape.contract import TICK
from soundscape.layers import footsteps
from soundscape.rng import Seed
from tests import descriptors
from tests.layers.rendering import RATE, presets_of, render, ticks

STEPS = {
    "sand": ((40, 280), (140, 720), (800, 2_100), 6.0),
    "gravel": ((20, 90), (150, 600), (1_900, 5_000), 8.0),
    "stone": ((0, 15), (20, 80), (250, 600), 8.0),
    "metal": ((0, 30), (60, 240), (400, 1_000), 8.0),
}
"""Of recorded steps on a ground: attack in ms, time within 20 dB of the peak in ms, centroid in Hz, least kurtosis."""

LOOSE = {
    "kurtosis_hp100": (8.0, 182.0),
    "crest_db": (14.0, 33.0),
    "level_range_10_90_db": (7.0, 27.5),
    "centroid_hz": (1_070.0, 5_600.0),
    "slope_db_oct": (-3.4, 1.2),
    "onsets_per_s": (1.2, 6.3),
    "tonal_fraction": (0.0, 0.093),
    "loop_peak": (0.0, 0.07),
}
"""5th and 95th percentile of recordings of sand, gravel and other loose matter."""


@lru_cache
def single_steps(ground: str) -> np.ndarray:
    """Attack and length in ms, centroid in Hz and kurtosis of single, slow steps: `(steps, 4)`."""
    alone = (("ground", ground), ("pace", 20.0), ("pauses", 0.0), ("gear", 0.0), ("uneven", 0.0))
    audio = render("lone-walker", 30.0, changes=alone)
    level = descriptors.levels_db(audio, RATE, frame_s=0.005)
    level = 10.0 * np.log10(ndimage.uniform_filter1d(10.0 ** (level / 10.0), 3))
    peaks, _ = signal.find_peaks(level, height=level.max() - 14.0, distance=400)
    found = []
    for peak in peaks[(peaks > 160) & (peaks < len(level) - 200)]:
        under = np.flatnonzero(level < level[peak] - 20.0)
        first, last = under[under < peak].max(), under[under > peak].min()
        step = audio[:, int((first - 4) * 0.005 * RATE) : int((last + 20) * 0.005 * RATE)]
        kurtosis = stats.kurtosis(step.mean(axis=0), fisher=False)
        found.append(((peak - first) * 5, (last - first) * 5, descriptors.centroid_hz(step, RATE), float(kurtosis)))
    return np.array(found)


@pytest.mark.parametrize("ground", STEPS)
def test_a_step_sets_in_lasts_and_sounds_as_on_that_ground(ground: str) -> None:
    attack, length, centroid, least_kurtosis = STEPS[ground]
    found = np.median(single_steps(ground), axis=0)
    assert attack[0] <= found[0] <= attack[1]
    assert length[0] <= found[1] <= length[1]
    assert centroid[0] <= found[2] <= centroid[1]
    assert found[3] >= least_kurtosis


def test_sand_sets_in_slower_and_is_darker_than_gravel() -> None:
    sand, gravel = (np.median(single_steps(ground), axis=0) for ground in ("sand", "gravel"))
    assert sand[0] > gravel[0]
    assert sand[2] < 0.7 * gravel[2]


@pytest.mark.parametrize("preset", ["lone-walker", "gravel-patrol"])
def test_loose_ground_measures_like_recordings(preset: str) -> None:
    found = descriptors.describe(render(preset, 30.0), RATE, only=LOOSE)
    assert not {name: found[name] for name, (low, high) in LOOSE.items() if not low <= found[name] <= high}


def onsets(**changes: float | str | bool) -> np.ndarray:
    """Heel strikes of a walker on stone, from the envelope of the knocks."""
    changed = {"pauses": 0.0, "gear": 0.0} | changes
    kept = tuple(changed.items())
    audio = render("stone-hall-steps", 30.0, changes=kept)
    level = descriptors.levels_db(audio, RATE, frame_s=0.01)
    # A ball comes within two fifths of a second of its heel, the next heel later.
    peaks, _ = signal.find_peaks(level, height=level.max() - 12.0, distance=45)
    return peaks * 0.01


def test_the_pace_is_kept_on_the_whole_but_no_two_steps_are_equally_long() -> None:
    intervals = np.diff(onsets(pace=75.0))
    assert np.median(intervals) == pytest.approx(60.0 / 75.0, rel=0.12)
    assert 0.02 < np.std(intervals) / np.mean(intervals) < 0.25


def test_who_pauses_stands_still_now_and_then() -> None:
    steady, pausing = np.diff(onsets(pace=75.0)), np.diff(onsets(pace=75.0, pauses=0.4))
    assert steady.max() < 1.6
    assert (pausing > 1.6).sum() >= 3


def test_walking_in_step_leaves_more_silence_between_steps() -> None:
    found = [
        descriptors.level_range_10_90_db(render("armoured-squad", 20.0, changes=(("together", together),)), RATE)
        for together in (True, False)
    ]
    assert found[0] > found[1] + 6.0


def test_more_walkers_make_more_steps() -> None:
    found = [
        descriptors.onsets_per_s(render("stone-hall-steps", 15.0, changes=(("walkers", count),)), RATE)
        for count in (1, 2, 5)
    ]
    assert found[2] > 1.2 * found[1] > 1.44 * found[0]


def test_who_is_heavier_sounds_lower() -> None:
    found = [
        descriptors.centroid_hz(render("stone-hall-steps", 15.0, changes=(("weight", weight),)), RATE)
        for weight in (50.0, 150.0, 450.0)
    ]
    assert found[0] > 1.05 * found[1] > 1.1 * found[2]


def test_armour_rings_after_the_step() -> None:
    bare, plated = (render("lone-walker", 15.0, changes=(("armour", armour),)) for armour in (0.0, 1.0))
    # The walker is the same: what differs is the armour alone.
    assert descriptors.tonal_fraction(plated - bare, RATE) > 0.1
    assert 600.0 < descriptors.centroid_hz(plated - bare, RATE) < 3_000.0
    assert descriptors.rms_db(plated, RATE) > descriptors.rms_db(bare, RATE) + 1.0


def test_presets_are_clearly_different() -> None:
    found = {}
    for preset in presets_of("footsteps"):
        audio = render(preset.name, 15.0)
        found[preset.name] = (
            2.0 * np.log2(descriptors.centroid_hz(audio, RATE)),
            descriptors.slope_db_oct(audio, RATE),
            10.0 * descriptors.tonal_fraction(audio, RATE),
        )
    names = sorted(found)
    gaps = [np.linalg.norm(np.subtract(found[a], found[b])) for a in names for b in names if a < b]
    assert min(gaps) > 0.8


def test_men_in_step_drift_apart_and_find_together_again() -> None:
    params = footsteps.Params(walkers=4, together=True, pauses=0.0)
    gait = footsteps.Gait(params, RATE, Seed(5), np.linspace(-0.6, 0.6, 4))
    pace = np.full(ticks(240.0) + 1, 0.5, np.float32)
    steps = list(gait.steps(ticks(240.0) * TICK, pace, 0))
    late_s = np.array([(step.frame - step.beat) / RATE for step in steps]).reshape(-1, 4)
    assert 0.0 <= late_s.min() < late_s.max() < 0.35
    apart = late_s - late_s.mean(axis=1, keepdims=True)
    assert 0.02 < apart.std() < 0.08
    # Who is late is so for some steps, and not for ever.
    for man in apart.T:
        assert np.corrcoef(man[1:], man[:-1])[0, 1] > 0.5
        assert np.corrcoef(man[40:], man[:-40])[0, 1] < 0.5
