"""The late sound of a large space: sixteen delay lines that feed one another for as long as anything sounds.

A feedback delay network (J.-M. Jot & A. Chaigne, *Digital delay networks for designing artificial reverberators*,
AES 90, 1991): every line ends in a one-pole low-pass that takes what its length takes at the wanted decay, and a
Householder matrix mixes them. Lines are longer than a tick, so a tick of each is read at once; and its low-pass looks
eight frames back instead of one, past a short filter without memory, so that all of it runs in vector lanes.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from soundscape.audio import Audio
from soundscape.contract import TICK
from soundscape.rng import Seed

LINES = 16
SHORTEST_S, LONGEST_S = 0.031, 0.113
"""Lengths of the lines of a hall of size 1."""
HIGH_HZ = 4_000.0
RESTING = np.float32(1e-20)
"""Keeps silent lines out of denormal numbers."""
PAST = 8
"""Frames that the low-pass of a line looks back."""
WIDE = PAST + TICK
READ, SHORT, LOW = 0, WIDE, 2 * WIDE
TOTAL = LOW + LINES * WIDE
LEFT, RIGHT, SIZE = TOTAL + TICK, TOTAL + 2 * TICK, TOTAL + 3 * TICK
"""Offsets into the workspace of a tick: what a line gave, past the short filter, past all of its low-pass (for every
line, behind its past); the sum of all lines and what either side hears of them."""


class Hall:
    """Reverberation that is added to a stereo signal.

    Parameters
    ----------
    seed : Seed
        Its own: the lengths of the lines.
    rate : int
        Sample rate in Hz.
    t60_s, high_t60_s : float
        Time in which lows, and what lies at 4 kHz, fall by 60 dB; the second is the shorter.
    size : float
        Factor of the lengths, 0.4 to 4: in a large one the first echoes stand apart.
    """

    def __init__(self, seed: Seed, rate: int, *, t60_s: float, high_t60_s: float, size: float = 1.0) -> None:
        rng = seed.generator("lines")
        length_s = size * np.geomspace(SHORTEST_S, LONGEST_S, LINES) * rng.uniform(0.97, 1.03, LINES)
        self._delay = np.maximum((length_s * rate).astype(np.int64), TICK)
        low, high = (10.0 ** (-3.0 * self._delay / (rate * t60)) for t60 in (t60_s, min(high_t60_s, t60_s)))
        turn = math.cos(2.0 * math.pi * min(HIGH_HZ, 0.4 * rate) / rate)
        # Pole of the one-pole whose gain at HIGH_HZ is so much below that of its lows.
        ratio = np.minimum(high / low, 0.9999) ** 2
        middle = (1.0 - ratio * turn) / (1.0 - ratio)
        pole = middle - np.sqrt(middle * middle - 1.0)
        self._filter = np.stack((low * (1.0 - pole), pole)).astype(np.float32)
        self._sign = rng.choice((-1.0, 1.0), (2, LINES)).astype(np.float32)
        size_frames = TICK * 2 ** math.ceil(math.log2((self._delay.max() + 2 * TICK) / TICK))
        self._lines = np.zeros((LINES, size_frames), np.float32)
        self._state = np.zeros((LINES, PAST), np.float32)
        self._at = 0

    def add(self, out: Audio, drive: Audio) -> None:
        """Add the answer to `drive` to `out`, both `(2, ticks * TICK)`."""
        _ring_on(out, drive, self._lines, self._delay, self._filter, self._sign, self._state, self._at)
        self._at = (self._at + out.shape[1]) % self._lines.shape[1]


@njit(cache=True, nogil=True, fastmath={"contract", "nsz"})
def _ring_on(out, drive, lines, delay, damping, sign, state, at):  # type: ignore[no-untyped-def]
    mask = lines.shape[1] - 1
    # One flat array with rows at constant offsets: only then does the compiler see that they do not overlap.
    m = np.empty(SIZE, np.float32)
    # Half the energy of a channel goes into its own eight lines, and comes out of all.
    scale = np.float32(math.sqrt(1.0 / LINES))
    for start in range(0, out.shape[1], TICK):
        m[TOTAL:] = np.float32(0.0)
        for line in range(LINES):
            _take(m, lines[line], (at + start - delay[line] - PAST) & mask)
            _begin(m, line, damping[0, line], damping[1, line])
            for i in range(PAST):
                m[LOW + line * WIDE + i] = state[line, i]
        for line in range(0, LINES, 4):
            _low_pass(m[LOW + line * WIDE : LOW + (line + 4) * WIDE], damping[1, line : line + 4])
            _gather(m, line, sign)
        left, right = out[0, start : start + TICK], out[1, start : start + TICK]
        for i in range(TICK):
            left[i] += scale * m[LEFT + i]
            right[i] += scale * m[RIGHT + i]
            m[TOTAL + i] *= np.float32(2.0 / LINES)
        first = (at + start) & mask
        for line in range(LINES):
            side = line & 1
            gain = sign[side, line]
            part, sent = lines[line, first : first + TICK], drive[side, start : start + TICK]
            row = LOW + line * WIDE
            for i in range(TICK):
                part[i] = m[row + PAST + i] - m[TOTAL + i] + gain * sent[i]
            for i in range(PAST):
                state[line, i] = m[row + TICK + i]


@njit(inline="always")
def _take(m, line, first):  # type: ignore[no-untyped-def]
    if first + WIDE <= line.shape[0]:
        part = line[first : first + WIDE]
        for i in range(WIDE):
            m[READ + i] = part[i]
    else:
        for i in range(WIDE):
            m[READ + i] = line[(first + i) & (line.shape[0] - 1)]


@njit(inline="always")
def _begin(m, line, gain, pole):  # type: ignore[no-untyped-def]
    # The first eight terms of the low-pass.
    square = pole * pole
    cube, fourth = square * pole, square * square
    for i in range(3, WIDE):
        m[SHORT + i] = (m[READ + i] + pole * m[READ + i - 1]) + (square * m[READ + i - 2] + cube * m[READ + i - 3])
    row = LOW + line * WIDE
    for i in range(PAST, WIDE):
        m[row + i] = gain * (m[SHORT + i] + fourth * m[SHORT + i - 4]) + RESTING


@njit(inline="always")
def _low_pass(rows, poles):  # type: ignore[no-untyped-def]
    # Four lines at a time: while one waits for what it was eight frames ago, the others go on.
    a, b, c, d = poles[0] ** PAST, poles[1] ** PAST, poles[2] ** PAST, poles[3] ** PAST
    past, wide = np.uint64(PAST), np.uint64(WIDE)
    for i in range(past, wide):
        rows[i] += a * rows[i - past]
        rows[i + wide] += b * rows[i + wide - past]
        rows[i + np.uint64(2) * wide] += c * rows[i + np.uint64(2) * wide - past]
        rows[i + np.uint64(3) * wide] += d * rows[i + np.uint64(3) * wide - past]


@njit(inline="always")
def _gather(m, line, sign):  # type: ignore[no-untyped-def]
    row = LOW + line * WIDE + PAST
    l0, l1, l2, l3 = sign[0, line], sign[0, line + 1], sign[0, line + 2], sign[0, line + 3]
    r0, r1, r2, r3 = sign[1, line], sign[1, line + 1], sign[1, line + 2], sign[1, line + 3]
    for i in range(TICK):
        a, b, c, d = m[row + i], m[row + WIDE + i], m[row + 2 * WIDE + i], m[row + 3 * WIDE + i]
        m[TOTAL + i] += (a + b) + (c + d)
        m[LEFT + i] += (l0 * a + l1 * b) + (l2 * c + l3 * d)
        m[RIGHT + i] += (r0 * a + r1 * b) + (r2 * c + r3 * d)
