"""Servos: gestures of several joints, each with its gears, on the murmur of the suit."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal, stats

from soundscape.contract import TICK
from soundscape.layers import servos
from soundscape.rng import Seed
from tests import descriptors
from tests.layers.rendering import RATE, SEED, presets_of, render, ticks

PRESETS = [preset.name for preset in presets_of("servos")]
RANGES = {
    "centroid_hz": (137.0, 2_400.0),
    "slope_db_oct": (-10.3, -0.8),
    "crest_db": (15.0, 29.0),
    "kurtosis_hp100": (4.0, 147.0),
    "gust_sd_db": (0.8, 9.0),
    "gust_psd_slope": (-2.2, 0.3),
    "onsets_per_s": (0.05, 6.15),
    "tonal_fraction": (0.0, 0.59),
    "evolution_sd_db": (0.33, 6.0),
    "loop_peak": (0.0, 0.12),
    "clicks": (0.0, 2.0),
}
"""The sparse end of recorded machines: a hum's bed, moves that stand out of it."""


@pytest.mark.parametrize("preset", PRESETS)
def test_it_measures_like_a_machine_that_moves_now_and_then(preset: str) -> None:
    found = descriptors.describe(render(preset, 30.0), RATE, only=RANGES)
    assert not {name: found[name] for name, (low, high) in RANGES.items() if not low <= found[name] <= high}


def moves(seconds: float, **changes: float) -> np.ndarray:
    """The joints alone."""
    body = servos.Body(servos.Params(**changes), RATE, SEED)
    count = ticks(seconds)
    out = np.zeros((2, count * TICK), np.float32)
    body.add(out, np.full(count + 1, 0.5, np.float32))
    return out


def test_gestures_come_in_flurries() -> None:
    level = descriptors.levels_db(moves(240.0, together=1.0, length=0.1, valves=0.0), RATE, frame_s=0.05)
    starts = np.flatnonzero((level[1:] > -60.0) & (level[:-1] <= -60.0)) * 0.05
    gaps = np.diff(starts)
    assert len(gaps) > 40
    assert np.std(gaps) / np.mean(gaps) > 0.7


def test_no_two_moves_are_the_same() -> None:
    body = servos.Body(servos.Params(), RATE, SEED)
    joint = body._joints[3]
    heard = []
    for index in range(6):
        body._moves._sounds.clear()
        body._move(0, Seed(index).generator("move"), joint, 0.0, 0.4, 1.0)
        sound = body._moves._sounds[0][1]
        heard.append(np.pad(sound, ((0, 0), (0, RATE)))[0, : RATE // 2])
    likeness = np.abs(np.corrcoef(heard) - np.eye(6))
    assert likeness.max() < 0.5


def test_a_larger_joint_is_lower_and_slower() -> None:
    joints = servos.Body(servos.Params(wear=0.0), RATE, SEED)._joints
    order = np.arange(len(joints))
    assert stats.spearmanr(order, [joint.mesh_hz for joint in joints])[0] <= -0.95
    assert stats.spearmanr(order, [joint.length_s for joint in joints])[0] >= 0.95


@pytest.mark.parametrize("param", ["gestures", "valves", "idle"])
def test_more_of_it_is_louder(param: str) -> None:
    changes = {"gestures": (5.0, 20.0, 100.0), "valves": (0.0, 0.5, 1.0), "idle": (0.05, 0.4, 1.0)}[param]
    found = []
    for value in changes:
        audio = render("walker-hydraulics", 20.0, changes=((param, value),))
        if param == "valves":
            audio = signal.sosfilt(signal.butter(4, 3_000.0, "high", fs=RATE, output="sos"), audio)
        found.append(descriptors.rms_db(audio, RATE))
    assert found == sorted(found)
    assert found[-1] > found[0] + 0.5


def test_density_brings_more_gestures() -> None:
    found = [
        descriptors.onsets_per_s(render("armour-servos", 30.0, density=value), RATE) for value in (0.0, 0.5, 1.0)
    ]
    assert found[0] < found[1] < found[2]
