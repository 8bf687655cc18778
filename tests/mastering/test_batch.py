from __future__ import annotations

import errno
import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
import wavinfo

from soundscape.audio import Audio
from soundscape.errors import AudioError, OutputError
from soundscape.executors import processes
from soundscape.mastering.batch import Options, master_album, master_file, master_files, measure_file
from soundscape.mastering.target import Target, load_target
from tests.metering.signals import heard, stereo, tone

RATE = 48_000
TARGET = load_target("ebu-r128")


def save(path: Path, audio: Audio, *, rate: int = RATE, subtype: str = "PCM_24") -> Path:
    soundfile.write(path, audio.T, rate, subtype=subtype)
    return path


def noise(seconds: float = 4.0, *, rate: int = RATE, channels: int = 2, level: float = 0.05) -> Audio:
    return (np.random.default_rng(1).normal(size=(channels, round(seconds * rate))) * level).astype(np.float32)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def test_a_file_is_brought_to_the_target_and_measured_as_written(tmp_path: Path, out: Path) -> None:
    path = save(tmp_path / "mix.wav", noise())
    before = hashlib.sha256(path.read_bytes()).digest()
    result = master_file(path, out, TARGET)
    assert (result.status, result.met, result.output) == ("on target", True, out / "mix.wav")
    info = soundfile.info(out / "mix.wav")
    assert (info.samplerate, info.channels, info.frames, info.subtype) == (RATE, 2, 4 * RATE, "PCM_24")
    assert result.after == measure_file(out / "mix.wav")
    assert result.after is not None
    assert result.after.integrated_lufs == pytest.approx(-23.0, abs=0.01)
    assert hashlib.sha256(path.read_bytes()).digest() == before


def test_the_written_file_carries_its_loudness(tmp_path: Path, out: Path) -> None:
    result = master_file(save(tmp_path / "mix.wav", noise()), out, TARGET)
    assert result.after is not None
    bext = wavinfo.WavInfoReader(str(out / "mix.wav")).bext
    assert bext.version == 2
    assert bext.loudness_value == pytest.approx(result.after.integrated_lufs, abs=0.011)
    assert bext.max_true_peak == pytest.approx(result.after.true_peak_dbtp, abs=0.02)


def test_the_same_file_and_seed_give_the_same_bytes(tmp_path: Path, out: Path) -> None:
    path = save(tmp_path / "mix.wav", noise())
    (tmp_path / "again").mkdir()
    (tmp_path / "other").mkdir()
    for folder, seed in ((out, 0), (tmp_path / "again", 0), (tmp_path / "other", 1)):
        master_file(path, folder, TARGET, options=Options(seed=seed))
    first, again, other = ((f / "mix.wav").read_bytes() for f in (out, tmp_path / "again", tmp_path / "other"))
    assert first == again
    assert first != other


def test_a_file_that_needs_no_change_keeps_its_samples(tmp_path: Path, out: Path) -> None:
    path = save(tmp_path / "mix.wav", noise(level=0.01))
    master_file(path, out, load_target("netflix-me"))
    assert np.array_equal(*(soundfile.read(p, dtype="int32")[0] for p in (path, out / "mix.wav")))


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "FLOAT"])
def test_every_encoding_is_read(subtype: str, tmp_path: Path, out: Path) -> None:
    result = master_file(save(tmp_path / "mix.wav", noise(), subtype=subtype), out, TARGET)
    assert result.after is not None
    assert result.after.integrated_lufs == pytest.approx(-23.0, abs=0.02)


@pytest.mark.parametrize("suffix", ["flac", "aiff", "ogg", "mp3"])
def test_other_containers_are_read_and_written_as_wav_when_asked(suffix: str, tmp_path: Path, out: Path) -> None:
    path = tmp_path / f"mix.{suffix}"
    soundfile.write(path, noise().T, RATE)
    result = master_file(path, out, TARGET, options=Options(format="wav"))
    assert result.output == out / "mix.wav"
    assert result.met


