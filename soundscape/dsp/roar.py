"""A roar: noise in bands side by side, each of which swells, flutters and dies by itself.

One noise through one filter that moves is heard as just that; in what bursts, burns or rolls the bands move partly
together, for one cause drives them, and partly alone, for each has its own eddies and its own ways to the ear.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from soundscape.audio import Audio
from soundscape.contract import TICK
from soundscape.dsp.burst import Points, between, noise_band
from soundscape.dsp.drift import Drift
from soundscape.rng import Seed

Floats = npt.NDArray[np.float64]

UNHEARD = 5e-4
"""Against the loudest moment of a band; what is softer at its end is not made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """One band: its ends, and how unlike both sides hear it, 0 to 1."""

    low_hz: Points | float
    high_hz: Points | float
    width: float


def add_roar(
    out: Audio,
    rate: int,
    seed: Seed,
    bands: list[Band],
    course: Floats,
    *,
    sd_db: float,
    low_hz: float,
    high_hz: float,
    slope: float = 1.3,
) -> None:
    """Add noise in bands.

    Parameters
    ----------
    out : float32 `(2, frames)`, changed in place
    course : (ticks + 1, bands) level of each at the tick edges; as many ticks as reach the end of `out`
    sd_db : by how much each flutters, with a spectrum of `slope` between `low_hz` and `high_hz`
    """
    frames = out.shape[1]
    flutter = Drift(seed.child("flutter"), rate, motions=len(bands), low_hz=low_hz, high_hz=high_hz, slope=slope)
    level = course * 10.0 ** (sd_db / 20.0 * flutter.advance(len(course) - 1))
    for index, band in enumerate(bands):
        loud = np.flatnonzero(course[:, index] > UNHEARD * course[:, index].max(initial=0.0))
        if not len(loud):
            continue
        heard = min(frames, (int(loud[-1]) + 1) * TICK)
        noise = noise_band(
            heard, rate, seed.child("noise", index), low_hz=band.low_hz, high_hz=band.high_hz, width=band.width
        )
        noise *= between(heard, level[:, index], step=TICK)
        out[:, :heard] += noise
