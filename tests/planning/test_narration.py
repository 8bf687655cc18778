"""Narration: at subtitles too, in one of several languages, with speech stated by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from soundscape.errors import FilmError
from soundscape.film import Film, load_film
from soundscape.mixing import NarrationSource
from soundscape.model import Cue, Plan, Timeline
from soundscape.planning.make import make_plan
from soundscape.wav import open_wav
from tests.planning.test_plan import SECOND, plan, shot

SRT = "1\n00:00:01,000 --> 00:00:02,000\nFirst.\n\n2\n00:00:03,500 --> 00:00:05,000\nSecond.\n"
SHOTS = shot("1", 0, 6, "red dunes"), shot("2", 6, 14, "deep forest")


@pytest.fixture
def voice(tmp_path: Path) -> Film:
    for name in ("v.wav", "de.wav"):
        with open_wav(tmp_path / name, sample_rate=24_000, channels=1) as file:
            file.write(np.full((1, 48_000), 0.1, np.float32))
    (tmp_path / "film.srt").write_text(SRT)
    return Film(timeline="t.csv", folder=tmp_path)


def with_film(folder: Path, text: str) -> Plan:
    path = folder / "film.toml"
    path.write_text(f'timeline = "t.csv"\n{text}')
    return plan(*SHOTS, film=load_film(path))


def test_a_recording_lies_at_its_subtitle(voice: Film) -> None:
    film = replace(voice, subtitles="film.srt", narration=(NarrationSource(file="v.wav", cue=2),))
    (clip,) = plan(*SHOTS, film=film).narration
    assert (clip.at, clip.why) == (round(3.5 * SECOND), "at subtitle 2")


def test_subtitles_of_the_timeline_count_where_none_are_named(voice: Film) -> None:
    base = plan(*SHOTS)
    cut = Timeline(title="t", rate=base.rate, start=0, shots=SHOTS, narration=(Cue(start=48, end=96, text="x"),))
    film = replace(voice, narration=(NarrationSource(file="v.wav", cue=1),))
    (clip,) = make_plan(film, cut).narration
    assert clip.at == 2 * SECOND


def test_subtitles_that_count_from_zero_count_from_the_start_of_the_programme(voice: Film) -> None:
    hour = 3600 * 24
    shots = tuple(replace(item, start=item.start + hour, end=item.end + hour) for item in SHOTS)
    film = replace(voice, subtitles="film.srt", narration=(NarrationSource(file="v.wav", cue=1),))
    cut = Timeline(title="t", rate=plan(*SHOTS).rate, start=hour, shots=shots)
    (clip,) = make_plan(film, cut).narration
    assert clip.at == SECOND


@pytest.mark.parametrize(("language", "spoken"), [("", "v.wav"), ("en", "v.wav"), ("de", "de.wav")])
def test_one_of_the_languages_is_heard(voice: Film, language: str, spoken: str) -> None:
    narration = (
        NarrationSource(file="v.wav", shot="1", language="en"),
        NarrationSource(file="de.wav", shot="1", language="de"),
    )
    made = plan(*SHOTS, film=replace(voice, language=language, narration=narration))
    assert [clip.name for clip in made.narration] == [f"dialogue/{spoken}"]
    assert made.language == (language or "en")


def test_speech_is_stated_in_seconds_of_the_recording(voice: Film) -> None:
    entry = NarrationSource(file="v.wav", shot="1", speech=((0.25, 0.5), (1.0, 1.5)))
    (clip,) = plan(*SHOTS, film=replace(voice, narration=(entry,))).narration
    assert clip.speech == ((12_000, 24_000), (48_000, 72_000))


def test_recordings_that_overlap_are_both_heard_and_told(voice: Film) -> None:
    narration = (NarrationSource(file="v.wav", at="00:00:01:00"), NarrationSource(file="de.wav", at="00:00:02:12"))
    made = plan(*SHOTS, film=replace(voice, narration=narration))
    assert len(made.narration) == 2
    assert any("begins 0.50 s before dialogue/v.wav ends; both are heard" in str(note) for note in made.diagnostics)


def test_every_two_recordings_that_overlap_are_told(voice: Film) -> None:
    with open_wav(voice.folder / "long.wav", sample_rate=24_000, channels=1) as file:
        file.write(np.full((1, 8 * 24_000), 0.1, np.float32))
    times = {"long.wav": "00:00:00:00", "v.wav": "00:00:01:00", "de.wav": "00:00:05:00"}
    narration = tuple(NarrationSource(file=file, at=at) for file, at in times.items())
    made = plan(*SHOTS, film=replace(voice, narration=narration))
    told = [str(note) for note in made.diagnostics if "both are heard" in str(note)]
    assert ["v.wav begins 7.00 s" in told[0], "de.wav begins 3.00 s" in told[1]] == [True, True]


def test_a_recording_may_be_heard_twice(voice: Film) -> None:
    narration = (NarrationSource(file="v.wav", shot="1"), NarrationSource(file="v.wav", shot="2"))
    names = {clip.name for clip in plan(*SHOTS, film=replace(voice, narration=narration)).narration}
    assert names == {"dialogue/v.wav at shot 1", "dialogue/v.wav at shot 2"}


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ('[[narration]]\nfile = "v.wav"\ncue = 3\n', 2, "there are no subtitles"),
        ('subtitles = "film.srt"\n[[narration]]\nfile = "v.wav"\ncue = 3\n', 3, "no subtitle 3; allowed: 1 to 2"),
        ('subtitles = "x.srt"\n[[narration]]\nfile = "v.wav"\ncue = 1\n', 2, "x.srt"),
        ('[[narration]]\nfile = "v.wav"\nshot = "1"\ncue = 1\n', 3, "needs one of"),
        ('[[narration]]\nfile = "v.wav"\nshot = "1"\nspeech = [[1.0, 0.5]]\n', 5, "one after the other"),
        ('[[narration]]\nfile = "v.wav"\nshot = "1"\nspeech = [[1.0, 2.5]]\n', 5, "lasts 2.00 s"),
        (
            'language = "fr"\n[[narration]]\nfile = "v.wav"\nshot = "1"\nlanguage = "en"\n',
            2,
            'in "fr"; allowed: en',
        ),
        ('[[narration]]\nfile = "v.wav"\nat = "00:00:13:00"\n', 2, "does not fit: it lasts 2.0 s"),
    ],
)
def test_a_mistake_is_told_with_its_line(voice: Film, text: str, line: int, reason: str) -> None:
    with pytest.raises(FilmError, match=reason) as error:
        with_film(voice.folder, text)
    assert error.value.line == line