@pytest.mark.parametrize("channels", [1, 2, 6, 8])
@pytest.mark.parametrize("rate", [8_000, 44_100, 192_000])
def test_rates_and_channels_are_kept(rate: int, channels: int, tmp_path: Path, out: Path) -> None:
    audio = noise(1.0, rate=rate, channels=channels)
    result = master_file(save(tmp_path / "mix.wav", audio, rate=rate), out, TARGET)
    info = soundfile.info(out / "mix.wav")
    assert (info.samplerate, info.channels) == (rate, channels)
    assert result.status == "on target"
    assert result.after is not None
    assert result.after.integrated_lufs == pytest.approx(-23.0, abs=0.02)


def test_float_files_above_full_scale_are_not_clipped_on_the_way(tmp_path: Path, out: Path) -> None:
    audio = noise(level=2.0)
    result = master_file(save(tmp_path / "hot.wav", audio, subtype="FLOAT"), out, TARGET)
    written = soundfile.read(out / "hot.wav", dtype="float32")[0].T
    assert np.allclose(written, audio * np.float32(10 ** (result.gain_db / 20)), atol=3e-7)
    assert not any("clipped" in note for note in result.notes)


def test_silence_and_what_is_too_short_are_copied_and_said_to_be_so(tmp_path: Path, out: Path) -> None:
    silent = master_file(save(tmp_path / "silence.wav", np.zeros((2, RATE), np.float32)), out, TARGET)
    short = master_file(save(tmp_path / "short.wav", stereo(tone([(0.2, -20)], RATE))), out, TARGET)
    assert (silent.status, short.status) == ("silent", "too short")
    assert silent.gain_db == short.gain_db == 0.0
    assert not soundfile.read(out / "silence.wav", dtype="int32")[0].any()
    assert not silent.met


def bad_file(kind: str, folder: Path) -> Path:
    path = folder / f"{kind}.wav"
    audio = noise(1.0)
    if kind == "missing":
        return path
    if kind == "text":
        path.write_text("this is no audio\n" * 100)
    elif kind == "zero-bytes":
        path.write_bytes(b"")
    elif kind == "no-samples":
        save(path, np.zeros((2, 0), np.float32))
    elif kind in ("nan", "inf"):
        audio[1, 30_000] = float(kind)
        save(path, audio, subtype="FLOAT")
    return path


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("missing", "no such file"),
        ("text", "not an audio file|no audio file"),
        ("zero-bytes", "is empty"),
        ("no-samples", "holds no samples"),
        ("nan", r"sample 30000 of channel 2 is not a finite number"),
        ("inf", r"sample 30000 of channel 2 is not a finite number"),
    ],
)
def test_bad_files_are_refused_with_their_reason(kind: str, message: str, tmp_path: Path, out: Path) -> None:
    path = bad_file(kind, tmp_path)
    with pytest.raises(AudioError, match=message):
        master_file(path, out, TARGET)
    with pytest.raises(AudioError, match=message):
        measure_file(path)
    assert list(out.iterdir()) == []


def test_a_bad_file_does_not_stop_the_others(tmp_path: Path, out: Path) -> None:
    paths = [
        save(tmp_path / "a.wav", noise()),
        bad_file("text", tmp_path),
        save(tmp_path / "b.wav", noise(level=0.02)),
        bad_file("nan", tmp_path),
    ]
    told: list[Path] = []
    results = master_files(paths, out, TARGET, jobs=2, on_progress=told.append)
    assert [result.path for result in results] == paths
    assert [result.status for result in results] == ["on target", "failed", "on target", "failed"]
    assert "text.wav" in results[1].error
    assert sorted(path.name for path in out.glob("[!.]*")) == ["a.wav", "b.wav"]
    assert sorted(told) == sorted(paths)


def test_jobs_change_nothing(tmp_path: Path) -> None:
    paths = [save(tmp_path / f"{n}.wav", noise(level=0.02 * (n + 1))) for n in range(3)]
    found = []
    for jobs in (1, 3):
        folder = tmp_path / f"out-{jobs}"
        folder.mkdir()
        master_files(paths, folder, TARGET, jobs=jobs)
        found.append([(folder / path.name).read_bytes() for path in paths])
    assert found[0] == found[1]


