"""Risers: level, pitch and density climb evenly until the cut."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from soundscape.contract import Hit
from tests import descriptors
from tests.hits.rendering import RATE, centroid_hz, make


def test_level_and_centroid_climb_all_the_way() -> None:
    hit = make("riser", size=0.7)
    parts = [Hit(part, 0) for part in np.array_split(hit.audio[:, : hit.sync], 8, axis=1)]
    for measured in (
        [descriptors.rms_db(part.audio, RATE) for part in parts],
        [centroid_hz(part) for part in parts],
    ):
        assert stats.spearmanr(range(8), measured)[0] >= 0.95


def test_the_centroid_climbs_by_equal_octaves_in_equal_times() -> None:
    hit = make("riser", tonal=0.0, size=0.8)
    parts = np.array_split(hit.audio[:, : hit.sync], 10, axis=1)
    octaves = [np.log2(centroid_hz(Hit(part, 0))) for part in parts]
    assert np.corrcoef(range(10), octaves)[0, 1] > 0.97


@pytest.mark.parametrize(("size", "seconds"), [(0.0, 1.0), (1.0, 8.0)])
def test_its_length_is_what_it_says(size: float, seconds: float) -> None:
    assert make("riser", size=size).sync == round(seconds * RATE)


def test_the_tones_end_on_the_root() -> None:
    hit = make("riser", tonal=1.0, root=45, intensity=0.0)
    last = hit.audio[:, hit.sync - RATE // 10 : hit.sync].sum(axis=0) * np.hanning(RATE // 10)
    power = np.abs(np.fft.rfft(last, 1 << 17)) ** 2
    frequency = np.fft.rfftfreq(1 << 17, 1.0 / RATE)
    inside = (frequency > 300.0) & (frequency < 2_500.0)
    octaves = np.log2(frequency[inside][power[inside].argmax()] / 440.0)
    assert abs(octaves - round(octaves)) < 0.12
