"""Steam: bright, its level falling with the pressure."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from tests import descriptors
from tests.hits.rendering import RATE, centroid_hz, make


def test_its_colour_is_that_of_a_jet() -> None:
    assert (
        3_000.0
        <= np.mean([centroid_hz(make("steam_burst", seed=seed, distance=0.0)) for seed in range(4)])
        <= 9_000.0
    )


def test_the_level_falls_steadily_with_the_pressure() -> None:
    audio = make("steam_burst", size=0.7, water=0.0).audio[:, RATE // 20 : 5 * RATE // 2]
    level = descriptors.levels_db(audio, RATE, frame_s=0.1)
    fit = np.polyval(np.polyfit(range(len(level)), level, 1), range(len(level)))
    assert 1.0 - np.var(level - fit) / np.var(level) > 0.9


def test_dry_steam_is_smooth_and_wet_steam_spits() -> None:
    def peakedness(water: float) -> float:
        bursts = [make("steam_burst", water=water, chatter=0.0, size=1.0, seed=seed) for seed in range(3)]
        return float(np.mean([descriptors.kurtosis_hp100(hit.audio[:, RATE // 2 : RATE], RATE) for hit in bursts]))

    assert 2.7 <= peakedness(0.0) <= 4.5
    assert peakedness(1.0) > 1.3 * peakedness(0.0)


def test_a_whistle_is_a_line() -> None:
    plain, sung = (make("steam_burst", whistle=value).audio[:, RATE // 5 : RATE] for value in (0.0, 1.0))
    assert descriptors.tonal_fraction(plain, RATE) < 0.15
    assert descriptors.tonal_fraction(sung, RATE) > descriptors.tonal_fraction(plain, RATE) + 0.2


def test_a_whistle_has_bells_that_speak_one_after_the_other_and_sag_with_the_pressure() -> None:
    hit = make("steam_burst", whistle=1.0, size=0.7, chatter=0.0, water=0.0)
    lines_hz = []
    for start_s in (0.35, 0.95):
        part = hit.audio[:, round(start_s * RATE) : round((start_s + 0.25) * RATE)].sum(axis=0)
        power = np.abs(np.fft.rfft(part * np.hanning(len(part)), 1 << 16)) ** 2
        peaks = signal.find_peaks(power, height=0.03 * power.max(), distance=60)[0]
        lines_hz.append(peaks * RATE / (1 << 16))
    assert len(lines_hz[0]) >= 3
    assert lines_hz[1][0] < 0.995 * lines_hz[0][0]


@pytest.mark.parametrize("seed", range(3))
def test_a_whistle_dies_in_pitch_and_breath_instead_of_breaking_off(seed: int) -> None:
    hit = make("steam_burst", material="rock", whistle=1.0, size=0.7, chatter=0.0, water=0.0, seed=seed)
    size = round(0.1 * RATE)
    frames = hit.audio[:, RATE // 4 : RATE // 4 + 26 * size].sum(axis=0).reshape(26, size) * np.hanning(size)
    power = np.abs(np.fft.rfft(frames, 1 << 15)) ** 2
    hz = np.fft.rfftfreq(1 << 15, 1.0 / RATE)
    near = (hz > 600.0) & (hz < 1_200.0)
    level = 10.0 * np.log10(power[:, near].max(axis=1))
    assert level[0] - level[-1] > 20.0
    assert np.diff(level).min() > -10.0
    line_hz = hz[near][power[:, near].argmax(axis=1)]
    # By more than a semitone within two time constants, and before it has gone.
    assert line_hz[16] < 0.94 * line_hz[0]
    assert np.all(line_hz[:17:4][1:] < line_hz[:17:4][:-1] + 4.0)


def test_the_valve_chatters_without_a_beat() -> None:
    audio = make("steam_burst", chatter=1.0, water=0.0, size=1.0).audio[:, : RATE // 2]
    level = descriptors.levels_db(audio, RATE, frame_s=0.004)
    course = level - np.convolve(level, np.full(25, 0.04), "same")
    power = np.abs(np.fft.rfft(course * np.hanning(len(course)))) ** 2
    hz = np.fft.rfftfreq(len(course), 0.004)
    beats = power[(hz > 15.0) & (hz < 110.0)]
    assert beats.sum() > 0.6 * power.sum()
    assert beats.max() < 0.35 * beats.sum()
