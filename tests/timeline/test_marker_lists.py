"""Marker lists of editing, sound and review programs."""

from __future__ import annotations

from pathlib import Path

import pytest

from soundscape.errors import TimelineError
from soundscape.timecode import Rate, timecode_to_frame
from soundscape.timeline import ReadOptions, avid_markers, frameio_comments, protools_text, read

DATA = Path(__file__).parent.parent / "data" / "timelines"
FPS24 = Rate.parse("24")


def test_premiere_utf16_with_a_russian_header_and_semicolons_everywhere() -> None:
    """Facts of the file: 2 markers, 00;15;11;24 and 00;16;00;02 to 00;16;10;02, no name on the first."""
    timeline, _ = read(DATA / "premiere_markers.csv")
    rate = Rate.parse("29.97df")
    assert timeline.rate == rate and timeline.shots == ()
    assert [(hit.frame, hit.label, hit.frames, hit.kind) for hit in timeline.hits] == [
        (timecode_to_frame("00:15:11;24", rate), "взрыв", 0, "комментарий"),
        (timecode_to_frame("00:16:00;02", rate), "Погоня", 300, "глава"),
    ]


def test_premiere_rows_that_are_no_markers_are_told(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    row = "A,,00:00:01:00,00:00:01:00,00:00:00:00,Comment\n"
    path.write_text("Marker Name,Description,In,Out,Duration,Marker Type\n" + row + "lost line\n" + row)
    timeline, diagnostics = read(path, fps=FPS24)
    assert len(timeline.hits) == 2
    assert next((d.line, d.message) for d in diagnostics) == (3, 'not understood: "lost line"')


def test_avid_timecodes_tracks_colours_and_lengths() -> None:
    timeline, _ = read(DATA / "avid_markers.txt", fps=FPS24)
    assert [(h.frame - 86_400, h.label, h.colour, h.frames, h.note) for h in timeline.hits] == [
        (240, 'VFX - dust "storm"', "red", 0, "Ann Editor, V1"),
        (300, "music starts", "green", 48, "Ann Editor, TC1"),
    ]


def test_avid_frame_numbers() -> None:
    assert [hit.frame for hit in read(DATA / "avid_frames.txt", fps=FPS24)[0].hits] == [240, 300]


def test_frameio_rate_follows_from_frames_and_timecodes() -> None:
    """Facts of the file: 2 comments at 25, frames 262 and 1500, the second 4 s long."""
    timeline, diagnostics = read(DATA / "frameio.csv")
    assert timeline.rate == Rate.parse("25")
    assert [(h.frame, h.label, h.frames, h.strength, h.note) for h in timeline.hits] == [
        (262, "Louder here", 0, "soft", "Bo"),
        (1500, "Whole scene, softer", 100, "soft", "Bo"),
    ]
    assert any("read at 25, which follows from" in d.message for d in diagnostics)


def test_frameio_without_frames_takes_the_lowest_rate() -> None:
    data = b"Comment,Timecode\nhello,00:00:01:24\nno time,\n"
    timeline, diagnostics = frameio_comments.read(data, ReadOptions())
    assert timeline.rate == Rate.parse("25") and len(timeline.hits) == 1
    assert any("without a timecode is left out" in d.message and d.line == 3 for d in diagnostics)


def test_protools_samples_are_the_truth_at_23976() -> None:
    """Facts of the file: start 01:00:00:00, markers 10.01 s, 39.5395 s and 60 label seconds after it."""
    timeline, diagnostics = read(DATA / "protools.txt")
    assert timeline.title == "Reel 1" and timeline.rate == Rate.parse("23.976")
    assert timeline.start == 86_400
    assert [(hit.frame - 86_400, hit.label) for hit in timeline.hits] == [
        (240, "Bars are no time"),
        (948, "Door"),
        (1440, "Café"),
    ]
    assert any("3 markers; 1 sound clips are left out" in d.message for d in diagnostics)


PROTOOLS_HEAD = (
    "SESSION NAME:\tX\nSAMPLE RATE:\t48000.000000\nSESSION START TIMECODE:\t23:57:00:00.00\n"
    "TIMECODE FORMAT:\t23.976 Frame\n\n\n"
)
PROTOOLS_COLUMNS = (
    "M A R K E R S  L I S T I N G\n"
    "#   \tLOCATION     \tTIME REFERENCE    \tUNITS    \tNAME                             \tCOMMENTS\n"
)


@pytest.mark.parametrize(
    ("location", "frame"),
    [("23:58:55:18.41", 2778), ("173+13", 2778), ("1:55.882", 2778), ("5562000", 2778), ("00:01:55.882", 2778)],
)
def test_protools_locations_count_where_the_reference_is_in_ticks(location: str, frame: int) -> None:
    data = f"{PROTOOLS_HEAD}{PROTOOLS_COLUMNS}2   \t{location}\t58|4              \tTicks    \tA\t\n".encode()
    timeline, _ = protools_text.read(data, ReadOptions())
    assert timeline.hits[0].frame - timeline.start == frame


def test_protools_bars_alone_are_no_time_and_are_told() -> None:
    data = f"{PROTOOLS_HEAD}{PROTOOLS_COLUMNS}2   \t58|4\t58|4 \tTicks    \tA\t\n".encode()
    assert any(d.line == 9 and "not understood" in d.message for d in protools_text.read(data, ReadOptions())[1])


def test_protools_names_and_comments_may_hold_tabs_and_line_breaks() -> None:
    rows = (
        "1   \t23:57:01:00  \t48048             \tSamples  \tOne\tTab                          \tNote\twith tab\n"
        "2   \t23:57:02:00  \t96096             \tSamples  \tTwo\nwith break         \t\n"
        "3   \t23:57:03:00  \t144144            \tSamples  \tThree                            \tNote\n"
        "    \t             \t                  \t         \t                                 \tgoes on\n"
    )
    hits = protools_text.read((PROTOOLS_HEAD + PROTOOLS_COLUMNS + rows).encode(), ReadOptions())[0].hits
    assert [(hit.label, hit.note) for hit in hits] == [
        ("One Tab", "Note with tab"),
        ("Two with break", ""),
        ("Three", "Note goes on"),
    ]


def test_protools_without_markers_has_its_clips_as_shots() -> None:
    track = (
        "TRACK NAME:\tA\nCHANNEL \tEVENT   \tCLIP NAME\tSTART TIME\tEND TIME\tDURATION\tSTATE\n"
        "1       \t1       \tCity    \t   23:57:10:00\t   23:57:12:00\t   00:00:02:00\tUnmuted\n"
        "1       \t2       \t(fade out)\t   23:57:12:00\t   23:57:12:05\t   00:00:00:05\tUnmuted\n"
        "2       \t1       \tCity    \t   23:57:10:00\t   23:57:12:00\t   00:00:02:00\tUnmuted\n"
    )
    timeline, diagnostics = protools_text.read((PROTOOLS_HEAD + track).encode(), ReadOptions())
    assert [(s.source, s.start - timeline.start, s.end - timeline.start) for s in timeline.shots] == [
        ("City", 240, 288)
    ]
    assert [d.message for d in diagnostics] == [
        "2 fades, muted clips and further channels are left out",
        "there are no markers; 1 sound clips are taken as shots",
    ]


@pytest.mark.parametrize(
    ("said", "rate"),
    [("29.97 Drop Frame", "29.97df"), ("30 Frame", "30"), ("25 Frame", "25"), ("30 Drop Frame", "29.97df")],
)
def test_protools_rates(said: str, rate: str) -> None:
    data = (
        f"SESSION NAME:\tX\nSAMPLE RATE:\t48000\nSESSION START TIMECODE:\t00:00:00:00\nTIMECODE FORMAT:\t{said}\n\n"
        "M A R K E R S  L I S T I N G\n#\tLOCATION\tTIME REFERENCE\tUNITS\tNAME\tCOMMENTS\n"
        "1\t0:01\t48000\tSamples\tA\t\n"
    ).encode()
    timeline, _ = protools_text.read(data, ReadOptions())
    assert timeline.rate == Rate.parse(rate)
    assert timeline.hits[0].frame == round(timeline.rate.fps)


@pytest.mark.parametrize(
    ("reader", "data", "message"),
    [
        (avid_markers, b"hello\n", "has no markers"),
        (frameio_comments, b"a,b\n1,2\n", "no column for the comment"),
        (protools_text, b"M A R K E R S  L I S T I N G\n", 'has no "TIMECODE FORMAT"'),
    ],
)
def test_a_list_without_markers_is_refused(reader: object, data: bytes, message: str) -> None:
    with pytest.raises(TimelineError, match=message):
        reader.read(data, ReadOptions())  # type: ignore[attr-defined]
