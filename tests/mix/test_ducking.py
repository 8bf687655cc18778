"""Making room for speech: enough in every window, smooth, never pumping, nothing else touched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soxr
from scipy import signal

from soundscape.audio import BLOCK, Audio, read
from soundscape.calibration import anchor_db
from soundscape.metering.meter import EnergyMeter, Meter
from soundscape.mix.ducking import BIN, DuckAnalysis, Passage, curve, duck, regions, speech_bins
from soundscape.model import SAMPLE_RATE, Clip, Ducking

LENGTH = 30 * SAMPLE_RATE
SPEECH = ((5.0, 9.0), (9.5, 13.0), (20.0, 24.0))
"""Seconds of speech: the pause of half a second is shorter than the hold, that of seven is not."""
RNG = np.random.default_rng(5)


def shaped(low_hz: float, high_hz: float, level_db: float) -> Audio:
    """Noise between two frequencies, falling 3 dB an octave."""
    spectrum = np.fft.rfft(RNG.normal(size=LENGTH))
    frequency = np.fft.rfftfreq(LENGTH, 1 / SAMPLE_RATE)
    inside = (frequency >= low_hz) & (frequency <= high_hz)
    spectrum *= np.where(inside, 1.0 / np.sqrt(np.maximum(frequency, 1.0)), 0.0)
    mono = np.fft.irfft(spectrum, LENGTH)
    mono *= 10 ** (level_db / 20) / mono.std()
    return np.stack([mono, mono]).astype(np.float32)


def voice(level_db: float = -24.0) -> Audio:
    """Speech-shaped noise with syllables at 4 Hz, exactly on and off."""
    seconds = np.arange(LENGTH) / SAMPLE_RATE
    gate = np.zeros(LENGTH)
    for start, end in SPEECH:
        gate[(seconds >= start) & (seconds < end)] = 1.0
    syllables = 0.55 + 0.45 * np.sin(2 * np.pi * 4.0 * seconds)
    return (shaped(200.0, 4000.0, level_db) * gate * syllables).astype(np.float32)


STEMS = {"dialogue": voice(), "music": shaped(60.0, 8000.0, -24.0), "ambience": shaped(60.0, 8000.0, -28.0)}
SETTINGS = Ducking()


def blocks(stems: dict[str, Audio]) -> Iterator[dict[str, Audio]]:
    for start in range(0, LENGTH, BLOCK):
        yield {bus: audio[:, start : start + BLOCK] for bus, audio in stems.items()}


def passages(stems: dict[str, Audio], settings: Ducking = SETTINGS) -> tuple[Passage, ...]:
    analysis = DuckAnalysis(stems)
    for block in blocks(stems):
        analysis.push(block)
    return analysis.passages(settings)


@pytest.fixture(scope="module")
def ducked() -> dict[str, Audio]:
    found = passages(STEMS)
    pieces = list(duck(blocks(STEMS), found, SETTINGS, LENGTH))
    return {bus: np.concatenate([piece[bus] for piece in pieces], axis=1) for bus in STEMS}


def loudness(audio: Audio) -> float:
    meter = Meter(SAMPLE_RATE, 2)
    meter.push(np.ascontiguousarray(audio))
    found = meter.result().integrated_lufs
    assert found is not None
    return found


def test_speech_is_found_to_the_hundredth_and_short_pauses_are_bridged() -> None:
    found = [(passage.start / 100, passage.end / 100) for passage in passages(STEMS)]
    assert found == [
        (pytest.approx(5.0, abs=0.05), pytest.approx(13.0, abs=0.05)),
        (
            pytest.approx(20.0, abs=0.05),
            pytest.approx(24.0, abs=0.05),
        ),
    ]


def test_the_wanted_difference_is_reached_in_every_window(ducked: dict[str, Audio]) -> None:
    for bus, wanted in (("music", SETTINGS.music_lu), ("ambience", SETTINGS.ambience_lu)):
        for start, end in SPEECH:
            for first in np.arange(start, end - 3.0 + 0.01, 0.25):
                window = slice(round(first * SAMPLE_RATE), round((first + 3.0) * SAMPLE_RATE))
                difference = loudness(STEMS["dialogue"][:, window]) - loudness(ducked[bus][:, window])
                assert difference >= wanted - 0.1, (bus, first)


def test_where_nobody_speaks_every_sample_stays(ducked: dict[str, Audio]) -> None:
    for start, end in ((0.0, 4.5), (16.0, 19.5), (27.0, 29.9)):
        window = slice(round(start * SAMPLE_RATE), round(end * SAMPLE_RATE))
        np.testing.assert_array_equal(ducked["music"][:, window], STEMS["music"][:, window])


def test_the_dialogue_passes_as_it_is(ducked: dict[str, Audio]) -> None:
    np.testing.assert_array_equal(ducked["dialogue"], STEMS["dialogue"])


def test_the_room_is_there_when_speech_begins_and_goes_gently() -> None:
    found = passages(STEMS)
    level = curve(found, [passage.depth_db["music"] for passage in found], SETTINGS, LENGTH // BIN + 2)
    depth = found[0].depth_db["music"]
    assert depth > 3.0
    assert level[500] == pytest.approx(-depth, abs=0.01)
    assert level[460] == 0.0
    assert np.ptp(level[500:1300]) < 0.01, "the pause within the hold changes nothing"
    rising = np.diff(level) * 100.0
    assert rising.max() <= 20.0 + 1e-6
    assert np.abs(np.diff(level)).max() < 1.5, "no step, not even in the attack"


def test_a_bus_and_its_dip_come_back_no_faster_than_the_ear_forgives() -> None:
    loud = {**STEMS, "music": STEMS["music"] + shaped(1000.0, 4000.0, -12.0)}
    found = passages(loud, Ducking(music_lu=4.0, clarity_db=20.0, deepest_dip_db=20.0, release_s=0.1))
    assert all(passage.dip_db > 3.0 and passage.dip_db + passage.depth_db["music"] > 17.0 for passage in found)
    bins = LENGTH // BIN + 2
    depths = [passage.depth_db["music"] for passage in found]
    both = curve(found, depths, SETTINGS, bins) + curve(
        found, [passage.dip_db for passage in found], SETTINGS, bins
    )
    assert (100.0 * np.diff(both)).max() <= 20.0 + 1e-6


def test_a_pause_shorter_than_the_hold_changes_nothing_at_any_length() -> None:
    noise = shaped(200.0, 4000.0, -24.0)
    for pause_s in (0.31, 1.4):
        gate = np.ones(LENGTH, np.float32)
        gate[: 2 * SAMPLE_RATE] = gate[10 * SAMPLE_RATE :] = 0.0
        gate[6 * SAMPLE_RATE : round((6 + pause_s) * SAMPLE_RATE)] = 0.0
        spoken = {**STEMS, "dialogue": (noise * gate).astype(np.float32)}
        (found,) = passages(spoken)
        for depth in (found.depth_db["music"], found.depth_db["ambience"], found.dip_db):
            level = curve((found,), [depth], SETTINGS, LENGTH // BIN + 2)
            assert np.ptp(level[200:1000]) < 1e-9


def test_a_quiet_bed_is_left_alone() -> None:
    quiet = {**STEMS, "music": STEMS["music"] * np.float32(0.01), "ambience": STEMS["ambience"] * np.float32(0.01)}
    for passage in passages(quiet):
        assert passage.depth_db == {"music": 0.0, "ambience": 0.0}
        assert passage.dip_db == 0.0


def test_no_bus_falls_below_the_deepest() -> None:
    loud = {**STEMS, "music": STEMS["music"] * np.float32(10.0)}
    settings = Ducking(deepest_db=12.0)
    deeper = passages(loud, Ducking(deepest_db=60.0))
    for passage, whole in zip(passages(loud, settings), deeper, strict=True):
        assert passage.depth_db["music"] == 12.0
        assert passage.missing_lu["music"] == pytest.approx(whole.depth_db["music"] - 12.0, abs=0.01)
        assert whole.missing_lu["music"] == 0.0


def test_what_still_covers_the_speech_band_is_dipped_there() -> None:
    band = {**STEMS, "music": shaped(1500.0, 3000.0, -24.0), "ambience": STEMS["ambience"] * np.float32(0.01)}
    settings = Ducking(music_lu=0.0, clarity_db=6.0)
    found = passages(band, settings)
    assert all(0.0 < passage.dip_db <= settings.deepest_dip_db for passage in found)
    pieces = list(duck(blocks(band), found, settings, LENGTH))
    music = np.concatenate([piece["music"] for piece in pieces], axis=1)
    window = slice(6 * SAMPLE_RATE, 8 * SAMPLE_RATE)
    fallen = 20 * np.log10(music[:, window].std() / band["music"][:, window].std())
    assert fallen < -0.7 * found[0].dip_db


def test_silence_has_no_speech() -> None:
    assert passages({**STEMS, "dialogue": np.zeros_like(STEMS["dialogue"])}) == ()


@pytest.mark.parametrize("size", [4800, 70_001])
def test_blocks_of_any_size_are_heard_alike(size: int) -> None:
    analysis = DuckAnalysis(STEMS)
    for start in range(0, LENGTH, size):
        analysis.push({bus: np.ascontiguousarray(audio[:, start : start + size]) for bus, audio in STEMS.items()})
    assert analysis.passages(SETTINGS) == passages(STEMS)


def spoken_words() -> Audio:
    """The narration of a sample film, each recording two seconds after the one before, at its anchor."""
    folder = Path(__file__).parents[2] / "samples" / "legacy" / "narration"
    pieces = []
    for path in sorted(folder.glob("*.wav")):
        audio, rate = read(path)
        mono = soxr.resample(audio[0], rate, SAMPLE_RATE) * 10 ** (anchor_db(path) / 20)
        pieces += [mono, np.zeros(2 * SAMPLE_RATE, np.float32)]
    both = np.concatenate(pieces)[:LENGTH]
    return np.stack([np.pad(both, (0, LENGTH - both.size))] * 2).astype(np.float32)


def test_real_words_stand_clear_of_a_bed_that_covers_them() -> None:
    stems = {**STEMS, "dialogue": spoken_words(), "effects": shaped(500.0, 6000.0, -30.0)}
    settings = Ducking(deepest_db=30.0)
    found = passages(stems, settings)
    pieces = list(duck(blocks(stems), found, settings, LENGTH))
    made = {bus: np.concatenate([piece[bus] for piece in pieces], axis=1) for bus in stems}
    assert len(found) >= 4
    energies = {}
    for bus, audio in made.items():
        meter = EnergyMeter(SAMPLE_RATE, 2)
        meter.push(np.ascontiguousarray(audio))
        energies[bus] = meter.energies
    speaking = speech_bins(energies["dialogue"])
    band = signal.butter(4, (1000.0, 4000.0), "bandpass", fs=SAMPLE_RATE, output="sos")
    power = {
        bus: (signal.sosfilt(band, audio) ** 2).sum(axis=0).reshape(-1, BIN).sum(axis=1)
        for bus, audio in made.items()
    }
    clear = []
    for passage in found:
        width = min(300, passage.end - passage.start)
        for first in range(passage.start, passage.end - width + 1, 10):
            window = slice(first, first + width)
            voice = energies["dialogue"][window][speaking[window]].mean()
            for bus, wanted in (("music", 10.0), ("ambience", 15.0)):
                assert 10 * np.log10(voice / energies[bus][window].mean()) >= wanted - 0.1, (bus, first)
        for first in range(passage.start, passage.end - 100, 25):
            second = slice(first, first + 100)
            if speaking[second].sum() >= 10:
                rest = sum(power[bus][second].mean() for bus in power if bus != "dialogue")
                clear.append(10 * np.log10(power["dialogue"][second][speaking[second]].mean() / rest))
    assert np.percentile(clear, 5) >= 6.0 - 0.5


def test_speech_that_is_stated_counts_instead_of_what_is_heard() -> None:
    clip = Clip(name="v", path="v.wav", at=5 * SAMPLE_RATE, length=8 * SAMPLE_RATE, speech=((0, SAMPLE_RATE),))
    analysis = DuckAnalysis(STEMS)
    for block in blocks(STEMS):
        analysis.push(block)
    assert regions(analysis.speech([clip]))[0] == (5 * SAMPLE_RATE, 6 * SAMPLE_RATE)
    assert analysis.passages(SETTINGS, [clip])[0].end == 600
