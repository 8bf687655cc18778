"""Marker lists of Premiere Pro (CSV or text): name, description, in, out, duration, type.

The file is UTF-16 with tabs, its header is in the language of the program, so columns are known by their place.
Drop-frame timecode has `;` everywhere. The format carries no frame rate and no start.
"""

from __future__ import annotations

from soundscape.model import HitPoint
from soundscape.timeline import _text
from soundscape.timeline._cmx import Labels
from soundscape.timeline._markers import marker_timeline, table
from soundscape.timeline._reading import ReadOptions, Report, Result, label_rate
from soundscape.timeline._times import LABEL

SUFFIXES = (".csv", ".txt", ".tsv")

_IN, _OUT, _LENGTH = 2, 3, 4


def sniff(data: bytes) -> int:
    """Surely, where the third to fifth column of a row are timecodes and those of the first row are not."""
    lines = _text.head(data).split("\n")
    delimiter = _delimiter(lines[0])
    rows = [line.split(delimiter) for line in lines[:50] if line.strip()]
    return 2 * (len(rows) > 1 and not _is_marker(rows[0]) and any(_is_marker(row) for row in rows[1:]))


def read(data: bytes, options: ReadOptions) -> Result:
    """Read a marker list; the timeline has no shots."""
    report = Report()
    text = _text.decode(data, report)
    delimiter = _delimiter(text.partition("\n")[0])
    rows = list(table(text, delimiter, quoted=delimiter != "\t"))
    markers = [(line, row) for line, row in rows[1:] if _is_marker(row)]
    for line, row in rows[1:]:
        if not _is_marker(row):
            report.warn(f'not understood: "{" ".join(row)[:80]}"', line, kind="lines")
    rate = label_rate((row[place] for _, row in markers for place in (_IN, _OUT)), options.rate, report)
    labels = Labels(rate, report)
    hits = []
    for line, row in markers:
        name, description = (" ".join(cell.split()) for cell in row[:2])
        begin, end = labels.frame(row[_IN], line), labels.frame(row[_OUT], line)
        kind = row[_LENGTH + 1] if len(row) > _LENGTH + 1 else ""
        hits.append(
            HitPoint(
                frame=begin,
                label=name or description or "marker",
                frames=end - begin if end > begin + 1 else 0,
                kind=kind.lower() or "marker",
                note=description if name else "",
                line=line,
            )
        )
    return marker_timeline(options.title, rate, hits, report)


def _delimiter(header: str) -> str:
    return "\t" if "\t" in header else max(",;", key=header.count)


def _is_marker(row: list[str]) -> bool:
    return len(row) > _LENGTH and all(LABEL.fullmatch(row[place].strip()) for place in (_IN, _OUT, _LENGTH))