def test_two_inputs_of_one_stem_get_two_outputs(tmp_path: Path, out: Path) -> None:
    save(tmp_path / "mix.wav", noise())
    soundfile.write(tmp_path / "mix.flac", noise(level=0.02).T, RATE)
    paths = [tmp_path / "mix.wav", tmp_path / "mix.flac"]
    results = master_files(paths, out, TARGET, options=Options(format="wav"))
    assert [result.output for result in results] == [out / "mix.wav.wav", out / "mix.flac.wav"]
    assert [result.output for result in master_files(paths, out, TARGET)] == [out / "mix.wav", out / "mix.flac"]


def test_an_input_is_never_its_own_output(tmp_path: Path) -> None:
    path = save(tmp_path / "mix.wav", noise())
    before = path.read_bytes()
    with pytest.raises(OutputError, match="would overwrite its own input"):
        master_file(path, tmp_path, TARGET)
    (tmp_path / "link").symlink_to(tmp_path, target_is_directory=True)
    with pytest.raises(OutputError, match="would overwrite its own input"):
        master_file(path, tmp_path / "link", TARGET)
    assert path.read_bytes() == before


def test_a_target_that_stops_writes_nothing(tmp_path: Path, out: Path) -> None:
    target = Target(name="x", title="x", integrated_lufs=-2.0, max_limiting_db=1.0, unreachable="stop")
    result = master_file(save(tmp_path / "mix.wav", noise()), out, target)
    assert (result.status, result.output, result.after) == ("unreached", None, None)
    assert list(out.iterdir()) == []


def test_an_output_that_cannot_be_replaced_is_named(tmp_path: Path, out: Path) -> None:
    (out / "mix.wav").mkdir()
    with pytest.raises(OutputError, match=r"mix\.wav: cannot be written"):
        master_file(save(tmp_path / "mix.wav", noise()), out, TARGET)


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written: No such file or directory"):
        master_file(save(tmp_path / "mix.wav", noise()), tmp_path / "nowhere", TARGET)


def test_a_second_run_skips_what_is_done_and_unchanged(tmp_path: Path, out: Path) -> None:
    paths = [save(tmp_path / f"{n}.wav", noise(level=0.02 * (n + 1))) for n in range(3)]
    first = master_files(paths, out, TARGET)
    save(paths[1], noise(level=0.09))
    (out / "2.wav").write_bytes(b"somebody else's")
    again = master_files(paths, out, TARGET)
    assert [result.skipped for result in first] == [False] * 3
    assert [result.skipped for result in again] == [True, False, False]
    assert replace(again[0], skipped=False) == first[0]
    assert [result.met for result in again] == [True] * 3
    assert [result.skipped for result in master_files(paths, out, TARGET)] == [True] * 3
    assert not any(result.skipped for result in master_files(paths, out, load_target("-20")))
    assert not any(
        result.skipped for result in master_files(paths, out, load_target("-20"), options=Options(bits=16))
    )
    everything = master_files(paths, out, load_target("-20"), options=Options(bits=16, resume=False))
    assert not any(result.skipped for result in everything)


def test_a_dry_run_says_the_same_and_writes_nothing(tmp_path: Path, out: Path) -> None:
    path = save(tmp_path / "mix.wav", noise())
    dry = master_file(path, out, load_target("-12/-1"), options=Options(dry_run=True))
    assert list(out.iterdir()) == []
    real = master_file(path, out, load_target("-12/-1"))
    assert (dry.status, dry.gain_db, dry.output) == (real.status, real.gain_db, None)
    assert dry.after is not None
    assert real.after is not None
    assert dry.after.integrated_lufs == pytest.approx(real.after.integrated_lufs, abs=0.001)


