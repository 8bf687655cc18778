"""Gains over time: fades, automation, panning and width of one source, evaluated for any stretch of samples."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from soundscape.model import MUTE_DB, Clip, Curve, Sound
from soundscape.units import db_to_gain

Values = npt.NDArray[np.float32]
Gain = Values | float


def pan_gains(pan: npt.NDArray[np.floating[Any]] | float) -> tuple[Values, Values]:
    """Left and right gain of a stereo source, constant power, 1 and 1 in the middle; float32 as shaped as `pan`.

    Raises
    ------
    ValueError
        When `pan` is not from -1 (left) to 1 (right).
    """
    if not (np.min(pan, initial=0.0) >= -1.0 and np.max(pan, initial=0.0) <= 1.0):
        raise ValueError(f"pan {pan} is not from -1 to 1")
    # √2 cos(x + π/4) and √2 sin(x + π/4), exactly 1 in the middle.
    angle = (np.asarray(pan) * (math.pi / 4.0)).astype(np.float32)
    middle, side = np.cos(angle), np.sin(angle)
    return middle - side, middle + side


def source_gain(source: Sound | Clip, start: int, stop: int) -> Gain:
    """Gain of a source at the samples `start` to `stop` counted from where it is placed.

    One value where it does not change, else float32 of shape `(stop - start,)`. Fades are equal-power; at `MUTE_DB`
    automation is silence.
    """
    constant = db_to_gain(source.gain_db + source.calibration_db)
    fades = isinstance(source, Sound) and source.kind == "layers"
    fade_in, fade_out = (source.fade_in, source.fade_out) if fades and isinstance(source, Sound) else (0, 0)
    inside = fade_in <= start and stop <= source.length - fade_out
    if not source.level_db and (inside or not fades):
        return constant
    gain = np.full(1, constant, np.float32)
    if fade_in and fade_in > start:
        gain = gain * _rise(start, stop, 0.5, 1.0 / fade_in)
    if fade_out and stop > source.length - fade_out:
        gain = gain * _rise(start, stop, 0.5 - source.length, -1.0 / fade_out)
    if source.level_db:
        gain = gain * curve_gain(source.level_db, start, stop)
    return gain


def curve_gain(level_db: Curve, start: int, stop: int) -> Values:
    """Gain of automation in dB at the samples `start` to `stop`: one value where it does not change."""
    level = curve_values(level_db, start, stop)
    return np.where(level <= MUTE_DB, np.float32(0.0), np.exp(level * np.float32(math.log(10.0) / 20.0)))


def source_pan(source: Sound | Clip, start: int, stop: int) -> Values | float:
    """Pan of a source, -1 to 1: a number where it does not move."""
    if isinstance(source, Clip):
        return 0.0
    if not source.pans:
        return source.pan
    return np.clip(source.pan + curve_values(source.pans, start, stop), -1.0, 1.0)


def source_width(source: Sound | Clip, start: int, stop: int) -> Values:
    """Width of a source, 0 to 1: one value where it does not change."""
    if isinstance(source, Clip) or not source.widths:
        return np.ones(1, np.float32)
    return curve_values(source.widths, start, stop)


def _rise(start: int, stop: int, offset: float, slope: float) -> Values:
    """A quarter of a sine over `1 / slope` samples from `-offset` on: equal power."""
    share = np.clip((np.arange(start, stop) + offset) * slope, 0.0, 1.0)
    rise: Values = np.sin((0.5 * math.pi * share).astype(np.float32))
    return rise


def curve_values(curve: Curve, start: int, stop: int) -> Values:
    """A curve at the samples `start` to `stop`: one value where it does not change."""
    at, values = (np.array(column, np.float64) for column in zip(*curve, strict=True))
    first, last = max(0, int(at.searchsorted(start, "right")) - 1), int(at.searchsorted(stop - 1))
    if (values[first : last + 1] == values[first]).all():
        return np.full(1, values[first], np.float32)
    out = np.empty(stop - start, np.float32)
    _lines(at, values, start, out)
    return out


@njit(cache=True, nogil=True)
def _lines(at, values, start, out):  # type: ignore[no-untyped-def]
    """Straight lines between breakpoints, held outside: as `numpy.interp`, a line at a time."""
    done = min(max(0, math.ceil(at[0]) - start), out.shape[0])
    out[:done] = values[0]
    for k in range(at.shape[0] - 1):
        if done == out.shape[0]:
            return
        end = min(max(done, math.ceil(at[k + 1]) - start), out.shape[0])
        if end > done:
            slope = (values[k + 1] - values[k]) / (at[k + 1] - at[k])
            for i in range(done, end):
                out[i] = values[k] + slope * (start + i - at[k])
            done = end
    out[done:] = values[-1]
