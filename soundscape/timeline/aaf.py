"""Advanced Authoring Format (`.aaf`) of Media Composer, Pro Tools, Premiere and Resolve, read with pyaaf2.

The top-level composition has a slot per track. A transition overlaps the segments on both its sides; effects,
selectors and nested scopes are opened until a source is found. Markers lie on event slots. The start timecode
and its counting come from the timecode slot.

Source: AMWA, AAF object specification 1.1; AAF edit protocol.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

from soundscape.errors import InputError, TimelineError
from soundscape.model import HitPoint, Timeline
from soundscape.timecode import Rate
from soundscape.timeline import _layers
from soundscape.timeline._reading import ReadOptions, Report, Result, counted

SUFFIXES = (".aaf",)

MAX_DEPTH = 50
_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")


def sniff(data: bytes) -> int:
    """Likely, where a structured storage begins: other programs use that container too."""
    return int(data.startswith(_MAGIC))


def read_file(path: Path, options: ReadOptions) -> Result:
    """Read the composition of a file; raises TimelineError when it has none or is damaged."""
    try:
        from aaf2.file import AAFFile
    except ImportError:
        raise TimelineError("AAF needs pyaaf2: pip install 'soundscape[timeline]'") from None
    file = AAFFile.__new__(AAFFile)
    try:
        file.__init__(str(path), "r")
        return _read(file, options)
    except (InputError, OSError):
        raise
    except Exception as error:
        # A damaged file ends anywhere inside of pyaaf2, in errors of every kind.
        raise TimelineError(f"is not an AAF file that can be read: {type(error).__name__}: {error}") from error
    finally:
        # Made in two steps because a constructor that fails leaves the file open.
        if opened := getattr(file, "f", None):
            opened.close()


def _read(file: Any, options: ReadOptions) -> Result:
    report = Report()
    composition = _composition(file, report)
    slots = list(composition.slots)
    rate, start = _rate(slots, options, report)
    reading = _layers.Reading(rate, start, report)
    pictures = [slot for slot in slots if "picture" in _kind(slot)]
    sounds = [slot for slot in slots if "sound" in _kind(slot)]
    length_s = _slots(pictures, reading)
    if not reading.clips and sounds:
        report.info("there is no picture in this composition; its sound clips are taken as shots")
        length_s = max(length_s, _slots(sounds, reading))
    elif sounds:
        reading.left_out["sound tracks"] = len(sounds)
    for slot in slots:
        if type(slot).__name__ == "EventMobSlot":
            _markers(slot, reading)
    shots = _layers.shots(reading.clips, reading.mixes, report)
    rest = "".join(f", {count} {what} left out" for what, count in sorted(reading.left_out.items()))
    report.info(f"{len(shots)} shots, {len(reading.mixes)} transitions, {len(reading.hits)} markers{rest}")
    timeline = Timeline(
        title=composition.name or options.title,
        rate=rate,
        start=start,
        shots=tuple(shots),
        hits=tuple(sorted(reading.hits, key=lambda hit: hit.frame)),
        stop=reading.frame(length_s),
    )
    return timeline, report.diagnostics


def _composition(file: Any, report: Report) -> Any:
    found = list(file.content.toplevel()) or list(file.content.compositionmobs())
    if not found:
        raise TimelineError("there is no composition in this file")
    found.sort(key=lambda mob: -len(list(mob.slots)))
    if len(found) > 1:
        others = ", ".join(f'"{mob.name}"' for mob in found[1:6])
        report.warn(
            f'of {len(found)} compositions "{found[0].name}" is read, which has most tracks; others: {others}'
        )
    return found[0]


def _kind(slot: Any) -> str:
    return str(slot.media_kind or "").lower()


def _rate(slots: list[Any], options: ReadOptions, report: Report) -> tuple[Rate, int]:
    """Rate of the picture, else of the timecode, and the start in frames."""
    start, drop_frame, rates = 0, None, []
    for slot in slots:
        if "timecode" in _kind(slot):
            code = next((part for part in _parts(slot.segment) if type(part).__name__ == "Timecode"), None)
            if code is not None:
                start, drop_frame = int(code.start), bool(code.drop) or None
                rates.append(Fraction(slot.edit_rate))
                break
    rates = [Fraction(slot.edit_rate) for slot in slots if "picture" in _kind(slot)] + rates
    if options.rate:
        return counted(options.rate, drop_frame, report=report), start
    for fps in rates:
        try:
            rate = Rate(fps=Rate.parse(str(fps)).fps)
        except InputError:
            continue
        return counted(rate, drop_frame, report=report), start
    raise TimelineError("has neither picture nor timecode from which its rate follows; say it with --fps")


def _parts(segment: Any) -> list[Any]:
    return list(segment.components) if type(segment).__name__ == "Sequence" else [segment]


def _slots(slots: list[Any], reading: _layers.Reading) -> Fraction:
    """Gather the clips of slots; returns the length of the longest in seconds."""
    longest = Fraction(0)
    for number, slot in enumerate(slots, 1):
        unit_s = 1 / Fraction(slot.edit_rate)
        longest = max(longest, _walk(slot.segment, Fraction(0), unit_s, number, reading, 0))
    return longest


def _walk(
    segment: Any, at_s: Fraction, unit_s: Fraction, track: int, reading: _layers.Reading, depth: int
) -> Fraction:
    """Gather what a segment shows from `at_s` on; returns the time at which it ends."""
    if depth > MAX_DEPTH:
        raise TimelineError(f"is nested more than {MAX_DEPTH} deep")
    kind = type(segment).__name__
    if kind == "Sequence":
        for part in segment.components:
            if type(part).__name__ == "Transition":
                begin_s = at_s - int(part.length) * unit_s
                mix = _layers.Mix(
                    start=reading.frame(begin_s), end=reading.frame(at_s), name=_effect_name(part), track=track
                )
                reading.mixes.append(mix)
                at_s = begin_s
            else:
                at_s = _walk(part, at_s, unit_s, track, reading, depth + 1)
        return at_s
    end_s = at_s + int(segment.length or 0) * unit_s
    inner = _inner(segment, kind)
    if inner is not None:
        _walk(inner, at_s, unit_s, track, reading, depth + 1)
    elif kind in ("SourceClip", "OperationGroup") and end_s > at_s:
        _clip(segment, at_s, end_s, track, reading)
    elif kind not in ("Filler", "ScopeReference", "SourceClip", "OperationGroup"):
        reading.left_out[f"segments of kind {kind}"] += 1
    return end_s


def _inner(segment: Any, kind: str) -> Any:
    """What a wrapper shows; None for what wraps nothing that lasts as long as it does."""
    if kind == "Selector":
        return segment["Selected"].value
    if kind == "NestedScope":
        slots = list(segment.slots)
        return slots[-1] if slots else None
    if kind == "EssenceGroup":
        choices = list(segment["Choices"].value)
        return choices[0] if choices else None
    if kind == "OperationGroup":
        inputs = [part for part in (segment.segments or []) if part.length == segment.length]
        return inputs[-1] if inputs else None
    return None


def _clip(segment: Any, at_s: Fraction, end_s: Fraction, track: int, reading: _layers.Reading) -> None:
    extra: list[tuple[str, str]] = []
    first = 0
    if type(segment).__name__ == "OperationGroup":
        name = _effect_name(segment)
        source = next(iter(segment.segments or []), None)
        while source is not None and type(source).__name__ in ("Sequence", "OperationGroup"):
            parts = _parts(source) if type(source).__name__ == "Sequence" else list(source.segments or [])
            source = next((part for part in parts if type(part).__name__ != "Filler"), None)
        if source is not None and getattr(source, "mob", None) is not None:
            extra.append(("effect", name))
            name, first = source.mob.name or name, int(source.start or 0)
    else:
        mob = segment.mob
        if mob is None and not int(segment.mob_id.int):
            return  # a clip of no source is black
        if mob is None:
            reading.report.warn(
                "a clip whose source is not in the file is kept without a name", kind="lost sources"
            )
        name, first = (mob.name if mob is not None else "") or "unknown source", int(segment.start or 0)
        if type(mob).__name__ == "CompositionMob":
            extra.append(("nested", "composition"))
    reading.clips.append(
        _layers.Clip(
            start=reading.frame(at_s),
            end=reading.frame(end_s),
            source=name,
            source_start=first,
            track=track,
            extra=extra,
        )
    )


def _effect_name(part: Any) -> str:
    """Name of an effect or transition, as far as the file has one."""
    operation = part
    if type(part).__name__ == "Transition":
        operation = part["OperationGroup"].value if "OperationGroup" in part else None
    if operation is None or "Operation" not in operation:
        return "transition"
    return str(operation["Operation"].value.name or "transition")


def _markers(slot: Any, reading: _layers.Reading) -> None:
    unit_s = 1 / Fraction(slot.edit_rate)
    for part in _parts(slot.segment):
        if "Position" not in part or "Comment" not in part:
            reading.left_out[f"events of kind {type(part).__name__}"] += 1
            continue
        attributes = {}
        if "CommentMarkerAttributeList" in part:
            attributes = {str(item.name): item.value for item in part["CommentMarkerAttributeList"].value}
        note = str(attributes.get("_ATN_CRM_COM") or part["Comment"].value or "")
        length = attributes.get("_ATN_CRM_LENGTH")
        frames = length if isinstance(length, int) and 1 < length < 10**8 else 0
        reading.hits.append(
            HitPoint(
                frame=reading.frame(int(part["Position"].value) * unit_s),
                label=" ".join(note.split()) or "marker",
                frames=frames,
                colour=str(attributes.get("_ATN_CRM_COLOR") or "").lower(),
                kind="marker",
                note=str(attributes.get("_ATN_CRM_USER") or ""),
            )
        )
