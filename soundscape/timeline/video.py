"""The picture itself: rate, length and start timecode of a video file (PyAV), and its cuts (PySceneDetect).

The safe way from programs that hand over no timeline. Dissolves and fades are not found as cuts.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

from soundscape.errors import InputError, TimelineError
from soundscape.model import HitPoint, Shot, Timeline
from soundscape.timecode import Rate, timecode_to_frame
from soundscape.timeline._rational import nearest
from soundscape.timeline._reading import ReadOptions, Report, Result, counted

SUFFIXES = (".mp4", ".mov", ".m4v", ".mkv", ".webm", ".avi", ".mxf", ".mpg", ".mpeg", ".mts", ".m2ts")


def read_file(path: Path, options: ReadOptions) -> Result:
    """Read a video file: a shot between each two cuts; raises TimelineError when there is no picture."""
    try:
        import av
        import scenedetect
    except ImportError as error:
        raise TimelineError(f"video needs {error.name}: pip install 'soundscape[video]'") from None
    report = Report()
    try:
        with av.open(str(path)) as container:
            rate, start, length, fps = _facts(container, options, report)
            hits = _chapters(container, rate, start)
        scenes = scenedetect.detect(str(path), scenedetect.ContentDetector(), start_in_scene=True)
        cuts = sorted({0, *(nearest(begin.frame_num * rate.fps / fps) for begin, _ in scenes)})
    except (InputError, OSError):
        raise
    except Exception as error:
        # FFmpeg and OpenCV end in errors of every kind on a damaged file.
        raise TimelineError(f"is not a video that can be read: {type(error).__name__}: {error}") from error
    edges = [cut for cut in cuts if cut < length] + [length]
    shots = [
        Shot(label=f"{number:03d}", start=start + begin, end=start + end, source=path.name, source_start=begin)
        for number, (begin, end) in enumerate(pairwise(edges), 1)
    ]
    report.info(f"{len(shots)} shots between the cuts that were found; dissolves and fades are not found")
    timeline = Timeline(title=options.title, rate=rate, start=start, shots=tuple(shots), hits=tuple(hits))
    return timeline, report.diagnostics


def _facts(container: Any, options: ReadOptions, report: Report) -> tuple[Rate, int, int, Fraction]:
    """Rate, start, length in frames of that rate, and frames per second of the file."""
    stream = next(iter(container.streams.video), None)
    if stream is None:
        raise TimelineError("has no picture")
    fps = Fraction(stream.average_rate or stream.base_rate or 0)
    if fps <= 0:
        raise TimelineError("has no frame rate; say it with --fps")
    label = _label(container, stream)
    drop_frame = True if ";" in label else None
    if options.rate:
        rate = counted(options.rate, drop_frame, report=report)
    else:
        try:
            rate = counted(Rate(fps=Rate.parse(f"{float(fps):.4f}").fps), drop_frame, report=report)
        except InputError:
            raise TimelineError(
                f"has {float(fps):.3f} frames per second, perhaps because its rate varies; say the right one with --fps"
            ) from None
    start = timecode_to_frame(label, rate, warn=report.warn) if label else 0
    if stream.duration and stream.time_base:
        seconds = Fraction(stream.duration * stream.time_base)
    elif stream.frames:
        seconds = stream.frames / fps
    else:
        seconds = Fraction(container.duration or 0, 1_000_000)
    length = nearest(seconds * rate.fps)
    if length <= 0:
        raise TimelineError("has no length")
    return rate, start, length, fps


def _label(container: Any, stream: Any) -> str:
    """Start timecode, where a track or the file has one."""
    for holder in (stream, container, *container.streams):
        if label := holder.metadata.get("timecode"):
            return str(label)
    return ""


def _chapters(container: Any, rate: Rate, start: int) -> list[HitPoint]:
    found = []
    for chapter in container.chapters():
        begin_s = Fraction(chapter["start"] * chapter["time_base"])
        title = str(chapter.get("metadata", {}).get("title") or "chapter")
        found.append(
            HitPoint(frame=start + nearest(begin_s * rate.fps), label=title, strength="soft", kind="chapter")
        )
    return found