def test_an_album_gets_one_gain_and_keeps_its_relations(tmp_path: Path, out: Path) -> None:
    paths = [save(tmp_path / f"{n}.wav", noise(level=level)) for n, level in enumerate((0.05, 0.03, 0.02))]
    results = master_album(paths, out, load_target("-16/-1"))
    assert len({result.gain_db for result in results}) == 1
    levels = [(r.before.integrated_lufs, r.after.integrated_lufs) for r in results if r.before and r.after]
    for before, after in levels:
        assert before is not None
        assert after is not None
        assert after - before == pytest.approx(results[0].gain_db, abs=0.01)
    together = np.concatenate([soundfile.read(out / path.name, dtype="float32")[0].T for path in paths], axis=1)
    assert heard(together, RATE).result().integrated_lufs == pytest.approx(-16.0, abs=0.02)


def test_an_album_is_done_again_when_one_of_its_files_has_changed(tmp_path: Path, out: Path) -> None:
    paths = [save(tmp_path / f"{n}.wav", noise(level=level)) for n, level in enumerate((0.05, 0.03))]
    first = master_album(paths, out, TARGET)
    told: list[Path] = []
    again = master_album(paths, out, TARGET, on_progress=told.append)
    assert [result.skipped for result in (*first, *again)] == [False, False, True, True]
    assert tuple(replace(result, skipped=False) for result in again) == first
    assert told == paths
    (out / "1.wav").unlink()
    assert [result.skipped for result in master_album(paths, out, TARGET)] == [True, False]
    save(paths[1], noise(level=0.04))
    changed = master_album(paths, out, TARGET)
    assert [result.skipped for result in changed] == [False, False]
    assert changed[0].gain_db != first[0].gain_db
    assert not any(result.skipped for result in master_album(paths, out, TARGET, options=Options(resume=False)))
    # A file by itself is not what it was in its set.
    assert not any(result.skipped for result in master_files(paths, out, TARGET))


def test_an_album_of_two_rates_is_refused(tmp_path: Path, out: Path) -> None:
    paths = [save(tmp_path / f"{rate}.wav", noise(1.0, rate=rate), rate=rate) for rate in (44_100, 48_000)]
    with pytest.raises(AudioError, match="44100 Hz with 2 channels, 48000 Hz with 2 channels"):
        master_album(paths, out, TARGET)


def test_each_stage_is_told(tmp_path: Path, out: Path) -> None:
    told: list[tuple[str, float]] = []
    path = save(tmp_path / "mix.wav", noise())
    master_file(path, out, TARGET, on_stage=lambda _, stage, share: told.append((stage, share)))
    for stage in ("measure", "write", "verify"):
        shares = [share for name, share in told if name == stage]
        assert shares[0] == 0.0
        assert shares[-1] == 1.0
        assert shares == sorted(shares)
    assert list(dict.fromkeys(stage for stage, _ in told)) == ["measure", "write", "verify"]


def test_the_rules_of_the_target_are_checked_on_what_was_written(tmp_path: Path, out: Path) -> None:
    audio = stereo(tone([(10, -22), (3, -12), (10, -22)], RATE))
    result = master_file(save(tmp_path / "spot.wav", audio), out, load_target("ebu-r128-s1"))
    assert result.status == "on target"
    assert [(check.rule, check.passed) for check in result.checks] == [
        ("integrated", True),
        ("true peak", True),
        ("max short-term", False),
    ]
    assert not result.met


