"""What is handed to editors: markers, the session, the cue sheet, the page; read back by other readers."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import rpp
from hypothesis import given
from hypothesis import strategies as st

from soundscape import timeline
from soundscape.deliver.cue_sheet import cue_sheet
from soundscape.deliver.markers import marker_edl
from soundscape.deliver.page import picture
from soundscape.deliver.reaper import reaper_project
from soundscape.deliver.report import covered, faint
from soundscape.metering.meter import Meter
from soundscape.mix.ducking import Passage
from soundscape.model import SAMPLE_RATE, Ducking, Loudness, Mark, MusicCue, Plan
from soundscape.pipeline import Settings, open_film, plan, render
from soundscape.timecode import Rate, frame_to_timecode, timecode_to_frame
from tests.deliver.test_midi import cue, plan_of, player

NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=30)


def marked(names: list[str], rate: str = "25", start: str = "10:00:00:00") -> Plan:
    """A plan with a hit in every second."""
    fps = Rate.parse(rate)
    first = timecode_to_frame(start, fps)
    marks = tuple(
        Mark(
            name=name,
            sample=SAMPLE_RATE * second,
            timecode=frame_to_timecode(first + round(second * fps.fps), fps),
            kind=("shot", "strong", "soft")[second % 3],
        )
        for second, name in enumerate(names)
    )
    return plan_of(marks=marks, rate=fps, start=first)


@pytest.mark.parametrize("rate", ["24", "25", "29.97df", "23.976"])
def test_markers_are_read_back_at_their_frames(tmp_path: Path, rate: str) -> None:
    made = marked(["The dune", "guardian erupts", "soft | step"], rate)
    path = tmp_path / "markers.edl"
    path.write_bytes(marker_edl(made).encode())
    found, _ = timeline.read(path, fps=made.rate, format="resolve_markers")
    assert [hit.frame for hit in found.hits] == [timecode_to_frame(mark.timecode, made.rate) for mark in made.marks]
    assert [hit.label for hit in found.hits] == ["The dune", "guardian erupts", "soft / step"]


def test_a_bus_that_is_lowered_no_further_and_still_covers_speech_is_told_once() -> None:
    def passage(second: int, music_lu: float, ambience_lu: float) -> Passage:
        missing = {"music": music_lu, "ambience": ambience_lu}
        return Passage(start=100 * second, end=100 * second + 90, depth_db={}, missing_lu=missing, dip_db=0.0)

    made = plan_of(ducking=Ducking(deepest_db=12.0), rate=Rate.parse("25"), start=250)
    assert covered(made, [passage(1, 0.0, 0.2), passage(3, 2.1, 0.0), passage(7, 4.25, 0.0)]) == (
        "speech stands out of the music by up to 4.2 LU less than asked, in 2 of 3 passages, worst at 00:00:17:00: "
        "deepest_db = 12 lowers it no further",
    )
    assert covered(made, [passage(1, 0.0, 0.2)]) == ()


def test_speech_far_under_the_programme_is_told() -> None:
    def tone(level_db: float) -> Loudness:
        meter = Meter(SAMPLE_RATE, 2)
        sine = 10.0 ** (level_db / 20.0) * np.sin(2.0 * np.pi * 1_000.0 / SAMPLE_RATE * np.arange(SAMPLE_RATE))
        meter.push(np.tile(sine.astype(np.float32), (2, 1)))
        return meter.result()

    assert faint(tone(-23.0), {"music": tone(-40.0)}) == ()
    assert faint(tone(-23.0), {"dialogue": tone(-27.9)}) == ()
    (line,) = faint(tone(-23.0), {"dialogue": tone(-29.0)})
    assert line.startswith("speech is at -29.0 LUFS, 6.0 LU under the programme")


def test_more_markers_than_the_form_has_numbers_for_keep_every_hit() -> None:
    made = marked([f"m{n}" for n in range(12_000)])
    text = marker_edl(made)
    assert text.count("|M:") == 9_999
    assert all(f"|M:{mark.name} " in text for mark in made.marks if mark.kind != "shot")


# ---------------------------------------------------------------- session


def session(made: Plan) -> rpp.Element:
    return rpp.loads(reaper_project(made, {"programme": "f_programme.wav", "music": "f_music.wav"}))


def line(element: rpp.Element, name: str) -> list[str]:
    return next(child for child in element if not isinstance(child, rpp.Element) and child[0] == name)


def test_a_session_holds_every_file_from_the_first_sample() -> None:
    project = session(plan_of(music=(two_bars(),)))
    tracks = project.findall(".//TRACK")
    assert [line(track, "NAME")[1] for track in tracks] == ["programme", "music"]
    assert [line(track, "MUTESOLO")[1] for track in tracks] == ["1", "0"]
    for track, name in zip(tracks, ["f_programme.wav", "f_music.wav"], strict=True):
        (item,) = track.findall("ITEM")
        assert float(line(item, "POSITION")[1]) == 0.0
        assert float(line(item, "LENGTH")[1]) == 60.0
        assert line(item.find("SOURCE"), "FILE")[1] == name
    assert float(line(project, "PROJOFFS")[1]) == 3600.0


def two_bars() -> MusicCue:
    return cue("Dunes", 10 * SAMPLE_RATE, [0.75] * 4 + [0.5] * 3, [4, 3])


def test_its_tempo_map_puts_every_beat_of_the_music_in_its_place() -> None:
    music = two_bars()
    envelope = session(plan_of(music=(music,))).find("TEMPOENVEX")
    points = [[float(value) for value in child[1:]] for child in envelope if child[0] == "PT"]
    starts = [point[0] for point in points]

    def beats_before(time_s: float) -> float:
        ends = [*starts[1:], 1e9]
        return sum(
            max(0.0, min(time_s, end) - start) * point[1] / 60.0
            for point, start, end in zip(points, starts, ends, strict=True)
        )

    first = beats_before(music.beats[0].sample / SAMPLE_RATE)
    for number, beat in enumerate(music.beats):
        assert beats_before(beat.sample / SAMPLE_RATE) == pytest.approx(first + number, abs=0.002)
    metres = {round(point[0], 3): int(point[3]) & 0xFFFF for point in points if len(point) > 3}
    assert metres[0.0] == 4
    assert metres[13.0] == 3


@given(names=st.lists(NAMES, min_size=1, max_size=4))
def test_any_name_stays_one_name(names: list[str]) -> None:
    project = session(marked(names))
    found = [child for child in project if not isinstance(child, rpp.Element) and child[0] == "MARKER"]
    assert len(found) == len(names)
    assert [float(child[2]) for child in found] == [float(second) for second in range(len(names))]


# ---------------------------------------------------------------- cue sheet and page


def test_the_cue_sheet_says_when_which_instruments_play() -> None:
    made = plan_of(music=(two_bars(),), sounds=(player("music/bell", 10 * SAMPLE_RATE - 480, ()),))
    (row,) = csv.DictReader(io.StringIO(cue_sheet(made)))
    assert (row["cue"], row["title"], row["in"], row["out"]) == ("1M", "Dunes", "01:00:10:00", "01:00:14:13")
    assert (row["key"], row["instruments"]) == ("D dorian", "crystal-bell")


def test_a_louder_second_stands_higher_in_the_picture() -> None:
    energies = np.full(600, 1e-4 * SAMPLE_RATE / 100)
    energies[300:] *= 100.0
    drawn = picture(plan_of(length=6 * SAMPLE_RATE), {"programme": energies, "music": energies}, -23.0)
    shape = drawn.split('<polygon points="')[1].split('"')[0].split()
    heights = [float(point.split(",")[1]) for point in shape[: len(shape) // 2]]
    quiet, loud = heights[100], heights[-100]
    assert quiet - loud == pytest.approx(170 * 20.0 / 48.0, abs=1.0)


def test_a_film_is_handed_over_whole(small_film: Path, tmp_path: Path, settings: Settings) -> None:
    out = tmp_path / "out"
    report = render(plan(open_film(small_film), settings=settings), out, settings=settings)
    assert {path.name for path in out.iterdir() if path.is_file()} == set(report.files)
    assert {"small-film.rpp", "small-film.markers.edl", "small-film.cues.csv", "report.html"} <= set(report.files)
    text = (out / "report.html").read_text(encoding="utf-8")
    found = ElementTree.fromstring(re.sub(r"<(!doctype html|meta[^>]*)>", "", text))
    words = " ".join(found.itertext())
    assert "on target" in words
    assert all(hit.name in words for hit in report.hits)
    assert "<script" not in text
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
