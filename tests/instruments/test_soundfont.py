"""The SoundFont instrument, on a file that is written here, and every file that is refused with one line."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from soundscape.audio import check_signal
from soundscape.contract import Tone
from soundscape.errors import PresetError
from soundscape.instruments import soundfont
from soundscape.model import Note, Sound
from soundscape.registry import load_preset
from soundscape.rng import Seed
from soundscape.synthesis import given_files
from tests.instruments.soundfonts import write_soundfont

RATE = 48_000


@pytest.fixture
def font(tmp_path: Path) -> Path:
    return write_soundfont(tmp_path / "tiny.sf2")


def tone(
    font: Path,
    pitch: float = 69.0,
    *,
    length_s: float = 1.0,
    velocity: float = 0.7,
    seed: int = 1,
    program: int = 0,
) -> np.ndarray:
    params = soundfont.Params(file=str(font), program=program)
    asked = Tone(pitch=pitch, length_s=length_s, velocity=velocity)
    audio: np.ndarray = soundfont.tone(params, asked, RATE, Seed(seed))
    return audio


@pytest.mark.parametrize("pitch", [45.0, 69.0, 69.5, 93.0])
def test_a_tone_is_in_tune_within_three_cents(font: Path, pitch: float) -> None:
    mono = tone(font, pitch, length_s=3.0).mean(axis=0)[: 3 * RATE]
    expected = 440 * 2 ** ((pitch - 69) / 12)
    spectrum = np.abs(np.fft.rfft(mono * np.hanning(len(mono)), 1 << 20))
    frequencies = np.fft.rfftfreq(1 << 20, 1 / RATE)
    near = np.abs(1200 * np.log2(np.maximum(frequencies, 1) / expected)) < 60
    found = frequencies[near][spectrum[near].argmax()]
    assert abs(1200 * np.log2(found / expected)) <= 3.0


def test_a_tone_is_a_signal_that_lasts_as_long_as_the_key_and_ends_in_silence(font: Path) -> None:
    audio = check_signal(tone(font, length_s=1.0))
    assert 0.02 < np.abs(audio).max() < 1.0
    assert np.abs(audio[:, -1]).max() < 1e-6
    assert 1.0 * RATE < audio.shape[1] < 1.6 * RATE
    assert audio[:, RATE - 480 : RATE].std() == pytest.approx(audio[:, 4_800:9_600].std(), rel=0.1)


def test_the_same_seed_gives_the_same_samples_whatever_was_played_before(font: Path) -> None:
    first = tone(font)
    tone(font, 30.0, length_s=0.1, velocity=1.0, program=5)
    assert np.array_equal(first, tone(font))
    assert not np.array_equal(first, tone(font, seed=2))


def test_a_harder_tone_is_louder(font: Path) -> None:
    soft, hard = tone(font, velocity=0.3), tone(font, velocity=1.0)
    assert np.sqrt((hard**2).mean()) > 2 * np.sqrt((soft**2).mean())


def test_the_onset_is_measured_on_the_sample(tmp_path: Path) -> None:
    asked = Tone(pitch=69.0, length_s=1.0, velocity=0.7)
    quick = soundfont.Params(file=str(write_soundfont(tmp_path / "quick.sf2")))
    slow = soundfont.Params(file=str(write_soundfont(tmp_path / "slow.sf2", attack_s=0.4)))
    assert soundfont.onset_s(quick, asked) < 0.01
    assert soundfont.onset_s(slow, asked) == pytest.approx(0.2, abs=0.03)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda _: b"", "is not a SoundFont"),
        (lambda data: b"RIFF" + data[4:8] + b"WAVE" + data[12:], "is not a SoundFont"),
        (lambda data: data[:-900], "is a truncated SoundFont"),
        (lambda data: data[:16] + b"\xff\xff\xff\x00" + data[20:], "longer than the file"),
        (lambda data: data.replace(b"sdta", b"junk"), "without samples"),
        (lambda data: data.replace(b"phdr", b"junk"), "without samples or instruments"),
        (lambda data: data.replace(b"shdr", b"junk"), "broken SoundFont"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_one_line(font: Path, spoil, says: str) -> None:  # type: ignore[no-untyped-def]
    font.write_bytes(spoil(font.read_bytes()))
    with pytest.raises(PresetError, match=says) as caught:
        tone(font)
    assert "tiny.sf2" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_missing_is_named_with_what_there_is(font: Path) -> None:
    with pytest.raises(PresetError, match=r"no program 9 in bank 0; programs of that bank: 0 Saw, 5 Pluck"):
        tone(font, program=9)
    with pytest.raises(PresetError, match="cannot be read: No such file"):
        tone(font.with_name("other.sf2"))
    with pytest.raises(PresetError, match="needs a file"):
        soundfont.tone(soundfont.Params(), Tone(pitch=60, length_s=1, velocity=0.5), RATE, Seed(1))


def test_a_preset_names_its_file_from_its_own_folder_and_a_changed_file_is_another_part(font: Path) -> None:
    folder = font.parent / "presets" / "instruments"
    folder.mkdir(parents=True)
    shutil.move(font, folder / "tiny.sf2")
    path = folder / "flute.toml"
    path.write_text('unit = "soundfont"\n[params]\nfile = "tiny.sf2"\nprogram = 5\n')
    preset = load_preset(path, "instruments")
    assert preset.params["file"] == str(folder / "tiny.sf2")
    sound = Sound(
        name="s",
        kind="instruments",
        unit="soundfont",
        preset="flute",
        params=preset.params,
        seed=1,
        at=0,
        length=RATE,
        bus="music",
        notes=(Note(start=0, length=RATE, pitch=69.0, velocity=0.5),),
    )
    other = write_soundfont(folder / "other.sf2", attack_s=0.4)
    assert given_files(sound) != given_files(replace(sound, params={**preset.params, "file": str(other)}))
    assert set(given_files(sound)) == {"file"}


def test_a_file_with_spoilt_tables_is_played_or_refused(font: Path) -> None:
    data = font.read_bytes()
    tables = data.index(b"pdta")
    random = np.random.default_rng(1)
    refused = 0
    for count in range(40):
        spoilt = bytearray(data)
        for at in random.integers(tables, len(data), 3):
            spoilt[at] = int(random.integers(256))
        path = font.with_name(f"spoilt-{count}.sf2")
        path.write_bytes(bytes(spoilt))
        try:
            check_signal(tone(path, length_s=0.05))
        except PresetError as error:
            refused += 1
            assert "\n" not in str(error)
    assert 5 < refused < 40
