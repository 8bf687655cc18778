"""Radio: its band, its fading, its packets, and the gate before its voices."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

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


def heard(loud: np.ndarray, squelch: float) -> tuple[np.ndarray, np.ndarray]:
    """Static and closing tone of a receiver that hears a voice of this level at tick edges."""
    noise, beep = np.empty((2, len(loud)))
    radio.receive(noise, beep, loud, np.array((0.0, 0.0, 1e3, 1.0)), squelch, TICK / RATE)
    return noise, beep


@pytest.mark.parametrize("preset", PRESETS)
def test_it_measures_like_a_receiver(preset: str) -> None:
    found = descriptors.describe(render(preset, 30.0), RATE, only=RANGES)
    assert not {name: found[name] for name, (low, high) in RANGES.items() if not low <= found[name] <= high}


@pytest.mark.parametrize("preset", PRESETS)
def test_most_of_it_lies_in_a_voice_band(preset: str) -> None:
    frequency, density = descriptors.spectrum(render(preset, 30.0), RATE)
    inside = (frequency > 250.0) & (frequency < 4_500.0)
    assert density[inside].sum() > 0.85 * density.sum()


def test_pauses_and_transmissions_have_heavy_tails_and_no_two_are_alike() -> None:
    stations = radio.Stations(radio.Params(), RATE, SEED)
    lengths, sounds = [], []
    for count in range(60):
        rng = SEED.generator("packet", count)
        sounds.append(stations.packet(0.35 * np.exp(0.9 * rng.standard_normal()), rng))
        lengths.append(len(sounds[-1]) / RATE)
    assert np.std(lengths) / np.mean(lengths) > 0.7
    size = min(len(sound) for sound in sounds)
    likeness = np.corrcoef([sound[:size] for sound in sounds]) - np.eye(len(sounds))
    assert np.abs(likeness).max() < 0.98


def test_morse_is_dots_dashes_and_gaps_of_one_three_and_more() -> None:
    audio = radio._morse(RATE, np.random.default_rng(4), 800.0, dots_per_s=12.0, length_s=8.0)
    on = descriptors.levels_db(audio[None], RATE, frame_s=0.004) > -12.0
    turns = np.flatnonzero(np.diff(on.astype(int)))
    lengths = np.diff(turns) * 0.004 * 12.0
    signs, gaps = lengths[on[turns[:-1] + 1]], lengths[~on[turns[:-1] + 1]]
    for found in (signs, gaps[gaps < 4.0]):
        assert np.all(np.minimum(np.abs(found - 1.0), np.abs(found - 3.0)) < 0.35)
        assert {1, 3} == set(np.round(found).astype(int))


def test_an_open_receiver_turns_itself_down_for_a_voice_and_slowly_up_again() -> None:
    loud = np.zeros(ticks(6.0))
    loud[ticks(1.0) : ticks(3.0)] = 1.0
    noise, _ = heard(loud, 0.0)
    assert noise[ticks(0.9)] == pytest.approx(1.0, abs=0.05)
    assert noise[ticks(1.2)] < 0.35
    assert noise[ticks(3.2)] < 0.7 < 0.95 < noise[ticks(5.9)]


def test_a_squelch_is_silent_until_a_call_comes_and_crashes_at_its_end() -> None:
    loud = np.zeros(ticks(6.0))
    loud[ticks(1.0) : ticks(3.0)] = 1.0
    noise, beep = heard(loud, 1.0)
    released = np.flatnonzero(beep > 0.5)[0]
    assert noise[ticks(0.9)] < 0.05
    assert 0.05 < noise[ticks(2.0)] < 0.3
    assert ticks(3.0) < released < ticks(4.0)
    assert noise[released : released + ticks(0.15)].mean() > 0.6
    assert noise[released + ticks(0.5)] < 0.05
    assert np.count_nonzero(beep > 0.5) * TICK / RATE == pytest.approx(radio.BEEP_S, abs=0.03)


def test_a_voice_is_heard_over_the_static() -> None:
    calls = radio.Calls(radio.Params(calls=1.0), RATE, SEED)
    out = np.zeros((2, ticks(60.0) * TICK), np.float32)
    noise = calls.add(out, ticks(60.0))
    level = descriptors.levels_db(out, RATE, frame_s=TICK / RATE)
    assert level[noise[:-1] < 0.4].mean() > level[noise[:-1] > 0.98].mean() + 20.0


def test_deeper_fading_moves_the_level_more() -> None:
    changes = (("packets", -60.0), ("speech", -60.0), ("crackle", 0.0))
    shallow, deep = (
        descriptors.gust_sd_db(render("between-stations", 20.0, changes=(*changes, ("fading", value))), RATE)
        for value in (0.5, 8.0)
    )
    assert deep > 2.0 * shallow


def test_bands_fade_one_by_one_as_waves_come_by_two_ways() -> None:
    apart = {}
    for fading in (0.5, 6.0):
        static = radio.Static(radio.Params(fading=fading, crackle=0.0), RATE, SEED)
        audio = np.zeros((2, ticks(20.0) * TICK), np.float32)
        static.add(audio, np.ones(ticks(20.0) + 1))
        low, high = (
            signal.sosfilt(signal.butter(2, band, "band", fs=RATE, output="sos"), audio)
            for band in ((700.0, 900.0), (1_500.0, 1_800.0))
        )
        levels = [descriptors.levels_db(part, RATE, frame_s=0.2) for part in (low, high)]
        apart[fading] = np.std(levels[0] - levels[1])
    assert apart[6.0] > 1.5 * apart[0.5]
