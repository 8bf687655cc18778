"""Creaks: what sticks longer slips harder, and fast slips run together into a voice."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from soundscape.dsp.creak import creak, rub, slips
from soundscape.dsp.struck import make_body
from soundscape.rng import Seed
from tests import descriptors

RATE = 48_000


def _rng(seed: int = 1) -> np.random.Generator:
    return Seed(seed).generator("creak")


@pytest.mark.parametrize(("first_hz", "last_hz"), [(8.0, 60.0), (90.0, 25.0)])
def test_the_rate_of_slips_glides_either_way(first_hz: float, last_hz: float) -> None:
    found = [slips(_rng(seed), 2.0, first_hz=first_hz, last_hz=last_hz)[0] for seed in range(12)]
    begun, ended = (np.mean([np.sum((times >= at) & (times < at + 0.4)) for times in found]) for at in (0.0, 1.6))
    assert (ended / begun > 1.8) if last_hz > first_hz else (begun / ended > 1.8)
    assert all(np.all(np.diff(times) > 0.0) and times[-1] < 2.0 for times in found)


def test_what_stuck_longer_slips_harder() -> None:
    times, force = slips(_rng(), 20.0, first_hz=12.0, last_hz=80.0)
    assert np.corrcoef(np.log(np.diff(times)), np.log(force[1:]))[0, 1] > 0.6


def test_fast_slips_are_a_voice_at_their_rate_and_slow_ones_are_heard_one_by_one() -> None:
    body = make_body(_rng(), lowest_hz=300.0, modes=24, stretch=0.9, loss=0.03, longest_s=0.05, irregular=0.2)
    out = np.zeros((2, RATE), np.float32)
    every = np.arange(0.0, 0.99, 1.0 / 125.0)
    rub(out, RATE, _rng(), body, time_s=every, force=np.ones(len(every)), level=0.5, corner_hz=3_000.0)
    assert np.abs(out).max() == pytest.approx(0.5)
    power = np.abs(np.fft.rfft(out[0, RATE // 4 : RATE * 3 // 4])) ** 2
    bins = np.arange(len(power)) * 2.0
    inside = bins > 100.0
    on_harmonics = np.abs(bins / 125.0 - np.round(bins / 125.0)) * 125.0 <= 4.0
    assert power[inside & on_harmonics].sum() > 0.7 * power[inside].sum()
    slow = creak(RATE, _rng(), body, length_s=1.5, slips_hz=(8.0, 9.0), corner_hz=3_000.0)
    level = descriptors.levels_db(slow, RATE, frame_s=0.004)
    peaks, _ = signal.find_peaks(level, height=level.max() - 30.0, prominence=10.0)
    assert 8 <= len(peaks) <= 16


def test_no_two_creaks_are_alike_and_none_pushes_the_body_away() -> None:
    body = make_body(_rng(), lowest_hz=120.0, modes=30, stretch=1.1, loss=0.005, longest_s=0.4)
    first, other = (
        creak(RATE, _rng(seed), body, length_s=0.6, slips_hz=(10.0, 50.0), corner_hz=1_500.0) for seed in (1, 2)
    )
    count = min(first.shape[1], other.shape[1])
    assert abs(np.corrcoef(first[0, :count], other[0, :count])[0, 1]) < 0.3
    assert descriptors.dc_db(first, RATE) < -40.0
    assert np.abs(first[:, -100:]).max() < 0.01
