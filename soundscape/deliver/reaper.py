"""A session for REAPER: a track a stem at its timecode, the tempo map, shots and hits as markers, cues as regions.

REAPER's project file is text, nested in angle brackets; what is not said takes REAPER's defaults. Positions are
seconds from the start of the project, which shows the programme's timecode through its offset.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from soundscape.deliver.midi import PPQ, TickMap, beat_grid
from soundscape.deliver.stems import PROGRAMME
from soundscape.model import SAMPLE_RATE, Plan
from soundscape.timecode import frame_to_sample

SQUARE = 1
"""A tempo that holds until the next."""
COLOURS = {"shot": 0, "strong": 0x1FF4040, "soft": 0x1E0C040}
REGION = 1
MUTED, HEARD = 1, 0


def reaper_project(plan: Plan, files: Mapping[str, str]) -> str:
    """The session of a delivered film.

    Parameters
    ----------
    plan : Plan
        For tempo, marks and timecode.
    files : mapping of str to str
        File name, beside the session, of the programme and every stem. The programme's track is muted: it is the
        sum of the others.
    """
    return "\n".join(_lines(plan, files)) + "\n"


def _lines(plan: Plan, files: Mapping[str, str]) -> Iterator[str]:
    offset_s = frame_to_sample(plan.start, plan.rate, SAMPLE_RATE) / SAMPLE_RATE
    tempi = list(_tempi(plan))
    yield '<REAPER_PROJECT 0.1 "6.0"'
    yield f"  PROJOFFS {offset_s:.10f} 0 0"
    yield f"  TIMEMODE 5 5 -1 {plan.rate.nominal} {int(plan.rate.drop_frame)} 0 -1"
    yield f"  SAMPLERATE {SAMPLE_RATE} 1 0"
    yield f"  TEMPO {tempi[0].bpm:.10f} 4 4"
    yield "  <TEMPOENVEX"
    yield "    ACT 1 -1"
    for tempo in tempi:
        # A metre is written as denominator and numerator in one number.
        metre = f" {tempo.metre[1] << 16 | tempo.metre[0]} 0 1" if tempo.metre else ""
        yield f"    PT {tempo.at_s:.12f} {tempo.bpm:.10f} {SQUARE}{metre}"
    yield "  >"
    for number, mark in enumerate(plan.marks, start=1):
        name = f"HIT {mark.name}" if mark.kind == "strong" else mark.name
        yield f"  MARKER {number} {mark.sample / SAMPLE_RATE:.10f} {_quoted(name)} 0 {COLOURS[mark.kind]}"
    for number, cue in enumerate(plan.music, start=1):
        yield f"  MARKER {number} {cue.at / SAMPLE_RATE:.10f} {_quoted(cue.name)} {REGION}"
        yield f'  MARKER {number} {(cue.at + cue.length) / SAMPLE_RATE:.10f} "" {REGION}'
    for name, file in files.items():
        yield "  <TRACK"
        yield f"    NAME {_quoted(name)}"
        yield f"    MUTESOLO {MUTED if name == PROGRAMME else HEARD} 0 0"
        yield "    <ITEM"
        yield "      POSITION 0"
        yield f"      LENGTH {plan.length / SAMPLE_RATE:.10f}"
        yield f"      NAME {_quoted(file)}"
        yield "      <SOURCE WAVE"
        yield f"        FILE {_quoted(file)}"
        yield "      >"
        yield "    >"
        yield "  >"
    yield ">"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tempo:
    """Where a tempo or a metre begins; the metre only where it is new."""

    at_s: float
    bpm: float
    metre: tuple[int, int] | None


def _tempi(plan: Plan) -> Iterator[_Tempo]:
    moments, bars = beat_grid(plan)
    ticks = TickMap(moments)
    metres: dict[int, tuple[int, int]] = {}
    known = (0, 0)
    for bar in bars:
        if bar.metre != known:
            metres[round(bar.beat * PPQ)] = known = bar.metre
    tempi = {stretch.tick: stretch for stretch in ticks.stretches}
    held = ticks.stretches[0]
    for tick in sorted({*tempi, *metres}):
        held = tempi.get(tick, held)
        at_us = held.start_us + (tick - held.tick) * held.tempo_us / PPQ
        yield _Tempo(at_s=at_us / 1e6, bpm=60e6 / held.tempo_us, metre=metres.get(tick))


def _quoted(text: str) -> str:
    """A text in the quotes that it does not hold itself."""
    plain = " ".join(text.split())
    quote = next((quote for quote in ('"', "'", "`") if quote not in plain), None)
    return f"{quote}{plain}{quote}" if quote else f'"{plain.replace(chr(34), chr(39))}"'
