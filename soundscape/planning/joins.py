"""Joins: how the sound of one stay passes into that of the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from soundscape.film import Film
from soundscape.mixing import JOIN_S, Join
from soundscape.model import Shot
from soundscape.planning.clock import Clock
from soundscape.planning.places import Stay

CUT_S = 0.02
"""Length of the crossfade at a hard cut: short enough to be a cut, long enough not to click."""

SHORTEST_MORPH_S = 0.5
"""A shorter one could not be told from a crossfade."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seam:
    """Where the coming place begins and the leaving one ends, in samples, with their fades."""

    kind: str
    start: int
    end: int
    fade_in: int
    fade_out: int


def seams(stays: Sequence[Stay], film: Film, clock: Clock) -> tuple[Seam, ...]:
    """The seam before every stay but the first.

    Raises
    ------
    FilmError
        When a join is given for a shot that begins no place.
    """
    firsts = {stay.shots[0].label: stay for stay in stays[1:]}
    for index, join in enumerate(film.mix.joins):
        if join.shot not in firsts:
            raise film.error(
                f'no place begins with shot "{join.shot}"; allowed: {", ".join(firsts) or "none"}',
                "mix", "joins", str(index), "shot",
            )  # fmt: skip
    given = {join.shot: join for join in film.mix.joins}
    return tuple(
        _seam(before, after, given.get(after.shots[0].label), film, clock) for before, after in pairwise(stays)
    )


def _seam(before: Stay, after: Stay, given: Join | None, film: Film, clock: Clock) -> Seam:
    shot = after.shots[0]
    at, cut = clock.sample(shot.start), clock.samples(CUT_S)
    kind = given.kind if given else _pictured(shot, film)
    length = _length(given, shot, film, clock)
    # No join but a dissolve of the picture takes more than half of a stay, so that two of them never meet.
    most_before = max(cut, (at - clock.sample(before.start)) // 2)
    most_after = max(cut, (clock.sample(after.end) - at) // (1 if kind == "dissolve" else 2))
    around = {
        "cut": (cut // 2, cut - cut // 2),
        "crossfade": (length // 2, length - length // 2),
        "j-lap": (length, cut - cut // 2),
        "l-lap": (cut // 2, length),
        "dissolve": (0, length),
        "morph": (0, length) if shot.transition.frames else (length // 2, length - length // 2),
    }[kind]
    start = max(0, at - min(around[0], most_before))
    end = min(clock.length, at + min(around[1], most_after))
    if kind == "morph" and end - start < clock.samples(SHORTEST_MORPH_S):
        kind = "crossfade"
    if kind == "j-lap":
        return Seam(kind=kind, start=start, end=end, fade_in=max(cut, at - start), fade_out=cut)
    if kind == "l-lap":
        return Seam(kind=kind, start=start, end=end, fade_in=cut, fade_out=max(cut, end - at))
    return Seam(kind=kind, start=start, end=end, fade_in=end - start, fade_out=end - start)


def _pictured(shot: Shot, film: Film) -> str:
    """The join that the picture and the film's settings ask for."""
    if shot.transition.frames:
        return "morph" if shot.transition.kind == "morph" else "dissolve"
    return "j-lap" if film.mix.prelap_s else "cut"


def _length(given: Join | None, shot: Shot, film: Film, clock: Clock) -> int:
    if given is not None and given.seconds is not None:
        return clock.samples(given.seconds)
    if shot.transition.frames:
        return clock.sample(shot.start + shot.transition.frames) - clock.sample(shot.start)
    return clock.samples(JOIN_S if given is not None else film.mix.prelap_s)
