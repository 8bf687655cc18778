"""Clatter: the rush of a contact falls as it says, loose parts bounce ever quicker and softer."""

from __future__ import annotations

import numpy as np
import pytest

from soundscape.dsp.bounce import BOUNCES
from soundscape.dsp.clatter import rattle, rush
from soundscape.rng import Seed
from tests import descriptors

RATE = 48_000


def bounces(seed: int, *, parts: int = 1, force: float = 1.0) -> np.ndarray:
    out = np.zeros((2, RATE), np.float32)
    rattle(
        out,
        RATE,
        Seed(seed).generator(),
        start_s=0.1,
        parts=parts,
        pitch_hz=2_000.0,
        loss=0.05,
        longest_s=0.01,
        level=0.5,
        corner_hz=6_000.0,
        force=force,
    )
    return out


def onsets(audio: np.ndarray) -> np.ndarray:
    """Frames at which the level of a millisecond jumps by 6 dB or more."""
    level = descriptors.levels_db(audio, RATE, frame_s=0.001)
    return np.flatnonzero((np.diff(level) > 6.0) & (level[1:] > level.max() - 45.0))


def test_a_part_bounces_at_intervals_that_shrink() -> None:
    shrinks = []
    for seed in range(1, 9):
        at = onsets(bounces(seed))
        at = at[np.insert(np.diff(at) > 2, 0, True)]
        assert 3 <= len(at) <= BOUNCES
        shrinks.append(np.diff(at)[1] / np.diff(at)[0])
    assert 0.4 < np.median(shrinks) < 0.85


def test_nothing_moves_before_the_blow_and_all_lies_still_after_it() -> None:
    audio = bounces(3, parts=8)
    assert not audio[:, : RATE // 10].any()
    assert np.abs(audio[:, RATE // 2 :]).max() < 1e-3 * np.abs(audio).max()
    assert not bounces(3, parts=0).any()


def test_a_weak_blow_throws_parts_less_high() -> None:
    lasts = [
        np.mean([onsets(bounces(seed, parts=3, force=force)).max() for seed in range(1, 7)]) for force in (0.0, 1.0)
    ]
    assert lasts[1] > lasts[0] + 20.0


def test_a_rush_falls_by_20_db_in_its_time_and_keeps_to_its_level() -> None:
    out = np.zeros((2, RATE), np.float32)
    rush(out, RATE, Seed(1), start=4800, level=0.3, low_hz=300.0, high_hz=6_000.0, fall_s=0.05)
    assert not out[:, :4800].any()
    level = descriptors.levels_db(out[:, 4800:], RATE, frame_s=0.01)
    assert np.polyfit(0.01 * np.arange(5), level[:5], 1)[0] == pytest.approx(-20.0 / 0.05, rel=0.2)
    assert 10.0 ** (level[0] / 20.0) == pytest.approx(0.3, rel=0.5)
    assert np.abs(out[:, 4800 + round(0.3 * RATE) :]).max() == 0.0
