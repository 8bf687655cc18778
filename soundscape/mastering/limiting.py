"""What a limiter did, in numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from soundscape.mastering.limiter import Curve
from soundscape.units import db_to_gain


@dataclass(frozen=True, slots=True, kw_only=True)
class Limiting:
    """What the limiter did."""

    max_db: float = 0.0
    """Largest reduction."""
    active_share: float = 0.0
    """Part of the time with a reduction of more than 0.01 dB."""
    mean_db: float = 0.0
    """Mean reduction over that time."""
    over_3db_share: float = 0.0


class Reductions:
    """Statistics of a gain curve that has a static gain (linear)."""

    def __init__(self, gain: float) -> None:
        self._gain = np.float32(gain)
        self._frames = self._active = self._over_3db = 0
        self._sum_db = self._max_db = 0.0

    def count(self, curve: Curve) -> Curve:
        """Take a part of the curve, and give it back."""
        self._frames += len(curve)
        reduced = curve[curve < self._gain * np.float32(db_to_gain(-0.01))]
        if len(reduced):
            reductions_db = -20.0 * np.log10(reduced / self._gain)
            self._active += len(reduced)
            self._over_3db += int(np.count_nonzero(reductions_db > 3.0))
            self._sum_db += float(reductions_db.sum(dtype=np.float64))
            self._max_db = max(self._max_db, float(reductions_db.max()))
        return curve

    def summary(self) -> Limiting:
        """Of all that was counted."""
        return Limiting(
            max_db=self._max_db,
            active_share=self._active / max(1, self._frames),
            mean_db=self._sum_db / max(1, self._active),
            over_3db_share=self._over_3db / max(1, self._frames),
        )
