from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile
import wavinfo

from soundscape.audio import AudioFile
from soundscape.errors import AudioError
from soundscape.mastering.batch import inspect_file, master_file, measure_file
from soundscape.mastering.riff import read_riff
from soundscape.mastering.source import Source
from soundscape.mastering.target import load_target
from soundscape.wav import Bext, open_wav

RATE = 48_000


def noise(channels: int = 2, frames: int = RATE) -> np.ndarray:
    return (np.random.default_rng(1).normal(size=(channels, frames)) * 0.05).astype(np.float32)


@pytest.mark.parametrize("bits", [16, 24])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_pcm_is_decoded_as_libsndfile_does(bits: int, channels: int, tmp_path: Path) -> None:
    path = tmp_path / "mix.wav"
    audio = noise(channels, 70_001)
    audio[0, :2] = (1.0, -1.0)
    soundfile.write(path, audio.T, RATE, subtype=f"PCM_{bits}")
    with Source(path) as source, AudioFile(path) as file:
        ours, theirs = (np.concatenate(list(f.blocks()), axis=1) for f in (source, file))
    assert np.array_equal(ours, theirs)


@pytest.mark.parametrize("cut", [1, 50_000])
def test_a_truncated_file_is_refused_with_where_it_ends(cut: int, tmp_path: Path) -> None:
    path = tmp_path / "mix.wav"
    soundfile.write(path, noise().T, RATE, subtype="PCM_24")
    path.write_bytes(path.read_bytes()[:-cut])
    with pytest.raises(AudioError, match=r"mix\.wav: ends at frame \d+, but its header promises 48000"):
        measure_file(path)


def test_a_header_that_was_never_completed_is_read_to_the_end(tmp_path: Path) -> None:
    path = tmp_path / "mix.wav"
    soundfile.write(path, noise().T, RATE, subtype="PCM_24")
    whole = measure_file(path)
    data = bytearray(path.read_bytes())
    at = data.index(b"data")
    data[at + 4 : at + 8] = b"\xff" * 4
    path.write_bytes(bytes(data))
    assert measure_file(path) == whole


def test_rf64_sizes_are_read_from_ds64(tmp_path: Path) -> None:
    path = tmp_path / "mix.wav"
    soundfile.write(path, noise().T, RATE, subtype="PCM_24", format="RF64")
    riff = read_riff(path)
    assert riff is not None
    assert (riff.frames, riff.channels, riff.bits) == (RATE, 2, 24)
    assert measure_file(path).duration_s == 1.0


def with_mask(path: Path, channels: int, mask: int) -> Path:
    with open_wav(path, sample_rate=RATE, channels=channels, mask=mask) as wav:
        wav.write(noise(channels))
    return path


@pytest.mark.parametrize(
    ("channels", "mask", "layout"),
    [
        (2, 0x3, "L R"),
        (4, 0x33, "L R Ls Rs"),
        (6, 0x3F, "L R C LFE Ls Rs"),
        (6, 0x60F, "L R C LFE Ls Rs"),
        (8, 0x63F, "L R C LFE Lrs Rrs Lss Rss"),
        (1, 0x4, "M"),
        (8, 0xFF, None),
        (6, 0, None),
    ],
)
def test_the_channel_mask_says_which_speakers_there_are(
    channels: int, mask: int, layout: str | None, tmp_path: Path
) -> None:
    with Source(with_mask(tmp_path / "mix.wav", channels, mask)) as source:
        assert source.layout == layout
        assert bool(source.notes) == (layout is None)


def test_the_layout_that_is_named_wins(tmp_path: Path) -> None:
    path = with_mask(tmp_path / "mix.wav", 6, 0x3F)
    with Source(path, layout="5.1-film") as source:
        assert source.layout == "5.1-film"
    assert measure_file(path, layout="5.1-film") != measure_file(path)


def test_metadata_and_mask_are_carried_over_and_the_loudness_is_filled_in(tmp_path: Path) -> None:
    path, out = tmp_path / "mix.wav", tmp_path / "out"
    out.mkdir()
    bext = bytearray(
        Bext(description="Reel 4", originator="Editor", time_reference=172_972_800, history="A=PCM,F=48000").chunk()
    )
    bext[320:338] = b"2026-11-2112:34:56"
    ixml = b"<BWFXML><PROJECT>Dunes</PROJECT></BWFXML> "
    cue = struct.pack("<I", 1) + struct.pack("<II4sIII", 1, 1234, b"data", 0, 0, 1234)
    chunks = [(b"bext", bytes(bext)), (b"iXML", ixml), (b"cue ", cue)]
    with open_wav(path, sample_rate=RATE, channels=6, mask=0x60F, chunks=chunks) as wav:
        wav.write(noise(6))
    result = master_file(path, out, load_target("ebu-r128"))
    written = wavinfo.WavInfoReader(str(out / "mix.wav"))
    assert written.bext.description == "Reel 4"
    assert written.bext.originator == "Editor"
    assert written.bext.originator_date == "2026-11-21"
    assert written.bext.time_reference == 172_972_800
    assert written.bext.coding_history.startswith("A=PCM,F=48000\r\nA=PCM,F=48000,W=24,T=soundscape")
    assert written.bext.loudness_value == pytest.approx(-23.0, abs=0.011)
    assert result.after is not None
    assert result.after.integrated_lufs == pytest.approx(-23.0, abs=0.01)
    riff = read_riff(out / "mix.wav")
    assert riff is not None
    assert riff.mask == 0x60F
    assert dict(riff.chunks)[b"iXML"] == ixml
    assert dict(riff.chunks)[b"cue "] == cue


@pytest.mark.parametrize("junk", [b"", b"RIFF", b"RIFF\0\0\0\0WAVE", b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0" + bytes(16)])
def test_what_is_no_complete_wav_has_no_header(junk: bytes, tmp_path: Path) -> None:
    path = tmp_path / "junk.wav"
    path.write_bytes(junk)
    assert read_riff(path) is None


def test_an_inspection_tells_what_is_wrong_with_a_mix(tmp_path: Path) -> None:
    path = tmp_path / "bad.wav"
    audio = np.repeat(noise(1, 10 * RATE), 2, axis=0)
    audio[1] *= -1.0
    audio[:, 1000:1010] = 1.0
    audio[0] += 0.01
    soundfile.write(path, audio.T, RATE, subtype="PCM_24")
    found = inspect_file(path)
    assert found.health.clipped_runs == 2
    assert found.health.offset_dbfs == pytest.approx(-40.0, abs=0.5)
    assert found.health.correlation is not None
    assert found.health.correlation < -0.9
    assert len(found.short_term) == 8
    words = " ".join(found.notes)
    assert "clipped" in words
    assert "offset" in words
    assert "mono" in words
    assert found.loudness == measure_file(path)
