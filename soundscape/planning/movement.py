"""Camera moves: words of a shot list become curves of distance, wetness, brightness, width, pan and speed.

A move is a path of the camera through the place, so all that it changes is drawn from one table. What changes when
the picture is cut glides over half a second; what the camera itself does takes as long as the shot.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from soundscape.model import Curve, Shot
from soundscape.planning.clock import Clock
from soundscape.planning.wetness import AS_THE_PLACE, farther, shot_wetness
from soundscape.planning.words import found_words, shot_text

GLIDE_S = 0.5
"""Time in which a sound follows what another shot changes."""
WALL_S = 0.08
"""Time of a step through a wall: a cut, not a fade."""
ALL_ROUND = 0.5
"""Share of a pan that turns what is heard all round."""
NEUTRAL = {
    "distance": 0.0,
    "brightness": 0.5,
    "width": 1.0,
    "pan": 0.0,
    "walls": 0.0,
    "speed": 0.5,
    "wetness": AS_THE_PLACE,
}
INSIDE = ("inside", "indoors", "interior", "int", "through the window", "behind the door", "through the wall")
OUTSIDE = ("outside", "outdoors", "exterior", "ext", "from outside")

Course = tuple[tuple[float, float], ...]
"""Part of the shot, 0 to 1 → value."""


def _line(start: float, end: float) -> Course:
    return ((0.0, start), (1.0, end))


def _zoom(far: float, near: float) -> dict[str, Course]:
    """Nearer is louder and brighter and fills the room from side to side."""
    return {
        "distance": _line(far, near),
        "brightness": _line(0.5 - 0.3 * far, 0.5 - 0.3 * near),
        "width": _line(1.0 - 0.6 * far, 1.0 - 0.6 * near),
    }


Move = tuple[tuple[str, ...], dict[str, Course]]

PASS: Course = ((0.0, 0.7), (0.35, 0.25), (0.5, 0.0), (0.65, 0.25), (1.0, 0.7))
FLY_BY: Move = (
    ("fly by", "flyby", "fly past", "flies by", "flies past", "pass by", "race past", "rush past"),
    {
        "distance": PASS,
        "pan": ((0.0, -0.8), (0.35, -0.6), (0.65, 0.6), (1.0, 0.8)),
        "speed": ((0.0, 0.8), (0.4, 0.8), (0.6, 0.2), (1.0, 0.2)),
    },
)
"""Something passes the camera; the place around it stays."""
MOVES: tuple[Move, ...] = (
    (
        ("dive", "plunge", "fall with", "fall", "free fall", "plummet"),
        {
            "distance": _line(0.35, 0.0),
            "brightness": _line(0.6, 0.35),
            "speed": ((0.0, 0.5), (0.3, 0.7), (0.85, 0.7), (1.0, 0.5)),
        },
    ),
    (
        ("ken burns in", "push in", "zoom in", "dolly in", "track in", "move in", "crash zoom", "whip in"),
        _zoom(0.35, 0.0),
    ),
    (
        ("ken burns out", "pull out", "pull back", "zoom out", "dolly out", "dolly back", "track out"),
        _zoom(0.0, 0.35),
    ),
    (
        ("descend", "crane down", "tilt down", "boom down", "sink"),
        {"distance": _line(0.3, 0.1), "brightness": _line(0.6, 0.4)},
    ),
    (
        ("ascend", "crane up", "tilt up", "boom up", "rise", "whip up"),
        {"distance": _line(0.1, 0.3), "brightness": _line(0.4, 0.6)},
    ),
    # When the camera turns to the right, what stands there moves to the left.
    (
        ("pan right", "sweep right", "pans right", "ken burns right", "whip right", "track right"),
        {"pan": _line(0.4, -0.4)},
    ),
    (
        ("pan left", "sweep left", "pans left", "ken burns left", "whip left", "track left", "whip pan"),
        {"pan": _line(-0.4, 0.4)},
    ),
    (("pan", "sweep", "ken burns"), {"pan": _line(0.3, -0.3)}),
    (
        ("orbit", "circle", "spin", "arc", "turn around"),
        {"pan": ((0.0, 0.0), (0.25, 0.35), (0.5, 0.0), (0.75, -0.35), (1.0, 0.0))},
    ),
    (("aerial", "drone"), {"distance": _line(0.45, 0.45), "brightness": _line(0.4, 0.4)}),
    (("extreme wide",), {"distance": _line(0.4, 0.4)}),
    (("wide",), {"distance": _line(0.2, 0.2)}),
)
"""Words of a move → what it does; of the rows that fit, the first that says something of a curve counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Perspective:
    """How a place is heard over some shots: curves in samples from the start of a sound; empty is neutral."""

    distance: Curve = ()
    brightness: Curve = ()
    width: Curve = ()
    pan: Curve = ()
    walls: Curve = ()
    speed: Curve = ()
    wetness: Curve = ()


