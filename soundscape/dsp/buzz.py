"""Buzz of what is loose in the field of the mains: laminations, windings, the lid of a ballast.

The field pulls at every half-wave; what is loose strikes where its gap is closed, at some moments of the half-wave,
each time harder or softer. The gap wanders with load and heat: it buzzes for a while, then hardly, then again.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from soundscape.audio import Audio
from soundscape.dsp.drift import Drift
from soundscape.dsp.wheel import Wheel
from soundscape.rng import Seed

STRIKES = 5
"""Of a half-wave: no two parts are alike loose."""
OPEN, WANDER = 0.35, 1.1
"""How far the gap is closed on the average, and its standard deviation, over what closes it at its tightest."""


class Buzz:
    """Strikes at every half-wave that are added to a stereo signal, to be heard through a casing.

    Parameters
    ----------
    seed : Seed
        Its own.
    rate : int
        Sample rate in Hz.
    width : float
        How far its parts stand apart, 0 to 1.
    """

    def __init__(self, seed: Seed, rate: int, *, width: float) -> None:
        rng = seed.generator("parts")
        self._strikes = Wheel(
            seed.child("strikes"),
            rate,
            phase=rng.normal(0.25, 0.06, STRIKES),
            force=rng.lognormal(0.0, 0.5, STRIKES) * rng.choice((-1.0, 1.0), STRIKES),
            length_s=rng.uniform(0.00005, 0.0002, STRIKES),
            pan=width * rng.uniform(-0.8, 0.8, STRIKES),
            group=np.arange(STRIKES),
            jitter=0.015,
            uneven=0.6,
            vary=0.4,
        )
        self._gap = Drift(seed.child("gap"), rate, low_hz=0.05, high_hz=12.0)

    def add(self, out: Audio, mains_hz: npt.NDArray[np.float64], level: npt.NDArray[np.floating]) -> None:
        """Add the next ticks to `out`; frequency of the mains and level at tick edges, `(ticks + 1,)` each."""
        closed = np.maximum(OPEN + WANDER * self._gap.advance(len(level) - 1)[:, 0], 0.0)
        self._strikes.add(out, 2.0 * mains_hz, closed * level)
