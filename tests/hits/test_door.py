"""Doors: the creak hurries before the slam, materials differ, the latch catches after it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from soundscape.dsp.creak import slips
from soundscape.rng import Seed
from tests import descriptors
from tests.hits.rendering import RATE, centroid_hz, length_s, make


def level_db(audio: np.ndarray) -> float:
    return descriptors.rms_db(audio, RATE)


def test_the_creak_comes_before_the_slam_and_only_when_asked_for() -> None:
    creaking, silent = make("door", creak=1.0), make("door", creak=0.0)
    assert silent.sync == 0
    assert creaking.sync > 0.5 * RATE
    slam_db = level_db(creaking.audio[:, creaking.sync : creaking.sync + RATE // 20])
    creak_db = level_db(creaking.audio[:, : creaking.sync - RATE // 8])
    assert slam_db - 40.0 < creak_db < slam_db - 10.0
    assert level_db(creaking.audio[:, creaking.sync - RATE // 20 : creaking.sync]) < slam_db - 35.0


def test_hinges_slip_ever_faster_at_intervals_that_flicker() -> None:
    gaps = np.diff(slips(Seed(4).generator(), 3.0, first_hz=10.0, last_hz=60.0)[0])
    third = len(gaps) // 3
    assert np.mean(gaps[:third]) > 2.0 * np.mean(gaps[-third:])
    assert 8.0 <= 1.0 / np.mean(gaps[:third]) < 1.0 / np.mean(gaps[-third:]) <= 60.0
    assert 0.08 <= np.std(np.diff(np.log(gaps))) / np.sqrt(2.0) <= 0.25


def test_metal_rings_longer_than_wood_and_stone_is_darkest() -> None:
    wood, metal, stone = (make("door", material=name, creak=0.0) for name in ("wood", "metal", "stone"))
    assert length_s(metal) > 2.0 * length_s(wood)
    assert centroid_hz(stone) < 0.7 * centroid_hz(wood)


def test_the_latch_catches_within_a_tenth_of_a_second() -> None:
    bare, latched = (make("door", latch=value, creak=0.0) for value in (0.0, 1.0))
    count = min(bare.audio.shape[1], latched.audio.shape[1], RATE // 2)
    added = np.abs(latched.audio[:, :count] - bare.audio[:, :count]).max(axis=0)
    first = int(np.flatnonzero(added > 0.2 * added.max())[0])
    assert 0.01 * RATE < first < 0.1 * RATE


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_two_doors_are_shut_alike(seed: int) -> None:
    first, other = (make("door", creak=0.0, seed=number).audio[0, : RATE // 5] for number in (seed, seed + 10))
    assert abs(np.corrcoef(first, other)[0, 1]) < 0.8


@pytest.mark.parametrize("size", [0.0, 1.0])
def test_a_slab_judders_over_its_sill_while_asperities_break_one_by_one(size: float) -> None:
    hit = make("door", material="stone", creak=1.0, size=size)
    before = hit.audio[:, RATE // 10 : hit.sync - RATE // 5]
    level = descriptors.levels_db(before, RATE, frame_s=0.02)
    assert np.percentile(level, 95) - np.percentile(level, 20) >= 7.0
    assert 5.0 <= descriptors.kurtosis_hp100(before, RATE) <= 60.0
    # Slips of the whole slab at unequal intervals: no beat stands out.
    course = level - level.mean()
    together = np.correlate(course, course, "full")[len(course) - 1 :]
    assert together[5:40].max() <= 0.6 * together[0]


def test_stones_trickle_after_a_slab_in_flurries() -> None:
    hit = make("door", material="stone", creak=0.0)
    high = signal.sosfilt(signal.butter(4, 3_000.0, "high", fs=RATE, output="sos"), hit.audio[:, RATE // 5 :])
    assert descriptors.kurtosis_hp100(high, RATE) >= 12.0
