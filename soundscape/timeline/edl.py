"""CMX3600 edit decision lists, as Premiere, Resolve, Avid and others write them.

The format carries no frame rate. Events are taken in order of record time, whatever their order in the file:
tapes overlap, numbers restart, sources repeat. Black, bars, slates and leaders are no shots, nor is the event of
no length that begins a dissolve; each is reported. Where a list has no picture at all (a music or dialogue
list), its sound events are taken as shots.

Sources: CMX 3600 edit list format (SMPTE 258M); the dialects are described in docs/guide/timelines.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from soundscape.errors import TimelineError
from soundscape.model import HitPoint, Shot, Timeline, Transition
from soundscape.timecode import Rate, frame_to_timecode
from soundscape.timeline import _text
from soundscape.timeline._cmx import Labels, looks_like_event
from soundscape.timeline._edl import EditList, Entry, parse_list
from soundscape.timeline._names import LEADER, no_scene
from soundscape.timeline._reading import ReadOptions, Report, Result, label_rate

SUFFIXES = (".edl", ".cmx", ".txt")

_CUT = Transition()
_KINDS = {"D": "dissolve", "W": "wipe", "K": "key"}


def sniff(data: bytes) -> int:
    """Whether there is an event line, or a title and a counting mode, near the top."""
    text = _text.head(data)
    lines = text.split("\n")
    return int(any(looks_like_event(line) for line in lines) or text.lstrip().startswith("TITLE:"))


def read(data: bytes, options: ReadOptions) -> Result:
    """Read an edit list; raises TimelineError for a timecode that its rate does not have."""
    report = Report()
    found = parse_list(_text.decode(data, report), report)
    if not found.entries and not found.locators:
        raise TimelineError("has no event lines; is it an edit list?")
    rate = _rate(found, options, report)
    labels = Labels(rate, report)
    shots, start, stop = _shots(found, labels, rate, report)
    hits = [
        HitPoint(
            frame=labels.frame(label, line),
            label=text or "locator",
            colour=colour.lower(),
            kind="locator",
            line=line,
        )
        for label, colour, text, line in found.locators
    ]
    timeline = Timeline(
        title=found.title or options.title,
        rate=rate,
        start=start if found.entries else min(hit.frame for hit in hits),
        shots=tuple(shots),
        hits=tuple(sorted(hits, key=lambda hit: hit.frame)),
        stop=stop,
    )
    return timeline, report.diagnostics


def _rate(found: EditList, options: ReadOptions, report: Report) -> Rate:
    if len(found.counts) > 1:
        report.info(
            f"the counting mode changes {found.counts.total()} times; later ones are taken for the sources'"
        )
    asked = options.rate or (Rate.parse(found.rate) if found.rate else None)
    labels = [label for entry in found.entries for label in entry.event.labels[2:]]
    labels += [label for label, *_ in found.locators]
    return label_rate(labels, asked, report, drop_frame=found.drop_frame)


def _shots(found: EditList, labels: Labels, rate: Rate, report: Report) -> tuple[list[Shot], int, int]:
    """Shots in order of record time, and where the programme starts and stops."""
    sound_only = not any(entry.event.edit.track for entry in found.entries)
    shots: list[Shot] = []
    left_out: Counter[str] = Counter()
    first, stop, leader = 1 << 60, -(1 << 60), -(1 << 60)
    for entry, begin, end in _record_times(found.entries, labels, rate):
        if end < begin:
            left_out["that end before they start"] += 1
            report.warn("the event ends before it starts and is left out", entry.event.line, kind="events")
            continue
        first, stop = min(first, begin), max(stop, end)
        why = _why_no_shot(entry, begin == end, sound_only)
        if why:
            left_out[why] += 1
            leader = max(leader, end if why == LEADER and not shots else leader)
        else:
            shots.append(_shot(entry, begin, end, sound_only, labels))
    shots.sort(key=lambda shot: (shot.start, shot.track))
    if first > stop:
        return [], 0, 0
    rest = "".join(f", {count} {why}" for why, count in sorted(left_out.items()))
    span = f"{frame_to_timecode(first, rate)} to {frame_to_timecode(stop, rate)}"
    report.info(f"{len(found.entries)} event lines from {span}: {len(shots)} shots{rest}")
    if sound_only and shots:
        report.info("there is no picture in this list; its sound events are taken as shots")
    start = first
    if shots and first < leader <= shots[0].start:
        on_the_hour = frame_to_timecode(shots[0].start, rate).replace(";", ":").endswith(":00:00:00")
        start = shots[0].start if on_the_hour else leader
        report.info(f"the programme starts at {frame_to_timecode(start, rate)}, after bars, slate or leader")
    return shots, start, stop


def _record_times(entries: list[Entry], labels: Labels, rate: Rate) -> Iterator[tuple[Entry, int, int]]:
    """Events with their record in and out, which go on after midnight."""
    day, midnight, last = rate.frames_per_day, 0, 0
    near = day // 144
    for entry in entries:
        event = entry.event
        begin = labels.frame(event.labels[2], event.line) + midnight
        end = labels.frame(event.labels[3], event.line) + midnight
        if last - begin > day // 2 and (last + near) % day < 2 * near:
            midnight, begin, end = midnight + day, begin + day, end + day
        if begin - end > day // 2:
            end += day
        last = end
        yield entry, begin, end


def _why_no_shot(entry: Entry, empty: bool, sound_only: bool) -> str:
    edit = entry.event.edit
    if empty:
        return "of no length"
    if not edit.track and not sound_only:
        return "without picture"
    return no_scene(edit.reel) or (no_scene(entry.clip) if entry.clip else "")


def _shot(entry: Entry, begin: int, end: int, sound_only: bool, labels: Labels) -> Shot:
    event, edit = entry.event, entry.event.edit
    transition = (
        _CUT if edit.transition in ("C", "") and not edit.frames else _transition(edit.transition, edit.frames)
    )
    track = edit.track
    if transition.kind == "key" and edit.transition != "KB":
        track += 1
    if edit.reel and entry.clip:
        entry.extra.insert(0, ("reel", edit.reel))
    return Shot(
        label=event.number,
        start=begin,
        end=end,
        source=entry.clip or edit.reel,
        source_start=labels.source_frame(event.labels[0], event.line),
        track=max(track, 1) if sound_only else track,
        transition=transition,
        extra=tuple(entry.extra),
        line=event.line,
    )


def _transition(code: str, frames: int) -> Transition:
    """The transition of a code; a length without one is a dissolve whose letter is missing."""
    if not code:
        return Transition(kind="dissolve", frames=frames, detail="no transition named")
    return Transition(kind=_KINDS.get(code[0], "cut"), frames=frames, detail="" if code == "C" else code)
