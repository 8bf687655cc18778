"""Stacks of harmonics that run for ever: every stack its own moving pitch, spectrum and place.

The fundamental's phase is a parabola within a tick and its sine a polynomial; the harmonics follow by the
recurrence `sin(k x) = 2 cos(x) sin((k - 1) x) - sin((k - 2) x)`, so that a harmonic costs two operations a sample
and nothing above the band's end is ever made.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from soundscape.audio import Audio
from soundscape.contract import TICK
from soundscape.dsp.modal import pan_gains
from soundscape.dsp.sine import sin_turns
from soundscape.rng import Seed

FAINT = 3.2
"""Corners above which a harmonic, 31 dB down by then and some 15 dB more for its order, is not made."""


GROUP = 4
"""Harmonics that stand in one place where a stack has several."""


class Stacks:
    """Harmonic tones that are added to a stereo signal.

    Parameters
    ----------
    seed : Seed
        Its own: where in their cycles they begin.
    rate : float
        Sample rate in Hz.
    pan : (stacks,) or (stacks, groups) array
        Place of each, -1 to 1, constant power; or of its harmonics, `GROUP` by `GROUP`, and the last of all that
        remain.
    step : int
        Frames between two edges, at most `TICK`.
    """

    def __init__(self, seed: Seed, rate: float, *, pan: npt.NDArray[np.float64], step: int = TICK) -> None:
        self._rate, self._step = rate, step
        self._phase = seed.generator("phase").uniform(0.0, 1.0, len(pan))
        self._sides = np.stack(pan_gains(pan.reshape(len(pan), -1)), axis=2).astype(np.float32)

    def add(self, out: Audio, hz: npt.NDArray[np.float64], gain: npt.NDArray[np.floating[Any]]) -> None:
        """Add the next steps to `out`, `(2, steps * step)`.

        Parameters
        ----------
        hz : (steps + 1, stacks)
            Fundamentals at the edges.
        gain : (steps + 1, stacks, harmonics)
            Amplitude of every harmonic at the edges; those that are 0 at both ends of a step cost nothing.
            What lies above half the rate must be 0.
        """
        _add(out, hz, gain, self._sides, self._phase, self._rate, self._step)


def open_spectra(
    hz: npt.NDArray[np.float64],
    corner_hz: npt.NDArray[np.float64],
    level: npt.NDArray[np.float64],
    *,
    orders: int,
    highest_hz: float,
) -> npt.NDArray[np.float32]:
    """Amplitudes `(edges, stacks, orders)` of nearly even harmonics up to a corner, then a steep fall, as blown brass.

    Parameters
    ----------
    hz, corner_hz, level : (edges, stacks) arrays
        Fundamentals, corners and amplitudes of the fundamentals well below them.
    orders, highest_hz : no harmonic beyond these is made
    """
    gain = np.zeros((*hz.shape, orders), np.float32)
    _open(gain, hz, corner_hz, level, highest_hz)
    return gain


@njit(cache=True, nogil=True)
def _open(gain, hz, corner_hz, level, highest_hz):  # type: ignore[no-untyped-def]
    orders = gain.shape[2]
    order = np.arange(1, orders + 1).astype(np.float32)
    root = np.sqrt(order)
    for edge in range(hz.shape[0]):
        for stack in range(hz.shape[1]):
            share = hz[edge, stack] / corner_hz[edge, stack]
            heard = min(int(min(FAINT / share, highest_hz / hz[edge, stack])), orders)
            loud, beyond = np.float32(level[edge, stack]), np.float32(share)
            cube, row = beyond * beyond * beyond, gain[edge, stack, :heard]
            for k in range(row.shape[0]):
                n = order[k]
                row[k] = loud / (root[k] * (np.float32(1.0) + cube * (n * n * n)))


@njit(cache=True, nogil=True, fastmath={"contract", "nsz"})
def _add(out, hz, gain, sides, phase, rate, step):  # type: ignore[no-untyped-def]
    # One flat array, so that the compiler sees rows at constant offsets: two neighbouring harmonics, twice the
    # cosine, their sum, and time.
    m = np.empty(5 * TICK, np.float32)
    for i in range(TICK):
        m[4 * TICK + i] = i
    for t in range(hz.shape[0] - 1):
        for stack in range(hz.shape[1]):
            pace, bend = hz[t, stack] / rate, 0.5 * (hz[t + 1, stack] - hz[t, stack]) / rate / step
            start = phase[stack]
            end = start + (pace + bend * step) * step
            phase[stack] = end - np.floor(end)
            top = gain.shape[2]
            while top > 0 and gain[t, stack, top - 1] == 0.0 and gain[t + 1, stack, top - 1] == 0.0:
                top -= 1
            if top == 0:
                continue
            for i in range(step):
                turn = start + (pace + bend * i) * i
                m[i] = sin_turns(turn)
                m[TICK + i] = np.float32(0.0)
                m[2 * TICK + i] = np.float32(2.0) * sin_turns(turn + 0.25)
                m[3 * TICK + i] = np.float32(0.0)
            groups, begin = sides.shape[1], 0
            for group in range(groups):
                until = top if group == groups - 1 else min(top, begin + GROUP)
                if begin >= until:
                    break
                if step == TICK:  # as a constant, which runs faster
                    _harmonics(m, gain[t, stack], gain[t + 1, stack], begin, until, TICK)
                else:
                    _harmonics(m, gain[t, stack], gain[t + 1, stack], begin, until, step)
                for i in range(step):
                    out[0, t * step + i] += sides[stack, group, 0] * m[3 * TICK + i]
                    out[1, t * step + i] += sides[stack, group, 1] * m[3 * TICK + i]
                    m[3 * TICK + i] = np.float32(0.0)
                begin = until


@njit(inline="always")
def _harmonics(m, first, last, begin, top, step):  # type: ignore[no-untyped-def]
    # Two at a time: half the memory traffic.
    for k in range(begin, top, 2):
        a, b = np.float32(first[k]), np.float32(0.0)
        rise_a, rise_b = np.float32((last[k] - first[k]) / step), np.float32(0.0)
        if k + 1 < top:
            b, rise_b = np.float32(first[k + 1]), np.float32((last[k + 1] - first[k + 1]) / step)
        for i in range(step):
            x = m[i]
            y = m[2 * TICK + i] * x - m[TICK + i]
            m[3 * TICK + i] += (a + rise_a * m[4 * TICK + i]) * x + (b + rise_b * m[4 * TICK + i]) * y
            m[TICK + i] = y
            m[i] = m[2 * TICK + i] * y - x
