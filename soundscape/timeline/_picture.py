"""What is seen: the shots of a layered timeline without those parts that others cover."""

from __future__ import annotations

import heapq
from dataclasses import replace
from itertools import pairwise

from soundscape.model import Diagnostic, Shot, Timeline, Transition
from soundscape.timeline._reading import Report


def picture(timeline: Timeline) -> tuple[Timeline, tuple[Diagnostic, ...]]:
    """The timeline with shots that do not overlap, in order of time.

    A higher track covers a lower one; on one track a later start covers an earlier one, as a tape would. A shot
    that is covered in its middle becomes two, the second of which begins with a cut and has `(2)` in its label.

    Returns
    -------
    timeline : Timeline
        The same object when nothing overlaps.
    diagnostics : tuple of Diagnostic
        Each shot that is covered in part or in whole.
    """
    shots = sorted(timeline.shots, key=lambda shot: (shot.start, shot.track))
    if all(before.end <= after.start for before, after in pairwise(shots)):
        return timeline, ()
    report = Report()
    pieces = _visible(shots)
    seen: list[Shot] = []
    for index, shot in enumerate(shots):
        parts = pieces.get(index, [])
        if parts != [(shot.start, shot.end)]:
            left = sum(end - start for start, end in parts)
            said = f"shows {left} of {shot.end - shot.start} frames" if parts else "is not seen"
            report.info(f'shot "{shot.label}" {said}: others lie over it', shot.line, kind="covered shots")
        seen += [_piece(shot, start, end, number) for number, (start, end) in enumerate(parts, 1)]
    seen.sort(key=lambda shot: shot.start)
    return replace(timeline, shots=tuple(seen)), report.diagnostics


def _visible(shots: list[Shot]) -> dict[int, list[tuple[int, int]]]:
    """Spans in which each shot, by its place in the list, is on top; neighbouring spans are joined."""
    edges = sorted({edge for shot in shots for edge in (shot.start, shot.end)})
    on_top: list[tuple[int, int, int]] = []
    pieces: dict[int, list[tuple[int, int]]] = {}
    coming = 0
    for start, end in pairwise(edges):
        while coming < len(shots) and shots[coming].start <= start:
            heapq.heappush(on_top, (-shots[coming].track, -shots[coming].start, -coming))
            coming += 1
        while on_top and shots[-on_top[0][2]].end <= start:
            heapq.heappop(on_top)
        if on_top:
            spans = pieces.setdefault(-on_top[0][2], [])
            if spans and spans[-1][1] == start:
                spans[-1] = (spans[-1][0], end)
            else:
                spans.append((start, end))
    return pieces


def _piece(shot: Shot, start: int, end: int, number: int) -> Shot:
    if start == shot.start:
        return replace(shot, end=end)
    source_start = None if shot.source_start is None else shot.source_start + start - shot.start
    label = shot.label if number == 1 else f"{shot.label} ({number})"
    return replace(shot, label=label, start=start, end=end, source_start=source_start, transition=Transition())
