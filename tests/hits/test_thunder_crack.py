"""Thunder against recordings of it, and its N-waves against their formula."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from soundscape.hits.thunder_crack import _lay_n_waves
from tests import descriptors
from tests.hits.rendering import RATE, length_s, make, presets_of, render

PRESETS = [preset.name for preset in presets_of("thunder_crack")]


def test_an_n_wave_jumps_falls_straight_through_zero_and_jumps_back() -> None:
    out = np.zeros((2, 2_000), np.float32)
    _lay_n_waves(out, RATE, *(np.array([value]) for value in (0.01, 0.5, 0.02, 0.0)))
    wave = out[0]
    assert np.abs(wave[:480]).max() <= 1e-6
    assert wave[480] == pytest.approx(0.5, rel=0.01)
    assert wave[480 + 480] == pytest.approx(0.0, abs=2e-3)
    assert wave[480 + 959] == pytest.approx(-0.5, rel=0.01)
    assert np.abs(wave[480 + 962 :]).max() <= 1e-5
    assert abs(wave.sum()) <= 4e-3 * np.abs(wave).sum()


@pytest.mark.parametrize("preset", PRESETS)
def test_it_is_as_dark_and_as_uneven_as_recorded_thunder(preset: str) -> None:
    hit = render(preset)
    # Recordings are a decibel darker than the nearest crack: few were made under one.
    assert -18.3 <= descriptors.slope_db_oct(hit.audio, RATE) <= -6.5
    assert 16.8 <= descriptors.crest_db(hit.audio, RATE) <= 27.1
    assert descriptors.level_range_10_90_db(hit.audio, RATE) >= 15.3
    assert 6.09 <= descriptors.kurtosis_hp100(hit.audio, RATE) <= 62.0


def test_far_thunder_rolls_with_the_centroid_of_recordings() -> None:
    assert 146.0 <= descriptors.centroid_hz(render("thunder-rolling").audio, RATE) <= 314.0


def test_near_thunder_strikes_at_once_while_far_thunder_swells_for_longer() -> None:
    near, far = (np.cumsum((render(name).audio ** 2).sum(axis=0)) for name in ("thunder-crack", "thunder-rolling"))
    half = [int(np.searchsorted(power, 0.5 * power[-1])) / RATE for power in (near, far)]
    assert half[0] < 0.4
    assert half[1] > 1.6 * half[0]


def test_branches_tear_above_the_crack() -> None:
    bare, torn = (make("thunder_crack", tear=value).audio[:, : RATE // 4] for value in (0.0, 1.0))
    high = [descriptors.spectrum(audio, RATE, size=4096) for audio in (bare, torn)]
    levels = [10.0 * np.log10(density[frequency > 2_000.0].sum() / density.sum()) for frequency, density in high]
    assert levels[1] > levels[0] + 3.0


def test_more_land_throws_back_for_longer() -> None:
    assert length_s(make("thunder_crack", roll=1.0)) > 1.3 * length_s(make("thunder_crack", roll=0.0))


@pytest.mark.parametrize("seed", range(3))
def test_claps_stand_out_of_the_rolls(seed: int) -> None:
    audio = render("thunder-crack", seed=seed).audio[:, RATE // 4 : 3 * RATE]
    level = descriptors.levels_db(audio, RATE, frame_s=0.08)
    fall = np.polyval(np.polyfit(range(len(level)), level, 2), range(len(level)))
    assert np.ptp(level - fall) >= 8.0


def test_every_band_rolls_by_its_own_way() -> None:
    together = []
    for seed in range(3):
        audio = render("thunder-rolling", seed=seed).audio[:, : 6 * RATE].sum(axis=0)
        courses = []
        for low_hz, high_hz in ((30.0, 65.0), (90.0, 170.0), (240.0, 460.0)):
            sections = signal.butter(3, (low_hz, high_hz), "band", fs=RATE, output="sos")
            level = descriptors.levels_db(signal.sosfilt(sections, audio)[None], RATE, frame_s=0.1)
            courses.append(level - np.polyval(np.polyfit(range(len(level)), level, 2), range(len(level))))
        together.append(np.corrcoef(courses)[np.triu_indices(3, 1)].mean())
    assert 0.0 <= np.mean(together) <= 0.8
