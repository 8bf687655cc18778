"""Marker lists of Media Composer (text): user, timecode or frame, track, colour, comment, length; no header.

The format carries no frame rate. A bare number in the place of the timecode counts frames from the start.
"""

from __future__ import annotations

import re

from soundscape.model import HitPoint
from soundscape.timeline import _text
from soundscape.timeline._cmx import Labels
from soundscape.timeline._markers import marker_timeline, table
from soundscape.timeline._reading import ReadOptions, Report, Result, label_rate
from soundscape.timeline._times import LABEL

SUFFIXES = (".txt", ".tsv")

_TRACK = re.compile(r"(?:TC|V|A|D|S|ME|EC)\d{1,3}|TC|V|A", re.IGNORECASE)


def sniff(data: bytes) -> int:
    """Surely, where a row has a time and a track in their places."""
    return 2 * any(_is_marker(line.split("\t")) for line in _text.head(data).split("\n")[:50])


def read(data: bytes, options: ReadOptions) -> Result:
    """Read a marker list; the timeline has no shots."""
    report = Report()
    rows = list(table(_text.decode(data, report), "\t", quoted=False))
    markers = [(line, row) for line, row in rows if _is_marker(row)]
    for line, row in rows:
        if not _is_marker(row):
            report.warn(f'not understood: "{" ".join(row)[:80]}"', line, kind="lines")
    rate = label_rate((row[1] for _, row in markers if LABEL.fullmatch(row[1])), options.rate, report)
    labels = Labels(rate, report)
    hits = []
    for line, row in markers:
        user, time, track, colour, comment, *rest = [*row, ""]
        frames = int(rest[0]) if rest and rest[0].isdecimal() and len(rest[0]) < 9 else 1
        hits.append(
            HitPoint(
                frame=int(time) if time.isdecimal() else labels.frame(time, line),
                label=" ".join(comment.split()) or "marker",
                frames=frames if frames > 1 else 0,
                colour=colour.lower(),
                kind="marker",
                note=f"{user}, {track}".strip(", "),
                line=line,
            )
        )
    return marker_timeline(options.title, rate, hits, report)


def _is_marker(row: list[str]) -> bool:
    if len(row) < 5 or not _TRACK.fullmatch(row[2].strip()):
        return False
    time = row[1].strip()
    return bool(LABEL.fullmatch(time)) or (time.isdecimal() and len(time) < 9)
