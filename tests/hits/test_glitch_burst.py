"""Glitches: quantised, stuttering, without clicks that nobody meant."""

from __future__ import annotations

import numpy as np
import pytest

from tests import descriptors
from tests.hits.rendering import RATE, make


@pytest.mark.parametrize("grid_ms", [30.0, 60.0])
def test_cells_begin_on_the_grid(grid_ms: float) -> None:
    audio = np.abs(make("glitch_burst", grid=grid_ms, stuck=0.0, holes=0.0, size=1.0).audio).max(axis=0)
    cell = round(grid_ms / 1000.0 * RATE)
    count = len(audio) // cell
    edge = [audio[i * cell - 8 : i * cell + 8].mean() for i in range(1, count)]
    middle = [audio[i * cell + cell // 4 : i * cell + 3 * cell // 4].mean() for i in range(1, count)]
    assert np.median(edge) < 0.35 * np.median(middle)


def test_a_stuck_buffer_repeats() -> None:
    audio = make("glitch_burst", stuck=1.0, holes=0.0, size=1.0, grid=60.0).audio[0]
    cell = round(0.06 * RATE)
    likeness = []
    for share in (1, 2, 4):
        size = cell // share
        likeness += [
            abs(np.corrcoef(audio[at : at + size], audio[at + size : at + 2 * size])[0, 1])
            for at in range(0, len(audio) - 2 * size, cell)
        ]
    assert np.count_nonzero(np.nan_to_num(likeness) > 0.95) >= 3


def test_holes_make_it_sparser() -> None:
    def silent(holes: float) -> float:
        levels = descriptors.levels_db(
            make("glitch_burst", holes=holes, stuck=0.0, size=1.0).audio, RATE, frame_s=0.01
        )
        return float(np.mean(levels < levels.max() - 40.0))

    assert silent(0.8) > silent(0.0) + 0.2


def test_it_has_no_lone_discontinuities() -> None:
    assert np.abs(np.diff(make("glitch_burst", intensity=0.3, distance=0.0).audio, n=3, axis=1)).max() < 1.0
