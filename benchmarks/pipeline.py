"""Speed of the whole way: audio-seconds per second of wall time, stage by stage, with a cold and a full cache.

    python benchmarks/pipeline.py [FILM]

A full cache is one that holds every part of the film; the kernels are compiled before anything is timed.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from soundscape import pipeline

FILM = Path(__file__).parent.parent / "samples" / "desert-crystal-mines" / "film.toml"


class Stopwatch:
    """Remembers when every stage began."""

    def __init__(self) -> None:
        self.marks: list[tuple[str, float]] = []

    def stage(self, name: str, steps: int) -> None:
        """A stage begins."""
        del steps
        self.marks.append((name, time.perf_counter()))

    def step(self, what: str = "") -> None:
        """Not timed."""

    def note(self, text: str) -> None:
        """Not timed."""

    def seconds(self) -> dict[str, float]:
        """Length of every stage."""
        ends = [mark for _, mark in self.marks[1:]] + [time.perf_counter()]
        return {name: end - start for (name, start), end in zip(self.marks, ends, strict=True)}


def run(film: Path, folder: Path) -> tuple[float, dict[str, float]]:
    """Length of the film, and the seconds each stage took."""
    watch, settings = Stopwatch(), pipeline.Settings(cache=folder / "cache")
    watch.stage("plan", 1)
    made = pipeline.plan(film, settings=settings)
    report = pipeline.render(made, folder / "out", settings=settings, progress=watch)
    return report.duration_s, watch.seconds()


def start_up() -> float:
    """Seconds of wall time of `soundscape --help`, the best of five."""
    command = [sys.executable, "-m", "soundscape", "--help"]
    times = []
    for _ in range(5):
        began = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - began)
    return min(times)


def main() -> None:
    """Print the table."""
    film = Path(sys.argv[1]) if len(sys.argv) > 1 else FILM
    folder = Path(tempfile.mkdtemp())
    try:
        run(film, folder)  # compile
        shutil.rmtree(folder / "cache")
        print(f"{'stage':<12}{'empty cache':>16}{'full cache':>16}")
        length, cold = run(film, folder)
        _, warm = run(film, folder)
        for stage in cold:
            print(f"{stage:<12}{length / cold[stage]:>14.0f} x{length / warm[stage]:>14.0f} x")
        print(f"{'all':<12}{length / sum(cold.values()):>14.0f} x{length / sum(warm.values()):>14.0f} x")
        print(f"start-up {1000 * start_up():.0f} ms")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
