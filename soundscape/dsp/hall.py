"""The late sound of a large space: sixteen delay lines that feed one another for as long as anything sounds.

A feedback delay network (J.-M. Jot & A. Chaigne, *Digital delay networks for designing artificial reverberators*,
AES 90, 1991): every line ends in a one-pole low-pass that takes what its length takes at the wanted decay, and a
Householder matrix mixes them. Lines are longer than a tick, so a tick of all of them is computed side by side.
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
        self._state = np.zeros(LINES, np.float32)
        self._at = 0

    def add(self, out: Audio, drive: Audio) -> None:
        """Add the answer to `drive` to `out`, both `(2, ticks * TICK)`."""
        _ring_on(out, drive, self._lines, self._delay, self._filter, self._sign, self._state, self._at)
        self._at = (self._at + out.shape[1]) % self._lines.shape[1]


@njit(cache=True, nogil=True, fastmath={"contract", "nsz", "reassoc"})
def _ring_on(out, drive, lines, delay, damping, sign, state, at):  # type: ignore[no-untyped-def]
    mask = lines.shape[1] - 1
    held = np.empty((TICK, LINES), np.float32)
    # Half the energy of a channel goes into its own eight lines, and comes out of all.
    scale = np.float32(math.sqrt(1.0 / LINES))
    for start in range(0, out.shape[1], TICK):
        for line in range(LINES):
            first = at + start - delay[line]
            for i in range(TICK):
                held[i, line] = lines[line, (first + i) & mask]
        for i in range(TICK):
            row = held[i]
            total, left, right = np.float32(0.0), np.float32(0.0), np.float32(0.0)
            for line in range(LINES):
                value = damping[0, line] * row[line] + damping[1, line] * state[line] + RESTING
                state[line] = value
                row[line] = value
                total += value
                left += sign[0, line] * value
                right += sign[1, line] * value
            total *= np.float32(2.0 / LINES)
            for line in range(LINES):
                row[line] -= total
            out[0, start + i] += scale * left
            out[1, start + i] += scale * right
        for line in range(LINES):
            side = line & 1
            gain = sign[side, line]
            first = (at + start) & mask
            part, sent = lines[line, first : first + TICK], drive[side, start : start + TICK]
            for i in range(TICK):
                part[i] = held[i, line] + gain * sent[i]
