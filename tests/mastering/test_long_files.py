"""Files of hours, sparse on disk: memory does not grow with them, and nothing is cut off at 4 GiB."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from soundscape.mastering.source import Source
from soundscape.wav import WavWriter, open_wav

RATE = 48_000
HOUR = 3600 * RATE
SECOND_OF_TONE = (0.1 * np.sin(2 * np.pi * 997 / RATE * np.arange(RATE))).astype(np.float32)


def sparse(path: Path, frames: int, *, channels: int = 2, toned_s: int = 10) -> Path:
    """24-bit silence that takes no room on disk, with a tone at its end."""
    tone = np.repeat(SECOND_OF_TONE[None], channels, axis=0)
    with path.open("wb") as file:
        writer = WavWriter(file, sample_rate=RATE, channels=channels, bits=24, bext=None)
        silent = frames - toned_s * RATE
        writer.frames = silent
        file.seek(silent * channels * 3, 1)
        for _ in range(toned_s):
            writer.write(tone)
        writer.close()
    assert path.stat().st_blocks * 512 < 100 << 20
    return path


def test_a_file_above_4_gib_is_known_to_its_last_frame(tmp_path: Path) -> None:
    frames = 5 * HOUR
    path = sparse(tmp_path / "film.wav", frames)
    assert path.stat().st_size > 4 << 30
    with path.open("rb") as file:
        assert file.read(4) == b"RF64"
    with Source(path) as source:
        assert source.riff is not None
        assert source.info.frames == source.riff.frames == frames


_PEAK = "int(open('/proc/self/status').read().split('VmHWM:')[1].split()[0]) / 1024"


def run(code: str, *arguments: object) -> dict[str, float]:
    """What a process of its own prints, with the most memory it ever had, in MiB."""
    # Not ru_maxrss: that begins with what the process that started this one had.
    script = f"import json, sys\n{code}\nfound['mib'] = {_PEAK}\nprint(json.dumps(found))"
    command = [sys.executable, "-c", script, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    result: dict[str, float] = json.loads(done.stdout)
    return result


MASTER = """
from soundscape.mastering.batch import master_file
from soundscape.mastering.target import load_target
result = master_file(sys.argv[1], sys.argv[2], load_target('ebu-r128'))
found = {'lufs': result.after.integrated_lufs, 'met': result.met, 'notes': result.notes}
"""


@pytest.mark.slow
def test_five_hours_are_mastered_in_little_more_memory_than_ten_minutes(tmp_path: Path) -> None:
    # One number per 10 ms is what grows: 14 MiB, and some copies of it at the end.
    (tmp_path / "out").mkdir()
    short = run(MASTER, sparse(tmp_path / "short.wav", HOUR // 6), tmp_path / "out")
    long = run(MASTER, sparse(tmp_path / "long.wav", 5 * HOUR), tmp_path / "out")
    for found in (short, long):
        assert found["met"]
        assert found["lufs"] == pytest.approx(-23.0, abs=0.05)
    assert long["mib"] < 400.0
    assert long["mib"] < short["mib"] + 150.0
    assert (tmp_path / "out/long.wav").stat().st_size > 4 << 30
    with Source(tmp_path / "out/long.wav") as source:
        assert source.info.frames == 5 * HOUR


@pytest.mark.slow
def test_a_compressed_film_is_read_in_constant_memory(tmp_path: Path) -> None:
    film = tmp_path / "film.m4a"
    command = f"ffmpeg -v error -f lavfi -i sine=d=600:r={RATE} -ac 2 -c:a aac -b:a 64k {film}"
    subprocess.run(command.split(), check=True)
    code = "from soundscape.mastering.batch import measure_file\n"
    found = run(code + "found = {'seconds': measure_file(sys.argv[1]).duration_s}", film)
    assert found["seconds"] == pytest.approx(600.0, abs=0.1)
    assert found["mib"] < 300.0


def test_a_minute_takes_no_more_memory_than_it_must(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with open_wav(tmp_path / "minute.wav", sample_rate=RATE) as wav:
        for _ in range(60):
            wav.write(np.stack([SECOND_OF_TONE, SECOND_OF_TONE]))
    assert run(MASTER, tmp_path / "minute.wav", tmp_path / "out")["mib"] < 300.0
