"""Final Cut Pro XML: exact rationals to frames."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from soundscape.errors import InputError, TimelineError
from soundscape.model import Timeline
from soundscape.timecode import Rate, frame_to_timecode
from soundscape.timeline import ReadOptions, fcpxml, read

DATA = Path(__file__).parent.parent / "data" / "timelines"


def document(spine: str, *, frame: str = "1/24s", sequence: str = 'tcStart="0s"', extra: str = "") -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE fcpxml>
<fcpxml version="1.9"><resources><format id="r1" frameDuration="{frame}"/>
<asset id="v" name="Video" hasVideo="1" duration="100s"/>{extra}</resources>
<library><event><project name="P"><sequence format="r1" {sequence}><spine>{spine}</spine></sequence></project></event>
</library></fcpxml>""".encode()


def parse(data: bytes, rate: Rate | None = None) -> Timeline:
    return fcpxml.read(data, ReadOptions(name="cut.fcpxml", rate=rate))[0]


def told(data: bytes) -> list[str]:
    return [d.message for d in fcpxml.read(data, ReadOptions())[1]]


def test_a_project_arrives_whole() -> None:
    """Facts of the file: 384 frames from 01:00:00:00 at 23.976, 5 clips with picture, 1 dissolve of 24 frames
    centred on the edit at frame 96, 4 markers of which 1 lies outside of its clip, 1 caption."""
    timeline, diagnostics = read(DATA / "final_cut.fcpxml")
    assert timeline.title == "Cut 7" and timeline.rate == Rate.parse("23.976")
    assert (timeline.start, timeline.end) == (86_400, 86_784)
    assert [(s.source, s.start - 86_400, s.end - 86_400, s.track) for s in timeline.shots] == [
        ("A", 0, 84, 1), ("B", 84, 192, 1), ("Over", 120, 144, 2), ("C", 216, 240, 2), ("X", 288, 384, 1),
    ]  # fmt: skip
    assert (timeline.shots[1].transition.kind, timeline.shots[1].transition.frames) == ("dissolve", 24)
    assert [(h.label, h.frame - 86_400, h.kind) for h in timeline.hits] == [
        ("One", 0, "chapter"), ("Boom", 24, "marker"), ("Do", 97, "todo"),
    ]  # fmt: skip
    assert [(cue.text, cue.start - 86_400, cue.end - 86_400) for cue in timeline.narration] == [("Hello", 192, 240)]
    assert any("Hidden" in d.message and d.line == 18 for d in diagnostics)


def test_a_bundle_is_read_from_the_file_inside(tmp_path: Path) -> None:
    bundle = tmp_path / "cut.fcpxmld"
    bundle.mkdir()
    (bundle / "Info.fcpxml").write_bytes((DATA / "final_cut.fcpxml").read_bytes())
    assert read(bundle)[0] == read(DATA / "final_cut.fcpxml")[0]


@pytest.mark.parametrize(
    ("frame", "name"),
    [
        ("1001/24000s", "23.976"), ("100/2400s", "24"), ("1/25s", "25"), ("1001/30000s", "29.97"), ("100/3000s", "30"),
        ("1001/48000s", "47.952"), ("1/50s", "50"), ("1001/60000s", "59.94"), ("1/60s", "60"), ("1/100s", "100"),
        ("1001/120000s", "119.88"), ("1/120s", "120"),
    ],
)  # fmt: skip
def test_every_rate_stays_exact(frame: str, name: str) -> None:
    rate = Rate.parse(name)
    length = Fraction(1000) / rate.fps
    spine = "".join(
        f'<asset-clip ref="v" offset="{(length * n).numerator}/{(length * n).denominator}s" '
        f'duration="{length.numerator}/{length.denominator}s"/>'
        for n in range(3)
    )
    timeline = parse(document(spine, frame=frame))
    assert timeline.rate == rate
    assert [(shot.start, shot.end) for shot in timeline.shots] == [(0, 1000), (1000, 2000), (2000, 3000)]


