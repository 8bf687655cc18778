"""Fly-bys against Doppler's law, 1/r and the way they are told to go."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from soundscape.hits.fly_by import SOUND_M_S, SOURCES, heard_path
from tests import descriptors
from tests.hits.rendering import RATE, make


def strongest_hz(audio: np.ndarray, low_hz: float, high_hz: float) -> float:
    bins = np.abs(np.fft.rfft(audio.sum(axis=0) * np.hanning(audio.shape[1]), 1 << 16))
    frequency = np.fft.rfftfreq(1 << 16, 1.0 / RATE)
    inside = (frequency > low_hz) & (frequency < high_hz)
    return float(frequency[inside][bins[inside].argmax()])


@pytest.mark.parametrize("speed", [20.0, 120.0, 290.0])
def test_what_is_heard_left_the_source_one_way_earlier(speed: float) -> None:
    time = np.linspace(-0.5, 0.5, 4_001)
    path = heard_path(time, nearest_m=15.0, speed_m_s=speed)
    sent = path.along_m / speed
    assert np.allclose(sent + path.away_m / SOUND_M_S, time + 15.0 / SOUND_M_S)
    assert path.away_m.min() == pytest.approx(15.0)
    # Heard over sent frequency is how fast the sent moment runs in heard time.
    assert np.allclose(np.gradient(sent, time)[2:-2], path.doppler[2:-2], rtol=0.01)


def test_far_before_and_after_pitches_are_doppler_s() -> None:
    path = heard_path(np.array([-60.0, 0.0, 60.0]), nearest_m=10.0, speed_m_s=100.0)
    mach = 100.0 / SOUND_M_S
    assert path.doppler == pytest.approx([1.0 / (1.0 - mach), 1.0, 1.0 / (1.0 + mach)], rel=1e-3)


def test_the_pitch_that_is_heard_falls_by_the_law() -> None:
    hit = make("fly_by", source="drone", speed=60.0, size=0.5, distance=0.0)
    size = round(0.12 * RATE)
    early, late = (
        hit.audio[:, hit.sync - 3 * size : hit.sync - 2 * size],
        hit.audio[:, hit.sync + 2 * size : hit.sync + 3 * size],
    )
    fall = strongest_hz(late, 200.0, 420.0) / strongest_hz(early, 200.0, 420.0)
    path = heard_path(np.array([-0.3, 0.3]), nearest_m=0.135 * 60.0, speed_m_s=60.0)
    assert fall == pytest.approx(path.doppler[1] / path.doppler[0], rel=0.05)


def test_the_level_rises_and_falls_around_the_sync_point() -> None:
    hit = make("fly_by", distance=0.0)
    level = descriptors.levels_db(hit.audio, RATE, frame_s=0.06)
    peak = int(level.argmax())
    assert abs((peak + 0.5) * 0.06 - hit.sync / RATE) <= 0.1
    assert level[: peak // 3].max() < level[peak] - 9.0
    assert level[peak + (len(level) - peak) * 2 // 3 :].max() < level[peak] - 9.0


@pytest.mark.parametrize(("way", "sign"), [("left to right", 1.0), ("right to left", -1.0)])
def test_it_goes_the_way_it_is_told(way: str, sign: float) -> None:
    hit = make("fly_by", way=way)
    before, after = hit.audio[:, : hit.sync * 4 // 5], hit.audio[:, hit.sync * 6 // 5 :]
    assert sign * descriptors.balance_db(before, RATE) > 4.0
    assert sign * descriptors.balance_db(after, RATE) < -4.0


def test_the_rotors_of_a_drone_are_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    def bins_of_a_line() -> int:
        hit = make.__wrapped__("fly_by", source="drone", speed=20.0, size=0.0, distance=0.0)
        passed = hit.audio[:, : hit.sync].sum(axis=0).astype(np.float64)
        power = np.abs(np.fft.rfft(passed * np.hanning(len(passed)))) ** 2
        frequency = np.fft.rfftfreq(len(passed), 1.0 / RATE)
        around = (frequency > 500.0) & (frequency < 1_000.0)
        return int(np.sum(power[around] > 0.02 * power[around].max()))

    four = bins_of_a_line()
    one = replace(SOURCES["drone"], voices=1, apart=0.0, hunting=0.0)
    monkeypatch.setitem(SOURCES, "drone", one)
    assert four > 1.25 * bins_of_a_line()


def test_the_air_of_a_bullet_breaks_away_unevenly(monkeypatch: pytest.MonkeyPatch) -> None:
    def unrest_db(tumbling_hz: float) -> float:
        alone = replace(SOURCES["bullet"], voices=1, noise=0.0, rush=0.0, tumbling_hz=tumbling_hz)
        monkeypatch.setitem(SOURCES, "bullet", alone)
        hit = make.__wrapped__("fly_by", source="bullet", distance=0.0)
        around = hit.audio[:, hit.sync - RATE // 5 : hit.sync + RATE // 5]
        return float(np.std(np.diff(descriptors.levels_db(around, RATE, frame_s=0.004))))

    assert unrest_db(260.0) > 3.0 * unrest_db(0.0)


def test_a_bullet_is_higher_than_a_craft() -> None:
    bullet, craft = (
        descriptors.centroid_hz(make("fly_by", source=name).audio, RATE) for name in ("bullet", "craft")
    )
    assert bullet > 2.0 * craft
