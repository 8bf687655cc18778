"""Jolts: deep, long, with cracks first and aftershocks later."""

from __future__ import annotations

import numpy as np

from soundscape.contract import Hit
from tests import descriptors
from tests.hits.rendering import RATE, centroid_hz, make


def share_below(hit: Hit, limit_hz: float) -> float:
    power = (np.abs(np.fft.rfft(hit.audio.astype(np.float64))) ** 2).sum(axis=0)
    frequency = np.fft.rfftfreq(hit.audio.shape[1], 1.0 / RATE)
    return float(power[frequency < limit_hz].sum() / power.sum())


def test_a_distant_jolt_is_nearly_all_below_250_hz() -> None:
    assert share_below(make("seismic_jolt", distance=0.9, rattle=0.2), 250.0) > 0.9


def test_the_crack_is_brighter_than_the_heaving_that_follows() -> None:
    audio = make("seismic_jolt", rattle=0.0).audio
    assert centroid_hz(Hit(audio[:, : RATE // 8], 0)) > 1.5 * centroid_hz(Hit(audio[:, RATE // 2 : 2 * RATE], 0))


def test_the_ground_keeps_shaking_for_seconds() -> None:
    levels = descriptors.levels_db(make("seismic_jolt", size=0.8).audio, RATE, frame_s=0.1)
    assert np.count_nonzero(levels > levels.max() - 25.0) >= 15


def test_aftershocks_and_rattle_add_events() -> None:
    calm, loose = (make("seismic_jolt", rattle=value).audio[:, RATE // 2 :] for value in (0.0, 1.0))
    assert descriptors.events_per_s(loose, RATE) > descriptors.events_per_s(calm, RATE) + 3.0
