"""Pressure waves: the Friedlander pulse of a burst, and the thump of the ground under it.

`p = (1 - t / T) exp(-b t / T)`: a jump, a fall through zero after `T` seconds and a suction that dies away
(Friedlander, Proc. R. Soc. A 186, 1946). `T` grows with the cube root of the yield and with distance.
"""

from __future__ import annotations

import numpy as np

from soundscape.audio import Audio
from soundscape.dsp.burst import envelope, tone


def friedlander(frames: int, rate: int, positive_s: float, *, decay: float = 1.2, rise_s: float = 0.0002) -> Audio:
    """A pulse `(frames,)` of peak near 1 from frame 0: positive for `positive_s` seconds; it has no DC at `decay` 1."""
    time = np.arange(min(frames, round(14.0 * positive_s * rate)) or 1) / rate
    pulse = (1.0 - time / positive_s) * np.exp(-decay * time / positive_s)
    pulse *= np.minimum(time / rise_s, 1.0)
    out = np.zeros(frames, np.float32)
    out[: len(pulse)] = pulse
    return out


def thump(frames: int, rate: int, *, start_hz: float, end_hz: float, t60_s: float) -> Audio:
    """A low tone `(frames,)` of peak near 1 whose pitch falls as the ground gives way; begins at frame 0."""
    heard = min(frames, round(1.6 * t60_s * rate))
    low = np.zeros(frames, np.float32)
    np.multiply(
        tone(heard, rate, [(0.0, start_hz), (0.35 * t60_s, end_hz)]),
        envelope(heard, rate, [(0.0, 0.0), (1.6 * t60_s, -96.0)]),
        out=low[:heard],
    )
    return low
