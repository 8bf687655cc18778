"""Whooshes: pitch and level rise and fall together, from one side to the other."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from soundscape.contract import Hit
from soundscape.hits.whoosh import NEAREST
from tests import descriptors
from tests.hits.rendering import RATE, centroid_hz, make


def track(hit: Hit) -> np.ndarray:
    size = RATE // 25
    count = hit.audio.shape[1] // size
    return np.array([centroid_hz(Hit(hit.audio[:, i * size : (i + 1) * size], 0)) for i in range(count)])


def test_the_centroid_rises_and_falls_by_an_octave_and_a_half_around_the_sync_point() -> None:
    hit = make("whoosh", distance=0.0)
    centroid = np.convolve(track(hit), np.full(3, 1.0 / 3.0), "valid")
    peak = int(centroid.argmax())
    assert abs((peak + 1.5) / 25.0 - hit.sync / RATE) <= 0.12
    assert np.log2(centroid[peak] / centroid[: peak + 1].min()) >= 1.5
    assert np.log2(centroid[peak] / centroid[peak:].min()) >= 1.5


def test_level_and_centroid_move_together() -> None:
    hit = make("whoosh", size=0.8)
    level = descriptors.levels_db(hit.audio, RATE, frame_s=0.04)
    centroid = np.log(track(hit))
    loud = level > level.max() - 30.0
    assert np.corrcoef(level[loud], centroid[: len(level)][loud])[0, 1] > 0.6


@pytest.mark.parametrize(("way", "sign"), [("left to right", 1.0), ("right to left", -1.0)])
def test_it_goes_the_way_it_is_told(way: str, sign: float) -> None:
    hit = make("whoosh", way=way)
    before, after = (
        descriptors.balance_db(part, RATE)
        for part in (hit.audio[:, : hit.sync * 4 // 5], hit.audio[:, hit.sync * 6 // 5 :])
    )
    assert sign * before > 3.0
    assert sign * after < -3.0


def test_an_edge_sings_a_note_that_rises_and_falls_with_the_speed() -> None:
    plain, blade = (make("whoosh", material=name, whistle=0.0, size=0.7) for name in ("body", "blade"))
    lines = {}
    for name, hit in (("plain", plain), ("blade", blade)):
        around = hit.audio[:, hit.sync - RATE // 20 : hit.sync + RATE // 20].mean(axis=0)
        power = np.abs(np.fft.rfft(around * np.hanning(len(around)), 1 << 14)) ** 2
        lines[name] = np.sort(power)[-60:].sum() / power.sum()
    assert lines["blade"] > 2.0 * lines["plain"]


def test_cloth_flaps_some_tens_of_times_a_second_and_never_evenly() -> None:
    beats = []
    for material in ("body", "cloth"):
        hit = make("whoosh", material=material, whistle=0.0, size=1.0)
        level = descriptors.levels_db(
            hit.audio[:, hit.sync - RATE // 4 : hit.sync + RATE // 4], RATE, frame_s=0.005
        )
        power = np.abs(np.fft.rfft((level - level.mean()) * np.hanning(len(level)))) ** 2
        hz = np.fft.rfftfreq(len(level), 0.005)
        beats.append(power[(hz > 10.0) & (hz < 40.0)])
    assert beats[1].sum() > 4.0 * beats[0].sum()
    assert beats[1].max() < 0.8 * beats[1].sum()


def test_turbulence_shakes_high_and_low_parts_by_themselves() -> None:
    hit = make("whoosh", size=0.9, whistle=0.0)
    audio = hit.audio[:, hit.sync // 3 : round(hit.sync / NEAREST)].mean(axis=0)
    courses = []
    for low_hz, high_hz in ((150.0, 350.0), (900.0, 1_800.0)):
        sections = signal.butter(3, (low_hz, high_hz), "band", fs=RATE, output="sos")
        level = descriptors.levels_db(signal.sosfilt(sections, audio)[None], RATE, frame_s=0.03)
        courses.append(level - np.polyval(np.polyfit(range(len(level)), level, 4), range(len(level))))
    assert min(np.std(course) for course in courses) >= 1.2
    assert abs(np.corrcoef(courses)[0, 1]) <= 0.6


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("size", [0.0, 1.0])
def test_its_wake_comes_to_rest_instead_of_being_cut_off(size: float, seed: int) -> None:
    audio = make("whoosh", size=size, distance=1.0, seed=seed).audio
    last = audio[:, -round(0.08 * RATE) : -round(0.05 * RATE)]
    assert np.abs(last).max() <= 10.0 ** (-38.0 / 20.0) * np.abs(audio).max()
