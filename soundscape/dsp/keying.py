"""What modems say: symbols that key the pitch, the phase or the level of carriers, mono float32 `(frames,)`.

Frequency-shift, phase-shift and on-off keying at rates that are heard symbol by symbol; several carriers side by side;
quadrature amplitude modulation at rates that melt into a band of rough noise; chirps that start anew at every symbol.

Sources: J. Proakis, *Digital Communications* (2001), for the keyings; L. Vangelista (IEEE Signal Processing Letters
24, 2017) for data in cyclic shifts of chirps; ITU-T Q.23 for the pairs of tones of push-button dialling.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from soundscape.audio import Audio
from soundscape.dsp.burst import STEP, between, tone

Symbols = npt.NDArray[np.int64]
DIAL_HZ = ((697.0, 770.0, 852.0, 941.0), (1_209.0, 1_336.0, 1_477.0))
HELD = 0.8
"""Share of a symbol for which it holds; in the rest it goes over into the next."""


def _corners(symbols: Symbols, per_s: float) -> npt.NDArray[np.float64]:
    """Where every symbol begins and where it leaves, in s."""
    starts = np.arange(len(symbols)) / per_s
    return np.column_stack((starts, starts + HELD / per_s)).ravel()


def pitch_keyed(frames: int, rate: int, symbols: Symbols, per_s: float, pitch_hz: npt.ArrayLike) -> Audio:
    """A tone that takes one of these pitches at every symbol, without a break of phase."""
    pitch = np.repeat(np.asarray(pitch_hz, np.float64)[symbols], 2)
    return tone(frames, rate, list(zip(_corners(symbols, per_s), pitch, strict=True)))


def level_keyed(
    frames: int, rate: int, symbols: Symbols, per_s: float, carrier_hz: float, level: npt.ArrayLike
) -> Audio:
    """A carrier that takes one of these levels at every symbol; -1 and 1 turn its phase."""
    steps = np.arange(frames // STEP + 2) * STEP / rate
    values = np.repeat(np.asarray(level, np.float64)[symbols], 2)
    gain = between(frames, np.interp(steps, _corners(symbols, per_s), values))
    return gain * tone(frames, rate, [(0.0, carrier_hz)])


def side_by_side(
    frames: int, rate: int, symbols: npt.NDArray[np.int64], per_s: float, carriers_hz: npt.ArrayLike
) -> Audio:
    """Carriers that are on or off at every symbol, each by a bit of it."""
    carriers = np.asarray(carriers_hz, np.float64)
    out = np.zeros(frames, np.float32)
    for bit, carrier_hz in enumerate(carriers):
        out += level_keyed(frames, rate, (symbols >> bit) & 1, per_s, float(carrier_hz), (0.06, 1.0))
    return out * np.float32(1.0 / math.sqrt(len(carriers)))


def scrambled(frames: int, rate: int, rng: np.random.Generator, *, carrier_hz: float, per_s: float) -> Audio:
    """Sixteen points of level and phase, so fast and so well mixed that a rough band remains."""
    length = max(2, round(rate / per_s))
    points = rng.choice((-3.0, -1.0, 1.0, 3.0), (2, frames // length + 3)) / 3.0
    shape = np.hanning(2 * length + 1)[1:-1] / length
    pulses = np.zeros((2, points.shape[1] * length))
    pulses[:, ::length] = points * length
    level, quadrature = (np.convolve(part, shape)[length : length + frames] for part in pulses)
    turn = 2.0 * np.pi * carrier_hz / rate * np.arange(frames)
    return (level * np.cos(turn) - quadrature * np.sin(turn)).astype(np.float32)


def chirped(frames: int, rate: int, symbols: Symbols, per_s: float, *, low_hz: float, high_hz: float) -> Audio:
    """Chirps from low to high, each begun where its symbol says and wrapped around; 16 symbols."""
    time = np.arange(frames) / rate * per_s
    which = np.minimum(time.astype(np.int64), len(symbols) - 1)
    way = (time + symbols[which] / 16.0) % 1.0
    turns = np.cumsum(low_hz + (high_hz - low_hz) * way) / rate
    # Where it wraps around, it is silent for a moment.
    edge = np.minimum(np.minimum(way, 1.0 - way) * rate / per_s / (0.0015 * rate), 1.0)
    return (edge * np.sin(2.0 * np.pi * turns)).astype(np.float32)


def dialled(frames: int, rate: int, digits: Symbols, per_s: float, *, pitch: float = 1.0) -> Audio:
    """Pairs of tones, one for each digit from 0 to 11, with as much pause between them."""
    low, high = (np.asarray(row) * pitch for row in DIAL_HZ)
    twice = np.repeat(digits, 2)
    on = np.tile((1.0, 0.0), len(digits))
    steps = np.arange(frames // STEP + 2) * STEP / rate
    gain = between(frames, np.interp(steps, _corners(twice, 2.0 * per_s), np.repeat(on, 2)))
    rows = (twice // 3, low), (twice % 3, high)
    return gain * np.float32(0.6) * sum(pitch_keyed(frames, rate, which, 2.0 * per_s, hz) for which, hz in rows)
