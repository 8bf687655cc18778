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
from soundscape.dsp.sine import sin_turn
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
    _fill_band(out, poles[0], poles[1], gain.astype(np.float32), shared, key)
    return out


@njit(cache=True, nogil=True, fastmath={"contract", "nsz"})
def _fill_band(out, low, high, gain, shared, key):  # type: ignore[no-untyped-def]
    own, both = np.float32(math.sqrt(1.0 - shared * shared)), np.float32(shared)
    share, one = np.float32(1.0 / STEP), np.float32(1.0)
    # Noise and gains apart from the recursion, where they run in lanes; one flat array, so that the compiler sees
    # that rows do not overlap.
    m = np.empty(2 * STEP, np.float32)
    a, b, c, d = np.float32(0.0), np.float32(0.0), np.float32(0.0), np.float32(0.0)
    e, f, g, h = np.float32(0.0), np.float32(0.0), np.float32(0.0), np.float32(0.0)
    for start in range(0, out.shape[1], STEP):
        step = start // STEP
        lp, hp, level = high[step], low[step], gain[step]
        rise_lp, rise_hp = (high[step + 1] - lp) * share, (low[step + 1] - hp) * share
        rise = (gain[step + 1] - level) * share
        for i in range(STEP):
            m[i] = own * white_at(key, 3 * (start + i) + 1)
            m[STEP + i] = own * white_at(key, 3 * (start + i) + 2)
        if shared > 0.0:
            for i in range(STEP):
                common = both * white_at(key, 3 * (start + i))
                m[i] += common
                m[STEP + i] += common
        # Both channels in one loop, each filter one multiplication from one frame to the next: the rest is done while
        # they wait for their own last values.
        for i in range(STEP):
            x, y = m[i], m[STEP + i]
            stay_lp, stay_hp = one - lp, one - hp
            a = stay_lp * a + lp * x
            e = stay_lp * e + lp * y
            b = stay_lp * b + lp * a
            f = stay_lp * f + lp * e
            c = stay_hp * c + hp * b
            g = stay_hp * g + hp * f
            d = stay_hp * d + hp * (b - c)
            h = stay_hp * h + hp * (f - g)
            m[i] = b - c - d
            m[STEP + i] = f - g - h
            lp += rise_lp
            hp += rise_hp
        left, right = out[0, start : start + STEP], out[1, start : start + STEP]
        for i in range(left.shape[0]):
            now = level + rise * np.float32(i)
            left[i] = now * m[i]
            right[i] = now * m[STEP + i]


def tone(frames: int, rate: int, pitch_hz: Points, *, phase: float = 0.0) -> Audio:
    """A sine `(frames,)` whose pitch follows `(seconds, Hz)` points; `phase` is in turns."""
    out = np.empty(frames, np.float32)
    _fill_tone(out, glide(frames, rate, pitch_hz) / rate, phase)
    return out


@njit(cache=True, nogil=True, fastmath={"contract", "nsz"})
def _fill_tone(out, pace, phase):  # type: ignore[no-untyped-def]
    half = np.float32(0.5)
    for start in range(0, out.shape[0], STEP):
        step = start // STEP
        bend = (pace[step + 1] - pace[step]) / STEP
        # A parabola, half a turn early, near zero, where float32 is finest: hence the sign.
        begin, first, curve = np.float32(phase - 0.5), np.float32(pace[step] - 0.5 * bend), np.float32(0.5 * bend)
        part = out[start : start + STEP]
        for i in range(part.shape[0]):
            time = np.float32(i)
            turn = begin + (first + curve * time) * time
            part[i] = -sin_turn(turn - np.floor(turn + half))
        phase += (pace[step] + 0.5 * bend * (STEP - 1)) * STEP
        phase -= math.floor(phase)
