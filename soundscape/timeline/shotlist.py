"""Shot lists: CSV, TSV or a spreadsheet saved as such, with the columns that people really use.

Comment lines above the header may say `# title: …`, `# fps: 24` and `# start: 01:00:00:00`. A time with four
fields is a timecode; any other counts from the start of the programme. A shot without a start follows on; one
without an end or a duration lasts until the next start that is given, else `DEFAULT_SHOT_S`.
"""

from __future__ import annotations

from itertools import pairwise

from soundscape.errors import TimelineError
from soundscape.model import HitPoint, Shot, Timeline, Transition
from soundscape.timecode import Rate, frame_to_timecode
from soundscape.timeline import _cells
from soundscape.timeline._reading import ReadOptions, Report, Result, counted, lowest_rate
from soundscape.timeline._table import Row, read_table
from soundscape.timeline._text import decode
from soundscape.timeline._times import Time, largest_label, parse_time

SUFFIXES = (".csv", ".tsv", ".tab")

DEFAULT_SHOT_S = 5
"""Length of a shot about which nothing is known."""


def read(data: bytes, options: ReadOptions) -> Result:
    """Read a shot list; raises TimelineError with the line and column of the first thing that is wrong."""
    report = Report()
    directives, rows = read_table(decode(data, report), report)
    if not rows:
        raise TimelineError("has a header but no shots")
    _count_ranges(rows, report)
    rate = _rate(rows, directives, options, report)
    start = _programme_start(rows, directives, rate)
    shots = _shots(rows, rate, start, report)
    hits = [hit for row, shot in zip(rows, shots, strict=True) for hit in _hits(row, shot, rate, report)]
    timeline = Timeline(
        title=directives.get("title") or options.title,
        rate=rate,
        start=start,
        shots=tuple(shots),
        hits=tuple(sorted(hits, key=lambda hit: hit.frame)),
    )
    return timeline, report.diagnostics


def _count_ranges(rows: list[Row], report: Report) -> None:
    """Frame ranges that all begin with the same number (1001 in animation) say how long shots are, not where."""
    ranges = [(row.get("start"), row.get("end")) for row in rows]
    same = len({begin for begin, _ in ranges}) == 1 and len(rows) > 1
    if not same or not all(text.isdecimal() and len(text) < 10 for pair in ranges for text in pair):
        return
    for row in rows:
        row.titles["duration"] = row.titles["end"]
        row.cells["duration"] = f"{int(row.cells.pop('end')) - int(row.cells.pop('start')) + 1}f"
    report.info(
        f"all shots begin with frame {ranges[0][0]}: their ranges, last frame included, are taken as lengths"
    )


def _rate(rows: list[Row], directives: dict[str, str], options: ReadOptions, report: Report) -> Rate:
    texts = [row.get(name) for row in rows for name in ("start", "end", "duration")]
    largest, semicolon = largest_label([*texts, directives.get("start", "")])
    rates: dict[Rate, int] = {}
    if options.rate:
        rates[options.rate] = 0
        if "fps" in directives and Rate.parse(directives["fps"]) != options.rate:
            report.info(
                f"the list says {directives['fps']} frames a second; it is read at {options.rate}, as given"
            )
    elif "fps" in directives:
        rates[Rate.parse(directives["fps"])] = 0
    else:
        for row in rows:
            if row.get("fps"):
                rates.setdefault(row.convert("fps", Rate.parse), row.line)
    if len(rates) > 1:
        given = " and ".join(f"{rate} (line {line})" for rate, line in list(rates.items())[:2])
        raise TimelineError(f"more than one frame rate: {given}; say that of the cut with --fps", column="fps")
    if rates:
        return counted(next(iter(rates)), semicolon or None, report=report)
    return lowest_rate(largest, drop_frame=semicolon, report=report)


def _programme_start(rows: list[Row], directives: dict[str, str], rate: Rate) -> int:
    """What the file says, else the first shot's start where that is a timecode, else 0."""
    if "start" in directives:
        return parse_time(directives["start"], rate).frames
    first = next((row for row in rows if row.get("start")), None)
    time = _time(first, "start", rate) if first else None
    return time.frames if time and time.absolute else 0


def _time(row: Row, name: str, rate: Rate, report: Report | None = None) -> Time:
    def warn(message: str) -> None:
        if report:
            report.warn(message, row.line, kind="labels")

    return row.convert(name, lambda text: parse_time(text, rate, unit=row.titles[name].unit, warn=warn))


