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


@njit(cache=True, nogil=True, fastmath={"contract", "nsz"})
def _apply(audio, warped, gain, state):  # type: ignore[no-untyped-def]
    """A low-pass of second order in state variables, which may move at any speed (V. Zavalishin, 2012, ch. 3)."""
    step = 1.0 / TICK
    damping = math.sqrt(2.0)
    (a1, a2), (b1, b2) = state
    for tick in range(gain.shape[0] - 1):
        g, level = warped[tick], gain[tick]
        dg, dlevel = (warped[tick + 1] - g) * step, (gain[tick + 1] - level) * step
        share = 1.0 / (1.0 + g * (g + damping))
        start = tick * TICK
        # Both channels in one loop: each waits for its own last value.
        for i in range(start, min(start + TICK, audio.shape[1])):
            if dg != 0.0:
                share = 1.0 / (1.0 + g * (g + damping))
            v1 = (a1 + g * (np.float64(audio[0, i]) - a2)) * share
            w1 = (b1 + g * (np.float64(audio[1, i]) - b2)) * share
            v2, w2 = a2 + g * v1, b2 + g * w1
            a1, a2 = 2.0 * v1 - a1, 2.0 * v2 - a2
            b1, b2 = 2.0 * w1 - b1, 2.0 * w2 - b2
            audio[0, i], audio[1, i] = np.float32(v2 * level), np.float32(w2 * level)
            g += dg
            level += dlevel
    if abs(a1) + abs(a2) + abs(b1) + abs(b2) < 1e-20:
        a1 = a2 = b1 = b2 = 0.0
    state[0, 0], state[0, 1] = a1, a2
    state[1, 0], state[1, 1] = b1, b2
