"""Gains over time: fades, automation and panning of one source, evaluated for any stretch of samples."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from soundscape.model import Clip, Sound
from soundscape.units import db_to_gain

Gain = npt.NDArray[np.float32] | float


def pan_gains(pan: float) -> tuple[float, float]:
    """Left and right gain of a stereo source, constant power, 1 and 1 in the middle.

    Raises
    ------
    ValueError
        When `pan` is not from -1 (left) to 1 (right).
    """
    if not -1.0 <= pan <= 1.0:
        raise ValueError(f"pan {pan} is not from -1 to 1")
    angle = (pan + 1.0) * math.pi / 4.0
    return math.sqrt(2.0) * math.cos(angle), math.sqrt(2.0) * math.sin(angle)


def source_gain(source: Sound | Clip, start: int, stop: int) -> Gain:
    """Gain of a source at the samples `start` to `stop` counted from its own start.

    A number where it does not change, else float32 of shape `(stop - start,)`. Fades are equal-power.
    """
    constant = db_to_gain(source.gain_db + source.calibration_db)
    if isinstance(source, Clip):
        return constant
    inside = source.fade_in <= start and stop <= source.length - source.fade_out
    if not source.level_db and (inside or source.kind != "layers"):
        return constant
    position = np.arange(start, stop, dtype=np.float64)
    gain = np.full(stop - start, constant)
    if source.fade_in > start:
        gain *= np.sin(0.5 * math.pi * np.clip((position + 0.5) / source.fade_in, 0.0, 1.0))
    if source.fade_out and stop > source.length - source.fade_out:
        left = (source.length - position - 0.5) / source.fade_out
        gain *= np.sin(0.5 * math.pi * np.clip(left, 0.0, 1.0))
    if source.level_db:
        at, level = zip(*source.level_db, strict=True)
        gain *= 10.0 ** (np.interp(position, at, level) / 20.0)
    return gain.astype(np.float32)
