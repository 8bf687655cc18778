"""Session information of Pro Tools as text: the header and the marker listing.

The time reference in samples is the truth; the location beside it may be a timecode, minutes, feet or bars.
Sound clips in the track listing are counted and left out.
"""

from __future__ import annotations

import re
from fractions import Fraction

from soundscape.errors import TimelineError
from soundscape.model import HitPoint
from soundscape.timecode import Rate, seconds_to_frame, timecode_to_frame
from soundscape.timeline import _text
from soundscape.timeline._markers import marker_timeline
from soundscape.timeline._reading import ReadOptions, Report, Result, counted
from soundscape.timeline._times import LABEL

SUFFIXES = (".txt",)

_MARKERS = "M A R K E R S  L I S T I N G"
_RATE = re.compile(r"\s*([\d.]+)\s*(Drop)?.*", re.IGNORECASE)
_CLIP = re.compile(r"\d+\s*\t\s*\d+\s*\t")


def sniff(data: bytes) -> int:
    """Surely, where the header or the listing of a session stands."""
    text = _text.head(data)
    return 2 * (_MARKERS in text or ("SESSION NAME:" in text and "SAMPLE RATE:" in text))


def read(data: bytes, options: ReadOptions) -> Result:
    """Read the markers of a session; the timeline has no shots."""
    report = Report()
    lines = _text.decode(data, report).split("\n")
    header = {
        name.strip(): value.strip()
        for line in lines[:40]
        if line.count(":")
        for name, _, value in [line.partition(":")]
    }
    rate = _rate(header, options, report)
    sample_rate = _sample_rate(header.get("SAMPLE RATE", ""))
    label = header.get("SESSION START TIMECODE", "")
    start = timecode_to_frame(label, rate, warn=report.warn) if label else 0
    first = next((number for number, line in enumerate(lines) if line.strip() == _MARKERS), None)
    if first is None:
        raise TimelineError('has no marker listing; tick "Markers" in the export of the session')
    columns = [cell.strip() for cell in lines[first + 1].split("\t")] if first + 1 < len(lines) else []
    hits = []
    for number, line in enumerate(lines[first + 2 :], first + 3):
        cells = [cell.strip() for cell in line.split("\t")]
        row = dict(zip(columns, cells, strict=False))
        if not line.strip():
            continue
        frame = _frame(row, rate, sample_rate, start)
        if frame is None:
            report.warn(f'not understood: "{line[:80]}"', number, kind="lines")
        else:
            name = " ".join(row.get("NAME", "").split()) or "marker"
            hits.append(HitPoint(frame=frame, label=name, kind="marker", note=row.get("COMMENTS", ""), line=number))
    clips = sum(1 for line in lines[:first] if _CLIP.match(line))
    if clips:
        report.info(f"{clips} sound clips in the track listing are left out")
    title = header.get("SESSION NAME") or options.title
    return marker_timeline(title, rate, hits, report, start=min([start, *(hit.frame for hit in hits)]))


def _rate(header: dict[str, str], options: ReadOptions, report: Report) -> Rate:
    match = _RATE.fullmatch(header.get("TIMECODE FORMAT", ""))
    if options.rate:
        return counted(options.rate, True if match and match[2] else None, report=report)
    if match is None:
        raise TimelineError('has no "TIMECODE FORMAT"; say the frame rate with --fps')
    if match[2] and match[1] == "30":
        report.warn(
            "30 drop-frame, which counts like 29.97 drop-frame and runs faster, is read as 29.97 drop-frame"
        )
        return Rate.parse("29.97df")
    return Rate.parse(f"{match[1]}{'df' if match[2] else ''}")


def _sample_rate(text: str) -> Fraction:
    match = re.match(r"\d{4,6}(?:\.\d{1,9})?", text)
    return Fraction(match[0]) if match else Fraction(0)


def _frame(row: dict[str, str], rate: Rate, sample_rate: Fraction, start: int) -> int | None:
    """Frame of a marker: by its samples where they are given, else by its timecode."""
    samples = row.get("TIME REFERENCE", "")
    if row.get("UNITS", "").lower() == "samples" and re.fullmatch(r"-?\d{1,15}", samples) and sample_rate > 0:
        return start + seconds_to_frame(int(samples) / sample_rate, rate)
    location = row.get("LOCATION", "")
    if re.fullmatch(LABEL.pattern + r"(?:\.\d+)?", location):
        return timecode_to_frame(location[:11], rate, warn=lambda _: None)
    return None
