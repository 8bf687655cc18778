"""CMX3600 edit lists and their dialects."""

from __future__ import annotations

import io
from pathlib import Path

import pycmx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundscape.errors import TimelineError
from soundscape.model import Timeline
from soundscape.timecode import Rate, frame_to_timecode
from soundscape.timeline import ReadOptions, edl, read

DATA = Path(__file__).parent.parent / "data" / "timelines"
FPS24 = Rate.parse("24")


def parse(text: str | bytes, rate: Rate | None = FPS24) -> Timeline:
    data = text if isinstance(text, bytes) else text.encode()
    return edl.read(data, ReadOptions(name="cut.edl", rate=rate))[0]


def told(text: str | bytes, rate: Rate | None = FPS24) -> list[str]:
    data = text if isinstance(text, bytes) else text.encode()
    return [f"{d.line}: {d.message}" for d in edl.read(data, ReadOptions(name="cut.edl", rate=rate))[1]]


def event(middle: str = "AX V C", record: str = "01:00:00:00 01:00:02:00", number: str = "001") -> str:
    return f"{number}  {middle} 00:00:00:00 00:00:02:00 {record}\n"


def test_a_file_of_many_dialects_loses_nothing() -> None:
    timeline, diagnostics = read(DATA / "dialects.edl", fps=FPS24)
    assert (timeline.title, timeline.start, timeline.end) == ("DIALECTS", 86_400, 87_024)
    assert [(shot.source, shot.line) for shot in timeline.shots] == [
        ("A WIDE.MOV", 5), ("B CLOSE.MOV", 9), ("REEL_C", 13), ("REEL_D", 15), ("REEL_E", 16), ("REEL_F", 17),
    ]  # fmt: skip
    messages = [f"{d.line}: {d.message}" for d in diagnostics]
    assert any(
        "9 event lines from 01:00:00:00 to 01:00:26:00: 6 shots, 1 of black" in message for message in messages
    )
    assert any(message.startswith('19: not understood: "strange line"') for message in messages)
    assert any(message.startswith("20: looks like an event but is none") for message in messages)
    assert any("1 of 10 lines that look like events are none" in message for message in messages)


def test_the_zero_length_line_of_a_dissolve_is_no_shot_and_its_names_go_to_the_right_sides() -> None:
    timeline = parse(
        "001 A V C 00:00:00:00 00:00:02:00 01:00:00:00 01:00:02:00\n"
        "002 A V C 00:00:02:00 00:00:02:00 01:00:02:00 01:00:02:00\n"
        "002 B V D 024 00:00:00:00 00:00:02:00 01:00:02:00 01:00:04:00\n"
        "* FROM CLIP NAME: LEAVES.MOV\n* TO CLIP NAME: COMES.MOV\n"
    )
    assert [shot.source for shot in timeline.shots] == ["A", "COMES.MOV"]
    assert (timeline.shots[1].transition.kind, timeline.shots[1].transition.frames) == ("dissolve", 24)


@pytest.mark.parametrize(
    ("middle", "reel", "kind", "frames", "track"),
    [
        ("AX V C", "AX", "cut", 0, 1),
        ("A001C001_230101_R1AB_LONG_REEL_X V C", "A001C001_230101_R1AB_LONG_REEL_X", "cut", 0, 1),
        ("my reel 7 V D 012", "my reel 7", "dissolve", 12, 1),
        ("reel.mov V2 W001 030", "reel.mov", "wipe", 30, 2),
        ("X V K B", "X", "key", 0, 1),
        ("X V K 012", "X", "key", 12, 2),
        ("X V K O 012", "X", "key", 12, 2),
        ("X AA/V C", "X", "cut", 0, 1),
        ("X B C", "X", "cut", 0, 1),
        ("X V 008", "X", "dissolve", 8, 1),
        ("X V", "X", "cut", 0, 1),
        ("X A2/V C", "X", "cut", 0, 1),
    ],
)
def test_reels_channels_and_transitions(middle: str, reel: str, kind: str, frames: int, track: int) -> None:
    (shot,) = parse(event(middle)).shots
    assert (shot.source, shot.transition.kind, shot.transition.frames, shot.track) == (reel, kind, frames, track)


@pytest.mark.parametrize("channel", ["A", "A2", "A12", "AA", "NONE", "A1A2"])
def test_an_event_without_picture_is_counted_but_no_shot(channel: str) -> None:
    text = event() + event(f"X {channel} C", number="002")
    assert len(parse(text).shots) == 1
    assert told(text)[-1] == "0: 2 event lines from 01:00:00:00 to 01:00:02:00: 1 shots, 1 without picture"


def test_a_list_of_sound_only_has_its_events_as_shots() -> None:
    text = event("SONG A C") + event("SONG A2 C", "01:00:01:00 01:00:05:00")
    assert len(parse(text).shots) == 2
    assert "there is no picture in this list" in told(text)[-1]


