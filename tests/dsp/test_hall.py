"""The hall: it dies away as asked, darkens as it does, and is the same whatever the blocks."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from soundscape.contract import TICK
from soundscape.dsp.hall import Hall
from soundscape.rng import Seed

RATE = 48_000


def answer(seconds: float, *, t60_s: float, high_t60_s: float, size: float = 1.0) -> np.ndarray:
    """What a click in the middle leaves behind."""
    drive = np.zeros((2, round(seconds * RATE / TICK) * TICK), np.float32)
    drive[:, 0] = 1.0
    out = np.zeros_like(drive)
    Hall(Seed(3), RATE, t60_s=t60_s, high_t60_s=high_t60_s, size=size).add(out, drive)
    return out


def t60_s(audio: np.ndarray, low_hz: float, high_hz: float) -> float:
    """By Schroeder's backward integral between -5 and -35 dB."""
    band = signal.sosfilt(signal.butter(4, (low_hz, high_hz), "bandpass", fs=RATE, output="sos"), audio)
    energy = np.cumsum((band**2).sum(axis=0)[::-1])[::-1]
    level = 10.0 * np.log10(energy / energy[0] + 1e-20)
    first, last = np.argmax(level < -5.0), np.argmax(level < -35.0)
    return float(2.0 * (last - first) / RATE)


@pytest.mark.parametrize(("low", "high"), [(3.0, 1.2), (1.0, 0.5)])
def test_it_dies_away_as_asked(low: float, high: float) -> None:
    audio = answer(1.6 * low, t60_s=low, high_t60_s=high)
    assert t60_s(audio, 100.0, 400.0) == pytest.approx(low, rel=0.12)
    assert t60_s(audio, 3_500.0, 4_500.0) == pytest.approx(high, rel=0.15)


def test_it_keeps_to_the_grid_of_ticks_whatever_the_blocks() -> None:
    rng = np.random.default_rng(1)
    drive = rng.standard_normal((2, 300 * TICK)).astype(np.float32)
    whole, parts = np.zeros_like(drive), np.zeros_like(drive)
    Hall(Seed(3), RATE, t60_s=2.0, high_t60_s=1.0).add(whole, drive)
    pieces = Hall(Seed(3), RATE, t60_s=2.0, high_t60_s=1.0)
    at = 0
    for ticks in (1, 7, 0, 200, 92):
        part = slice(at, at + ticks * TICK)
        pieces.add(parts[:, part], drive[:, part])
        at += ticks * TICK
    assert np.array_equal(whole, parts)


def test_first_echoes_come_later_in_a_larger_hall() -> None:
    first = [
        np.argmax(np.abs(answer(0.5, t60_s=2.0, high_t60_s=1.0, size=size)[0]) > 1e-3) / RATE
        for size in (0.5, 1.0, 3.0)
    ]
    assert first == sorted(first)
    assert first[2] == pytest.approx(0.093, rel=0.05)


def test_both_sides_hear_it_apart() -> None:
    left, right = answer(2.0, t60_s=2.0, high_t60_s=1.0)
    assert abs(np.corrcoef(left, right)[0, 1]) < 0.25
    assert np.sum(left**2) == pytest.approx(np.sum(right**2), rel=0.3)
