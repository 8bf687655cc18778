"""Narration cues."""

from __future__ import annotations

from pathlib import Path

import pysubs2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundscape.errors import TimelineError
from soundscape.timecode import Rate
from soundscape.timeline import ReadOptions, read, substation, subtitles

DATA = Path(__file__).parent.parent / "data" / "timelines"
FPS25 = Rate.parse("25")


def test_subrip_with_tags_points_no_blank_lines_and_long_hours() -> None:
    """Facts of the file: 4 cues, one of them reversed, one at hour 100."""
    timeline, diagnostics = read(DATA / "narration.srt", fps=FPS25)
    assert [(c.start, c.end, c.text, c.line) for c in timeline.narration] == [
        (25, 63, "Wind over the crest & sand", 2),
        (88, 106, "no blank line follows", 7),
        (9_000_000, 9_000_025, "far away", 10),
    ]
    assert any(d.line == 14 and "left out" in d.message for d in diagnostics)


def test_webvtt_keeps_voices_and_leaves_out_notes_styles_and_identifiers() -> None:
    timeline, _ = read(DATA / "narration.vtt", fps=FPS25)
    assert [cue.text for cue in timeline.narration] == ["Bob: Hello", "- yes - no"]


def test_substation_without_comments_and_overrides() -> None:
    timeline, _ = read(DATA / "narration.ass", fps=FPS25)
    assert [(c.start, c.end, c.text, c.line) for c in timeline.narration] == [(38, 75, "Two lines", 11)]


def test_without_a_rate_the_cues_come_with_a_warning() -> None:
    assert any("no frame rate" in d.message for d in read(DATA / "narration.srt")[1])


def test_a_line_that_looks_like_a_cue_is_told() -> None:
    data = b"1\n00:00:01,000 --> 00:00:02,000\nok\n\n2\n00:00:03,000 -> 4\n\n3\n00:00:aa --> 00:00:05,000\nx\n"
    _, diagnostics = subtitles.read(data, ReadOptions(rate=FPS25))
    assert any(d.line == 9 and "looks like a cue" in d.message for d in diagnostics)


@pytest.mark.parametrize("reader", [subtitles, substation])
def test_a_file_without_cues_is_refused(reader: object) -> None:
    with pytest.raises(TimelineError, match=r"no cues|cannot|not a SubStation"):
        reader.read(b"hello\n", ReadOptions())  # type: ignore[attr-defined]


words = st.text("abc ", min_size=1).filter(str.strip)


@given(st.lists(st.tuples(st.integers(0, 3_000_000), st.integers(40, 9000), words), min_size=1, max_size=10))
def test_subrip_is_read_as_pysubs2_reads_it(cues: list[tuple[int, int, str]]) -> None:
    file = pysubs2.SSAFile()
    file.events = [pysubs2.SSAEvent(start=start, end=start + length, text=text) for start, length, text in cues]
    data = file.to_string("srt").encode()
    events = pysubs2.SSAFile.from_string(data.decode()).events
    expected = sorted(((e.start + 5) // 10, (e.end + 5) // 10, " ".join(e.text.split())) for e in events)
    found = subtitles.read(data, ReadOptions(rate=Rate.parse("100")))[0].narration
    assert sorted((cue.start, cue.end, cue.text) for cue in found) == expected
