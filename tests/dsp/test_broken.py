"""Broken sounds: what sticks repeats, what is crushed is coarse, and nothing begins or ends with a step."""

from __future__ import annotations

import numpy as np
import pytest

from soundscape.dsp import broken

RATE = 48_000


def hum(seconds: float = 0.5) -> np.ndarray:
    """A note and some noise."""
    time = np.arange(round(seconds * RATE)) / RATE
    noise = np.random.default_rng(1).normal(0.0, 0.1, len(time))
    return (0.6 * np.sin(2.0 * np.pi * 220.0 * time) + noise).astype(np.float32)


def test_a_fragment_repeats_and_every_repeat_has_soft_ends() -> None:
    cell = round(0.06 * RATE)
    out = broken.stuck(hum(), RATE, start=4_000, frames=cell, times=5)
    assert len(out) == 4_000 + 6 * cell
    for time in range(1, 5):
        again = out[len(out) - (time + 1) * cell : len(out) - time * cell]
        assert np.array_equal(again, out[-cell:])
        assert max(abs(again[0]), abs(again[-1])) < 1e-2


def test_a_fragment_that_shrinks_stutters_faster_and_faster() -> None:
    even = broken.stuck(hum(), RATE, start=0, frames=4_000, times=6)
    shrunk = broken.stuck(hum(), RATE, start=0, frames=4_000, times=6, shrink=0.7)
    assert len(shrunk) < 0.65 * len(even)


@pytest.mark.parametrize(("bits", "values"), [(2.0, 5), (3.0, 9)])
def test_few_bits_leave_few_values(bits: float, values: int) -> None:
    out = broken.crushed(hum(), bits=bits, hold=1)[100:-100]
    assert len(np.unique(np.round(out, 4))) <= values


def test_what_is_read_in_steps_has_images_but_not_up_to_the_end_of_the_band() -> None:
    time = np.arange(RATE) / RATE
    note = (0.6 * np.sin(2.0 * np.pi * 700.0 * time)).astype(np.float32)
    power = np.abs(np.fft.rfft(broken.crushed(note, bits=16.0, hold=12))[: RATE // 2]) ** 2
    image, highest = power[3_200:4_800].sum() / power.sum(), power[16_000:].sum() / power.sum()
    assert 10.0 * np.log10(image) > -40.0
    assert 10.0 * np.log10(highest) < -60.0


def test_what_runs_down_ends_lower() -> None:
    time = np.arange(RATE) / RATE
    out = broken.run_down(np.sin(2.0 * np.pi * 400.0 * time).astype(np.float32), to=0.25)
    crossings = np.flatnonzero(np.diff(np.signbit(out)))
    assert len(out) == RATE
    assert np.diff(crossings)[-3:].mean() > 3.0 * np.diff(crossings)[:3].mean()
