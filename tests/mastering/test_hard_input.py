"""What mastering does with files that are hard on it, one after the other."""

from __future__ import annotations

import os
import resource
import shutil
import struct
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import soundfile

from soundscape.audio import Audio
from soundscape.errors import AudioError, InputError, OutputError
from soundscape.mastering.batch import Edits, Options, inspect_file, master_file, master_files, measure_file
from soundscape.mastering.formats import FORMATS
from soundscape.mastering.target import load_target
from soundscape.wav import open_wav
from tests.metering.signals import band_limited, stereo, tone, true_peak_16x_db

RATE = 48_000
TARGET = load_target("ebu-r128")


def save(path: Path, audio: Audio, *, rate: int = RATE, bits: int = 32, mask: int = 0) -> Path:
    with open_wav(path, sample_rate=rate, channels=len(audio), bits=bits, mask=mask) as wav:
        wav.write(audio)
    return path


def save_unchecked(path: Path, audio: Audio) -> Path:
    """With samples that our own writer refuses."""
    soundfile.write(path, audio.T, RATE, subtype="FLOAT")
    return path


def noise(seconds: float = 4.0, *, channels: int = 2, level: float = 0.05) -> Audio:
    return (np.random.default_rng(1).normal(size=(channels, round(seconds * RATE))) * level).astype(np.float32)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


def test_what_is_below_the_gate_is_never_raised(tmp_path: Path, out: Path) -> None:
    path = save(tmp_path / "hiss.wav", noise(level=0.0001))
    result = master_file(path, out, TARGET)
    assert (result.status, result.gain_db, result.met) == ("silent", 0.0, False)
    assert result.before is not None
    assert result.before.integrated_lufs is None
    assert np.abs(soundfile.read(out / "hiss.wav")[0]).max() < 0.001


@pytest.mark.parametrize(
    ("seconds", "status"), [(0.05, "too short"), (0.39, "too short"), (0.5, "on target"), (2.9, "on target")]
)
def test_short_files_have_only_the_values_that_exist(
    seconds: float, status: str, tmp_path: Path, out: Path
) -> None:
    result = master_file(save(tmp_path / "short.wav", noise(seconds)), out, TARGET)
    assert result.status == status
    assert result.after is not None
    assert (result.after.max_short_term_lufs, result.after.loudness_range_lu) == (None, None)
    assert (result.after.integrated_lufs is None) == (seconds < 0.4)


def test_samples_that_are_no_numbers_are_silenced_when_asked(tmp_path: Path, out: Path) -> None:
    audio = noise()
    audio[0, 1000:1010], audio[1, 50_000] = np.nan, -np.inf
    path = save_unchecked(tmp_path / "broken.wav", audio)
    with pytest.raises(AudioError, match="sample 1000 of channel 1 is not a finite number"):
        master_file(path, out, TARGET)
    result = master_file(path, out, TARGET, options=Options(sanitize=True))
    assert result.met
    assert "11 samples that are not finite numbers, or no level of a sound, are silenced" in result.notes
    written = soundfile.read(out / "broken.wav", dtype="int32")[0].T
    assert not written[0, 1000:1010].any()
    assert written[1, 50_000] == 0


def test_denormals_are_silence(tmp_path: Path, out: Path) -> None:
    audio = noise()
    audio[:, RATE:] = 1e-40
    silent = audio.copy()
    silent[:, RATE:] = 0.0
    results = [master_file(save(tmp_path / f"{n}.wav", a), out, TARGET) for n, a in enumerate((audio, silent))]
    assert results[0].before == results[1].before
    assert results[0].met


def test_numbers_too_large_for_any_sound_are_refused_or_turned_down(tmp_path: Path, out: Path) -> None:
    audio = noise()
    audio[0, 1000] = 3e38
    with pytest.raises(AudioError, match="sample 1000 of channel 1 is 3e\\+38, which is no level of a sound"):
        master_file(save_unchecked(tmp_path / "huge.wav", audio), out, TARGET)


def test_clipping_is_found_and_said(tmp_path: Path, out: Path) -> None:
    audio = np.clip(noise(level=0.6), -1.0, 1.0)
    result = master_file(save(tmp_path / "clipped.wav", audio, bits=16), out, TARGET)
    assert result.met
    assert result.health is not None
    assert result.health.clipped_runs > 10
    assert any("clipped passages" in note for note in result.notes)


