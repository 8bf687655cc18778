"""Final Cut Pro XML (`.fcpxml`, and the bundle `.fcpxmld`), versions 1.0 to 1.14, as Final Cut and Resolve write it.

All times are exact rationals. The `offset` of an element is in the time of its parent; `start` is its own time at
its left edge. So a child lies at `parent's position + (child's offset - parent's start)`. Clips on the primary
storyline are track 1, connected ones stand above by their lane. Compound, multicam and synchronised clips are one
shot each, with the markers inside of them as far as they are seen, once for every use; of an audition the first
choice counts.

Source: Apple, Final Cut Pro XML reference (document type definitions 1.8 to 1.13).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import PurePosixPath
from urllib.parse import unquote

from soundscape.errors import TimelineError
from soundscape.model import Cue, HitPoint, Timeline
from soundscape.timecode import Rate
from soundscape.timeline import _layers, _text, _xml
from soundscape.timeline._rational import nearest, rate_of_name, seconds
from soundscape.timeline._reading import ReadOptions, Report, Result, counted

SUFFIXES = (".fcpxml", ".xml")
BUNDLE = "Info.fcpxml"

_CLIPS = ("clip", "asset-clip", "ref-clip", "sync-clip", "mc-clip", "video", "title")
_ELEMENTS = (*_CLIPS, "audio", "gap", "audition", "spine", "transition")
MAX_DEPTH = 30
"""How deep clips may hold clips."""
MAX_INSIDE = 20_000
"""How many elements inside of clips are visited, each counted for every use."""

_NESTED = ("ref-clip", "sync-clip", "mc-clip")
_TESTED_RATES = (Fraction(24000, 1001), Fraction(24), Fraction(30000, 1001))
"""Project rates at which the scale of conformed clips was checked against what Final Cut shows."""


@dataclass(slots=True)
class _Project:
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


def sniff(data: bytes) -> int:
    """Surely, where the root element stands."""
    return 2 * ("<fcpxml" in _text.head(data))


def read(data: bytes, options: ReadOptions) -> Result:
    """Read the first project of a file; the others are named in the diagnostics."""
    report = Report()
    root = _xml.parse(data)
    if root.tag != "fcpxml":
        raise TimelineError(f"is not FCPXML: its root is <{root.tag}>", line=root.line)
    resources = {node.get("id"): node for part in root.walk("resources") for node in part.children}
    name, sequence = _sequence(root, report)
    project = _project(sequence, resources, options, report)
    spine = sequence.find("spine")
    if spine is not None:
        _walk_spine(spine, project.origin_s, 0, project)
    if project.sounds and not project.clips:
        report.info("there is no picture in this project; its sound clips are taken as shots")
        project.clips, project.left_out["sound clips"] = project.sounds, 0
    low = min((0, *(clip.track for clip in project.clips)))
    for clip in project.clips:
        clip.track += 1 - low
    for mix in project.mixes:
        mix.track += 1 - low
    shots = _layers.shots(project.clips, project.mixes, report)
    rest = "".join(f", {count} {what} left out" for what, count in sorted(project.left_out.items()) if count)
    report.info(f"{len(shots)} shots, {len(project.mixes)} transitions, {len(project.hits)} markers{rest}")
    length_s = seconds(sequence.get("duration", "0s"), sequence.line)
    timeline = Timeline(
        title=name or options.title,
        rate=project.rate,
        start=project.start,
        shots=tuple(shots),
        hits=tuple(sorted(project.hits, key=lambda hit: hit.frame)),
        narration=tuple(sorted(project.cues, key=lambda cue: cue.start)),
        stop=project.start + nearest(length_s * project.rate.fps),
    )
    return timeline, report.diagnostics


def _sequence(root: _xml.Node, report: Report) -> tuple[str, _xml.Node]:
    found = [(node.get("name"), inside) for node in root.walk("project") if (inside := node.find("sequence"))]
    if not found:
        compounds = [node.get("name") for node in root.walk("media")]
        hint = f"; it has the compound clips {', '.join(compounds[:5])}" if compounds else ""
        raise TimelineError(f"there is no timeline in this file: no project with a sequence{hint}")
    if len(found) > 1:
        others = ", ".join(f'"{name}"' for name, _ in found[1:])
        report.warn(f'the first of {len(found)} projects is read, "{found[0][0]}"; the others are {others}')
    return found[0]


def _project(
    sequence: _xml.Node, resources: dict[str, _xml.Node], options: ReadOptions, report: Report
) -> _Project:
    declared = True if sequence.get("tcFormat") == "DF" else None
    rate = counted(options.rate or _rate(sequence, resources), declared, report=report)
    origin_s = seconds(sequence.get("tcStart", "0s"), sequence.line)
    exact = origin_s * rate.fps
    start = nearest(exact)
    if exact.denominator != 1 and not rate.drop_frame and (origin_s * rate.nominal).denominator == 1:
        # Some writers give the label in whole seconds: 3600s for 01:00:00:00 also at 23.976.
        start = int(origin_s * rate.nominal)
        report.info(f"the start, {float(origin_s):g} s, is no frame; taken as a timecode", sequence.line)
    return _Project(rate, start, origin_s, report, resources)


def _rate(sequence: _xml.Node, resources: dict[str, _xml.Node]) -> Rate:
    given = resources.get(sequence.get("format"))
    if given is None:
        raise TimelineError(f'names a format "{sequence.get("format")}" that is not there', line=sequence.line)
    length_s = seconds(given.get("frameDuration", "0s"), given.line)
    rate = Rate(fps=1 / length_s) if length_s > 0 else rate_of_name(given.get("name"))
    if rate is None:
        raise TimelineError(
            f'the format "{given.get("name") or given.get("id")}" has no rate; say it with --fps', line=given.line
        )
    return rate


# ---------------------------------------------------------------- the walk


def _walk_spine(spine: _xml.Node, at_s: Fraction, lane: int, project: _Project) -> None:
    """The elements of a storyline, one after another; `at_s` is where its own time begins in the sequence.

    The primary storyline counts in the time of the sequence, another one from 0.
    """
    begin_s = at_s if lane == 0 else Fraction(0)
    cursor_s = begin_s
    for element in spine.children:
        if element.tag not in _ELEMENTS:
            continue
        offset_s = seconds(element.get("offset"), element.line) if element.get("offset") else cursor_s
        length_s = _length(element, project)
        place_s = at_s + offset_s - begin_s
        if element.tag == "transition":
            _transition(element, place_s, length_s, lane, project)
        else:
            _walk(element, place_s, lane, project)
            cursor_s = offset_s + length_s


def _walk(element: _xml.Node, at_s: Fraction, lane: int, project: _Project) -> None:
    """An element whose left edge is at `at_s` in the sequence, and what is connected to it."""
    if element.tag == "spine":
        _walk_spine(element, at_s, lane, project)
        return
    if element.tag == "audition":
        active = next(element.all(*_ELEMENTS), None)
        project.left_out["choices of auditions"] += max(0, sum(1 for _ in element.all(*_ELEMENTS)) - 1)
        if active:
            _walk(active, at_s, lane, project)
        return
    if element.get("enabled") == "0":
        project.left_out["disabled clips"] += 1
        return
    length_s = _length(element, project)
    _clip(element, at_s, length_s, lane, project)
    start_s = seconds(element.get("start", "0s"), element.line)
    for child in element.children:
        if child.tag in ("marker", "chapter-marker"):
            _marker(child, element, at_s, length_s, start_s, project)
        elif child.tag == "caption":
            _caption(child, at_s + seconds(child.get("offset", "0s"), child.line) - start_s, project)
        elif child.tag in _ELEMENTS and child.get("lane") and element.tag != "sync-clip":
            offset_s = seconds(child.get("offset", "0s"), child.line)
            _walk(child, at_s + offset_s - start_s, lane + _lane(child), project)
    _look_inside(element, at_s, (at_s, at_s + length_s), project, 0)


def _lane(element: _xml.Node) -> int:
    text = element.get("lane", "0")
    return int(text) if text.lstrip("-").isdecimal() and len(text) < 6 else 0


def _length(element: _xml.Node, project: _Project) -> Fraction:
    """Duration; that of the source where the element has none."""
    if element.get("duration"):
        return seconds(element.get("duration"), element.line)
    if element.tag == "audition":
        active = next(element.all(*_ELEMENTS), None)
        return _length(active, project) if active else Fraction(0)
    source = project.resources.get(element.get("ref"))
    if source is not None and source.tag == "media":
        source = source.find("sequence") or source.find("multicam")
    return seconds(source.get("duration", "0s"), source.line) if source is not None else Fraction(0)


def _clip(element: _xml.Node, at_s: Fraction, length_s: Fraction, lane: int, project: _Project) -> None:
    why = _why_no_picture(element, lane, project)
    if why == "gaps":
        return
    if why:
        project.left_out[why] += 1
    start_s = seconds(element.get("start", "0s"), element.line)
    resource = project.resources.get(element.get("ref"))
    extra = [("role", role)] if (role := element.get("videoRole") or element.get("role")) else []
    file = _file_name(resource)
    name = element.get("name") or (resource.get("name") if resource is not None else "")
    if file and file != name:
        extra.append(("file", file))
    if element.find("timeMap") is not None:
        extra.append(("retimed", "yes"))
    if element.tag in _NESTED and not why:
        extra.append(("nested", element.tag))
        project.report.info(f'"{name}" is a {element.tag}, one shot here', element.line, kind="nested clips")
    begin = project.frame(at_s, element.line)
    (project.sounds if why == "sound clips" else [] if why else project.clips).append(
        _layers.Clip(
            start=begin,
            end=project.frame(at_s + length_s, element.line),
            source=name or file,
            source_start=nearest(start_s * project.rate.fps),
            track=lane,
            description=element.word("note"),
            extra=extra,
            line=element.line,
        )
    )


def _why_no_picture(element: _xml.Node, lane: int, project: _Project) -> str:
    resource = project.resources.get(element.get("ref"))
    if element.tag == "gap":
        return "gaps"
    if element.tag == "audio" or element.get("srcEnable") == "audio":
        return "sound clips"
    if element.tag == "title" and lane:
        return "titles over the picture"
    if element.tag == "asset-clip" and resource is not None and resource.tag == "asset":
        return "" if resource.get("hasVideo") == "1" or not resource.get("hasAudio") else "sound clips"
    if element.tag == "clip" and not any(True for _ in element.walk(*_CLIPS)):
        return "sound clips" if element.find("audio") else ""
    return ""


def _file_name(resource: _xml.Node | None) -> str:
    """Last part of the path of an asset; it is never opened."""
    if resource is None:
        return ""
    media = resource.find("media-rep")
    path = resource.get("src") or (media.get("src") if media is not None else "")
    return PurePosixPath(unquote(path)).name


def _transition(element: _xml.Node, at_s: Fraction, length_s: Fraction, lane: int, project: _Project) -> None:
    begin, end = project.frame(at_s, element.line), project.frame(at_s + length_s, element.line)
    name = element.get("name") or "transition"
    project.mixes.append(_layers.Mix(start=begin, end=end, name=name, track=lane))
    for child in element.all("marker", "chapter-marker"):
        _marker(child, element, at_s, length_s, project.origin_s, project)


def _marker(
    marker: _xml.Node, owner: _xml.Node, at_s: Fraction, length_s: Fraction, start_s: Fraction, project: _Project
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


def _scale(owner: _xml.Node, line: int, project: _Project) -> Fraction:
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


# ---------------------------------------------------------------- markers inside of clips


def _look_inside(
    element: _xml.Node, at_s: Fraction, window: tuple[Fraction, Fraction], project: _Project, depth: int
) -> None:
    """Gather the markers of what a clip holds, as far as they lie in the window that is seen of it."""
    content, begin_s = _content(element, project)
    start_s = seconds(element.get("start"), element.line) if element.get("start") else begin_s
    cursor_s = begin_s
    for child in content:
        project.inside += 1
        if depth > MAX_DEPTH or project.inside > MAX_INSIDE:
            raise TimelineError(f"its clips hold more than {MAX_INSIDE:,} others, or themselves", line=element.line)
        if child.tag not in (*_CLIPS, "audio", "gap"):
            continue
        offset_s = seconds(child.get("offset"), child.line) if child.get("offset") else cursor_s
        length_s = _length(child, project)
        if not _lane(child):
            cursor_s = offset_s + length_s
        _inner(child, at_s + offset_s - start_s, length_s, window, project, depth)


def _inner(
    child: _xml.Node,
    at_s: Fraction,
    length_s: Fraction,
    window: tuple[Fraction, Fraction],
    project: _Project,
    depth: int,
) -> None:
    """The markers of one element inside of a clip, of what is connected to it, and of what it holds itself."""
    seen = (max(window[0], at_s), min(window[1], at_s + length_s))
    start_s = seconds(child.get("start", "0s"), child.line)
    for marker in child.all("marker", "chapter-marker"):
        inside_s = (seconds(marker.get("start", "0s"), marker.line) - start_s) * _scale(child, marker.line, project)
        if seen[0] <= at_s + inside_s < seen[1]:
            _marker(marker, child, at_s, length_s, start_s, project)
            project.report.info(
                "the marker lies inside of a clip that holds others", marker.line, kind="inner markers"
            )
    for other in child.children:
        if other.tag in (*_CLIPS, "audio") and other.get("lane") and child.tag != "sync-clip":
            offset_s = seconds(other.get("offset", "0s"), other.line)
            project.inside += 1
            _inner(other, at_s + offset_s - start_s, _length(other, project), window, project, depth + 1)
    if seen[0] < seen[1]:
        _look_inside(child, at_s, seen, project, depth + 1)


def _content(element: _xml.Node, project: _Project) -> tuple[list[_xml.Node], Fraction]:
    """What a clip holds, and the time at which its own clock begins."""
    if element.tag == "sync-clip":
        spine = element.find("spine")
        return (spine.children if spine else element.children), Fraction(0)
    if element.tag == "clip":
        return [child for child in element.children if not child.get("lane")], Fraction(0)
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


def _caption(caption: _xml.Node, at_s: Fraction, project: _Project) -> None:
    words = " ".join(" ".join(part.text for part in caption.walk("text-style")).split())
    length_s = seconds(caption.get("duration", "0s"), caption.line)
    start = project.frame(at_s, caption.line)
    end = max(start + 1, project.frame(at_s + length_s, caption.line))
    text = words or caption.get("name")
    if text and caption.get("enabled") != "0":
        project.cues.append(Cue(start=start, end=end, text=text, line=caption.line))
