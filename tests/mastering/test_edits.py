from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
import wavinfo

from soundscape.audio import Audio
from soundscape.errors import AudioError, InputError
from soundscape.mastering.batch import Edits, Options, inspect_file, master_file
from soundscape.mastering.edits import Edited
from soundscape.mastering.riff import moved
from soundscape.mastering.source import Source
from soundscape.mastering.target import load_target
from soundscape.wav import Bext, open_wav

RATE = 48_000


def save(path: Path, audio: Audio, *, rate: int = RATE) -> Path:
    with open_wav(path, sample_rate=rate, channels=len(audio), bits=32, bext=Bext(time_reference=RATE)) as wav:
        wav.write(audio)
    return path


def edited(path: Path, **asked: float | bool | int) -> Audio:
    with Source(path) as source:
        sound = Edited(source, Edits(**asked))
        audio = np.concatenate(list(sound.blocks()), axis=1)
        assert audio.shape[1] == sound.info.frames
        assert audio.dtype == np.float32
        return audio


def noise(seconds: float) -> Audio:
    return (np.random.default_rng(1).normal(size=(2, round(seconds * RATE))) * 0.05).astype(np.float32)


def test_without_edits_a_sound_is_itself(tmp_path: Path) -> None:
    audio = noise(3.0)
    assert np.array_equal(edited(save(tmp_path / "a.wav", audio)), audio)


def test_an_offset_is_removed_and_nothing_else(tmp_path: Path) -> None:
    seconds, rng = np.arange(6 * RATE) / RATE, np.random.default_rng(2)
    clean = 0.2 * np.sin(2 * np.pi * 30 * seconds) + 0.1 * np.sin(2 * np.pi * 100.3 * seconds)
    clean = np.stack([clean, rng.normal(size=len(seconds)) * 0.05]).astype(np.float32)
    shifted = clean + np.float32([[0.1], [-0.02]])
    found = edited(save(tmp_path / "a.wav", shifted), remove_offset=True)
    middle = slice(RATE, 5 * RATE)
    assert np.abs(found - clean)[0, middle].max() < 1e-3
    assert np.abs(found.mean(axis=1)).max() < 1e-4
    found_health = inspect_file(tmp_path / "a.wav", options=Options(edits=Edits(remove_offset=True)))
    assert not any("an offset of -" in note and "removed" not in note for note in found_health.notes)


