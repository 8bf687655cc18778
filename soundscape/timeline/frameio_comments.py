"""Review comments of Frame.io (CSV): a table with a comment, a timecode and often a frame number.

Where both stand, the nominal frame rate follows from them. Comments are soft hits: someone's remark on the
picture, not a moment that must be struck.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction

from soundscape.errors import InputError, TimelineError
from soundscape.model import HitPoint
from soundscape.timecode import Rate, timecode_to_frame
from soundscape.timeline import _text
from soundscape.timeline._cmx import Labels
from soundscape.timeline._markers import marker_timeline, table
from soundscape.timeline._reading import ReadOptions, Report, Result, label_rate
from soundscape.timeline._times import LABEL

SUFFIXES = (".csv",)

_COLUMNS = {
    "comment": ("comment", "text", "commenttext"),
    "in": ("timecode", "timecodein", "tcin", "intimecode", "sourcetimecode", "timecodesource"),
    "out": ("timecodeout", "tcout", "outtimecode"),
    "frame": ("frame", "framein", "framenumber", "startframe"),
    "who": ("commenter", "owner", "author", "commentername", "user", "name"),
    "kind": ("completed", "status"),
}
_NOMINAL = (24, 25, 30, 48, 50, 60)


def sniff(data: bytes) -> int:
    """Surely, where the first row names a comment and a timecode, and no shot."""
    header = _text.head(data).partition("\n")[0]
    found = _places(header.split(","))
    return 2 * ({"comment", "in"} <= found.keys() and "shot" not in header.lower())


def read(data: bytes, options: ReadOptions) -> Result:
    """Read review comments; the timeline has no shots."""
    report = Report()
    rows = [(line, [_unquoted(cell) for cell in row]) for line, row in table(_text.decode(data, report), ",")]
    if not rows:
        raise TimelineError("has no comments")
    places = _places(rows[0][1])
    if not {"comment", "in"} <= places.keys():
        raise TimelineError("has no column for the comment or its timecode", line=rows[0][0])
    comments = []
    for line, row in rows[1:]:
        cells = {name: row[place] for name, place in places.items() if place < len(row)}
        if LABEL.fullmatch(cells.get("in", "")):
            comments.append((line, cells))
        else:
            report.warn("a comment without a timecode is left out", line, kind="comments")
    asked = options.rate or _rate((cells["in"], cells.get("frame", "")) for _, cells in comments)
    if asked and not options.rate:
        report.warn(
            f"read at {asked}, which follows from frames and timecodes: 23.976 looks like 24, 29.97 like 30"
        )
    rate = label_rate((cells["in"] for _, cells in comments), asked, report)
    labels = Labels(rate, report)
    hits = []
    for line, cells in comments:
        begin = labels.frame(cells["in"], line)
        end = labels.frame(cells["out"], line) if LABEL.fullmatch(cells.get("out", "")) else begin
        hits.append(
            HitPoint(
                frame=begin,
                label=" ".join(cells.get("comment", "").split()) or "comment",
                strength="soft",
                frames=end - begin if end > begin + 1 else 0,
                kind="comment",
                note=cells.get("who", ""),
                line=line,
            )
        )
    return marker_timeline(options.title, rate, hits, report)


def _unquoted(cell: str) -> str:
    """A value that was wrapped in three quotation marks still has one left on each side."""
    return cell[1:-1].strip() if len(cell) > 1 and cell[0] == cell[-1] == '"' else cell


def _places(header: list[str]) -> dict[str, int]:
    keys = [re.sub(r"[\W_]+", "", cell.lower()) for cell in header]
    return {
        name: next(keys.index(alias) for alias in aliases if alias in keys)
        for name, aliases in _COLUMNS.items()
        if any(alias in keys for alias in aliases)
    }


def _rate(pairs: Iterable[tuple[str, str]]) -> Rate | None:
    """The one nominal rate at which timecode minus frame number is the same in every row."""
    known = [(label, int(frame)) for label, frame in pairs if frame.isdecimal() and len(frame) < 10]
    fitting = []
    for nominal in _NOMINAL:
        rate = Rate(fps=Fraction(nominal))
        try:
            starts = {timecode_to_frame(label, rate) - frame for label, frame in known}
        except InputError:
            continue
        if len(starts) == 1 and (len(known) > 1 or starts == {0}):
            fitting.append(rate)
    return fitting[0] if len(fitting) == 1 else None
