"""What is seen of a layered timeline, and its table."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from soundscape.model import Cue, HitPoint, Shot, Timeline
from soundscape.timecode import Rate
from soundscape.timeline import picture, summary

RATE = Rate.parse("25")


def layered(*spans: tuple[int, int, int]) -> Timeline:
    """Shots of (start, end, track)."""
    shots = [
        Shot(label=str(number), start=start, end=end, track=track, source_start=1000)
        for number, (start, end, track) in enumerate(spans, 1)
    ]
    return Timeline(title="t", rate=RATE, start=0, shots=tuple(sorted(shots, key=lambda s: (s.start, s.track))))


def test_a_timeline_without_overlaps_is_left_alone() -> None:
    timeline = layered((0, 10, 1), (10, 20, 2))
    assert picture(timeline) == (timeline, ())


def test_a_shot_with_another_in_its_middle_becomes_two() -> None:
    timeline, told = picture(layered((0, 100, 1), (40, 60, 2)))
    assert [(s.label, s.start, s.end, s.source_start) for s in timeline.shots] == [
        ("1", 0, 40, 1000),
        ("2", 40, 60, 1000),
        ("1 (2)", 60, 100, 1060),
    ]
    assert [d.message for d in told] == ['shot "1" shows 80 of 100 frames: others lie over it']


def test_a_lower_track_and_an_earlier_start_lose() -> None:
    assert [s.label for s in picture(layered((0, 50, 2), (10, 40, 1)))[0].shots] == ["1"]
    timeline, _ = picture(layered((0, 50, 1), (40, 90, 1)))
    assert [(s.start, s.end) for s in timeline.shots] == [(0, 40), (40, 90)]


@given(
    st.lists(
        st.tuples(st.integers(0, 40), st.integers(1, 30), st.integers(1, 3)).map(
            lambda t: (t[0], t[0] + t[1], t[2])
        ),
        max_size=8,
    )
)
def test_each_frame_shows_what_a_frame_by_frame_look_shows(spans: list[tuple[int, int, int]]) -> None:
    timeline = layered(*spans)
    seen, _ = picture(timeline)
    for frame in range(75):
        over = [shot for shot in seen.shots if shot.start <= frame < shot.end]
        under = [(s.track, s.start, i, s.label) for i, s in enumerate(timeline.shots) if s.start <= frame < s.end]
        assert [shot.label.split(" ")[0] for shot in over] == ([max(under)[3]] if under else [])


def test_the_table_shows_gaps_overlaps_hits_and_cues_in_order() -> None:
    timeline = Timeline(
        title="t",
        rate=RATE,
        start=0,
        stop=100,
        shots=(Shot(label="1", start=10, end=30), Shot(label="2", start=25, end=50, track=2, source="b.mov")),
        hits=(HitPoint(frame=12, label="bang", colour="red"),),
        narration=(Cue(start=60, end=70, text="words"),),
    )
    table = summary(timeline)
    assert [(row.kind, row.start, row.frames) for row in table.rows] == [
        ("gap", 0, 10), ("shot", 10, 20), ("hit", 12, 0), ("shot", 25, 25), ("overlap", 25, 5), ("gap", 50, 50),
        ("cue", 60, 10),
    ]  # fmt: skip
    assert (table.gaps, table.overlaps, table.shots, table.hits, table.cues) == (2, 1, 2, 1, 1)
    assert (table.start, table.end, table.frames, table.seconds) == ("00:00:00:00", "00:00:04:00", 100, 4.0)
    assert table.rows[3].what == "b.mov" and table.rows[3].detail == "track 2"
