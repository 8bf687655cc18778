"""Speed of the timeline readers against peers in one run: `python benchmarks/timeline.py [EVENTS]`.

Prints events a second of CPU time and the peak memory for a CMX3600 list, paired with pycmx on
the same file, and the import time of the package.
"""

from __future__ import annotations

import io
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from soundscape.timecode import Rate, frame_to_timecode
from soundscape.timeline import read

RATE = Rate.parse("24")


def edit_list(events: int, *, names: bool) -> bytes:
    """A list of shots of two seconds from 100 reels."""
    lines = ["TITLE: BENCHMARK", "FCM: NON-DROP FRAME"]
    labels = [frame_to_timecode(frame, RATE) for frame in range(0, 49 * min(events, 40_000) + 49, 48)]
    for index in range(events):
        begin, end = labels[index % (len(labels) - 1)], labels[index % (len(labels) - 1) + 1]
        lines.append(f"{index + 1:06d}  A{index % 100:03d}C001 V     C        {begin} {end} {begin} {end}")
        if names:
            lines.append(f"* FROM CLIP NAME: A{index % 100:03d}C001.MOV")
    return "\n".join(lines).encode()


def timed(label: str, events: int, work: object) -> None:
    """Best of three, in events a second."""
    best = min(_seconds(work) for _ in range(3 if events < 300_000 else 1))
    print(f"{label:46s} {events:9,} events  {best:7.2f} s  {events / best:10,.0f} events/s")


def _seconds(work: object) -> float:
    start = time.process_time()
    work()  # type: ignore[operator]
    return time.process_time() - start


def _start_up(code: str) -> float:
    """CPU seconds of a Python that runs this and ends."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    subprocess.run([sys.executable, "-c", code], check=True)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def main(events: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for names in (False, True):
            path = Path(folder) / "cut.edl"
            path.write_bytes(edit_list(events, names=names))
            timed(
                f"soundscape edl{', with clip names' if names else ''}",
                events,
                lambda path=path: read(path, fps=RATE),
            )
        few = min(events, 20_000)
        path.write_bytes(edit_list(few, names=True))
        timed("soundscape edl, with clip names", few, lambda: read(path, fps=RATE))
        try:
            import pycmx
        except ImportError:
            print("pycmx is not installed")
        else:
            text = path.read_text()
            timed(
                "pycmx",
                few,
                lambda: sum(len(event.edits) for event in pycmx.parse_cmx3600(io.StringIO(text)).events),
            )
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")
    empty, ours = _start_up("pass"), _start_up("import soundscape.timeline")
    print(f"import soundscape.timeline {1000 * (ours - empty):.0f} ms on top of Python's {1000 * empty:.0f} ms")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