@pytest.mark.parametrize("number", ["1", "001", "0001", "000001"])
def test_event_numbers_have_any_length(number: str) -> None:
    assert parse(event(number=number)).shots[0].label == number


def test_drop_frame_is_declared_once_and_written_with_colons() -> None:
    """A 43-minute music list: counted at 30 it would be 78 frames too long."""
    text = "TITLE: MUSIC\nFCM: DROP FRAME\n" + event("SONG A C", "00:00:00:00 00:43:18:25")
    timeline = parse(text, None)
    assert timeline.rate == Rate.parse("29.97df")
    assert timeline.end == 77_965 - 78
    assert parse(text, Rate.parse("29.97")).end == 77_887


def test_a_counting_mode_that_changes_is_the_sources() -> None:
    text = "FCM: NON-DROP FRAME\n" + event() + "FCM: DROP FRAME\n" + event(record="01:00:02:00 01:00:04:00")
    assert not parse(text, Rate.parse("29.97")).rate.drop_frame
    assert any("counting mode changes 2 times" in line for line in told(text, Rate.parse("29.97")))


def test_semicolons_in_record_times_are_drop_frame_whatever_stands_above() -> None:
    text = event(record="01:00:00;00 01:00:02;00")
    assert parse(text, None).rate == Rate.parse("29.97df")


def test_the_lowest_rate_that_fits_is_taken_with_a_warning() -> None:
    text = event(record="01:00:00:00 01:00:02:24")
    assert parse(text, None).rate == Rate.parse("25")
    assert "carries no frame rate; read at 25" in told(text, None)[0]


def test_a_frame_number_beyond_the_rate_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "cut.edl"
    path.write_text("TITLE: X\n" + event(record="01:00:00:00 01:00:02:24"))
    with pytest.raises(TimelineError, match=r"cut\.edl:2: .* has frame 24, but at 24 frames go from 00 to 23"):
        read(path, fps=FPS24)


def test_a_source_frame_number_beyond_the_rate_is_only_told() -> None:
    text = "001 AX V C 00:00:00:42 00:00:02:00 01:00:00:00 01:00:02:00\n"
    assert parse(text).shots[0].source_start is None
    assert any("source timecode is left out" in line for line in told(text))


def test_unsorted_and_overlapping_events_are_sorted_by_record_time() -> None:
    text = event("B V C", "01:00:04:00 01:00:08:00") + event("A V C", "01:00:00:00 01:00:06:00")
    assert [shot.source for shot in parse(text).shots] == ["A", "B"]


def test_an_event_that_ends_before_it_starts_is_left_out_and_told() -> None:
    text = event() + event(record="01:00:04:00 01:00:03:00")
    assert len(parse(text).shots) == 1
    assert any(line.startswith("2: the event ends before it starts") for line in told(text))


def test_a_list_across_midnight_goes_on() -> None:
    text = event(record="23:59:58:00 00:00:01:00") + event(record="00:00:01:00 00:00:02:00")
    timeline = parse(text)
    assert [shot.end - shot.start for shot in timeline.shots] == [72, 24]
    assert timeline.end - timeline.start == 96


@pytest.mark.parametrize("speed", ["-24.0", "048.0", "000.0", "-100", "250.5"])
def test_speeds_are_kept(speed: str) -> None:
    (shot,) = parse(event() + f"M2   AX 7     {speed}   00:00:00:00\n").shots
    assert shot.extra == (("speed", f"{speed} frames/s"),)


def test_locators_may_stand_before_any_event_and_break_at_80_characters() -> None:
    text = (
        "TITLE: X\n* LOC: 01:00:25:10 RED     HATCH OPENS\n" + event()
        + "* LOC: 01:00:00:12 GREEN   A VERY LONG REMARK THAT DOES NOT FIT INTO EIGHTY COLUMNS\nAND GOES ON\n"
    )  # fmt: skip
    assert [(hit.frame - 86_400, hit.colour, hit.label) for hit in parse(text).hits] == [
        (12, "green", "A VERY LONG REMARK THAT DOES NOT FIT INTO EIGHTY COLUMNS AND GOES ON"),
        (610, "red", "HATCH OPENS"),
    ]


@pytest.mark.parametrize("name", ["BARS", "Bars and Tone", "Slate.mov", "Universal Counting Leader", "Clock"])
def test_the_programme_starts_after_bars_slates_and_leaders(name: str) -> None:
    text = event(record="00:59:50:00 00:59:58:00") + f"* FROM CLIP NAME: {name}\n" + event("B V C")
    timeline = parse(text)
    assert len(timeline.shots) == 1
    assert timeline.start == timeline.shots[0].start == 86_400
    assert told(text)[-1] == "0: the programme starts at 01:00:00:00, after bars, slate or leader"


