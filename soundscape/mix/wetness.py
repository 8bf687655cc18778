"""Wetness: how much is heard of a sound itself, and how much of the space that it sounds in.

A crossfade of equal power between both, so that a sound stays as loud in a space of usual level while the
direct-to-reverberant ratio — what tells distance and the size of a space from each other (P. Zahorik, JASA 111, 2002)
— falls evenly. In the middle both are as the place has them.
"""

from __future__ import annotations

import math

import numpy as np

from soundscape.mix.gains import Frames, Values, curve_values
from soundscape.model import Clip, Sound
from soundscape.units import db_to_gain

USUAL_DB = -9.0
"""Level of a usual space against what sounds in it."""
SPACE = db_to_gain(USUAL_DB)
BEND = math.log2(0.5 * math.pi / math.atan(SPACE))
"""Places the neutral balance at 0.5."""


def wet_gains(wetness: Values) -> tuple[Values, Values]:
    """Gain of a sound and of what it sends into its space, for values from 0 (dry) to 1 (the space alone)."""
    angle = (0.5 * math.pi * np.clip(wetness, 0.0, 1.0) ** BEND).astype(np.float32)
    both = np.float32(math.hypot(1.0, SPACE))
    return both * np.cos(angle), both / np.float32(SPACE) * np.sin(angle)


def source_wetness(source: Sound | Clip, at: Frames) -> tuple[Values, Values]:
    """Gain of a source and of its send at frames counted from where it is placed.

    What sounds in no space is neither dry nor wet.
    """
    if isinstance(source, Clip) or not source.space:
        return np.ones(len(at), np.float32), np.zeros(len(at), np.float32)
    share = np.full(len(at), db_to_gain(source.send_db), np.float32)
    curve = source.curves.get("wetness")
    if not curve:
        return np.ones(len(at), np.float32), share
    direct, send = wet_gains(curve_values(curve, at))
    return direct, send * share
