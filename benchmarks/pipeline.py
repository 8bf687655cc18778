"""Speed of the whole way: audio-seconds per second of wall and CPU time, stage by stage and unit by unit.

    python benchmarks/pipeline.py [FILM] [--jobs N] [--units]

Kernels are compiled and loaded before anything is timed. `empty` renders every sound, `parts` finds all of them in
the cache and mixes and masters them anew, `full` knows besides where they were delivered and fills a new folder,
`again` finds the folder as it was delivered. CPU time counts all threads. On a
busy machine wall time says little, and CPU time too much by as much as neighbours take of the caches.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from itertools import cycle
from pathlib import Path

from soundscape import pipeline
from soundscape.model import SAMPLE_RATE, Plan
from soundscape.oneshots import oneshot
from soundscape.synthesis import render_blocks

FILM = Path(__file__).parent.parent / "samples" / "desert-crystal-mines" / "film.toml"


class Stopwatch:
    """Remembers when every stage began, in wall and in CPU time."""

    def __init__(self) -> None:
        self.marks: list[tuple[str, float, float]] = []

    def stage(self, name: str, steps: int) -> None:
        """A stage begins."""
        del steps
        self.marks.append((name, time.perf_counter(), time.process_time()))

    def step(self, what: str = "") -> None:
        """Not timed."""

    def note(self, text: str) -> None:
        """Not timed."""

    def seconds(self) -> dict[str, tuple[float, float]]:
        """Wall and CPU time of every stage, and of all."""
        self.stage("", 0)
        found: dict[str, tuple[float, float]] = {}
        for (name, wall, cpu), (_, next_wall, next_cpu) in zip(self.marks, self.marks[1:], strict=False):
            so_far = found.get(name, (0.0, 0.0))
            found[name] = so_far[0] + next_wall - wall, so_far[1] + next_cpu - cpu
        first, last = self.marks[0], self.marks[-1]
        return found | {"all": (last[1] - first[1], last[2] - first[2])}


def run(film: Path, cache: Path, out: Path, jobs: int) -> tuple[Plan, dict[str, tuple[float, float]]]:
    """The plan of a film, and what each stage of its delivery took."""
    watch, settings = Stopwatch(), pipeline.Settings(cache=cache, jobs=jobs)
    watch.stage("plan", 1)
    made = pipeline.plan(film, settings=settings)
    pipeline.render(made, out, settings=settings, progress=watch)
    return made, watch.seconds()


def stages(film: Path, folder: Path, jobs: int) -> Plan:
    """Print the table of stages; returns the plan."""
    run(film, folder / "compiled", folder / "first", jobs)
    made, empty = run(film, folder / "cache", folder / "out", jobs)
    shutil.rmtree(folder / "out")
    _, parts = run(film, folder / "cache", folder / "out", jobs)
    _, full = run(film, folder / "cache", folder / "new", jobs)
    _, again = run(film, folder / "cache", folder / "new", jobs)
    length = made.length / SAMPLE_RATE
    print(f"{made.title}: {length:.1f} s, {len(made.sounds)} sounds; load {os.getloadavg()[0]:.1f}")
    runs = {"empty": empty, "parts": parts, "full": full, "again": again}
    print(f"{'stage':<12}" + "".join(f"{name + ' wall':>13}{'cpu':>8}" for name in runs))
    for stage in {name: None for times in runs.values() for name in times}:
        cells = (f"{length / s:.0f} x" if s else "" for times in runs.values() for s in times.get(stage, (0, 0)))
        print(f"{stage:<12}" + "".join(f"{cell:>{width}}" for cell, width in zip(cells, cycle((13, 8)))))
    return made


def units(made: Plan) -> None:
    """Print what every unit of a plan costs: the best of three runs of each of its sounds."""
    seconds: dict[str, float] = defaultdict(float)
    spent: dict[str, float] = defaultdict(float)
    count: dict[str, int] = defaultdict(int)
    for sound in made.sounds:
        best = float("inf")
        for _ in range(3):
            oneshot.cache_clear()
            began = time.process_time()
            frames = sum(block.shape[1] for block in render_blocks(sound)[0])
            best = min(best, time.process_time() - began)
        name = f"{sound.kind}/{sound.unit}"
        seconds[name] += frames / SAMPLE_RATE
        spent[name] += best
        count[name] += 1
    print(f"{'unit':<28}{'sounds':>8}{'audio s':>10}{'cpu s':>8}{'speed':>9}")
    for name in sorted(spent, key=lambda name: -spent[name]):
        speed = seconds[name] / spent[name]
        print(f"{name:<28}{count[name]:>8}{seconds[name]:>10.1f}{spent[name]:>8.2f}{speed:>7.0f} x")


def start_up(*command: str) -> float:
    """Seconds of wall time of a Python command, the best of five."""
    times = []
    for _ in range(5):
        began = time.perf_counter()
        subprocess.run([sys.executable, *command], check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - began)
    return min(times)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("film", nargs="?", type=Path, default=FILM)
    parser.add_argument("--jobs", type=int, default=0)
    parser.add_argument("--units", action="store_true", help="also what every unit costs")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp())
    try:
        made = stages(options.film, folder, options.jobs)
        if options.units:
            units(made)
    finally:
        shutil.rmtree(folder)
    for what in ("soundscape.pipeline", "numpy", "numba", "scipy.fft", "scipy.optimize"):
        print(f"import {what}: {1000 * start_up('-c', f'import {what}'):.0f} ms")
    print(f"soundscape --help: {1000 * start_up('-m', 'soundscape', '--help'):.0f} ms")


if __name__ == "__main__":
    main()
