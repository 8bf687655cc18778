"""Chapters and detected scenes: lists that become shots."""

from __future__ import annotations

from pathlib import Path

import pytest

from soundscape.errors import TimelineError
from soundscape.timecode import Rate
from soundscape.timeline import ReadOptions, pyscenedetect, read, youtube_chapters

DATA = Path(__file__).parent.parent / "data" / "timelines"
FPS25 = Rate.parse("25")


def test_chapters_last_until_the_next_and_the_last_one_by_rule() -> None:
    """Facts of the file: 3 chapters at 0:00, 1:05 and 1:02:10, two lines that are none."""
    timeline, diagnostics = read(DATA / "chapters.txt", fps=FPS25)
    assert [(s.label, s.scene, s.start, s.end) for s in timeline.shots] == [
        ("1", "Intro", 0, 65 * 25),
        ("2", "The chase", 65 * 25, 3730 * 25),
        ("3", "Crystal – the end", 3730 * 25, 3740 * 25),
    ]
    assert [d.line for d in diagnostics] == [1, 6, 5]


def test_a_chapter_that_goes_back_is_left_out_and_told() -> None:
    timeline, diagnostics = youtube_chapters.read(b"0:00 a\n2:00 b\n1:00 c\n3:00 d\n", ReadOptions(rate=FPS25))
    assert [shot.scene for shot in timeline.shots] == ["a", "b", "d"]
    assert any(d.line == 3 for d in diagnostics)


def test_scene_lists_count_from_1_and_include_their_last_frame() -> None:
    """Facts of the file: 3 scenes, 240 frames at 23.976."""
    timeline, _ = read(DATA / "scenes.csv")
    assert timeline.rate == Rate.parse("23.976")
    assert [(s.start, s.end) for s in timeline.shots] == [(0, 48), (48, 96), (96, 240)]


def test_scene_lists_of_2014_count_from_0_and_have_seconds() -> None:
    timeline, _ = read(DATA / "scenes_2014.csv")
    assert timeline.rate == FPS25
    assert [(s.start, s.end) for s in timeline.shots] == [(0, 50), (50, 125)]


def test_files_without_sections_are_refused() -> None:
    with pytest.raises(TimelineError, match="has no chapters"):
        youtube_chapters.read(b"hello\n", ReadOptions())
    with pytest.raises(TimelineError, match="no header"):
        pyscenedetect.read(b"a,b\n", ReadOptions())
    with pytest.raises(TimelineError, match='line 2, column "start frame": "x" is not a number'):
        pyscenedetect.read(b"Scene Number,Start Frame,End Frame\n1,x,2\n", ReadOptions())
