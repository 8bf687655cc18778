"""The ground's echo against two ways through the air."""

from __future__ import annotations

import numpy as np
import pytest

from soundscape.contract import TICK
from soundscape.dsp.ground import EAR_M, SPEED_OF_SOUND, Ground

RATE = 48_000


def _echo(way_m: np.ndarray, height_m: float, *, given: float = 0.6, sizes: tuple[int, ...] = ()) -> np.ndarray:
    ticks = len(way_m) - 1
    audio = np.zeros((2, ticks * TICK), np.float32)
    audio[:, :: 20 * TICK] = 1.0
    ground = Ground(RATE, given=given)
    at = 0
    for size in sizes or (ticks,):
        part = audio[:, at * TICK : (at + size) * TICK].copy()
        ground.run(part, way_m=way_m[at : at + size + 1], height_m=height_m)
        audio[:, at * TICK : (at + size) * TICK] = part
        at += size
    return audio


@pytest.mark.parametrize(("ground_m", "height_m"), [(3.0, 4.0), (12.0, 2.0), (0.5, 9.0)])
def test_the_echo_comes_as_much_later_as_its_way_is_longer(ground_m: float, height_m: float) -> None:
    straight, around = np.hypot(ground_m, height_m - EAR_M), np.hypot(ground_m, height_m + EAR_M)
    echo = _echo(np.full(9, straight), height_m)[0]
    echo[0] = 0.0
    centre = np.sum(np.arange(len(echo)) * echo) / np.sum(echo)
    softness = np.sum(np.arange(200) * (1.0 - Ground(RATE, given=1.0)._soft) ** np.arange(200)) / np.sum(
        (1.0 - Ground(RATE, given=1.0)._soft) ** np.arange(200)
    )
    assert centre - softness - 1.0 == pytest.approx((around - straight) / SPEED_OF_SOUND * RATE, abs=0.5)
    assert np.sum(echo) == pytest.approx(0.6 * straight / around, rel=0.01)


def test_a_moving_source_s_comb_glides_and_any_blocks_sound_alike() -> None:
    way = np.linspace(4.0, 20.0, 121)
    whole = _echo(way, 3.0)
    assert np.array_equal(whole, _echo(way, 3.0, sizes=(1, 50, 0, 69)))
    near, far = whole[0, 1 : 20 * TICK], whole[0, 100 * TICK + 1 :]
    assert np.argmax(near) > 1.5 * np.argmax(far)
