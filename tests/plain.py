"""Renders one unit for a moment and prints what it measures; run as a program, with and without compilation.

NUMBA_DISABLE_JIT=1 python -m tests.plain layers wind
"""

from __future__ import annotations

import sys
import warnings

import numpy as np

from soundscape.contract import Tone, neutral
from soundscape.params import params_of
from soundscape.registry import unit, units
from soundscape.rng import Seed

RATE = 8_000
TICKS = 3


def sound(kind: str, name: str) -> np.ndarray:
    """A moment of a unit at its default parameters."""
    module = unit(kind, name)
    if kind == "hits":
        audio: np.ndarray = module.render(module.Params(), RATE, Seed(3)).audio
        return audio
    if kind == "instruments":
        pitch = float(module.RANGE[0] + 12)
        return np.asarray(
            module.tone(module.Params(), Tone(pitch=pitch, length_s=0.05, velocity=0.7), RATE, Seed(3))
        )
    return np.concatenate(list(module.render(module.Params(), neutral(TICKS), RATE, Seed(3))), axis=1)


def main() -> None:
    """Print name, frames, and level of each side of the units of a kind, or of those that are named."""
    kind, *names = sys.argv[1:]
    from soundscape.dsp import blend
    from soundscape.layers import hum

    # Compiled or not, the same short trial: it is what takes long.
    blend.TRIAL_S = hum.TRIAL_S = 1
    for name in names or units(kind):
        if any(param.file for param in params_of(unit(kind, name).Params)):
            continue  # plays what somebody gives it
        audio = sound(kind, name)
        assert np.isfinite(audio).all()
        print(name, audio.shape[1], *np.sqrt(np.mean(audio.astype(np.float64) ** 2, axis=1)), flush=True)


if __name__ == "__main__":
    # Integers that wrap around are meant to.
    warnings.simplefilter("ignore", RuntimeWarning)
    main()
