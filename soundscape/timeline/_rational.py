"""Seconds as FCPXML writes them: exact rationals that end in `s`."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from functools import lru_cache

from soundscape.errors import TimelineError
from soundscape.timecode import Rate

_SECONDS = re.compile(r"\s*(-?\d+(?:\.\d+)?)(?:/(\d+))?\s*s?\s*")
_NAMED = re.compile(r"(?<=\d)([pi])(2398|2997|4795|5994|11988|23|24|25|29|30|48|50|60|90|100|120)(?!\d)")
_NTSC = {"2398": 24, "23": 24, "2997": 30, "29": 30, "4795": 48, "5994": 60, "11988": 120}


def seconds(text: str, line: int) -> Fraction:
    """An exact time; raises TimelineError with the line for anything else."""
    value = _seconds(text)
    if value is None:
        raise TimelineError(f'"{text[:60]}" is not a time; allowed: 5s or 1001/24000s', line=line)
    return value


@lru_cache(maxsize=1 << 16)
def _seconds(text: str) -> Fraction | None:
    match = _SECONDS.fullmatch(text) if len(text) <= 60 else None
    if match is None or (match[2] and not int(match[2])):
        return None
    return Fraction(match[1]) / int(match[2] or 1)


def nearest(frames: Fraction) -> int:
    """The nearest whole number of frames, halves up."""
    return math.floor(frames + Fraction(1, 2))


def rate_of_name(name: str) -> Rate | None:
    """The rate in the name of a format such as `FFVideoFormat1080p2398`; interlaced names count fields above 30."""
    match = _NAMED.search(name)
    if match is None:
        return None
    number = match[2]
    fps = Fraction(_NTSC[number] * 1000, 1001) if number in _NTSC else Fraction(int(number))
    return Rate(fps=fps / 2 if match[1] == "i" and fps > 31 else fps)
