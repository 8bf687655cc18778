"""Drops: their notes, their rhythm, and what wetness and space do to them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from soundscape.contract import TICK
from soundscape.dsp.drops import Drips, drop
from soundscape.rng import Seed
from tests import descriptors
from tests.layers.rendering import RATE, SEED, presets_of, render

PRESETS = [preset.name for preset in presets_of("drips")]
RANGES = {
    "crest_db": (20.0, 32.7),
    "kurtosis_hp100": (8.0, 116.0),
    "centroid_hz": (500.0, 4_300.0),
    "slope_db_oct": (-5.6, 1.9),
    "onsets_per_s": (0.3, 6.5),
    "ioi_cv": (0.4, 1.5),
    "evolution_sd_db": (0.5, 5.0),
    "gust_sd_db": (1.0, 9.0),
    "loop_peak": (0.0, 0.12),
}
"""As sparse as the lightest recorded rain or sparser, as dark as it, with echoes that hold the level up."""


def ioi_cv(audio: np.ndarray) -> float:
    gaps = np.diff(descriptors.onset_times_s(audio, RATE))
    return float(np.std(gaps) / np.mean(gaps))


@pytest.mark.parametrize("preset", PRESETS)
def test_it_measures_like_sparse_water(preset: str) -> None:
    audio = render(preset, 30.0)
    found = descriptors.describe(audio, RATE, only=set(RANGES) - {"ioi_cv"}) | {"ioi_cv": ioi_cv(audio)}
    assert not {name: found[name] for name, (low, high) in RANGES.items() if not low <= found[name] <= high}


@pytest.mark.parametrize("radius_mm", [1.0, 2.0])
def test_a_drop_in_water_sings_at_three_over_its_radius_and_rises(radius_mm: float) -> None:
    sound = drop(RATE, np.random.default_rng(4), depth=1.0, radius_mm=radius_mm).astype(np.float64)
    power = np.abs(np.fft.rfft(sound, 1 << 16)) ** 2
    strongest = np.argmax(power) * RATE / (1 << 16)
    assert strongest == pytest.approx(3_000.0 / radius_mm, rel=0.25)


def test_stone_is_shorter_and_brighter_than_water() -> None:
    rng = np.random.default_rng(1)
    centroids, lengths = [], []
    for depth in (0.0, 1.0):
        sounds = np.stack([drop(RATE, rng, depth=depth, radius_mm=1.8) for _ in range(12)])
        centroids.append(descriptors.centroid_hz(sounds, RATE))
        energy = np.cumsum((sounds**2).sum(axis=0))
        lengths.append(np.searchsorted(energy, 0.9 * energy[-1]))
    assert centroids[0] > 1.15 * centroids[1]
    assert lengths[0] < lengths[1]


def test_no_two_drops_are_the_same() -> None:
    rng = np.random.default_rng(2)
    sounds = [drop(RATE, rng, depth=0.8, radius_mm=1.6) for _ in range(10)]
    likeness = np.abs(np.corrcoef(sounds) - np.eye(10))
    assert likeness.max() < 0.95


def test_one_place_drips_almost_evenly() -> None:
    drips = Drips(SEED, RATE, places=1, period_s=0.5, wetness=1.0)
    ticks = round(120.0 * RATE / TICK)
    out = np.zeros((2, ticks * TICK), np.float32)
    drips.add(out, np.ones(ticks + 1))
    level = descriptors.levels_db(out, RATE, frame_s=0.01)
    silent = np.convolve(level < -90.0, np.ones(4), "valid")[:-1] == 4
    starts = np.flatnonzero(silent & (level[4:] >= -90.0)) * 0.01
    gaps = np.diff(starts)
    usual = gaps[np.abs(gaps / np.median(gaps) - 1.0) < 0.5]
    assert len(usual) > 0.75 * len(gaps)
    assert 0.01 < np.std(usual) / np.mean(usual) < 0.2


def test_wetness_turns_splashes_into_notes_step_by_step() -> None:
    steps = np.linspace(0.0, 1.0, 6)
    found = []
    for step in steps:
        rng = np.random.default_rng(3)
        sounds = [drop(RATE, rng, depth=float(step), radius_mm=1.6) for _ in range(20)]
        found.append(np.mean([descriptors.flatness(sound[None], RATE) for sound in sounds]))
    assert stats.spearmanr(steps, found)[0] <= -0.9
    depths = [
        np.mean([place.depth for place in Drips(SEED, RATE, places=16, period_s=1.0, wetness=float(step))._places])
        for step in steps
    ]
    assert depths == sorted(depths)
    assert depths[0] == 0.0
    assert depths[-1] == 1.0


def test_a_larger_space_rings_longer() -> None:
    short, long = (
        descriptors.level_range_10_90_db(
            render("cave-drips", 20.0, changes=(("echo", echo), ("trickle", 0.0))), RATE
        )
        for echo in (0.5, 8.0)
    )
    assert short > long + 2.0


def test_other_seeds_are_other_places() -> None:
    first, other = (Drips(Seed(seed), RATE, places=4, period_s=2.0, wetness=0.5) for seed in (1, 2))
    assert first._places != other._places
