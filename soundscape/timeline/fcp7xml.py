"""Final Cut Pro 7 XML (`xmeml` versions 1 to 5), as Premiere, Resolve and converters write it.

Clips stand in frames of the sequence; a start or end of -1 is hidden under the transition beside it. The length
of the sequence is taken from its clips, because `<duration>` is often that of an earlier state. Nested sequences
are one shot each; titles, adjustment layers and disabled clips are reported and left out.

Source: Apple, Final Cut Pro XML Interchange Format (2009).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import PurePosixPath
from urllib.parse import unquote

from soundscape.errors import TimelineError
from soundscape.model import HitPoint, Timeline
from soundscape.timecode import Rate, frame_to_timecode, timecode_to_frame
from soundscape.timeline import _layers, _text, _xml
from soundscape.timeline._reading import ReadOptions, Report, Result, counted

SUFFIXES = (".xml", ".xmeml")

_OVERLAYS = re.compile(r"adjustment layer|transparent video|graphic", re.IGNORECASE)
_ITEMS = ("clipitem", "generatoritem")


@dataclass(slots=True)
class _Sequence:
    """What is gathered while the tracks are read."""

    start: int
    report: Report
    files: dict[str, _xml.Node]
    clips: list[_layers.Clip] = field(default_factory=list)
    mixes: list[_layers.Mix] = field(default_factory=list)
    hits: list[HitPoint] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    stop: int = 0
    """End of the last item that is switched on, whether it is a shot or not."""


def sniff(data: bytes) -> int:
    """Surely, where the root element stands."""
    return 2 * ("<xmeml" in _text.head(data))


def read(data: bytes, options: ReadOptions) -> Result:
    """Read the first sequence that is not inside of another; further ones are named in the diagnostics."""
    report = Report()
    root = _xml.parse(data)
    if root.tag != "xmeml":
        raise TimelineError(f"is not Final Cut Pro 7 XML: its root is <{root.tag}>", line=root.line)
    node = _first_sequence(root, report)
    rate = _rate(node, options, report)
    files = {item.get("id"): item for item in root.walk("file") if item.children}
    sequence = _Sequence(_start(node, rate, report), report, files)
    video, audio = node.find("media/video"), node.find("media/audio")
    _tracks(video, sequence)
    sounds = sum(1 for track in (audio.all("track") if audio else ()) for _ in track.all("clipitem"))
    if sounds and not sequence.clips:
        report.info("there is no picture in this sequence; its sound clips are taken as shots")
        _tracks(audio, sequence)
    elif sounds:
        sequence.left_out["sound clips"] += sounds
    for marker in node.all("marker"):
        _marker(marker, 0, 1 << 60, sequence)
    shots = _layers.shots(sequence.clips, sequence.mixes, report)
    rest = "".join(f", {count} {what} left out" for what, count in sorted(sequence.left_out.items()))
    report.info(f"{len(shots)} shots, {len(sequence.mixes)} transitions, {len(sequence.hits)} markers{rest}")
    stop = max(sequence.stop, sequence.start)
    stated = _number(node, "duration", 0)
    if stated and sequence.start + stated != stop:
        report.info(f"the file says {stated} frames, its clips last {stop - sequence.start}; they count", node.line)
    timeline = Timeline(
        title=node.word("name") or options.title,
        rate=rate,
        start=sequence.start,
        shots=tuple(shots),
        hits=tuple(sorted(sequence.hits, key=lambda hit: hit.frame)),
        stop=stop,
    )
    return timeline, report.diagnostics


def _first_sequence(root: _xml.Node, report: Report) -> _xml.Node:
    nested = {id(inner) for item in root.walk(*_ITEMS) for inner in item.walk("sequence")}
    found = [node for node in root.walk("sequence") if id(node) not in nested and node.find("media")]
    if not found:
        raise TimelineError("there is no timeline in this file: no sequence with media")
    if len(found) > 1:
        others = ", ".join(f'"{node.word("name")}"' for node in found[1:6])
        report.warn(f'the first of {len(found)} sequences is read, "{found[0].word("name")}"; others are {others}')
    return found[0]


def _rate(node: _xml.Node, options: ReadOptions, report: Report) -> Rate:
    timecode = node.find("timecode")
    display = timecode.word("displayformat") if timecode else ""
    declared = True if display == "DF" else None
    if options.rate:
        return counted(options.rate, declared, report=report)
    for place in (node.find("rate"), timecode.find("rate") if timecode else None):
        timebase = _number(place, "timebase", 0) if place else 0
        if place and timebase:
            ntsc = place.word("ntsc").upper() == "TRUE"
            fps = Fraction(timebase * 1000, 1001) if ntsc else Fraction(timebase)
            return counted(Rate(fps=fps), declared, report=report)
    raise TimelineError("the sequence has no timebase; say its rate with --fps", line=node.line, column="rate")


def _start(node: _xml.Node, rate: Rate, report: Report) -> int:
    timecode = node.find("timecode")
    if timecode is None:
        return 0
    label = timecode.word("string")
    labelled = timecode_to_frame(label, rate, warn=report.warn) if label else 0
    frame = _number(timecode, "frame", labelled)
    if label and frame != labelled:
        said = f"{frame_to_timecode(frame, rate)} as a frame count and {label} as a timecode"
        report.warn(f"the sequence starts at {said}; the frame count is taken", timecode.line)
    return frame


def _number(node: _xml.Node, tag: str, default: int) -> int:
    child = node.find(tag)
    if child is None or not child.text.strip():
        return default
    text = child.text.strip()
    if not re.fullmatch(r"-?\d{1,12}(?:\.\d+)?", text):
        raise TimelineError(f'"{text[:40]}" is not a whole number', line=child.line, column=tag)
    return int(text.partition(".")[0])


# ---------------------------------------------------------------- tracks


def _tracks(media: _xml.Node | None, sequence: _Sequence) -> None:
    for number, track in enumerate(media.all("track") if media else (), 1):
        off = track.word("enabled").upper() == "FALSE"
        items = [child for child in track.children if child.tag in (*_ITEMS, "transitionitem")]
        for index, item in enumerate(items):
            if item.tag == "transitionitem":
                begin, end = (sequence.start + _number(item, edge, 0) for edge in ("start", "end"))
                name = item.word("effect/name") or item.word("name") or "transition"
                sequence.mixes.append(_layers.Mix(start=begin, end=end, name=name, track=number))
            elif off or item.word("enabled").upper() == "FALSE":
                sequence.left_out["disabled clips"] += 1
            else:
                _item(item, items[index - 1] if index else None, items[index + 1 : index + 2], number, sequence)


def _item(
    item: _xml.Node, before: _xml.Node | None, after: list[_xml.Node], track: int, sequence: _Sequence
) -> None:
    begin, end = _number(item, "start", -1), _number(item, "end", -1)
    first, last = _number(item, "in", 0), _number(item, "out", 0)
    if begin == -1 and before is not None and before.tag == "transitionitem":
        begin = _number(before, "start", 0)
    if end == -1 and after and after[0].tag == "transitionitem":
        end = _number(after[0], "end", 0)
    if begin == -1 and end != -1:
        begin = end - (last - first)
    if end == -1 and begin != -1:
        end = begin + (last - first)
    if begin < 0 or end < 0:
        sequence.report.warn(f'"{item.word("name")}" has no place and is left out', item.line, kind="lost clips")
        return
    sequence.stop = max(sequence.stop, sequence.start + end)
    for marker in item.all("marker"):
        _marker(marker, begin - first, end, sequence, begin)
    why = _why_no_shot(item, track)
    if why:
        sequence.left_out[why] += 1
        return
    file = _file(item, sequence)
    extra = [("file", name)] if (name := _file_name(file)) and name != item.word("name") else []
    if item.find("sequence"):
        extra.append(("nested", "sequence"))
        sequence.report.info(f'"{item.word("name")}" is a nested sequence, one shot here', item.line, kind="nested")
    if speed := _speed(item):
        extra.append(("speed", f"{speed} %"))
    sequence.clips.append(
        _layers.Clip(
            start=sequence.start + begin,
            end=sequence.start + end,
            source=item.word("name") or _file_name(file),
            source_start=first,
            track=track,
            description=item.word("logginginfo/description"),
            scene=item.word("logginginfo/scene"),
            extra=extra,
            line=item.line,
        )
    )


def _why_no_shot(item: _xml.Node, track: int) -> str:
    name = item.word("name")
    kind = item.word("file/mediaSource") or item.word("effect/effectid") or item.word("effect/name")
    if kind.lower() == "slug":
        return "black, bars, leaders and other slugs"
    if track > 1 and (item.tag == "generatoritem" or _OVERLAYS.search(name) or _OVERLAYS.search(kind)):
        return "titles and adjustment layers"
    return ""


def _file(item: _xml.Node, sequence: _Sequence) -> _xml.Node | None:
    """The file of a clip: described once, then only named."""
    file = item.find("file")
    return sequence.files.get(file.get("id"), file) if file else None


def _file_name(file: _xml.Node | None) -> str:
    """Name of the source file; its path is never opened."""
    if file is None:
        return ""
    return file.word("name") or PurePosixPath(unquote(file.word("pathurl")).replace("\\", "/")).name


def _speed(item: _xml.Node) -> str:
    """Speed of a retimed clip in per cent."""
    for effect in item.walk("effect"):
        if effect.word("effectid").lower() == "timeremap":
            for parameter in effect.all("parameter"):
                if parameter.word("parameterid") == "speed":
                    value = parameter.word("value")
                    return "" if value in ("100", "100.0") else value
    return ""


def _marker(marker: _xml.Node, offset: int, end: int, sequence: _Sequence, begin: int = 0) -> None:
    """A marker of the sequence, or of a clip, whose own time begins at `offset`."""
    at, out = _number(marker, "in", 0), _number(marker, "out", -1)
    label = " ".join((marker.word("name") or marker.word("comment")).split()) or "marker"
    if not begin <= at + offset < end:
        sequence.report.info(
            f'marker "{label}" lies outside of its clip and is left out', marker.line, kind="hidden markers"
        )
        return
    sequence.hits.append(
        HitPoint(
            frame=sequence.start + at + offset,
            label=label,
            frames=out - at if out > at + 1 else 0,
            colour=marker.word("pproColor") if marker.find("pproColor") else "",
            kind="marker",
            note=marker.word("comment") if marker.word("name") else "",
            line=marker.line,
        )
    )
