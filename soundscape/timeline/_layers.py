"""From clips and mixes on tracks to shots: what all layered formats have in common.

A mix lies over the edit between two clips. The shot that comes begins with the first frame of the mix, as in an
edit list, and the shot that goes ends there; a mix at the end of a clip with nothing behind it is a fade-out and
leaves the shot as long as it is.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction

from soundscape.model import HitPoint, Shot, Transition
from soundscape.timecode import Rate
from soundscape.timeline._names import no_scene
from soundscape.timeline._rational import nearest
from soundscape.timeline._reading import Report

_WIPES = ("wipe", "slide", "push", "iris", "clock", "swap", "page", "spin", "band")


@dataclass(slots=True, kw_only=True)
class Clip:
    """A piece of picture on a track, in frames of the programme."""

    start: int
    end: int
    source: str
    source_start: int | None = None
    track: int = 1
    description: str = ""
    scene: str = ""
    extra: list[tuple[str, str]] = field(default_factory=list)
    line: int = 0
    transition: Transition = field(default_factory=Transition)


@dataclass(slots=True, kw_only=True)
class Mix:
    """A transition on a track, in frames of the programme."""

    start: int
    end: int
    name: str
    track: int = 1


@dataclass(slots=True)
class Reading:
    """What is gathered while tracks are walked; times are seconds from the start of the programme."""

    rate: Rate
    start: int
    report: Report
    clips: list[Clip] = field(default_factory=list)
    mixes: list[Mix] = field(default_factory=list)
    hits: list[HitPoint] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)

    def frame(self, at_s: Fraction) -> int:
        """The frame of the programme nearest to a time."""
        return self.start + nearest(at_s * self.rate.fps)


def shots(clips: list[Clip], mixes: list[Mix], report: Report) -> list[Shot]:
    """Shots in order of time, numbered from 001; clips without a length, of black, bars or leader are reported."""
    tracks: dict[int, list[Clip]] = {}
    for clip in clips:
        tracks.setdefault(clip.track, []).append(clip)
    over: dict[int, list[Mix]] = {}
    for mix in mixes:
        over.setdefault(mix.track, []).append(mix)
    for track, members in over.items():
        _lay(members, tracks.get(track, []), report)
    kept = []
    for clip in sorted(clips, key=lambda clip: (clip.start, clip.track)):
        if clip.end > clip.start and (why := no_scene(clip.source)):
            report.info(f'clip "{clip.source}" is {why} and no shot', clip.line, kind="black, bars and leaders")
        elif clip.end > clip.start:
            kept.append(clip)
        else:
            report.warn(f'clip "{clip.source}" has no length and is left out', clip.line, kind="empty clips")
    return [
        Shot(
            label=f"{number:03d}",
            start=clip.start,
            end=clip.end,
            scene=clip.scene,
            description=clip.description,
            source=clip.source,
            source_start=clip.source_start,
            track=clip.track,
            transition=clip.transition,
            extra=tuple(clip.extra),
            line=clip.line,
        )
        for number, clip in enumerate(kept, 1)
    ]


def _lay(mixes: list[Mix], clips: list[Clip], report: Report) -> None:
    """Lay the transitions of one track over its clips."""
    lasting = [clip for clip in clips if clip.end > clip.start]
    by_start = sorted(lasting, key=lambda clip: clip.start)
    by_end = sorted(lasting, key=lambda clip: clip.end)
    starts, ends = [clip.start for clip in by_start], [clip.end for clip in by_end]
    for mix in mixes:
        first = bisect_left(starts, mix.start)
        comes = by_start[first] if first < len(starts) and starts[first] <= mix.end else None
        last = bisect_left(ends, mix.start)
        goes = next((clip for clip in by_end[last : last + 2] if clip is not comes and clip.end <= mix.end), None)
        _apply(mix, comes, goes, report)


def _apply(mix: Mix, comes: Clip | None, goes: Clip | None, report: Report) -> None:
    frames = mix.end - mix.start
    if comes:
        kind = "wipe" if any(word in mix.name.lower() for word in _WIPES) else "dissolve"
        comes.transition = Transition(kind=kind, frames=frames, detail=mix.name)
        if comes.source_start is not None:
            comes.source_start -= comes.start - mix.start
        comes.start = mix.start
        if goes:
            goes.end = mix.start
    elif goes:
        goes.extra.append(("fade out", f"{frames} frames"))
    else:
        report.warn(f'transition "{mix.name}" lies at no edit and is left out', kind="transitions")
