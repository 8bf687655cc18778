"""Tones through one bend: what sounds together gives its sums and differences too.

A hyperbolic tangent and some of its square, for tones well below a quarter of the band, whose products stay in it.
"""

from __future__ import annotations

import numpy as np

from soundscape.audio import Audio


def bent(tones: Audio, grit: float) -> Audio:
    """Tones `(channels, frames)`, bent as far as `grit` says, 0 not at all to 1."""
    if grit == 0.0:
        return tones
    drive = np.float32(0.25 + 0.9 * grit)
    curve = np.tanh(drive * tones)
    # Even products as well; the square of a bounded signal is bounded.
    out: Audio = (curve + np.float32(0.5 * grit) * curve * curve) / drive
    return out