def perspective(
    shots: Sequence[Shot], clock: Clock, start: int, *, enclosed: bool | None, source: bool
) -> Perspective:
    """How the camera hears a place over these shots.

    Parameters
    ----------
    shots : sequence of Shot
        In order of time.
    clock : Clock
        Of the film.
    start : int
        Sample from which the curves count.
    enclosed : bool, optional
        Whether the sound is inside walls: then it is heard through them from outside, and the other way round.
        None: it is heard everywhere.
    source : bool
        Whether it is something in the picture, which is panned in full and has a Doppler shift where it is fast,
        or what is heard all round.
    """
    found = {name: _curve(shots, clock, start, name, partial(_path, name, enclosed, source)) for name in NEUTRAL}
    return Perspective(**{name: curve for name, curve in found.items() if curve})


def behind_walls(shot: Shot, *, enclosed: bool) -> bool:
    """Whether the camera stands on the other side of the walls."""
    return bool(found_words(OUTSIDE if enclosed else INSIDE, f"{shot_text(shot)} | {shot.movement}"))


def _path(name: str, enclosed: bool | None, source: bool, shot: Shot) -> Course:
    still = NEUTRAL[name]
    if name == "walls":
        through = float(enclosed is not None and behind_walls(shot, enclosed=enclosed))
        return _line(through, through)
    if name == "wetness":
        wetness = shot_wetness(shot)
        return tuple((part, farther(wetness, far)) for part, far in _path("distance", enclosed, source, shot))
    for words, curves in (FLY_BY, *MOVES) if source else MOVES:
        if name in curves and found_words(words, shot.movement) and (source or name != "speed"):
            share = ALL_ROUND if name == "pan" and not source else 1.0
            return tuple((part, share * value) for part, value in curves[name])
    return _line(still, still)


def _curve(shots: Sequence[Shot], clock: Clock, start: int, name: str, path_of: Callable[[Shot], Course]) -> Curve:
    points: list[tuple[int, float]] = []
    glide = clock.samples(WALL_S if name == "walls" else GLIDE_S)
    for shot in shots:
        begin, end = clock.sample(shot.start) - start, clock.sample(shot.end) - start
        if points:
            points.append((begin, points[-1][1]))
            begin = min(begin + glide, end)
        points += [(round(begin + part * (end - begin)), value) for part, value in path_of(shot)]
    return ordered(points) if any(value != NEUTRAL[name] for _, value in points) else ()


def ordered(points: Sequence[tuple[int, float]]) -> Curve:
    """Breakpoints in order of time; of those at one time the last, and none that a straight line gives anyway."""
    latest: dict[int, float] = {}
    at = 0
    for sample, value in points:
        at = max(at, sample)
        latest[at] = round(value, 6)
    kept: list[tuple[int, float]] = []
    for point in latest.items():
        if len(kept) >= 2 and kept[-1][1] == kept[-2][1] == point[1]:
            kept.pop()
        kept.append(point)
    return tuple(kept)
