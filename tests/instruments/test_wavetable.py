"""Sustained voices against the sum of their harmonics, computed one by one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from soundscape.instruments._wavetable import PHASES, TICK, Motion, _bend, _read, beside, ensemble, tables, wander
from soundscape.rng import Seed

RATE = 48_000


def sawtooth(frequencies_hz: npt.NDArray[np.float64], tilt: float) -> npt.NDArray[np.float64]:
    return np.asarray((frequencies_hz / frequencies_hz[0]) ** -tilt)


@pytest.mark.parametrize(
    ("pitch_hz", "floor_db"), [(41.2, -75.0), (110.0, -75.0), (440.0, -75.0), (1_760.0, -90.0)]
)
def test_a_player_is_the_sum_of_its_harmonics(pitch_hz: float, floor_db: float) -> None:
    pairs, ticks = tables(pitch_hz, sawtooth, (1.0,), RATE), 200
    out, steps = np.zeros((2, ticks * TICK), np.float32), np.full((1, ticks + 1), pitch_hz / RATE)
    level, gain = np.ones(ticks + 1, np.float32), np.ones(1, np.float32)
    _read(out, beside(pairs), level, np.zeros_like(level), steps, np.zeros(1), gain, 0 * gain)

    count = min(512, int(0.44 * RATE / (1.02 * pitch_hz)))
    amplitudes = sawtooth(pitch_hz * np.arange(1, count + 1), 1.0)
    expected = np.zeros(ticks * TICK)
    for k, turn in enumerate(PHASES.generator().uniform(0.0, 1.0, count)):
        turns = (k + 1) * pitch_hz / RATE * np.arange(len(expected)) + turn
        expected += amplitudes[k] * np.cos(2.0 * np.pi * turns)
    expected *= np.sqrt(2.0 / (amplitudes**2).sum())
    assert 10 * np.log10(np.mean((out[0] - expected) ** 2)) < floor_db
    assert not out[1].any()


def test_colour_goes_from_one_table_to_the_next_without_a_step() -> None:
    motion = Motion(
        level=np.ones(301, np.float32),
        colour=np.linspace(0.0, 2.0, 301, dtype=np.float32).clip(0.0, 1.999),
        cents=np.zeros(301, np.float32),
    )
    cycle = tables(200.0, sawtooth, (6.0, 5.0, 4.0), RATE)
    played = ensemble(
        cycle, motion, frequency_hz=200.0, detune_cents=np.zeros(1), width=0.0, drift_cents=0.0, rate=RATE,
        seed=Seed(1),
    )  # fmt: skip
    # Nearly a sine of 200 Hz: its second difference is its square of frequency, a step would stand out.
    assert np.abs(np.diff(played, n=2)).max() < 3.0 * (2.0 * np.pi * 200.0 / RATE) ** 2


def test_players_are_bent_by_cents() -> None:
    cents, detune = np.array([-1_200.0, 0.0, 35.0, 1_200.0]), np.array([0.0, 7.0])
    drift = np.array([[0.0, 0.0, 1.0, 0.0], [0.0, -7.0, 2.0, 0.0]], np.float32)
    steps = np.empty((2, 4))
    _bend(steps, cents.astype(np.float32), detune, drift, 0.01)
    off = 1_200.0 * np.log2(steps / 0.01) - (cents + detune[:, None] + drift)
    assert np.abs(off).max() < 0.005


def test_wandering_is_slow_and_of_deviation_one() -> None:
    times = np.arange(0.0, 200.0, 0.01)
    curves = wander(8, times, np.random.default_rng(1))
    assert curves.std() == pytest.approx(1.0, abs=0.05)
    assert np.abs(curves.mean(axis=1)).max() < 0.1
    assert np.abs(np.diff(curves)).max() < 4 / np.sqrt(2) * 2 * np.pi * 1.3 * 0.01
