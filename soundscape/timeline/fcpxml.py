"""Final Cut Pro XML (`.fcpxml`, and the bundle `.fcpxmld`), versions 1.8 to 1.13, as Final Cut and Resolve write it.

All times are exact rationals. The `offset` of an element is in the time of its parent; `start` is its own time at
its left edge. So a child lies at `parent's position + (child's offset - parent's start)`. Clips on the primary
storyline are track 1, connected ones stand above by their lane. Compound, multicam and synchronised clips are one
shot each, with the markers inside of them as far as they are seen, once for every use; of an audition the first
choice counts.

Source: Apple, Final Cut Pro XML reference (document type definitions 1.8 to 1.13).
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import PurePosixPath
from urllib.parse import unquote

from soundscape.errors import TimelineError
from soundscape.model import Timeline
from soundscape.timecode import Rate
from soundscape.timeline import _layers, _text, _xml
from soundscape.timeline._fcpxml import (
    ELEMENTS,
    NESTED,
    Project,
    add_caption,
    add_marker,
    has_picture,
    lane_of,
    length_of,
    look_inside,
)
from soundscape.timeline._rational import nearest, rate_of_name, seconds
from soundscape.timeline._reading import ReadOptions, Report, Result, counted

SUFFIXES = (".fcpxml", ".xml")
BUNDLE = "Info.fcpxml"

_SOUND = "sound clips"


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
        project.clips, project.left_out[_SOUND] = project.sounds, 0
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


def _project(sequence: _xml.Node, resources: dict[str, _xml.Node], options: ReadOptions, report: Report) -> Project:
    declared = True if sequence.get("tcFormat") == "DF" else None
    rate = counted(options.rate or _rate(sequence, resources), declared, report=report)
    origin_s = seconds(sequence.get("tcStart", "0s"), sequence.line)
    exact = origin_s * rate.fps
    start = nearest(exact)
    if exact.denominator != 1 and not rate.drop_frame and (origin_s * rate.nominal).denominator == 1:
        # Some writers give the label in whole seconds: 3600s for 01:00:00:00 also at 23.976.
        start = int(origin_s * rate.nominal)
        report.info(f"the start, {float(origin_s):g} s, is no frame; taken as a timecode", sequence.line)
    return Project(rate, start, origin_s, report, resources)


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


def _walk_spine(spine: _xml.Node, at_s: Fraction, lane: int, project: Project) -> None:
    """The elements of a storyline, one after another; `at_s` is where its own time begins in the sequence.

    The primary storyline counts in the time of the sequence, another one from 0.
    """
    begin_s = at_s if lane == 0 else Fraction(0)
    cursor_s = begin_s
    for element in spine.children:
        if element.tag not in ELEMENTS:
            continue
        offset_s = seconds(element.get("offset"), element.line) if element.get("offset") else cursor_s
        length_s = length_of(element, project)
        place_s = at_s + offset_s - begin_s
        if element.tag == "transition":
            _transition(element, place_s, length_s, lane, project)
        else:
            _walk(element, place_s, lane, project)
            cursor_s = offset_s + length_s


def _walk(element: _xml.Node, at_s: Fraction, lane: int, project: Project) -> None:
    """An element whose left edge is at `at_s` in the sequence, and what is connected to it."""
    if element.tag == "spine":
        _walk_spine(element, at_s, lane, project)
        return
    if element.tag == "audition":
        active = next(element.all(*ELEMENTS), None)
        project.left_out["choices of auditions"] += max(0, sum(1 for _ in element.all(*ELEMENTS)) - 1)
        if active:
            _walk(active, at_s, lane, project)
        return
    if element.get("enabled") == "0":
        project.left_out["disabled clips"] += 1
        return
    length_s = length_of(element, project)
    _clip(element, at_s, length_s, lane, project)
    start_s = seconds(element.get("start", "0s"), element.line)
    for child in element.children:
        if child.tag in ("marker", "chapter-marker"):
            add_marker(child, element, at_s, length_s, start_s, project)
        elif child.tag == "caption":
            add_caption(child, at_s + seconds(child.get("offset", "0s"), child.line) - start_s, project)
        elif child.tag in ELEMENTS and child.get("lane"):
            offset_s = seconds(child.get("offset", "0s"), child.line)
            _walk(child, at_s + offset_s - start_s, lane + lane_of(child), project)
    look_inside(element, at_s, (at_s, at_s + length_s), project, 0)


def _clip(element: _xml.Node, at_s: Fraction, length_s: Fraction, lane: int, project: Project) -> None:
    why = _why_no_picture(element, lane, project)
    if why == "gaps":
        return
    if why:
        project.left_out[why] += 1
        if why != _SOUND:
            return
    start_s = seconds(element.get("start", "0s"), element.line)
    resource = project.resources.get(element.get("ref"))
    extra = [("role", role)] if (role := element.get("videoRole") or element.get("role")) else []
    file = _file_name(resource)
    name = element.get("name") or (resource.get("name") if resource is not None else "")
    if file and file != name:
        extra.append(("file", file))
    if element.find("timeMap") is not None:
        extra.append(("retimed", "yes"))
    if element.tag in NESTED and not why:
        extra.append(("nested", element.tag))
        project.report.info(f'"{name}" is a {element.tag}, one shot here', element.line, kind="nested clips")
    begin = project.frame(at_s, element.line)
    (project.sounds if why else project.clips).append(
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


def _why_no_picture(element: _xml.Node, lane: int, project: Project) -> str:
    if element.tag == "gap":
        return "gaps"
    if element.tag == "audio" or element.get("srcEnable") == "audio":
        return _SOUND
    if element.tag == "title" and lane:
        return "titles over the picture"
    return "" if has_picture(element, project) else _SOUND


def _file_name(resource: _xml.Node | None) -> str:
    """Last part of the path of an asset; it is never opened."""
    if resource is None:
        return ""
    media = resource.find("media-rep")
    path = resource.get("src") or (media.get("src") if media is not None else "")
    return PurePosixPath(unquote(path)).name


def _transition(element: _xml.Node, at_s: Fraction, length_s: Fraction, lane: int, project: Project) -> None:
    begin, end = project.frame(at_s, element.line), project.frame(at_s + length_s, element.line)
    name = element.get("name") or "transition"
    project.mixes.append(_layers.Mix(start=begin, end=end, name=name, track=lane))
    for child in element.all("marker", "chapter-marker"):
        add_marker(child, element, at_s, length_s, project.origin_s, project)
