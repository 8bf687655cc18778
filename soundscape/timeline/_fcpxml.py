"""FCPXML, below the storyline: elements, their times, markers, captions, and what clips hold."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction

from soundscape.errors import TimelineError
from soundscape.model import Cue, HitPoint
from soundscape.timecode import Rate
from soundscape.timeline import _layers, _xml
from soundscape.timeline._rational import nearest, seconds
from soundscape.timeline._reading import Report

CLIPS = ("clip", "asset-clip", "ref-clip", "sync-clip", "mc-clip", "video", "title")
ELEMENTS = (*CLIPS, "audio", "gap", "audition", "spine", "transition")
MAX_DEPTH = 30
"""How deep clips may hold clips."""
MAX_INSIDE = 20_000
"""How many elements inside of clips are visited, each counted for every use."""

NESTED = ("ref-clip", "sync-clip", "mc-clip")
_TESTED_RATES = (Fraction(24000, 1001), Fraction(24), Fraction(30000, 1001))
"""Project rates at which the scale of conformed clips was checked against what Final Cut shows."""


@dataclass(slots=True)
class Project:
    """What is gathered while the tree is walked."""

    rate: Rate
    start: int
    origin_s: Fraction
    report: Report
    resources: dict[str, _xml.Node]
    clips: list[_layers.Clip] = field(default_factory=list)
    sounds: list[_layers.Clip] = field(default_factory=list)
    inside: int = 0
    """Elements that were visited inside of clips."""
    mixes: list[_layers.Mix] = field(default_factory=list)
    hits: list[HitPoint] = field(default_factory=list)
    cues: list[Cue] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)

    def frame(self, at_s: Fraction, line: int) -> int:
        """Frame of a time of the sequence; says so when it lies between two."""
        exact = (at_s - self.origin_s) * self.rate.fps
        if exact.denominator != 1:
            self.report.warn(f"{float(at_s):.6f} s lies between two frames", line, kind="times between frames")
        return self.start + nearest(exact)


def lane_of(element: _xml.Node) -> int:
    text = element.get("lane", "0")
    return int(text) if text.lstrip("-").isdecimal() and len(text) < 6 else 0


def length_of(element: _xml.Node, project: Project) -> Fraction:
    """Duration; that of the source where the element has none."""
    if element.get("duration"):
        return seconds(element.get("duration"), element.line)
    if element.tag == "audition":
        active = next(element.all(*ELEMENTS), None)
        return length_of(active, project) if active else Fraction(0)
    source = project.resources.get(element.get("ref"))
    if source is not None and source.tag == "media":
        source = source.find("sequence") or source.find("multicam")
    return seconds(source.get("duration", "0s"), source.line) if source is not None else Fraction(0)


def has_picture(element: _xml.Node, project: Project) -> bool:
    """Whether a clip shows anything: a clip that holds others does when one of them does."""
    if element.tag == "asset-clip":
        asset = project.resources.get(element.get("ref"))
        # An asset that says nothing of itself is taken to be seen.
        return asset is None or asset.get("hasVideo") == "1" or not asset.get("hasAudio")
    if element.tag in ("clip", "sync-clip", "spine"):
        held = [child for child in element.children if child.tag in ELEMENTS and not child.get("lane")]
        return any(has_picture(child, project) for child in held) or not held
    return element.tag in ("video", "title", "ref-clip", "mc-clip", "audition")


def add_marker(
    marker: _xml.Node, owner: _xml.Node, at_s: Fraction, length_s: Fraction, start_s: Fraction, project: Project
) -> None:
    scale = _scale(owner, marker.line, project)
    inside_s = (seconds(marker.get("start", "0s"), marker.line) - start_s) * scale
    label = " ".join(marker.get("value").split()) or "marker"
    if not 0 <= inside_s < length_s:
        project.report.info(
            f'marker "{label}" lies outside of the visible part of its clip and is left out',
            marker.line,
            kind="hidden markers",
        )
        return
    frames = nearest(seconds(marker.get("duration", "0s"), marker.line) * project.rate.fps)
    kind = "chapter" if marker.tag == "chapter-marker" else "todo" if "completed" in marker.attributes else "marker"
    project.hits.append(
        HitPoint(
            frame=project.start + nearest((at_s + inside_s - project.origin_s) * project.rate.fps),
            label=label,
            strength="strong" if kind == "marker" else "soft",
            frames=frames if frames > 1 else 0,
            kind=kind,
            note=marker.get("note"),
            line=marker.line,
        )
    )


def _scale(owner: _xml.Node, line: int, project: Project) -> Fraction:
    """Sequence seconds in a second of a clip whose rate is conformed to the project's."""
    conform = owner.find("conform-rate")
    if conform is None or conform.get("scaleEnabled") == "0" or not conform.get("srcFrameRate"):
        return Fraction(1)
    scale = Rate.parse(conform.get("srcFrameRate")).fps / project.rate.fps
    if not Fraction(9, 10) < scale < Fraction(11, 10):
        scale = Fraction(1)  # rates that far apart are sampled, not played slower or faster
    if project.rate.fps not in _TESTED_RATES:
        project.report.warn(
            f"a marker in a clip of {conform.get('srcFrameRate')} frames per second may be off by a few frames",
            line,
            kind="markers in conformed clips",
        )
    return scale


