"""Things that bounce until they lie still.

A thing that comes down with some speed leaves with a share of it, and is in the air for a time in proportion: intervals
and speeds shrink alike (coefficient of restitution; P. R. Cook, *Real Sound Synthesis*, 2002, on bouncing).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

BOUNCES = 11
"""Until it is too soft to be heard."""
KEPT = (0.5, 0.78)
"""Share of its speed that a thing keeps."""


def bounces(rng: np.random.Generator, first_s: Floats) -> tuple[Floats, Floats]:
    """Moments in s at which things come down, and speeds with which they do, `(things, BOUNCES)` each.

    Parameters
    ----------
    first_s : (things,) array
        Time in the air until each comes down for the first time, where its speed is 1.
    """
    speed = rng.uniform(*KEPT, (len(first_s), 1)) ** np.arange(BOUNCES)
    when = np.cumsum(first_s[:, None] * speed, axis=1)
    return when * rng.uniform(0.9, 1.1, when.shape), speed * rng.lognormal(0.0, 0.3, speed.shape)