def _shots(rows: list[Row], rate: Rate, start: int, report: Report) -> list[Shot]:
    """Every row as a shot, in its place; raises TimelineError where two do not go together."""
    starts = [_position(row, "start", rate, start, report) for row in rows]
    ends = [_position(row, "end", rate, start, report) for row in rows]
    lengths = [_time(row, "duration", rate, report).frames if row.get("duration") else None for row in rows]
    of_ten = _cells.tenfold(row.get("intensity") for row in rows)
    shots: list[Shot] = []
    assumed, stretched, at = [], [], start
    for index, row in enumerate(rows):
        begin, end, length = starts[index], ends[index], lengths[index]
        if begin is None:
            begin = at if end is None or length is None else end - length
        if end is None:
            following = starts[index + 1] if index + 1 < len(rows) else None
            if length is not None:
                end = begin + length
            elif following is not None:
                end = following
                stretched.append(row.line)
            else:
                end = begin + round(DEFAULT_SHOT_S * rate.fps)
                assumed.append(row.line)
        elif length is not None and begin + length != end:
            report.warn(f"the duration is not end minus start ({end - begin} frames); the end counts", row.line)
        shots.append(_shot(row, begin, end, rate, of_ten, report))
        at = end
    _check_order(shots, rate)
    if assumed:
        report.info(f"{_lines(assumed)}no duration, so {DEFAULT_SHOT_S} s by rule", assumed[0])
    if stretched:
        report.info(f"{_lines(stretched)}no end, so until the next shot starts", stretched[0])
    if of_ten:
        report.info("intensities are taken to go from 0 to 10")
    return shots


def _position(row: Row, name: str, rate: Rate, start: int, report: Report) -> int | None:
    if not row.get(name):
        return None
    time = _time(row, name, rate, report)
    return time.frames if time.absolute else start + time.frames


def _shot(row: Row, begin: int, end: int, rate: Rate, of_ten: bool, report: Report) -> Shot:
    label = row.get("shot")
    if not label:
        label = f"line {row.line}"
        report.warn("a shot without a label is named by its line", row.line, kind="labels of shots")
    if end <= begin:
        column = next((name for name in ("end", "duration", "start") if row.get(name)), None)
        raise TimelineError(
            f'shot "{label}" ends at {frame_to_timecode(end, rate)}, which is not after its start at '
            f"{frame_to_timecode(begin, rate)}",
            line=row.line,
            column=row.titles[column].title if column else None,
        )
    transition = Transition()
    if row.get("transition"):
        transition, guessed = row.convert("transition", lambda text: _cells.transition(text, rate))
        if guessed:
            report.info(f"{transition.kind} without a length: {_cells.DEFAULT_DISSOLVE_S} s by rule", row.line)
    return Shot(
        label=label,
        start=begin,
        end=end,
        scene=row.get("scene"),
        place=row.get("place"),
        description=row.get("description"),
        mood=row.get("mood"),
        intensity=row.convert("intensity", lambda text: _cells.intensity(text, of_ten=of_ten))
        if row.get("intensity")
        else None,
        owners=tuple(dict.fromkeys(_cells.names(row.get("owners")))),
        sounds=tuple(dict.fromkeys(_cells.names(row.get("sounds")))),
        movement=row.get("movement"),
        source=row.get("source"),
        transition=transition,
        extra=tuple(row.extra),
        line=row.line,
    )


def _check_order(shots: list[Shot], rate: Rate) -> None:
    for before, after in pairwise(shots):
        if after.start < before.end:
            wrong = "starts before" if after.start < before.start else "overlaps"
            raise TimelineError(
                f'shot "{after.label}" at {frame_to_timecode(after.start, rate)} {wrong} shot "{before.label}" '
                f"(line {before.line}, {frame_to_timecode(before.start, rate)} to "
                f"{frame_to_timecode(before.end, rate)}); shots stand in order of time and do not overlap",
                line=after.line,
            )


def _hits(row: Row, shot: Shot, rate: Rate, report: Report) -> list[HitPoint]:
    if not row.get("hits"):
        return []
    found = row.convert("hits", lambda text: _cells.hits(text, rate, shot.start, row.line, report.warn))
    for hit in found:
        if not shot.start <= hit.frame < shot.end:
            report.warn(
                f'hit "{hit.label}" at {frame_to_timecode(hit.frame, rate)} is outside its shot "{shot.label}" '
                f"({frame_to_timecode(shot.start, rate)} to {frame_to_timecode(shot.end, rate)})",
                row.line,
            )
    return found


def _lines(numbers: list[int]) -> str:
    """The beginning of a note about several lines; that of a single one is told with it."""
    shown = ", ".join(str(number) for number in numbers[:8]) + " …" * (len(numbers) > 8)
    return f"{len(numbers)} shots (lines {shown}): " if len(numbers) > 1 else ""
