"""What every instrument owes: checked over all that are found, with no list of names."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from soundscape.audio import check_signal
from soundscape.contract import Tone
from soundscape.params import params_of
from soundscape.registry import Preset, all_presets, find_presets, load_preset, unit, units
from soundscape.rng import Seed
from soundscape.units import midi_to_hz

RATE = 48_000
NAMES = [name for name in units("instruments") if not getattr(unit("instruments", name), "SAMPLED", False)]
"""What plays a file of the user's sounds as that file does, and has tests of its own."""
PRESETS = [preset for preset in all_presets() if preset.kind == "instruments" and preset.unit in NAMES]
HERE = Path(__file__).parent


def pitches(name: str) -> tuple[int, int, int]:
    low, high = unit("instruments", name).RANGE
    return low, (low + high) // 2, high


@cache
def played(
    name: str, pitch: float, velocity: float = 0.7, length_s: float = 1.0, seed: int = 1, **changes: Any
) -> np.ndarray:
    module = unit("instruments", name)
    params = module.Params(**changes)
    audio: np.ndarray = module.tone(
        params, Tone(pitch=pitch, length_s=length_s, velocity=velocity), RATE, Seed(seed)
    )
    return audio


def centroid_hz(audio: np.ndarray) -> float:
    """Magnitude-weighted mean frequency of the first second."""
    mono = audio[:, :RATE].mean(axis=0)
    spectrum = np.abs(np.fft.rfft(mono * np.hanning(2 * len(mono))[len(mono) :]))
    return float((spectrum * np.fft.rfftfreq(len(mono), 1 / RATE)).sum() / spectrum.sum())


def is_pitched(name: str) -> bool:
    return getattr(unit("instruments", name), "PITCHED", True)


@pytest.mark.parametrize("name", NAMES)
def test_a_tone_is_a_finite_stereo_signal_that_ends_in_silence(name: str) -> None:
    for pitch in pitches(name):
        audio = check_signal(played(name, pitch))
        assert audio.shape[0] == 2
        peak = float(np.abs(audio).max())
        assert 0.02 < peak < 1.0
        assert np.abs(audio[:, -1]).max() < 1e-4 * peak
        assert np.abs(audio[:, -480:]).max() < 1e-2 * peak


@pytest.mark.parametrize("name", NAMES)
def test_the_same_seed_gives_the_same_samples_and_another_does_not(name: str) -> None:
    pitch = pitches(name)[1]
    module = unit("instruments", name)
    tone = Tone(pitch=pitch, length_s=1.0, velocity=0.7)
    assert np.array_equal(module.tone(module.Params(), tone, RATE, Seed(1)), played(name, pitch))
    assert not np.array_equal(played(name, pitch), played(name, pitch, seed=2))


@pytest.mark.parametrize("name", [name for name in NAMES if is_pitched(name)])
def test_a_tone_is_in_tune_within_three_cents(name: str) -> None:
    for pitch in pitches(name):
        expected = midi_to_hz(pitch)
        # Several players beat, which bends the spectrum of one take: takes are averaged.
        takes = [played(name, pitch, length_s=4.0, seed=seed).mean(axis=0)[: 4 * RATE] for seed in range(4)]
        spectrum = sum(np.abs(np.fft.rfft(take * np.hanning(len(take)), 1 << 19)) ** 2 for take in takes)
        frequencies = np.fft.rfftfreq(1 << 19, 1 / RATE)
        near = np.abs(1200 * np.log2(np.maximum(frequencies, 1) / expected)) < 60
        found = float((frequencies[near] * spectrum[near]).sum() / spectrum[near].sum())
        assert abs(1200 * np.log2(found / expected)) <= 3.0, pitch
        # Silence would be called in tune, too: the tone must be there.
        assert spectrum[near].max() > 4e-4 * spectrum.max()


@pytest.mark.parametrize("name", NAMES)
def test_a_harder_tone_is_louder_and_brighter(name: str) -> None:
    least = getattr(unit("instruments", name), "COLOUR", 1.3)
    for pitch in pitches(name):
        soft, hard = played(name, pitch, 0.2), played(name, pitch, 1.0)
        assert np.sqrt((hard**2).mean()) > 2.0 * np.sqrt((soft**2).mean())
        assert centroid_hz(hard) / centroid_hz(soft) >= (least if pitch == pitches(name)[1] else 1.1), pitch


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_force_changes_the_colour_of_every_preset(preset: Preset) -> None:
    module = unit("instruments", preset.unit)
    pitch = min(max(62, module.RANGE[0]), module.RANGE[1])
    soft, hard = (
        module.tone(preset.make(), Tone(pitch=pitch, length_s=3.0, velocity=velocity), RATE, Seed(1))
        for velocity in (0.2, 1.0)
    )
    assert centroid_hz(hard) / centroid_hz(soft) >= getattr(module, "COLOUR", 1.3)


