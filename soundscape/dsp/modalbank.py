"""A bank of ringing modes that runs for ever: every mode a doublet of near-equal partners that beat.

The state of a mode is one complex phasor per partner, moved on once a tick by its closed form; what excites it,
strikes and the bow's noise, enters at tick edges. Between two edges the mode is its carrier times a straight
line from the old envelope to the new one, so an onset takes one tick and the beat costs nothing a sample.
All carriers times all envelopes is a matrix product. Seen from the middle of the tick a carrier is an even cosine
and an odd sine: each is computed for one half of the tick only, and both halves are their sum and difference.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from soundscape.audio import Audio
from soundscape.contract import TICK
from soundscape.dsp.modal import HIGHEST, pan_gains
from soundscape.dsp.noise import hash32, mix32

Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]

HALF = TICK // 2
GROUP = 16
"""Ticks in one matrix product. Always so many, the last ones empty, so that every tick is computed alike
whatever the block; and few enough that a short block wastes little."""
MOST = 256
"""Modes of a bank at most. Every quantity of a mode lies in one flat array at a constant distance from the others,
for only then does the step run in vector lanes."""
UP, LOW, STEP_UP, STEP_LOW, TURN, KICK_UP, KICK_LOW, LEFT, RIGHT = (2 * MOST * row for row in range(9))
BREATH, NOW, THEN, START, RISE, SIZE = (MOST * row for row in (18, 19, 20, 21, 25, 29))


@dataclass(frozen=True, slots=True, kw_only=True)
class Doublets:
    """Ringing modes, each of them two near-equal partners; every field is an array of one shape."""

    frequency_hz: Floats
    beat_hz: Floats
    """Between the partners of each."""
    t60_s: Floats

    def reshape(self, *shape: int) -> Doublets:
        """The same modes in arrays of another shape."""
        return Doublets(
            frequency_hz=self.frequency_hz.reshape(shape),
            beat_hz=self.beat_hz.reshape(shape),
            t60_s=self.t60_s.reshape(shape),
        )


class ModalBank:
    """Modes that are struck and bowed.

    Parameters
    ----------
    rate : int
        Sample rate in Hz.
    key : int
        Stream of the bow's noise.
    doublets : Doublets
        `(modes,)`, at most `MOST`; what lies above 0.45 of the rate is silent.
    gain : (modes,)
        Of every mode.
    pan : (2, modes)
        Place of both partners, -1 to 1: apart, they make the mode wander between the sides as it beats.
    """

    def __init__(
        self,
        rate: int,
        key: int,
        doublets: Doublets,
        *,
        gain: Floats,
        pan: Floats,
    ) -> None:
        modes = len(doublets.frequency_hz)
        turn = 2.0 * math.pi * doublets.frequency_hz / rate
        decay = 10.0 ** (-3.0 * TICK / (doublets.t60_s * rate))
        spread = math.pi * doublets.beat_hz * TICK / rate
        angle = np.outer(turn, np.arange(HALF) + 0.5)
        self._carriers = np.cos(angle).astype(np.float32), np.sin(angle).astype(np.float32)
        self._bank = np.zeros(SIZE, np.float32)
        for row, values in (
            (STEP_UP, decay * np.exp(1j * spread)),
            (STEP_LOW, decay * np.exp(-1j * spread)),
            (TURN, np.exp(1j * turn * TICK)),
        ):
            self._bank[row : row + modes], self._bank[row + MOST : row + MOST + modes] = values.real, values.imag
        for row, side in zip((LEFT, RIGHT), pan_gains(pan), strict=True):
            for partner, level in enumerate(np.where(doublets.frequency_hz < HIGHEST * rate, gain, 0.0) * side):
                self._bank[row + partner * MOST :][:modes] = level
        # Uniform noise of unit variance a partner, half of it in each part of the phasor.
        self._bank[BREATH : BREATH + modes] = np.sqrt(1.5 * (1.0 - decay**2))
        self._key = np.uint32(key)
        self._envelopes = np.zeros((2, GROUP, 4, modes), np.float32)
        self._waves = np.empty((2, 1, 4 * GROUP, HALF), np.float32)
        self._tick = 0

    def add(
        self,
        out: Audio,
        *,
        at: npt.NDArray[np.int64],
        kicks: npt.NDArray[np.complex64],
        bow: Singles,
        tilt: Singles,
    ) -> None:
        """Add the next ticks to `out`, `(2, ticks * TICK)`.

        Parameters
        ----------
        at : (strikes,)
            Ticks of `out` during which something is struck, rising.
        kicks : (strikes, 2, modes)
            What each strike adds to the phasors of both partners.
        bow : (ticks, modes)
            RMS at which the bow keeps each mode ringing.
        tilt : (ticks + 1, modes)
            Gain of each mode at the tick edges.
        """
        ticks, modes = bow.shape
        groups = -(-ticks // GROUP)
        if self._envelopes.shape[1] < groups * GROUP:
            self._envelopes = np.zeros((2, groups * GROUP, 4, modes), np.float32)
            self._waves = np.empty((2, groups, 4 * GROUP, HALF), np.float32)
        envelopes, waves = self._envelopes[:, : groups * GROUP], self._waves[:, :groups]
        _advance(envelopes, self._bank, at, kicks, bow, tilt, self._key, self._tick)
        for part, carrier, wave in zip(envelopes, self._carriers, waves, strict=True):
            np.matmul(part.reshape(groups, 4 * GROUP, modes), carrier, out=wave)
        _lay(out, waves)
        self._tick += ticks


@njit(cache=True, nogil=True, fastmath={"contract", "nsz"})
def _advance(envelopes, bank, at, kicks, bow, tilt, key, tick):  # type: ignore[no-untyped-def]
    ticks, modes = bow.shape
    struck = 0
    for t in range(ticks):
        stream = hash32(key, tick + t)
        for m in range(modes):
            bank[NOW + m], bank[THEN + m] = tilt[t, m], tilt[t + 1, m]
            push = bank[BREATH + m] * bow[t, m]
            bits = mix32(np.uint32(stream + np.uint32(m) * np.uint32(0x9E3779B9)))
            other = mix32(np.uint32(bits ^ np.uint32(0x5BD1E995)))
            bank[KICK_UP + m] = push * _centred(bits)
            bank[KICK_UP + MOST + m] = push * _centred(bits << np.uint32(16))
            bank[KICK_LOW + m] = push * _centred(other)
            bank[KICK_LOW + MOST + m] = push * _centred(other << np.uint32(16))
        while struck < at.shape[0] and at[struck] <= t:
            for m in range(modes):
                bank[KICK_UP + m] += kicks[struck, 0, m].real
                bank[KICK_UP + MOST + m] += kicks[struck, 0, m].imag
                bank[KICK_LOW + m] += kicks[struck, 1, m].real
                bank[KICK_LOW + MOST + m] += kicks[struck, 1, m].imag
            struck += 1
        _step(bank, modes)
        for side in range(2):
            for part in range(2):
                start, rise = envelopes[part, t, side], envelopes[part, t, 2 + side]
                row = START + (2 * side + part) * MOST
                for m in range(modes):
                    start[m], rise[m] = bank[row + m], bank[row + RISE - START + m]


@njit(cache=True, nogil=True, fastmath={"contract", "nsz"})
def _step(bank, modes):  # type: ignore[no-untyped-def]
    # Rows of a tick: left and right at its start, and what is added to each by its end. Phases are those of the
    # carriers in its middle.
    for m in range(modes):
        up, up_i, low, low_i = bank[UP + m], bank[UP + MOST + m], bank[LOW + m], bank[LOW + MOST + m]
        a, b = bank[STEP_UP + m], bank[STEP_UP + MOST + m]
        next_up, next_up_i = up * a - up_i * b + bank[KICK_UP + m], up * b + up_i * a + bank[KICK_UP + MOST + m]
        a, b = bank[STEP_LOW + m], bank[STEP_LOW + MOST + m]
        next_low = low * a - low_i * b + bank[KICK_LOW + m]
        next_low_i = low * b + low_i * a + bank[KICK_LOW + MOST + m]
        a, b = bank[TURN + m], bank[TURN + MOST + m]
        bank[UP + m], bank[UP + MOST + m] = next_up * a - next_up_i * b, next_up * b + next_up_i * a
        bank[LOW + m], bank[LOW + MOST + m] = next_low * a - next_low_i * b, next_low * b + next_low_i * a
        now, then = bank[NOW + m], bank[THEN + m]
        first, other = bank[LEFT + m], bank[LEFT + MOST + m]
        start, start_i = now * (first * up + other * low), now * (first * up_i + other * low_i)
        bank[START + m], bank[START + MOST + m] = start, start_i
        bank[RISE + m] = then * (first * next_up + other * next_low) - start
        bank[RISE + MOST + m] = then * (first * next_up_i + other * next_low_i) - start_i
        first, other = bank[RIGHT + m], bank[RIGHT + MOST + m]
        start, start_i = now * (first * up + other * low), now * (first * up_i + other * low_i)
        bank[START + 2 * MOST + m], bank[START + 3 * MOST + m] = start, start_i
        bank[RISE + 2 * MOST + m] = then * (first * next_up + other * next_low) - start
        bank[RISE + 3 * MOST + m] = then * (first * next_up_i + other * next_low_i) - start_i


@njit(cache=True, nogil=True)
def _lay(out, waves):  # type: ignore[no-untyped-def]
    for tick in range(out.shape[1] // TICK):
        group, row = tick // GROUP, 4 * (tick % GROUP)
        middle = tick * TICK + HALF
        for side in range(2):
            even, odd = waves[0, group, row + side], waves[1, group, row + side]
            even_rise, odd_rise = waves[0, group, row + 2 + side], waves[1, group, row + 2 + side]
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
    return np.float32(np.int32(np.uint32(bits) & np.uint32(0xFFFF0000))) * np.float32(1.0 / 2147483648.0)
