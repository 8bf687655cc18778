"""A cloud of tiny impacts: every grain its own damped resonance, moment, size and place.

Grains fall as a Poisson process whose rate, pitch, level and place move with the ticks; sizes are log-normal and
bounded, and a bigger grain rings lower. Each is a two-pole resonance struck by a third of a millisecond of noise
(after P. Cook's PhISEM, Computer Music Journal 21, 1997, with one filter per grain instead of one for all).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from soundscape.audio import Audio
from soundscape.contract import TICK
from soundscape.dsp.noise import hash32, mix32, normal_at, uniform, white_at
from soundscape.dsp.spill import Spill
from soundscape.rng import Seed

_LANES = 16
_STRIKE_S = 0.0003
_HEARD = 5.5
"""Time constants until a grain ends, 48 dB down."""
_BOUND = 2.2
"""Sizes end at so many standard deviations: unbounded tails make lone cracks that no sand makes."""
_SPREAD_S = 0.0001
"""Largest difference of a grain's arrival between the channels."""


class Grains:
    """Grains that are added to a stereo signal.

    Parameters
    ----------
    seed : Seed
        Its own.
    rate : int
        Sample rate in Hz.
    ring_s : float
        Decay of a grain: time to fall by a factor e.
    size_sd : float
        Standard deviation of the logarithm of a grain's level.
    pitch_sd : float
        The same of its frequency.
    densest : float
        Highest rate in grains a second that will be asked for.
    """

    def __init__(
        self,
        seed: Seed,
        rate: int,
        *,
        ring_s: float = 0.0007,
        size_sd: float = 0.9,
        pitch_sd: float = 0.3,
        densest: float = 20_000.0,
    ) -> None:
        self._rate = rate
        self._shape = (ring_s, size_sd, pitch_sd)
        self._slots = 1 << max(3, math.ceil(math.log2(2.0 * densest * TICK / rate)))
        self._spill = Spill(math.ceil((_HEARD * ring_s + _STRIKE_S + _SPREAD_S) * rate) + 3 * _LANES)
        self._key = np.uint32(seed.key())
        self._tick = 0

    def add(
        self,
        out: Audio,
        per_s: npt.NDArray[np.float64],
        pitch_hz: npt.NDArray[np.float64],
        level: npt.NDArray[np.float64],
        pan: npt.NDArray[np.float64],
    ) -> None:
        """Add the next ticks to `out`, `(2, ticks * TICK)`.

        Parameters
        ----------
        per_s, pitch_hz, level, pan : (ticks + 1,) each
            At the tick edges: grains a second, median frequency, peak level of a median grain, and the place
            around which grains scatter, -1 to 1.
        """
        ticks = len(per_s) - 1
        whole = self._spill.canvas(ticks * TICK)
        _scatter(whole, per_s, pitch_hz, level, pan, self._shape, self._slots, self._rate, self._key, self._tick)
        self._spill.pour(out)
        self._tick += ticks


