"""Housings: as loud as what they are given on the whole, and of another colour at every pitch."""

from __future__ import annotations

import numpy as np
import pytest

from soundscape.dsp.housing import SPAN_HZ, make_housing
from soundscape.rng import Seed

RATE = 48_000


@pytest.mark.parametrize("octaves", [-0.5, 0.6])
def test_its_mean_response_is_one_and_glides_meet_peaks_and_valleys(octaves: float) -> None:
    frames = RATE // 2
    means = []
    for seed in range(6):
        drive, out = np.zeros((2, frames), np.float32), np.zeros((2, frames), np.float32)
        drive[:, 0] = 1.0
        make_housing(RATE, Seed(seed).generator(), octaves=octaves).add(out, drive)
        response = np.abs(np.fft.rfft(out.astype(np.float64)))
        octave = np.geomspace(*SPAN_HZ, 400) * 2.0**octaves
        heard = response[:, np.round(octave * frames / RATE).astype(int)]
        means.append(np.sqrt(np.mean(heard**2)))
        assert np.ptp(20.0 * np.log10(np.percentile(heard, (10, 90)))) > 8.0
        assert abs(np.corrcoef(np.log(heard))[0, 1]) < 0.95
    assert np.mean(means) == pytest.approx(1.0, rel=0.15)
