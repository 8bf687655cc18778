"""Chapters in the description of a YouTube video: `0:00 Intro`, one a line, at least two.

A chapter lasts until the next; the last one, whose end is not said, gets `LAST_S`. Chapters are shots, so that a
soundtrack can be made from them alone.
"""

from __future__ import annotations

import re
from fractions import Fraction

from soundscape.errors import TimelineError
from soundscape.model import Shot, Timeline
from soundscape.timecode import seconds_to_frame
from soundscape.timeline import _text
from soundscape.timeline._reading import ReadOptions, Report, Result, lowest_rate

SUFFIXES = (".txt", ".chapters")

LAST_S = 10
"""Length of the last chapter: the least that YouTube allows."""

MAX_LINE = 300
"""Characters of a line that are looked at."""

_CHAPTER = re.compile(r"\s*[\[(]?(?:(\d{1,3}):)?(\d{1,3}):(\d\d)(\.\d{1,9})?[\])]?(?:\s*[-–—|:.]\s+|\s+)(\S.*?)\s*")


def sniff(data: bytes) -> int:
    """Likely, where two lines are chapters and the first begins at 0."""
    found = [match for line in _text.head(data).split("\n") if (match := _CHAPTER.fullmatch(line[:MAX_LINE]))]
    return int(len(found) > 1 and _seconds(found[0]) == 0)


def read(data: bytes, options: ReadOptions) -> Result:
    """Read chapters as shots."""
    report = Report()
    found: list[tuple[Fraction, str, int]] = []
    for number, line in enumerate(_text.decode(data, report).split("\n"), 1):
        match = _CHAPTER.fullmatch(line[:MAX_LINE])
        if match is None:
            if line.strip():
                report.info(f'no chapter: "{line.strip()[:80]}"', number, kind="lines")
        elif found and _seconds(match) <= found[-1][0]:
            report.warn(
                "a chapter that does not begin after the one before it is left out", number, kind="chapters"
            )
        else:
            found.append((_seconds(match), match[5], number))
    if not found:
        raise TimelineError('has no chapters; a chapter is a line like "1:05 The chase"')
    rate = options.rate or lowest_rate(-1, report=report)
    edges = [seconds_to_frame(at_s, rate) for at_s, _, _ in found]
    edges.append(edges[-1] + seconds_to_frame(LAST_S, rate))
    report.info(f"the end is not said: the last chapter lasts {LAST_S} s by rule", found[-1][2])
    shots = [
        Shot(
            label=str(index + 1),
            start=edges[index],
            end=max(edges[index + 1], edges[index] + 1),
            scene=name,
            line=line,
        )
        for index, (_, name, line) in enumerate(found)
    ]
    return Timeline(title=options.title, rate=rate, start=0, shots=tuple(shots)), report.diagnostics


def _seconds(match: re.Match[str]) -> Fraction:
    return int(match[1] or 0) * 3600 + int(match[2]) * 60 + int(match[3]) + Fraction(match[4] or 0)