@njit(cache=True, nogil=True, fastmath={"contract", "nsz"})
def _scatter(whole, per_s, pitch_hz, level, pan, shape, slots, rate, key, tick):  # type: ignore[no-untyped-def]
    ring_s, size_sd, pitch_sd = shape
    decay = math.exp(-1.0 / (rate * ring_s))
    noise = np.empty(int(_STRIKE_S * rate) + 1, np.float32)
    grain = np.zeros(noise.shape[0] + 2 * _LANES + int(_HEARD * ring_s * rate), np.float32)
    width = TICK / slots
    drawn, chosen = np.empty(slots, np.uint32), np.empty(slots, np.int64)
    for t in range(per_s.shape[0] - 1):
        chance = per_s[t] * TICK / (rate * slots)
        if chance <= 0.0 or level[t] <= 0.0:
            continue
        # All are drawn before any is looked at: that loop vectorises.
        for slot in range(slots):
            drawn[slot] = hash32(key, (tick + t) * slots + slot)
        below = np.uint32(min(math.ceil(chance * 16777216.0), 16777216.0))
        falling = 0
        for slot in range(slots):
            chosen[falling] = slot
            falling += 1 if (drawn[slot] >> np.uint32(8)) < below else 0
        for slot in chosen[:falling]:
            own = mix32(np.uint32(drawn[slot] ^ np.uint32(0x5BD1E995)))
            size = min(max(normal_at(own, 0), -_BOUND), _BOUND) * size_sd
            pitch = pitch_hz[t] * math.exp(pitch_sd * normal_at(own, 1) - 0.18 * size)
            pitch = min(max(pitch, 60.0), 0.42 * rate)
            _ring(grain, noise, decay, math.cos(2.0 * math.pi * pitch / rate), own)
            gain = np.float32(level[t] * math.exp(size))
            place = min(max(pan[t] + 0.5 * white_at(own, 2), -1.0), 1.0)
            left, right = (
                gain * np.float32(math.sqrt(0.5 - 0.5 * place)),
                gain * np.float32(math.sqrt(0.5 + 0.5 * place)),
            )
            lag = int(white_at(own, 3) * _SPREAD_S * rate)
            start = t * TICK + int((slot + uniform(own, 4)) * width)
            _lay(whole[0], grain, start + max(0, lag), left)
            _lay(whole[1], grain, start + max(0, -lag), right)


@njit(cache=True, nogil=True, fastmath={"contract", "nsz"})
def _ring(grain, noise, decay, cosine, key):  # type: ignore[no-untyped-def]
    # Struck by noise that fades while it lasts; scaled so that the peak is near 1.
    strike = noise.shape[0]
    scale = np.float32(2.8 * math.sqrt((1.0 - cosine * cosine) / strike)) / np.float32(2147483648.0)
    fade = scale / np.float32(strike)
    for i in range(strike):
        white = np.float32(np.int32(mix32(np.uint32(key + np.uint32(i)))))
        noise[i] = white * (scale - fade * np.float32(i))
    c1, c2 = np.float32(2.0 * decay * cosine), np.float32(-decay * decay)
    y1 = np.float32(0.0)
    y2 = np.float32(0.0)
    # Every frame waits for the one before it alone: what it takes from the one before that is added first.
    for i in range(strike):
        y = c1 * y1 + (c2 * y2 + noise[i])
        grain[i] = y
        y2, y1 = y1, y
    # From here on the same recursion in steps of four, eight and sixteen frames, side by side. It holds where both
    # frames that it looks back on came after the strike; sooner, it would copy the strike on at the rate of steps.
    first = strike + 8
    for i in range(strike, first):
        y = c1 * y1 + c2 * y2
        grain[i] = y
        y2, y1 = y1, y
    _go_on(grain, first, strike + 16, 4, decay, cosine)
    _go_on(grain, strike + 16, strike + 2 * _LANES, 8, decay, cosine)
    _go_on(grain, strike + 2 * _LANES, grain.shape[0], _LANES, decay, cosine)


@njit(inline="always")
def _go_on(grain, first, last, step, decay, cosine):  # type: ignore[no-untyped-def]
    """Frames `first` to `last` of a ringing grain from those `step` and twice as many before them."""
    far, turn, steps = decay, cosine, 1
    while steps < step:
        far, turn, steps = far * far, 2.0 * turn * turn - 1.0, 2 * steps
    d1, d2 = np.float32(2.0 * far * turn), np.float32(-far * far)
    near, back = np.uint64(step), np.uint64(2 * step)
    for i in range(np.uint64(first), np.uint64(last)):
        grain[i] = d1 * grain[i - near] + d2 * grain[i - back]


@njit(cache=True, nogil=True)
def _lay(channel, grain, start, gain):  # type: ignore[no-untyped-def]
    part = channel[start : start + grain.shape[0]]
    for i in range(grain.shape[0]):
        part[i] += gain * grain[i]
