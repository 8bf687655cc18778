"""Engines against what recorded helicopters and machines measure, and against the arithmetic of what turns."""

from __future__ import annotations

import numpy as np
import pytest

from tests import descriptors
from tests.layers.rendering import RATE, presets_of, render

OUTSIDE = {
    "tonal_fraction": (0.08, 0.63),
    "slope_db_oct": (-10.7, -4.3),
    "kurtosis_hp100": (3.0, 13.8),
    "crest_db": (12.0, 19.7),
    "gust_sd_db": (0.66, 14.8),
    "level_range_10_90_db": (2.3, 34.0),
    "centroid_hz": (151.0, 978.0),
    "onsets_per_s": (0.0, 7.5),
}
"""5th to 95th percentile of recorded helicopters; onsets a little wider."""
INSIDE = {
    "tonal_fraction": (0.0188, 0.59),
    "slope_db_oct": (-10.3, -0.8),
    "kurtosis_hp100": (2.8, 147.0),
    "gust_sd_db": (0.25, 4.5),
    "centroid_hz": (137.0, 2_400.0),
    "onsets_per_s": (0.0, 6.15),
}
"""The same of humming machines."""
PLAIN = (("wash", -60.0), ("clatter", 0.0), ("unrest", 0.0))


def _outside(preset: str, ranges: dict[str, tuple[float, float]], **controls: float) -> dict[str, float]:
    found = descriptors.describe(render(preset, 12.0, **controls), RATE, only=ranges)
    return {name: round(found[name], 3) for name, (low, high) in ranges.items() if not low <= found[name] <= high}


def _peaks(audio: np.ndarray, near_hz: np.ndarray, *, within: float = 0.07) -> np.ndarray:
    """Level in dB of the strongest line near each frequency."""
    frequency, density = descriptors.spectrum(audio, RATE, size=1 << 16)
    return np.array([10.0 * np.log10(density[np.abs(frequency / hz - 1.0) < within].max()) for hz in near_hz])


@pytest.mark.parametrize("controls", [{}, {"intensity": 0.25}, {"intensity": 0.75}])
@pytest.mark.parametrize("preset", ["airship-engine", "piston-engine", "propeller"])
def test_it_lies_within_the_range_of_recorded_engines(preset: str, controls: dict[str, float]) -> None:
    assert not _outside(preset, OUTSIDE, **controls)


@pytest.mark.parametrize("controls", [{}, {"intensity": 0.25}, {"intensity": 0.75}, {"brightness": 0.75}])
def test_the_hold_hums_like_a_machine_behind_a_wall(controls: dict[str, float]) -> None:
    assert not _outside("airship-hold", INSIDE, **controls)


@pytest.mark.parametrize("preset", [preset.name for preset in presets_of("engine")])
def test_the_load_wanders_as_one_over_f(preset: str) -> None:
    audio = render(preset, 40.0)
    assert -2.2 <= descriptors.gust_psd_slope(audio, RATE) <= 0.0
    assert descriptors.evolution_sd_db(audio, RATE) >= 0.23


def test_firing_lies_at_its_rate_and_unequal_cylinders_add_sidebands_of_the_cycle() -> None:
    changes = (*PLAIN, ("firing", 60.0), ("cylinders", 3), ("engines", 1))

    def lines(uneven: float) -> np.ndarray:
        audio = render("piston-engine", 12.0, changes=(*changes, ("uneven", uneven)))
        return _peaks(audio, np.array([60.0, 120.0, 100.0, 140.0]))

    even, worn = lines(0.0), lines(0.3)
    assert even[:2].min() > even[2:].max() + 12.0
    assert worn[2:].max() > even[2:].max() + 8.0


def test_blades_pass_at_their_rate() -> None:
    changes = (*PLAIN, ("propeller", 18.0), ("blade", 30.0), ("engines", 1), ("firing", 101.0))
    found = _peaks(render("propeller", 12.0, changes=changes), np.array([30.0, 60.0, 45.0, 75.0]))
    assert found[:2].min() > found[2:].max() + 6.0


def test_two_engines_beat_at_the_difference_of_their_speeds() -> None:
    changes = (*PLAIN, ("firing", 80.0), ("engines", 2), ("detune", 1.0), ("propeller", -60.0), ("width", 0.0))
    audio = render("airship-engine", 20.0, changes=changes).mean(axis=0)
    bins = np.fft.rfft(audio)
    frequency = np.fft.rfftfreq(len(audio), 1.0 / RATE)
    bins[(frequency < 70.0) | (frequency > 90.0)] = 0.0
    level = np.abs(np.fft.irfft(bins).reshape(-1, 480)).max(axis=1)
    swing = np.abs(np.fft.rfft(level - level.mean()))
    pace = np.fft.rfftfreq(len(level), 0.01)
    slow = (pace > 0.3) & (pace < 3.0)
    assert pace[slow][np.argmax(swing[slow])] == pytest.approx(0.8, abs=0.35)


def test_load_raises_pitch_and_level() -> None:
    changes = (*PLAIN, ("firing", 100.0), ("engines", 1), ("propeller", -60.0))
    idle, full = (render("airship-engine", 8.0, changes=changes, intensity=value) for value in (0.0, 1.0))
    pitch = []
    for audio in (idle, full):
        frequency, density = descriptors.spectrum(audio, RATE, size=1 << 15)
        near = (frequency > 85.0) & (frequency < 115.0)
        pitch.append(frequency[near][np.argmax(density[near])])
    assert pitch[1] / pitch[0] == pytest.approx(1.07 / 0.93, rel=0.03)
    assert descriptors.rms_db(full, RATE) > descriptors.rms_db(idle, RATE) + 7.0


def test_a_hull_takes_the_highs() -> None:
    outside, inside = (render("airship-engine", 8.0, changes=(("hull", value),)) for value in (0.0, 1.0))
    assert descriptors.slope_db_oct(inside, RATE) < descriptors.slope_db_oct(outside, RATE) - 0.5
    assert descriptors.rolloff95_hz(inside, RATE) < 0.8 * descriptors.rolloff95_hz(outside, RATE)