def test_black_is_no_shot_but_part_of_the_programme() -> None:
    text = event("BL V C", "00:59:58:00 01:00:00:00") + event() + event("BL V D 024", "01:00:02:00 01:00:04:00")
    timeline = parse(text)
    assert [(shot.start, shot.end) for shot in timeline.shots] == [(86_400, 86_448)]
    assert (timeline.start, timeline.end) == (86_400 - 48, 86_448 + 48)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gbk"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(encoding: str, ending: str) -> None:
    text = ("TITLE: 冲突\n" + event() + "* FROM CLIP NAME: 镜头 一.mov\n").replace("\n", ending)
    timeline = parse(text.encode(encoding))
    assert (timeline.title, timeline.shots[0].source) == ("冲突", "镜头 一.mov")


@pytest.mark.parametrize("text", ["", "hello\n", "TITLE: X\nFCM: DROP FRAME\n"])
def test_a_file_without_events_is_refused(text: str) -> None:
    with pytest.raises(TimelineError, match="has no event lines"):
        parse(text)


events = st.lists(
    st.tuples(
        st.integers(0, 100),
        st.integers(1, 3000),
        st.sampled_from(["C", "D 012", "W001 024", "K B"]),
        st.from_regex(r"R_[A-Z0-9_.]{0,30}", fullmatch=True),
    ),
    min_size=1,
    max_size=20,
)


@given(events, st.sampled_from(["23.976", "24", "25", "29.97", "29.97df", "50", "59.94df"]), st.booleans())
def test_written_lists_come_back(spans: list[tuple[int, int, str, str]], name: str, colons: bool) -> None:
    rate, at = Rate.parse(name), 90_000
    lines = ["TITLE: ROUND TRIP", f"FCM: {'' if rate.drop_frame else 'NON-'}DROP FRAME"]
    expected = []
    for index, (gap, length, code, reel) in enumerate(spans, 1):
        begin, at = at + gap, at + gap + length
        labels = [frame_to_timecode(frame, rate) for frame in (0, length, begin, at)]
        line = f"{index:03d}  {reel:8s} V     {code}  " + " ".join(labels)
        lines.append(line.replace(";", ":") if colons else line)
        expected.append((reel, begin, at))
    timeline = parse("\n".join(lines), rate)
    assert [(shot.source, shot.start, shot.end) for shot in timeline.shots] == expected


def test_speeds_of_a_transition_go_to_the_side_whose_reel_they_name() -> None:
    text = event("123 V C") + event("123B V D 024", "01:00:02:00 01:00:04:00")
    text += "M2  123          000.0                10:57:41:00\nM2  123B         048.0                10:57:41:00\n"
    assert [shot.extra for shot in parse(text).shots] == [
        (("speed", "000.0 frames/s"),),
        (("speed", "048.0 frames/s"),),
    ]


@given(st.lists(st.tuples(st.integers(1, 500), st.sampled_from(["C       ", "D    012"])), min_size=1, max_size=20))
def test_events_are_those_that_pycmx_reads(spans: list[tuple[int, str]]) -> None:
    lines, at = ["TITLE: CHECK", "FCM: NON-DROP FRAME"], 86_400
    for number, (length, code) in enumerate(spans, 1):
        labels = [frame_to_timecode(frame, FPS24) for frame in (0, length, at, at + length)]
        lines.append(f"{number:03d}  R{number:07d} V     {code} " + " ".join(labels))
        at += length
    text = "\n\n".join(lines) + "\n"  # pycmx drops the first event of some lists
    theirs = [edit for numbered in pycmx.parse_cmx3600(io.StringIO(text)).events for edit in numbered.edits]
    ours = {
        (shot.source, frame_to_timecode(shot.start, FPS24), frame_to_timecode(shot.end, FPS24))
        for shot in parse(text).shots
    }
    assert len(theirs) >= len(spans) - 1
    assert {(edit.source, edit.record_in, edit.record_out) for edit in theirs} <= ours
    assert len(ours) == len(spans)


def test_a_path_is_no_clip_name() -> None:
    (shot,) = parse(event() + "* FROM CLIP NAME:  take_1\n* FROM CLIP: S:\\x\\take_1.exr\n").shots
    assert shot.source == "take_1"
    assert shot.extra == (("reel", "AX"), ("comment", "FROM CLIP: S:\\x\\take_1.exr"))


def test_tabs_and_missing_spaces_do_no_harm() -> None:
    text = "001  ZZ_50 V  C\t\t01:00:04:05 01:00:05:12 00:59:53:11 00:59:54:18 \n*FROM CLIP NAME:  A\n"
    text += "*LOC: 01:00:15:13 GREEN\n"
    timeline = parse(text)
    assert timeline.shots[0].source == "A"
    assert (timeline.hits[0].label, timeline.hits[0].colour) == ("locator", "green")


def test_a_list_of_locators_with_one_event_keeps_them_all() -> None:
    text = "TITLE: M\nFCM: FILM\n* LOC: 01:01:07:21 red   VFX\n" + event("Bars V C", "00:58:00:00 00:58:30:00")
    timeline = parse(text)
    assert [hit.label for hit in timeline.hits] == ["VFX"] and timeline.shots == ()
