"""`soundscape master`: folders, reports, dry runs, exit statuses."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyloudnorm
import pytest
import soundfile

from soundscape.cli import main
from soundscape.wav import open_wav

RNG = np.random.default_rng(9)


def noise(path: Path, level_db: float, *, peak: float = 0.0) -> Path:
    """Four seconds of noise, with one sample at `peak`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    audio = RNG.normal(0.0, 10 ** (level_db / 20), (2, 4 * 48_000)).clip(-0.99, 0.99).astype(np.float32)
    if peak:
        audio[:, 96_000] = peak
    with open_wav(path, sample_rate=48_000) as file:
        file.write(audio)
    return path


def test_a_folder_of_mixes_comes_out_on_target(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    noise(tmp_path / "mixes/a.wav", -30.0)
    noise(tmp_path / "mixes/deep/b.wav", -25.0)
    (tmp_path / "mixes/notes.txt").write_text("not audio")
    arguments = ["master", str(tmp_path / "mixes"), "-r", "-o", str(tmp_path / "out"), "--json"]
    assert main(arguments) == 0
    results = json.loads(capsys.readouterr().out)
    assert [Path(result["path"]).name for result in results] == ["a.wav", "b.wav"]
    for result in results:
        audio, rate = soundfile.read(result["output"])
        meter = pyloudnorm.Meter(rate, filter_class="DeMan")
        assert meter.integrated_loudness(audio) == pytest.approx(-23.0, abs=0.1)


def test_a_second_run_skips_what_is_done(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["master", str(noise(tmp_path / "a.wav", -30.0)), "-o", str(tmp_path / "out"), "--json"]
    for extra, skipped in (([], False), ([], True), (["--fresh"], False)):
        assert main([*arguments, *extra]) == 0
        assert json.loads(capsys.readouterr().out)[0]["skipped"] is skipped


def test_one_bad_file_does_not_stop_the_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = noise(tmp_path / "a.wav", -30.0)
    bad = tmp_path / "bad.wav"
    bad.write_text("this is no audio")
    assert main(["master", str(bad), str(good), "-o", str(tmp_path / "out"), "-q"]) == 1
    captured = capsys.readouterr()
    assert "bad.wav" in captured.err
    assert (tmp_path / "out/a.wav").exists()


def test_what_cannot_meet_the_target_has_an_exit_status_of_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sparse = noise(tmp_path / "hits.wav", -60.0, peak=0.9)
    assert main(["master", str(sparse), "--target", "-14/-1", "-o", str(tmp_path / "out"), "--json"]) == 3
    (result,) = json.loads(capsys.readouterr().out)
    assert result["status"] == "unreached"
    assert result["shortfall_lu"] > 1.0


def test_a_dry_run_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = noise(tmp_path / "a.wav", -30.0)
    assert main(["master", str(path), "-o", str(tmp_path / "out"), "--dry-run", "--json"]) == 0
    (result,) = json.loads(capsys.readouterr().out)
    assert result["after"]["integrated_lufs"] == pytest.approx(-23.0, abs=0.1)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("suffix", ["html", "csv", "json"])
def test_results_are_written_as_asked(suffix: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = tmp_path / f"results.{suffix}"
    path = noise(tmp_path / "a.wav", -30.0)
    assert main(["master", str(path), "-o", str(tmp_path / "out"), "-q", "--report", str(report)]) == 0
    capsys.readouterr()
    assert "a.wav" in report.read_text()


def test_an_album_keeps_its_relations(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [str(noise(tmp_path / "loud.wav", -26.0)), str(noise(tmp_path / "soft.wav", -36.0))]
    assert main(["master", *files, "--album", "-o", str(tmp_path / "out"), "--json"]) == 0
    loud, soft = json.loads(capsys.readouterr().out)
    assert loud["gain_db"] == soft["gain_db"]


def test_a_folder_without_audio_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()
    assert main(["master", str(tmp_path / "empty"), "-o", str(tmp_path / "out")]) == 2
    assert "there is no audio file in it" in capsys.readouterr().err


def test_measuring_only_needs_no_folder_and_says_what_is_missed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = noise(tmp_path / "a.wav", -30.0)
    assert main(["master", str(path), "--measure-only", "-q"]) == 3
    assert "missed: integrated" in capsys.readouterr().out
    assert [file.name for file in tmp_path.iterdir()] == ["a.wav"]
    assert main(["master", str(path)]) == 2
    assert "a folder for the mastered files is needed" in capsys.readouterr().err


def test_a_folder_of_dialogue_stems_is_matched_by_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a", "b"):
        noise(tmp_path / f"mixes/{name}.wav", -30.0)
    noise(tmp_path / "stems/A_dialogue.wav", -30.0)
    arguments = ["master", str(tmp_path / "mixes"), "--target", "netflix", "--measure-only", "--json", "--dialogue"]
    main([*arguments, str(tmp_path / "stems")])
    first, second = json.loads(capsys.readouterr().out)
    assert first["before"]["dialogue_lufs"] is not None
    assert second["before"]["dialogue_lufs"] is None
    assert main([*arguments, str(tmp_path / "mixes/a.wav")]) == 2
    assert "is one dialogue stem for 2 mixes" in capsys.readouterr().err
    (tmp_path / "others").mkdir()
    noise(tmp_path / "others/x.wav", -30.0)
    assert main([*arguments, str(tmp_path / "others")]) == 2
    assert "no file that is named after a mix, such as a-dialogue.wav" in capsys.readouterr().err


def test_what_is_asked_of_the_sound_is_done(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = noise(tmp_path / "a.wav", -30.0)
    arguments = "--format flac --bits 16 --rate 44100 --fade-in 0.5 --fade-out 1 --trim -90 --remove-dc".split()
    assert main(["master", str(path), "-o", str(tmp_path / "out"), "--json", *arguments]) == 0
    assert json.loads(capsys.readouterr().out)[0]["met"] is True
    info = soundfile.info(tmp_path / "out/a.flac")
    assert (info.samplerate, info.subtype, info.frames) == (44_100, "PCM_16", 4 * 44_100)
    assert abs(soundfile.read(tmp_path / "out/a.flac")[0][0]).max() < 1e-3


def test_a_policy_can_be_chosen_for_one_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = noise(tmp_path / "hits.wav", -60.0, peak=0.9)
    arguments = ["master", str(path), "--target", "-14/-1", "-o", str(tmp_path / "out"), "--json"]
    assert main([*arguments, "--when-unreachable", "stop"]) == 3
    assert json.loads(capsys.readouterr().out)[0]["output"] is None


def test_measure_tells_a_batch_of_which_some_failed_from_one_that_failed(tmp_path: Path) -> None:
    sound, broken = noise(tmp_path / "a.wav", -30.0), tmp_path / "b.wav"
    broken.write_text("no sound")
    assert [main(["measure", *files]) for files in ([str(sound), str(broken)], [str(broken)])] == [1, 2]


def test_measure_tells_all_that_was_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = noise(tmp_path / "a.wav", -30.0)
    assert main(["measure", str(path), "--json", "--cinema", "--dialogue", str(path)]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert found["encoding"] == "PCM_24"
    assert found["health"]["used_bits"] == 24
    assert found["health"]["clipped_runs"] == 0
    assert found["health"]["correlation"] == pytest.approx(0.0, abs=0.05)
    assert found["leq_m_db"] > found["leq_a_db"] > 60.0
    assert found["dialogue_lufs"] == pytest.approx(found["integrated_lufs"], abs=0.2)
    assert main(["measure", str(path), "--cinema"]) == 0
    assert "Leq(m)" in capsys.readouterr().out
