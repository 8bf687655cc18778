"""Drafts of CapCut."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from soundscape.errors import TimelineError
from soundscape.timecode import Rate
from soundscape.timeline import ReadOptions, capcut, read

DATA = Path(__file__).parent.parent / "data" / "timelines"


def test_segments_are_frames_again() -> None:
    """Facts of the file: 30 frames a second; 3 visible segments on 2 tracks, 1 hidden, 1 of sound, 2 texts."""
    timeline, diagnostics = read(DATA / "draft_content.json")
    assert timeline.title == "Trip" and timeline.rate == Rate.parse("30")
    assert [(s.source, s.start, s.end, s.track, s.extra) for s in timeline.shots] == [
        ("A wide.mp4", 0, 52, 1, ()),
        ("b.mp4", 52, 150, 1, (("speed", "2"),)),
        ("b.mp4", 90, 120, 2, ()),
    ]
    assert (timeline.shots[1].transition.kind, timeline.shots[1].transition.frames) == ("dissolve", 14)
    assert [(cue.start, cue.end, cue.text) for cue in timeline.narration] == [
        (30, 90, "Hello there"),
        (120, 150, "old words"),
    ]
    assert "1 audio segments left out, 1 hidden segments" in diagnostics[-1].message.replace(
        " left out,", " left out,"
    )


def test_an_encrypted_draft_is_refused_with_a_way_out(tmp_path: Path) -> None:
    path = tmp_path / "draft_content.json"
    path.write_bytes(base64.b64encode(bytes(range(256)) * 20))
    with pytest.raises(TimelineError, match="is encrypted or no draft; export the picture and give the video"):
        read(path)


def test_a_rate_that_is_none_is_refused() -> None:
    with pytest.raises(TimelineError, match="has the frame rate 0; say another"):
        capcut.read(b'{"tracks": []}', ReadOptions())
