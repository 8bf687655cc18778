"""Final Cut Pro 7 XML as Premiere and Resolve write it."""

from __future__ import annotations

from pathlib import Path

import pytest

from soundscape.errors import InputError
from soundscape.model import Timeline
from soundscape.timecode import Rate
from soundscape.timeline import ReadOptions, fcp7xml, read

DATA = Path(__file__).parent.parent / "data" / "timelines"


def document(tracks: str, *, head: str = "<rate><timebase>25</timebase><ntsc>FALSE</ntsc></rate>") -> bytes:
    media = f"<media><video>{tracks}</video></media>"
    return f'<xmeml version="5"><sequence><name>S</name>{head}{media}</sequence></xmeml>'.encode()


def parse(data: bytes) -> Timeline:
    return fcp7xml.read(data, ReadOptions(name="cut.xml"))[0]


def test_a_sequence_arrives_whole() -> None:
    """Facts of the file: 260 frames from 01:00:00;00 at 29.97 drop-frame (its `<duration>` says 50), 4 clips with
    picture, 1 dissolve of 30 frames, 1 disabled clip, 2 overlays, 1 sound clip, 3 markers of which 1 is hidden."""
    timeline, diagnostics = read(DATA / "premiere.xml")
    assert timeline.title == "Reel 2 镜头" and timeline.rate == Rate.parse("29.97df")
    assert (timeline.start, timeline.end) == (107_892, 107_892 + 260)
    assert [(s.source, s.start - 107_892, s.end - 107_892, s.track) for s in timeline.shots] == [
        ("A.mov", 0, 45, 1), ("B", 45, 150, 1), ("Nest", 160, 260, 1), ("Insert", 200, 220, 2),
    ]  # fmt: skip
    assert (timeline.shots[1].transition.kind, timeline.shots[1].transition.frames) == ("dissolve", 30)
    assert timeline.shots[1].extra == (("file", "A.mov"),)
    assert timeline.shots[2].extra == (("nested", "sequence"), ("speed", "-50 %"))
    assert [(h.label, h.frame - 107_892, h.frames, h.note) for h in timeline.hits] == [
        ("Slam", 30, 0, "loud"), ("Chapter", 60, 30, ""),
    ]  # fmt: skip
    messages = " ".join(d.message for d in diagnostics)
    assert "the file says 50 frames, its clips last 260" in messages
    assert "1 disabled clips left out, 1 sound clips left out, 2 titles and adjustment layers left out" in messages


def test_edges_under_transitions_are_found_where_both_are_hidden() -> None:
    item = "<clipitem><name>{}</name><start>{}</start><end>{}</end><in>{}</in><out>{}</out></clipitem>"
    mix = "<transitionitem><start>{}</start><end>{}</end><name>Wipe</name></transitionitem>"
    timeline = parse(
        document(
            "<track>" + item.format("a", 0, -1, 0, 60) + mix.format(40, 60) + item.format("b", -1, -1, 5, 65)
            + mix.format(90, 100) + item.format("c", -1, 150, 0, 60) + mix.format(140, 150) + "</track>"
        )
    )  # fmt: skip
    assert [(s.source, s.start, s.end) for s in timeline.shots] == [("a", 0, 40), ("b", 40, 90), ("c", 90, 150)]
    assert [s.transition.frames for s in timeline.shots] == [0, 20, 10]
    assert timeline.shots[2].extra == (("fade out", "10 frames"),)


def test_a_byte_order_mark_and_a_doctype_do_no_harm() -> None:
    data = b'\xef\xbb\xbf<?xml version="1.0"?>\n<!DOCTYPE xmeml PUBLIC "-//X//EN" "http://x/y.dtd">' + document("")
    assert parse(data).title == "S"


def test_a_sequence_of_sound_has_its_clips_as_shots() -> None:
    item = "<track><clipitem><name>a</name><start>0</start><end>9</end><in>0</in><out>9</out></clipitem></track>"
    data = document("").replace(b"</video>", f"</video><audio>{item}</audio>".encode())
    assert [shot.source for shot in parse(data).shots] == ["a"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"<xmeml/>", "no timeline in this file"),
        (b"<fcpxml/>", "is not Final Cut Pro 7 XML"),
        (document("", head=""), "has no timebase"),
        (document("", head="<rate><timebase>x</timebase></rate>"), '"x" is not a whole number'),
    ],
)
def test_what_cannot_be_read_is_said(data: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse(data)


def test_slugs_bars_and_leaders_are_no_shots_but_part_of_the_programme() -> None:
    item = "<clipitem><name>{0}</name><start>{1}</start><end>{2}</end><in>0</in><out>50</out>{3}</clipitem>"
    slug = "<file><mediaSource>Slug</mediaSource></file>"
    tracks = (
        item.format("Universal Counting Leader", 0, 50, slug)
        + item.format("HD Bars and Tone", 50, 100, "")
        + item.format("A", 100, 150, "")
        + item.format("Transparent Video", 150, 200, slug)
    )
    timeline = parse(document(f"<track>{tracks}</track>"))
    assert [(shot.source, shot.start) for shot in timeline.shots] == [("A", 100)]
    assert (timeline.start, timeline.end) == (0, 200)
