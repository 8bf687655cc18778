"""Bounces: intervals and speeds shrink alike until a thing lies still; debris that leaps comes down again."""

from __future__ import annotations

import numpy as np
import pytest

from soundscape.dsp.bounce import BOUNCES, KEPT, bounces
from soundscape.dsp.debris import scatter
from soundscape.rng import Seed
from tests import descriptors

RATE = 48_000


def test_intervals_and_speeds_shrink_alike() -> None:
    when, speed = bounces(Seed(1).generator(), np.full(2_000, 0.1))
    assert when.shape == speed.shape == (2_000, BOUNCES)
    airborne, struck = np.diff(np.median(when, axis=0)), np.median(speed, axis=0)
    kept = np.mean(KEPT)
    assert airborne[1:5] / airborne[:4] == pytest.approx(kept, abs=0.08)
    assert struck[1:5] / struck[:4] == pytest.approx(kept, abs=0.08)
    # The whole way of a thing that keeps the share k of its speed lasts 1 / (1 - k) of its first.
    assert np.median(when[:, -1]) == pytest.approx(0.1 / (1.0 - kept), rel=0.1)
    assert np.all(speed[:, -1] < 0.3)


@pytest.mark.parametrize("bounce_s", [0.0, 0.06])
def test_a_piece_that_leaps_is_heard_again(bounce_s: float) -> None:
    out = np.zeros((2, RATE), np.float32)
    once = {"pitch_hz": 2_000.0, "pitch_sd": 0.3, "t60_s": 0.006, "gain": 0.1}
    scatter(out, RATE, Seed(2).generator(), time_s=np.array([0.1]), bounce_s=bounce_s, **once)
    level = descriptors.levels_db(out, RATE, frame_s=0.002)
    starts = np.flatnonzero((np.diff(level) > 10.0) & (level[1:] > level.max() - 35.0))
    assert (len(starts) >= 4) if bounce_s else (len(starts) == 1)
