"""Gains over time: fades, automation, panning and width of one source, evaluated for any stretch of samples."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from soundscape.model import MUTE_DB, Clip, Curve, Sound
from soundscape.units import db_to_gain

Values = npt.NDArray[np.float32]
Gain = Values | float


def pan_gains(pan: npt.NDArray[np.float64] | float) -> tuple[Values, Values]:
    """Left and right gain of a stereo source, constant power, 1 and 1 in the middle; float32 as shaped as `pan`.

    Raises
    ------
    ValueError
        When `pan` is not from -1 (left) to 1 (right).
    """
    angle = (np.asarray(pan, np.float64) + 1.0) * math.pi / 4.0
    if not (np.all(angle >= 0.0) and np.all(angle <= math.pi / 2.0)):
        raise ValueError(f"pan {pan} is not from -1 to 1")
    left, right = math.sqrt(2.0) * np.cos(angle), math.sqrt(2.0) * np.sin(angle)
    return left.astype(np.float32), right.astype(np.float32)


def source_gain(source: Sound | Clip, start: int, stop: int) -> Gain:
    """Gain of a source at the samples `start` to `stop` counted from where it is placed.

    A number where it does not change, else float32 of shape `(stop - start,)`. Fades are equal-power; at
    `MUTE_DB` automation is silence.
    """
    constant = db_to_gain(source.gain_db + source.calibration_db)
    fades = isinstance(source, Sound) and source.kind == "layers"
    fade_in, fade_out = (source.fade_in, source.fade_out) if fades and isinstance(source, Sound) else (0, 0)
    inside = fade_in <= start and stop <= source.length - fade_out
    if not source.level_db and (inside or not fades):
        return constant
    position = np.arange(start, stop, dtype=np.float64)
    gain = np.full(stop - start, constant)
    if fade_in and fade_in > start:
        gain *= np.sin(0.5 * math.pi * np.clip((position + 0.5) / fade_in, 0.0, 1.0))
    if fade_out and stop > source.length - fade_out:
        left = (source.length - position - 0.5) / fade_out
        gain *= np.sin(0.5 * math.pi * np.clip(left, 0.0, 1.0))
    if source.level_db:
        gain *= curve_gain(source.level_db, start, stop)
    return gain.astype(np.float32)


def curve_gain(level_db: Curve, start: int, stop: int) -> npt.NDArray[np.float64]:
    """Gain of automation in dB at the samples `start` to `stop`."""
    level = _values(level_db, start, stop)
    return np.where(level <= MUTE_DB, 0.0, 10.0 ** (level / 20.0))


def source_pan(source: Sound | Clip, start: int, stop: int) -> npt.NDArray[np.float64] | float:
    """Pan of a source, -1 to 1: a number where it does not move."""
    if isinstance(source, Clip):
        return 0.0
    if not source.pans:
        return source.pan
    return np.clip(source.pan + _values(source.pans, start, stop), -1.0, 1.0)


def source_width(source: Sound | Clip, start: int, stop: int) -> Values:
    """Width of a source, 0 to 1: one value where it does not change."""
    if isinstance(source, Clip) or not source.widths:
        return np.ones(1, np.float32)
    return _values(source.widths, start, stop).astype(np.float32)


def _values(curve: Curve, start: int, stop: int) -> npt.NDArray[np.float64]:
    return np.interp(np.arange(start, stop), [at for at, _ in curve], [value for _, value in curve])
