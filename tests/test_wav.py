"""Writing WAV: exact samples, whole files, timecode, more than 4 GiB."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from wavinfo import WavInfoReader

from soundscape.audio import AudioFile, read
from soundscape.errors import AudioError, OutputError
from soundscape.wav import Bext, WavWriter, open_wav

RNG = np.random.default_rng(1)
NOISE = RNG.uniform(-0.9, 0.9, (2, 4801)).astype(np.float32)


@pytest.mark.parametrize(("bits", "subtype"), [(16, "PCM_16"), (24, "PCM_24"), (32, "FLOAT")])
def test_libsndfile_reads_what_was_written_to_half_a_step(tmp_path: Path, bits: int, subtype: str) -> None:
    path = tmp_path / "a.wav"
    with open_wav(path, sample_rate=48_000, bits=bits) as file:
        file.write(NOISE[:, :1000])
        file.write(NOISE[:, 1000:])
    audio, rate = soundfile.read(path, dtype="float64", always_2d=True)
    assert soundfile.info(path).subtype == subtype
    assert rate == 48_000
    step = 0.0 if bits == 32 else 2.0 ** (1 - bits)
    assert np.abs(audio.T - NOISE).max() <= step / 2


def test_an_odd_number_of_bytes_is_padded(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    with open_wav(path, sample_rate=48_000, channels=1) as file:
        file.write(NOISE[:1, :3])
    assert path.stat().st_size % 2 == 0
    assert soundfile.info(path).frames == 3


def test_samples_beyond_full_scale_are_clipped_and_counted(tmp_path: Path) -> None:
    with open_wav(tmp_path / "a.wav", sample_rate=48_000) as file:
        file.write(np.array([[1.5, -2.0, 0.5], [0.0, 0.0, -1.0]], np.float32))
        assert file.clipped == 2
    audio, _ = read(tmp_path / "a.wav")
    assert audio[0, 0] > 0.9999
    assert audio[0, 1] == -1.0


def test_the_broadcast_chunk_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    bext = Bext(description="Dune", time_reference=172_972_800, integrated=-23.0, true_peak=-1.02, history="odd")
    with open_wav(path, sample_rate=48_000, bext=bext) as file:
        file.write(NOISE)
    found = WavInfoReader(str(path)).bext
    assert found is not None
    assert found.description == "Dune"
    assert found.time_reference == 172_972_800
    assert found.loudness_value == pytest.approx(-23.0)
    assert found.max_true_peak == pytest.approx(-1.02)
    assert soundfile.info(path).frames == NOISE.shape[1]


def test_beyond_4_gib_the_header_is_rf64(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    frames = 750_000_000
    with path.open("wb") as file:
        writer = WavWriter(file, sample_rate=48_000, channels=2, bits=24, bext=Bext())
        start = file.tell()
        file.truncate(start + frames * 6)  # sparse: takes no disk
        writer.frames = frames
        writer.close()
        assert file.tell() == start  # the header has not changed its length
    with AudioFile(path) as audio:
        assert audio.info.frames == frames


def test_nothing_is_left_when_writing_fails(tmp_path: Path) -> None:
    with (
        pytest.raises(AudioError, match="not a finite number"),
        open_wav(tmp_path / "a.wav", sample_rate=48_000) as file,
    ):
        file.write(np.full((2, 10), np.nan, np.float32))
    assert list(tmp_path.iterdir()) == []


def test_an_existing_file_survives_a_failed_write(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"precious")
    with pytest.raises(AudioError), open_wav(path, sample_rate=48_000) as file:
        file.write(np.full((2, 10), np.inf, np.float32))
    assert path.read_bytes() == b"precious"


def test_a_missing_folder_is_one_clear_line(tmp_path: Path) -> None:
    with (
        pytest.raises(OutputError, match="cannot be written: No such file"),
        open_wav(tmp_path / "none" / "a.wav", sample_rate=48_000),
    ):
        pass
