"""A grain against a plain recursion, sample by sample, and the cloud against what it is asked for."""

from __future__ import annotations

import math

import numpy as np
import pytest

from soundscape.contract import TICK
from soundscape.dsp.grains import Grains, _ring
from soundscape.dsp.noise import mix32
from soundscape.rng import Seed

RATE = 48_000


def plain_grain(frames: int, strike: int, decay: float, angle: float, key: int) -> np.ndarray:
    """The same resonance in double precision, one step at a time."""
    out = np.zeros(frames + 2)
    scale = 2.8 * math.sin(angle) / math.sqrt(strike) / 2.0**31
    for i in range(frames):
        bits = int(mix32(np.uint32((key + i) & 0xFFFFFFFF)))
        noise = bits - (1 << 32) if bits >= 1 << 31 else bits
        push = scale * noise * (1.0 - i / strike) if i < strike else 0.0
        out[i + 2] = 2.0 * decay * math.cos(angle) * out[i + 1] - decay * decay * out[i] + push
    return out[2:]


@pytest.mark.parametrize("rate", [24_000, 48_000, 96_000])
@pytest.mark.parametrize("pitch_hz", [300.0, 1_300.0, 3_000.0, 8_000.0])
def test_a_grain_is_the_recursion_it_claims_to_be(rate: int, pitch_hz: float) -> None:
    strike, decay, angle = int(0.0003 * rate) + 1, math.exp(-1.0 / (rate * 0.0009)), 2.0 * math.pi * pitch_hz / rate
    grain = np.zeros(strike + 32 + int(5.5 * 0.0009 * rate), np.float32)
    _ring(grain, np.empty(strike, np.float32), decay, math.cos(angle), np.uint32(12_345))
    wanted = plain_grain(len(grain), strike, decay, angle, 12_345)
    assert np.abs(grain - wanted).max() <= 2e-4 * np.abs(wanted).max()


def cloud(*, per_s: float, pitch_hz: float = 3_000.0, seconds: float = 4.0) -> np.ndarray:
    ticks = round(seconds * RATE / TICK)
    out = np.zeros((2, ticks * TICK), np.float32)
    curves = [np.full(ticks + 1, value) for value in (per_s, pitch_hz, 0.1, 0.0)]
    Grains(Seed(5), RATE, ring_s=0.0009).add(out, *curves)
    return out


def test_its_spectrum_has_one_hump_and_no_comb() -> None:
    power = np.abs(np.fft.rfft(cloud(per_s=8_000.0)[0])) ** 2
    bands = power[: len(power) // 96 * 96].reshape(96, -1).mean(axis=1)
    level_db = 10.0 * np.log10(bands)
    # A comb every RATE / 16 = 3 kHz would stand out of a smooth curve through the bands of 250 Hz.
    smooth = np.convolve(np.pad(level_db, 6, mode="edge"), np.full(13, 1.0 / 13.0), "valid")
    ripple = np.abs(np.fft.rfft((level_db - smooth)[24:72] * np.hanning(48)))
    assert ripple[4] <= 3.0 * np.median(ripple[1:])
    assert 2_000.0 <= (bands.argmax() + 0.5) * 250.0 <= 4_500.0


def test_a_sparse_cloud_holds_as_many_grains_as_asked_for() -> None:
    mono = np.abs(cloud(per_s=20.0, seconds=30.0)).sum(axis=0)
    heard = np.flatnonzero(mono > 1e-5)
    assert 1 + np.count_nonzero(np.diff(heard) > 20) == pytest.approx(600, rel=0.15)
