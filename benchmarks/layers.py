"""Audio-seconds per CPU-second of every preset of every layer, warm, stereo 48 kHz, in the blocks of the renderer.

python benchmarks/layers.py [--seconds 60] [NAME ...]      names of layers or presets; all when none is given
"""

from __future__ import annotations

import argparse
import os
import time

# As the command line does: one thread for matrix products, before NumPy is there.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from soundscape.audio import BLOCK
from soundscape.contract import TICK, neutral
from soundscape.model import SAMPLE_RATE
from soundscape.registry import Preset, find_presets, load_preset, unit
from soundscape.rng import Seed

TICKS = BLOCK // TICK
"""Of a block as the renderer asks for them."""


def speed(preset: Preset, seconds: float) -> float:
    """Audio-seconds per CPU-second of the best of three runs; blocks are dropped as they come."""
    ticks = round(seconds * SAMPLE_RATE / TICK)
    best = float("inf")
    for length in (TICKS, ticks, ticks, ticks):
        controls = neutral(length, block=TICKS)
        begun = time.process_time()
        for _ in unit("layers", preset.unit).render(preset.make(), controls, SAMPLE_RATE, Seed(1)):
            pass
        if length == ticks:
            best = min(best, time.process_time() - begun)
    return ticks * TICK / SAMPLE_RATE / best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--seconds", type=float, default=60.0)
    options = parser.parse_args()
    for name, path in find_presets("layers").items():
        preset = load_preset(path, "layers")
        if not options.names or {name, preset.unit} & set(options.names):
            print(f"{preset.unit:16} {name:24} {speed(preset, options.seconds):7.0f}x", flush=True)


if __name__ == "__main__":
    main()
