"""The lines of an edit list: events, and what the lines below each say of it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from soundscape.timeline._cmx import Event, EventLines, looks_like_event
from soundscape.timeline._reading import Report

_RATE = re.compile(
    r"\*?\s*(?:FPS|FRAME ?RATE|TIMELINE ?FRAME ?RATE)\s*[:=]?\s*([\d./]+ *(?:N?DF)?)\b.*", re.IGNORECASE
)
_NAME = re.compile(r"\*\s*(FROM|TO|KEY)?\s*CLIP NAME(?: IS)?\s*:\s*(.*)", re.IGNORECASE)
_LOCATOR = re.compile(r"\*\s*LOC\s*:\s*(\d\d[:;.,]\d\d[:;.,]\d\d[:;.,]\d\d\d?)\s*(\S*)\s*(.*)", re.IGNORECASE)
_SPEED = re.compile(r"M2\s+(.*?)\s*(-?\d+(?:\.\d+)?)(?:\s+\d\d?[:;.,]\d\d[:;.,]\d\d[:;.,]\d+.*)?", re.IGNORECASE)
_SILENT = re.compile(
    r"(?:>>>|AUD\b|SPLIT:|EFFECTS? NAME|FINAL CUT PRO|BLK\b|TRK\b|GPI\b|SWM\b|M/S\b|M2\b|%|FCM:|TITLE:)",
    re.IGNORECASE,
)
_WRAP = 72
"""Length from which a comment may go on in the next line: some writers break at 80 characters."""
MAX_COMMENT = 1000
"""Characters of a line that is no event that are read."""


@dataclass(slots=True)
class Entry:
    """An event with what the lines below it say of it."""

    event: Event
    clip: str = ""
    extra: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class EditList:
    """The whole file, line by line, before its timecodes mean anything."""

    title: str = ""
    rate: str = ""
    drop_frame: bool | None = None
    counts: Counter[bool] = field(default_factory=Counter)
    entries: list[Entry] = field(default_factory=list)
    locators: list[tuple[str, str, str, int]] = field(default_factory=list)
    missed: list[int] = field(default_factory=list)


def parse_list(text: str, report: Report) -> EditList:
    """All lines of a list; what is not understood is reported."""
    found = EditList()
    parse = EventLines().parse
    before = ""
    for number, line in enumerate(text.split("\n"), 1):
        if line[:1] != "*" and (event := parse(line, number)):
            found.entries.append(Entry(event))
        elif line and not line.isspace():
            if len(line) > MAX_COMMENT:
                report.warn(
                    f"of {len(line):,} characters only the first {MAX_COMMENT:,} are read",
                    number,
                    kind="long lines",
                )
            _statement(line[:MAX_COMMENT].strip(), number, before, found, report)
        before = line
    if found.missed:
        report.warn(
            f"{len(found.missed)} of {len(found.missed) + len(found.entries)} lines that look like events are none",
            found.missed[0],
        )
    return found


def _statement(line: str, number: int, before: str, found: EditList, report: Report) -> None:
    """A line that is no event: what it says goes to the list or to the event above it."""
    entry = found.entries[-1] if found.entries else None
    if line.startswith("*"):
        _comment(line, number, entry, found)
    elif line[:6].upper() == "TITLE:":
        found.title = found.title or line[6:].strip()
    elif line[:4].upper() == "FCM:":
        _count(line[4:], found)
    elif entry and (speed := _SPEED.fullmatch(line)):
        _side(speed[1], found).extra.append(("speed", f"{speed[2]} frames/s"))
    elif looks_like_event(line):
        found.missed.append(number)
        report.warn(f'looks like an event but is none: "{line[:80]}"', number, kind="lines like events")
    elif match := _RATE.fullmatch(line):
        found.rate = found.rate or match[1]
    elif _SILENT.match(line):
        if entry:
            entry.extra.append(("statement", line))
    elif before.startswith("*") and len(before) >= _WRAP:
        _go_on(line, entry, found)
    else:
        report.warn(f'not understood: "{line[:80]}"', number, kind="lines")


def _side(reel: str, found: EditList) -> Entry:
    """The side of a transition that shows this reel; its last line where neither or both do."""
    last = found.entries[-1]
    if len(found.entries) > 1 and last.event.edit.reel != reel and found.entries[-2].event.edit.reel == reel:
        return found.entries[-2]
    return last


def _count(mode: str, found: EditList) -> None:
    """A counting mode: that above the first event holds for the record side, later ones for sources."""
    word = mode.strip().upper()
    drop_frame = False if word.startswith("NON") else True if word.startswith("DROP") else None
    if drop_frame is None:
        return
    found.counts[drop_frame] += 1
    if found.drop_frame is None:
        found.drop_frame = drop_frame


def _comment(line: str, number: int, entry: Entry | None, found: EditList) -> None:
    if match := _LOCATOR.match(line):
        found.locators.append((match[1], match[2], match[3].strip(), number))
    elif entry and (match := _NAME.match(line)):
        _name(match[1], match[2].strip(), entry, found)
    elif match := _RATE.fullmatch(line):
        found.rate = found.rate or match[1]
    elif entry:
        entry.extra.append(("comment", line[1:].strip()))


def _name(side: str | None, name: str, entry: Entry, found: EditList) -> None:
    """A clip name: in a transition FROM is what goes and TO is what comes."""
    comes = (side or "").upper() != "FROM"
    if comes or entry.event.edit.transition in ("", "C"):
        entry.clip = name
    elif len(found.entries) > 1 and not found.entries[-2].clip:
        found.entries[-2].clip = name


def _go_on(line: str, entry: Entry | None, found: EditList) -> None:
    """The rest of a comment that was broken at the edge of the line."""
    if found.locators and (entry is None or found.locators[-1][3] > entry.event.line):
        label, colour, text, number = found.locators[-1]
        found.locators[-1] = (label, colour, f"{text} {line}".strip(), number)
    elif entry and entry.extra and entry.extra[-1][0] == "comment":
        entry.extra[-1] = ("comment", f"{entry.extra[-1][1]} {line}")
    elif entry:
        entry.extra.append(("comment", line))
