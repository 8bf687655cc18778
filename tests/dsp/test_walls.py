"""Walls: 8 dB from all and 12 dB an octave above 400 Hz; nothing in open air."""

from __future__ import annotations

import numpy as np
import pytest

from soundscape.contract import TICK
from soundscape.dsp.walls import Walls

RATE = 48_000
FRAMES = 200 * TICK


def behind(value: float, frequency_hz: float) -> float:
    """Gain in dB of a tone."""
    tone = np.sin(2 * np.pi * frequency_hz * np.arange(FRAMES) / RATE)
    audio = np.stack([tone, tone]).astype(np.float32)
    Walls(RATE).apply(audio, np.full(FRAMES // TICK + 1, value, np.float32))
    return float(20 * np.log10(audio[0, FRAMES // 2 :].std() / tone[FRAMES // 2 :].std()))


@pytest.mark.parametrize(
    ("frequency_hz", "expected_db"), [(60.0, -8.0), (400.0, -11.0), (1600.0, -32.1), (6400.0, -57.0)]
)
def test_a_wall_is_a_low_pass_with_a_loss(frequency_hz: float, expected_db: float) -> None:
    assert behind(1.0, frequency_hz) == pytest.approx(expected_db, abs=1.0)


@pytest.mark.parametrize("frequency_hz", [60.0, 1000.0, 8000.0])
def test_open_air_takes_nothing(frequency_hz: float) -> None:
    assert behind(0.0, frequency_hz) == pytest.approx(0.0, abs=0.2)


def test_a_step_through_the_wall_does_not_click_and_blocks_do_not_matter() -> None:
    curve = np.interp(np.arange(FRAMES // TICK + 1), [95, 105], [0.0, 1.0]).astype(np.float32)
    tone = np.stack([np.sin(2 * np.pi * 200.0 * np.arange(FRAMES) / RATE)] * 2).astype(np.float32)
    whole, cut = tone.copy(), tone.copy()
    Walls(RATE).apply(whole, curve)
    walls = Walls(RATE)
    for first in range(0, 200, 40):
        walls.apply(cut[:, first * TICK : (first + 40) * TICK], curve[first : first + 41])
    np.testing.assert_array_equal(whole, cut)
    assert np.abs(np.diff(whole[0])).max() < 1.2 * np.abs(np.diff(tone[0])).max()
