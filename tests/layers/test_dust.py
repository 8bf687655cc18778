"""Dust storm: wind below, sand above its threshold, what the sand strikes."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal, stats

from soundscape.layers import dust
from tests import descriptors
from tests.layers.rendering import RATE, presets_of, render

PRESETS = [preset.name for preset in presets_of("dust")]
RANGES = {
    "centroid_hz": (300.0, 2_400.0),
    "slope_db_oct": (-8.0, -1.5),
    "crest_db": (12.0, 26.0),
    "kurtosis_hp100": (3.2, 20.0),
    "gust_sd_db": (0.98, 5.3),
    "gust_psd_slope": (-2.4, -0.62),
    "level_range_10_90_db": (3.4, 15.6),
    "onsets_per_s": (0.0, 3.0),
    "tonal_fraction": (0.0, 0.1),
    "evolution_sd_db": (0.66, 4.6),
    "loop_peak": (0.0, 0.05),
    "iacc_60_250": (0.0, 0.95),
    "iacc_4000_9000": (-0.1, 0.3),
}
"""Gusts of recorded wind; brighter and rougher by as much sand as flies, between wind and moving grains.

Behind cloth it is as dark as wind is."""


@pytest.mark.parametrize("preset", PRESETS)
def test_it_measures_like_wind_full_of_grains(preset: str) -> None:
    found = descriptors.describe(render(preset, 30.0), RATE, only=RANGES)
    assert not {name: found[name] for name, (low, high) in RANGES.items() if not low <= found[name] <= high}


def test_no_sand_flies_below_the_threshold_and_much_above_it() -> None:
    speeds = np.array((3.0, dust.THRESHOLD_M_S, 7.0, 15.0, 30.0))
    flown = dust._flux(speeds)
    assert flown[0] == flown[1] == 0.0
    assert flown[3] == pytest.approx(1.0)
    assert flown[4] == pytest.approx(8.0, rel=0.25)


def highs_db(preset: str, **changes: float | str) -> float:
    audio = render(preset, 15.0, changes=tuple(changes.items()))
    high = signal.sosfilt(signal.butter(4, 3_000.0, "high", fs=RATE, output="sos"), audio)
    return descriptors.rms_db(high, RATE)


def test_more_speed_and_more_sand_are_more_hiss() -> None:
    for name, steps in (("speed", (7.0, 11.0, 15.0, 20.0, 28.0)), ("sand", (0.1, 0.3, 0.5, 0.75, 1.0))):
        found = [highs_db("dust-storm", **{name: step}) for step in steps]
        assert stats.spearmanr(steps, found)[0] >= 0.9, name
        assert found[-1] > found[0] + 4.0


def test_walls_keep_the_roar_and_take_the_hiss() -> None:
    outside, inside = (render("dust-storm", 15.0, changes=(("inside", value),)) for value in (0.0, 1.0))
    assert descriptors.centroid_hz(inside, RATE) < 0.5 * descriptors.centroid_hz(outside, RATE)
    low = [
        descriptors.rms_db(signal.sosfilt(signal.butter(4, 150.0, fs=RATE, output="sos"), audio), RATE)
        for audio in (outside, inside)
    ]
    assert abs(low[0] - low[1]) < 2.0


def test_metal_rings_and_cloth_does_not() -> None:
    changes = (("blast", 1.0), ("sand", 1.0), ("streamers", 0.0), ("inside", 0.0))
    tonal = [
        descriptors.tonal_fraction(
            signal.sosfilt(
                signal.butter(4, 300.0, "high", fs=RATE, output="sos"),
                render("storm-on-the-hull", 15.0, changes=(*changes, ("surface", surface))),
            ),
            RATE,
        )
        for surface in ("metal", "cloth")
    ]
    assert tonal[0] > tonal[1] + 0.02


def test_streamers_pass_from_side_to_side() -> None:
    changes = (("blast", 0.0), ("flap", 0.0), ("sand", 1.0), ("streamers", 1.0))
    audio = render("dust-storm", 30.0, changes=changes)
    high = signal.sosfilt(signal.butter(4, 4_000.0, "high", fs=RATE, output="sos"), audio).astype(np.float32)
    left, right = (descriptors.levels_db(high[side : side + 1], RATE, frame_s=0.2) for side in (0, 1))
    lean = (left - right)[(left + right) > np.median(left + right)]
    assert np.percentile(lean, 95) > 1.5
    assert np.percentile(lean, 5) < -1.5
