"""The known pitfalls of timelines, each by its name."""

from __future__ import annotations

import time
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest

from soundscape.errors import TimelineError
from soundscape.model import Timeline
from soundscape.timecode import Rate, frame_to_sample, frame_to_seconds
from soundscape.timeline import ReadOptions, _layers, changes, edl, otio, picture, read, shotlist, summary
from soundscape.timeline._reading import Report

DATA = Path(__file__).parent.parent / "data" / "timelines"


def cut(*events: tuple[str, str, str], head: str = "", rate: str | None = "24") -> Timeline:
    """An edit list of (reel and channel, record in, record out)."""
    lines = [f"{n:03d}  {who} C  00:00:00:00 00:00:01:00 {a} {b}" for n, (who, a, b) in enumerate(events, 1)]
    options = ReadOptions(name="cut.edl", rate=Rate.parse(rate) if rate else None)
    return edl.read((head + "\n".join(lines)).encode(), options)[0]


def test_pitfall_1_drop_frame_declared_in_fcm_and_colons_in_the_timecode() -> None:
    timeline = cut(("A V", "00:00:00:00", "00:43:18:25"), head="FCM: DROP FRAME\n", rate=None)
    assert timeline.end == 77_887 and timeline.rate.drop_frame


def test_pitfall_2_an_hour_of_23976_timecode_is_3603_6_seconds() -> None:
    timeline = cut(("A V", "01:00:00:00", "01:00:01:00"), rate="23.976")
    assert frame_to_seconds(timeline.start, timeline.rate) == Fraction("3603.6")
    assert frame_to_sample(timeline.start, timeline.rate, 48_000) == 172_972_800


def test_pitfall_3_a_rate_that_is_not_in_the_file_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "cut.edl"
    path.write_text("001  A V C 00:00:00:00 00:00:01:00 01:00:00:00 01:00:01:00\n")
    assert any("say the right one with --fps" in d.message for d in read(path)[1])
    assert not any("--fps" in d.message for d in read(path, fps=Rate.parse("25"))[1])


@pytest.mark.parametrize(
    ("first", "start"),
    [("00:58:00:00", 3480), ("00:59:52:00", 3592), ("09:59:50:00", 35_990), ("23:58:00:00", 86_280)],
)
def test_pitfall_4_the_programme_starts_where_it_says(first: str, start: int) -> None:
    end = first[:-2] + "23"
    assert cut(("A V", first, end)).start == start * 24


def test_pitfall_4_bars_slate_and_black_are_no_scenes() -> None:
    timeline = cut(
        ("BARS V", "00:58:00:00", "00:59:00:00"),
        ("SLATE V", "00:59:00:00", "00:59:58:00"),
        ("BL V", "00:59:58:00", "01:00:00:00"),
        ("A V", "01:00:00:00", "01:00:05:00"),
    )
    assert [shot.source for shot in timeline.shots] == ["A"] and timeline.start == 86_400


def test_pitfall_5_lines_that_look_like_events_are_compared_with_events() -> None:
    _, diagnostics = read(DATA / "dialects.edl")
    assert any("1 of 10 lines that look like events are none" in d.message for d in diagnostics)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8-sig", "gbk", "mac_roman", "cp1251"])
def test_pitfall_6_encodings(encoding: str) -> None:
    word = {"gbk": "镜头", "mac_roman": "Café déjà", "cp1251": "Привет мир"}.get(encoding, "镜头 Café Привет")
    text = f"TITLE: {word}\n001  A V C 00:00:00:00 00:00:01:00 01:00:00:00 01:00:01:00\n"
    timeline, diagnostics = edl.read(text.encode(encoding), ReadOptions())
    assert timeline.title == word
    assert any("is not UTF-8" in d.message for d in diagnostics) == (encoding in ("gbk", "mac_roman", "cp1251"))


def test_pitfall_7_layers_in_one_track_are_swept_by_record_time_and_gaps_are_black() -> None:
    timeline = cut(
        ("C V", "01:00:20:00", "01:00:30:00"),
        ("A V", "01:00:00:00", "01:00:10:00"),
        ("B V", "01:00:05:00", "01:00:07:00"),
    )
    assert [shot.source for shot in timeline.shots] == ["A", "B", "C"]
    table = summary(timeline)
    assert (table.gaps, table.overlaps) == (1, 1)
    seen, _ = picture(timeline)
    assert [shot.source for shot in seen.shots] == ["A", "B", "A", "C"]


def test_pitfall_8_zero_length_dissolve_lines_are_no_shots() -> None:
    timeline = cut(("A V", "01:00:00:00", "01:00:10:00"), ("A V", "01:00:10:00", "01:00:10:00"))
    assert len(timeline.shots) == 1


def test_pitfall_9_frames_become_samples_once() -> None:
    rate = Rate.parse("29.97")
    assert frame_to_sample(30_000, rate, 48_000) == 48_048_000
    assert [frame_to_sample(n, rate, 48_000) for n in range(6)] == [0, 1602, 3203, 4805, 6406, 8008]


