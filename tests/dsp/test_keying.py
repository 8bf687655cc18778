"""Keyings against what they are defined by: the pairs of dialling, steps without breaks, bands as wide as the rate."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from soundscape.dsp import keying

RATE = 48_000


def strongest_hz(mono: np.ndarray, count: int) -> list[float]:
    """Frequencies of the highest lines of a piece, in order."""
    power = np.abs(np.fft.rfft(mono * np.hanning(len(mono)), 1 << 16)) ** 2
    peaks, _ = signal.find_peaks(power, distance=100)
    best = peaks[np.argsort(power[peaks])[-count:]]
    return sorted(float(peak) * RATE / (1 << 16) for peak in best)


@pytest.mark.parametrize(
    ("digit", "pair_hz"), [(0, (697.0, 1_209.0)), (4, (770.0, 1_336.0)), (11, (941.0, 1_477.0))]
)
def test_a_digit_is_its_pair_of_tones_and_a_pause(digit: int, pair_hz: tuple[float, float]) -> None:
    audio = keying.dialled(RATE // 2, RATE, np.array([digit, digit]), 4.0)
    assert strongest_hz(audio[800:4_800], 2) == pytest.approx(pair_hz, abs=6.0)
    assert np.abs(audio[7_200:10_500]).max() < 1e-3


def test_a_keyed_pitch_has_no_break() -> None:
    symbols = np.random.default_rng(1).integers(2, size=120)
    audio = keying.pitch_keyed(RATE, RATE, symbols, 100.0, (900.0, 1_400.0))
    assert np.abs(np.diff(audio)).max() <= 2.0 * np.pi * 1_400.0 / RATE * 1.02
    assert np.abs(audio).max() == pytest.approx(1.0, abs=1e-3)


def test_a_turned_phase_keeps_its_carrier_silent_between() -> None:
    audio = keying.level_keyed(RATE, RATE, np.arange(60) % 2, 50.0, 1_000.0, (-1.0, 1.0))
    power = np.abs(np.fft.rfft(audio)) ** 2
    # Turned by turns, nothing is left on the carrier: all of it lies at odd multiples of half the rate beside it.
    assert power[1_000] < 1e-4 * power.max()
    assert {975, 1_025} >= set(np.argsort(power)[-2:])


@pytest.mark.parametrize("per_s", [600.0, 1_200.0])
def test_a_scrambled_band_is_as_wide_as_its_rate(per_s: float) -> None:
    audio = keying.scrambled(4 * RATE, RATE, np.random.default_rng(2), carrier_hz=2_000.0, per_s=per_s)
    frequency, density = signal.welch(audio.astype(np.float64), RATE, nperseg=4_096)
    inside = np.abs(frequency - 2_000.0) < per_s
    assert density[inside].sum() > 0.97 * density.sum()
    assert density[np.abs(frequency - 2_000.0) < 0.25 * per_s].sum() < 0.7 * density.sum()


def test_a_chirp_goes_from_low_to_high_within_a_symbol() -> None:
    audio = keying.chirped(RATE, RATE, np.zeros(5, np.int64), 4.0, low_hz=500.0, high_hz=2_500.0)
    hz = [strongest_hz(audio[at : at + 1_200], 1)[0] for at in (1_200, 5_400, 9_600)]
    assert hz == pytest.approx([800.0, 1_500.0, 2_200.0], abs=120.0)
