"""Shimmer: tonal as bells are, on its notes, rising layer by layer."""

from __future__ import annotations

import numpy as np
import pytest

from soundscape.layers import shimmer
from soundscape.score.pitch import MODES
from soundscape.units import midi_to_hz
from tests import descriptors
from tests.layers.rendering import RATE, SEED, presets_of, render

PRESETS = [preset.name for preset in presets_of("shimmer")]
RANGES = {
    "centroid_hz": (700.0, 5_000.0),
    "tonal_fraction": (0.9, 0.997),
    "crest_db": (12.0, 28.2),
    "kurtosis_hp100": (3.2, 21.1),
    "gust_sd_db": (2.0, 10.5),
    "level_range_10_90_db": (5.0, 29.3),
    "onsets_per_s": (0.0, 6.3),
    "evolution_sd_db": (1.0, 9.3),
    "loop_peak": (0.0, 0.3),
    "clicks": (0.0, 12.0),
}
"""As tonal and as uneven as recorded bells, but swelling more than struck."""


@pytest.mark.parametrize("preset", PRESETS)
def test_it_measures_like_bells_that_swell(preset: str) -> None:
    found = descriptors.describe(render(preset, 30.0), RATE, only=RANGES)
    assert not {name: found[name] for name, (low, high) in RANGES.items() if not low <= found[name] <= high}


def test_a_glint_rises_layer_by_layer_and_fades() -> None:
    ticks = 4_000
    stored = np.empty((ticks, shimmer.LAYERS, shimmer.NOTES))
    glinted = np.zeros((ticks, shimmer.NOTES))
    glinted[0, 7] = 1.0
    shimmer._rise(stored, np.zeros((shimmer.LAYERS, shimmer.NOTES)), glinted, np.full(3, 0.006), 0.004)
    energy = stored.sum(axis=2)
    peaks = np.argmax(energy, axis=0)
    assert (np.diff(peaks) > 50).all()
    assert (np.diff(energy.max(axis=0)) < 0.0).all()
    assert energy[-1].max() < 0.02
    assert (stored[:, 1:, 7].max(axis=0) >= stored[:, 1:].max(axis=(0, 2)) - 1e-12).all()


@pytest.mark.parametrize(("root", "mode"), [(57, "dorian"), (62, "lydian")])
def test_its_lines_stand_on_the_notes_of_the_key(root: int, mode: str) -> None:
    audio = render(
        "light-shimmer", 20.0, changes=(("root", root), ("mode", mode), ("breath", 0.02), ("drone", 0.0))
    )
    frequency, density = descriptors.spectrum(audio, RATE, size=1 << 15)
    inside = (frequency > 400.0) & (frequency < 4_000.0)
    semitones = 12.0 * np.log2(frequency[inside] / midi_to_hz(root))
    away = np.abs((semitones[:, None] - np.array(MODES[mode]) + 6.0) % 12.0 - 6.0).min(axis=1)
    assert np.sum(density[inside] * away) / np.sum(density[inside]) < 0.12


def test_more_returns_are_more_light_above() -> None:
    few, many = (
        descriptors.centroid_hz(render("light-shimmer", 15.0, changes=(("returns", value), ("breath", 0.02))), RATE)
        for value in (0.1, 1.0)
    )
    assert many > 1.2 * few


def test_rising_in_fifths_is_another_chord_than_in_octaves() -> None:
    notes = [shimmer._notes("lydian", SEED.generator("notes")) for _ in range(2)]
    assert np.array_equal(*notes)
    spectra = [
        descriptors.spectrum(render("light-shimmer", 15.0, changes=(("rise", rise),)), RATE)[1]
        for rise in ("octaves", "fifths")
    ]
    assert np.corrcoef(*np.log10(np.array(spectra)[:, 100:1_500]))[0, 1] < 0.95


def test_sparks_come_where_the_stores_are_full() -> None:
    light = shimmer.Light(shimmer.Params(sparkle=1.0), RATE, SEED)
    stored = np.zeros((30_000, shimmer.LAYERS, shimmer.NOTES), np.float32)
    stored[10_000:20_000, 2, 5] = light._usual
    at, kicks = light._spark(stored)
    assert len(at) > 100
    assert ((at >= 10_000) & (at < 20_000)).all()
    first = np.abs(kicks).sum(axis=(0, 1)).argmax()
    assert first == 2 * shimmer.NOTES + 5


def test_sparkle_is_onsets_instead_of_swelling() -> None:
    smooth, sparkling = (
        descriptors.kurtosis_hp100(render("sacred-glow", 20.0, changes=(("sparkle", value),)), RATE)
        for value in (0.0, 1.0)
    )
    assert sparkling > 1.1 * smooth
