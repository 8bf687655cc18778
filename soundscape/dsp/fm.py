"""A tone that another one bends: frequency modulation whose pitch and depth follow curves.

`sin(2 pi p + I sin(2 pi r p))`: lines at the pitch plus and minus multiples of `r` times it, the more of them the
larger the index `I` (J. Chowning, J. Audio Eng. Soc. 21, 1973). Carson's bandwidth and some lines more bound the index,
so that none that is heard folds back.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from soundscape.audio import Audio
from soundscape.dsp.burst import STEP, Points, glide
from soundscape.dsp.sine import sin_turn

HIGHEST = 0.42
"""Of the sample rate: where the outermost line may stand."""
MORE = 2.5
"""Lines beyond the index that are heard; Carson counts 1."""


def bent_tone(
    frames: int, rate: int, pitch_hz: Points, index: Points, *, ratio: float = 1.0, phase: float = 0.0
) -> Audio:
    """A tone `(frames,)` of peak 1 whose pitch and index follow `(seconds, value)` points.

    Parameters
    ----------
    pitch_hz, index : curves, straight on a logarithmic scale
    ratio : of the tone that bends to the one that is bent
    phase : of the one that is bent, in turns
    """
    hz = np.minimum(glide(frames, rate, pitch_hz), HIGHEST * rate / (1.0 + 2.0 * ratio))
    widest = (HIGHEST * rate / hz - 1.0) / ratio - MORE
    depth = np.clip(glide(frames, rate, index), 0.0, np.maximum(widest, 0.0)) / (2.0 * math.pi)
    out = np.empty(frames, np.float32)
    _fill(out, hz / rate, depth.astype(np.float32), ratio, phase)
    return out


@njit(cache=True, nogil=True, fastmath={"contract", "nsz"})
def _fill(out, pace, depth, ratio, phase):  # type: ignore[no-untyped-def]
    half, other = np.float32(0.5), ratio * phase
    for start in range(0, out.shape[0], STEP):
        step = start // STEP
        now, bend = pace[step], (pace[step + 1] - pace[step]) / STEP
        slow, curve = np.float32(now - 0.5 * bend), np.float32(0.5 * bend)
        fast, quick = np.float32(ratio * (now - 0.5 * bend)), np.float32(ratio * 0.5 * bend)
        deep, deeper = depth[step], (depth[step + 1] - depth[step]) / np.float32(STEP)
        one, two = np.float32(phase), np.float32(other)
        part = out[start : start + STEP]
        for i in range(part.shape[0]):
            time = np.float32(i)
            turn = two + (fast + quick * time) * time
            turn = (
                one + (slow + curve * time) * time + (deep + deeper * time) * sin_turn(turn - np.floor(turn + half))
            )
            part[i] = sin_turn(turn - np.floor(turn + half))
        moved = (now + 0.5 * bend * (STEP - 1)) * STEP
        phase += moved
        other += ratio * moved
        phase -= math.floor(phase)
        other -= math.floor(other)
