"""A film of any length: written as a shot list, scored in a process of its own, its memory and time reported.

python benchmarks/long_film.py 10 30 120     lengths in minutes
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from soundscape.timecode import Rate, frame_to_timecode

FPS = 24
"""Frames of the shots are counted at this rate, whatever the rate of the timecode."""
PLACES = (
    ("dune surface", "A ridge of dunes in the wind", "wind, sand"),
    ("space ship", "The engines of a ship", "engine"),
    ("crystal cave", "Crystals glow in the dark", "crystal"),
    ("old house", "Rain at the windows", "rain"),
)
MOVES = ("", "push in", "pull out", "pan left")
COLUMNS = "shot,scene,place,start,end,description,mood,intensity,owners,sounds,movement,transition,hits".split(",")


@dataclass(frozen=True, slots=True)
class Cut:
    """A shot of the film; one in three carries a hit."""

    scene: int
    frames: int


def cuts(minutes: float, *, scenes: int, shots: int, seed: int = 1) -> list[Cut]:
    """Shots of uneven lengths, as many in every scene, which together last so long."""
    chance = random.Random(seed)
    weights = [chance.uniform(0.4, 1.6) for _ in range(shots)]
    total = round(minutes * 60 * FPS)
    return [
        Cut(index * scenes // shots, max(12, round(weight / sum(weights) * total)))
        for index, weight in enumerate(weights)
    ]


def write_film(path: Path, film: list[Cut], fps: str = "24") -> Path:
    """The shot list of a film in four places, which take turns from scene to scene."""
    rate = Rate.parse(fps)
    at, rows = 3600 * rate.nominal, [",".join(COLUMNS)]
    for index, cut in enumerate(film):
        place, description, sounds = PLACES[cut.scene % len(PLACES)]
        scene = f"{cut.scene + 1:02} {place}"
        hits = "+0.5s an impact" if index % 3 == 1 and cut.frames > FPS else ""
        opening = index == 0 or film[index - 1].scene != cut.scene
        start, end = frame_to_timecode(at, rate), frame_to_timecode(at + cut.frames, rate)
        owner, intensity, move = "hero" if opening else "", index * 37 % 10 / 10, MOVES[index % len(MOVES)]
        fields = (index + 1, scene, place, start, end, description, "tense", intensity, owner, f'"{sounds}"', move)
        rows.append(",".join(str(field) for field in (*fields, "cut", hits)))
        at += cut.frames
    path.write_text("\n".join(rows) + "\n")
    return path


def main() -> None:
    """Print a line for every length."""
    folder = Path(tempfile.mkdtemp())
    print(
        f"{'minutes':>8}{'shots':>7}{'scenes':>8}{'peak MiB':>10}{'wall s':>9}{'CPU s':>9}{'speed':>8}{'disk GB':>9}"
    )
    try:
        for minutes in map(float, sys.argv[1:] or ["10"]):
            shots, scenes = max(1, round(minutes * 1400 / 120)), max(1, round(minutes / 2))
            film = write_film(folder / "shots.csv", cuts(minutes, scenes=scenes, shots=shots))
            command = [sys.executable, "-m", "soundscape", "score", film, "-o", folder / "out", "-q", "--fps", "24"]
            began = time.perf_counter()
            process = subprocess.Popen([*command, "--cache", folder / "cache"], stdout=subprocess.DEVNULL)
            _, status, used = os.wait4(process.pid, 0)
            assert status == 0, "the film could not be scored"
            wall, cpu = time.perf_counter() - began, used.ru_utime + used.ru_stime
            disk = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
            print(
                f"{minutes:>8.0f}{shots:>7}{scenes:>8}{used.ru_maxrss / 1024:>10.0f}{wall:>9.1f}{cpu:>9.1f}"
                f"{60 * minutes / wall:>7.0f}x{disk / 1e9:>9.2f}", flush=True,
            )  # fmt: skip
            for made in ("out", "cache"):
                shutil.rmtree(folder / made)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
