"""The crystal cave: modes, doublets and tuning against what is known of them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from soundscape.contract import TICK, neutral
from soundscape.dsp.modalbank import Doublets, ModalBank
from soundscape.dsp.pauses import Pauses
from soundscape.layers import crystal
from soundscape.rng import Seed
from soundscape.units import midi_to_hz
from tests import descriptors
from tests.layers.rendering import RATE, SEED, presets_of, render, ticks

PRESETS = [preset.name for preset in presets_of("crystal")]


def bank(frequency_hz: float, *, beat_hz: float = 1e-6, t60_s: float = 10.0) -> ModalBank:
    one = np.ones(1)
    doublets = Doublets(frequency_hz=frequency_hz * one, beat_hz=beat_hz * one, t60_s=t60_s * one)
    return ModalBank(RATE, 1, doublets, gain=one, pan=np.zeros((2, 1)))


def struck(modes: ModalBank, seconds: float) -> np.ndarray:
    count = ticks(seconds)
    out = np.zeros((2, count * TICK), np.float32)
    bow, tilt = np.zeros((count, 1), np.float32), np.ones((count + 1, 1), np.float32)
    modes.add(out, at=np.zeros(1, np.int64), kicks=np.ones((1, 2, 1), np.complex64), bow=bow, tilt=tilt)
    return out[0, TICK:]


RANGES = {
    "centroid_hz": (281.0, 4_070.0),
    "tonal_fraction": (0.93, 0.996),
    "crest_db": (16.0, 29.0),
    "kurtosis_hp100": (6.0, 36.0),
    "gust_sd_db": (4.8, 11.0),
    "gust_psd_slope": (-2.6, -0.7),
    "level_range_10_90_db": (15.0, 30.0),
    "centroid_sd_oct": (0.187, 0.75),
    "evolution_sd_db": (2.78, 9.5),
    "loop_peak": (0.0, 0.2),
}
"""Of recorded bells, a tenth to a half wider where another seed of the same cave falls out of what four recordings
span. Levels of caves move more slowly than those of bells in a tower: the slope of the gusts reaches lower."""
MOVED = [{}] + [{name: value} for name in ("brightness", "density") for value in (0.1, 0.5, 0.9)]


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("controls", MOVED, ids=str)
def test_it_measures_like_bells_wherever_its_controls_stand(preset: str, controls: dict[str, float]) -> None:
    found = descriptors.describe(render(preset, 40.0, **controls), RATE, only=RANGES)
    assert not {name: found[name] for name, (low, high) in RANGES.items() if not low <= found[name] <= high}


@pytest.mark.parametrize("preset", PRESETS)
def test_it_rings_out_in_its_pauses_but_is_never_silent(preset: str) -> None:
    level = descriptors.levels_db(render(preset, 60.0), RATE, frame_s=0.1)
    level -= descriptors.rms_db(render(preset, 60.0), RATE)
    assert -40.0 <= np.percentile(level, 1) <= -16.0
    assert np.percentile(level, 25) <= -8.0


@pytest.mark.parametrize("preset", PRESETS)
def test_its_sides_differ_and_add_up(preset: str) -> None:
    audio = render(preset, 30.0)
    assert descriptors.interaural(audio, RATE, low_hz=1_000.0, high_hz=4_000.0) <= 0.9
    assert descriptors.mono_loss_db(audio, RATE) <= 2.5


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
    none = np.zeros((0, 2, 1), np.complex64)
    bow, tilt = np.full((count, 1), 0.1, np.float32), np.ones((count + 1, 1), np.float32)
    modes.add(out, at=np.zeros(0, np.int64), kicks=none, bow=bow, tilt=tilt)
    # Two independent partners of RMS 0.1 / sqrt 2 each: a phasor's real part holds half of its power.
    assert np.sqrt(np.mean(out[0, RATE:] ** 2)) == pytest.approx(0.1, rel=0.15)


def test_decay_times_follow_the_measured_law() -> None:
    cave = crystal.Cave(crystal.Params(), RATE, SEED)
    slope = np.polyfit(np.log(cave.frequency_hz), np.log(cave.t60_s), 1)[0]
    assert -1.0 <= slope <= -0.3
    assert len(cave.t60_s) >= 12


@pytest.mark.parametrize(("root", "mode"), [(57, "aeolian"), (62, "fifths"), (60, "lydian")])
def test_the_crystals_stand_on_the_notes_of_the_key(root: int, mode: str) -> None:
    cave = crystal.Cave(crystal.Params(root=root, mode=mode), RATE, SEED)
    fundamentals = cave.frequency_hz[:-3].reshape(-1, crystal.PARTIALS)[:, 0]
    steps = crystal.FIFTHS if mode == "fifths" else crystal.MODES[mode]
    semitones = 12.0 * np.log2(fundamentals / midi_to_hz(root))
    away = np.abs((semitones[:, None] - np.array(steps) + 6.0) % 12.0 - 6.0).min(axis=1)
    assert away.max() <= 0.1


def test_no_two_strikes_sound_alike() -> None:
    cave, rng = crystal.Cave(crystal.Params(), RATE, SEED), np.random.default_rng(1)
    alike = np.zeros(12)
    strikes = crystal.Phrase(alike, np.full(12, 3), alike + 1.0, alike, 0.0)
    kicks = cave._struck_by(strikes, rng).reshape(12, -1)
    likeness = np.abs(np.corrcoef(np.concatenate((kicks.real, kicks.imag), axis=1)) - np.eye(12))
    assert likeness.max() <= 0.98


MOTIF = "5:1 b6:1/2 ^1:3/2 _7:1 | 4!:2"
"""A pick-up of four notes, one of them outside the key, and a last one with an accent."""
SEMITONES = [19, 19, 24, 10, 17]
"""The same by hand, in aeolian, over a tonic that lies below all of it."""


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("mode", ["aeolian", "fifths", "free"])
def test_its_own_memory_is_the_same_melody_wherever_it_is_played(seed: int, mode: str) -> None:
    cave = crystal.Cave(crystal.Params(modes=80, mode=mode), RATE, Seed(seed))
    pitch = 12.0 * np.log2(cave.frequency_hz[:-3:5])
    melodies = np.diff(pitch[cave.player.places], axis=1)
    assert np.abs(melodies - melodies[0]).max() <= 0.65
    assert len(melodies[0]) >= 3
    assert len(cave.player.home) >= 1


def test_the_memory_is_the_motif_that_is_given_in_its_rhythm() -> None:
    cave = crystal.Cave(crystal.Params(motif=MOTIF, memory=1.0, bow=0.0), RATE, SEED)
    pitch = 12.0 * np.log2(cave.frequency_hz[:-3:5] / midi_to_hz(69))  # A4 is the first A above 330 Hz
    phrase = cave.player.phrase(np.random.default_rng(1), 0.0)
    first, gaps = slice(0, 5), np.diff(phrase.time_s)[:4]
    played = pitch[phrase.crystal[first]]
    assert played - played[-1] == pytest.approx(np.array(SEMITONES) - SEMITONES[-1], abs=0.2)
    assert np.abs((played - SEMITONES + 6.0) % 12.0 - 6.0).max() <= 0.2
    assert gaps / np.sum(gaps) == pytest.approx(np.array([1.0, 0.5, 1.5, 1.0]) / 4.0, rel=0.2)
    assert np.diff(phrase.time_s)[5:9] == pytest.approx(1.4 * gaps)  # its echo


@pytest.mark.parametrize("root", [57, 62])
def test_what_is_heard_of_a_memory_are_the_pitches_of_the_motif(root: int) -> None:
    changes = (("motif", MOTIF), ("root", root), ("memory", 1.0), ("bow", 0.0), ("drone", 0.0), ("hardness", 0.0))
    audio = render("crystal-cave", 40.0, changes=changes, density=0.0)
    frequency, density = descriptors.spectrum(audio, RATE, size=1 << 15)
    semitones = 12.0 * np.log2(np.maximum(frequency, 1.0) / midi_to_hz(root))
    fundamentals = (frequency > 330.0) & (frequency < 330.0 * 2.0**2.6)
    near = np.abs((semitones[:, None] - SEMITONES + 6.0) % 12.0 - 6.0).min(axis=1) < 0.3
    assert density[fundamentals & near].sum() > 0.75 * density[fundamentals].sum()


def test_phrases_do_not_begin_before_the_last_one_has_ended() -> None:
    pauses = Pauses(Seed(3))
    pace, begun = np.full(4_000, 1.0 / 100.0), []
    for tick in pauses.over(pace):
        begun.append(tick)
        pauses.wait(0.7)
    gaps = np.diff(begun)
    assert gaps.min() > 70
    assert gaps.mean() == pytest.approx(170.0, rel=0.12)
    assert 0.3 <= (gaps - 70).std() / (gaps - 70).mean() <= 0.75


def test_pauses_do_not_depend_on_how_they_are_asked_for() -> None:
    whole, parts = Pauses(Seed(4)), Pauses(Seed(4))
    pace = np.random.default_rng(2).uniform(0.0, 0.02, 3_000)
    bits = [start + tick for start in range(0, 3_000, 250) for tick in parts.over(pace[start : start + 250])]
    assert list(whole.over(pace)) == bits


def test_harder_strikes_are_brighter() -> None:
    soft, hard = (
        render("crystal-cave", 20.0, changes=(("hardness", value), ("bow", 0.0), ("pause", 1.0)))
        for value in (0.0, 1.0)
    )
    assert descriptors.centroid_hz(hard, RATE) > 1.2 * descriptors.centroid_hz(soft, RATE)
