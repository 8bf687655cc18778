"""The picture itself, made by ffmpeg."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from soundscape.errors import TimelineError
from soundscape.timecode import Rate
from soundscape.timeline import read

pytest.importorskip("av")
pytest.importorskip("scenedetect")
if shutil.which("ffmpeg") is None:
    pytest.skip("needs ffmpeg to make a film", allow_module_level=True)


def film(path: Path, rate: str, *extra: str) -> Path:
    """Red for 48 frames, blue for 24, white for 72."""
    fps = Rate.parse(rate).fps
    inputs: list[str] = []
    for colour, frames in (("red", 48), ("blue", 24), ("white", 72)):
        inputs += ["-f", "lavfi", "-i", f"color={colour}:s=64x36:r={fps}:d={float(frames / fps):.9f}"]
    joined = ["-filter_complex", "[0][1][2]concat=n=3:v=1[v]", "-map", "[v]"]
    subprocess.run(["ffmpeg", "-v", "error", "-y", *inputs, *joined, *extra, str(path)], check=True)
    return path


@pytest.mark.parametrize(
    ("rate", "label", "start"), [("23.976", "01:00:00:00", 86_400), ("29.97", "01:00:00;00", 107_892)]
)
def test_rate_start_and_cuts_are_exact(tmp_path: Path, rate: str, label: str, start: int) -> None:
    timeline, _ = read(film(tmp_path / "film.mov", rate, "-timecode", label))
    assert timeline.rate.fps == Rate.parse(rate).fps
    assert timeline.rate.drop_frame == (";" in label)
    assert timeline.start == start
    assert [(s.start - start, s.end - start) for s in timeline.shots] == [(0, 48), (48, 72), (72, 144)]


def test_what_is_no_video_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"not a film" * 100)
    with pytest.raises(TimelineError, match=r"cannot be read|is not a video"):
        read(path)