def test_an_offset_of_one_passage_leaves_the_silence_after_it_silent(tmp_path: Path) -> None:
    audio = np.zeros((1, 8 * RATE), np.float32)
    audio[0, : 2 * RATE] = 0.1
    found = edited(save(tmp_path / "a.wav", audio), remove_offset=True)
    assert np.abs(found[0, 3 * RATE :]).max() < 1e-6
    assert np.abs(found[0, : 3 * RATE // 2]).max() < 1e-6


def test_silence_is_cut_from_the_ends_only(tmp_path: Path) -> None:
    audio = np.concatenate((np.full((2, 1000), 1e-5, np.float32), noise(1.0), np.zeros((2, 500), np.float32),
                            noise(0.5), np.zeros((2, 70_000), np.float32)), axis=1)  # fmt: skip
    audio[:, 1000] = audio[:, -70_001] = 0.5
    found = edited(save(tmp_path / "a.wav", audio), trim_dbfs=-80.0)
    assert np.array_equal(found, audio[:, 1000:-70_000])
    silence = np.zeros((2, 1000), np.float32)
    assert edited(save(tmp_path / "b.wav", silence), trim_dbfs=-80.0).shape == (2, 1000)


def test_fades_are_raised_cosines_of_their_length(tmp_path: Path) -> None:
    audio = np.ones((1, 4 * RATE), np.float32)
    found = edited(save(tmp_path / "a.wav", audio), fade_in_s=1.0, fade_out_s=2.0)[0]
    assert found[0] < 1e-6
    assert found[RATE // 2] == pytest.approx(0.5, abs=1e-4)
    assert np.all(found[RATE : 2 * RATE] == 1.0)
    assert found[3 * RATE] == pytest.approx(0.5, abs=1e-4)
    assert found[-1] < 1e-6


@pytest.mark.parametrize(("given", "asked"), [(44_100, 48_000), (96_000, 48_000), (48_000, 44_100)])
def test_another_rate_keeps_sound_and_length(given: int, asked: int, tmp_path: Path) -> None:
    tone = np.sin(2 * np.pi * 997 / given * np.arange(2 * given)).astype(np.float32)[None] * 0.5
    found = edited(save(tmp_path / "a.wav", tone, rate=given), sample_rate=asked)
    assert found.shape == (1, 2 * asked)
    expected = 0.5 * np.sin(2 * np.pi * 997 / asked * np.arange(2 * asked))
    assert np.abs(found[0] - expected)[asked // 4 : -asked // 4].max() < 1e-5


def test_timecode_follows_what_is_cut_and_the_rate(tmp_path: Path) -> None:
    audio = np.concatenate((np.zeros((2, RATE // 2), np.float32), noise(4.0)), axis=1)
    audio[:, RATE // 2] = 0.5
    (tmp_path / "out").mkdir()
    edits = Edits(trim_dbfs=-80.0, sample_rate=96_000)
    result = master_file(
        save(tmp_path / "a.wav", audio), tmp_path / "out", load_target("ebu-r128"), options=Options(edits=edits)
    )
    assert result.met
    assert any("0.500 s are cut from the start" in note for note in result.notes)
    assert wavinfo.WavInfoReader(str(tmp_path / "out/a.wav")).bext.time_reference == 3 * RATE
    assert soundfile.info(tmp_path / "out/a.wav").samplerate == 96_000


def test_cue_points_and_ixml_follow() -> None:
    def cue(*frames: int) -> bytes:
        points = b"".join(
            n.to_bytes(4, "little") + at.to_bytes(4, "little") + b"data" + bytes(8) + at.to_bytes(4, "little")
            for n, at in enumerate(frames)
        )
        return len(frames).to_bytes(4, "little") + points

    ixml = b"<BWFXML><SPEED><TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_HI>0</TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_HI>"
    ixml += b"<TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_LO>4294967000</TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_LO>"
    ixml += b"<FILE_SAMPLE_RATE>48000</FILE_SAMPLE_RATE></SPEED></BWFXML>"
    chunks = dict(moved(((b"cue ", cue(10, 500, 900)), (b"iXML", ixml), (b"smpl", b"x")), 500, 48_000, 96_000))
    assert chunks[b"cue "][4:] == b"".join(
        n.to_bytes(4, "little") + at.to_bytes(4, "little") + b"data" + bytes(8) + at.to_bytes(4, "little")
        for n, at in ((1, 0), (2, 800))
    )
    high, low = divmod(2 * (4294967000 + 500), 1 << 32)
    assert b"_HI>%d<" % high in chunks[b"iXML"]
    assert b"_LO>%d<" % low in chunks[b"iXML"]
    assert b"<FILE_SAMPLE_RATE>96000<" in chunks[b"iXML"]
    assert b"smpl" not in chunks


def test_regions_follow_too(tmp_path: Path) -> None:
    audio = np.concatenate((np.zeros((1, RATE), np.float32), np.full((1, 2 * RATE), 0.5, np.float32)), axis=1)
    with Source(save(tmp_path / "a.wav", audio)) as source:
        sound = Edited(source, Edits(trim_dbfs=-60.0, sample_rate=24_000))
        assert sound.placed([(0, 10), (12_000, 30_000), (36_000, 99_000)], 24_000) == [(0, 6_000), (12_000, 48_000)]


@pytest.mark.parametrize("asked", [{"trim_dbfs": 0.0}, {"fade_in_s": -1.0}, {"sample_rate": 100}])
def test_what_cannot_be_is_refused(asked: dict[str, float]) -> None:
    with pytest.raises(InputError, match="is not allowed; allowed"):
        Edits(**asked)


def test_nothing_left_is_said(tmp_path: Path) -> None:
    path = save(tmp_path / "a.wav", np.ones((1, 1), np.float32))
    with pytest.raises(AudioError, match="too short to be resampled"):
        edited(path, sample_rate=8_000)
