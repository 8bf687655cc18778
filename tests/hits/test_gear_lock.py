"""Locks: teeth that come ever slower, a blow far above them, three materials."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from soundscape.contract import Hit
from tests import descriptors
from tests.hits.rendering import RATE, centroid_hz, make


def tooth_frames(hit: Hit) -> np.ndarray:
    high = signal.sosfilt(
        signal.butter(2, 1_000.0, "high", fs=RATE, output="sos"), hit.audio[:, : hit.sync - 96].mean(axis=0)
    )
    envelope = signal.lfilter([0.02], [1.0, -0.98], np.abs(high))
    peaks, _ = signal.find_peaks(envelope, prominence=0.12 * envelope.max(), distance=RATE // 80)
    return peaks


def test_the_teeth_come_ever_slower() -> None:
    at = tooth_frames(make("gear_lock", teeth=10, size=0.9, material="brass"))
    assert 7 <= len(at) <= 11
    gaps = np.diff(at)
    assert np.mean(gaps[-3:]) > 1.4 * np.mean(gaps[:3])


def test_it_locks_at_once_when_no_teeth_pass() -> None:
    assert make("gear_lock", teeth=0).sync == 0


def test_the_bolt_stands_far_above_the_teeth() -> None:
    hit = make("gear_lock")
    teeth, bolt = np.abs(hit.audio[:, : hit.sync - 48]).max(), np.abs(hit.audio[:, hit.sync :]).max()
    assert 10.0 <= 20.0 * np.log10(bolt / teeth) <= 34.0


@pytest.mark.parametrize(("bright", "dark"), [("brass", "iron"), ("iron", "stone")])
def test_materials_differ(bright: str, dark: str) -> None:
    assert centroid_hz(make("gear_lock", material=bright)) > 1.5 * centroid_hz(make("gear_lock", material=dark))


def test_a_spring_shivers_on() -> None:
    none, loose = (make("gear_lock", spring=value, material="stone", teeth=0) for value in (0.0, 1.0))
    assert loose.audio.shape[1] > 1.3 * none.audio.shape[1]


def test_the_blow_has_the_crest_of_an_impact() -> None:
    assert descriptors.crest_db(make("gear_lock").audio, RATE) >= 18.0
