"""What broken players and lines do to a sound: it sticks, is read in steps, loses bits, runs down, jumps.

All work on mono float32 `(frames,)` and leave no step behind: every piece has its own short fades, and coarse values
go over into each other smoothly, so that what they break is heard but not their images up to the end of the band.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from soundscape.audio import Audio

FADE_S = 0.003


def faded(mono: Audio, rate: int, *, fade_s: float = FADE_S) -> Audio:
    """The sound with soft ends, at most a third of it each."""
    frames = min(max(round(fade_s * rate), 1), max(len(mono) // 3, 1))
    ramp = _ramp(frames)
    out = mono.copy()
    out[:frames] *= ramp
    out[len(out) - frames :] *= ramp[::-1]
    return out


@lru_cache(maxsize=64)
def _ramp(frames: int) -> Audio:
    return np.sin(np.linspace(0.0, 0.5 * np.pi, frames, endpoint=False)).astype(np.float32) ** 2


def stuck(mono: Audio, rate: int, *, start: int, frames: int, times: int, shrink: float = 1.0) -> Audio:
    """The sound up to the end of a fragment, and the fragment again and again, each time `shrink` times as long."""
    fragment = mono[start : start + frames]
    pieces = [faded(mono[: start + frames], rate)]
    for time in range(times):
        pieces.append(faded(fragment[: max(round(len(fragment) * shrink**time), round(0.004 * rate))], rate))
    return np.concatenate(pieces)


def crushed(mono: Audio, *, bits: float, hold: int) -> Audio:
    """Rounded to so many bits and read only every `hold` frames."""
    steps = np.float32(2.0 ** (bits - 1.0))
    held = np.arange(0, len(mono) + hold, hold)
    values = np.round(mono[np.minimum(held, len(mono) - 1)] * steps) / steps
    straight = np.interp(np.arange(len(mono)), held, values)
    window = np.hanning(hold + 2)[1:-1]
    return np.convolve(straight, window / window.sum(), "same").astype(np.float32)


def run_down(mono: Audio, *, to: float) -> Audio:
    """The sound as it slows down to this share of its speed, as long as before."""
    speed = np.linspace(1.0, to, len(mono))
    at = np.cumsum(speed) - speed[0]
    return np.interp(at, np.arange(len(mono)), mono).astype(np.float32)
