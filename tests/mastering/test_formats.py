from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile

from soundscape.audio import AudioFile
from soundscape.errors import InputError, OutputError
from soundscape.mastering.batch import Options, master_file, measure_file
from soundscape.mastering.formats import FORMATS
from soundscape.mastering.riff import read_riff
from soundscape.mastering.target import load_target
from soundscape.wav import Bext, open_wav

RATE = 48_000
TARGET = load_target("ebu-r128")


def noise(seconds: float = 4.0, level: float = 0.03) -> np.ndarray:
    return (np.random.default_rng(1).normal(size=(2, round(seconds * RATE))) * level).astype(np.float32)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


def save(path: Path, audio: np.ndarray, *, rate: int = RATE) -> Path:
    with open_wav(path, sample_rate=rate, channels=len(audio), bits=32) as wav:
        wav.write(audio)
    return path


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_every_format_is_written_on_target_and_read_again(name: str, tmp_path: Path, out: Path) -> None:
    result = master_file(save(tmp_path / "mix.wav", noise()), out, TARGET, options=Options(format=name))
    assert result.output == out / f"mix{FORMATS[name].suffix}"
    assert result.met
    assert result.after == measure_file(result.output)
    assert result.after is not None
    assert result.after.integrated_lufs == pytest.approx(-23.0, abs=0.1)
    assert sorted(path.name for path in out.glob("[!.]*")) == [result.output.name]


@pytest.mark.parametrize(("name", "subtype"), [("flac", "PCM_24"), ("aiff", "PCM_24"), ("wav", "PCM_24")])
def test_lossless_formats_hold_the_same_samples(name: str, subtype: str, tmp_path: Path, out: Path) -> None:
    path = save(tmp_path / "mix.wav", noise())
    written = [
        soundfile.read(master_file(path, out, TARGET, options=Options(format=form)).output, dtype="int32")[0]
        for form in ("wav", name)
    ]
    assert np.array_equal(*written)
    assert soundfile.info(out / f"mix{FORMATS[name].suffix}").subtype == subtype


@pytest.mark.parametrize("suffix", ["flac", "aiff", "ogg", "mp3"])
def test_the_format_of_the_input_is_kept(suffix: str, tmp_path: Path, out: Path) -> None:
    path = tmp_path / f"mix.{suffix}"
    soundfile.write(path, noise().T, RATE)
    result = master_file(path, out, TARGET)
    assert result.output == out / f"mix.{suffix}"
    assert soundfile.info(result.output).format == soundfile.info(path).format
    assert result.met


@pytest.mark.parametrize(("given", "kept"), [("PCM_16", "PCM_16"), ("PCM_24", "PCM_24"), ("FLOAT", "FLOAT")])
def test_the_word_length_of_the_input_can_be_kept(given: str, kept: str, tmp_path: Path, out: Path) -> None:
    soundfile.write(tmp_path / "mix.wav", noise().T, RATE, subtype=given)
    master_file(tmp_path / "mix.wav", out, TARGET, options=Options(bits=0))
    assert soundfile.info(out / "mix.wav").subtype == kept


def test_float_is_neither_rounded_nor_dithered(tmp_path: Path, out: Path) -> None:
    audio = noise()
    result = master_file(save(tmp_path / "mix.wav", audio), out, TARGET, options=Options(bits=32))
    written = soundfile.read(out / "mix.wav", dtype="float32")[0].T
    assert np.array_equal(written, audio * np.float32(10 ** (result.gain_db / 20)))


