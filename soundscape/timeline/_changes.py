"""What changed between two cuts: the basis of a re-conform."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass

from soundscape.errors import TimelineError
from soundscape.model import Shot, Timeline

_NEAR = 32
"""How many pieces of one source on each side of a shot are looked at for one that it was trimmed from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What became of one shot."""

    kind: str
    """`kept`, `moved`, `trimmed`, `new` or `removed`."""
    old: Shot | None
    new: Shot | None
    shift: int = 0
    """Frames by which the shot starts later than before, counted from the start of each programme."""
    head: int = 0
    """Frames that the shot lost at its start (negative: gained)."""
    tail: int = 0
    """Frames that the shot lost at its end (negative: gained)."""


def changes(old: Timeline, new: Timeline) -> tuple[Change, ...]:
    """What became of every shot of two cuts, in order of the new one; what was removed stands where it was.

    Shots are the same when they show the same source, or, where none is named, have the same scene and label.
    Of several from one source those with the same frames belong together, then those that share most frames,
    then those in the same order.

    Raises
    ------
    TimelineError
        When the cuts have different rates.
    """
    if old.rate != new.rate:
        raise TimelineError(f"cuts of {old.rate} and {new.rate} frames per second cannot be compared")
    befores, afters = _by_identity(old.shots), _by_identity(new.shots)
    pairs: dict[int, int] = {}
    for identity, indices in afters.items():
        pairs |= _pair(indices, befores.get(identity, []), old.shots, new.shots)
    found = []
    for index, shot in enumerate(new.shots):
        before = old.shots[pairs[index]] if index in pairs else None
        found.append((shot.start - new.start, 1, _change(before, shot, old.start, new.start)))
    paired = set(pairs.values())
    for index, shot in enumerate(old.shots):
        if index not in paired:
            found.append((shot.start - old.start, 0, Change(kind="removed", old=shot, new=None)))
    return tuple(change for *_, change in sorted(found, key=lambda entry: entry[:2]))


def _by_identity(shots: tuple[Shot, ...]) -> dict[tuple[str, ...], list[int]]:
    found: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for index, shot in enumerate(shots):
        found[(shot.source.casefold(),) if shot.source else (shot.scene, shot.label)].append(index)
    return found


def _pair(afters: list[int], befores: list[int], old: tuple[Shot, ...], new: tuple[Shot, ...]) -> dict[int, int]:
    """Which of the new shots of one identity is which of the old ones."""
    pairs: dict[int, int] = {}
    free_old, free_new = dict.fromkeys(befores), dict.fromkeys(afters)
    same: dict[tuple[int | None, int], list[int]] = defaultdict(list)
    for index in reversed(befores):
        same[_content(old[index])].append(index)
    for index in afters:
        if candidates := same[_content(new[index])]:
            pairs[index] = candidates.pop()
            del free_new[index], free_old[pairs[index]]
    order = sorted((i for i in free_old if old[i].source_start is not None), key=lambda i: old[i].source_start or 0)
    starts = [old[i].source_start or 0 for i in order]
    for index in [i for i in free_new if new[i].source_start is not None]:
        place = bisect_left(starts, new[index].source_start or 0)
        near = [i for i in order[max(0, place - _NEAR) : place + _NEAR] if i in free_old]
        best = max(near, key=lambda i: _shared(old[i], new[index]), default=None)
        if best is not None and _shared(old[best], new[index]) > 0:
            pairs[index] = best
            del free_new[index], free_old[best]
    unknown = [index for index in free_new if new[index].source_start is None]
    return pairs | dict(zip(unknown, [i for i in free_old if old[i].source_start is None], strict=False))


def _content(shot: Shot) -> tuple[int | None, int]:
    return shot.source_start, shot.end - shot.start


def _shared(old: Shot, new: Shot) -> int:
    """Source frames that both show; 0 where it is not known."""
    if old.source_start is None or new.source_start is None:
        return 0
    first = max(old.source_start, new.source_start)
    return min(old.source_start + old.end - old.start, new.source_start + new.end - new.start) - first


def _change(old: Shot | None, new: Shot, old_start: int, new_start: int) -> Change:
    if old is None:
        return Change(kind="new", old=None, new=new)
    shift = (new.start - new_start) - (old.start - old_start)
    if _content(old) == _content(new):
        return Change(kind="moved" if shift else "kept", old=old, new=new, shift=shift)
    known = old.source_start is not None and new.source_start is not None
    head = (new.source_start or 0) - (old.source_start or 0) if known else 0
    tail = (old.end - old.start) - (new.end - new.start) - head
    return Change(kind="trimmed", old=old, new=new, shift=shift, head=head, tail=tail)
