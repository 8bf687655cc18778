"""Gains over time: fades, automation, panning and width of one source, at the knots between which they are lines.

Knots lie at every bend, and between them so close that lines are what is meant. They count from where the source is
placed, so that they never depend on how a programme is cut into blocks.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from soundscape.model import MUTE_DB, Clip, Curve, Sound
from soundscape.units import db_to_gain

Values = npt.NDArray[np.float32]
Frames = npt.NDArray[np.int64]
FOREVER = 1 << 40
"""Frames before which and after which nothing is placed."""
FADE_PIECES = 256
"""Lines that a fade consists of: they are within 0.0001 dB of a sine."""
LEVEL_STEP_DB, PLACE_STEP = 0.5, 0.02
"""What level, and what pan, width and wetness change between two knots."""


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


def knots(source: Sound | Clip) -> Frames:
    """Frames, counted from where a source is placed, between which its gains are lines."""
    found = [np.array([-FOREVER, FOREVER])]
    for begin, end, pieces in _moves(source):
        # A knot right before a bend, too: a step is a step.
        found.append(np.array([begin - 1, begin, end - 1, end]))
        found.append(np.rint(np.linspace(begin, end, pieces + 1)).astype(np.int64))
    return np.unique(np.concatenate(found))


def _moves(source: Sound | Clip) -> Iterator[tuple[int, int, int]]:
    """Every movement: from, to, and in how many lines."""
    if isinstance(source, Sound):
        fade_in, fade_out = _fades(source)
        for begin, end in ((0, fade_in), (source.length - fade_out, source.length)):
            if begin < end:
                yield begin, end, FADE_PIECES
        for curve in (source.pans, source.widths, source.curves.get("wetness", ())):
            yield from _curve_moves(curve, PLACE_STEP)
    yield from _curve_moves(source.level_db, LEVEL_STEP_DB)


def _curve_moves(curve: Curve, step: float) -> Iterator[tuple[int, int, int]]:
    for (begin, before), (end, after) in pairwise(curve):
        if before != after:
            yield math.ceil(begin), math.ceil(end), math.ceil(abs(after - before) / step)


def source_gain(source: Sound | Clip, at: Frames) -> Values:
    """Gain of a source at frames counted from where it is placed.

    Fades are equal-power; at `MUTE_DB` automation is silence.
    """
    gain = np.full(len(at), db_to_gain(source.gain_db + source.calibration_db), np.float32)
    fade_in, fade_out = _fades(source) if isinstance(source, Sound) else (0, 0)
    if fade_in:
        gain *= _rise((at + 0.5) / fade_in)
    if fade_out:
        gain *= _rise((source.length - at - 0.5) / fade_out)
    if source.level_db:
        gain *= curve_gain(source.level_db, at)
    return gain


def curve_gain(level_db: Curve, at: Frames) -> Values:
    """Gain of automation in dB at some frames."""
    level = curve_values(level_db, at)
    return np.where(level <= MUTE_DB, np.float32(0.0), np.exp(level * np.float32(math.log(10.0) / 20.0)))


def source_pan(source: Sound | Clip, at: Frames) -> Values:
    """Pan of a source at frames counted from where it is placed, -1 to 1."""
    if isinstance(source, Clip):
        return np.zeros(len(at), np.float32)
    moved = curve_values(source.pans, at) if source.pans else np.zeros(len(at), np.float32)
    return np.clip(moved + np.float32(source.pan), -1.0, 1.0)


def source_width(source: Sound | Clip, at: Frames) -> Values:
    """Width of a source at frames counted from where it is placed, 0 to 1."""
    if isinstance(source, Clip) or not source.widths:
        return np.ones(len(at), np.float32)
    return curve_values(source.widths, at)


def _fades(source: Sound) -> tuple[int, int]:
    """Frames over which it comes and goes: only layers do, other sounds have ends of their own."""
    return (source.fade_in, source.fade_out) if source.kind == "layers" else (0, 0)


def _rise(share: npt.NDArray[np.float64]) -> Values:
    """A quarter of a sine from 0 to 1: equal power."""
    rise: Values = np.sin((0.5 * math.pi * np.clip(share, 0.0, 1.0)).astype(np.float32))
    return rise


def curve_values(curve: Curve, at: Frames) -> Values:
    """A curve at some frames."""
    points = np.array(curve, np.float64)
    return np.interp(at, points[:, 0], points[:, 1]).astype(np.float32)