def test_a_full_disk_is_said_and_leaves_nothing(tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    path = save(tmp_path / "mix.wav", noise())
    monkeypatch.setattr("soundscape.wav.WavWriter.write_integers", full)
    with pytest.raises(OutputError, match=r"mix\.wav: cannot be written: No space left on device"):
        master_file(path, out, TARGET)
    assert list(out.iterdir()) == []


def test_two_runs_at_once_leave_whole_files(tmp_path: Path, out: Path) -> None:
    paths = [save(tmp_path / f"{n}.wav", noise(level=0.02 * (n + 1))) for n in range(3)]
    with ThreadPoolExecutor(2) as pool:
        runs = list(pool.map(lambda _: master_files(paths, out, TARGET, jobs=2), range(2)))
    assert [[result.status for result in run] for run in runs] == [["on target"] * 3] * 2
    assert [measure_file(out / path.name) for path in paths] == [result.after for result in runs[0]]


def test_an_album_can_be_met_by_its_loudest_file(tmp_path: Path, out: Path) -> None:
    paths = [save(tmp_path / f"{n}.wav", noise(level=level)) for n, level in enumerate((0.02, 0.05, 0.03))]
    results = master_album(paths, out, load_target("aes77-music"), jobs=2)
    assert len({result.gain_db for result in results}) == 1
    assert [result.met for result in results] == [True] * 3
    after = [result.after.integrated_lufs for result in results if result.after]
    assert max(value for value in after if value is not None) == pytest.approx(-14.0, abs=0.02)


def test_each_file_is_gated_by_the_dialogue_stem_of_its_own(tmp_path: Path, out: Path) -> None:
    speech = tone([(2, None), (4, -20), (2, None)], RATE)
    stems = {}
    for n, level in enumerate((1.0, 0.5)):
        mix = save(tmp_path / f"{n}.wav", noise(8.0, level=0.002) + stereo(speech) * np.float32(level))
        stems[mix] = save(tmp_path / f"{n}-dx.wav", stereo(speech) * np.float32(level))
    alone = save(tmp_path / "alone.wav", noise(8.0))
    results = master_files([*stems, alone], out, load_target("netflix"), dialogue=stems, jobs=2)
    for result in results[:2]:
        assert [check.rule for check in result.checks if not check.advice] == ["dialogue", "true peak"]
        assert result.after is not None
        assert result.after.dialogue_lufs == pytest.approx(-27.0, abs=0.05)
        assert result.met
    assert any("no dialogue was given" in note for note in results[2].notes)


def test_measuring_only_judges_the_files_as_they_are(tmp_path: Path, out: Path) -> None:
    paths = [save(tmp_path / f"{n}.wav", noise(level=level)) for n, level in enumerate((0.05, 0.0321))]
    on_target = save(tmp_path / "2.wav", stereo(tone([(4, -23.0)], RATE)))
    options = Options(measure_only=True)
    results = master_files([*paths, on_target], out, TARGET, options=options)
    assert [result.status for result in results] == ["measured"] * 3
    assert [result.met for result in results] == [False, False, True]
    assert [result.output for result in results] == [None] * 3
    assert all(result.gain_db == 0.0 and result.shortfall_lu == 0.0 for result in results)
    assert list(out.iterdir()) == []


def test_processes_give_the_same_bytes_as_threads(tmp_path: Path, out: Path) -> None:
    paths = [save(tmp_path / f"{n}.wav", noise(1.0, level=0.02 * (n + 1))) for n in range(2)]
    paths.append(bad_file("text", tmp_path))
    results = master_files(paths, out, TARGET, jobs=1, run=processes.run)
    assert [result.status for result in results] == ["on target", "on target", "failed"]
    (tmp_path / "threads").mkdir()
    master_files(paths, tmp_path / "threads", TARGET, jobs=2)
    for path in paths[:2]:
        assert (out / path.name).read_bytes() == (tmp_path / "threads" / path.name).read_bytes()


def test_reels_are_anchored_on_the_dialogue_of_all_of_them(tmp_path: Path, out: Path) -> None:
    speech = tone([(2, None), (4, -20), (2, None)], RATE)
    reels = [
        save(tmp_path / "0.wav", noise(8.0)),
        save(tmp_path / "1.wav", noise(8.0, level=0.01) + stereo(speech)),
    ]
    stem = save(tmp_path / "1-dx.wav", stereo(speech))
    results = master_album(reels, out, load_target("netflix"), dialogue={reels[1]: stem})
    assert [result.met for result in results] == [True, True]
    assert results[1].after is not None
    assert results[1].after.dialogue_lufs == pytest.approx(-27.0, abs=0.05)
    assert {check.rule for check in results[0].checks if not check.advice} == {"album", "true peak"}
