"""A worn tape: what stands off the head is lost, highs first, and drop-outs come in clusters."""

from __future__ import annotations

import numpy as np
import pytest

from soundscape.contract import TICK
from soundscape.dsp.worntape import CASSETTE_UM_S, OXIDE_UM, WornTape, _lose
from soundscape.rng import Seed

RATE = 48_000


def noise(ticks: int) -> np.ndarray:
    return np.random.default_rng(5).standard_normal((2, ticks * TICK)).astype(np.float32)


def lost_db(hz: float, off_um: float) -> float:
    """What a tone loses on a tape that stands off by so much everywhere."""
    tone = np.tile(np.sin(2.0 * np.pi * hz * np.arange(94 * TICK) / RATE), (2, 1)).astype(np.float32)
    heard = tone.copy()
    _lose(heard, np.full((2, 95), off_um), np.zeros((2, 2)), RATE)
    settled = slice(len(tone[0]) // 4, None)
    return float(20.0 * np.log10(np.std(tone[0, settled]) / np.std(heard[0, settled])))


@pytest.mark.parametrize("hz", [400.0, 1_500.0])
def test_a_gap_loses_what_wallace_measured_and_oxide_takes_all_bands(hz: float) -> None:
    off_um = 3.0 / 54.6 * CASSETTE_UM_S / hz
    rubbed_off_db = 20.0 * np.log10(np.e) * off_um / OXIDE_UM
    assert lost_db(hz, off_um) - rubbed_off_db == pytest.approx(3.0, abs=0.3)
    assert lost_db(0.1 * hz, off_um) == pytest.approx(rubbed_off_db, abs=0.2)


def test_a_new_tape_loses_nothing() -> None:
    audio = noise(200)
    heard = audio.copy()
    WornTape(Seed(1), RATE, wear=0.0).play(heard)
    assert np.abs(heard - audio).max() < 1e-2


def test_drop_outs_come_in_clusters_and_last_tenths_of_a_second_at_most() -> None:
    ticks = 60 * RATE // TICK
    audio = np.ones((2, ticks * TICK), np.float32)
    WornTape(Seed(2), RATE, wear=0.9).play(audio)
    level_db = 20.0 * np.log10(audio[0, RATE:])
    edges = np.diff((level_db < -4.0).astype(np.int8))
    begins, ends = np.flatnonzero(edges > 0), np.flatnonzero(edges < 0)
    assert len(begins) >= 15
    gaps = np.diff(begins)
    assert np.std(gaps) / np.mean(gaps) > 1.1  # of single ones, independent of each other, 1
    lengths_s = (ends[ends > begins[0]][: len(begins) - 1] - begins[: len(begins) - 1]) / RATE
    assert np.median(lengths_s) < 0.2


def test_blocks_of_any_size_sound_the_same() -> None:
    whole = noise(3_000)
    parts = whole.copy()
    WornTape(Seed(3), RATE, wear=1.0).play(whole)
    tape = WornTape(Seed(3), RATE, wear=1.0)
    for start, end in ((0, 7), (7, 1_500), (1_500, 3_000)):
        tape.play(parts[:, start * TICK : end * TICK])
    assert np.array_equal(parts, whole)
