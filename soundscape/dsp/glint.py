"""The contact of two hard, glassy things: a short, high tick of a few damped modes."""

from __future__ import annotations

import numpy as np

from soundscape.audio import Audio
from soundscape.contract import TICK
from soundscape.dsp.modal import ring

LENGTH_S = 0.1
MODES = 5


def glint(rate: int, rng: np.random.Generator, *, level: float, pan: float = 0.0) -> Audio:
    """One tick, float32 `(2, frames)`, somewhere within the first tick of it; `level` is that of a mode."""
    sound = np.zeros((2, round(LENGTH_S * rate)), np.float32)
    ring(
        sound,
        rate,
        start=int(rng.integers(TICK)) + rng.integers(0, rate // 700, MODES),
        frequency_hz=rng.uniform(2_200.0, 7_500.0, MODES),
        t60_s=rng.uniform(0.02, 0.065, MODES),
        gain=level * rng.lognormal(0.0, 0.4, MODES),
        pan=pan,
    )
    return sound
