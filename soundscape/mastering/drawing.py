"""Short-term loudness over time, before and after, as an SVG picture."""

from __future__ import annotations

import math
from collections.abc import Callable

from soundscape.mastering.result import Curve
from soundscape.mastering.target import Target

_WIDTH, _HEIGHT = 420, 130
_LEFT, _RIGHT, _TOP, _BOTTOM = 26, 414, 8, 112
_LOWEST_LUFS = -60.0
_STEP_LU = 10.0
_POINTS = 400


def drawing(before: Curve, after: Curve, target: Target) -> str:
    """The picture and its key; nothing for what is shorter than two values.

    Parameters
    ----------
    before, after : Curve
        Short-term loudness, a value a second; `after` may be empty.
    target : Target
        Its loudness is drawn where it is that of the whole programme.
    """
    if len(before) < 2:
        return ""
    goal = target.integrated_lufs if target.gate == "programme" else None
    known = [value for value in (*before, *after, goal) if value is not None]
    top = _STEP_LU * math.ceil(max(known, default=0.0) / _STEP_LU)
    bottom = max(_LOWEST_LUFS, _STEP_LU * math.floor(min(known, default=_LOWEST_LUFS) / _STEP_LU))
    bottom = min(bottom, top - 2 * _STEP_LU)

    def height(lufs: float) -> float:
        share = (top - lufs) / (top - bottom)
        return _TOP + min(1.0, max(0.0, share)) * (_BOTTOM - _TOP)

    grid = "".join(
        f'<line class="grid" x1="{_LEFT}" x2="{_RIGHT}" y1="{height(lufs):.1f}" y2="{height(lufs):.1f}"/>'
        f'<text x="{_LEFT - 4}" y="{height(lufs) + 3:.1f}" text-anchor="end">{_minus(lufs)}</text>'
        for lufs in _levels(top, bottom)
    )
    if goal is not None:
        at = f'y1="{height(goal):.1f}" y2="{height(goal):.1f}"'
        grid += f'<line class="goal" x1="{_LEFT}" x2="{_RIGHT}" {at} stroke-dasharray="4 3"/>'
    times = "".join(
        f'<text x="{x}" y="{_HEIGHT - 4}" text-anchor="{anchor}">{_clock(share * (len(before) - 1))}</text>'
        for x, anchor, share in ((_LEFT, "start", 0.0), ((_LEFT + _RIGHT) / 2, "middle", 0.5), (_RIGHT, "end", 1.0))
    )
    lines = "".join(
        f'<polyline class="{kind}" points="{_points(curve, bottom, height)}" fill="none" stroke-width="1.3"/>'
        for kind, curve in (("before", before), ("after", after))
        if curve
    )
    key = 'Short-term loudness in LUFS: <b class="b">grey before</b>' + (
        ', <b class="a">blue after</b>' if after else ""
    )
    key += f', <b class="g">dashed {_minus(goal)} LUFS</b>' if goal is not None else ""
    return (
        f'<p><svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="short-term loudness over time">{grid}{times}{lines}</svg></p><p class="key">{key}</p>'
    )


def _levels(top: float, bottom: float) -> list[float]:
    return [top - _STEP_LU * n for n in range(round((top - bottom) / _STEP_LU) + 1)]


def _minus(value: float) -> str:
    return f"{value:g}".replace("-", "−")


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _points(curve: Curve, bottom: float, height: Callable[[float], float]) -> str:
    """Points of a line; where there are more seconds than points, the loudest of those that share one."""
    step = max(1, len(curve) // _POINTS)
    points = []
    for at in range(0, len(curve), step):
        loudest = max((value for value in curve[at : at + step] if value is not None), default=bottom)
        x = _LEFT + at / max(1, len(curve) - 1) * (_RIGHT - _LEFT)
        points.append(f"{x:.1f},{height(loudest):.1f}")
    return " ".join(points)
