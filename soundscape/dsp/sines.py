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
    for t in range(pace.shape[0] - 1):
        for k in range(phase.shape[0]):
            bend = (pace[t + 1, k] - pace[t, k]) / TICK
            if max(sides[:, t, k].max(), sides[:, t + 1, k].max()) <= 0.0:
                # Unheard: only its phase goes on.
                phase[k] += (pace[t, k] + 0.5 * bend * TICK) * TICK
                phase[k] -= math.floor(phase[k])
                continue
            for first in range(0, TICK, PIECE):
                step = pace[t, k] + bend * first
                _add_piece(
                    out[0, t * TICK + first : t * TICK + first + PIECE],
                    out[1, t * TICK + first : t * TICK + first + PIECE],
                    (np.float32(phase[k] - 0.5), np.float32(step), np.float32(0.5 * bend)),
                    (
                        np.float32(_between(sides[0], t, k, first)),
                        np.float32(_between(sides[0], t, k, first + PIECE)),
                    ),
                    (
                        np.float32(_between(sides[1], t, k, first)),
                        np.float32(_between(sides[1], t, k, first + PIECE)),
                    ),
                )
                phase[k] += (step + 0.5 * bend * PIECE) * PIECE
                phase[k] -= math.floor(phase[k])


@njit(inline="always")
def _add_piece(left, right, turns, at_left, at_right):  # type: ignore[no-untyped-def]
    start, step, bend = turns
    a, b = at_left[0], at_right[0]
    da, db = (at_left[1] - a) / np.float32(PIECE), (at_right[1] - b) / np.float32(PIECE)
    half = np.float32(0.5)
    for i in range(PIECE):
        time = np.float32(i)
        turn = start + (step + bend * time) * time
        # The phase comes half a turn early, near zero, where float32 is finest: hence the sign.
        wave = -sin_turn(turn - np.floor(turn + half))
        left[i] += (a + da * time) * wave
        right[i] += (b + db * time) * wave


@njit(inline="always")
def _between(curve, t, k, frame):  # type: ignore[no-untyped-def]
    return curve[t, k] + (curve[t + 1, k] - curve[t, k]) * (frame / TICK)
