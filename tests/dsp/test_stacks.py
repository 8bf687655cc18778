"""Stacks of harmonics: their places, group by group, against sums of sines."""

from __future__ import annotations

import numpy as np
import pytest

from soundscape.contract import TICK
from soundscape.dsp.stacks import GROUP, Stacks
from soundscape.rng import Seed
from tests.layers.rendering import RATE

TICKS, HZ, ORDERS = 200, 187.5, 11


def made(pan: np.ndarray) -> np.ndarray:
    """One stack of eleven equal harmonics of 187.5 Hz, whose cycle is a whole tick: `(2, frames)`."""
    out = np.zeros((2, TICKS * TICK), np.float32)
    hz = np.full((TICKS + 1, 1), HZ)
    Stacks(Seed(1), RATE, pan=pan).add(out, hz, np.full((TICKS + 1, 1, ORDERS), 0.1))
    return out


def sides(out: np.ndarray) -> np.ndarray:
    """Amplitude of every harmonic on the left and right, `(2, ORDERS)`."""
    spectrum = np.abs(np.fft.rfft(out.astype(np.float64), axis=1)) * 2.0 / out.shape[1]
    return spectrum[:, [round(HZ * (k + 1) * out.shape[1] / RATE) for k in range(ORDERS)]]


def test_a_stack_has_one_place_or_every_group_of_its_harmonics_its_own() -> None:
    found = sides(made(np.array([[0.0, -1.0, 1.0]])))
    assert found[0, :GROUP] == pytest.approx(found[1, :GROUP])
    assert found[1, GROUP : 2 * GROUP].max() < 1e-5 < found[0, GROUP : 2 * GROUP].min()
    assert found[0, 2 * GROUP :].max() < 1e-5 < found[1, 2 * GROUP :].min()
    # Constant power: every harmonic is as loud wherever it stands.
    assert np.hypot(*found) == pytest.approx(np.hypot(*found)[0], rel=1e-3)


def test_a_stack_in_one_place_is_the_same_however_that_is_said() -> None:
    assert np.abs(made(np.array([0.3])) - made(np.array([[0.3, 0.3, 0.3]]))).max() < 1e-6
