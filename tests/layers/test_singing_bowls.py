"""Singing bowls against the recorded ones: ratios, decay, beats, ripples, and the notes they stand on."""

from __future__ import annotations

import numpy as np
import pytest

from soundscape.contract import TICK, neutral
from soundscape.layers import singing_bowls
from soundscape.rng import Seed
from soundscape.score.pitch import MODES
from soundscape.units import midi_to_hz
from tests import descriptors
from tests.layers.rendering import RATE, SEED, presets_of, render, ticks

PRESETS = [preset.name for preset in presets_of("singing_bowls")]
RANGES = {
    "centroid_hz": (200.0, 4_070.0),
    "tonal_fraction": (0.947, 0.9985),
    "crest_db": (16.0, 28.2),
    "kurtosis_hp100": (6.0, 21.1),
    "gust_sd_db": (6.06, 11.2),
    "level_range_10_90_db": (16.9, 32.0),
    "evolution_sd_db": (2.0, 9.26),
    "centroid_sd_oct": (0.187, 0.75),
    "loop_peak": (0.0, 0.45),
    "clicks": (0.0, 2.0),
}
"""Recordings of bells and bowls; a little wider where a bowl is lower, longer or darker than the four recorded."""


def struck(seed: int, seconds: float = 12.0) -> tuple[singing_bowls.Bowls, np.ndarray]:
    """One bowl's bank struck once: left side, after the tick in which it begins."""
    bowls = singing_bowls.Bowls(singing_bowls.Params(bowls=2, width=0.0), RATE, Seed(seed))
    count = ticks(seconds)
    kick = bowls.strike(singing_bowls.Touch(0.0, 0, 1.0), np.random.default_rng(seed), 1.0)
    bow, tilt = np.zeros((count, 10), np.float32), np.ones((count + 1, 10), np.float32)
    out = np.zeros((2, count * TICK), np.float32)
    bowls._bank.add(out, at=np.zeros(1, np.int64), kicks=kick[None], bow=bow, tilt=tilt)
    return bowls, out[0, TICK:]


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("controls", [{}] + [{"brightness": value} for value in (0.1, 0.3, 0.9)], ids=str)
def test_it_measures_like_bowls(preset: str, controls: dict[str, float]) -> None:
    found = descriptors.describe(render(preset, 40.0, **controls), RATE, only=RANGES)
    assert not {name: found[name] for name, (low, high) in RANGES.items() if not low <= found[name] <= high}


def test_modes_stand_at_the_measured_ratios() -> None:
    bowls, audio = struck(3)
    power = np.abs(np.fft.rfft(audio * np.hanning(len(audio)))) ** 2
    frequency = np.fft.rfftfreq(len(audio), 1.0 / RATE)
    lowest = bowls.frequency_hz[0]
    for ratio, high in zip((1.0, 1.99, 3.22, 4.63), (0.0, 1e-3, 1e-5, 1e-7), strict=True):
        near = np.abs(frequency / lowest / ratio - 1.0) < 0.04
        far = (np.abs(frequency / lowest / ratio - 1.0) > 0.06) & (np.abs(frequency / lowest / ratio - 1.0) < 0.12)
        assert power[near].max() > 30.0 * power[far].max()
        assert power[near].max() > high * power.max()
        assert frequency[near][np.argmax(power[near])] / lowest == pytest.approx(ratio, rel=0.03)


