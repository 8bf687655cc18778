"""Inside a ship against recorded hums and rooms: its sub, its air, and the hull that gives."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal, stats

from soundscape.contract import TICK
from soundscape.layers import ship
from tests import descriptors
from tests.layers.rendering import RATE, SEED, presets_of, render, ticks

PRESETS = [preset.name for preset in presets_of("ship")]
RANGES = {
    "centroid_hz": (137.0, 2_400.0),
    "slope_db_oct": (-10.3, -0.8),
    "crest_db": (8.8, 23.9),
    "kurtosis_hp100": (2.8, 60.0),
    "gust_sd_db": (0.25, 4.5),
    "gust_psd_slope": (-2.0, 0.23),
    "level_range_10_90_db": (2.1, 9.5),
    "onsets_per_s": (0.0, 6.15),
    "tonal_fraction": (0.0, 0.59),
    "evolution_sd_db": (0.23, 4.9),
    "loop_peak": (0.0, 0.22),
    "iacc_60_250": (0.3, 0.98),
    "iacc_4000_9000": (-0.1, 0.88),
}
"""5th and 95th percentile of recordings of machines at work; creaks steepen the motion."""


@pytest.mark.parametrize("preset", PRESETS)
def test_it_measures_like_a_machine_one_lives_in(preset: str) -> None:
    found = descriptors.describe(render(preset, 30.0), RATE, only=RANGES)
    assert not {name: found[name] for name, (low, high) in RANGES.items() if not low <= found[name] <= high}


def test_the_drive_is_lines_in_pairs_that_beat_slowly() -> None:
    params = ship.Params(drive=40.0, sub=1.0, age=0.0, beating=0.5)
    count = ticks(40.0)
    out = np.zeros((2, count * TICK), np.float32)
    ship.Drive(params, RATE, SEED).add(out, np.zeros(count + 1))
    mono = out.mean(axis=0, dtype=np.float64)
    power = np.abs(np.fft.rfft(mono * np.hanning(len(mono)))) ** 2
    frequency = np.fft.rfftfreq(len(mono), 1.0 / RATE)
    lowest = frequency[np.argmax(power)]
    assert lowest == pytest.approx(40.0, rel=0.07)
    near = np.abs(frequency - lowest) < 1.5
    peaks, _ = signal.find_peaks(power[near], height=0.1 * power.max())
    assert len(peaks) == 2
    assert 0.2 < np.diff(frequency[near][peaks])[0] < 0.8


def test_more_pressure_is_more_and_louder_creaks() -> None:
    steps = (0.05, 0.25, 0.5, 0.75, 1.0)
    found = [
        descriptors.kurtosis_hp100(render("deep-hull", 40.0, changes=(("pressure", step), ("sub", 0.0))), RATE)
        for step in steps
    ]
    assert stats.spearmanr(steps, found)[0] >= 0.8
    assert found[-1] > 2.0 * found[0]


def test_the_pump_runs_by_turns() -> None:
    turns = ship.Turns(RATE, SEED, on_s=10.0, off_s=15.0).advance(ticks(300.0))
    assert 0.15 < np.mean(turns > 0.5) < 0.75
    assert np.abs(np.diff(turns)).max() < 0.02
    starts = np.flatnonzero((turns[1:] > 0.5) & (turns[:-1] <= 0.5))
    gaps = np.diff(starts)
    assert len(gaps) >= 4
    assert np.std(gaps) / np.mean(gaps) > 0.1


@pytest.mark.parametrize(("param", "low", "high"), [("hiss", 0.0, 1.0), ("ventilation", 0.1, 1.0)])
def test_air_is_brighter_with_more_of_it(param: str, low: float, high: float) -> None:
    quiet, full = (
        descriptors.centroid_hz(render("bridge-air", 10.0, changes=((param, value), ("fan", 0.0))), RATE)
        for value in (low, high)
    )
    assert full > quiet
