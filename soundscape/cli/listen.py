"""`soundscape listen`: tempo, beats, onsets and key of existing music."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from soundscape.cli._console import print_json, print_table


@click.command("listen")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--fps", metavar="RATE", help="Show times as timecode from 00:00:00:00 at this rate.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def command(file: Path, fps: str | None, as_json: bool) -> None:
    """Listen to existing music in FILE: tempo, key, and the strong onsets to which picture could be cut.

    These are suggestions. The first call takes some seconds longer.
    """
    from soundscape.analysis import analyse
    from soundscape.timecode import Rate, frame_to_timecode, seconds_to_frame

    rate = Rate.parse(fps) if fps else None
    found = analyse(file)
    if as_json:
        print_json(asdict(found))
        return
    beats = sorted(found.beats_s)
    rows = []
    for onset in found.onsets_s:
        off = min((beat - onset for beat in beats), key=abs, default=None)
        code = frame_to_timecode(seconds_to_frame(onset, rate), rate) if rate else ""
        rows.append([f"{onset:.3f}", code, "" if off is None else f"{1000 * -off:+.0f}"])
    print_table("Strong onsets", ["seconds", "timecode", "from beat (ms)"], rows, right=(0, 2))
    tempo = "no steady pulse" if found.bpm is None else f"{found.bpm} bpm (confidence {found.beat_confidence})"
    click.echo(f"{file}: {found.duration_s:.1f} s, {tempo}, {found.key} (confidence {found.key_confidence})")
