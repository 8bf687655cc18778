from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from soundscape.mastering.compliance import Check
from soundscape.mastering.drawing import drawing
from soundscape.mastering.page import to_html
from soundscape.mastering.result import FileResult
from soundscape.mastering.target import load_target

TARGET = load_target("-16/-1")
GOOD = FileResult(path=Path("good.wav"), status="on target")
QUIET = FileResult(
    path=Path("quiet.wav"),
    status="silent",
    checks=(Check(rule="integrated", value=None, allowed="-16 ±0.5 LUFS", margin=None),),
)
MISSED = FileResult(
    path=Path("missed.wav"),
    status="unreached",
    checks=(Check(rule="integrated", value=-18.5, allowed="-16 ±0.5 LUFS", margin=-2.0),),
    notes=("2.5 LU too quiet",),
)
BROKEN = FileResult(path=Path("broken.wav"), status="failed", error="broken.wav: holds no samples")


def test_what_needs_attention_comes_first_and_is_linked() -> None:
    page = to_html([GOOD, QUIET, MISSED, BROKEN], TARGET)
    assert "<h1>1 of 4 files meet −16 LUFS, −1 dBTP</h1>" in page
    assert "1 on target, 1 silent, 1 unreached, 1 failed" in page
    names = re.findall(r'<a href="#(f\d)">([a-z.]+)</a>', page)
    assert [name for _, name in names] == ["missed.wav", "broken.wav", "quiet.wav", "good.wav"]
    for anchor, name in names:
        assert f'<section id="{anchor}"><h2>{name}' in page


def test_a_miss_is_red_and_silence_is_not() -> None:
    missed, quiet = to_html([MISSED], TARGET), to_html([QUIET], TARGET)
    assert "integrated −18.50, allowed -16 ±0.5 LUFS" in missed
    assert 'class="number bad">−2.00<' in missed
    assert "<li>2.5 LU too quiet</li>" in missed
    assert 'class="number warn">no value<' in quiet
    assert 'class="bad"' not in quiet


def test_an_error_stands_beside_its_file_without_its_name() -> None:
    assert '<p class="bad">holds no samples</p>' in to_html([BROKEN], TARGET)


def test_the_drawing_spans_what_there_is_with_the_target_and_the_time() -> None:
    picture = drawing((-31.0,) * 3700, (-22.0,) * 3700, TARGET)
    assert re.findall(r">(−?\d+)</text>", picture) == ["−10", "−20", "−30", "−40"]
    assert re.findall(r">([\d:]+)</text>", picture) == ["0:00", "30:50", "1:01:39"]
    goal = re.search(r'class="goal"[^>]* y1="([\d.]+)"', picture)
    after = re.search(r'class="after" points="[\d.]+,([\d.]+)', picture)
    assert goal is not None and after is not None
    # -16 and -22 LUFS are 6/30 of the height apart.
    assert abs(float(after[1]) - float(goal[1]) - 0.2 * 104) < 0.2
    assert picture.count(" ") < 2000  # no more points than can be seen


def test_the_target_of_dialogue_is_not_drawn_as_that_of_the_programme() -> None:
    assert 'class="goal"' not in drawing((-30.0, -20.0), (), replace(TARGET, gate="dialogue"))


def test_too_little_to_draw_is_not_drawn() -> None:
    assert drawing((-20.0,), (-16.0,), TARGET) == ""
