"""The creature against what is known of large animals: breath, growl, throat, and the ground between."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from soundscape.contract import TICK, neutral
from soundscape.dsp.throat import RESONANCES, Throat
from soundscape.layers import creature
from tests import descriptors
from tests.layers.rendering import RATE, SEED, presets_of, render, ticks

PRESETS = [preset.name for preset in presets_of("creature")]
RANGES = {
    "centroid_hz": (90.0, 1_400.0),
    "slope_db_oct": (-18.0, -3.0),
    "crest_db": (14.0, 32.0),
    "kurtosis_hp100": (3.5, 120.0),
    "level_range_10_90_db": (6.0, 30.0),
    "gust_sd_db": (2.0, 10.0),
    "gust_psd_slope": (-2.7, -0.6),
    "centroid_sd_oct": (0.2, 1.6),
    "evolution_sd_db": (1.0, 9.3),
    "loop_peak": (0.0, 0.1),
}
"""Reasoned: as dark as thunder, as sparse as granular sound, with the slow level of something that breathes."""
ALONE = (("moves", 0.0), ("ground", -40.0), ("sand", -60.0))


def life(seconds: float, **changes: float) -> creature.Motion:
    parts = [
        creature.Life(creature.Params(**changes), RATE, SEED).advance(block)
        for block in neutral(ticks(seconds), block=ticks(seconds))
    ]
    return parts[0]


@pytest.mark.parametrize("preset", PRESETS)
def test_it_is_dark_slow_and_sparse(preset: str) -> None:
    found = descriptors.describe(render(preset, 40.0), RATE, only=RANGES)
    assert not {name: found[name] for name, (low, high) in RANGES.items() if not low <= found[name] <= high}


def test_breaths_come_as_slowly_as_asked_and_never_evenly() -> None:
    out = life(600.0, breath=6.0).out
    peaks, _ = signal.find_peaks(out, height=0.9, distance=ticks(1.0))
    lengths = np.diff(peaks) * TICK / RATE
    assert np.median(lengths) == pytest.approx(6.0, rel=0.15)
    assert 0.1 <= np.std(lengths) / np.mean(lengths) <= 0.4


def test_it_growls_only_while_air_goes_out_and_not_with_every_breath() -> None:
    motion = life(600.0, voiced=0.5)
    assert np.all(motion.growl[motion.into > 0.01] == 0.0)
    breaths = len(signal.find_peaks(motion.out, height=0.9)[0])
    growls = len(signal.find_peaks(motion.growl, height=0.3)[0])
    assert 0.3 <= growls / breaths <= 0.7


def test_the_sand_moves_with_the_body() -> None:
    params = creature.Params()
    sand, motion = creature.Sand(params, RATE, SEED), life(120.0, moves=10.0)
    audio = sand.run(motion)
    level = descriptors.levels_db(audio, RATE, frame_s=0.2)
    frames = np.arange(len(level)) * 0.2 * RATE / TICK
    heave = np.interp(frames, np.arange(len(motion.heave)), motion.heave)
    assert level[heave > 0.5].mean() > level[heave < 0.02].mean() + 15.0
    assert 1_500.0 <= descriptors.centroid_hz(audio, RATE) <= 5_000.0


def test_what_comes_through_the_ground_is_low() -> None:
    audio = creature.Ground(creature.Params(), RATE, SEED).run(life(30.0, moves=10.0))
    frequency, density = descriptors.spectrum(audio, RATE, size=1 << 14)
    assert density[frequency < 250.0].sum() > 0.9 * density.sum()


@pytest.mark.parametrize("tract", [0.8, 1.6])
def test_a_longer_throat_resonates_lower(tract: float) -> None:
    changes = (*ALONE, ("tract", tract), ("voiced", 0.0))
    audio = render("den-growl", 20.0, changes=changes)
    frequency, density = descriptors.spectrum(audio, RATE)
    quarter = creature.SOUND_M_S / (4.0 * tract)
    assert frequency[np.argmax(density)] == pytest.approx(quarter, rel=0.25)


def folds(rough: float, *, seconds: float = 12.0) -> np.ndarray:
    """A throat at 40 pulses a second without any air, as its envelope."""
    edges = ticks(seconds) + 1
    one, many = np.ones(edges), np.ones((edges, RESONANCES))
    throat = Throat(SEED, RATE, air_hz=50.0, quality=np.full(RESONANCES, 2.0), pan=np.zeros(RESONANCES))
    out = np.zeros((2, (edges - 1) * TICK), np.float32)
    throat.add(out, 40.0 * one, one, 0.0 * one, rough * one, 600.0 * many, many * (np.arange(RESONANCES) == 0))
    return np.asarray(np.abs(signal.hilbert(out[0, RATE // 2 :].astype(np.float64))))


def test_a_rough_growl_has_subharmonics_and_a_smooth_one_harmonics() -> None:
    depth = {}
    for name, rough in (("even", 0.0), ("rough", 0.6)):
        envelope = folds(rough)
        frequency, density = signal.welch(envelope - envelope.mean(), RATE, nperseg=1 << 15)
        half = density[(frequency > 16.0) & (frequency < 24.0)].sum()
        depth[name] = half / density[(frequency > 34.0) & (frequency < 46.0)].sum()
    assert depth["rough"] > 0.5 > 50.0 * depth["even"]


def test_the_roughest_growl_is_chaos() -> None:
    gaps = {}
    for rough in (0.0, 1.0):
        envelope = signal.sosfilt(signal.butter(2, 80.0, fs=RATE, output="sos"), folds(rough))
        peaks, _ = signal.find_peaks(envelope, prominence=0.2 * envelope.std(), distance=RATE // 150)
        gaps[rough] = np.std(np.diff(peaks)) / np.mean(np.diff(peaks))
    assert gaps[0.0] < 0.05
    assert gaps[1.0] > 0.2


def test_its_mouth_opens_with_the_effort() -> None:
    voice = creature.Voice(creature.Params(tract=0.8), RATE, SEED)
    motion = creature.Motion(*(np.zeros(2) for _ in range(4)))
    (closed, soft), (opened, loud) = (voice._resonances(np.full(2, mouth), motion) for mouth in (0.1, 1.0))
    assert np.all(opened > closed)
    assert opened[0, 0] / closed[0, 0] > 1.2 > opened[0, -1] / closed[0, -1]
    assert np.all(np.diff(loud[0, ::5] / soft[0, ::5]) > 0.0)


def test_efforts_last_one_to_four_seconds_and_rests_are_uneven() -> None:
    out = life(600.0, breath=6.5).out > 0.05
    turns = np.flatnonzero(np.diff(out.astype(int)))
    lengths = np.diff(turns) * TICK / RATE
    efforts, rests = lengths[out[turns[:-1] + 1]], lengths[~out[turns[:-1] + 1]]
    assert 1.0 <= np.quantile(efforts, 0.05) < np.quantile(efforts, 0.95) <= 4.0
    assert np.std(rests) / np.mean(rests) > 0.25


def test_its_gut_gurgles_while_it_rests_and_in_clusters() -> None:
    motion = life(200.0, moves=0.0)
    gut = creature.Gut(creature.Params(), RATE, SEED).run(motion)
    level = descriptors.levels_db(gut, RATE, frame_s=0.2)
    out = np.interp(np.arange(len(level)) * 0.2 * RATE / TICK, np.arange(len(motion.out)), motion.out)
    assert (level[out < 0.01] > -60.0).mean() > 1.5 * (level[out > 0.6] > -60.0).mean()
    # Long quiet, then much at once.
    assert 0.05 < (level > -60.0).mean() < 0.6


def test_sand_slips_now_and_then_while_it_lies_still() -> None:
    still = creature.Motion(*(np.zeros(ticks(40.0) + 1) for _ in range(4)))
    audio = creature.Sand(creature.Params(), RATE, SEED).run(still)
    power = 10.0 ** (descriptors.levels_db(audio, RATE, frame_s=0.2) / 10.0)
    # Of grains that fell evenly it would be half of that.
    assert np.std(power) / np.mean(power) > 1.0
