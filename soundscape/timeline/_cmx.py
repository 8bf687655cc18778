"""The event line of CMX3600 edit lists and of all that borrowed it.

    003  REEL_7   V     D    024 01:00:10:00 01:00:14:00 01:00:20:00 01:00:24:00

What real files do to it: event numbers of one to six digits, reels with spaces or 32 characters, channels
from `V` to `AA/V`, an empty transition column with or without a length, `K B` in two words, any separator in
timecodes, something after the last one.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from soundscape.errors import TimecodeError
from soundscape.timecode import Rate, timecode_to_frame
from soundscape.timeline._reading import Report

_TC = r"(-?\d\d?[:;.,]\d\d[:;.,]\d\d[:;.,]\d\d\d?)"
_EVENT = re.compile(rf"\s*(\d+)\s+(\S.*?)\s+{_TC}\s+{_TC}\s+{_TC}\s+{_TC}(?:\s|$)")
_USUAL = re.compile(rf"(\d+)\s+(\S[^:;]*\S)\s+{_TC}\s{_TC}\s{_TC}\s{_TC}(?:\s|$)")
_LOOKS_LIKE = re.compile(r"\s*\d+\s.*?\d\d[:;.,]\d\d[:;.,]\d\d[:;.,]\d.*?\s-?\d\d?[:;.,]\d\d[:;.,]\d\d[:;.,]\d")
_TRANSITION = re.compile(r"C|D|W\d*|K[BO]?\d*")
_CHANNELS = re.compile(
    r"(?:V|A|AA|VA|B|NONE|AUD|VID)\d*(?:[/,+&](?:V|A|AA)?\d*)*|V\d*A\d*(?:A\d*)*|(?:A\d+)+V?", re.IGNORECASE
)
_PICTURE = re.compile(r"V(\d*)|B", re.IGNORECASE)


MAX_LINE = 300
"""Longest event line: what is longer is none, and would only keep the patterns busy."""


class Edit(NamedTuple):
    """What stands between the event number and the timecodes."""

    reel: str
    channels: str
    transition: str
    """`C`, `D`, `W001`, `K`, `KB`, `KO`; empty where the column is."""
    frames: int
    track: int
    """Picture track, counted from 1; 0 when the event has no picture."""


class Event(NamedTuple):
    """One event line; the timecodes are source in, source out, record in and record out."""

    number: str
    edit: Edit
    labels: tuple[str, str, str, str]
    line: int


class EventLines:
    """Recognises event lines; most lines of a file have an edit that an earlier line had."""

    def __init__(self) -> None:
        self._edits: dict[str, Edit] = {}

    def parse(self, line: str, number: int) -> Event | None:
        """The event on a line; None when it is none."""
        if len(line) > MAX_LINE:
            return None
        match = _USUAL.match(line) or (_EVENT.match(line) if line.lstrip()[:1].isdecimal() else None)
        if match is None:
            return None
        name, middle, source_in, source_out, record_in, record_out = match.groups()
        edit = self._edits.get(middle)
        if edit is None:
            edit = self._edits[middle] = _edit(middle)
        return Event(name, edit, (source_in, source_out, record_in, record_out), number)


def looks_like_event(line: str) -> bool:
    """Whether a line begins with a number and has two timecodes: one that should have been an event."""
    return _LOOKS_LIKE.match(line[:MAX_LINE]) is not None


def _edit(middle: str) -> Edit:
    words = middle.split()
    frames = int(words.pop()) if len(words) > 1 and words[-1].isdecimal() and len(words[-1]) <= 4 else 0
    transition = ""
    if len(words) > 2 and words[-2:] in (["K", "B"], ["K", "O"]):
        transition = "K" + words.pop()
        words.pop()
    elif len(words) > 1 and _TRANSITION.fullmatch(words[-1]):
        transition = words.pop()
    channels = words.pop() if len(words) > 1 and _CHANNELS.fullmatch(words[-1]) else ""
    if not channels and words and _CHANNELS.fullmatch(words[-1]):
        channels = words.pop()
    picture = _PICTURE.search(channels)
    track = int(picture[1] or 1) if picture else 0
    return Edit(" ".join(words), channels, transition, frames, track)


class Labels:
    """Timecodes of one rate to frames, quickly: most lie in a second that was seen before."""

    def __init__(self, rate: Rate, report: Report) -> None:
        self._rate = rate
        self._report = report
        self._seconds: dict[str, int] = {}
        width = 3 if rate.nominal > 100 else 2
        self._labels = {f"{label:0{width}d}": label for label in range(rate.nominal)}

    def frame(self, text: str, line: int) -> int:
        """Frame of a timecode; raises TimecodeError with the line for one that this rate does not have."""
        try:
            return self._seconds[text[:8]] + self._labels[text[9:]]
        except KeyError:
            return self._look_up(text, line)

    def source_frame(self, text: str, line: int) -> int | None:
        """Frame of a source timecode, which may be of another rate: None with a warning, then."""
        try:
            return self.frame(text, line)
        except TimecodeError as error:
            self._report.warn(f"the source timecode is left out: {error.message}", line, kind="source timecodes")
            return None

    def _look_up(self, text: str, line: int) -> int:
        def warn(message: str) -> None:
            self._report.warn(message, line, kind="dropped labels")

        try:
            frame = timecode_to_frame(text, self._rate, warn=warn)
        except TimecodeError as error:
            raise TimecodeError(error.message, line=line) from error
        # A second that begins with dropped labels is looked up each time.
        whole = len(text) == 11 and not (self._rate.drop_frame and text[6:8] == "00" and text[4] != "0")
        if whole and text[9:] in self._labels:
            self._seconds[text[:8]] = frame - self._labels[text[9:]]
        return frame
