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
CENTRES_HZ = np.geomspace(*SPAN_HZ, MODES)
QUALITY = (4.0, 16.0)
TRIED_HZ = np.geomspace(*SPAN_HZ, 100, dtype=np.float32)[:, None, None]
"""Where the response is looked at."""


def make_housing(rate: int, rng: np.random.Generator, *, octaves: float = 0.0) -> Casing:
    """A shell whose mean response over its span is 1; each side hears its modes otherwise.

    Parameters
    ----------
    octaves : by which its modes lie above those of a shell of middle size
    """
    centre = CENTRES_HZ * 2.0**octaves
    frequency = centre * rng.uniform(0.92, 1.08, (2, MODES))
    quality = rng.uniform(*QUALITY, (2, MODES))
    gain = (2.0 * rng.integers(2, size=MODES) - 1.0) * rng.lognormal(0.0, 0.6, MODES) * (centre / 1_000.0) ** -0.25
    # A mode near its resonance is gain / (1 + 2j Q (f / f0 - 1)): in half bandwidths away from it.
    wide, per_hz = (2.0 * quality).astype(np.float32), (2.0**octaves * 2.0 * quality / frequency).astype(np.float32)
    away = TRIED_HZ * per_hz - wide
    real, level = 1.0 / (1.0 + away * away), gain.astype(np.float32)
    response = math.sqrt(float(np.mean((real @ level) ** 2 + ((real * away) @ level) ** 2)))
    return Casing(rate, frequency_hz=frequency, quality=quality, gain=np.tile(gain / response, (2, 1)))
