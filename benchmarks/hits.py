"""Speed of the one-shots: seconds of sound per second of CPU, warm, on one core.

.venv/bin/python benchmarks/hits.py [--rounds 5]
"""

from __future__ import annotations

import argparse
import statistics
import time

from soundscape.model import SAMPLE_RATE
from soundscape.registry import find_presets, load_preset, unit
from soundscape.rng import Seed

TARGET = 200.0


def speed(preset_name: str, rounds: int) -> tuple[float, float]:
    """Length in seconds of a preset's sound and its median speed over real time."""
    preset = load_preset(find_presets("hits")[preset_name], "hits")
    module, params = unit("hits", preset.unit), preset.make()
    module.render(params, SAMPLE_RATE, Seed(0))
    found = []
    for index in range(rounds):
        start = time.process_time()
        hit = module.render(params, SAMPLE_RATE, Seed(index + 1))
        length_s = hit.audio.shape[1] / SAMPLE_RATE
        found.append(length_s / max(time.process_time() - start, 1e-9))
    return length_s, statistics.median(found)


def main() -> None:
    """Print one line per preset, slowest first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    measured = {name: speed(name, rounds) for name in find_presets("hits")}
    for name, (length_s, factor) in sorted(measured.items(), key=lambda item: item[1][1]):
        print(f"{name:20} {length_s:6.2f} s {factor:8.0f} x{'' if factor >= TARGET else '   below target'}")


if __name__ == "__main__":
    main()
