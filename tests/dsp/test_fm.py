"""Frequency modulation: lines where and as strong as Bessel's functions say, none that folds back."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special

from soundscape.dsp.fm import bent_tone

RATE = 48_000


def lines(wave: np.ndarray, hz: np.ndarray) -> np.ndarray:
    """Amplitudes at these frequencies, all of them whole."""
    return 2.0 * np.abs(np.fft.rfft(wave.astype(np.float64)))[np.round(hz).astype(int)] / len(wave)


@pytest.mark.parametrize("index", [0.5, 1.5, 3.0])
def test_lines_are_as_strong_as_bessel_functions_say(index: float) -> None:
    pitch, order = 4_000.0, np.arange(0, 6)
    wave = bent_tone(RATE, RATE, [(0.0, pitch)], [(0.0, index)], ratio=0.125)
    for sign in (1.0, -1.0):
        found = lines(wave, pitch * (1.0 + sign * 0.125 * order[:4]))
        assert found == pytest.approx(np.abs(special.jv(order[:4], index)), abs=2e-3)


def test_a_tone_too_high_to_be_bent_so_far_is_bent_less() -> None:
    wave = bent_tone(RATE, RATE, [(0.0, 5_000.0)], [(0.0, 8.0)], ratio=1.0)
    power = np.abs(np.fft.rfft(wave.astype(np.float64))) ** 2
    assert power[22_000:].sum() < 1e-3 * power.sum()


def test_a_gliding_tone_has_no_steps() -> None:
    wave = bent_tone(RATE // 2, RATE, [(0.0, 2_000.0), (0.5, 100.0)], [(0.0, 2.0), (0.5, 0.2)], ratio=1.41)
    fastest = 2.0 * np.pi * 2_000.0 * (1.0 + 2.0 * 1.41) / RATE
    assert np.abs(np.diff(wave)).max() <= fastest
    assert np.abs(wave).max() <= 1.0001
