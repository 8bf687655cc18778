"""A large throat: pulses of air and turbulent air through sixteen resonances that move.

One pair of folds drives all resonances. A pulse is the flow of KLGLOTT88 (D. Klatt & L. Klatt, J. Acoust. Soc. Am. 87,
1990); every pulse has a size and a length of its own. The rougher the voice, the more they scatter, and the more every
second pulse is late and weak, which is heard as an octave below: the subharmonics and the chaos of growls (W. T. Fitch,
J. Neubauer & H. Herzel, Animal Behaviour 63, 2002). The air's noise falls by 6 dB/octave and is let through by the
folds as they open.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from soundscape.audio import Audio
from soundscape.contract import TICK
from soundscape.dsp.noise import normal_at, white_at
from soundscape.dsp.voices import FULLEST, MEAN, OPEN
from soundscape.rng import Seed

Floats = npt.NDArray[np.float64]
RESONANCES = 16
PHASE, LENGTH, SIZE, COUNT, AIR = range(5)
"""State of the folds and of the noise: where in a pulse, its length and size, how many there were, the air's motion."""
LATE, WEAK = 0.3, 0.7
"""By how much every second pulse is so in the roughest voice."""
ROW = RESONANCES
"""Length of a row of the workspace: two states, two parts of the pole, gain into the resonance, and two sides."""


class Throat:
    """A throat that is added to a stereo signal.

    Parameters
    ----------
    seed : Seed
        Its own.
    rate : int
        Sample rate in Hz.
    air_hz : float
        Above it the noise of the air falls by 6 dB/octave.
    quality : (RESONANCES,) array
        Frequency over bandwidth.
    pan : (RESONANCES,) array
        Place of every resonance, -1 to 1.
    """

    def __init__(self, seed: Seed, rate: int, *, air_hz: float, quality: Floats, pan: Floats) -> None:
        self._rate = rate
        self._quality = quality
        self._sides = np.stack((np.sqrt(1.0 - pan), np.sqrt(1.0 + pan))).astype(np.float32)
        self._fall = math.exp(-2.0 * math.pi * air_hz / rate)
        self._keys = np.array((seed.key("pulses"), seed.key("air")), np.uint32)
        self._folds = np.array((0.0, 1.0, 1.0, 0.0, 0.0))
        self._state = np.zeros(2 * ROW, np.float32)
        self._frame = 0

    def add(
        self, out: Audio, pitch_hz: Floats, pulses: Floats, air: Floats, rough: Floats, hz: Floats, gain: Floats
    ) -> None:
        """Add the next ticks to `out`, `(2, ticks * TICK)`.

        Parameters
        ----------
        pitch_hz, pulses, air, rough : (ticks + 1,) each
            At the tick edges: pulses a second, their size, the RMS of the air's noise, and roughness from 0 to 1.
        hz, gain : (ticks + 1, RESONANCES) each
            Frequency of the resonances and their response.
        """
        _add(
            out, pitch_hz, pulses, air, rough, hz, gain, self._quality, self._sides,
            self._fall, self._rate, self._keys, self._frame, self._folds, self._state,
        )  # fmt: skip
        self._frame += out.shape[1]


@njit(cache=True, nogil=True, fastmath={"contract", "reassoc", "nsz"})
def _add(out, pitch_hz, pulses, air, rough, hz, gain, quality, sides, fall, rate, keys, frame, folds, state):  # type: ignore[no-untyped-def]
    m = np.empty(5 * ROW, np.float32)
    m[: 2 * ROW] = state
    force = np.empty(TICK, np.float32)
    for t in range(pitch_hz.shape[0] - 1):
        for k in range(RESONANCES):
            centre = min(hz[t, k], 0.42 * rate)
            radius = math.exp(-math.pi * centre / quality[k] / rate)
            angle = 2.0 * math.pi * centre / rate
            m[2 * ROW + k] = radius * math.cos(angle)
            m[3 * ROW + k] = radius * math.sin(angle)
            m[4 * ROW + k] = gain[t, k] * (1.0 - radius) * (1.0 if k % 2 == 0 else -1.0)
        _drive(force, pitch_hz, pulses, air, rough, t, fall, rate, keys, frame + t * TICK, folds)
        left, right = out[0, t * TICK : (t + 1) * TICK], out[1, t * TICK : (t + 1) * TICK]
        for i in range(TICK):
            push = force[i]
            a, b = np.float32(0.0), np.float32(0.0)
            for k in range(RESONANCES):
                re, im = m[k], m[ROW + k]
                m[k] = re * m[2 * ROW + k] - im * m[3 * ROW + k] + m[4 * ROW + k] * push
                m[ROW + k] = re * m[3 * ROW + k] + im * m[2 * ROW + k]
                a += sides[0, k] * m[k]
                b += sides[1, k] * m[k]
            left[i] += a
            right[i] += b
    state[:] = m[: 2 * ROW]


@njit(cache=True, nogil=True)
def _drive(force, pitch_hz, pulses, air, rough, t, fall, rate, keys, frame, folds):  # type: ignore[no-untyped-def]
    # What the folds let through in one tick.
    pace, bend = pitch_hz[t] / rate, (pitch_hz[t + 1] - pitch_hz[t]) / (rate * TICK)
    loud, louder = pulses[t], (pulses[t + 1] - pulses[t]) / TICK
    # White noise of RMS 0.577 leaves a one-pole with an RMS of 1.
    breath = math.sqrt(3.0 * (1.0 - fall * fall))
    for i in range(TICK):
        folds[PHASE] += (pace + bend * i) / folds[LENGTH]
        if folds[PHASE] >= 1.0:
            folds[PHASE] -= 1.0
            folds[COUNT] += 1.0
            _next_pulse(folds, rough[t], keys[0])
        u = folds[PHASE]
        flow = folds[SIZE] * FULLEST * u * u * max(OPEN - u, 0.0)
        folds[AIR] = fall * folds[AIR] + breath * white_at(keys[1], frame + i)
        volume = loud + louder * i
        # While they swing, the folds let the air through in gusts; at rest they stand open.
        swing = volume / (volume + 0.15)
        open_ = 1.0 - swing + swing * (0.3 + 1.2 * flow)
        blown = air[t] + (air[t + 1] - air[t]) * i / TICK
        force[i] = volume * (flow - MEAN) + blown * open_ * folds[AIR] + 1e-12


@njit(cache=True, nogil=True)
def _next_pulse(folds, rough, key):  # type: ignore[no-untyped-def]
    count = int(folds[COUNT])
    at = 2 * count
    second = 1.0 if count % 2 == 1 else -1.0
    scatter = min(max(normal_at(key, at), -2.0), 2.0)
    folds[LENGTH] = 1.0 + LATE * rough * second + (0.01 + 0.16 * rough * rough) * scatter
    folds[SIZE] = (1.0 - 0.5 * WEAK * rough * (1.0 + second)) * (1.0 + (0.05 + 0.3 * rough) * white_at(key, at + 1))
