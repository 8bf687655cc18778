"""Times as people write them: `01:00:10:12`, `0:05`, `1:02.5`, `120f`, `5s`, `1m30`, `2,5`, `~4 sec`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from soundscape.errors import TimelineError
from soundscape.timecode import Rate, seconds_to_frame, timecode_to_frame

ALLOWED = "HH:MM:SS:FF, M:SS, 2.5s or 60f"
MAX_LENGTH = 60
"""Longest time that is believed."""
LABEL = re.compile(r"[+-]?\d{1,2}[:;.,]\d{1,2}[:;.,]\d{1,2}[:;.,](\d{1,3})")

_CLOCK = re.compile(r"(?:(\d+):)?(\d+):(\d{1,2}(?:[.,]\d+)?)")
_AMOUNT = re.compile(
    r"(?:(?P<h>\d+)\s*(?:h|hrs?|hours?)\.?\s*)?"
    r"(?:(?P<m>\d+(?:[.,]\d+)?)\s*(?:m|mins?|minutes?|['′])\.?\s*)?"
    r"(?:(?P<s>\d*[.,]?\d+)\s*(?P<unit>ms|msec|s|secs?|seconds?|[\"″]|f|fr|frames?|)\.?)?",
    re.IGNORECASE,
)
_APPROXIMATE = re.compile(r"^(?:~|≈|ca\.?|approx\.?|about)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Time:
    """A time in frames, and whether it is a timecode (which stands for itself) or an amount."""

    frames: int
    absolute: bool


def parse_time(text: str, rate: Rate, *, unit: str = "s", warn: Callable[[str], None] | None = None) -> Time:
    """Frames of a time as people write it.

    Parameters
    ----------
    text : str
        With four fields a timecode, with two or three minutes and seconds, otherwise an amount.
    rate : Rate
        Turns seconds into the nearest frame.
    unit : str
        What a bare number means: `s`, `ms`, `m` (minutes) or `f` (frames).
    warn : callable, optional
        Told of a timecode that drop-frame counting leaves out.

    Raises
    ------
    TimelineError
        For anything else.
    """
    if len(text) > MAX_LENGTH:
        raise TimelineError(f'"{text[:MAX_LENGTH]} …" is not a time; allowed: {ALLOWED}')
    given = _APPROXIMATE.sub("", text.strip())
    if LABEL.fullmatch(given):
        return Time(timecode_to_frame(given, rate, warn=warn), True)
    if clock := _CLOCK.fullmatch(given):
        hours, minutes, seconds = int(clock[1] or 0), int(clock[2]), _number(clock[3])
        if seconds >= 60 or (clock[1] and minutes >= 60):
            raise TimelineError(f'"{text}" is not a time; minutes and seconds go from 00 to 59')
        return Time(seconds_to_frame(3600 * hours + 60 * minutes + seconds, rate), False)
    amount = _AMOUNT.fullmatch(given)
    if amount is None or not given or not any(amount.group("h", "m", "s")):
        raise TimelineError(f'"{text}" is not a time; allowed: {ALLOWED}')
    whole = 3600 * _number(amount["h"] or "0") + 60 * _number(amount["m"] or "0")
    value = _number(amount["s"] or "0")
    # After hours or minutes a bare number is the next smaller unit: 1m30 is 90 seconds.
    of = (amount["unit"] or "").lower() or ("s" if whole else unit)
    if of.startswith("f"):
        if value.denominator != 1:
            raise TimelineError(f'"{text}" is not a whole number of frames')
        return Time(seconds_to_frame(whole, rate) + int(value), False)
    factor = Fraction(1, 1000) if of.startswith("ms") else 60 if of == "m" else 1
    return Time(seconds_to_frame(whole + value * factor, rate), False)


def largest_label(texts: list[str]) -> tuple[int, bool]:
    """Largest frame number of the timecodes among these texts (-1: none), and whether one has a `;`."""
    labels = [(text, match) for text in texts if (match := LABEL.fullmatch(text.strip()))]
    return max((int(match[1]) for _, match in labels), default=-1), any(";" in text for text, _ in labels)


def _number(text: str) -> Fraction:
    return Fraction(text.replace(",", "."))
