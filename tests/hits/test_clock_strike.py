"""Strokes: partials where the books have them, doublets that beat, T60 falling with frequency."""

from __future__ import annotations

import numpy as np
import pytest

from soundscape.hits.clock_strike import BODIES
from soundscape.units import midi_to_hz
from tests import descriptors
from tests.hits.rendering import RATE, length_s, make


@pytest.mark.parametrize("body", sorted(BODIES))
def test_the_strongest_lines_stand_at_the_ratios_of_the_body(body: str) -> None:
    audio = make("clock_strike", body=body, root=69).audio[:, RATE // 4 : RATE // 4 + RATE].sum(axis=0)
    power = np.abs(np.fft.rfft(audio * np.hanning(len(audio)), 1 << 17)) ** 2
    frequency = np.fft.rfftfreq(1 << 17, 1.0 / RATE)
    for _ in range(3):
        line = frequency[power.argmax()]
        assert np.abs(line / midi_to_hz(69) / BODIES[body][0] - 1.0).min() < 0.01
        power[np.abs(frequency - line) < 20.0] = 0.0


def test_lines_beat() -> None:
    audio = make("clock_strike", body="chime", root=60).audio[:, RATE // 2 : 2 * RATE]
    level = descriptors.levels_db(audio, RATE, frame_s=0.02)
    ripple = level - np.polyval(np.polyfit(range(len(level)), level, 2), range(len(level)))
    assert 0.3 <= np.std(ripple) <= 6.0


def test_high_lines_die_sooner() -> None:
    audio = make("clock_strike", body="bell").audio
    early, late = (
        descriptors.centroid_hz(audio[:, a:b], RATE) for a, b in ((2_000, RATE // 2), (3 * RATE, 4 * RATE))
    )
    assert late < early


def test_a_larger_body_rings_longer() -> None:
    assert length_s(make("clock_strike", size=0.9)) > 1.3 * length_s(make("clock_strike", size=0.1))
