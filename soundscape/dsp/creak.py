"""A creak: something under load that sticks and slips, each slip a blow on the body that creaks.

The intervals between slips flicker and mostly grow shorter as the load wins (A. Farnell, *Designing Sound*, 2010,
creaking door); every slip meets the body's modes with another force.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from soundscape.audio import Audio
from soundscape.dsp.struck import Body, strike

FLICKER = 0.15
"""Standard deviation of the logarithm of the intervals between slips."""


def slips_s(
    rng: np.random.Generator, length_s: float, *, first_hz: float, last_hz: float
) -> npt.NDArray[np.float64]:
    """Moments at which it slips, ever faster from the first rate to the last, at intervals that flicker."""
    growth_s = length_s / math.log(last_hz / first_hz)
    count = int(1.5 * growth_s * (last_hz - first_hz)) + 4
    slow = np.cumsum(rng.standard_normal(count)) / np.sqrt(np.arange(1, count + 1))
    slips = np.cumsum(np.exp(0.1 * slow + FLICKER * rng.standard_normal(count)))
    times = growth_s * np.log1p(slips / (first_hz * growth_s))
    return times[times < length_s]


def creak(
    rate: int,
    rng: np.random.Generator,
    body: Body,
    *,
    length_s: float,
    slips_hz: tuple[float, float],
    corner_hz: float,
    pan: float = 0.0,
) -> Audio:
    """One creak of a body, float32 `(2, frames)`, its loudest slips near 1.

    Parameters
    ----------
    length_s : over which it slips; the body rings on
    slips_hz : slips a second at the start and at the end
    corner_hz : where the spectrum of a slip begins to fall
    """
    times = slips_s(rng, length_s, first_hz=slips_hz[0], last_hz=slips_hz[1])
    out = np.zeros((2, round((length_s + 1.2 * float(body.t60_s.max())) * rate)), np.float32)
    swell = np.sin(np.pi * np.clip(times / length_s, 0.0, 1.0)) ** 0.7
    strike(
        out,
        rate,
        rng,
        body,
        time_s=times,
        force=swell * rng.lognormal(-0.3, 0.4, len(times)),
        corner_hz=corner_hz,
        contact=0.15,
        contact_s=0.004,
        pan=pan,
        width=0.15,
    )
    return out
