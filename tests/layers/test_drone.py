"""A drone against recorded helicopters: its combs, its wakes, and how it flies."""

from __future__ import annotations

import numpy as np
import pytest

from soundscape.contract import TICK
from soundscape.dsp.stacks import Stacks
from soundscape.layers import drone
from tests import descriptors
from tests.layers.rendering import RATE, SEED, presets_of, render, ticks

PRESETS = [preset.name for preset in presets_of("drone")]
RANGES = {
    "centroid_hz": (300.0, 2_400.0),
    "rolloff95_hz": (540.0, 4_830.0),
    "slope_db_oct": (-8.0, -1.0),
    "crest_db": (10.0, 23.9),
    "kurtosis_hp100": (3.1, 13.8),
    "gust_sd_db": (0.6, 5.0),
    "gust_psd_slope": (-1.4, 0.23),
    "level_range_10_90_db": (2.36, 15.0),
    "onsets_per_s": (0.0, 5.2),
    "tonal_fraction": (0.0, 0.68),
    "evolution_sd_db": (0.3, 4.9),
    "loop_peak": (0.0, 0.11),
    "clicks": (0.0, 2.0),
}
"""Helicopters and machines, several times smaller: brighter by two octaves. Pitches that hunt are not lines. The way
of a craft that flies about is smoother than what a machine at rest does: the scout, -0.9 to -1.8 by seed."""


@pytest.mark.parametrize("preset", PRESETS)
def test_it_measures_like_a_small_helicopter(preset: str) -> None:
    found = descriptors.describe(render(preset, 30.0), RATE, only=RANGES)
    assert not {name: found[name] for name, (low, high) in RANGES.items() if not low <= found[name] <= high}


STILL = (("hunting", 0.0), ("manoeuvres", 0.0), ("roam", 0.0), ("wake", -40.0), ("rotors", 1), ("unlike", 0.0))


@pytest.mark.parametrize("blades", [2, 3])
def test_the_blades_passage_is_the_loudest_line(blades: int) -> None:
    audio = render("quadcopter", 12.0, changes=(*STILL, ("blades", blades), ("shaft", 80.0), ("whine", 0.0)))
    frequency, density = descriptors.spectrum(audio, RATE, size=1 << 15)
    assert frequency[np.argmax(density)] == pytest.approx(80.0 * blades, rel=0.15)


def test_whine_stands_on_the_poles_of_the_motor() -> None:
    without, whining = (
        descriptors.spectrum(render("quadcopter", 12.0, changes=(*STILL, ("shaft", 80.0), ("whine", value))), RATE)
        for value in (0.0, 1.0)
    )
    added = whining[1] / without[1]
    inside = (without[0] > 400.0) & (without[0] < 3_500.0)
    strongest = without[0][inside][np.argmax(added[inside])]
    assert (strongest / (80.0 * drone.POLES)) % 1.0 == pytest.approx(0.0, abs=0.2) or (
        strongest / (80.0 * drone.POLES)
    ) % 1.0 == pytest.approx(1.0, abs=0.2)


def test_hunting_rotors_beat() -> None:
    calm, restless = (
        descriptors.tonal_fraction(
            render("cargo-drone", 15.0, changes=(("hunting", value), ("manoeuvres", 0.0), ("wake", -12.0))), RATE
        )
        for value in (0.0, 1.0)
    )
    assert calm > 1.1 * restless


def test_a_comb_at_full_speed_does_not_fold() -> None:
    count = ticks(4.0)
    order = np.arange(1, drone.HARMONICS + 1)
    hz = np.full((count + 1, 1), 437.0)
    gain = np.tile(np.where(437.0 * order < 0.45 * RATE, 1.0 / order, 0.0), (count + 1, 1, 1))
    out = np.zeros((2, count * TICK), np.float32)
    Stacks(SEED, RATE, pan=np.zeros(1)).add(out, hz, gain)
    mono = out[0].astype(np.float64)
    power = np.abs(np.fft.rfft(mono * np.blackman(len(mono)))) ** 2
    frequency = np.fft.rfftfreq(len(mono), 1.0 / RATE)
    lines = np.abs(frequency / 437.0 - np.round(frequency / 437.0)) * 437.0 < 5.0
    assert 10.0 * np.log10(power[~lines].sum() / power.sum()) <= -80.0
