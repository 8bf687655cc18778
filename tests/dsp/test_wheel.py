"""The wheel against times worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from soundscape.audio import Audio
from soundscape.contract import TICK
from soundscape.dsp.wheel import Wheel
from soundscape.rng import Seed

RATE = 48_000


def turned(seconds: float, *, hz: float = 5.0, **settings: object) -> Audio:
    count = round(seconds * RATE / TICK)
    out = np.zeros((2, count * TICK), np.float32)
    wheel = Wheel(Seed(3), RATE, **settings)  # type: ignore[arg-type]
    wheel.add(out, np.full(count + 1, hz), np.ones(count + 1))
    return out


def starts(audio: Audio) -> np.ndarray:
    on = audio[0] > 0.0
    return np.flatnonzero(on[1:] & ~on[:-1])


def test_strikes_come_at_their_phases_whatever_the_ticks() -> None:
    found = starts(turned(4.0, phase=[0.0, 0.3]))
    gaps = np.diff(found)
    assert len(found) == pytest.approx(40, abs=1)
    assert set(np.round(gaps / RATE / 0.2, 2)) == {0.3, 0.7}


def test_it_counts_every_strike_once_though_they_come_early_and_late() -> None:
    audio = turned(20.0, phase=0.0, jitter=0.1, length_s=0.0005)
    found = starts(audio)
    assert len(found) == pytest.approx(100, abs=1)
    assert np.std(np.diff(found)) / RATE == pytest.approx(0.1 * 0.2 * np.sqrt(2.0), rel=0.25)


def test_strikes_of_one_group_share_moment_and_force() -> None:
    audio = turned(10.0, phase=[0.0, 1.25], group=[0, 0], jitter=0.1, uneven=0.5, length_s=0.0005)
    found = starts(audio)
    force = np.array([audio[0, at : at + 60].max() for at in found])
    # The second comes a turn and a quarter later: five strikes in between are those of other turns.
    pairs = [
        (a, b) for a in range(len(found)) for b in range(a, len(found)) if abs(found[b] - found[a] - 12_000) <= 1
    ]
    assert len(pairs) > 40
    assert all(force[a] == pytest.approx(force[b], rel=0.02) for a, b in pairs)


def test_force_length_and_place_are_those_given() -> None:
    audio = turned(1.0, phase=0.0, force=0.7, length_s=0.01, pan=-1.0)
    assert audio[0].max() == pytest.approx(0.7 * np.sqrt(2.0), rel=1e-3)
    assert np.abs(audio[1]).max() < 1e-6
    first = starts(audio)[0]
    assert np.count_nonzero(audio[0, first : first + 4_000]) == pytest.approx(0.02 * RATE, abs=3)
