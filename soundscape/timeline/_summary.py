"""A timeline as a table: shots, gaps, overlaps, hits and narration in order of time."""

from __future__ import annotations

from dataclasses import dataclass

from soundscape.model import Shot, Timeline, Transition
from soundscape.timecode import frame_to_seconds, frame_to_timecode


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table."""

    kind: str
    """`shot`, `gap`, `overlap`, `hit` or `cue`."""
    start: int
    frames: int
    timecode: str
    label: str
    what: str
    """Place, source, description or text: what the file says."""
    detail: str = ""
    """Transition, track or strength."""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A timeline in figures and rows."""

    title: str
    rate: str
    start: str
    """Timecode of the first frame."""
    end: str
    """Timecode after the last frame."""
    frames: int
    seconds: float
    shots: int
    hits: int
    cues: int
    transitions: int
    gaps: int
    overlaps: int
    rows: tuple[Row, ...]


def summary(timeline: Timeline) -> Summary:
    """The table of a timeline; every row has its timecode and the line of the file that it comes from."""
    rate = timeline.rate
    rows = [_shot_row(shot, frame_to_timecode(shot.start, rate)) for shot in timeline.shots]
    for start, end, over in _seams(timeline):
        kind, what = ("overlap", f"under {over}") if over else ("gap", "")
        code = frame_to_timecode(start, rate)
        rows.append(Row(kind=kind, start=start, frames=end - start, timecode=code, label="", what=what))
    for hit in timeline.hits:
        detail = ", ".join(part for part in (hit.strength, hit.kind, hit.colour) if part)
        rows.append(
            Row(
                kind="hit",
                start=hit.frame,
                frames=hit.frames,
                timecode=frame_to_timecode(hit.frame, rate),
                label=hit.label,
                what=hit.note,
                detail=detail,
                line=hit.line,
            )
        )
    for cue in timeline.narration:
        code = frame_to_timecode(cue.start, rate)
        frames = cue.end - cue.start
        rows.append(
            Row(kind="cue", start=cue.start, frames=frames, timecode=code, label="", what=cue.text, line=cue.line)
        )
    rows.sort(key=lambda row: row.start)
    kinds = [row.kind for row in rows]
    frames = timeline.end - timeline.start
    return Summary(
        title=timeline.title,
        rate=str(rate),
        start=frame_to_timecode(timeline.start, rate),
        end=frame_to_timecode(timeline.end, rate),
        frames=frames,
        seconds=float(frame_to_seconds(frames, rate)),
        shots=len(timeline.shots),
        hits=len(timeline.hits),
        cues=len(timeline.narration),
        transitions=sum(shot.transition != Transition() for shot in timeline.shots),
        gaps=kinds.count("gap"),
        overlaps=kinds.count("overlap"),
        rows=tuple(rows),
    )


def _shot_row(shot: Shot, timecode: str) -> Row:
    transition = shot.transition
    detail = [] if transition.kind == "cut" else [f"{transition.kind} {transition.frames}"]
    if shot.track > 1:
        detail.append(f"track {shot.track}")
    return Row(
        kind="shot",
        start=shot.start,
        frames=shot.end - shot.start,
        timecode=timecode,
        label=shot.label,
        what=" · ".join(part for part in (shot.scene, shot.place, shot.source, shot.description) if part),
        detail=", ".join(detail),
        line=shot.line,
    )


def _seams(timeline: Timeline) -> list[tuple[int, int, str]]:
    """Gaps and overlaps: from, to, and the label of the shot below where it is an overlap."""
    found = []
    reach, below = timeline.start, ""
    for shot in sorted(timeline.shots, key=lambda shot: shot.start):
        if shot.start > reach:
            found.append((reach, shot.start, ""))
        elif shot.start < reach and below:
            found.append((shot.start, min(reach, shot.end), below))
        if shot.end >= reach:
            reach, below = shot.end, shot.label
    if timeline.shots and timeline.end > reach:
        found.append((reach, timeline.end, ""))
    return found
