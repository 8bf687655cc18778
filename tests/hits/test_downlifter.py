"""Downlifters: level and pitch sink evenly after the cut."""

from __future__ import annotations

import numpy as np
from scipy import stats

from soundscape.contract import Hit
from tests import descriptors
from tests.hits.rendering import RATE, centroid_hz, make


def test_level_and_centroid_sink_all_the_way() -> None:
    hit = make("downlifter", size=0.7)
    parts = [Hit(part, 0) for part in np.array_split(hit.audio, 8, axis=1)]
    for measured in (
        [descriptors.rms_db(part.audio, RATE) for part in parts],
        [centroid_hz(part) for part in parts],
    ):
        assert stats.spearmanr(range(8), measured)[0] <= -0.9


def test_it_sinks_by_octaves() -> None:
    hit = make("downlifter", tonal=0.0, size=0.8)
    parts = np.array_split(hit.audio, 6, axis=1)
    assert centroid_hz(Hit(parts[0], 0)) > 4.0 * centroid_hz(Hit(parts[4], 0))


def test_its_length_grows_with_size() -> None:
    assert make("downlifter", size=1.0).audio.shape[1] > 3 * make("downlifter", size=0.1).audio.shape[1]
