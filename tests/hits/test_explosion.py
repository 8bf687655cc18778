"""Explosions: a steep front, a roar that sinks, debris."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from soundscape.contract import Hit
from tests import descriptors
from tests.hits.rendering import RATE, centroid_hz, make


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_near_it_strikes_within_five_milliseconds(seed: int) -> None:
    envelope = np.abs(make("explosion", distance=0.0, seed=seed).audio).max(axis=0)
    assert np.flatnonzero(envelope >= 0.6 * envelope.max())[0] <= 0.005 * RATE


def test_its_crest_is_that_of_real_blasts() -> None:
    assert 20.0 <= descriptors.crest_db(make("explosion").audio, RATE) <= 29.0


def test_the_centroid_falls_by_two_octaves_within_the_first_second() -> None:
    hit = make("explosion", debris=0.0, distance=0.0)
    audio = hit.audio
    early, late = centroid_hz(Hit(audio[:, 1_000:6_000], 0)), centroid_hz(Hit(audio[:, RATE : RATE + 24_000], 0))
    assert early > 4.0 * late


def test_debris_comes_late() -> None:
    bare, full = (make("explosion", debris=value).audio[:, RATE : 3 * RATE] for value in (0.0, 1.0))
    assert descriptors.events_per_s(full, RATE) > descriptors.events_per_s(bare, RATE) + 3.0


def test_a_larger_blast_has_a_longer_pulse() -> None:
    def first_crossing(size: float) -> int:
        left = make("explosion", size=size, echoes=0.0, intensity=0.1, distance=0.0).audio.mean(axis=0)
        return int(np.flatnonzero(left[50:] < 0.0)[0])

    assert first_crossing(1.0) > first_crossing(0.0)


def test_balls_of_fire_roll_out_of_the_first_and_bands_move_partly_by_themselves() -> None:
    ripple, together = [], []
    for seed in range(4):
        audio = make("explosion", debris=0.0, seed=seed).audio[:, RATE // 20 : 3 * RATE // 2].mean(axis=0)
        courses = []
        for low_hz, high_hz in ((40.0, 110.0), (250.0, 600.0), (1_500.0, 4_000.0)):
            sections = signal.butter(3, (low_hz, high_hz), "band", fs=RATE, output="sos")
            level = descriptors.levels_db(signal.sosfilt(sections, audio)[None], RATE, frame_s=0.05)
            courses.append(level - np.polyval(np.polyfit(range(len(level)), level, 2), range(len(level))))
        ripple.append(np.std(courses[1]))
        together.append(np.corrcoef(courses)[np.triu_indices(3, 1)].mean())
    assert np.mean(ripple) >= 2.0
    assert -0.1 <= np.mean(together) <= 0.7
