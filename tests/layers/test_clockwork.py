"""Clockwork against what was measured of recorded clocks, and its escapement against what it is told."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from tests import descriptors
from tests.layers.rendering import RATE, presets_of, render

PRESETS = tuple(preset.name for preset in presets_of("clockwork"))
CLOCKS = tuple(name for name in PRESETS if name != "gear-train")

RANGES = {
    "kurtosis_hp100": (24.0, 186.0),
    "crest_db": (17.6, 33.0),
    "level_range_10_90_db": (8.45, 53.1),
    "centroid_hz": (519.0, 4_380.0),
    "slope_db_oct": (-4.76, 3.5),
    "onsets_per_s": (1.4, 7.8),
    "tonal_fraction": (0.02, 0.45),
    "centroid_sd_oct": (0.39, 1.81),
    "loop_peak": (0.0, 0.45),
    "gust_sd_db": (0.68, 18.0),
}
"""5th and 95th percentile of recordings of clocks, the level a little wider: of many clocks it moves less."""


def _outside(preset: str, **controls: float) -> dict[str, float]:
    found = descriptors.describe(render(preset, 10.0, **controls), RATE, only=RANGES)
    return {name: round(found[name], 3) for name, (low, high) in RANGES.items() if not low <= found[name] <= high}


def _rhythm(audio: np.ndarray) -> np.ndarray:
    """Autocorrelation of the 5-ms envelope at lags of 5 ms."""
    level = 10.0 ** (descriptors.levels_db(audio, RATE, frame_s=0.005) / 20.0)
    level -= level.mean()
    found = np.correlate(level, level, "full")[len(level) - 1 :]
    return found / found[0]


@pytest.mark.parametrize("preset", CLOCKS)
def test_it_measures_like_recorded_clocks(preset: str) -> None:
    assert not _outside(preset)
    assert 0.388 <= _rhythm(render(preset, 10.0))[20:400].max() <= 0.87


@pytest.mark.parametrize("value", [0.25, 0.75])
@pytest.mark.parametrize("control", ["intensity", "brightness", "density"])
def test_it_measures_like_recorded_clocks_at_every_control(control: str, value: float) -> None:
    assert not _outside("pocket-watch", **{control: value})


def test_gears_rattle_as_a_machine_does() -> None:
    audio = render("gear-train", 20.0)
    assert descriptors.onsets_per_s(audio, RATE) > 3.0
    assert descriptors.kurtosis_hp100(audio, RATE) <= 147.0
    assert _rhythm(audio)[20:400].max() < 0.5


def test_a_watch_beats_at_the_rate_that_it_is_given() -> None:
    changes = (("beat", 4.0), ("alternation", 0.0), ("gears", 0.0), ("room", -30.0))
    rhythm = _rhythm(render("pocket-watch", 20.0, changes=changes))
    period = 60 + int(np.argmax(rhythm[60:140]))
    assert period * 0.005 == pytest.approx(0.5, abs=0.01)
    assert rhythm[48:53].max() > 0.3


def test_no_two_ticks_are_alike() -> None:
    changes = (("jitter", 0.0), ("gears", 0.0), ("room", -30.0), ("alternation", 0.0), ("beat", 4.0))
    audio = render("pocket-watch", 8.0, changes=changes).mean(axis=0)
    turn = RATE // 2
    first = int(np.argmax(np.abs(audio[:turn])))
    ticks = [audio[first + k * turn - 2_000 : first + k * turn + 3_000] for k in range(1, 14)]
    found = [np.corrcoef(a, b)[0, 1] for a, b in pairwise(ticks)]
    assert np.median(found) < 0.98
    assert np.std([np.abs(tick).max() for tick in ticks]) > 0.05 * np.mean([np.abs(tick).max() for tick in ticks])


def test_many_movements_do_not_fall_in_step() -> None:
    one = render("clock-workshop", 20.0, changes=(("movements", 1),))
    many = render("clock-workshop", 20.0)
    assert _rhythm(many)[20:400].max() < _rhythm(one)[20:400].max()
    assert descriptors.events_per_s(many, RATE) > 1.5 * descriptors.events_per_s(one, RATE)


def test_a_larger_clock_is_darker() -> None:
    small, large = (render("mantel-clock", 8.0, changes=(("size", size),)) for size in (0.1, 0.9))
    assert descriptors.centroid_hz(small, RATE) > 1.5 * descriptors.centroid_hz(large, RATE)
