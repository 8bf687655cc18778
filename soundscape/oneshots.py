"""Hits, each rendered once: its level is needed for the plan, its samples for the part that comes of it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from soundscape.contract import Hit
from soundscape.registry import unit
from soundscape.rng import Seed

KEPT = 32
"""Hits that are kept, of about a megabyte each."""


@lru_cache(maxsize=KEPT)
def oneshot(name: str, params: Any, rate: int, seed: int) -> Hit:
    """A hit of the unit of this name; its samples are shared, and not to be written to."""
    hit: Hit = unit("hits", name).render(params, rate, Seed(seed))
    hit.audio.flags.writeable = False
    return hit
