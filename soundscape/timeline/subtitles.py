"""Narration and subtitles: SubRip and WebVTT.

Their times are milliseconds, so any frame rate reads them; without one they lie on frames of the lowest rate,
with a warning. Read here and not by a library because cue identifiers, `NOTE` blocks and hours above 99 must not
end up in the words.
"""

from __future__ import annotations

import html
import re
from fractions import Fraction

from soundscape.errors import TimelineError
from soundscape.model import Cue, Timeline
from soundscape.timecode import seconds_to_frame
from soundscape.timeline import _text
from soundscape.timeline._reading import ReadOptions, Report, Result, lowest_rate

SUFFIXES = (".srt", ".vtt")

_TIME = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})(?:[.,:](\d{1,3}))?"
_ARROW = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(?:\s.*)?")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^<>]{0,200})>")
MAX_LINE = 300
"""Characters of a line that are looked at for two times with an arrow."""
_TAG = re.compile(r"</?[a-zA-Z0-9.:]+[^<>]{0,200}>|\{\\[^{}]{0,200}\}")


def sniff(data: bytes) -> int:
    """Surely, where a line has an arrow between two times or the file says WEBVTT."""
    text = _text.head(data)
    return 2 * (
        text.lstrip().startswith("WEBVTT") or any(_ARROW.fullmatch(line[:MAX_LINE]) for line in text.split("\n"))
    )


def read(data: bytes, options: ReadOptions) -> Result:
    """Read narration cues; the timeline has no shots."""
    report = Report()
    found = _cues(_text.decode(data, report).split("\n"), report)
    if not found:
        raise TimelineError('has no cues; a cue has a line like "00:00:01,000 --> 00:00:02,500"')
    rate = options.rate or lowest_rate(-1, report=report)
    cues = []
    for start, end, words, line in found:
        first = seconds_to_frame(start, rate)
        last = max(first + 1, seconds_to_frame(end, rate))
        cues.append(Cue(start=first, end=last, text=words, line=line))
    cues.sort(key=lambda cue: cue.start)
    stop = max(cue.end for cue in cues)
    timeline = Timeline(title=options.title, rate=rate, start=0, shots=(), narration=tuple(cues), stop=stop)
    return timeline, report.diagnostics


def _cues(lines: list[str], report: Report) -> list[tuple[Fraction, Fraction, str, int]]:
    """Start, end, words and line of every cue that has words and lasts."""
    places = [(number, match) for number, line in enumerate(lines) if (match := _ARROW.fullmatch(line[:MAX_LINE]))]
    for number, line in enumerate(lines):
        if "-->" in line and not _ARROW.fullmatch(line[:MAX_LINE]):
            report.warn(f'looks like a cue but is none: "{line[:80]}"', number + 1, kind="lines like cues")
    found = []
    ends = [*(number for number, _ in places), len(lines)][1:]
    for (number, match), end in zip(places, ends, strict=True):
        words = _words(lines[number + 1 : end])
        start_s, end_s = _seconds(match.groups()[:4]), _seconds(match.groups()[4:])
        if end_s <= start_s:
            report.warn("a cue that does not end after it starts is left out", number + 1, kind="reversed cues")
        elif not words:
            report.info("a cue without words is left out", number + 1, kind="empty cues")
        else:
            found.append((start_s, end_s, words, number + 1))
    report.info(f"{len(places)} cues, {len(found)} of them used")
    return found


def _words(lines: list[str]) -> str:
    """The words of a cue: up to the first empty line; the next cue's number is none of them."""
    kept: list[str] = []
    for line in lines:
        if not line.strip():
            break
        kept.append(line)
    else:
        # No empty line before the next cue: its number or name is the last line here.
        if kept and kept[-1].strip().isdecimal():
            kept.pop()
    text = _TAG.sub("", _VOICE.sub(r"\1: ", " ".join(kept)))
    return " ".join(html.unescape(text).split())


def _seconds(parts: tuple[str | None, ...]) -> Fraction:
    hours, minutes, seconds, rest = parts
    fraction = Fraction(int(rest), 10 ** len(rest)) if rest else Fraction(0)
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0) + fraction
