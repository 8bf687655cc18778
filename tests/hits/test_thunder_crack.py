"""Thunder against recordings of it, and its N-waves against their formula."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from soundscape.hits.thunder_crack import FRONT_S, _lay_n_waves
from tests import descriptors
from tests.hits.rendering import RATE, length_s, make, presets_of, render

PRESETS = [preset.name for preset in presets_of("thunder_crack")]


@pytest.mark.parametrize("level", [0.5, 0.1])
def test_an_n_wave_rises_falls_straight_through_zero_and_rises_back(level: float) -> None:
    out = np.zeros((2, 2_000), np.float32)
    _lay_n_waves(out, RATE, *(np.array([value]) for value in (0.01, level, 0.02, 0.0)))
    wave = out[0]
    front = round(FRONT_S * RATE / level)
    assert np.abs(wave[:481]).max() <= 1e-6
    assert np.argmax(wave) == pytest.approx(480 + front, abs=1)
    assert wave.max() == pytest.approx(level, rel=0.03)
    assert wave[480 + 480] == pytest.approx(0.0, abs=4e-3 * level)
    straight = np.diff(wave[480 + front + 2 : 480 + 960 - front - 2])
    assert np.ptp(straight) <= 1e-3 * np.abs(straight).max()
    assert wave.min() == pytest.approx(-level, rel=0.03)
    assert np.abs(wave[480 + 962 :]).max() <= 1e-5
    assert abs(wave.sum()) <= 4e-3 * np.abs(wave).sum()


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("seed", [4, 25, 37, 38])
def test_it_is_as_dark_as_recorded_thunder(preset: str, seed: int) -> None:
    assert -18.3 <= descriptors.slope_db_oct(render(preset, seed=seed).audio, RATE) <= -7.8


@pytest.mark.parametrize("preset", PRESETS)
def test_it_is_as_uneven_as_recorded_thunder(preset: str) -> None:
    hit = render(preset)
    assert 16.8 <= descriptors.crest_db(hit.audio, RATE) <= 27.1
    assert descriptors.level_range_10_90_db(hit.audio, RATE) >= 15.3
    assert 6.09 <= descriptors.kurtosis_hp100(hit.audio, RATE) <= 62.0


def test_far_thunder_rolls_with_the_centroid_of_recordings() -> None:
    assert 146.0 <= descriptors.centroid_hz(render("thunder-rolling").audio, RATE) <= 314.0


def test_near_thunder_strikes_at_once_while_far_thunder_swells_for_longer() -> None:
    def half_s(preset: str, seed: int) -> float:
        power = np.cumsum((render(preset, seed=seed).audio ** 2).sum(axis=0))
        return float(np.searchsorted(power, 0.5 * power[-1])) / RATE

    near, far = (
        np.median([half_s(preset, seed) for seed in range(7)]) for preset in ("thunder-crack", "thunder-rolling")
    )
    assert near < 0.6
    assert far > 1.6 * near


def test_branches_tear_above_the_crack() -> None:
    def high_db(tear: float, seed: int) -> float:
        audio = make("thunder_crack", tear=tear, seed=seed).audio[:, : RATE // 4]
        frequency, density = descriptors.spectrum(audio, RATE, size=4096)
        return float(10.0 * np.log10(density[frequency > 500.0].sum() / density.sum()))

    assert np.mean([high_db(1.0, seed) - high_db(0.0, seed) for seed in range(5)]) > 3.0


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
