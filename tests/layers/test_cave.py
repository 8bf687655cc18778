"""Air of a cave against dark recorded wind: its breath, its standing waves, its mouths."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal, stats

from soundscape.contract import TICK
from soundscape.layers import cave
from tests import descriptors
from tests.layers.rendering import RATE, SEED, presets_of, render, ticks

PRESETS = [preset.name for preset in presets_of("cave")]
RANGES = {
    "centroid_hz": (126.0, 1_000.0),
    "slope_db_oct": (-10.5, -4.0),
    "crest_db": (10.6, 22.0),
    "kurtosis_hp100": (2.93, 9.0),
    "gust_sd_db": (0.98, 7.0),
    "gust_psd_slope": (-2.3, -0.62),
    "level_range_10_90_db": (3.4, 18.0),
    "onsets_per_s": (0.0, 1.3),
    "tonal_fraction": (0.0, 0.215),
    "evolution_sd_db": (0.66, 5.0),
    "loop_peak": (0.0, 0.05),
    "iacc_60_250": (0.0, 0.95),
}
"""5th and 95th percentile of recordings of wind; drops add to kurtosis, breaths to the range of levels."""


@pytest.mark.parametrize("preset", PRESETS)
def test_it_measures_like_dark_wind(preset: str) -> None:
    found = descriptors.describe(render(preset, 30.0), RATE, only=RANGES)
    assert not {name: found[name] for name, (low, high) in RANGES.items() if not low <= found[name] <= high}


@pytest.mark.parametrize("breath_s", [5.0, 12.0])
def test_it_breathes_at_its_pace_but_never_evenly(breath_s: float) -> None:
    params = cave.Params(breath=breath_s, breathing=1.0, draught=0.0)
    count = ticks(240.0)
    flow = cave.Breath(params, RATE, SEED).advance(count, np.ones(count + 1)).out
    turns = np.flatnonzero((flow[:-1] < 0.0) & (flow[1:] >= 0.0)) * TICK / RATE
    gaps = np.diff(turns)
    assert np.mean(gaps) == pytest.approx(breath_s, rel=0.35)
    assert 0.1 < np.std(gaps) / np.mean(gaps) < 0.6


def test_standing_waves_are_those_of_the_length() -> None:
    changes = (("breathing", 0.0), ("moan", 0.0), ("water", 0.0), ("grit", 0.0), ("length", 5.0))
    plain, coloured = (
        descriptors.spectrum(render("cave-air", 20.0, changes=(*changes, ("waves", waves))), RATE, size=1 << 14)
        for waves in (0.0, 1.0)
    )
    ratio = 10.0 * np.log10(coloured[1] / plain[1])
    first = cave.SOUND_M_S / 10.0
    for order in (2, 3, 4):
        near = np.abs(plain[0] / (first * order) - 1.0) < 0.06
        assert ratio[near].max() > 2.0


def test_moans_are_narrow_and_come_and_go() -> None:
    changes = (("moan", 1.0), ("moan_pitch", 220.0), ("waves", 0.0), ("water", 0.0), ("grit", 0.0))
    audio = render("breathing-cave", 40.0, changes=changes)
    band = signal.sosfilt(signal.butter(4, (205.0, 240.0), "bandpass", fs=RATE, output="sos"), audio)
    around = signal.sosfilt(signal.butter(4, (420.0, 520.0), "bandpass", fs=RATE, output="sos"), audio)
    levels = [descriptors.levels_db(part.astype(np.float32), RATE, frame_s=0.25) for part in (band, around)]
    stands_out = levels[0] - levels[1]
    assert np.percentile(stands_out, 95) > np.percentile(stands_out, 20) + 6.0


def test_more_water_makes_more_drops() -> None:
    steps = np.linspace(0.0, 1.0, 5)
    changes = (("breathing", 0.0), ("grit", 0.0), ("moan", 0.0), ("draught", 0.0))
    found = [
        descriptors.kurtosis_hp100(
            signal.sosfilt(
                signal.butter(4, 900.0, "high", fs=RATE, output="sos"),
                render("cave-air", 20.0, changes=(*changes, ("water", float(step)))),
            ),
            RATE,
        )
        for step in steps
    ]
    levels = [
        descriptors.rms_db(
            signal.sosfilt(
                signal.butter(4, 900.0, "high", fs=RATE, output="sos"),
                render("cave-air", 20.0, changes=(*changes, ("water", float(step)))),
            ),
            RATE,
        )
        for step in steps
    ]
    assert found[0] < 3.5
    assert stats.spearmanr(steps, levels)[0] >= 0.9
