"""The examples of the guide and of the tutorial run."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path

import pytest

from soundscape.errors import TimelineError
from soundscape.timecode import Rate
from soundscape.timeline import ReadOptions, formats, read

ROOT = Path(__file__).parent.parent.parent
DATA = ROOT / "tests" / "data" / "timelines"


def blocks(page: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", (ROOT / "docs" / page).read_text(), re.DOTALL)


def test_the_guide_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cut.edl").write_bytes((DATA / "dialects.edl").read_bytes())
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"old": read(DATA / "shots.csv")[0], "new": read(DATA / "shots.csv")[0]}
    for block in blocks("guide/timelines.md"):
        exec(compile(block, "guide", "exec"), names)
    assert names["covered"]


def test_the_reader_of_the_tutorial_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "beats.py"
    path.write_text(blocks("extend/timeline.md")[0])
    spec = importlib.util.spec_from_file_location("beats", path)
    assert spec and spec.loader
    beats = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "beats", beats)
    spec.loader.exec_module(beats)
    timeline, _ = beats.read(b"1.5\tslam\n0\tstart\n", ReadOptions(name="a.beats", rate=Rate.parse("24")))
    assert [(hit.frame, hit.label) for hit in timeline.hits] == [(0, "start"), (36, "slam")]
    with pytest.raises(TimelineError, match='line 2: "x" is not a number'):
        beats.read(b"1\ta\nx\tb\n", ReadOptions())


def test_every_suffix_that_the_guide_names_is_read() -> None:
    known = {suffix for suffixes in formats().values() for suffix in suffixes} | {".fcpxmld"}
    page = (ROOT / "docs" / "guide" / "timelines.md").read_text()
    assert set(re.findall(r"`(\.[a-z0-9]+)`", page)) <= known
