"""The frozen spectrum: held, blurred, and never the same."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from soundscape.dsp.blur import Blur
from soundscape.layers import freeze
from soundscape.units import midi_to_hz
from tests import descriptors
from tests.layers.rendering import RATE, SEED, presets_of, render

PRESETS = [preset.name for preset in presets_of("freeze")]
RANGES = {
    "centroid_hz": (120.0, 2_500.0),
    "crest_db": (10.0, 19.0),
    "kurtosis_hp100": (2.3, 6.0),
    "gust_sd_db": (0.5, 4.5),
    "evolution_sd_db": (0.8, 6.0),
    "centroid_sd_oct": (0.08, 1.0),
    "onsets_per_s": (0.0, 0.2),
    "loop_peak": (0.0, 0.3),
    "clicks": (0.0, 0.0),
}
"""Reasoned: as steady as a warm tone of the reference (0.5 to 3 dB), without an onset, yet moving in colour."""
SIZE = 8_192


def flat() -> np.ndarray:
    """Magnitudes of white noise of RMS 1."""
    return np.full((2, SIZE // 2 + 1), 1.0 / np.sqrt(SIZE // 2), np.float32)


@pytest.mark.parametrize("preset", PRESETS)
def test_it_is_held_and_never_static(preset: str) -> None:
    found = descriptors.describe(render(preset, 40.0), RATE, only=RANGES)
    assert not {name: found[name] for name, (low, high) in RANGES.items() if not low <= found[name] <= high}


def test_it_has_another_spectrum_later() -> None:
    audio = render("frozen-chord", 40.0)
    early, late = (
        np.log(descriptors.spectrum(audio[:, at * RATE : (at + 6) * RATE], RATE)[1][20:400]) for at in (2, 32)
    )
    assert np.std(early - late) * 10.0 / np.log(10.0) >= 2.0


@pytest.mark.parametrize("root", [45, 52])
def test_it_stands_on_its_notes(root: int) -> None:
    audio = render("frozen-chord", 20.0, changes=(("root", root), ("breath", 0.0), ("motion", 1.0), ("blur", 1.5)))
    frequency, density = descriptors.spectrum(audio, RATE, size=1 << 15)
    for semitones in freeze.CHORDS["fifth"]:
        note = midi_to_hz(root + semitones)
        near, beside = np.abs(frequency / note - 1.0) < 0.02, np.abs(frequency / note - 1.03) < 0.008
        assert density[near].max() > 20.0 * density[beside].max()


def beats(held: float) -> np.ndarray:
    """Spectrum of the level of a cluster's lowest notes, a semitone apart, from 1 Hz on in steps of 1/16 Hz."""
    changes = (("held", held), ("breath", 0.0), ("motion", 1.0), ("root", 45), ("stretch", 1.6))
    audio = render("frozen-dread", 34.0, changes=changes)[:, RATE : 33 * RATE].mean(axis=0)
    low = signal.sosfilt(signal.butter(4, (95.0, 135.0), "bandpass", fs=RATE, output="sos"), audio)
    power = np.abs(signal.hilbert(low))[:: RATE // 100] ** 2
    power = power.reshape(2, -1) / power.mean()
    found: np.ndarray = (np.abs(np.fft.rfft(power * np.hanning(power.shape[1]), axis=1)) ** 2).mean(axis=0)[16:]
    return found


def test_held_neighbours_beat_at_their_distance() -> None:
    distance_hz = midi_to_hz(46) - midi_to_hz(45)
    stands_out = {}
    for held in (0.0, 1.0):
        found = beats(held)
        hz = 1.0 + np.arange(len(found)) / 16.0
        near = np.abs(hz - distance_hz) < 0.3
        stands_out[held] = found[near].max() / np.median(found[(hz > 3.0) & (hz < 12.0)])
    assert stands_out[1.0] > 25.0
    assert stands_out[1.0] > 4.0 * stands_out[0.0]


def test_what_rumbles_stays_frozen_in_pitch() -> None:
    audio = render("frozen-dread", 24.0, changes=(("held", 1.0), ("breath", 0.0)))
    early, late = (
        descriptors.spectrum(audio[:, at * RATE : (at + 8) * RATE], RATE, size=1 << 17) for at in (0, 16)
    )
    low = (early[0] > 40.0) & (early[0] < 130.0)
    lines = [
        found[0][low][signal.find_peaks(found[1][low], height=0.03 * found[1][low].max())[0]]
        for found in (early, late)
    ]
    assert len(lines[0]) >= 3
    assert np.median(np.abs(lines[0][:, None] - lines[1]).min(axis=1)) < 0.4


def test_breath_fills_the_gaps() -> None:
    dry, airy = (
        descriptors.flatness(render("frozen-chord", 10.0, changes=(("breath", value),)), RATE)
        for value in (0.0, 1.0)
    )
    assert airy > 10.0 * dry


def test_blurred_noise_has_the_power_it_was_asked_for_at_every_moment() -> None:
    audio = Blur(SEED, RATE, size=SIZE, width=1.0).run(20 * SIZE, flat)
    rms = np.sqrt(np.mean(audio.reshape(2, -1, SIZE // 8) ** 2, axis=(0, 2)))
    assert rms.mean() == pytest.approx(1.0, rel=0.03)
    assert rms.std() < 0.06


@pytest.mark.parametrize("pieces", [[1] * 5 + [30_000], [SIZE // 2] * 8, [999] * 40])
def test_pieces_of_any_length_give_the_same_sound(pieces: list[int]) -> None:
    whole = Blur(SEED, RATE, size=SIZE, width=0.5).run(sum(pieces), flat)
    blur = Blur(SEED, RATE, size=SIZE, width=0.5)
    assert np.array_equal(whole, np.concatenate([blur.run(piece, flat) for piece in pieces], axis=1))


def test_lows_stay_together_and_highs_part() -> None:
    audio = Blur(SEED, RATE, size=SIZE, width=1.0).run(20 * SIZE, flat)
    assert descriptors.interaural(audio, RATE, low_hz=60.0, high_hz=230.0) > 0.95
    assert abs(descriptors.interaural(audio, RATE, low_hz=2_000.0, high_hz=8_000.0)) < 0.1
