"""Shot lists as people write them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundscape.errors import TimelineError
from soundscape.model import Timeline
from soundscape.timecode import Rate, frame_to_timecode
from soundscape.timeline import ReadOptions, read, shotlist

DATA = Path(__file__).parent.parent / "data" / "timelines"
FPS24 = Rate.parse("24")


def parse(text: str, rate: Rate | None = FPS24) -> Timeline:
    return shotlist.read(text.encode(), ReadOptions(name="shots.csv", rate=rate))[0]


def told(text: str, rate: Rate | None = FPS24) -> list[str]:
    return [str(d) for d in shotlist.read(text.encode(), ReadOptions(name="shots.csv", rate=rate))[1]]


def test_a_whole_shot_list_arrives() -> None:
    timeline, diagnostics = read(DATA / "shots.csv")
    assert (timeline.title, timeline.rate, timeline.start) == ("Memory Signals", FPS24, 86_400)
    assert [(shot.label, shot.start, shot.end) for shot in timeline.shots] == [
        ("1", 86_400, 86_592),
        ("2", 86_592, 86_736),
        ("3A", 86_736, 86_856),
    ]
    second = timeline.shots[1]
    assert second.place == "dunes" and second.mood == "tense" and second.intensity == 0.6
    assert second.owners == ("strike team", "armour", "drop ship")
    assert second.sounds == ("armour hum", "sand")
    assert (second.transition.kind, second.transition.frames) == ("dissolve", 24)
    assert second.extra == (("Notes", "check the dust"), ("Weather", "dry"))
    assert [(hit.frame, hit.label, hit.strength) for hit in timeline.hits] == [
        (86_652, "boots hit the sand", "strong"),
        (86_676, "hatch opens", "soft"),
        (86_736, "first crystal", "soft"),
    ]
    assert [d.message for d in diagnostics] == ["columns that are kept but not understood: Weather"]
    assert diagnostics[0].path.endswith("shots.csv") and diagnostics[0].line == 4


@pytest.mark.parametrize(
    "header", ["SHOT #,Est. Time", "shot_no,duration (s)", "Setup,LENGTH", "Shot Number,secs", "#,Dur."]
)
def test_columns_are_found_whatever_their_case_spaces_and_signs(header: str) -> None:
    assert parse(f"{header}\n12A,5\n").shots[0].end == 120


@pytest.mark.parametrize("delimiter", ["\t", ";", "|"])
def test_other_delimiters_are_seen_from_the_header(delimiter: str) -> None:
    text = "Shot,Description,Duration\n1,a wide,2.5\n".replace(",", delimiter)
    assert parse(text).shots[0].end == 60


@pytest.mark.parametrize(
    ("text", "frames"),
    [
        ("5s", 120), ("5 sec", 120), ("2.5", 60), ('"2,5 s"', 60), ("120f", 120), ("36 frames", 36), ("0:05", 120),
        ("1:02.5", 1500), ("0:01:00", 1440), ("00:00:02:12", 60), ("1m30s", 2160), ("1m30", 2160), ("2 min", 2880),
        ("500ms", 12), ("~4 s", 96), ("0.5", 12),
    ],
)  # fmt: skip
def test_durations_are_free_in_form(text: str, frames: int) -> None:
    assert parse(f"shot,duration\n1,{text}\n").shots[0].end == frames


def test_a_bare_number_under_frames_is_frames() -> None:
    assert parse("shot,frames\n1,48\n").shots[0].end == 48
    assert parse("shot,start (frames),end (frames)\n1,0,48\n2,48,60\n").shots[1].end == 60


def test_a_missing_duration_is_filled_by_a_rule_that_is_told() -> None:
    text = "shot,start,duration\n1,0:00,\n2,0:03,\n3,,\n"
    assert [(s.start, s.end) for s in parse(text).shots] == [(0, 72), (72, 192), (192, 312)]
    assert "2 shots (lines 3, 4): no duration, so 5 s by rule" in told(text)[0]
    assert told(text)[1].endswith(":2: no end, so until the next shot starts")


def test_heading_rows_name_the_scene_of_what_follows() -> None:
    timeline = parse("Scene,Shot,Description\n,,\nINT. CAVE,,\n,12,dark\n,13,\n5,14,light\n")
    assert [(s.scene, s.label) for s in timeline.shots] == [("INT. CAVE", "12"), ("INT. CAVE", "13"), ("5", "14")]


def test_a_header_may_stand_below_a_title() -> None:
    text = "My Film,,\n,,\nScene,Shot,Duration\n1,A,3\n"
    assert parse(text).shots[0].line == 4


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["0.7", "1"], [0.7, 1.0]),
        (["7", "1"], [0.7, 0.1]),
        (["70 %", "5%"], [0.7, 0.05]),
        (["high", "LOW"], [0.75, 0.25]),
        (["7/10", "3/5"], [0.7, 0.6]),
    ],
)
def test_intensity_has_several_scales(cells: list[str], values: list[float]) -> None:
    text = "shot,intensity\n" + "".join(f"{i},{cell}\n" for i, cell in enumerate(cells, 1))
    assert [shot.intensity for shot in parse(text).shots] == pytest.approx(values)


@pytest.mark.parametrize(
    ("cell", "kind", "frames"),
    [
        ("cut", "cut", 0), ("", "cut", 0), ("dissolve 24", "dissolve", 24), ("dissolve 1s", "dissolve", 24),
        ("Cross Dissolve 00:00:00:12", "dissolve", 12), ("wipe 10f", "wipe", 10), ("fade in", "dissolve", 24),
        ("smash cut", "cut", 0), ("fade out 1s", "cut", 0), ("fade to black", "cut", 0),
    ],
)  # fmt: skip
def test_transitions(cell: str, kind: str, frames: int) -> None:
    transition = parse(f"shot,transition\n1,{cell}\n").shots[0].transition
    assert (transition.kind, transition.frames) == (kind, frames)


@pytest.mark.parametrize(
    ("cell", "frame", "label", "strength"),
    [
        ("bang", 24, "bang", "strong"),
        ("+12f bang", 36, "bang", "strong"),
        ("2.5s bang", 84, "bang", "strong"),
        ("+1 bang", 48, "bang", "strong"),
        ("00:00:03:00 bang", 72, "bang", "strong"),
        ("0:02 - bang", 72, "bang", "strong"),
        ("12 guns fire (soft)", 24, "12 guns fire", "soft"),
        ("3 flashes ~", 24, "3 flashes", "soft"),
        ("1s", 48, "hit", "strong"),
    ],
)
def test_hit_points(cell: str, frame: int, label: str, strength: str) -> None:
    timeline = parse(f"shot,duration,hits\n1,1s,\n2,10s,{cell}\n")
    (hit,) = timeline.hits
    assert (hit.frame, hit.label, hit.strength, hit.line) == (frame, label, strength, 3)


def test_a_hit_outside_its_shot_is_kept_with_a_warning() -> None:
    text = "shot,duration,hits\n1,1s,+2s late\n"
    assert parse(text).hits[0].frame == 48
    assert any('hit "late" at 00:00:02:00 is outside its shot "1"' in line for line in told(text))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("shot,start,end\n1,0:05,0:03\n", 'line 2, column "end": shot "1" ends at 00:00:03:00, which is not after'),
        ("shot,start,end\n1,0:00,0:05\n2,0:04,0:08\n", 'line 3: shot "2" .* overlaps shot "1" .line 2'),
        ("shot,start,end\n1,0:05,0:08\n2,0:00,0:04\n", 'line 3: shot "2" .* starts before shot "1" .line 2'),
        ("shot,duration\n1,long\n", 'line 2, column "duration": "long" is not a time; allowed: HH:MM:SS:FF'),
        ("shot,Duration (s)\n1,0\n", 'column "Duration .s.": shot "1" ends at'),
        ("shot,intensity\n1,1.4\n", 'line 2, column "intensity": "1.4" is out of range'),
        ("shot,intensity\n1,0.5\n2,7\n", 'line 3, column "intensity": "7" is out of range'),
        ("shot,intensity\n1,wild\n", 'column "intensity": "wild" is not an intensity; allowed: 0 to 1'),
        ("shot,start\n1,01:00:00:24\n", 'line 2, column "start": .* frame 24, but at 24 frames go from 00 to 23'),
        ("a,b\n1,2\n", "no row names a shot column"),
        ("shot,duration\n", "has a header but no shots"),
        ("shot,duration\n1,2.5f\n", "is not a whole number of frames"),
        ("shot,transition\n1,dissolve 1:99\n", 'column "transition": "1:99" is not a time'),
        ('shot,duration\n1,"5\n2,6\n', "line 2: is not a table: unexpected end of data"),
    ],
)
def test_what_is_wrong_is_said_with_line_and_column(text: str, message: str) -> None:
    with pytest.raises(TimelineError, match=message):
        parse(text)


def test_the_rate_is_taken_from_the_file_and_overruled_by_the_call() -> None:
    text = "# fps: 25\nshot,duration\n1,1s\n"
    assert parse(text, None).rate == Rate.parse("25")
    assert parse(text, FPS24).rate == FPS24
    assert parse("shot,fps,duration\n1,29.97,1s\n", None).rate == Rate.parse("29.97")


def test_two_rates_in_a_column_are_refused_unless_one_is_asked_for() -> None:
    text = "shot,frame rate,duration\n1,24,1s\n2,48,1s\n"
    with pytest.raises(TimelineError, match=r"more than one frame rate: 24 \(line 2\) and 48 \(line 3\)"):
        parse(text, None)
    assert parse(text).rate == FPS24


def test_without_a_rate_the_lowest_that_fits_is_taken_with_a_warning() -> None:
    text = "shot,start,end\n1,01:00:00:00,01:00:01:24\n"
    assert parse(text, None).rate == Rate.parse("25")
    assert "carries no frame rate; read at 25 because its largest frame number is 24" in told(text, None)[0]


def test_semicolons_make_drop_frame() -> None:
    timeline = parse("shot,start,end\n1,00:00:00;00,00:10:00;00\n", None)
    assert timeline.rate == Rate.parse("29.97df")
    assert timeline.end == 17_982


def test_start_and_end_without_four_fields_count_from_the_programme_start() -> None:
    timeline = parse("# start: 01:00:00:00\nshot,start,end\n1,0:10,0:20\n")
    assert (timeline.start, timeline.shots[0].start, timeline.end) == (86_400, 86_640, 86_880)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 5000)), min_size=1, max_size=30))
def test_written_timecodes_come_back(spans: list[tuple[int, int]]) -> None:
    rate, at, rows, expected = Rate.parse("29.97df"), 107_892, ["shot,in,out"], []
    for index, (gap, length) in enumerate(spans):
        begin, at = at + gap, at + gap + length
        rows.append(f"{index},{frame_to_timecode(begin, rate)},{frame_to_timecode(at, rate)}")
        expected.append((str(index), begin, at))
    timeline = parse("\n".join(rows), rate)
    assert [(s.label, s.start, s.end) for s in timeline.shots] == expected


def test_frame_ranges_that_all_begin_alike_are_lengths() -> None:
    text = (
        "Episode,Sequence,Name,Description,FPS,In,Out\nE1,SQ1,SH010,a,25,1001,1050\nE1,SQ1,SH020,b,25,1001,1100\n"
    )
    timeline = parse(text, None)
    assert [(s.scene, s.label, s.start, s.end) for s in timeline.shots] == [
        ("SQ1", "SH010", 0, 50),
        ("SQ1", "SH020", 50, 150),
    ]
    assert any("all shots begin with frame 1001" in line for line in told(text, None))
    with pytest.raises(TimelineError, match=r'column "Out": .*-1f'):
        parse(text.replace("1050", "999"))


def test_a_column_that_says_shot_is_preferred_to_a_name() -> None:
    (shot,) = parse("Name,Shot #,Duration\nTesting,12A,1s\n").shots
    assert shot.label == "12A" and shot.extra == (("Name", "Testing"),)


def test_an_edit_index_is_a_shot_list_with_record_times() -> None:
    text = (
        "#,Reel,V,C,Dur,Source In,Source Out,Record In,Record Out,Name\n1,A001,V1,C,00:00:02:00,{0},{0},{1},{2},x\n"
    )
    (shot,) = parse(text.format("10:00:00:00", "01:00:00:00", "01:00:02:00")).shots
    assert (shot.label, shot.source, shot.start, shot.end) == ("1", "A001", 86_400, 86_448)