def test_drop_frame_and_its_start_timecode() -> None:
    start = Fraction(107_892) / Rate.parse("29.97").fps
    sequence = f'tcStart="{start.numerator}/{start.denominator}s" tcFormat="DF" duration="10s"'
    timeline = parse(document("", frame="1001/30000s", sequence=sequence))
    assert timeline.rate == Rate.parse("29.97df")
    assert frame_to_timecode(timeline.start, timeline.rate) == "01:00:00;00"


def test_a_start_in_whole_seconds_is_a_timecode_where_it_is_no_frame() -> None:
    data = document("", frame="1001/24000s", sequence='tcStart="3600/1s"')
    assert parse(data).start == 86_400
    assert any("taken as a timecode" in message for message in told(data))


@pytest.mark.parametrize(
    ("name", "rate"),
    [("FFVideoFormat1080p2398", "23.976"), ("FFVideoFormat1080i5994", "29.97"), ("FFVideoFormat720p50", "50")],
)
def test_a_format_without_a_frame_duration_is_known_by_its_name(name: str, rate: str) -> None:
    data = document("").replace(b'frameDuration="1/24s"', f'name="{name}"'.encode())
    assert parse(data).rate == Rate.parse(rate)


def test_a_marker_in_a_conformed_clip_is_scaled() -> None:
    """25 in a project of 24: a second of the clip lasts 25/24 s."""
    clip = (
        '<asset-clip ref="v" offset="0s" start="0s" duration="100s"><conform-rate srcFrameRate="25"/>'
        '<marker start="24s" duration="1/25s" value="M"/></asset-clip>'
    )
    assert parse(document(clip)).hits[0].frame == 25 * 24
    doubtful = document(clip.replace('srcFrameRate="25"', 'srcFrameRate="24"'), frame="1/25s")
    assert any("may be off" in message for message in told(doubtful))


def test_connected_clips_count_in_the_time_of_their_parent() -> None:
    spine = (
        '<gap offset="0s" start="3600s" duration="10s">'
        '<asset-clip ref="v" lane="1" offset="3602s" start="50s" duration="4s">'
        '<asset-clip ref="v" lane="1" offset="51s" duration="1s" name="deep"/></asset-clip></gap>'
    )
    assert [(s.start, s.end, s.track) for s in parse(document(spine)).shots] == [(48, 144, 2), (72, 96, 3)]


