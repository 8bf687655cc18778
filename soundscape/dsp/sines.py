"""A bank of sines that move: pitch, level and place of each at tick edges, for as long as it is fed.

Within a tick a phase is a parabola of time, so that the loop has no memory and runs in vector lanes, in float32 for
a short piece at a time from phases kept in float64. A pitch that jumps within a tick jumps without a break of phase,
as frequency-shift keying does.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from soundscape.audio import Audio
from soundscape.contract import TICK
from soundscape.dsp.modal import HIGHEST, pan_gains
from soundscape.dsp.sine import sin_turn

PIECE = 64
"""Frames for which a phase in float32 is exact to -100 dB."""


class Sines:
    """Sines that are added to a stereo signal.

    Parameters
    ----------
    rate : int
        Sample rate in Hz.
    phase : (sines,) array
        Phases at the start, in turns.
    """

    def __init__(self, rate: int, *, phase: npt.NDArray[np.float64]) -> None:
        self._rate = rate
        self._phase = phase.copy()

    def add(
        self,
        out: Audio,
        pitch_hz: npt.NDArray[np.float64],
        level: npt.NDArray[np.float64],
        pan: npt.NDArray[np.float64],
    ) -> None:
        """Add the next ticks to `out`, `(2, ticks * TICK)`.

        Parameters
        ----------
        pitch_hz, level, pan : (ticks + 1, sines) each
            At the tick edges: frequency, amplitude and place, -1 to 1; silent above 0.45 of the rate.
        """
        sides = np.stack(pan_gains(pan)) * np.where(pitch_hz < HIGHEST * self._rate, level, 0.0)
        _add(out, pitch_hz / self._rate, sides, self._phase)


@njit(cache=True, nogil=True, fastmath={"contract", "nsz"})
def _add(out, pace, sides, phase):  # type: ignore[no-untyped-def]
    # One flat array with rows at constant offsets: a sine, and what either side hears of all of them.
    m = np.empty(3 * TICK, np.float32)
    for t in range(pace.shape[0] - 1):
        heard = False
        for k in range(phase.shape[0]):
            step, bend = pace[t, k], (pace[t + 1, k] - pace[t, k]) / TICK
            a, b = np.float32(sides[0, t, k]), np.float32(sides[1, t, k])
            c, d = np.float32(sides[0, t + 1, k]), np.float32(sides[1, t + 1, k])
            if max(a, b, c, d) > np.float32(0.0):
                if not heard:
                    m[TICK:] = np.float32(0.0)
                    heard = True
                for first in range(0, TICK, PIECE):
                    turn = phase[k] + (step + 0.5 * bend * first) * first
                    now = np.float32(step + bend * first)
                    _fill_piece(m, first, np.float32(turn - math.floor(turn) - 0.5), now, np.float32(0.5 * bend))
                _place(m, a, (c - a) * np.float32(1.0 / TICK), b, (d - b) * np.float32(1.0 / TICK))
            phase[k] += (step + 0.5 * bend * TICK) * TICK
            phase[k] -= math.floor(phase[k])
        if heard:
            left, right = out[0, t * TICK : (t + 1) * TICK], out[1, t * TICK : (t + 1) * TICK]
            for i in range(TICK):
                left[i] += m[TICK + i]
                right[i] += m[2 * TICK + i]


@njit(inline="always")
def _fill_piece(m, first, start, step, bend):  # type: ignore[no-untyped-def]
    part = m[first : first + PIECE]
    half = np.float32(0.5)
    for i in range(PIECE):
        time = np.float32(i)
        turn = start + (step + bend * time) * time
        # The phase comes half a turn early, near zero, where float32 is finest: hence the sign.
        part[i] = -sin_turn(turn - np.floor(turn + half))


@njit(inline="always")
def _place(m, left, louder_left, right, louder_right):  # type: ignore[no-untyped-def]
    for i in range(TICK):
        time = np.float32(i)
        m[TICK + i] += (left + louder_left * time) * m[i]
        m[2 * TICK + i] += (right + louder_right * time) * m[i]
