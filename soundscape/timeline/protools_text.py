"""Session information of Pro Tools as text: the header, the marker listing and the track listing.

The time reference in samples is the truth; the location beside it may be a timecode, minutes, feet and frames
(which count 24 a second of real time) or bars. Columns are padded to the width of their headings, so a name may
hold tabs, and names and comments may go on in the next line. A session without markers has its sound clips as
shots; otherwise they are counted and left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction

from soundscape.errors import TimelineError
from soundscape.model import HitPoint, Shot, Timeline
from soundscape.timecode import Rate, seconds_to_frame, timecode_to_frame
from soundscape.timeline import _layers, _text
from soundscape.timeline._reading import ReadOptions, Report, Result, counted
from soundscape.timeline._times import LABEL

SUFFIXES = (".txt",)

_MARKERS = "M A R K E R S  L I S T I N G"
_RATE = re.compile(r"\s*([\d.]+)\s*(Drop)?.*", re.IGNORECASE)
_CLIP = re.compile(r"\d+\s*\t\s*\d+\s*\t")
_NUMBERED = re.compile(r"\d+\s*\t")


def sniff(data: bytes) -> int:
    """Surely, where the header or the listing of a session stands."""
    text = _text.head(data)
    return 2 * (_MARKERS in text or ("SESSION NAME:" in text and "SAMPLE RATE:" in text))


def read(data: bytes, options: ReadOptions) -> Result:
    """Read the markers of a session, or its sound clips where it has none."""
    report = Report()
    lines = _text.decode(data, report).split("\n")
    header = {
        name.strip(): value.strip()
        for line in lines[:40]
        if ":" in line
        for name, _, value in [line.partition(":")]
    }
    rate = _rate(header, options, report)
    label = header.get("SESSION START TIMECODE", "").partition(".")[0]
    start = timecode_to_frame(label, rate, warn=report.warn) if label else 0
    clock = _Clock(rate, start, _sample_rate(header.get("SAMPLE RATE", "")))
    hits = _markers(lines, clock, report)
    title = header.get("SESSION NAME") or options.title
    clips = _clips(lines, clock, report)
    shots: list[Shot] = []
    if hits:
        report.info(f"{len(hits)} markers; {len(clips)} sound clips are left out")
    else:
        shots = _layers.shots(clips, [], report)
        report.warn(f"there are no markers; {len(shots)} sound clips are taken as shots")
    stop = max([start, *(hit.frame for hit in hits), *(clip.end for clip in clips)])
    timeline = Timeline(
        title=title,
        rate=rate,
        start=min([start, *(hit.frame for hit in hits), *(shot.start for shot in shots)]),
        shots=tuple(shots),
        hits=tuple(sorted(hits, key=lambda hit: hit.frame)),
        stop=stop,
    )
    return timeline, report.diagnostics


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


def _markers(lines: list[str], clock: _Clock, report: Report) -> list[HitPoint]:
    first = next((number for number, line in enumerate(lines) if line.strip() == _MARKERS), None)
    if first is None or first + 1 >= len(lines):
        return []
    headings = lines[first + 1].split("\t")
    columns = [(heading.strip(), len(heading)) for heading in headings]
    hits: list[HitPoint] = []
    for number, line in enumerate(lines[first + 2 :], first + 3):
        row = _row(line, columns)
        if not line.strip():
            continue
        if not _NUMBERED.match(line):
            if hits:
                hits[-1] = _gone_on(hits[-1], line)
            else:
                report.warn(f'not understood: "{line[:80]}"', number, kind="lines")
            continue
        frame = clock.reference(row) if row.get("UNITS", "").lower() == "samples" else None
        if frame is None:
            frame = clock.location(row.get("LOCATION", ""))
        if frame is None:
            report.warn(f'not understood: "{line[:80]}"', number, kind="lines")
        else:
            name = " ".join(row.get("NAME", "").split()) or "marker"
            note = " ".join(row.get("COMMENTS", "").split())
            hits.append(HitPoint(frame=frame, label=name, kind="marker", note=note, line=number))
    return hits


def _row(line: str, columns: list[tuple[str, int]]) -> dict[str, str]:
    """Cells by heading: each as wide as its heading where a tab follows there, else up to the next tab."""
    cells = {}
    for heading, width in columns[:-1]:
        end = width if line[width : width + 1] == "\t" else line.find("\t")
        end = len(line) if end < 0 else end
        cells[heading], line = line[:end].strip(), line[end + 1 :]
    cells[columns[-1][0]] = line.strip()
    return cells


def _gone_on(hit: HitPoint, line: str) -> HitPoint:
    """A marker whose name or comment holds a line break: a continued comment is indented by empty cells."""
    more = " ".join(line.split())
    if line[:1].isspace():
        return replace(hit, note=f"{hit.note} {more}".strip())
    name, _, note = line.partition("\t")
    return replace(hit, label=f"{hit.label} {name.strip()}", note=f"{hit.note} {note.strip()}".strip())


def _clips(lines: list[str], clock: _Clock, report: Report) -> list[_layers.Clip]:
    """Sound clips on the first channel of every track; muted ones and fades are counted."""
    clips: list[_layers.Clip] = []
    track, left_out = 0, 0
    for number, line in enumerate(lines, 1):
        if line.startswith("TRACK NAME:"):
            track += 1
        elif track and _CLIP.match(line):
            cells = [cell.strip() for cell in line.split("\t")]
            begin, end = (clock.location(cells[place]) if len(cells) > 5 else None for place in (3, 4))
            if begin is None or end is None:
                report.warn(f'not understood: "{line[:80]}"', number, kind="lines")
            elif cells[0] != "1" or cells[2].startswith("(") or cells[-1] == "Muted" or end <= begin:
                left_out += 1
            else:
                clips.append(_layers.Clip(start=begin, end=end, source=cells[2], track=track, line=number))
        elif line.strip() == _MARKERS:
            break
    if left_out:
        report.info(f"{left_out} fades, muted clips and further channels are left out")
    return clips


@dataclass(frozen=True, slots=True)
class _Clock:
    """Times of a session to frames."""

    rate: Rate
    start: int
    sample_rate: Fraction

    def reference(self, row: dict[str, str]) -> int | None:
        """Frame of a time reference in samples from the start of the session."""
        samples = row.get("TIME REFERENCE", "")
        if not re.fullmatch(r"-?\d{1,15}", samples) or self.sample_rate <= 0:
            return None
        return self.start + seconds_to_frame(int(samples) / self.sample_rate, self.rate)

    def location(self, text: str) -> int | None:
        """Frame of a timecode, minutes and seconds, feet and frames, or samples; None for bars."""
        if LABEL.fullmatch(label := re.sub(r"(?<=[:;]\d\d)\.\d+$", "", text)):
            return timecode_to_frame(label, self.rate, warn=lambda _: None)
        if match := re.fullmatch(r"(?:(\d{1,3}):)?(\d{1,4}):(\d\d(?:\.\d{1,6})?)", text):
            seconds = int(match[1] or 0) * 3600 + int(match[2]) * 60 + Fraction(match[3])
            return self.start + seconds_to_frame(seconds, self.rate)
        if match := re.fullmatch(r"(\d{1,7})\+(\d\d)(?:\.\d+)?", text):
            return self.start + seconds_to_frame(Fraction(int(match[1]) * 16 + int(match[2]), 24), self.rate)
        return self.reference({"TIME REFERENCE": text}) if text.isdecimal() else None