def test_a_fade_out_leaves_its_shot_and_is_told() -> None:
    spine = '<asset-clip ref="v" offset="0s" duration="4s"/><transition offset="3s" duration="1s" name="Mix"/>'
    (shot,) = parse(document(spine)).shots
    assert (shot.end, shot.extra) == (96, (("fade out", "24 frames"),))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"<fcpxml><library><event name='E'/></library></fcpxml>", "no timeline in this file"),
        (b"<xmeml/>", "is not FCPXML"),
        (b"<fcpxml>\n<a></fcpxml>", "line 2: is not well-formed XML"),
        (document("").replace(b'format="r1"', b'format="r9"'), 'names a format "r9" that is not there'),
        (document("").replace(b' frameDuration="1/24s"', b""), "has no rate; say it with --fps"),
        (document('<asset-clip ref="v" offset="x" duration="1s"/>'), '"x" is not a time'),
        (document('<asset-clip ref="v" offset="1/0s" duration="1s"/>'), "is not a time"),
        (document("", frame="1/17s"), "17 is not a frame rate; allowed"),
    ],
)
def test_what_cannot_be_read_is_said(data: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse(data)


def test_entities_are_refused_and_depth_is_limited() -> None:
    bomb = b'<!DOCTYPE fcpxml [<!ENTITY a "b">]><fcpxml>&a;</fcpxml>'
    with pytest.raises(TimelineError, match="entities, which are not read"):
        parse(bomb)
    outside = b'<!DOCTYPE fcpxml [<!ENTITY a SYSTEM "file:///etc/passwd">]><fcpxml>&a;</fcpxml>'
    with pytest.raises(TimelineError, match="entities, which are not read"):
        parse(outside)
    with pytest.raises(TimelineError, match="nested more than"):
        parse(b"<fcpxml>" + b"<a>" * 100_000)


def test_a_line_of_a_megabyte_is_read() -> None:
    clip = '<asset-clip ref="v" duration="1s" name="{}"/>'
    data = document("".join(clip.format(n) for n in range(25_000))).replace(b"\n", b" ")
    assert len(data) > 1_000_000
    assert len(parse(data).shots) == 25_000


COMPOUND = """<media id="m{n}" name="C"><sequence format="r1" tcStart="0s" duration="100s"><spine>
<asset-clip ref="v" offset="0s" start="10s" duration="100s">
<marker start="11s" duration="1/24s" value="early"/><marker start="16s" duration="1/24s" value="late"/>
</asset-clip>{more}</spine></sequence></media>"""


def test_markers_inside_of_a_compound_clip_count_for_every_use_as_far_as_they_are_seen() -> None:
    uses = '<ref-clip ref="m1" offset="0s" duration="4s"/><ref-clip ref="m1" offset="4s" start="5s" duration="4s"/>'
    data = document(uses, extra=COMPOUND.format(n=1, more=""))
    assert [(hit.label, hit.frame) for hit in parse(data).hits] == [("early", 24), ("late", 120)]
    assert sum("inside of a clip" in message for message in told(data)) == 2


def test_markers_of_a_synchronised_clip_and_of_what_it_holds() -> None:
    spine = (
        '<sync-clip offset="0s" duration="20s"><asset-clip ref="v" offset="0s" duration="20s">'
        '<asset-clip ref="v" lane="-1" offset="0s" duration="5s"><marker start="3s" value="sound"/></asset-clip>'
        '<marker start="8s" value="picture"/></asset-clip><marker start="10s" value="own"/></sync-clip>'
    )
    assert [(hit.label, hit.frame) for hit in parse(document(spine)).hits] == [
        ("sound", 72),
        ("picture", 192),
        ("own", 240),
    ]


def test_markers_of_a_multicam_clip_are_those_of_the_angle_that_is_seen() -> None:
    angle = '<mc-angle angleID="{0}"><asset-clip ref="v" offset="0s" duration="9s"><marker start="2s" value="{0}"/>'
    media = "".join(angle.format(name) + "</asset-clip></mc-angle>" for name in "ab")
    spine = (
        '<mc-clip ref="mc" offset="0s" duration="9s"><mc-source angleID="a" srcEnable="audio"/>'
        '<mc-source angleID="b" srcEnable="video"/></mc-clip>'
    )
    data = document(spine, extra=f'<media id="mc"><multicam tcStart="0s" duration="9s">{media}</multicam></media>')
    assert [(hit.label, hit.frame) for hit in parse(data).hits] == [("b", 48)]


def test_compound_clips_that_hold_each_other_end_in_an_error() -> None:
    use = '<ref-clip ref="m{0}" offset="0s" duration="9s"/>' * 10
    bomb = "".join(COMPOUND.format(n=n, more=use.format(n + 1)) for n in range(12))
    with pytest.raises(TimelineError, match="its clips hold more than 20,000 others"):
        parse(document(use.format(0), extra=bomb))
    ring = COMPOUND.format(n=1, more='<ref-clip ref="m1" offset="0s" duration="9s"/>')
    with pytest.raises(TimelineError, match="or themselves"):
        parse(document('<ref-clip ref="m1" offset="0s" duration="9s"/>', extra=ring))


def test_a_project_of_sound_has_its_clips_as_shots() -> None:
    data = document(
        '<asset-clip ref="s" offset="0s" duration="2s"/>', extra='<asset id="s" name="Song" hasAudio="1"/>'
    )
    assert [shot.source for shot in parse(data).shots] == ["Song"]


def test_what_is_connected_to_a_synchronised_clip_lies_on_the_timeline() -> None:
    spine = (
        '<sync-clip offset="0s" start="50s" duration="9s"><clip offset="50s" start="50s" duration="9s">'
        '<video ref="v" offset="50s" duration="9s"/></clip>'
        '<asset-clip ref="v" lane="1" offset="52s" duration="3s" name="over"/>'
        '<sync-clip lane="-1" offset="50s" duration="9s"><gap offset="0s" duration="9s"/></sync-clip></sync-clip>'
    )
    assert [(s.source, s.start, s.end, s.track) for s in parse(document(spine)).shots] == [
        ("", 0, 216, 1),
        ("over", 48, 120, 2),
    ]
    assert any("1 sound clips left out" in message for message in told(document(spine)))
