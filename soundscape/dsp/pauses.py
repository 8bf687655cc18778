"""When someone acts again: pauses that are never alike, yet seldom very short or very long.

A renewal process whose pauses follow a gamma distribution: whoever plays waits, listens and goes on. A Poisson
process has no memory and would as soon begin anew while the last phrase still sounds.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from soundscape.rng import Seed

REGULAR = 4.0
"""Shape of the gamma distribution: pauses vary by half of their mean."""
FIRST = 0.15
"""Share of a pause before the first beginning: whoever looks in is not kept waiting."""


class Pauses:
    """Beginnings, one pause after another."""

    def __init__(self, seed: Seed) -> None:
        self._draw = seed.generator("pauses")
        self._passed = 0.0
        self._next = FIRST * self._pause()

    def over(self, pace: npt.NDArray[np.float64]) -> Iterator[int]:
        """The ticks, rising, at which a pause is over; `pace` `(ticks,)` is the share of a mean pause that passes."""
        passed = np.cumsum(np.concatenate(([self._passed], pace)))[1:]
        while len(passed) and passed[-1] >= self._next:
            tick = int(np.searchsorted(passed, self._next))
            self._next += self._pause()
            yield tick
        self._passed = float(passed[-1]) if len(passed) else self._passed

    def wait(self, more: float) -> None:
        """Lengthen the pause that has just begun by so many mean pauses: something sounds before it."""
        self._next += more

    def _pause(self) -> float:
        return float(self._draw.gamma(REGULAR) / REGULAR)
