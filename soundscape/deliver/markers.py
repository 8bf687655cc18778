"""Shots and hit points as markers for DaVinci Resolve: a timeline markers EDL.

Import it there with *Timelines > Import > Timeline Markers from EDL*. Each marker is an event of one frame, followed
by a line with colour, name and length (the form in which Resolve writes them itself).
"""

from __future__ import annotations

from collections.abc import Iterator

from soundscape.model import Mark, Plan
from soundscape.timecode import frame_to_timecode, timecode_to_frame

COLOURS = {"shot": "ResolveColorBlue", "strong": "ResolveColorRed", "soft": "ResolveColorYellow"}
MOST = 9_999
"""Events that the form has numbers for; hit points come before shots when there are more."""


def marker_edl(plan: Plan) -> str:
    """The markers of a plan, shots and hits in order of time."""
    return "\r\n".join(_lines(plan)) + "\r\n"


def _lines(plan: Plan) -> Iterator[str]:
    yield f"TITLE: {_plain(plan.title)}"
    yield f"FCM: {'DROP FRAME' if plan.rate.drop_frame else 'NON-DROP FRAME'}"
    for number, mark in enumerate(_chosen(plan), start=1):
        # A mark's timecode is that of the frame in which its sample lies.
        after = frame_to_timecode(timecode_to_frame(mark.timecode, plan.rate) + 1, plan.rate)
        times = f"{mark.timecode} {after} {mark.timecode} {after}"
        yield ""
        yield f"{number:03d}  001      V     C        {times}  "
        yield f" |C:{COLOURS[mark.kind]} |M:{_plain(mark.name)} |D:1"


def _chosen(plan: Plan) -> list[Mark]:
    hits_first = sorted(plan.marks, key=lambda mark: mark.kind == "shot")
    return sorted(hits_first[:MOST], key=lambda mark: mark.sample)


def _plain(text: str) -> str:
    """A name without what the form gives a meaning to."""
    return " ".join(text.replace("|", "/").split())
