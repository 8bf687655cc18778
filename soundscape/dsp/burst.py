"""Gestures of one-shots: curves drawn by a few points, noise whose band moves, tones whose pitch moves."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from numba import njit

from soundscape.audio import Audio
from soundscape.contract import TICK
from soundscape.dsp.drift import Drift
from soundscape.dsp.noise import white_at
from soundscape.dsp.sine import sin_turns
from soundscape.rng import Seed

STEP = 32
"""Frames between two values of a moving filter."""
STEADY_S = 0.4
"""From where on a sound flutters as it likes, away from the moment at which it must be loudest."""
Floats = npt.NDArray[np.float64]
Points = Sequence[tuple[float, float]]


def glide(frames: int, rate: int, points: Points) -> Floats:
    """Values every `STEP` frames of a curve through `(seconds, value)`, straight on a logarithmic scale."""
    time, value = zip(*points, strict=True)
    return np.exp(np.interp(np.arange(frames // STEP + 2) * STEP / rate, time, np.log(value)))


def unlike(rng: np.random.Generator, sd: float = 0.1) -> float:
    """A factor by which one gesture differs from the last of its kind: log-normal around 1, bounded at two sd."""
    return math.exp(sd * float(np.clip(rng.standard_normal(), -2.0, 2.0)))


def between(frames: int, values: npt.NDArray[np.floating], *, step: int = STEP) -> Audio:
    """A curve `(frames,)` through values that stand every `step` frames, straight between them."""
    out = np.empty(frames, np.float32)
    _draw(out, values.astype(np.float32), step)
    return out


@njit(cache=True, nogil=True)
def _draw(out, values, step):  # type: ignore[no-untyped-def]
    for start in range(0, out.shape[0], step):
        value = values[start // step]
        slope = (values[start // step + 1] - value) / np.float32(step)
        part = out[start : start + step]
        for i in range(part.shape[0]):
            part[i] = value + slope * np.float32(i)


def envelope(frames: int, rate: int, points: Points) -> Audio:
    """Amplitude `(frames,)` of a curve through `(seconds, dB)`; ends as it began: held."""
    time, level_db = zip(*points, strict=True)
    steps = np.arange(frames // STEP + 2) * STEP / rate
    return between(frames, 10.0 ** (np.interp(steps, time, level_db) / 20.0))


def flutter(
    frames: int,
    rate: int,
    seed: Seed,
    sd_db: float,
    *,
    low_hz: float = 1.0,
    high_hz: float = 20.0,
    steady: int | None = None,
) -> Audio:
    """Amplitude `(frames,)` that wanders by `sd_db` with a 1/f**1.5 spectrum; not around the frame `steady`."""
    drift = Drift(seed, rate, low_hz=low_hz, high_hz=high_hz, slope=1.5)
    wander = drift.advance(frames // TICK + 1)[:, 0]
    if steady is not None:
        away_s = np.abs(np.arange(len(wander)) * TICK - steady) / rate
        wander = wander * np.minimum(1.0, (away_s / STEADY_S) ** 2)
    return between(frames, 10.0 ** (sd_db * wander / 20.0), step=TICK)


def noise_band(
    frames: int, rate: int, seed: Seed, *, low_hz: Points | float, high_hz: Points | float, width: float = 1.0
) -> Audio:
    """Noise `(2, frames)` of RMS near 1 between two moving corners, 12 dB/octave outside them.

    Parameters
    ----------
    low_hz, high_hz : a frequency, or `(seconds, Hz)` points
    width : 0 alike in both channels, 1 independent
    """
    edges = [
        np.full(frames // STEP + 2, edge) if isinstance(edge, float | int) else glide(frames, rate, edge)
        for edge in (low_hz, high_hz)
    ]
    low, high = (np.minimum(edge, 0.45 * rate) for edge in edges)
    # Two one-poles in a row pass 1.22 of their corner as noise bandwidth; what the high-pass takes is in proportion.
    passed = np.maximum(1.22 * high - low, 0.3 * high)
    gain = np.sqrt(3.0 * 0.5 * rate / np.minimum(passed, 0.5 * rate))
    poles = [(1.0 - np.exp(-2.0 * math.pi * edge / rate)).astype(np.float32) for edge in (low, high)]
    out = np.empty((2, frames), np.float32)
    shared = math.sqrt(1.0 - width)
    key = np.uint32(seed.key("noise"))
    for side in range(2):
        _fill_band(out[side], poles[0], poles[1], gain.astype(np.float32), shared, key, side)
    return out


@njit(cache=True, nogil=True)
def _fill_band(out, low, high, gain, shared, key, side):  # type: ignore[no-untyped-def]
    own = np.float32(math.sqrt(1.0 - shared * shared))
    both = np.float32(shared)
    a, b, c, d = np.float32(0.0), np.float32(0.0), np.float32(0.0), np.float32(0.0)
    for i in range(out.shape[0]):
        step, part = i // STEP, np.float32((i % STEP) / STEP)
        lp = high[step] + (high[step + 1] - high[step]) * part
        hp = low[step] + (low[step + 1] - low[step]) * part
        x = both * white_at(key, 3 * i) + own * white_at(key, 3 * i + 1 + side)
        a += lp * (x - a)
        b += lp * (a - b)
        c += hp * (b - c)
        d += hp * (b - c - d)
        out[i] = (gain[step] + (gain[step + 1] - gain[step]) * part) * (b - c - d)


def tone(frames: int, rate: int, pitch_hz: Points, *, phase: float = 0.0) -> Audio:
    """A sine `(frames,)` whose pitch follows `(seconds, Hz)` points; `phase` is in turns."""
    out = np.empty(frames, np.float32)
    _fill_tone(out, glide(frames, rate, pitch_hz) / rate, phase)
    return out


@njit(cache=True, nogil=True)
def _fill_tone(out, pace, phase):  # type: ignore[no-untyped-def]
    for i in range(out.shape[0]):
        out[i] = sin_turns(phase)
        step = i // STEP
        phase += pace[step] + (pace[step + 1] - pace[step]) * (i % STEP) / STEP