def test_an_offset_is_said_and_removed_only_when_asked(tmp_path: Path, out: Path) -> None:
    path = save(tmp_path / "offset.wav", noise() + np.float32(0.1))
    kept = master_file(path, out, TARGET)
    assert any("an offset of -20 dBFS" in note for note in kept.notes)
    assert soundfile.read(out / "offset.wav")[0].mean() > 0.05
    removed = master_file(path, out, TARGET, options=Options(edits=Edits(remove_offset=True)))
    assert any("offset of up to -20 dBFS is removed" in note for note in removed.notes)
    assert abs(soundfile.read(out / "offset.wav")[0].mean()) < 1e-4


@pytest.mark.parametrize(("subtype", "used"), [("PCM_U8", 8), ("PCM_16", 16), ("PCM_24", 24)])
def test_the_word_length_that_is_used_is_found(subtype: str, used: int, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "mix.wav", noise().T, RATE, subtype=subtype)
    found = inspect_file(tmp_path / "mix.wav")
    assert (found.encoding, found.health.used_bits) == (subtype, used)
    # 16 bits in a file of 24 are still 16.
    soundfile.write(tmp_path / "wide.wav", soundfile.read(tmp_path / "mix.wav")[0], RATE, subtype="PCM_24")
    assert inspect_file(tmp_path / "wide.wav").health.used_bits == used


def test_mono_is_one_loudspeaker_unless_two_are_said_to_play_it(tmp_path: Path, out: Path) -> None:
    path = save(tmp_path / "mono.wav", stereo(tone([(4, -20.0)], RATE))[:1])
    one, two = (measure_file(path, layout=layout).integrated_lufs for layout in (None, "dual-mono"))
    assert one == pytest.approx(-23.01, abs=0.02)
    assert two == pytest.approx(-20.0, abs=0.02)
    result = master_file(path, out, TARGET, options=Options(layout="dual-mono"))
    assert result.gain_db == pytest.approx(-3.0, abs=0.02)
    assert measure_file(out / "mono.wav", layout="dual-mono").integrated_lufs == pytest.approx(-23.0, abs=0.02)


def test_two_channels_of_one_sound_are_said_to_be_so(tmp_path: Path) -> None:
    same = np.repeat(noise(channels=1), 2, axis=0)
    found = inspect_file(save(tmp_path / "dual.wav", same))
    assert found.health.dual_mono
    assert "both channels carry the same" in found.notes
    assert not inspect_file(save(tmp_path / "stereo.wav", noise())).health.dual_mono


@pytest.mark.parametrize(("channels", "mask", "lfe"), [(6, 0x3F, 3), (8, 0x63F, 3)])
def test_surround_is_mastered_with_its_weights_and_its_mask(
    channels: int, mask: int, lfe: int, tmp_path: Path, out: Path
) -> None:
    audio = noise(channels=channels, level=0.02)
    audio[lfe] *= 10.0
    path = save(tmp_path / "surround.wav", audio, mask=mask)
    result = master_file(path, out, TARGET)
    assert result.met
    silent_lfe = audio.copy()
    silent_lfe[lfe] = 0.0
    expected = measure_file(save(tmp_path / "without.wav", silent_lfe, mask=mask)).integrated_lufs
    assert result.before is not None
    assert result.before.integrated_lufs == expected
    written = (out / "surround.wav").read_bytes()
    assert struct.pack("<I", mask) in written[:2048]


@pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, 88_200, 176_400, 192_000])
def test_every_rate_is_kept_and_on_target(rate: int, tmp_path: Path, out: Path) -> None:
    result = master_file(save(tmp_path / "mix.wav", noise(rate / RATE), rate=rate), out, TARGET)
    assert result.met
    assert soundfile.info(out / "mix.wav").samplerate == rate


@pytest.mark.parametrize("suffix", ["wav", "aiff", "flac", "ogg", "mp3"])
def test_a_truncated_file_is_refused_or_read_to_its_end_and_never_half_written(
    suffix: str, tmp_path: Path, out: Path
) -> None:
    path = tmp_path / f"mix.{suffix}"
    soundfile.write(path, noise().T, RATE)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    (result,) = master_files([path], out, TARGET)
    if result.error:
        assert f"mix.{suffix}" in result.error
        assert list(out.glob("[!.]*")) == []
    else:
        # Streams of frames have no length to hold them against: what there is, is the file.
        assert suffix in ("ogg", "mp3")
        assert result.met
        assert soundfile.info(result.output).frames < 4 * RATE


