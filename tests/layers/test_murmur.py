"""Murmur against what is known of speech: its rhythm, its long-term spectrum, its throats."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from soundscape.contract import TICK
from soundscape.dsp.talk import Talk
from soundscape.dsp.voices import FORMANTS, LANES, Voices
from soundscape.rng import Seed
from tests import descriptors
from tests.layers.rendering import RATE, SEED, presets_of, render, ticks

PRESETS = [preset.name for preset in presets_of("murmur")]
RANGES = {
    "centroid_hz": (180.0, 2_400.0),
    "slope_db_oct": (-14.0, 0.0),
    "kurtosis_hp100": (3.05, 12.0),
    "crest_db": (13.0, 24.0),
    "gust_sd_db": (0.4, 5.0),
    "evolution_sd_db": (0.4, 5.0),
    "onsets_per_s": (0.0, 3.0),
    "loop_peak": (0.0, 0.1),
    "clicks": (0.0, 1.0),
}
"""Reasoned: between rain and a hum in steadiness, falling with pitch as speech does, rougher than noise."""


def throats(pitch_hz: float, formant_hz: float, *, alternate: float = 0.0, seconds: float = 4.0) -> np.ndarray:
    """One steady voice with all formants in one place, without air or shimmer."""
    gain = np.zeros((FORMANTS, LANES))
    gain[0, 0] = 1.0
    voices = Voices(SEED, RATE, gain=gain, pan=np.zeros(LANES), shimmer=0.0, alternate=alternate)
    edges = ticks(seconds) + 1
    out = np.zeros((2, (edges - 1) * TICK), np.float32)
    ones = np.ones((edges, LANES))
    voices.add(out, pitch_hz * ones, ones, 0.0 * ones, np.full((edges, FORMANTS, LANES), formant_hz), 0.0 * ones)
    return out[0, RATE // 2 :].astype(np.float64)


def lines(audio: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    power = np.abs(np.fft.rfft(audio * signal.windows.blackmanharris(len(audio)))) ** 2
    return np.fft.rfftfreq(len(audio), 1.0 / RATE), power


def modulation(audio: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Power spectrum of the envelope, on logarithmic frequency (times f), relative to its mean."""
    level = 10.0 ** (descriptors.levels_db(audio, RATE, frame_s=0.01) / 20.0)
    frequency, density = signal.welch(level / level.mean() - 1.0, 100.0, nperseg=400)
    return frequency, density * frequency


@pytest.mark.parametrize("preset", PRESETS)
def test_it_measures_like_talk_far_away(preset: str) -> None:
    found = descriptors.describe(render(preset, 30.0), RATE, only=RANGES)
    assert not {name: found[name] for name, (low, high) in RANGES.items() if not low <= found[name] <= high}


def test_speakers_move_at_the_rate_of_syllables() -> None:
    audio = render("behind-the-wall", 30.0, changes=(("crowd", -40.0), ("muffle", 0.3)))
    frequency, density = modulation(audio)
    syllabic = density[(frequency >= 2.0) & (frequency <= 8.0)].mean()
    assert syllabic > 4.0 * density[(frequency >= 14.0) & (frequency <= 30.0)].mean()


def test_no_moment_is_empty_of_talk_in_a_crowd_and_some_are_between_a_few() -> None:
    few, many = (
        descriptors.level_range_10_90_db(render(preset, 30.0), RATE) for preset in ("behind-the-wall", "far-crowd")
    )
    assert few > 1.5 * many


def test_syllables_come_three_to_six_times_a_second_in_clustered_phrases() -> None:
    talk = Talk(SEED, RATE, pitch_hz=150.0, syllables_hz=4.4, phrase_s=1.8, pause_s=1.6, breathiness=0.0)
    level = talk.advance(np.ones(ticks(120.0) + 1)).level
    rates, pauses = [], []
    for own in level.T:
        speaking = own > 0.01
        starts = np.flatnonzero(np.diff(speaking.astype(int)) == 1)
        peaks, _ = signal.find_peaks(own, prominence=0.1)
        rates.append(len(peaks) / (speaking.sum() * TICK / RATE))
        pauses.extend(np.diff(starts) * TICK / RATE)
    assert 3.0 <= np.median(rates) <= 6.0
    assert np.std(pauses) / np.mean(pauses) >= 0.45


