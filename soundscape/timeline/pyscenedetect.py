"""Scene lists of PySceneDetect (CSV): frames from 1, the last one included; the rate follows from the seconds."""

from __future__ import annotations

import re
from fractions import Fraction

from soundscape.errors import TimelineError
from soundscape.model import Shot, Timeline
from soundscape.timecode import Rate
from soundscape.timeline import _text
from soundscape.timeline._markers import table
from soundscape.timeline._reading import ReadOptions, Report, Result

SUFFIXES = (".csv",)

_HEADER = re.compile(r"(?:^|\n)\"?Scene Number\"?,\"?(?:Start Frame|Frame Number \(Start\))", re.IGNORECASE)
_NAMES = {
    "start": "start frame",
    "end": "end frame",
    "start_s": "start time (seconds)",
    "end_s": "end time (seconds)",
    "old_start": "frame number (start)",
    "length_s": "length (seconds)",
    "label": "scene number",
}


def sniff(data: bytes) -> int:
    """Surely, where the header of a scene list stands."""
    return 2 * bool(_HEADER.search(_text.head(data)))


def read(data: bytes, options: ReadOptions) -> Result:
    """Read detected scenes as shots."""
    report = Report()
    rows = list(table(_text.decode(data, report), ","))
    top = next((index for index, (_, row) in enumerate(rows) if row[0].lower() == "scene number"), None)
    if top is None:
        raise TimelineError('has no header with "Scene Number"')
    keys = [cell.lower() for cell in rows[top][1]]
    scenes = [
        (line, {name: _value(row, keys.index(key), line, key) for name, key in _NAMES.items() if key in keys})
        for line, row in rows[top + 1 :]
    ]
    if not scenes or not (
        {"start", "end"} <= scenes[0][1].keys() or {"old_start", "length_s"} <= scenes[0][1].keys()
    ):
        raise TimelineError("has no scenes with their frames", line=rows[top][0])
    rate = options.rate or _rate([scene for _, scene in scenes])
    shots: list[Shot] = []
    for line, scene in scenes:
        if "start" in scene:
            begin, end = int(scene["start"]) - 1, int(scene["end"])
        else:
            begin = int(scene["old_start"])
            end = begin + round(scene["length_s"] * rate.fps)
        if end <= begin or begin < 0:
            report.warn("a scene without a length is left out", line, kind="scenes")
            continue
        shots.append(
            Shot(label=f"{int(scene.get('label', Fraction(len(shots) + 1))):03d}", start=begin, end=end, line=line)
        )
    shots.sort(key=lambda shot: shot.start)
    report.info(f"{len(shots)} scenes")
    return Timeline(title=options.title, rate=rate, start=0, shots=tuple(shots)), report.diagnostics


def _value(row: list[str], place: int, line: int, key: str) -> Fraction:
    text = row[place] if place < len(row) else ""
    if not re.fullmatch(r"\d{1,12}(?:\.\d{1,12})?", text):
        raise TimelineError(f'"{text[:40]}" is not a number', line=line, column=key)
    return Fraction(text)


def _rate(scenes: list[dict[str, Fraction]]) -> Rate:
    """Frames by seconds at the last edge that is known in both."""
    last = scenes[-1]
    if last.get("end_s"):
        return Rate.parse(f"{float(last['end'] / last['end_s']):.4f}")
    for scene in reversed(scenes):
        frame = scene["start"] - 1 if "start" in scene else scene["old_start"]
        if scene.get("start_s"):
            return Rate.parse(f"{float(frame / scene['start_s']):.4f}")
    raise TimelineError("has no seconds from which its rate follows; say it with --fps")
