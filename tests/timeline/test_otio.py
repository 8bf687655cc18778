"""OpenTimelineIO, written by its own library and by hand."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from soundscape.errors import TimelineError
from soundscape.model import Timeline
from soundscape.timecode import Rate
from soundscape.timeline import ReadOptions, otio, read

oti = pytest.importorskip("opentimelineio")

FPS = 24000 / 1001


def at(frames: float, rate: float = FPS) -> Any:
    return oti.opentime.RationalTime(frames, rate)


def span(start: float, length: float, rate: float = FPS) -> Any:
    return oti.opentime.TimeRange(at(start, rate), at(length, rate))


def clip(name: str, start: float, length: float, rate: float = FPS) -> Any:
    return oti.schema.Clip(
        name,
        oti.schema.ExternalReference(target_url=f"file:///x/{name}.mov"),
        source_range=span(start, length, rate),
    )


def made() -> Any:
    """Facts: 300 frames from 01:00:00:00; 4 clips on 2 tracks, 1 dissolve of 24 around frame 100, 3 markers."""
    timeline = oti.schema.Timeline("Cut", global_start_time=at(86_400))
    below, above = oti.schema.Track("V1", kind="Video"), oti.schema.Track("V2", kind="Video")
    first = clip("a", 1000, 100)
    first.markers.append(oti.schema.Marker("slam", span(1010, 0), color="RED"))
    first.markers.append(oti.schema.Marker("hidden", span(10, 0)))
    below.append(first)
    below.append(oti.schema.Transition("mix", "SMPTE_Dissolve", at(12), at(12)))
    below.append(clip("b", 50, 100))
    below.append(oti.schema.Gap(source_range=span(0, 60)))
    below.append(clip("c", 0, 40))
    above.append(oti.schema.Gap(source_range=span(0, 20)))
    above.append(clip("d", 5, 30))
    timeline.tracks.extend([below, above, oti.schema.Track("A1", kind="Audio")])
    timeline.tracks.markers.append(oti.schema.Marker("section", span(150, 48), comment="wide"))
    return timeline


def parse(data: bytes | str, rate: Rate | None = None) -> Timeline:
    return otio.read(data.encode() if isinstance(data, str) else data, ReadOptions(name="cut.otio", rate=rate))[0]


def check(timeline: Timeline) -> None:
    assert timeline.title == "Cut" and timeline.rate == Rate.parse("23.976")
    assert (timeline.start, timeline.end) == (86_400, 86_700)
    assert [(s.source, s.start - 86_400, s.end - 86_400, s.track, s.source_start) for s in timeline.shots] == [
        ("a", 0, 88, 1, 1000), ("d", 20, 50, 2, 5), ("b", 88, 200, 1, 38), ("c", 260, 300, 1, 0),
    ]  # fmt: skip
    assert (timeline.shots[2].transition.kind, timeline.shots[2].transition.frames) == ("dissolve", 24)
    assert [(h.label, h.frame - 86_400, h.frames, h.colour, h.note) for h in timeline.hits] == [
        ("slam", 10, 0, "red", ""), ("section", 150, 48, "red", "wide"),
    ]  # fmt: skip


def test_a_timeline_of_the_library_arrives_whole() -> None:
    check(parse(made().to_json_string()))


def test_positions_are_those_of_the_library() -> None:
    timeline = made()
    for shot in parse(timeline.to_json_string()).shots:
        (theirs,) = [item for item in timeline.find_clips() if item.name == shot.source]
        span_there = theirs.transformed_time_range(theirs.trimmed_range(), timeline.tracks)
        assert span_there.duration.to_frames() >= shot.end - shot.start - 24
        if shot.transition.kind == "cut":
            assert span_there.start_time.to_frames() == shot.start - 86_400


def test_newer_and_older_schemas_are_read_alike() -> None:
    text = made().to_json_string()
    newer = text.replace("Clip.2", "Clip.9").replace("Marker.2", "Marker.3").replace("Timeline.1", "Timeline.4")
    with pytest.raises(oti.exceptions.UnsupportedSchemaError):
        oti.adapters.read_from_string(newer, "otio_json")
    check(parse(newer))
    older = oti.adapters.write_to_string(made(), "otio_json", target_schema_versions={"Clip": 1})
    assert "Clip.1" in older
    check(parse(older))


def test_an_archive_is_read_within_limits(tmp_path: Path) -> None:
    path = tmp_path / "cut.otioz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("version.txt", "1.0.0")
        archive.writestr("../../evil.txt", "no")
        archive.writestr("content.otio", made().to_json_string())
    check(read(path)[0])
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("content.otio", b" " * 10_000_000)
    with pytest.raises(TimelineError, match="unpacks to 10,000,000 bytes"):
        parse(bomb.getvalue())
    empty = io.BytesIO()
    with zipfile.ZipFile(empty, "w") as archive:
        archive.writestr("other", b"x")
    with pytest.raises(TimelineError, match="is an archive without"):
        parse(empty.getvalue())


def test_clips_of_another_rate_are_laid_in_exact_seconds() -> None:
    track = oti.schema.Track("V1", kind="Video")
    track.extend([clip("a", 0, 50, 25), clip("b", 0, 48, 24)])
    timeline = oti.schema.Timeline("x", global_start_time=at(0, 24))
    timeline.tracks.append(track)
    assert [(s.start, s.end) for s in parse(timeline.to_json_string()).shots] == [(0, 48), (48, 96)]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("[]", "no object"),
        ("{", "line 1: is not JSON"),
        ('{"OTIO_SCHEMA":"Clip.2"}', 'it holds a "Clip"'),
        ('{"OTIO_SCHEMA":"Timeline.1"}', "has a rate; say it with --fps"),
        ('{"OTIO_SCHEMA":"Timeline.1","global_start_time":{"rate":17,"value":1}}', "have the rate 17"),
    ],
)
def test_what_cannot_be_read_is_said(data: str, message: str) -> None:
    with pytest.raises(TimelineError, match=message):
        parse(data)


def test_deep_nesting_ends_in_an_error() -> None:
    inner: dict[str, Any] = {"OTIO_SCHEMA": "Track.1", "children": []}
    for _ in range(100):
        inner = {"OTIO_SCHEMA": "Stack.1", "children": [inner]}
    root = {
        "OTIO_SCHEMA": "Timeline.1",
        "global_start_time": {"rate": 24, "value": 0},
        "tracks": {"children": [{"OTIO_SCHEMA": "Track.1", "children": [inner]}]},
    }
    with pytest.raises(TimelineError, match="nested more than"):
        parse(json.dumps(root))
    with pytest.raises(TimelineError, match="is not JSON"):
        parse(b'{"a":' * 200_000)
