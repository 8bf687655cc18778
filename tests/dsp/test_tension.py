"""Tension: pitch, colour and pulse follow one course, up as well as down."""

from __future__ import annotations

import numpy as np

from soundscape.contract import TICK
from soundscape.dsp.tension import PULSE_HZ, _pulse, tension
from soundscape.rng import Seed
from tests import descriptors

RATE = 48_000
TICKS = 5 * RATE // TICK
UP = np.linspace(0.0, 1.0, TICKS + 1)


def made(course: np.ndarray, *, tonal: float) -> np.ndarray:
    return tension(RATE, Seed(4), course, top_note_hz=440.0, octaves=2.0, tonal=tonal, top_hz=6_000.0)


def test_down_is_up_the_other_way_round() -> None:
    for tonal in (0.0, 1.0):
        up, down = made(UP, tonal=tonal), made(UP[::-1], tonal=tonal)
        for audio in (up, down[:, ::-1]):
            centroids = [descriptors.centroid_hz(part, RATE) for part in np.array_split(audio, 5, axis=1)]
            assert (np.diff(centroids) > 0.0).all()


def test_the_section_meets_on_its_note() -> None:
    audio = made(UP, tonal=1.0)

    def width_hz(part: np.ndarray) -> float:
        """Spread of the power within a third of an octave of the strongest line, in parts of it."""
        power = np.abs(np.fft.rfft(part.sum(axis=0) * np.hanning(part.shape[1]))) ** 2
        frequency = np.fft.rfftfreq(part.shape[1], 1.0 / RATE)
        line = frequency[power.argmax()]
        near = np.abs(np.log2(np.maximum(frequency, 1.0) / line)) < 1.0 / 6.0
        mean = np.average(frequency[near], weights=power[near])
        return float(np.sqrt(np.average((frequency[near] - mean) ** 2, weights=power[near])) / line)

    still = tension(
        RATE, Seed(4), np.concatenate((UP * 0.05, np.ones(TICKS))), top_note_hz=440.0, octaves=2.0, tonal=1.0,
        top_hz=6_000.0,
    )  # fmt: skip
    apart, together = still[:, RATE : 2 * RATE], still[:, -2 * RATE : -RATE]
    assert width_hz(together) < 0.5 * width_hz(apart)
    spectrum = np.abs(np.fft.rfft(together.sum(axis=0) * np.hanning(RATE))) ** 2
    octaves = np.log2(spectrum.argmax() / 440.0)
    assert abs(octaves - round(octaves)) < 0.05
    assert np.isfinite(audio).all()


def test_the_pulse_beats_ever_faster_and_is_full_at_the_top() -> None:
    level = _pulse(RATE, Seed(1), UP)
    beats = np.flatnonzero((level[1:-1] > level[:-2]) & (level[1:-1] >= level[2:]))
    gaps = np.diff(beats) * TICK / RATE
    assert gaps[-1] < 0.25 * gaps[0]
    assert 0.7 * PULSE_HZ[1] < 1.0 / gaps[-1] < 1.3 * PULSE_HZ[1]
    assert level[-1] == 1.0
