"""Walls: what is left of a sound on the other side of them. Follows a curve smoothly.

0 is open air; at 1 a wall takes 8 dB from all and a further 12 dB an octave above 400 Hz, as a light double wall
does above its resonance (L. L. Beranek and I. L. Vér, *Noise and Vibration Control Engineering*, ch. 11).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from soundscape.audio import Audio
from soundscape.contract import TICK

OPEN_HZ, CLOSED_HZ = 20_000.0, 400.0
LOSS_DB = 8.0


class Walls:
    """Applies a curve of walls to a stereo signal, block by block."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._state = np.zeros((2, 2))

    def apply(self, audio: Audio, curve: npt.NDArray[np.float32]) -> None:
        """Change `audio` in place; `curve` holds the values at its tick edges, 0 to 1."""
        closed = np.clip(curve.astype(np.float64), 0.0, 1.0)
        cutoff = np.minimum(OPEN_HZ * (CLOSED_HZ / OPEN_HZ) ** closed, 0.45 * self._rate)
        gain = 10.0 ** (-LOSS_DB * closed / 20.0)
        _apply(audio, np.tan(math.pi * cutoff / self._rate), gain, self._state)


@njit(cache=True, nogil=True)
def _apply(audio, warped, gain, state):  # type: ignore[no-untyped-def]
    """A low-pass of second order in state variables, which may move at any speed (V. Zavalishin, 2012, ch. 3)."""
    step = 1.0 / TICK
    damping = math.sqrt(2.0)
    for channel in range(2):
        s1, s2 = state[channel]
        for tick in range(gain.shape[0] - 1):
            g, level = warped[tick], gain[tick]
            dg, dlevel = (warped[tick + 1] - g) * step, (gain[tick + 1] - level) * step
            start = tick * TICK
            for i in range(start, min(start + TICK, audio.shape[1])):
                v1 = (s1 + g * (np.float64(audio[channel, i]) - s2)) / (1.0 + g * (g + damping))
                v2 = s2 + g * v1
                s1, s2 = 2.0 * v1 - s1, 2.0 * v2 - s2
                audio[channel, i] = np.float32(v2 * level)
                g += dg
                level += dlevel
        if abs(s1) + abs(s2) < 1e-20:
            s1 = s2 = 0.0
        state[channel, 0], state[channel, 1] = s1, s2