@pytest.mark.parametrize("name", NAMES)
def test_half_level_is_reached_when_the_instrument_says(name: str) -> None:
    module = unit("instruments", name)
    pitch = pitches(name)[1]
    promised = module.onset_s(module.Params(), Tone(pitch=pitch, length_s=3.0, velocity=0.7))
    power = sum(
        (played(name, pitch, length_s=3.0, seed=seed)[:, : 3 * RATE] ** 2).mean(axis=0) for seed in range(6)
    )
    frames = max(96, round(0.1 * promised * RATE))
    level = np.sqrt(np.convolve(power, np.ones(frames) / frames, mode="same"))
    # Players that beat rise above their level at moments; what they hold for most of a note is its level.
    full = np.percentile(level[: max(RATE // 2, round(4 * promised * RATE))], 90)
    measured = np.argmax(level >= 0.5 * full) / RATE
    assert measured == pytest.approx(promised, abs=0.012 + 0.25 * promised)


@pytest.mark.parametrize("name", NAMES)
def test_there_is_no_constant_offset_and_no_click(name: str) -> None:
    for pitch in pitches(name):
        onset_s = module_onset(name, pitch)
        length_s = 0.5 + 2.0 * onset_s
        audio = played(name, pitch, length_s=length_s)
        rms = np.sqrt((audio**2).mean())
        assert abs(audio.mean()) < 10 ** (-50 / 20) * rms * 3.2  # -40 dB over so short a tone
        # Letting go is no step: the signal never bends more sharply than it did while it was held.
        bend = np.abs(np.diff(audio, n=2)).max(axis=0)
        release = round(length_s * RATE)
        held = bend[round(onset_s / 2 * RATE) : release].max()
        assert bend[release:].max(initial=0.0) <= 1.5 * held + 1e-5


def module_onset(name: str, pitch: float) -> float:
    module = unit("instruments", name)
    onset: float = module.onset_s(module.Params(), Tone(pitch=pitch, length_s=1.0, velocity=0.7))
    return onset


@pytest.mark.parametrize("name", [name for name in NAMES if getattr(unit("instruments", name), "HARMONIC", False)])
def test_nothing_aliases_above_minus_sixty_decibels(name: str) -> None:
    """In a steady harmonic tone, what lies far from every harmonic is noise or alias."""
    module = unit("instruments", name)
    steady = {p.name: 0.0 for p in params_of(module.Params) if p.name in ("detune", "vibrato", "motion")}
    for pitch in (45, 83, min(96, module.RANGE[1])):
        if not module.RANGE[0] <= pitch <= module.RANGE[1]:
            continue
        mono = played(name, pitch, velocity=1.0, length_s=4.0, **steady).mean(axis=0)[RATE : RATE + (1 << 17)]
        spectrum = np.abs(np.fft.rfft(mono * np.blackman(len(mono)))) ** 2
        frequencies = np.fft.rfftfreq(len(mono), 1 / RATE)
        order = frequencies / midi_to_hz(pitch)
        off = (np.abs(order - np.round(order)) > 0.2) & (order > 0.5) & (order < 60)
        assert 10 * np.log10(spectrum[off].max() / spectrum.max()) <= -60.0


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_at_its_ends_gives_a_signal(name: str) -> None:
    module = unit("instruments", name)
    for param in params_of(module.Params):
        ends = param.options or ((False, True) if isinstance(param.default, bool) else (param.low, param.high))
        for value in ends:
            audio = check_signal(
                played(name, pitches(name)[1], length_s=0.3, **{param.name: type(param.default)(value)})
            )
            assert 1e-3 < np.abs(audio).max() < 2.0, (param.name, value)


@pytest.mark.parametrize("name", NAMES)
def test_a_very_short_and_a_very_soft_tone_are_tones(name: str) -> None:
    for length_s, velocity in ((0.0, 0.7), (0.01, 0.05)):
        audio = check_signal(played(name, pitches(name)[1], velocity, length_s))
        assert 0 < np.abs(audio).max() < 1.0


@pytest.mark.parametrize("name", NAMES)
def test_there_is_a_preset_of_every_instrument(name: str) -> None:
    presets = [load_preset(path, "instruments") for path in find_presets("instruments").values()]
    mine = [preset for preset in presets if preset.unit == name]
    assert mine
    assert all(preset.words and preset.tags for preset in mine)


def test_the_middle_of_every_instrument_is_about_as_loud() -> None:
    import pyloudnorm

    loudness = {}
    for name in NAMES:
        audio = played(name, pitches(name)[1], length_s=3.0).T.astype(float)
        meter = pyloudnorm.Meter(RATE)
        # The loudest 400 ms, as a momentary meter shows it.
        loudness[name] = max(
            meter.integrated_loudness(audio[start : start + 19_200])
            for start in range(0, min(len(audio), 3 * RATE) - 19_199, 9_600)
        )
    assert max(loudness.values()) - min(loudness.values()) < 4.0, loudness
