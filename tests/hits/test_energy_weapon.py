"""Energy weapons: a charge, silence, a discharge that falls in pitch."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy import signal

from soundscape.contract import Hit
from soundscape.hits.energy_weapon import _discharge
from tests import descriptors
from tests.hits.rendering import RATE, centroid_hz, make


def test_the_peak_comes_within_eight_milliseconds_of_the_discharge() -> None:
    for seed in range(4):
        hit = make("energy_weapon", seed=seed)
        assert 0 <= np.abs(hit.audio).max(axis=0).argmax() - hit.sync <= 0.008 * RATE


def test_there_is_a_breath_of_silence_before_it() -> None:
    hit = make("energy_weapon", charge=0.8)
    levels = [np.abs(hit.audio[:, hit.sync - a : hit.sync - b]).max() for a, b in ((3000, 1500), (300, 10))]
    assert levels[1] < 0.25 * levels[0]


def test_the_discharge_falls_in_pitch() -> None:
    hit = make("energy_weapon", material="none", distance=0.0)
    first, later = (
        centroid_hz(Hit(hit.audio[:, hit.sync + round(a * RATE) : hit.sync + round(b * RATE)], 0))
        for a, b in ((0.0, 0.015), (0.06, 0.15))
    )
    assert first > 2.0 * later


def test_a_longer_charge_delays_the_shot_and_nothing_else() -> None:
    short, long = (make("energy_weapon", charge=value) for value in (0.0, 1.0))
    assert long.sync > short.sync + RATE // 2
    assert (
        abs(
            descriptors.crest_db(short.audio[:, short.sync :], RATE)
            - descriptors.crest_db(long.audio[:, long.sync :], RATE)
        )
        < 1.0
    )


def test_a_crystal_target_rings_on_and_stone_does_not() -> None:
    tonal = {}
    for target in ("crystal", "stone"):
        hit = make("energy_weapon", material=target)
        after = hit.audio[:, hit.sync + RATE // 10 : hit.sync + RATE // 2]
        tonal[target] = descriptors.tonal_fraction(after, RATE)
    assert tonal["crystal"] > tonal["stone"] + 0.1


def test_shots_differ() -> None:
    shots = [make("energy_weapon", seed=seed) for seed in range(5)]
    cuts = [shot.audio[0, shot.sync : shot.sync + RATE // 4] for shot in shots]
    assert np.abs(np.corrcoef(cuts) - np.eye(5)).max() <= 0.9


def test_the_blow_comes_back_along_the_wire_three_times_as_slow() -> None:
    rate, fall_s, low_hz = RATE, 0.1, 200.0
    wave = _discharge(rate, rate, falls_s=(fall_s,), top_hz=8_000.0, low_hz=low_hz)[0]
    first_s = fall_s * np.sqrt(low_hz / 8_000.0)
    for hz in (400.0, 800.0):
        band = signal.sosfiltfilt(signal.butter(2, (0.94 * hz, 1.06 * hz), "band", fs=rate, output="sos"), wave)
        level = np.abs(signal.hilbert(band))
        for echo in range(3):
            arrives_s = (2 * echo + 1) * fall_s * np.sqrt(low_hz / hz) - first_s
            near = slice(round((arrives_s - 0.03) * rate), round((arrives_s + 0.03) * rate))
            loudest_s = (near.start + np.argmax(level[near])) / rate
            assert loudest_s == pytest.approx(arrives_s, abs=0.008)


def test_the_charge_nears_its_pitch_as_a_capacitor_its_voltage() -> None:
    hit = make("energy_weapon", charge=1.0, distance=0.0)
    axis = np.geomspace(60.0, 3_000.0, 800)
    pictures = []
    for share in (0.25, 0.5, 0.75):
        part = hit.audio[0, round((share - 0.07) * hit.sync) : round((share + 0.07) * hit.sync)]
        level = np.abs(np.fft.rfft(part * np.hanning(len(part)), 1 << 16))
        picture = np.interp(axis, np.fft.rfftfreq(1 << 16, 1.0 / RATE), level) ** 0.5
        pictures.append(picture - picture.mean())
    first, second = (np.argmax(np.correlate(later, earlier, "full")[799:]) for earlier, later in pairwise(pictures))
    assert first > 1.4 * second > 0


def test_shots_differ_in_what_follows_them() -> None:
    def late_db(seed: int) -> np.ndarray:
        hit = make("energy_weapon", seed=seed)
        return descriptors.levels_db(hit.audio[:, hit.sync : hit.sync + RATE // 2], RATE, frame_s=0.025)

    courses = np.array([late_db(seed) for seed in range(1, 7)])
    apart = [np.std(one - other) for index, one in enumerate(courses) for other in courses[:index]]
    assert min(apart) > 1.0