def add_caption(caption: _xml.Node, at_s: Fraction, project: Project) -> None:
    words = " ".join(" ".join(part.text for part in caption.walk("text-style")).split())
    length_s = seconds(caption.get("duration", "0s"), caption.line)
    start = project.frame(at_s, caption.line)
    end = max(start + 1, project.frame(at_s + length_s, caption.line))
    text = words or caption.get("name")
    if text and caption.get("enabled") != "0":
        project.cues.append(Cue(start=start, end=end, text=text, line=caption.line))


# ---------------------------------------------------------------- markers inside of clips


def look_inside(
    element: _xml.Node, at_s: Fraction, window: tuple[Fraction, Fraction], project: Project, depth: int
) -> None:
    """Gather the markers of what a clip holds, as far as they lie in the window that is seen of it."""
    content, begin_s = _content(element, project)
    start_s = seconds(element.get("start"), element.line) if element.get("start") else begin_s
    cursor_s = begin_s
    for child in content:
        project.inside += 1
        if depth > MAX_DEPTH or project.inside > MAX_INSIDE:
            raise TimelineError(f"its clips hold more than {MAX_INSIDE:,} others, or themselves", line=element.line)
        if child.tag not in (*CLIPS, "audio", "gap"):
            continue
        offset_s = seconds(child.get("offset"), child.line) if child.get("offset") else cursor_s
        length_s = length_of(child, project)
        if not lane_of(child):
            cursor_s = offset_s + length_s
        _inner(child, at_s + offset_s - start_s, length_s, window, project, depth)


def _inner(
    child: _xml.Node,
    at_s: Fraction,
    length_s: Fraction,
    window: tuple[Fraction, Fraction],
    project: Project,
    depth: int,
) -> None:
    """The markers of one element inside of a clip, of what is connected to it, and of what it holds itself."""
    seen = (max(window[0], at_s), min(window[1], at_s + length_s))
    start_s = seconds(child.get("start", "0s"), child.line)
    for marker in child.all("marker", "chapter-marker"):
        inside_s = (seconds(marker.get("start", "0s"), marker.line) - start_s) * _scale(child, marker.line, project)
        if seen[0] <= at_s + inside_s < seen[1]:
            add_marker(marker, child, at_s, length_s, start_s, project)
            project.report.info(
                "the marker lies inside of a clip that holds others", marker.line, kind="inner markers"
            )
    for other in child.children:
        if other.tag in (*CLIPS, "audio") and other.get("lane"):
            offset_s = seconds(other.get("offset", "0s"), other.line)
            project.inside += 1
            _inner(other, at_s + offset_s - start_s, length_of(other, project), window, project, depth + 1)
    if seen[0] < seen[1]:
        look_inside(child, at_s, seen, project, depth + 1)


def _content(element: _xml.Node, project: Project) -> tuple[list[_xml.Node], Fraction]:
    """What a clip holds, and the time at which its own clock begins."""
    if element.tag in ("clip", "sync-clip"):
        spine = element.find("spine")
        own = spine if spine is not None and not spine.get("lane") else element
        return [child for child in own.children if not child.get("lane")], Fraction(0)
    media = project.resources.get(element.get("ref"))
    if media is None or media.tag != "media":
        return [], Fraction(0)
    if element.tag == "ref-clip" and (sequence := media.find("sequence")):
        spine = sequence.find("spine")
        return (spine.children if spine else []), seconds(sequence.get("tcStart", "0s"), sequence.line)
    if element.tag == "mc-clip" and (multicam := media.find("multicam")):
        shown = {source.get("angleID") for source in element.all("mc-source") if source.get("srcEnable") != "audio"}
        angles = list(multicam.all("mc-angle"))
        angle = next((angle for angle in angles if angle.get("angleID") in shown), None) or next(iter(angles), None)
        return (angle.children if angle else []), seconds(multicam.get("tcStart", "0s"), multicam.line)
    return [], Fraction(0)