def test_decay_follows_the_measured_law() -> None:
    bowls = singing_bowls.Bowls(singing_bowls.Params(bowls=12, ring=93.0), RATE, SEED)
    slope, at = np.polyfit(np.log(bowls.frequency_hz / 225.0), np.log(bowls.t60_s), 1)
    assert slope == pytest.approx(-0.45, abs=0.12)
    assert np.exp(at) == pytest.approx(93.0, rel=0.15)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_lowest_mode_beats_and_ripples_as_measured(seed: int) -> None:
    bowls, audio = struck(seed)
    lowest, time = bowls.frequency_hz[0], np.arange(len(audio)) / RATE
    # Heterodyne to zero and smooth: the envelope of the lowest mode alone.
    shifted = audio * np.exp(-2j * np.pi * lowest * time)
    size = RATE // 50
    envelope = np.abs(shifted[: len(shifted) // size * size].reshape(-1, size).mean(axis=1))
    level = 20.0 * np.log10(envelope)[25:]
    index = np.arange(len(level))
    level -= np.polyval(np.polyfit(index, level, 1), index)
    assert 1.0 <= np.percentile(level, 97) - np.percentile(level, 3) <= 6.5
    beat = np.abs(np.fft.rfft(level * np.hanning(len(level))))
    assert 2.9 <= np.fft.rfftfreq(len(level), 0.02)[1 + np.argmax(beat[1:])] <= 5.2


@pytest.mark.parametrize("mode", ["aeolian", "lydian"])
def test_the_bowls_stand_on_the_notes_of_the_key(mode: str) -> None:
    bowls = singing_bowls.Bowls(singing_bowls.Params(root=62, mode=mode), RATE, SEED)
    semitones = 12.0 * np.log2(bowls.frequency_hz[::5] / midi_to_hz(62))
    away = np.abs((semitones[:, None] - np.array(MODES[mode]) + 6.0) % 12.0 - 6.0).min(axis=1)
    assert away.max() <= 0.2


def test_rubbing_swells_slowly_and_a_mallet_does_not() -> None:
    def steepest(rub: float) -> float:
        changes = (("rub", rub), ("room", -60.0), ("pause", 1.0))
        sounds = (render("bowl-meditation", 30.0, seed=seed, changes=changes) for seed in (1, 2, 3))
        return float(
            np.mean([np.diff(descriptors.levels_db(sound[:, RATE:], RATE, frame_s=0.05)).max() for sound in sounds])
        )

    assert steepest(1.0) < 0.7 * steepest(0.0)


def test_a_hand_lifts_its_mallet_and_does_not_tear_it_off() -> None:
    bowls = singing_bowls.Bowls(singing_bowls.Params(bowls=2), RATE, SEED)
    hands = bowls._hands
    hands.begin(0, 4.0, 0, force=1.0, hardness=0.4, rng=np.random.default_rng(4))
    hands._rubs[0].slows = False
    speed = hands.advance(0, np.ones((ticks(5.0) + 1, 2))).speed[:, 0]
    last, full = np.flatnonzero(speed)[-1], speed[: ticks(3.6)].max()
    assert abs(np.diff(speed)).max() < 0.03 * full
    assert speed[last - ticks(0.28)] > 0.5 * full


def test_when_one_is_struck_the_others_ring_along_faintly() -> None:
    bowls = singing_bowls.Bowls(singing_bowls.Params(bowls=4), RATE, SEED)
    kick = np.abs(bowls.strike(singing_bowls.Touch(0.0, 2, 1.0), np.random.default_rng(1), 1.0)[0])
    of_bowl = np.sqrt(np.sum(kick.reshape(4, 5) ** 2, axis=1))
    beside_db = 20.0 * np.log10(np.delete(of_bowl, 2) / of_bowl[2])
    assert (beside_db >= -32.0).all()
    assert (beside_db <= -20.0).all()


def test_the_air_of_the_room_is_as_bright_as_the_bowls() -> None:
    tilts_db = []
    for brightness in (0.0, 1.0):
        audio = render("small-bowls", 10.0, brightness=brightness, changes=(("room", -12.0), ("rub", 0.0)))
        hz, density = descriptors.spectrum(audio, RATE, size=1 << 14)
        # Medians look between the lines of the bowls.
        high, low = (np.median(density[(hz > a) & (hz < b)]) for a, b in ((4_000.0, 8_000.0), (100.0, 300.0)))
        tilts_db.append(10.0 * np.log10(high / low))
    assert tilts_db[1] > tilts_db[0] + 10.0


def test_bowls_nearly_ring_out_before_they_are_struck_again_but_are_never_silent() -> None:
    audio = render("bowl-meditation", 60.0)
    level = descriptors.levels_db(audio, RATE, frame_s=0.1) - descriptors.rms_db(audio, RATE)
    assert -40.0 <= np.percentile(level, 1) <= -15.0
    assert np.percentile(level, 90) >= 2.0


def test_harder_mallets_and_harder_blows_are_brighter() -> None:
    soft, hard = (
        render("bowl-meditation", 20.0, changes=(("hardness", value), ("rub", 0.0))) for value in (0.0, 1.0)
    )
    assert descriptors.centroid_hz(hard, RATE) > 1.2 * descriptors.centroid_hz(soft, RATE)
    quiet, loud = (
        render("bowl-meditation", 20.0, intensity=value, changes=(("rub", 0.0),)) for value in (0.1, 0.9)
    )
    assert descriptors.centroid_hz(loud, RATE) > 1.03 * descriptors.centroid_hz(quiet, RATE)


def sung(seconds: float = 24.0, seed: int = 5, **changes: float) -> np.ndarray:
    """One long rub of the larger of two bowls, alone."""
    params = singing_bowls.Params(bowls=2, rub=1.0, rub_pace=20.0, room=-60.0, pause=40.0, **changes)
    bowls = singing_bowls.Bowls(params, RATE, Seed(seed))
    bowls._hands.begin(0, 18.0, 0, force=1.0, hardness=0.0, rng=np.random.default_rng(seed))
    bowls._pauses.wait(100.0)
    count = ticks(seconds)
    blocks = neutral(count)
    out = [bowls.run(block, np.ones(block.ticks + 1), np.zeros(block.ticks + 1)) for block in blocks]
    return np.concatenate(out, axis=1)


def test_a_rubbed_bowl_takes_seconds_to_sing_and_beats_deeper_than_a_struck_one() -> None:
    level = descriptors.levels_db(sung(), RATE, frame_s=0.1)
    steady = level[70:120]
    assert level[3:10].max() < np.median(steady) - 15.0
    assert np.percentile(level[30:60], 90) > np.median(steady) - 6.0
    assert np.percentile(steady, 95) - np.percentile(steady, 5) >= 5.0


def test_its_song_is_a_few_lines_not_noise() -> None:
    audio = sung()[:, 8 * RATE : 16 * RATE]
    spectrum = np.abs(np.fft.rfft(audio[0] * np.hanning(audio.shape[1]))) ** 2
    loudest = np.sort(spectrum)[::-1]
    # Noise in the band of one mode would fill its width of 0.7 Hz; lines split by beats and rounds do not.
    assert loudest[:24].sum() > 0.9 * spectrum.sum()


def test_the_song_goes_from_side_to_side_with_the_mallet() -> None:
    audio = sung(width=1.0)[:, 8 * RATE : 16 * RATE]
    left, right = (descriptors.levels_db(side[None], RATE, frame_s=0.05) for side in audio)
    assert np.std(left - right) >= 1.5
    assert descriptors.mono_loss_db(audio, RATE) <= 2.5


def test_a_mallet_that_becomes_too_slow_for_the_song_is_thrown_off_again_and_again() -> None:
    def thrown(slows: bool) -> float:
        bowls = singing_bowls.Bowls(singing_bowls.Params(bowls=2), RATE, SEED)
        hands = bowls._hands
        hands.begin(0, 12.0, 0, force=1.0, hardness=0.4, rng=np.random.default_rng(4))
        hands._rubs[0].slows = slows
        found = hands.advance(0, np.ones((ticks(12.0) + 1, 2))).thrown[:, 0]
        return float(np.mean(found[-ticks(2.5) :] > 0.0))

    assert thrown(True) > 0.04
    assert thrown(False) < 0.01