def test_syllables_begin_as_consonants_do() -> None:
    talk = Talk(SEED, RATE, pitch_hz=150.0, syllables_hz=4.4, phrase_s=1.8, pause_s=0.8, breathiness=0.0)
    said = talk.advance(np.ones(ticks(60.0) + 1))
    hissing = said.hiss > 0.3 * said.hiss.max()
    assert 0.03 <= hissing.mean() / (said.level > 0.01).mean() <= 0.4
    # The mouth is nearly closed while it hisses, and every hiss lies elsewhere above the vowels.
    assert np.median(said.level[hissing]) < 0.3 * np.median(said.level[said.level > 0.01])
    places = np.unique(np.round(said.formant_hz[:, -1][hissing]))
    assert len(places) > 100
    assert 2_000.0 < places.min() < places.max() < 9_000.0


def test_a_hiss_is_noise_around_its_place() -> None:
    gain = np.zeros((FORMANTS, LANES))
    gain[:, 0] = 1.0
    voices, edges = Voices(SEED, RATE, gain=gain, pan=np.zeros(LANES)), ticks(4.0) + 1
    out, none = np.zeros((2, (edges - 1) * TICK), np.float32), np.zeros((edges, LANES))
    voices.add(out, none + 120.0, none, none, np.full((edges, FORMANTS, LANES), 5_000.0), none + 1.0)
    frequency, density = descriptors.spectrum(out, RATE)
    assert frequency[np.argmax(density)] == pytest.approx(5_000.0, rel=0.1)
    assert descriptors.kurtosis_hp100(out, RATE) < 3.5


def test_partners_mostly_let_each_other_finish() -> None:
    talk = Talk(SEED, RATE, pitch_hz=150.0, syllables_hz=4.4, phrase_s=1.8, pause_s=0.8, breathiness=0.0)
    speaking = talk.advance(np.ones(ticks(120.0) + 1)).level > 0.01
    both = np.mean(speaking[:, 0::2] & speaking[:, 1::2])
    chance = np.mean(speaking[:, 0::2].mean(axis=0) * speaking[:, 1::2].mean(axis=0))
    assert both < 0.85 * chance


def test_a_voice_is_a_harmonic_series_with_its_formant_on_top() -> None:
    frequency, power = lines(throats(120.0, 720.0))
    strongest = frequency[np.argmax(power)]
    assert strongest == pytest.approx(720.0, abs=1.0)
    near = np.abs(frequency / 120.0 - np.round(frequency / 120.0)) * 120.0 < 4.0
    between = (frequency > 60.0) & ~near
    assert 10.0 * np.log10(power[between].sum() / power.sum()) <= -60.0


def test_unequal_pulses_sound_an_octave_lower() -> None:
    frequency, equal = lines(throats(60.0, 300.0))
    _, unequal = lines(throats(60.0, 300.0, alternate=0.6))
    below = np.abs(frequency - 270.0) < 3.0
    assert 10.0 * np.log10(unequal[below].sum() / unequal.sum()) >= -20.0
    assert 10.0 * np.log10(equal[below].sum() / equal.sum()) <= -60.0


def test_walls_take_the_highs_and_leave_the_rhythm() -> None:
    open_, closed = (render("bazaar-murmur", 10.0, changes=(("muffle", value),)) for value in (0.0, 1.0))
    assert descriptors.slope_db_oct(closed, RATE) < descriptors.slope_db_oct(open_, RATE) - 1.2
    (_, rhythm), (frequency, muffled) = modulation(open_), modulation(closed)
    syllabic = (frequency >= 2.0) & (frequency <= 8.0)
    assert muffled[syllabic].mean() > 0.5 * rhythm[syllabic].mean()


def test_whispers_have_no_pitch() -> None:
    assert descriptors.tonal_fraction(render("whispering-hall", 30.0), RATE) <= 0.03


def test_other_seeds_are_other_speakers() -> None:
    pitches = [
        Talk(Seed(seed), RATE, pitch_hz=150.0, syllables_hz=4.4, phrase_s=1.8, pause_s=1.6, breathiness=0.0)
        .advance(np.ones(2))
        .pitch_hz[0]
        for seed in (1, 2)
    ]
    assert not np.isclose(*pitches).any()
