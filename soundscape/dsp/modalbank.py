"""A bank of ringing modes that runs for ever: every mode a doublet of near-equal partners that beat.

The state of a mode is one complex phasor per partner, moved on once a tick by its closed form; what excites it,
strikes and the bow's noise, enters at tick edges. Between two edges the mode is its carrier times a straight
line from the old envelope to the new one, so an onset takes one tick and the beat costs nothing a sample.
All carriers times all envelopes is a matrix product. Seen from the middle of the tick a carrier is an even cosine
and an odd sine: each is computed for one half of the tick only, and both halves are their sum and difference.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from soundscape.audio import Audio
from soundscape.contract import TICK
from soundscape.dsp.modal import HIGHEST, pan_gains
from soundscape.dsp.noise import hash32, mix32

Floats = npt.NDArray[np.float64]

HALF = TICK // 2
GROUP = 16
"""Ticks in one matrix product. Always so many, the last ones empty, so that every tick is computed alike
whatever the block; and few enough that a short block wastes little."""


class ModalBank:
    """Modes that are struck and bowed.

    Parameters
    ----------
    rate : int
        Sample rate in Hz.
    key : int
        Stream of the bow's noise.
    frequency_hz, beat_hz, t60_s, gain : (modes,) each
        Of every doublet; what lies above 0.45 of the rate is silent.
    pan : (2, modes)
        Place of both partners, -1 to 1: apart, they make the mode wander between the sides as it beats.
    """

    def __init__(
        self,
        rate: int,
        key: int,
        *,
        frequency_hz: Floats,
        beat_hz: Floats,
        t60_s: Floats,
        gain: Floats,
        pan: Floats,
    ) -> None:
        turn = 2.0 * math.pi * frequency_hz / rate
        decay = 10.0 ** (-3.0 * TICK / (t60_s * rate))
        spread = math.pi * beat_hz * TICK / rate
        sides = np.where(frequency_hz < HIGHEST * rate, gain, 0.0) * np.stack(pan_gains(pan))
        angle = np.outer(turn, np.arange(HALF) + 0.5)
        self._carriers = np.cos(angle).astype(np.float32), np.sin(angle).astype(np.float32)
        self._steps = decay * np.exp(1j * (turn * TICK + np.stack((spread, -spread))))
        self._back = np.exp(-1j * turn * TICK)
        self._sides = sides.transpose(1, 0, 2).copy()
        self._breath = np.sqrt(1.0 - decay**2)
        self._state = np.zeros((2, len(turn)), np.complex128)
        self._key = np.uint32(key)
        self._envelopes = np.zeros((2, GROUP, 4, len(turn)), np.float32)
        self._waves = np.empty((2, 4 * GROUP, HALF), np.float32)
        self._tick = 0

    def add(self, out: Audio, kicks: npt.NDArray[np.complex128], bow: Floats, tilt: Floats) -> None:
        """Add the next ticks to `out`, `(2, ticks * TICK)`.

        Parameters
        ----------
        kicks : (ticks, 2, modes)
            What strikes add to the phasors of both partners during each tick.
        bow : (ticks, modes)
            RMS at which the bow keeps each mode ringing.
        tilt : (ticks + 1, modes)
            Gain of each mode at the tick edges.
        """
        ticks = len(kicks)
        groups = -(-ticks // GROUP)
        if self._envelopes.shape[1] < groups * GROUP:
            self._envelopes = np.zeros((2, groups * GROUP, 4, kicks.shape[2]), np.float32)
        envelopes = self._envelopes
        _advance(
            envelopes,
            self._state,
            self._steps,
            self._back,
            self._sides,
            kicks,
            bow * self._breath,
            tilt,
            self._key,
            self._tick,
        )
        for group in range(groups):
            for part, carrier, waves in zip(envelopes, self._carriers, self._waves, strict=True):
                rows = part[group * GROUP : (group + 1) * GROUP].reshape(4 * GROUP, -1)
                np.matmul(rows, carrier, out=waves)
            _lay(out, self._waves, group * GROUP)
        self._tick += ticks


@njit(cache=True, nogil=True, fastmath={"contract", "nsz"})
def _advance(envelopes, state, steps, back, sides, kicks, bow, tilt, key, tick):  # type: ignore[no-untyped-def]
    # Rows of a tick: left and right at its start, and what is added to each by its end. Phases are those of the
    # carriers in its middle.
    modes = state.shape[1]
    for t in range(kicks.shape[0]):
        for m in range(modes):
            up, low = state[0, m], state[1, m]
            bits = hash32(key, (tick + t) * modes + m)
            other = mix32(np.uint32(bits ^ np.uint32(0x5BD1E995)))
            # Uniform noise of unit variance a partner, half of it in each part of the phasor.
            push = bow[t, m] * 1.2247449
            kick_up = kicks[t, 0, m] + push * complex(_centred(bits), _centred(bits << np.uint32(16)))
            kick_low = kicks[t, 1, m] + push * complex(_centred(other), _centred(other << np.uint32(16)))
            next_up, next_low = up * steps[0, m] + kick_up, low * steps[1, m] + kick_low
            state[0, m], state[1, m] = next_up, next_low
            next_up, next_low = next_up * back[m], next_low * back[m]
            now, then = tilt[t, m], tilt[t + 1, m]
            for side in range(2):
                start = now * (sides[side, 0, m] * up + sides[side, 1, m] * low)
                rise = then * (sides[side, 0, m] * next_up + sides[side, 1, m] * next_low) - start
                envelopes[0, t, side, m], envelopes[1, t, side, m] = start.real, start.imag
                envelopes[0, t, 2 + side, m], envelopes[1, t, 2 + side, m] = rise.real, rise.imag


@njit(cache=True, nogil=True)
def _lay(out, waves, tick):  # type: ignore[no-untyped-def]
    for t in range(min(GROUP, out.shape[1] // TICK - tick)):
        middle = (tick + t) * TICK + HALF
        for side in range(2):
            even, odd = waves[0, 4 * t + side], waves[1, 4 * t + side]
            even_rise, odd_rise = waves[0, 4 * t + 2 + side], waves[1, 4 * t + 2 + side]
            after, before = out[side, middle : middle + HALF], out[side, middle - HALF : middle]
            for i in range(HALF):
                rise = np.float32((HALF + i) * (1.0 / TICK)) * (even_rise[i] - odd_rise[i])
                after[i] += even[i] - odd[i] + rise
            for i in range(HALF):
                j = HALF - 1 - i
                rise = np.float32(i * (1.0 / TICK)) * (even_rise[j] + odd_rise[j])
                before[i] += even[j] + odd[j] + rise


@njit(inline="always")
def _centred(bits):  # type: ignore[no-untyped-def]
    """The upper sixteen of 32 bits as a number in [-1, 1)."""
    return np.float64(np.int32(np.uint32(bits) & np.uint32(0xFFFF0000))) * (1.0 / 2147483648.0)
