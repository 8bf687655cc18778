"""A craft on rotors: its way against Doppler's law, its rotors against what keeps it level."""

from __future__ import annotations

import numpy as np
import pytest

from soundscape.contract import TICK
from soundscape.dsp.flight import SPEED_OF_SOUND, Flight, Flown
from soundscape.rng import Seed

RATE = 48_000


def _flight(**changes: float) -> Flight:
    given = {"rotors": 4, "hunting": 0.5, "throws_per_min": 6.0, "roam": 1.0, "width": 0.8} | changes
    return Flight(Seed(20_26), RATE, **given)  # type: ignore[arg-type]


def test_pitch_falls_as_it_flies_away() -> None:
    count = round(120.0 * RATE / TICK)
    flown = _flight(hunting=0.0, throws_per_min=0.0).advance(count, np.ones(count + 1))
    receding = np.diff(flown.way_m) * RATE / TICK
    bend = 1.0 / flown.doppler[1:] - 1.0
    assert np.corrcoef(receding, bend)[0, 1] > 0.98
    assert np.std(bend) == pytest.approx(np.std(receding) / SPEED_OF_SOUND, rel=0.05)
    assert 0.01 < np.ptp(flown.doppler) < 0.3
    assert np.abs(np.diff(flown.doppler)).max() < 0.001


def test_any_blocks_fly_the_same_way() -> None:
    whole, parts = _flight(throws_per_min=60.0), _flight(throws_per_min=60.0)
    flown = whole.advance(400, np.ones(401))
    pieces = [parts.advance(size, np.ones(size + 1)) for size in (1, 1, 0, 200, 198)]
    for name in Flown._fields:
        joined = np.concatenate([getattr(piece, name)[:-1] for piece in pieces])
        assert np.array_equal(joined, getattr(flown, name)[:-1]), name


def test_what_keeps_it_level_leaves_the_thrust_of_all_alone() -> None:
    count = round(60.0 * RATE / TICK)
    rates = [
        _flight(hunting=hunting, throws_per_min=0.0).advance(count, np.ones(count + 1)).speed
        for hunting in (0.0, 1.0)
    ]
    apart = [np.std(np.log(speed) - np.log(speed).mean(axis=1, keepdims=True), axis=0).mean() for speed in rates]
    assert apart[1] > 5.0 * apart[0]
    # Those that speed up do so against those that slow down.
    together = np.corrcoef((np.log(rates[1]) - np.log(rates[1]).mean(axis=1, keepdims=True)).T)
    assert together.min() < -0.4


def test_a_throw_spreads_the_rotors_and_is_over_soon() -> None:
    count = round(20.0 * RATE / TICK)
    calm, thrown = (
        _flight(hunting=0.0, throws_per_min=rate).advance(count, np.ones(count + 1)).speed for rate in (0.0, 12.0)
    )
    spread = np.ptp(np.log(thrown), axis=1) - np.ptp(np.log(calm), axis=1)
    assert spread.max() > 0.04
    assert np.median(np.abs(spread)) < 0.01
