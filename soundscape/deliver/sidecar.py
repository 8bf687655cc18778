"""The score as data beside the MIDI file: beats, bars, sections, hits and motifs, for other programs to build on.

A program that knows its own beats should hand them on: detecting them again from audio is right two times in three.
"""

from __future__ import annotations

import json
from itertools import groupby
from typing import Any

from soundscape.model import SAMPLE_RATE, MusicCue, Plan
from soundscape.timecode import frame_to_timecode, seconds_to_frame

FORMAT = 1


def sidecar(plan: Plan) -> str:
    """The music of a plan as JSON; times in seconds from the first frame, to the sample."""
    facts = {
        "format": FORMAT,
        "title": plan.title,
        "fps": str(plan.rate),
        "start": frame_to_timecode(plan.start, plan.rate),
        "length_s": _seconds(plan.length),
        "cues": [_cue(cue, plan) for cue in plan.music],
    }
    return json.dumps(facts, indent=1, ensure_ascii=False) + "\n"


def _cue(cue: MusicCue, plan: Plan) -> dict[str, Any]:
    return {
        "name": cue.name,
        **_span(cue.at, cue.at + cue.length, plan),
        "key": cue.key,
        "mode": cue.mode,
        "bpm": cue.bpm,
        "beats_per_bar": cue.beats_per_bar,
        "beats": [
            {"time_s": _seconds(beat.sample), "bar": beat.bar, "beat": beat.beat, "quarters": beat.share}
            | ({"fermata": True} if beat.held else {})
            for beat in cue.beats
        ],
        "bars": [
            {
                "bar": bar.number,
                "time_s": _seconds(bar.sample),
                "quarters": bar.beats,
                "section": bar.section + 1,
                "chord": bar.chord,
                "tension": bar.tension,
            }
            for bar in cue.bars
        ],
        "sections": _sections(cue, plan),
        "hits": [
            {
                "label": hit.label,
                "strength": hit.strength,
                "time_s": _seconds(hit.sample),
                "timecode": _timecode(hit.sample, plan),
                "music_s": _seconds(hit.landed),
                "frames_off": hit.frames_off,
                "bar": hit.bar,
                "beat": hit.beat,
                "verdict": hit.verdict,
            }
            for hit in cue.hits
        ],
        "motifs": [
            {
                "motif": item.motif,
                "form": item.form,
                "complete": item.complete,
                "role": item.role,
                "key": item.key,
                "bar": item.bar,
                **_span(item.start, item.end, plan),
            }
            for item in cue.statements
        ],
    }


def _sections(cue: MusicCue, plan: Plan) -> list[dict[str, Any]]:
    """Runs of bars between strong hits; the last one ends with the cue."""
    groups = [list(bars) for _, bars in groupby(cue.bars, key=lambda bar: bar.section)]
    ends = [*(bars[0].sample for bars in groups[1:]), cue.at + cue.length]
    return [
        {"section": number, "bar": bars[0].number, "bars": len(bars), **_span(bars[0].sample, end, plan)}
        for number, (bars, end) in enumerate(zip(groups, ends, strict=True), 1)
    ]


def _span(start: int, end: int, plan: Plan) -> dict[str, Any]:
    return {"start_s": _seconds(start), "end_s": _seconds(end), "timecode": _timecode(start, plan)}


def _seconds(sample: int) -> float:
    return round(sample / SAMPLE_RATE, 6)


def _timecode(sample: int, plan: Plan) -> str:
    return frame_to_timecode(plan.start + seconds_to_frame(sample / SAMPLE_RATE, plan.rate), plan.rate)
