"""Audio-seconds per CPU-second of the mix alone, and the memory that it takes at ten times the length.

Eight sources that fade, turn, narrow and follow a fader, on three buses, four in a crystal cave of 7 seconds and
four in an attic. All threads count, so the figure is that of one core.

python benchmarks/mixing.py [--seconds 120]
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np

from soundscape.audio import BLOCK, Audio
from soundscape.mix.mixer import mix
from soundscape.model import SAMPLE_RATE, Plan, Room, Sound
from soundscape.parts import Part, PartCache
from soundscape.registry import get_preset
from soundscape.timecode import Rate

SPACES = ("crystal-cave", "attic")
BUSES = ("ambience", "ambience", "music", "effects")
SOURCES = 8


def sound(index: int, length: int) -> Sound:
    """A source on the move all the time."""
    return Sound(
        name=str(index),
        kind="layers",
        unit="u",
        preset="p",
        params={},
        seed=index,
        at=0,
        length=length,
        bus=BUSES[index % len(BUSES)],
        gain_db=-12.0,
        level_db=((0, -3.0), (length, 0.0)),
        pans=((0, -0.5), (length, 0.5)),
        widths=((0, 0.4), (length, 1.0)),
        fade_in=SAMPLE_RATE,
        fade_out=SAMPLE_RATE,
        space=SPACES[index % len(SPACES)],
    )


def noise(frames: int, seed: int) -> Iterator[Audio]:
    """White noise in blocks."""
    rng = np.random.default_rng(seed)
    for start in range(0, frames, BLOCK):
        yield rng.normal(0.0, 0.1, (2, min(BLOCK, frames - start))).astype(np.float32)


def film(seconds: float, folder: Path) -> tuple[Plan, dict[str, Part]]:
    """A plan of eight sources, and their parts."""
    length = round(seconds * SAMPLE_RATE)
    rooms = {name: get_preset("spaces", name) for name in SPACES}
    plan = Plan(
        title="benchmark",
        version="0",
        seed=1,
        rate=Rate(fps=Fraction(24)),
        start=0,
        length=length,
        target="ebu-r128",
        sounds=tuple(sound(index, length) for index in range(SOURCES)),
        rooms={name: Room(unit=room.unit, params=room.params, seed=1) for name, room in rooms.items()},
    )
    cache = PartCache(folder)
    return plan, {str(n): cache.keep(f"{seconds}-{n}", noise(length, n)) for n in range(SOURCES)}


def cpu_s(plan: Plan, parts: dict[str, Part]) -> float:
    """CPU time of a mix of which nothing is kept."""
    begun = time.process_time()
    for _ in mix(plan, parts):
        pass
    return time.process_time() - begun


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=120.0)
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as name:
        short, long = film(seconds / 10.0, Path(name)), film(seconds, Path(name))
        spaces = min(cpu_s(*film(0.01, Path(name))) for _ in range(2))
        cpu_s(*short)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        whole = min(cpu_s(*long) for _ in range(3))
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"{SOURCES} sources, {len(SPACES)} spaces, {seconds:.0f} s: {seconds / whole:.0f}x on one core")
    print(f"of it {spaces:.2f} s to make the spaces; {seconds / max(whole - spaces, 1e-9):.0f}x without")
    print(f"memory grows by {(after - before) / 1024:.0f} MiB from {seconds / 10.0:.0f} s to {seconds:.0f} s")


if __name__ == "__main__":
    main()
