"""The contact of two hard, glassy things: a short, high tick of a few damped modes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from soundscape.contract import TICK
from soundscape.dsp.modal import ring

LENGTH_S = 0.105
"""A tick for where it begins, 1.4 ms for the modes to meet, and 90 dB of the longest ring."""
LONGEST_S = 0.065
MODES = 5


def glints(
    rate: int, rng: np.random.Generator, *, level: npt.NDArray[np.float64], pan: npt.NDArray[np.float64]
) -> npt.NDArray[np.float32]:
    """Contacts of these levels (of a mode) and places, float32 `(contacts, 2, frames)`; each begins within a tick."""
    count, frames = len(level), round(LENGTH_S * rate)
    row = np.zeros((2, count * frames), np.float32)
    shape = (count, MODES)
    within = rng.integers(TICK, size=(count, 1)) + rng.integers(0, rate // 700, shape)
    ring(
        row,
        rate,
        start=(frames * np.arange(count)[:, None] + within).ravel(),
        frequency_hz=rng.uniform(2_200.0, 7_500.0, count * MODES),
        t60_s=rng.uniform(0.02, LONGEST_S, count * MODES),
        gain=(level[:, None] * rng.lognormal(0.0, 0.4, shape)).ravel(),
        pan=np.repeat(pan, MODES),
    )
    return row.reshape(2, count, frames).swapaxes(0, 1)
