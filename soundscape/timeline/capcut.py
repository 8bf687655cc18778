"""Drafts of CapCut and JianYing (`draft_content.json`), as far as they can be read.

The layout is not documented by its maker. Times are microseconds cut down to frames; segments that are not
visible are reported. Newer drafts of JianYing are encrypted and are refused.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from fractions import Fraction

from soundscape.errors import InputError, TimelineError
from soundscape.model import Cue, Timeline
from soundscape.timecode import Rate
from soundscape.timeline import _json, _layers
from soundscape.timeline._json import Object
from soundscape.timeline._rational import nearest
from soundscape.timeline._reading import ReadOptions, Report, Result

SUFFIXES = (".json", ".draft")

_MICRO = 1_000_000
_SEALED = re.compile(rb"[A-Za-z0-9+/=\s]{64,}")


def sniff(data: bytes) -> int:
    """Surely, where tracks and materials are named; likely, where it is one long line of base 64."""
    if b'"materials"' in data or b'"target_timerange"' in data or b'"canvas_config"' in data:
        return 2
    return int(_SEALED.fullmatch(data) is not None and b"\n" not in data.strip())


def read(data: bytes, options: ReadOptions) -> Result:
    """Read the picture tracks of a draft, with its texts as narration cues."""
    report = Report()
    if not data.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{"):
        raise TimelineError("is encrypted or no draft; export the picture and give the video file instead")
    root = _json.parse(data)
    materials = {
        _json.text(item, "id"): item
        for kind in _json.member(root, "materials")
        for item in _json.members(_json.member(root, "materials"), kind)
    }
    rate = options.rate or _rate(root)
    clips: list[_layers.Clip] = []
    mixes: list[_layers.Mix] = []
    cues: list[Cue] = []
    left_out: Counter[str] = Counter()
    number = 0
    for track in _json.members(root, "tracks"):
        kind = _json.text(track, "type")
        number += kind == "video"
        for segment in _json.members(track, "segments"):
            begin, end = _span(segment, "target_timerange", rate)
            material = materials.get(_json.text(segment, "material_id"), {})
            if segment.get("visible") is False:
                left_out["hidden segments"] += 1
            elif kind == "video":
                clips.append(_clip(segment, material, begin, end, number, rate))
                mixes += _mixes(segment, materials, end, number, rate)
            elif kind == "text" and (words := _words(material)):
                cues.append(Cue(start=begin, end=max(end, begin + 1), text=words))
            else:
                left_out[f"{kind or 'unknown'} segments"] += 1
    if not clips and not cues:
        raise TimelineError("is no draft with picture or text segments")
    shots = _layers.shots(clips, mixes, report)
    rest = "".join(f", {count} {what} left out" for what, count in sorted(left_out.items()))
    report.info(f"{len(shots)} shots, {len(mixes)} transitions, {len(cues)} texts{rest}")
    timeline = Timeline(
        title=_json.text(root, "name") or options.title,
        rate=rate,
        start=0,
        shots=tuple(shots),
        narration=tuple(sorted(cues, key=lambda cue: cue.start)),
        stop=max([shot.end for shot in shots] + [cue.end for cue in cues], default=0),
    )
    return timeline, report.diagnostics


def _rate(root: Object) -> Rate:
    fps = _json.number(root, "fps")
    try:
        return Rate.parse(f"{float(fps or 0):.4f}")
    except InputError:
        raise TimelineError(f"has the frame rate {float(fps or 0):g}; say another with --fps") from None


def _span(segment: Object, key: str, rate: Rate) -> tuple[int, int]:
    """First frame and the one after the last; the microseconds of an edge were cut down from a whole frame."""
    span = _json.member(segment, key)
    begin, length = _json.number(span, "start") or Fraction(0), _json.number(span, "duration") or Fraction(0)
    return nearest(begin * rate.fps / _MICRO), nearest((begin + length) * rate.fps / _MICRO)


def _clip(segment: Object, material: Object, begin: int, end: int, track: int, rate: Rate) -> _layers.Clip:
    speed = _json.number(segment, "speed")
    path = _json.text(material, "path").replace("\\", "/").rpartition("/")[2]
    return _layers.Clip(
        start=begin,
        end=end,
        source=_json.text(material, "material_name") or path,
        source_start=_span(segment, "source_timerange", rate)[0],
        track=track,
        extra=[("speed", f"{float(speed):g}")] if speed is not None and speed != 1 else [],
    )


def _mixes(segment: Object, materials: dict[str, Object], end: int, track: int, rate: Rate) -> list[_layers.Mix]:
    """The transition at the end of a segment: it lies over the edit in equal parts."""
    references = segment.get("extra_material_refs")
    found = (
        [materials.get(name, {}) for name in references if isinstance(name, str)]
        if isinstance(references, list)
        else []
    )
    made = []
    for material in found:
        if _json.text(material, "type") == "transition":
            frames = nearest((_json.number(material, "duration") or Fraction(0)) * rate.fps / _MICRO)
            name = _json.text(material, "name") or "transition"
            if frames > 0:
                begin = max(0, end - frames // 2)
                made.append(_layers.Mix(start=begin, end=begin + frames, name=name, track=track))
    return made


def _words(material: Object) -> str:
    """The words of a text, which newer drafts wrap in JSON and older ones in brackets."""
    content = _json.text(material, "content")
    if content.startswith("{"):
        try:
            inner = json.loads(content)
        except (ValueError, RecursionError):
            return ""
        return _json.text(inner, "text") if isinstance(inner, dict) else ""
    return " ".join(re.sub(r"<[^<>]{0,500}>", "", content).strip("[] ").split())
