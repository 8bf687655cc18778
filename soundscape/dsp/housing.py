"""The housing of a small motor: its gears and brushes are heard through a shell of many short resonances.

So a pitch that glides changes its colour as it passes them, and noise has a body (A. Farnell, *Designing Sound*, 2010,
motors in boxes).
"""

from __future__ import annotations

import math

import numpy as np

from soundscape.dsp.casing import MODES, Casing

SPAN_HZ = (260.0, 6_500.0)
"""Of a shell of middle size."""
QUALITY = (4.0, 16.0)
TRIED = 400
"""Frequencies at which the response is looked at."""


def make_housing(rate: int, rng: np.random.Generator, *, octaves: float = 0.0) -> Casing:
    """A shell whose mean response over its span is 1; each side hears its modes otherwise.

    Parameters
    ----------
    octaves : by which its modes lie above those of a shell of middle size
    """
    centre = np.geomspace(*SPAN_HZ, MODES) * 2.0**octaves
    frequency = centre * rng.uniform(0.92, 1.08, (2, MODES))
    quality = rng.uniform(*QUALITY, (2, MODES))
    gain = rng.choice((-1.0, 1.0), MODES) * rng.lognormal(0.0, 0.6, MODES) * (centre / 1_000.0) ** -0.25
    tried = np.geomspace(centre[0], centre[-1], TRIED)[:, None, None]
    # A mode near its resonance: half its bandwidth over the distance from it.
    near = gain / (1.0 + 2j * quality * (tried / frequency - 1.0))
    response = math.sqrt(float(np.mean(np.abs(near.sum(axis=2)) ** 2)))
    return Casing(rate, frequency_hz=frequency, quality=quality, gain=np.tile(gain / response, (2, 1)))