def test_pitfall_12_newer_schemas_are_read() -> None:
    text = (DATA / "layers.otio").read_text().replace("Marker.2", "Marker.3").encode()
    assert otio.read(text, ReadOptions())[0] == read(DATA / "layers.otio")[0]


def test_pitfall_16_rates_are_compared_exactly() -> None:
    assert Rate.parse("29.97") == Rate.parse("30000/1001") != Rate.parse("30")


def test_pitfall_17_microseconds_that_were_cut_down_are_whole_frames_again() -> None:
    timeline, _ = read(DATA / "draft_content.json")
    assert [(shot.start, shot.end) for shot in timeline.shots[:2]] == [(0, 52), (52, 150)]


def test_pitfall_18_paths_in_a_timeline_are_names_and_never_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    original = Path.open

    def watched(self: Path, *args: object, **kwargs: object) -> object:
        opened.append(self.name)
        return original(self, *args, **kwargs)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", watched)
    timeline, _ = read(DATA / "final_cut.fcpxml")
    assert ("file", "A Wide.mov") in timeline.shots[0].extra
    assert set(opened) == {"final_cut.fcpxml"}


def test_pitfall_19_limits_hold_for_lines_and_events() -> None:
    long = (
        "TITLE: X\n* " + "x" * 1_000_000 + "\n001  A V C 00:00:00:00 00:00:01:00 01:00:00:00 01:00:01:00\n"
    ).encode()
    assert len(edl.read(long, ReadOptions(rate=Rate.parse("24")))[0].shots) == 1
    rubbish = ("shot,duration\n" + "\n".join("x" * 10 for _ in range(50_000))).encode()
    timeline, diagnostics = shotlist.read(rubbish, ReadOptions(rate=Rate.parse("24")))
    assert len(timeline.shots) == 50_000 and len(diagnostics) < 100


def test_a_file_of_many_errors_tells_the_first_and_counts_the_rest() -> None:
    lines = "\n".join(f"rubbish {n}" for n in range(10_000))
    text = f"TITLE: X\n001  A V C 00:00:00:00 00:00:01:00 01:00:00:00 01:00:01:00\n{lines}\n"
    _, diagnostics = edl.read(text.encode(), ReadOptions(rate=Rate.parse("24")))
    assert len(diagnostics) < 60
    assert any(d.message == "lines: 9950 more like those above" for d in diagnostics)


def test_an_event_number_that_starts_again_is_another_event() -> None:
    timeline = cut(("A V", "01:00:00:00", "01:00:01:00"))
    twice = edl.read(
        b"001  A V C 00:00:00:00 00:00:01:00 01:00:00:00 01:00:01:00\n"
        b"001  B V C 00:00:00:00 00:00:01:00 01:00:01:00 01:00:02:00\n",
        ReadOptions(rate=Rate.parse("24")),
    )[0]
    assert len(timeline.shots) == 1 and [shot.source for shot in twice.shots] == ["A", "B"]


def test_a_negative_record_time_is_a_pre_roll() -> None:
    assert cut(("A V", "-00:00:08:00", "00:00:02:00")).start == -192


def test_a_label_beyond_the_rate_names_its_line(tmp_path: Path) -> None:
    path = tmp_path / "cut.edl"
    path.write_text("TITLE: X\n001  A V C 00:00:00:00 00:00:01:00 01:00:00:00 01:00:01:30\n")
    with pytest.raises(TimelineError, match=r"cut\.edl:2: .*frame 30.* is the rate right"):
        read(path, fps=Rate.parse("29.97df"))


def test_an_illegal_drop_frame_label_is_moved_and_told() -> None:
    text = b"FCM: DROP FRAME\n001  A V C 00:00:00:00 00:00:01:00 00:00:00;00 00:01:00;00\n"
    timeline, diagnostics = edl.read(text, ReadOptions())
    assert timeline.end == 1800
    assert any(d.line == 2 and "does not exist in drop-frame" in d.message for d in diagnostics)


def test_thousands_of_transitions_and_of_changes_take_no_square_of_time() -> None:
    clips = [_layers.Clip(start=10 * n, end=10 * n + 10, source="a", source_start=n) for n in range(20_000)]
    mixes = [_layers.Mix(start=10 * n - 2, end=10 * n + 2, name="mix") for n in range(1, 20_000)]
    start = time.process_time()
    shots = _layers.shots(clips, mixes, Report())
    assert sum(shot.transition.frames == 4 for shot in shots) == 19_999
    assert all(before.end == after.start for before, after in pairwise(shots))
    old = Timeline(title="", rate=Rate.parse("24"), start=0, shots=tuple(shots))
    new = replace(old, shots=tuple(replace(shot, end=shot.end - 1) for shot in shots))
    assert {change.kind for change in changes(old, new)} == {"trimmed"}
    assert time.process_time() - start < 10
