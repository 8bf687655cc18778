"""Strokes: partials where the books have them, doublets that beat, T60 falling with frequency."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from soundscape.hits.clock_strike import BODIES
from soundscape.units import midi_to_hz
from tests import descriptors
from tests.hits.rendering import RATE, length_s, make


@pytest.mark.parametrize("body", sorted(BODIES))
def test_the_strongest_lines_stand_at_the_ratios_of_the_body(body: str) -> None:
    hit = make("clock_strike", body=body, root=69)
    audio = hit.audio[:, hit.sync + RATE // 4 : hit.sync + RATE // 4 + RATE].sum(axis=0)
    power = np.abs(np.fft.rfft(audio * np.hanning(len(audio)), 1 << 17)) ** 2
    frequency = np.fft.rfftfreq(1 << 17, 1.0 / RATE)
    for _ in range(3):
        line = frequency[power.argmax()]
        assert np.abs(line / midi_to_hz(69) / BODIES[body].ratios - 1.0).min() < 0.01
        power[np.abs(frequency - line) < 20.0] = 0.0


def test_lines_beat() -> None:
    audio = make("clock_strike", body="chime", root=60, works=0.0).audio[:, RATE // 2 : 2 * RATE]
    level = descriptors.levels_db(audio, RATE, frame_s=0.02)
    ripple = level - np.polyval(np.polyfit(range(len(level)), level, 2), range(len(level)))
    assert 0.3 <= np.std(ripple) <= 6.0


def test_high_lines_die_sooner() -> None:
    audio = make("clock_strike", body="bell", works=0.0).audio
    early, late = (
        descriptors.centroid_hz(audio[:, a:b], RATE) for a, b in ((2_000, RATE // 2), (3 * RATE, 4 * RATE))
    )
    assert late < early


def test_a_larger_body_rings_longer() -> None:
    assert length_s(make("clock_strike", size=0.9)) > 1.3 * length_s(make("clock_strike", size=0.1))


def stroke_frames(audio: np.ndarray) -> np.ndarray:
    """Frames at which the level above 3 kHz leaps."""
    high = signal.sosfilt(signal.butter(4, 3_000.0, "high", fs=RATE, output="sos"), audio.sum(axis=0))
    level = np.sqrt(np.mean(high[: len(high) // 240 * 240].reshape(-1, 240) ** 2, axis=1))
    return 240 * signal.find_peaks(level, height=0.25 * level.max(), distance=100)[0]


@pytest.mark.parametrize("body", sorted(BODIES))
def test_it_strikes_as_often_as_asked_at_intervals_that_are_not_quite_even(body: str) -> None:
    hit = make("clock_strike", body=body, strokes=5)
    found = stroke_frames(hit.audio)
    assert len(found) == 5
    assert abs(found[0] - hit.sync) <= 480
    gaps = np.diff(found) / RATE
    assert gaps.min() >= 1.2 and gaps.max() <= 1.9
    assert 0.002 <= np.std(gaps) <= 0.12


def test_a_body_that_still_rings_is_struck_on_without_a_step() -> None:
    audio = make("clock_strike", body="gong", strokes=3, works=0.0, intensity=0.2, distance=0.8).audio
    # A step would be a click over the soft blows of a dull, far hammer.
    assert np.abs(np.diff(audio, axis=1)).max() < 0.12 * np.abs(audio).max()


def test_the_train_is_heard_before_the_stroke_and_when_it_locks() -> None:
    hit, alone = make("clock_strike", body="chime"), make("clock_strike", body="chime", works=0.0)
    assert alone.sync == 0
    assert 0.5 <= hit.sync / RATE <= 1.0
    before_db, stroke_db = (
        descriptors.levels_db(part, RATE, frame_s=0.02).max()
        for part in (hit.audio[:, : hit.sync], hit.audio[:, hit.sync : hit.sync + RATE // 4])
    )
    assert -40.0 <= before_db - stroke_db <= -15.0
    high = signal.butter(4, 5_000.0, "high", fs=RATE, output="sos")
    late = [
        signal.sosfilt(high, one.audio)[:, one.sync + RATE // 4 : one.sync + RATE // 2]
        for one in (make("clock_strike", body="chime", works=1.0), alone)
    ]
    assert np.abs(late[0]).max() > 2.0 * np.abs(late[1]).max()
