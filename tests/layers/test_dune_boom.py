"""Booming sand against what is published of it: pitch, width, harmonics, beats and the order of burps and boom."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import signal

from tests import descriptors
from tests.layers.rendering import RATE, presets_of, render

SINGING = ("singing-dune", "distant-boom")
FINE = 1 << 15


def lines(preset: str, **changes: float) -> tuple[np.ndarray, np.ndarray]:
    """Frequencies in steps of 1.5 Hz and power density of a boom in full voice."""
    audio = render(preset, 30.0, changes=tuple(changes.items()))
    frequency, density = signal.welch(audio[:, 6 * RATE :].astype(np.float64), RATE, nperseg=FINE)
    return frequency, density.mean(axis=0)


def peak_hz(frequency: np.ndarray, density: np.ndarray) -> float:
    return float(frequency[np.argmax(density)])


@pytest.mark.parametrize("preset", SINGING)
def test_it_sings_a_line_of_a_few_hertz_between_70_and_105(preset: str) -> None:
    frequency, density = lines(preset)
    pitch = peak_hz(frequency, density)
    assert 68.0 < pitch < 107.0
    inside = np.flatnonzero(density > 0.25 * density.max())
    assert 2.0 <= frequency[inside.max()] - frequency[inside.min()] <= 8.0
    # Its share of all that is heard: near to a tone.
    near = np.abs(frequency - pitch) < 6.0
    assert density[near].sum() > 0.5 * density.sum()


@pytest.mark.parametrize("grain_mm", [0.16, 0.22, 0.3])
def test_finer_grains_sing_higher_by_the_square_root(grain_mm: float) -> None:
    expected = 0.4 * math.sqrt(9.81 / (grain_mm * 1e-3))
    assert peak_hz(*lines("singing-dune", grain=grain_mm)) == pytest.approx(expected, rel=0.04)


def test_harmonics_are_there_and_weak() -> None:
    frequency, density = lines("singing-dune")
    pitch = peak_hz(frequency, density)

    def near(hz: float) -> float:
        return float(density[np.abs(frequency - hz) < 5.0].sum())

    for partial in (2, 3):
        assert near(partial * pitch) > 2.0 * near((partial - 0.5) * pitch)
        assert -34.0 < 10.0 * np.log10(near(partial * pitch) / near(pitch)) < -4.0


def test_the_boom_beats_slowly() -> None:
    audio = render("singing-dune", 30.0)[0, 8 * RATE : 24 * RATE]
    band = signal.sosfilt(signal.butter(2, (60.0, 110.0), "band", fs=RATE, output="sos"), audio)
    envelope = signal.decimate(np.abs(signal.hilbert(band))[:: RATE // 800], 8)
    envelope = envelope[20:-20] / envelope[20:-20].mean()
    assert 0.2 < envelope.std() < 0.7
    power = np.abs(np.fft.rfft(envelope - 1.0)) ** 2
    frequency = np.fft.rfftfreq(len(envelope), 0.01)
    assert power[frequency <= 8.0].sum() > 0.7 * power.sum()
    assert power[(frequency >= 0.5) & (frequency <= 8.0)].sum() > 0.3 * power.sum()


def test_burps_come_before_the_boom() -> None:
    audio = render("singing-dune", 24.0, changes=(("slides", 0.5), ("burps", 0.7)))

    def share_of_line(start_s: float, end_s: float) -> float:
        part = audio[:, int(start_s * RATE) : int(end_s * RATE)].astype(np.float64)
        frequency, density = signal.welch(part, RATE, nperseg=1 << 14)
        inside = (frequency > 40.0) & (frequency < 400.0)
        pitch = 0.4 * math.sqrt(9.81 / 0.24e-3)
        line = np.abs(frequency - pitch) < 6.0
        return float(density[:, line].sum() / density[:, inside].sum())

    assert share_of_line(0.5, 3.0) < 0.3
    assert share_of_line(12.0, 22.0) > 0.6


def test_wet_sand_hisses_but_does_not_boom() -> None:
    dry, wet = (lines("singing-dune", boom=boom, burps=0.0, tremble=0.0)[1] for boom in (0.9, 0.0))
    frequency = np.fft.rfftfreq(FINE, 1.0 / RATE)
    low, high = (frequency > 60.0) & (frequency < 110.0), frequency > 4_000.0
    assert 10.0 * np.log10(dry[low].sum() / wet[low].sum()) > 20.0
    assert abs(10.0 * np.log10(dry[high].sum() / wet[high].sum())) < 2.0


def test_the_hiss_lies_far_below_the_boom() -> None:
    frequency, density = lines("singing-dune")
    ratio_db = 10.0 * np.log10(density[frequency > 1_000.0].sum() / density[frequency < 250.0].sum())
    assert -35.0 < ratio_db < -15.0


def test_far_off_nearly_all_of_it_is_low() -> None:
    frequency, density = lines("distant-boom")
    assert density[frequency < 250.0].sum() > 0.95 * density.sum()


def test_presets_are_clearly_different() -> None:
    found = []
    for preset in presets_of("dune_boom"):
        audio = render(preset.name, 30.0)
        found.append((descriptors.tonal_fraction(audio, RATE) * 4.0, np.log2(descriptors.centroid_hz(audio, RATE))))
    assert min(np.linalg.norm(np.subtract(found[a], found[b])) for a in range(3) for b in range(a)) > 0.3


def test_a_burp_sets_in_faster_than_it_sinks() -> None:
    changes = (("boom", 0.0), ("hiss", 0.0), ("tremble", 0.0))
    level = descriptors.levels_db(render("dune-burps", 40.0, changes=changes), RATE, frame_s=0.02)
    level = np.convolve(level, np.full(3, 1.0 / 3.0), "valid")
    slope = np.diff(np.maximum(level, level.max() - 25.0))
    assert slope[slope > 0.5].mean() > -1.15 * slope[slope < -0.5].mean()
