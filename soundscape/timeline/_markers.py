"""Marker lists: what all formats that are only a table of moments have in common."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from soundscape.errors import TimelineError
from soundscape.model import HitPoint, Timeline
from soundscape.timecode import Rate
from soundscape.timeline._reading import Report, Result


def marker_timeline(
    title: str, rate: Rate, hits: list[HitPoint], report: Report, *, start: int | None = None
) -> Result:
    """A timeline without shots from markers in any order; it starts with the first where no start is known."""
    if not hits:
        raise TimelineError("has no markers")
    hits = sorted(hits, key=lambda hit: hit.frame)
    report.info(f"{len(hits)} markers")
    first = hits[0].frame if start is None else start
    stop = max(hit.frame + hit.frames for hit in hits)
    timeline = Timeline(title=title, rate=rate, start=first, shots=(), hits=tuple(hits), stop=max(stop, first))
    return timeline, report.diagnostics


def table(text: str, delimiter: str, *, quoted: bool = True) -> Iterator[tuple[int, list[str]]]:
    """Rows of a table that are not empty, each with the number of its first line.

    Raises
    ------
    TimelineError
        When a quotation is not closed.
    """
    source = io.StringIO(text)
    if quoted:
        reader = csv.reader(source, delimiter=delimiter, strict=True)
    else:
        reader = csv.reader(source, delimiter=delimiter, quoting=csv.QUOTE_NONE)
    number = 1
    try:
        for cells in reader:
            line, number = number, reader.line_num + 1
            if any(cell.strip() for cell in cells):
                yield line, [cell.strip() for cell in cells]
    except csv.Error as error:
        raise TimelineError(f"is not a table: {error}", line=number) from error
