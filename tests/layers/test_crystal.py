"""The crystal cave: modes, doublets and tuning against what is known of them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from soundscape.contract import TICK, neutral
from soundscape.dsp.modalbank import ModalBank
from soundscape.layers import crystal
from soundscape.rng import Seed
from soundscape.units import midi_to_hz
from tests import descriptors
from tests.layers.rendering import RATE, SEED, presets_of, render, ticks

PRESETS = [preset.name for preset in presets_of("crystal")]


def bank(frequency_hz: float, *, beat_hz: float = 1e-6, t60_s: float = 10.0) -> ModalBank:
    values = [np.array([value]) for value in (frequency_hz, beat_hz, t60_s, 1.0)]
    return ModalBank(
        RATE,
        1,
        frequency_hz=values[0],
        beat_hz=values[1],
        t60_s=values[2],
        gain=values[3],
        pan=np.zeros((2, 1)),
    )


def struck(modes: ModalBank, seconds: float) -> np.ndarray:
    count = ticks(seconds)
    kicks = np.zeros((count, 2, 1), np.complex128)
    kicks[0] = 1.0
    out = np.zeros((2, count * TICK), np.float32)
    modes.add(out, kicks, np.zeros((count, 1)), np.ones((count + 1, 1)))
    return out[0, TICK:]


@pytest.mark.parametrize("preset", PRESETS)
def test_it_is_tonal_wide_and_cold(preset: str) -> None:
    audio = render(preset, 30.0)
    assert 0.9 <= descriptors.tonal_fraction(audio, RATE) <= 0.998
    assert 900.0 <= descriptors.centroid_hz(audio, RATE) <= 4_000.0
    assert descriptors.interaural(audio, RATE, low_hz=1_000.0, high_hz=4_000.0) <= 0.6
    assert 14.0 <= descriptors.crest_db(audio, RATE) <= 28.2


@pytest.mark.parametrize("preset", PRESETS)
def test_it_is_never_static(preset: str) -> None:
    audio = render(preset, 60.0)
    assert descriptors.evolution_sd_db(audio, RATE) >= 1.0
    assert descriptors.gust_sd_db(audio, RATE) >= 2.0
    assert descriptors.centroid_sd_oct(audio, RATE) >= 0.18


@pytest.mark.parametrize("preset", PRESETS)
def test_below_120_hz_there_is_only_a_soft_drone(preset: str) -> None:
    audio = render(preset, 30.0)
    frequency, density = descriptors.spectrum(audio, RATE, size=1 << 14)
    assert density[frequency < 120.0].sum() < 0.25 * density.sum()
    params = crystal.Params(drone=0.0)
    dry = np.concatenate(list(crystal.render(params, neutral(ticks(10.0)), RATE, SEED)), axis=1)
    frequency, density = descriptors.spectrum(dry, RATE, size=1 << 14)
    assert density[frequency < 120.0].sum() < 1e-3 * density.sum()


def test_a_struck_mode_falls_by_60_db_in_its_t60() -> None:
    audio = struck(bank(1_000.0, t60_s=2.0), 2.5)
    levels = descriptors.levels_db(audio[None], RATE, frame_s=0.05)
    time = np.arange(len(levels)) * 0.05
    assert np.polyfit(time, levels, 1)[0] == pytest.approx(-30.0, rel=0.01)


def test_a_mode_is_a_clean_sine_at_its_frequency() -> None:
    audio = struck(bank(997.0, t60_s=60.0), 4.0).astype(np.float64)
    power = np.abs(np.fft.rfft(audio * signal.windows.blackmanharris(len(audio)))) ** 2
    frequency = np.fft.rfftfreq(len(audio), 1.0 / RATE)
    assert frequency[np.argmax(power)] == pytest.approx(997.0, abs=0.5)
    away = np.abs(frequency - 997.0) > 20.0
    assert 10.0 * np.log10(power[away].sum() / power.sum()) <= -80.0


def test_a_doublet_beats_at_its_difference() -> None:
    audio = struck(bank(800.0, beat_hz=3.0, t60_s=30.0), 8.0)
    level = descriptors.levels_db(audio[None], RATE, frame_s=0.02)
    level -= np.polyval(np.polyfit(np.arange(len(level)), level, 1), np.arange(len(level)))
    spectrum = np.abs(np.fft.rfft(level * np.hanning(len(level))))
    assert np.fft.rfftfreq(len(level), 0.02)[1 + np.argmax(spectrum[1:])] == pytest.approx(3.0, abs=0.15)


def test_a_bowed_mode_settles_at_the_level_it_is_bowed_at() -> None:
    modes, count = bank(700.0, t60_s=0.5), ticks(40.0)
    out = np.zeros((2, count * TICK), np.float32)
    modes.add(out, np.zeros((count, 2, 1), np.complex128), np.full((count, 1), 0.1), np.ones((count + 1, 1)))
    # Two independent partners of RMS 0.1 / sqrt 2 each: a phasor's real part holds half of its power.
    assert np.sqrt(np.mean(out[0, RATE:] ** 2)) == pytest.approx(0.1, rel=0.15)


def test_decay_times_follow_the_measured_law() -> None:
    cave = crystal.Cave(crystal.Params(drone=0.0), RATE, SEED)
    steps = np.abs(cave._bank._steps[0])[:-3]
    t60 = -3.0 * TICK / (RATE * np.log10(steps))
    slope = np.polyfit(np.log(cave._frequency[:-3]), np.log(t60), 1)[0]
    assert -1.0 <= slope <= -0.3
    assert len(t60) >= 12


@pytest.mark.parametrize(("root", "mode"), [(57, "aeolian"), (62, "fifths"), (60, "lydian")])
def test_the_crystals_stand_on_the_notes_of_the_key(root: int, mode: str) -> None:
    cave = crystal.Cave(crystal.Params(root=root, mode=mode), RATE, SEED)
    fundamentals = cave._frequency[:-3].reshape(-1, crystal.PARTIALS)[:, 0]
    steps = crystal.FIFTHS if mode == "fifths" else crystal.MODES[mode]
    semitones = 12.0 * np.log2(fundamentals / midi_to_hz(root))
    away = np.abs((semitones[:, None] - np.array(steps) + 6.0) % 12.0 - 6.0).min(axis=1)
    assert away.max() <= 0.1


def test_no_two_strikes_sound_alike() -> None:
    cave = crystal.Cave(crystal.Params(), RATE, SEED)
    count = len(cave._frequency)
    spectra = []
    for tick in range(12):
        kick = np.zeros((2, count), np.complex128)
        cave._kick(kick, crystal.Strike(tick, 3, 1.0))
        spectra.append(np.concatenate((kick.real, kick.imag)).ravel())
    likeness = np.abs(np.corrcoef(spectra) - np.eye(12))
    assert likeness.max() <= 0.98


def test_harder_strikes_are_brighter() -> None:
    soft, hard = (
        np.concatenate(
            list(crystal.render(crystal.Params(hardness=value, bow=0.0), neutral(ticks(20.0)), RATE, Seed(5))),
            axis=1,
        )
        for value in (0.0, 1.0)
    )
    assert descriptors.centroid_hz(hard, RATE) > 1.2 * descriptors.centroid_hz(soft, RATE)
