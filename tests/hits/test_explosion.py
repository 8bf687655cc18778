"""Explosions: a steep front, a roar that sinks, debris."""

from __future__ import annotations

import numpy as np
import pytest

from soundscape.contract import Hit
from tests import descriptors
from tests.hits.rendering import RATE, centroid_hz, make


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_near_it_strikes_within_five_milliseconds(seed: int) -> None:
    envelope = np.abs(make("explosion", distance=0.0, seed=seed).audio).max(axis=0)
    assert np.flatnonzero(envelope >= 0.6 * envelope.max())[0] <= 0.005 * RATE


def test_its_crest_is_that_of_real_blasts() -> None:
    assert 20.0 <= descriptors.crest_db(make("explosion").audio, RATE) <= 29.0


def test_the_centroid_falls_by_two_octaves_within_the_first_second() -> None:
    hit = make("explosion", debris=0.0, distance=0.0)
    audio = hit.audio
    early, late = centroid_hz(Hit(audio[:, 1_000:6_000], 0)), centroid_hz(Hit(audio[:, RATE : RATE + 24_000], 0))
    assert early > 4.0 * late


def test_debris_comes_late() -> None:
    bare, full = (make("explosion", debris=value).audio[:, RATE : 3 * RATE] for value in (0.0, 1.0))
    assert descriptors.events_per_s(full, RATE) > descriptors.events_per_s(bare, RATE) + 3.0


def test_a_larger_blast_has_a_longer_pulse() -> None:
    def first_crossing(size: float) -> int:
        left = make("explosion", size=size, echoes=0.0, intensity=0.1, distance=0.0).audio.mean(axis=0)
        return int(np.flatnonzero(left[50:] < 0.0)[0])

    assert first_crossing(1.0) > first_crossing(0.0)
