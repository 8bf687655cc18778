"""Marker lists of Resolve."""

from __future__ import annotations

from pathlib import Path

import pytest

from soundscape.errors import TimelineError
from soundscape.timecode import Rate
from soundscape.timeline import ReadOptions, read, resolve_markers

DATA = Path(__file__).parent.parent / "data" / "timelines"
FPS24 = Rate.parse("24")


def test_names_notes_colours_and_lengths_arrive() -> None:
    """Facts of the file: 6 events, 6 markers, the first at 01:00:05:12, the last at 01:01:40:00."""
    timeline, diagnostics = read(DATA / "resolve_markers.edl", fps=FPS24)
    assert timeline.title == "REVIEW" and timeline.shots == ()
    assert [(h.frame - 86_400, h.label, h.colour, h.frames, h.note) for h in timeline.hits] == [
        (132, "Door", "blue", 0, ""),
        (240, "dust on the lens", "green", 0, "dust on the lens"),
        (480, "Impact", "red", 24, "from above"),
        (720, "two lines of a note", "fuchsia", 0, "two lines of a note"),
        (900, "Free", "my own colour", 0, ""),
        (2400, "Last", "lemon", 0, ""),
    ]
    assert [d.message for d in diagnostics] == ["6 event lines: 6 markers"]


def test_an_event_without_a_marker_is_told() -> None:
    event = "001  001 V C 01:00:00:00 01:00:00:01 01:00:00:00 01:00:00:01\n"
    data = (event + " |C:ResolveColorBlue |M:A |D:1\n" + event).encode()
    _, diagnostics = resolve_markers.read(data, ReadOptions(rate=FPS24))
    assert any(d.message == "2 event lines but 1 markers" for d in diagnostics)


def test_a_list_without_markers_is_refused() -> None:
    with pytest.raises(TimelineError, match="no markers"):
        resolve_markers.read(b"TITLE: X\n", ReadOptions())
