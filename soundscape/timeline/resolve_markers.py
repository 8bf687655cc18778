"""Marker lists of DaVinci Resolve ("Timeline Markers to EDL"): event lines, each with a line that is the marker.

    001  001      V     C        01:00:18:06 01:00:18:07 01:00:18:06 01:00:18:07
    a note |C:ResolveColorBlue |M:Marker 1 |D:1

The note may stand on the line above or be missing, the colour may be any text, and the length is in frames,
1 for a point. The format carries no frame rate.
"""

from __future__ import annotations

import re

from soundscape.errors import TimelineError
from soundscape.model import HitPoint, Timeline
from soundscape.timeline import _text
from soundscape.timeline._cmx import Event, EventLines, Labels, looks_like_event
from soundscape.timeline._reading import ReadOptions, Report, Result, label_rate

SUFFIXES = (".edl", ".txt")

_MARKER = re.compile(r"(.*?)\s*\|C:\s*([^|]*?)\s*\|M:(.*?)(?:\s*\|D:\s*(\d*))?\s*")
MAX_LINE = 2000
"""Longest line that is looked at for a marker."""
_NUMBERED = re.compile(r"(?:marker ?)?\d*", re.IGNORECASE)


def sniff(data: bytes) -> int:
    """Surely, where a line has a marker in it."""
    return 2 * any(_marker(line) for line in _text.head(data).split("\n"))


def read(data: bytes, options: ReadOptions) -> Result:
    """Read a marker list; the timeline has no shots."""
    report = Report()
    title, drop_frame, note = "", None, ""
    event: Event | None = None
    found: list[tuple[Event, str, str, str, int]] = []
    events, seen = EventLines(), 0
    for number, line in enumerate(_text.decode(data, report).split("\n"), 1):
        if parsed := events.parse(line, number):
            event, note, seen = parsed, "", seen + 1
        elif event and (marker := _marker(line)):
            above = " ".join(part for part in (note, marker[1].strip()) if part)
            found.append((event, above, marker[2], marker[3].strip(), int(marker[4] or 1)))
            note = ""
        elif line.startswith("TITLE:"):
            title = line[6:].strip()
        elif line.startswith("FCM:"):
            drop_frame = drop_frame or line[4:].strip().upper().startswith("DROP")
        elif looks_like_event(line):
            report.warn(f'looks like an event but is none: "{line[:80]}"', number, kind="lines like events")
        elif line.strip() and event:
            note = f"{note} {line.strip()}".strip()
        elif line.strip():
            report.warn(f'not understood: "{line[:80]}"', number, kind="lines")
    if not found:
        raise TimelineError("has no markers; is it a marker list of Resolve?")
    rate = label_rate((event.labels[2] for event, *_ in found), options.rate, report, drop_frame=drop_frame)
    labels = Labels(rate, report)
    hits = [
        HitPoint(
            frame=labels.frame(event.labels[2], event.line),
            label=_label(name, note),
            frames=frames if frames > 1 else 0,
            colour=colour.removeprefix("ResolveColor").lower(),
            kind="marker",
            note=note,
            line=event.line,
        )
        for event, note, colour, name, frames in found
    ]
    hits.sort(key=lambda hit: hit.frame)
    report.info(f"{seen} event lines: {len(hits)} markers")
    if seen != len({event.line for event, *_ in found}):
        report.warn(f"{seen} event lines but {len(found)} markers")
    timeline = Timeline(
        title=title or options.title,
        rate=rate,
        start=hits[0].frame,
        shots=(),
        hits=tuple(hits),
        stop=hits[-1].frame,
    )
    return timeline, report.diagnostics


def _marker(line: str) -> re.Match[str] | None:
    return _MARKER.fullmatch(line.strip()) if "|C:" in line and len(line) <= MAX_LINE else None


def _label(name: str, note: str) -> str:
    """The name, unless it is only a number that Resolve gave and a note says more."""
    return note if note and _NUMBERED.fullmatch(name) else name or "marker"
