"""Radio: its band, its fading, its packets, and the gate before its voices."""

from __future__ import annotations

import numpy as np
import pytest

from soundscape.contract import TICK
from soundscape.layers import radio
from tests import descriptors
from tests.layers.rendering import RATE, SEED, presets_of, render, ticks

PRESETS = [preset.name for preset in presets_of("radio")]
RANGES = {
    "centroid_hz": (500.0, 3_400.0),
    "crest_db": (11.0, 30.0),
    "kurtosis_hp100": (2.5, 120.0),
    "gust_sd_db": (0.7, 8.0),
    "gust_psd_slope": (-2.5, 0.4),
    "evolution_sd_db": (0.4, 6.0),
    "loop_peak": (0.0, 0.12),
}
"""Reasoned: the band of a telephone, and the slow level of waves that fade."""


def sent(seconds: float, **changes: float) -> np.ndarray:
    """Level of the sender at tick edges."""
    made = radio.Params(**changes)
    packets = radio.Packets(made, RATE, SEED)
    hz, level, pan = np.empty((3, ticks(seconds) + 1))
    radio.send(hz, level, pan, packets._state, packets._numbers, packets._key, TICK / RATE)
    return np.stack((hz, level))


@pytest.mark.parametrize("preset", PRESETS)
def test_it_measures_like_a_receiver(preset: str) -> None:
    found = descriptors.describe(render(preset, 30.0), RATE, only=RANGES)
    assert not {name: found[name] for name, (low, high) in RANGES.items() if not low <= found[name] <= high}


@pytest.mark.parametrize("preset", PRESETS)
def test_most_of_it_lies_in_a_voice_band(preset: str) -> None:
    frequency, density = descriptors.spectrum(render(preset, 30.0), RATE)
    inside = (frequency > 250.0) & (frequency < 4_500.0)
    assert density[inside].sum() > 0.85 * density.sum()


def test_packets_and_pauses_have_heavy_tails() -> None:
    on = (sent(600.0, pause=1.0)[1] > 0.5).astype(int)
    starts, ends = np.flatnonzero(np.diff(on) == 1), np.flatnonzero(np.diff(on) == -1)
    count = min(len(starts), len(ends))
    lengths = (ends[:count] - starts[:count]) * TICK / RATE
    assert len(lengths) > 150
    assert np.std(lengths) / np.mean(lengths) > 0.7


def test_no_two_packets_carry_the_same_news() -> None:
    hz, level = sent(120.0, pause=0.5)
    starts = np.flatnonzero(np.diff((level > 0.5).astype(int)) == 1)
    news = [tuple(np.round(hz[start : start + 40])) for start in starts]
    assert len(set(news)) == len(news)


def test_a_packet_uses_two_tones() -> None:
    hz, level = sent(30.0, pause=0.5)
    starts = np.flatnonzero(np.diff((level > 0.5).astype(int)) == 1)
    ends = np.flatnonzero(np.diff((level > 0.5).astype(int)) == -1)
    for start, end in zip(starts[1:6], ends[ends > starts[1]][:5], strict=True):
        assert len(set(np.round(hz[start + 1 : end], 3))) <= 2


def test_the_static_makes_way_for_a_voice() -> None:
    calls = radio.Calls(radio.Params(calls=1.0), RATE, SEED)
    out = np.zeros((2, ticks(60.0) * TICK), np.float32)
    gate = calls.add(out, ticks(60.0))
    assert gate.min() < 0.05
    assert gate.max() > 0.95
    level = descriptors.levels_db(out, RATE, frame_s=TICK / RATE)
    assert level[gate[:-1] > 0.95].mean() > level[gate[:-1] < 0.05].mean() + 20.0


def test_deeper_fading_moves_the_level_more() -> None:
    changes = (("packets", -60.0), ("speech", -60.0), ("crackle", 0.0))
    shallow, deep = (
        descriptors.gust_sd_db(render("between-stations", 20.0, changes=(*changes, ("fading", value))), RATE)
        for value in (0.5, 8.0)
    )
    assert deep > 2.0 * shallow