@pytest.mark.parametrize("name", ["mp3", "ogg", "opus"])
def test_what_an_encoder_adds_to_the_peaks_stays_below_the_ceiling(name: str, tmp_path: Path, out: Path) -> None:
    # Limited square waves: encoders ring on them.
    n = np.arange(6 * RATE)
    square = np.sign(np.sin(2 * np.pi * 220 / RATE * n)) * np.where(n % RATE < RATE // 3, 0.9, 0.1)
    path = save(tmp_path / "mix.wav", np.stack([square, -square]).astype(np.float32))
    result = master_file(path, out, load_target("-9/-1"), options=Options(format=name))
    assert result.after is not None
    assert result.after.true_peak_dbtp is not None
    assert result.after.true_peak_dbtp <= -1.0


def test_titles_go_along_between_formats(tmp_path: Path, out: Path) -> None:
    with soundfile.SoundFile(tmp_path / "mix.flac", "w", RATE, 2) as file:
        file.title, file.artist = "Reel 4", "Editor"
        file.write(noise().T)
    for name in ("wav", "flac", "ogg", "mp3"):
        result = master_file(tmp_path / "mix.flac", out, TARGET, options=Options(format=name))
        assert result.output is not None
        with AudioFile(result.output) as written:
            assert (written.tags["title"], written.tags["artist"]) == ("Reel 4", "Editor"), name


def test_what_a_format_has_no_place_for_is_said(tmp_path: Path, out: Path) -> None:
    with open_wav(tmp_path / "mix.wav", sample_rate=RATE, bext=Bext(time_reference=1000)) as wav:
        wav.write(noise())
    result = master_file(tmp_path / "mix.wav", out, TARGET, options=Options(format="flac"))
    assert "timecode cannot be carried in .flac" in result.notes


def test_what_cannot_be_written_is_refused_and_leaves_nothing(tmp_path: Path, out: Path) -> None:
    path = save(tmp_path / "mix.wav", noise(1.0)[:, :44_100], rate=44_100)
    with pytest.raises(OutputError, match="44100 Hz with 2 channels cannot be written as OPUS"):
        master_file(path, out, TARGET, options=Options(format="opus"))
    with pytest.raises(InputError, match='"wma" is not written; allowed: same, wav, flac'):
        master_file(path, out, TARGET, options=Options(format="wma"))
    with pytest.raises(InputError, match="20 is not allowed; allowed: 16, 24, 32"):
        Options(bits=20)
    assert list(out.iterdir()) == []


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")
def test_the_sound_of_a_video_is_read_and_written_as_wav(tmp_path: Path, out: Path) -> None:
    save(tmp_path / "sound.wav", noise())
    video = tmp_path / "film.mp4"
    command = f"ffmpeg -v error -f lavfi -i testsrc=s=64x48:d=4 -i {tmp_path / 'sound.wav'} -c:a aac {video}"
    subprocess.run(command.split(), check=True)
    result = master_file(video, out, TARGET)
    assert result.output == out / "film.wav"
    assert result.met
    silent = tmp_path / "silent.mp4"
    subprocess.run(f"ffmpeg -v error -f lavfi -i testsrc=s=64x48:d=1 {silent}".split(), check=True)
    with pytest.raises(InputError, match=r"silent\.mp4: has no sound"):
        measure_file(silent)


def test_a_video_says_which_speakers_it_feeds_and_of_how_many_sounds_the_first_is_taken(
    tmp_path: Path, out: Path
) -> None:
    """Six channels that ffmpeg has named, and two that follow as another sound."""
    rng = np.random.default_rng(7)
    for name, channels in (("six.wav", 6), ("two.wav", 2)):
        soundfile.write(tmp_path / name, rng.normal(size=(96_000, channels)) * 0.05, 48_000, subtype="PCM_24")
    video = ["-f", "lavfi", "-i", "color=s=32x32:r=5:d=2", "-i", tmp_path / "six.wav", "-i", tmp_path / "two.wav"]
    sound = ["-map", "0", "-map", "1", "-map", "2", "-c:a", "pcm_s24le", "-channel_layout:a:0", "5.1"]
    subprocess.run(["ffmpeg", "-v", "error", *video, *sound, tmp_path / "film.mov"], check=True)
    result = master_file(tmp_path / "film.mov", out, load_target("ebu-r128"))
    assert result.notes == ("the first of 2 sounds is taken",)
    riff = read_riff(out / "film.wav")
    assert riff is not None
    assert (riff.channels, riff.mask) == (6, 0x3F)