def test_nothing_but_a_header_is_refused(tmp_path: Path, out: Path) -> None:
    for suffix in ("wav", "aiff", "flac"):
        soundfile.write(tmp_path / f"empty.{suffix}", np.zeros((0, 2)), RATE)
        with pytest.raises(AudioError, match=r"holds no samples|is empty"):
            master_file(tmp_path / f"empty.{suffix}", out, TARGET)


def test_a_gain_of_40_db_is_given_and_said(tmp_path: Path, out: Path) -> None:
    result = master_file(save(tmp_path / "quiet.wav", noise(level=0.0004)), out, TARGET)
    assert result.met
    assert result.gain_db == pytest.approx(40.0, abs=3.0)
    assert any("and its noise with it" in note for note in result.notes)


def peaks_between_samples(kind: str) -> Audio:
    n, rng = np.arange(4 * RATE), np.random.default_rng(5)
    bed = 0.02 * rng.normal(size=(2, len(n)))
    if kind == "fs/4 at 45 degrees":
        bed += 0.9 * np.sin(np.pi / 2 * n + np.pi / 4) * (n % RATE < RATE // 4)
    elif kind == "bursts":
        sequence = np.sign(rng.normal(size=1023))
        for at in range(RATE // 2, len(n) - RATE, RATE // 2):
            bed[:, at : at + 1023] += 0.9 * sequence
    else:
        bed[:, RATE // 3 :: RATE // 5] = 0.99
    return band_limited(bed).astype(np.float32)


@pytest.mark.parametrize("kind", ["fs/4 at 45 degrees", "bursts", "clicks"])
def test_peaks_between_the_samples_stay_below_the_ceiling_in_the_written_file(
    kind: str, tmp_path: Path, out: Path
) -> None:
    path = save(tmp_path / "mix.wav", peaks_between_samples(kind))
    before = measure_file(path)
    assert before.integrated_lufs is not None
    assert before.true_peak_dbtp is not None
    wanted = min(-0.1, before.integrated_lufs - before.true_peak_dbtp + 3.0)
    result = master_file(path, out, load_target(f"{wanted:.1f}/-1"))
    assert result.limiting.max_db > 1.0
    assert true_peak_16x_db(soundfile.read(out / "mix.wav")[0].T) <= -1.0


@contextmanager
def nobody() -> Iterator[Path]:
    """A folder of somebody who is not allowed to do everything, as root is."""
    folder = Path(tempfile.mkdtemp())
    try:
        folder.chmod(0o755)
        user = os.geteuid()
        if user == 0:
            os.chown(folder, 65534, -1)
            os.seteuid(65534)
        yield folder
    finally:
        os.seteuid(user)
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o755)
        shutil.rmtree(folder)


def test_a_folder_that_is_read_only_is_named() -> None:
    with nobody() as folder:
        path = save(folder / "mix.wav", noise(1.0))
        (folder / "out").mkdir()
        (folder / "out").chmod(0o555)
        with pytest.raises(OutputError, match=r"mix\.wav: cannot be written: Permission denied"):
            master_file(path, folder / "out", TARGET)
        assert list((folder / "out").iterdir()) == []


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_a_disk_that_fills_up_is_said_and_leaves_nothing(name: str, tmp_path: Path, out: Path) -> None:
    path = save(tmp_path / "mix.wav", noise(10.0))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
        (result,) = master_files([path], out, TARGET, options=Options(format=name))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert result.status == "failed"
    assert "cannot be written" in result.error
    assert list(out.iterdir()) == []


def test_a_device_or_a_folder_is_no_audio_file(tmp_path: Path, out: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wav")
    (tmp_path / "folder.wav").mkdir()
    for name in ("pipe.wav", "folder.wav"):
        with pytest.raises(InputError, match="there is no such file"):
            master_file(tmp_path / name, out, TARGET)


def test_whatever_one_file_does_the_others_are_mastered(
    tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from soundscape.mastering import batch

    def faulty(path: Path, *arguments: object, **others: object) -> object:
        if path.name == "bad.wav":
            raise ZeroDivisionError("division by zero")
        return master_file(path, *arguments, **others)  # type: ignore[arg-type]

    monkeypatch.setattr(batch, "master_file", faulty)
    paths = [save(tmp_path / name, noise()) for name in ("bad.wav", "good.wav")]
    bad, good = master_files(paths, out, TARGET, jobs=2)
    assert bad.error.endswith("ZeroDivisionError: division by zero")
    assert good.met
