"""Exact time: SMPTE frame rates, timecode labels, frames, seconds and samples.

Frames are integers, seconds are `Fraction`; `frame_to_sample` is the one place where a frame becomes a sample.
Source: SMPTE ST 12-1 (drop-frame: labels 00 and 01 are left out at every minute but each tenth; in proportion
at 59.94 and 119.88). 23.976 is never drop-frame.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from soundscape.errors import TimecodeError

_NTSC = Fraction(1000, 1001)
_FAMILIES = {
    24: True,
    25: False,
    30: True,
    48: True,
    50: False,
    60: True,
    72: False,
    96: False,
    100: False,
    120: True,
}
"""Nominal rates that are allowed, and whether they also exist as n * 1000/1001."""
_DROP = {30: 2, 60: 4, 120: 8}
"""Labels dropped a minute, by nominal rate."""
_ALLOWED = "23.976, 24, 25, 29.97, 29.97df, 30, 47.952, 48, 50, 59.94, 59.94df, 60, 100, 119.88 or 120"
_LABEL = re.compile(r"([+-]?)(\d{1,2})[:;.,](\d{1,2})[:;.,](\d{1,2})([:;.,])(\d{1,3})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A frame rate: exact frames per second, and whether labels are counted drop-frame.

    Raises
    ------
    TimecodeError
        When the rate is none of the SMPTE family, or drop-frame is asked of a rate that has none.
    """

    fps: Fraction
    drop_frame: bool = False

    def __post_init__(self) -> None:
        nominal = round(self.fps)
        ntsc = self.fps == nominal * _NTSC and _FAMILIES.get(nominal, False)
        if not ntsc and not (self.fps == nominal and nominal in _FAMILIES):
            raise TimecodeError(f"{float(self.fps):g} is not a frame rate; allowed: {_ALLOWED}")
        if self.drop_frame and not (ntsc and nominal in _DROP):
            raise TimecodeError(
                f"{float(self.fps):.5g} has no drop-frame timecode; only 29.97, 59.94 and 119.88 have"
            )

    @classmethod
    def parse(cls, text: str | float | Fraction) -> Rate:
        """The rate that a person means by `25`, `23.98`, `29.97df`, `59.94 NDF` or `30000/1001`."""
        given = str(text).strip().lower().replace("fps", "").strip()
        match = re.fullmatch(r"(\d{1,9}(?:\.\d{1,12})?(?:/\d{1,9})?)\s*(df|ndf|d|nd)?", given)
        try:
            value = Fraction(match[1]) if match else None
        except (ValueError, ZeroDivisionError):
            value = None
        if match is None or value is None:
            raise TimecodeError(f'"{text}" is not a frame rate; allowed: {_ALLOWED}')
        return cls(fps=_nearest_smpte(value), drop_frame=match[2] in ("df", "d"))

    @property
    def nominal(self) -> int:
        """Labels a second: 24 for 23.976, 30 for 29.97."""
        return round(self.fps)

    @property
    def frames_per_day(self) -> int:
        """Frames until the labels begin again."""
        minutes = 24 * 60
        dropped = _DROP[self.nominal] * (minutes - minutes // 10) if self.drop_frame else 0
        return minutes * 60 * self.nominal - dropped

    def __str__(self) -> str:
        plain = {24: "23.976", 30: "29.97", 48: "47.952", 60: "59.94", 120: "119.88"}
        text = str(self.nominal) if self.fps == self.nominal else plain[self.nominal]
        return f"{text} DF" if self.drop_frame else text


def _nearest_smpte(value: Fraction) -> Fraction:
    """The exact SMPTE rate within 0.01 % of a decimal such as 29.97; the value itself where there is none."""
    for nominal, has_ntsc in _FAMILIES.items():
        exact = nominal * _NTSC
        if has_ntsc and abs(value - exact) / exact < Fraction(2, 10_000) and value != nominal:
            return exact
    return value


def timecode_to_frame(text: str, rate: Rate, *, warn: Callable[[str], None] | None = None) -> int:
    """Frame count of a timecode label, counted from 00:00:00:00.

    Parameters
    ----------
    text : str
        `HH:MM:SS:FF`; `;`, `,` or `.` may stand for any colon; a leading `-` is a pre-roll before midnight.
    rate : Rate
        Decides how labels are counted.
    warn : callable, optional
        Is told of a label that drop-frame counting leaves out; the next legal frame is returned then.
        Without it such a label is an error.

    Raises
    ------
    TimecodeError
        For anything that is no label of this rate.
    """
    match = _LABEL.fullmatch(text.strip())
    if match is None:
        raise TimecodeError(f'"{text}" is not a timecode; allowed: HH:MM:SS:FF')
    hours, minutes, seconds, label = (int(match[group]) for group in (2, 3, 4, 6))
    if minutes > 59 or seconds > 59:
        raise TimecodeError(f'"{text}" is not a timecode; minutes and seconds go from 00 to 59')
    if label >= rate.nominal:
        raise TimecodeError(
            f'"{text}" has frame {label}, but at {rate} frames go from 00 to {rate.nominal - 1}; is the rate right?'
        )
    total_minutes = 60 * hours + minutes
    frame = (60 * total_minutes + seconds) * rate.nominal + label
    if rate.drop_frame:
        dropped = _DROP[rate.nominal]
        if label < dropped and seconds == 0 and minutes % 10:
            message = f'"{text}" does not exist in drop-frame timecode; the next legal frame is {dropped:02d}'
            if warn is None:
                raise TimecodeError(message)
            warn(message)
            frame += dropped - label
        frame -= dropped * (total_minutes - total_minutes // 10)
    return -frame if match[1] == "-" else frame


def frame_to_timecode(frame: int, rate: Rate) -> str:
    """Label of a frame counted from 00:00:00:00; wraps after 24 hours, also backwards."""
    count = frame % rate.frames_per_day
    if rate.drop_frame:
        dropped = _DROP[rate.nominal]
        per_minute = 60 * rate.nominal - dropped
        per_ten = 10 * per_minute + dropped
        tens, rest = divmod(count, per_ten)
        minutes = max(0, rest - dropped) // per_minute
        count += dropped * (9 * tens + minutes)
    seconds, label = divmod(count, rate.nominal)
    separator = ";" if rate.drop_frame else ":"
    width = 3 if rate.nominal > 100 else 2
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{separator}{label:0{width}d}"


def frame_to_seconds(frame: int, rate: Rate) -> Fraction:
    """Exact real time of a frame count: frame / fps."""
    return frame / rate.fps


def seconds_to_frame(seconds: Fraction | float, rate: Rate) -> int:
    """Nearest frame of a time in seconds; halves are rounded up."""
    return math.floor(Fraction(seconds) * rate.fps + Fraction(1, 2))


def frame_to_sample(frame: int, rate: Rate, sample_rate: int) -> int:
    """Sample on which a frame begins: the exact time, rounded once, halves up."""
    # floor(frame / fps * sample_rate + 1/2) in whole numbers: a plan asks for thousands.
    twice_fps = 2 * rate.fps.numerator
    return (2 * frame * rate.fps.denominator * sample_rate + rate.fps.numerator) // twice_fps
