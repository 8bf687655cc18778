"""Glitches: quantised, stuttering, without clicks that nobody meant."""

from __future__ import annotations

import numpy as np
import pytest

from soundscape.hits import glitch_burst
from soundscape.rng import Seed
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


def test_it_is_one_programme_that_breaks() -> None:
    rng, programme = np.random.default_rng(3), glitch_burst._programme(RATE, RATE, Seed(3), 800.0)
    levels = descriptors.levels_db(programme[None], RATE, frame_s=0.05)
    assert np.ptp(levels) < 12.0
    found = dict.fromkeys(("as it was", "backwards", "elsewhere", "changed"), 0)
    for _ in range(60):
        read, cell = glitch_burst._read(programme, 9_600, 2_400, RATE, rng), programme[9_600:12_000]
        if np.array_equal(read, cell):
            found["as it was"] += 1
        elif np.array_equal(read, cell[::-1]):
            found["backwards"] += 1
        else:
            known = np.correlate(programme, read[:400], "valid").max() / np.sum(read[:400] ** 2) > 0.999
            found["elsewhere" if known else "changed"] += 1
    assert min(found.values()) >= 3


def test_a_fault_is_in_both_channels_unless_one_drops_out() -> None:
    audio = make("glitch_burst", size=1.0, holes=0.0, grid=60.0, stuck=0.0).audio
    cells = np.array_split(audio, audio.shape[1] // round(0.06 * RATE), axis=1)
    balance = np.abs([descriptors.balance_db(cell, RATE) for cell in cells])
    assert 0.5 <= np.mean(balance < 0.5) < 1.0
