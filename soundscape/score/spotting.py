"""Spotting: where there is music, what it must meet, and where it is silent, proposed from a timeline.

What a spotting session writes down: in and out of every cue, its hits, its direction and how it ends. Strong hits are
what the editor marked, scene changes, first appearances and leaps of intensity: three to seven a minute, at least four
seconds apart unless the editor locked them by marking.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from soundscape.model import Shot, Timeline
from soundscape.timecode import Rate, frame_to_seconds, frame_to_timecode

PER_MINUTE = 5.0
"""Strong hits a minute of each cue, those that the editor marked among them; a mark is always kept."""
APART_S = 4.0
SHORTEST_CUE_S = 8.0
"""A scene shorter than this shares its neighbour's cue."""
LEAP = 0.3
"""Change of intensity that asks for a hit."""
NEUTRAL = 0.5
"""Intensity of a shot that states none."""
SCENE, APPEARANCE, JUMP = 0.8, 0.7, 0.5
"""Weights of a scene change, a first appearance and a leap of intensity (to which the leap is added)."""
MARKED = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SpottedHit:
    """A moment the music should meet."""

    frame: int
    strength: str
    """`strong` or `soft`."""
    label: str
    weight: float
    why: str
    locked: bool = False
    """Marked by the editor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpottedCue:
    """A cue as a spotting session describes it."""

    name: str
    start: int
    """Frame at which the music begins: before the first shot where that dissolves in."""
    end: int
    shots: tuple[Shot, ...]
    hits: tuple[SpottedHit, ...]
    silences: tuple[tuple[int, int], ...]
    """(start, end) frames that are left without music."""
    direction: str
    ending: str
    """One of `request.ENDINGS`."""
    overlap: int = 0
    """Frames by which it goes on under the next cue."""


def spot(
    timeline: Timeline, *, per_minute: float = PER_MINUTE, silent: Callable[[Shot], bool] = lambda _: False
) -> tuple[SpottedCue, ...]:
    """Cues of a timeline: one a scene, with hits, silences and an ending.

    Parameters
    ----------
    per_minute : float
        Strong hits a minute of each cue up to which hits are proposed; what the editor marked is always kept.
    silent : callable, optional
        Tells the shots that are to have no music.
    """
    hits = spot_hits(timeline, per_minute=per_minute)
    groups = _scenes(timeline)
    cues = []
    for index, shots in enumerate(groups):
        sounding = [shot for shot in shots if not silent(shot)]
        if not sounding:
            continue
        following: Sequence[Shot] = groups[index + 1] if index + 1 < len(groups) else ()
        start, end = _start(sounding[0]), sounding[-1].end
        inside = tuple(hit for hit in hits if start <= hit.frame < end)
        ending = _ending(sounding, following, inside, timeline.rate)
        if following and (sounding[-1] is not shots[-1] or silent(following[0])):
            ending = "button" if ending == "button" else "tail"  # into a silence
        if ending == "overlap":
            end += following[0].transition.frames
        cues.append(
            SpottedCue(
                name=sounding[0].scene or "film",
                start=start,
                end=end,
                shots=tuple(shots),
                hits=inside,
                silences=tuple(
                    (shot.start, shot.end) for shot in shots if silent(shot) and start < shot.start < end
                ),
                direction=_direction(sounding),
                ending=ending,
                overlap=end - sounding[-1].end,
            )
        )
    return tuple(_numbered(cues))


def spot_hits(timeline: Timeline, *, per_minute: float = PER_MINUTE) -> tuple[SpottedHit, ...]:
    """Strong and soft hits of a timeline in order of time."""
    rate = timeline.rate
    marked = [
        SpottedHit(
            frame=hit.frame,
            strength=hit.strength,
            label=hit.label,
            weight=MARKED,
            why="marked by the editor",
            locked=True,
        )
        for hit in timeline.hits
    ]
    taken = {hit.frame for hit in marked}
    proposals = [hit for hit in _proposals(timeline) if hit.frame not in taken]
    locked = [hit for hit in marked if hit.strength == "strong"]
    apart = APART_S * float(rate.fps)
    found = list(marked)
    scenes = _scenes(timeline)
    for shots in scenes:
        start, end = shots[0].start, shots[-1].end
        room = per_minute * float(frame_to_seconds(end - start, rate)) / 60.0
        room -= sum(start <= hit.frame < end for hit in locked)
        own = [hit for hit in proposals if start <= hit.frame < end]
        found += _chosen(
            own, locked, math.floor(room + 0.5), apart=apart, end=math.inf if shots is scenes[-1] else end
        )
    return tuple(sorted(found, key=lambda hit: hit.frame))


def _chosen(
    proposals: Sequence[SpottedHit], locked: Sequence[SpottedHit], room: int, *, apart: float, end: float
) -> Iterable[SpottedHit]:
    """The proposals of one cue: the weightiest that find room stay strong, and no other cue has a say in it.

    What is near the end gives way to the beginning of the next cue.
    """
    kept: list[SpottedHit] = []
    for hit in sorted(proposals, key=lambda hit: (-hit.weight, hit.frame)):
        near = end - hit.frame < apart or any(abs(hit.frame - other.frame) < apart for other in (*locked, *kept))
        if hit.strength == "strong" and not near and len(kept) < room:
            kept.append(hit)
            yield hit
        else:
            yield replace(hit, strength="soft")


def _proposals(timeline: Timeline) -> Iterable[SpottedHit]:
    """One hit for every cut, strong where something happens on it."""
    seen: set[str] = set(timeline.shots[0].owners) if timeline.shots else set()
    for before, shot in pairwise(timeline.shots):
        new = [owner for owner in shot.owners if owner not in seen]
        seen.update(shot.owners)
        leap = _intensity(shot) - _intensity(before)
        reasons = []
        if shot.scene != before.scene:
            reasons.append((SCENE, f"scene {shot.scene or shot.label} begins"))
        if new:
            reasons.append((APPEARANCE, f"{' and '.join(new)} appear{'s' * (len(new) == 1)}"))
        if abs(leap) >= LEAP:
            reasons.append((JUMP + abs(leap), f"intensity {'rises' if leap > 0 else 'falls'} by {abs(leap):.1f}"))
        weight = max((weight for weight, _ in reasons), default=0.1) + 0.1 * max(0, len(reasons) - 1)
        yield SpottedHit(
            frame=shot.start,
            strength="strong" if reasons else "soft",
            label=shot.label,
            weight=round(weight, 3),
            why="; ".join(reason for _, reason in reasons) or "cut",
        )


def _scenes(timeline: Timeline) -> list[list[Shot]]:
    """Runs of shots of one scene; a short one joins the one before it, or the one after when it is first."""
    runs: list[list[Shot]] = []
    for shot in timeline.shots:
        if runs and runs[-1][0].scene == shot.scene:
            runs[-1].append(shot)
        else:
            runs.append([shot])
    joined: list[list[Shot]] = []
    for run in runs:
        short = float(frame_to_seconds(run[-1].end - run[0].start, timeline.rate)) < SHORTEST_CUE_S
        first_is_short = (
            joined
            and float(frame_to_seconds(joined[-1][-1].end - joined[-1][0].start, timeline.rate)) < SHORTEST_CUE_S
        )
        if joined and (short or first_is_short):
            joined[-1] += run
        else:
            joined.append(run)
    return joined


def _start(shot: Shot) -> int:
    """The middle of a dissolve: the new music spreads over it."""
    return shot.start if shot.transition.kind == "cut" else shot.start + shot.transition.frames // 2


def _intensity(shot: Shot) -> float:
    return NEUTRAL if shot.intensity is None else shot.intensity


def _direction(shots: Sequence[Shot]) -> str:
    """How intense the scene is and where it goes, with the moods the shot list names."""
    first, last = _intensity(shots[0]), _intensity(shots[-1])
    mean = sum(_intensity(shot) for shot in shots) / len(shots)
    level = "calm" if mean < 0.35 else "tense" if mean > 0.65 else "moderate"
    course = "rising" if last - first >= LEAP else "falling" if first - last >= LEAP else "steady"
    moods = list(dict.fromkeys(shot.mood for shot in shots if shot.mood))
    return ", ".join([f"{level}, {course}", *moods])


def _ending(shots: Sequence[Shot], following: Sequence[Shot], hits: Sequence[SpottedHit], rate: Rate) -> str:
    last = shots[-1]
    if any(hit.strength == "strong" and last.end - hit.frame <= 2 * rate.nominal for hit in hits):
        return "button"
    if not following:
        return "fade"
    if following[0].transition.kind == "dissolve" and following[0].start == last.end:
        return "overlap"
    leap = _intensity(following[0]) - _intensity(last)
    return "cut" if leap >= LEAP else "tail"


def _numbered(cues: Sequence[SpottedCue]) -> Iterable[SpottedCue]:
    """Cues with names of their own: a scene that returns is counted."""
    count: dict[str, int] = {}
    for cue in cues:
        count[cue.name] = count.get(cue.name, 0) + 1
        yield replace(cue, name=f"{cue.name} {count[cue.name]}") if count[cue.name] > 1 else cue


_AN = {"overlap": "an"}


def spotting_notes(cues: Sequence[SpottedCue], timeline: Timeline) -> tuple[str, ...]:
    """Spotting notes for a person: a line for every cue, for every strong hit, and for whatever has no music."""
    rate = timeline.rate
    lines = []
    reached = timeline.shots[0].start if timeline.shots else 0
    for number, cue in enumerate(cues, 1):
        lines += _unscored(timeline, reached, cue.shots[0].start)
        reached = cue.shots[-1].end
        seconds = float(frame_to_seconds(cue.end - cue.start, rate))
        soft = sum(hit.strength == "soft" for hit in cue.hits)
        span = f"{frame_to_timecode(cue.start, rate)} - {frame_to_timecode(cue.end, rate)}"
        lines.append(
            f"M{number:02d}  {span}  {seconds:6.1f} s  "
            f"{cue.name}: {cue.direction}; ends with {_AN.get(cue.ending, 'a')} {cue.ending}; "
            f"{soft} soft hit{'s' * (soft != 1)}"
        )
        lines += [
            f"     {frame_to_timecode(hit.frame, rate)}  hit  {hit.label}: {hit.why}"
            for hit in cue.hits
            if hit.strength == "strong"
        ]
        lines += [
            f"     {frame_to_timecode(start, rate)} - {frame_to_timecode(end, rate)}  silence"
            for start, end in cue.silences
        ]
    lines += _unscored(timeline, reached, timeline.shots[-1].end if timeline.shots else 0)
    met = {hit.frame for cue in cues for hit in cue.hits}
    lines += [
        f"     {frame_to_timecode(hit.frame, rate)}  hit  {hit.label}: lies in no cue, and no music meets it"
        for hit in timeline.hits
        if hit.strength == "strong" and hit.frame not in met
    ]
    return tuple(lines)


def _unscored(timeline: Timeline, start: int, end: int) -> list[str]:
    """A line for a stretch between cues."""
    if end <= start:
        return []
    scenes = dict.fromkeys(shot.scene or shot.label for shot in timeline.shots if start <= shot.start < end)
    rate = timeline.rate
    span = f"{frame_to_timecode(start, rate)} - {frame_to_timecode(end, rate)}"
    return [f"---  {span}  {float(frame_to_seconds(end - start, rate)):6.1f} s  {', '.join(scenes)}: no music"]
