"""Shards: many small ones and few large ones, which are low; each leaps until it lies still."""

from __future__ import annotations

import numpy as np
import pytest

from soundscape.dsp.shatter import EXPONENT, SIZES, _sizes, burst_panes, rain_shards
from soundscape.rng import Seed
from tests import descriptors

RATE = 48_000


def test_sizes_follow_a_power_law() -> None:
    size = _sizes(Seed(1).generator(), 200_000)
    assert size.min() >= SIZES[0]
    assert size.max() <= SIZES[1]
    share = [np.mean(size > edge) for edge in (1.0, 2.0, 4.0)]
    assert np.diff(np.log2(share)) == pytest.approx([-EXPONENT, -EXPONENT], abs=0.08)


def test_a_shard_leaps_and_lies_still() -> None:
    counts = []
    for seed in range(30):
        out = np.zeros((2, RATE), np.float32)
        rain_shards(out, RATE, Seed(seed).generator(), time_s=np.array([0.05]), scale=1.0, level=1.0)
        level = np.abs(out[:, : RATE // 100 * 100]).max(axis=0).reshape(-1, 100).max(axis=1)
        counts.append(int(np.sum((level[1:] > 4.0 * level[:-1]) & (level[1:] > 0.02 * level.max()))))
        assert np.abs(out[:, : round(0.049 * RATE)]).max() == 0.0
        assert np.abs(out[:, -RATE // 4 :]).max() < 0.02 * np.abs(out).max()
    assert np.median(counts) >= 3


def test_panes_crack_at_once_and_brightly() -> None:
    out = np.zeros((2, RATE), np.float32)
    burst_panes(out, RATE, Seed(3).generator(), time_s=np.array([0.1]), scale=1.0, level=1.0)
    power = (out.astype(np.float64) ** 2).sum(axis=0).cumsum()
    assert power[round(0.099 * RATE)] == 0.0
    assert power[round(0.16 * RATE)] > 0.8 * power[-1]
    assert descriptors.centroid_hz(out, RATE) > 1_500.0
