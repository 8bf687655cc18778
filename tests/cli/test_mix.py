"""`soundscape mix`: what is written of a film, and that it is what the whole has."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile

from soundscape.cli import main
from soundscape.wav import open_wav

RATE = 48_000


def samples(path: Path) -> np.ndarray:
    audio, rate = soundfile.read(path, dtype="int32", always_2d=True)
    assert rate == RATE
    return np.asarray(audio)


@pytest.fixture
def spoken_film(small_film: Path) -> Path:
    """The small film with narration in two languages."""
    rng = np.random.default_rng(1)
    for language in ("en", "de"):
        with open_wav(small_film.parent / f"{language}.wav", sample_rate=24_000, channels=1) as file:
            file.write(rng.normal(0.0, 0.1, (1, 48_000)).astype(np.float32))
    narration = "".join(
        f'\n[[narration]]\nfile = "{language}.wav"\nat = "01:00:01:00"\nlanguage = "{language}"\n'
        for language in ("en", "de")
    )
    small_film.write_text(small_film.read_text() + narration)
    return small_film


@pytest.fixture
def mix(parts_folder: Path, capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    def run(film: Path, out: Path, *options: str) -> list[dict[str, object]]:
        status = main(
            ["mix", str(film), "-o", str(out), "--json", "-j", "1", "--cache", str(parts_folder), *options]
        )
        captured = capsys.readouterr()
        assert status == 0, captured.err
        found: list[dict[str, object]] = json.loads(captured.out)
        return found

    return run


def test_a_stretch_and_a_bus_have_the_samples_of_the_whole(small_film: Path, tmp_path: Path, mix) -> None:  # type: ignore[no-untyped-def]
    mix(small_film, tmp_path / "whole")
    (part,) = mix(
        small_film, tmp_path / "part", "--solo", "music,programme", "--from", "01:00:02:12", "--to", "01:00:05:00"
    )
    names = {"small-film_music_01-00-02-12.wav", "small-film_programme_01-00-02-12.wav"}
    assert set(part["files"]) == names == {path.name for path in (tmp_path / "part").iterdir()}
    for bus in ("music", "programme"):
        whole = samples(tmp_path / "whole" / f"small-film_{bus}.wav")
        cut = samples(tmp_path / "part" / f"small-film_{bus}_01-00-02-12.wav")
        np.testing.assert_array_equal(cut, whole[round(2.5 * RATE) : 5 * RATE])


def test_a_disk_without_room_is_told_before_anything_is_rendered_by_what_is_wanted_of_the_film(
    small_film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [str(small_film), "-q", "--cache", str(tmp_path / "cache"), "-o", str(tmp_path / "out")]
    seconds = ["--solo", "music", "--from", "01:00:02:12", "--to", "01:00:05:00"]
    needed = []
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=10))
    for command in (["score", *arguments], ["mix", *arguments], ["mix", *arguments, *seconds]):
        assert main(command) == 2
        (line,) = capsys.readouterr().err.splitlines()
        needed.append(float(re.search(r"([\d.]+) MB are needed and 0\.0 MB are free", line)[1]))  # type: ignore[index]
    assert not list((tmp_path / "cache").rglob("*.part"))
    # Of four files of 12 s one of 2.5 s: of 24 bits, stereo.
    assert needed[0] == needed[1] == pytest.approx(needed[2] + 6 * RATE * (4 * 12.0 - 2.5) / 1e6, abs=0.2)


def test_finer_stems_and_further_mixes_sum_as_they_should(spoken_film: Path, tmp_path: Path, mix) -> None:  # type: ignore[no-untyped-def]
    out = tmp_path / "out"
    (made,) = mix(spoken_film, out, "--stems", "layers,scenes", "--also", "m-and-e,narration-free,music-only")
    programme = samples(out / "small-film_programme.wav") / 2.0**31
    for kind in ("layers", "scenes"):
        stems = [samples(path) / 2.0**31 for path in (out / kind).iterdir()]
        assert len(stems) > 3
        assert np.abs(programme - sum(stems)).max() < 10 ** (-112 / 20), "all with dither of their own"
        assert made["finer"][kind]["float_dbfs"] <= -135.0
        assert made["finer"][kind]["rounded_dbfs"] <= -120.0
    music_and_effects = samples(out / "small-film_m-and-e.wav") / 2.0**31
    dialogue = samples(out / "small-film_dialogue.wav") / 2.0**31
    assert np.abs(programme - dialogue - music_and_effects).max() < 10 ** (-120 / 20)
    spoken = slice(round(1.2 * RATE), round(2.8 * RATE))
    free = samples(out / "small-film_narration-free.wav") / 2.0**31
    assert free[spoken].std() / free.std() > 1.3 * music_and_effects[spoken].std() / music_and_effects.std()
    assert made["files"]["small-film_narration-free.wav"]["integrated_lufs"] == pytest.approx(-23.0, abs=0.1)


def test_a_stretch_of_everything_is_that_of_the_whole_and_a_bus_alone_leaves_out_what_is_not_asked_for(
    spoken_film: Path,
    tmp_path: Path,
    mix,  # type: ignore[no-untyped-def]
) -> None:
    spoken_film.write_text(spoken_film.read_text() + '[mix]\nstems = ["scenes"]\nalso = ["m-and-e"]\n')
    whole = tmp_path / "whole"
    mix(spoken_film, whole, "--also", "m-and-e,music-only", "--stems", "places")
    stretch = ("--from", "01:00:01:00", "--to", "01:00:02:00")
    (part,) = mix(spoken_film, tmp_path / "part", "--also", "m-and-e,music-only", "--stems", "places", *stretch)
    assert len(part["files"]) == len(list(whole.rglob("*.wav")))
    for name in part["files"]:
        cut = samples(tmp_path / "part" / name)
        same = whole / name.replace("_01-00-01-00", "")
        np.testing.assert_array_equal(cut, samples(same)[RATE : 2 * RATE])
    (alone,) = mix(spoken_film, tmp_path / "alone", "--solo", "music")
    assert list(alone["files"]) == ["small-film_music.wav"]
    (more,) = mix(spoken_film, tmp_path / "more", "--solo", "music", "--also", "m-and-e")
    assert list(more["files"]) == ["small-film_music.wav", "small-film_m-and-e.wav"]


def test_dialogue_alone_needs_narration(
    small_film: Path, tmp_path: Path, parts_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    status = main(
        ["mix", str(small_film), "-o", str(out), "--cache", str(parts_folder), "-q", "--also", "dialogue-only"]
    )
    assert status == 2
    assert '"dialogue-only" is asked for, but there is no narration in Small Film' in capsys.readouterr().err
    assert not out.exists()


def test_every_language_has_a_folder_of_its_own(spoken_film: Path, tmp_path: Path, mix) -> None:  # type: ignore[no-untyped-def]
    made = mix(spoken_film, tmp_path / "out", "--language", "all", "--solo", "dialogue")
    assert [Path(str(item["folder"])).name for item in made] == ["en", "de"]
    english, german = (samples(tmp_path / "out" / name / "small-film_dialogue.wav") for name in ("en", "de"))
    assert english.any()
    assert not np.array_equal(english, german)


def test_surround_is_six_channels_with_dialogue_in_the_centre(spoken_film: Path, tmp_path: Path, mix) -> None:  # type: ignore[no-untyped-def]
    (made,) = mix(spoken_film, tmp_path / "out", "--layout", "5.1")
    info = soundfile.info(tmp_path / "out" / "small-film_programme.wav")
    assert (info.channels, info.samplerate, info.subtype) == (6, RATE, "PCM_24")
    dialogue = samples(tmp_path / "out" / "small-film_dialogue.wav")
    assert np.flatnonzero(np.abs(dialogue).max(axis=0)).tolist() == [2]
    assert made["files"]["small-film_programme.wav"]["integrated_lufs"] == pytest.approx(-23.0, abs=0.1)
    assert made["null"]["float_dbfs"] is None or made["null"]["float_dbfs"] <= -140.0


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--solo", "musik"], 'no bus "musik" in this film; allowed: programme, dialogue, music'),
        (["--from", "01:00:30:00"], "the film goes from 01:00:00:00 to 01:00:12:00"),
        (["--from", "01:00:05:00", "--to", "01:00:04:00"], "the film goes from"),
        (["--from", "5 s"], "not a timecode"),
        (["--layout", "7.1"], '"7.1" is not known; allowed: stereo, 5.1'),
        (["--stems", "layer"], '"layer" is not known; allowed: layers'),
        (["--also", "m&e"], "allowed: m-and-e"),
        (["--language", "fr"], 'no narration is in "fr"; allowed: en, de'),
    ],
)
def test_what_cannot_be_is_refused_in_a_line(
    spoken_film: Path,
    tmp_path: Path,
    parts_folder: Path,
    options: list[str],
    reason: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "out"
    assert main(["mix", str(spoken_film), "-o", str(out), "-q", "--cache", str(parts_folder), *options]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert reason in line
    assert not out.exists()


def cut_off(path: Path) -> None:
    """A FLAC that ends in the middle."""
    soundfile.write(path, np.random.default_rng(3).normal(0.0, 0.1, 48_000), 24_000, format="FLAC")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda path: path.unlink(), "no such file"),
        (lambda path: path.write_bytes(b""), "is empty"),
        (lambda path: path.write_bytes(b"no sound at all"), "not an audio file|no audio file"),
        (lambda path: cut_off(path), "truncated|decoded"),
        (
            lambda path: soundfile.write(path, np.full(48_000, np.nan), 24_000, subtype="FLOAT"),
            "sample 0 of channel 1",
        ),
        (lambda path: soundfile.write(path, np.zeros(480_000), 24_000), "does not fit: it lasts 20.0 s"),
    ],
    ids=["missing", "empty", "text", "cut off", "not finite", "longer than the film"],
)
def test_narration_that_cannot_be_used_is_refused_in_a_line(  # type: ignore[no-untyped-def]
    spoken_film: Path, tmp_path: Path, parts_folder: Path, make, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    import re

    make(spoken_film.parent / "en.wav")
    out = tmp_path / "out"
    assert main(["mix", str(spoken_film), "-o", str(out), "-q", "--cache", str(parts_folder)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert re.search(reason, line), line
    assert "en.wav" in line
    assert not out.exists() or not list(out.iterdir())


@pytest.mark.parametrize(
    ("rate", "channels", "subtype"),
    [(96_000, 1, "PCM_24"), (8_000, 1, "PCM_U8"), (44_100, 2, "PCM_16"), (48_000, 6, "FLOAT")],
)
def test_narration_of_any_format_lies_where_it_should_at_its_anchor(  # type: ignore[no-untyped-def]
    spoken_film: Path, tmp_path: Path, rate: int, channels: int, subtype: str, mix
) -> None:
    noise = np.random.default_rng(2).normal(0.0, 0.1, (2 * rate, 1)).repeat(channels, axis=1)
    soundfile.write(spoken_film.parent / "en.wav", noise, rate, subtype=subtype)
    (made,) = mix(spoken_film, tmp_path / "out", "--solo", "dialogue")
    heard = samples(tmp_path / "out" / "small-film_dialogue.wav")[:, 0] / 2.0**31
    sounding = np.flatnonzero(np.abs(heard) > 0.01 * np.abs(heard).max())
    assert sounding[0] == pytest.approx(RATE, abs=200)
    assert sounding[-1] == pytest.approx(3 * RATE, abs=200)
    assert made["files"]["small-film_dialogue.wav"]["integrated_lufs"] is not None


def test_silent_narration_is_left_as_it_is_and_nothing_makes_room(spoken_film: Path, tmp_path: Path, mix) -> None:  # type: ignore[no-untyped-def]
    soundfile.write(spoken_film.parent / "en.wav", np.zeros(48_000), 24_000)
    mix(spoken_film, tmp_path / "out")
    assert not samples(tmp_path / "out" / "small-film_dialogue.wav").any()
