"""The cue sheet: what music is heard when, as a table for the production's paperwork."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from soundscape.model import SAMPLE_RATE, MusicCue, Plan
from soundscape.timecode import frame_to_timecode, seconds_to_frame

COLUMNS = ("cue", "title", "in", "out", "seconds", "usage", "key", "bpm", "metre", "instruments")
USAGE = "background instrumental"


def cue_sheet(plan: Plan) -> str:
    """The music cues of a plan as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows(plan))
    return out.getvalue()


def rows(plan: Plan) -> Iterator[tuple[str, ...]]:
    """The values of `COLUMNS` for every cue, as text."""
    for number, cue in enumerate(plan.music, start=1):
        yield (
            f"{number}M",
            cue.name,
            _timecode(cue.at, plan),
            _timecode(cue.at + cue.length, plan),
            f"{cue.length / SAMPLE_RATE:.2f}",
            USAGE,
            f"{cue.key} {cue.mode}",
            f"{cue.bpm:.1f}",
            f"{cue.beats_per_bar}/4",
            ", ".join(_instruments(cue, plan)),
        )


def _timecode(sample: int, plan: Plan) -> str:
    return frame_to_timecode(plan.start + seconds_to_frame(sample / SAMPLE_RATE, plan.rate), plan.rate)


def _instruments(cue: MusicCue, plan: Plan) -> list[str]:
    """Presets that play a cue, in the order of the plan; slow ones begin before it, and notes ring on after it."""
    played = [sound for sound in plan.sounds if sound.kind == "instruments"]
    inside = [s.preset for s in played if cue.at <= s.at + s.length // 2 < cue.at + cue.length]
    return list(dict.fromkeys(inside))
