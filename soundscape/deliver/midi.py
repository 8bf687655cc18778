"""The score as a MIDI file for a DAW: tempo map, bars, markers, timecode offset, and a track per instrument.

Standard MIDI File type 1 at 960 ticks a quarter note. Every beat of a cue is a quarter note; before and between
cues a plain tempo fills the time with whole beats. Tempi are whole microseconds, chosen so that each holds for as
many beats as it can without a beat leaving its place, and ticks are computed from those tempi: nothing drifts.
"""

from __future__ import annotations

import io
import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from soundscape.model import SAMPLE_RATE, MusicCue, Plan, Sound
from soundscape.score.metre import quarters_of
from soundscape.score.pitch import PARENTS, Key
from soundscape.timecode import Rate, frame_to_timecode

PPQ = 960
PLAIN_US = 500_000
"""Microseconds of a beat, about, where there is no music: 120 bpm."""
PLAIN_BAR = 4
TOLERANCE_US = 250.0
"""How far a beat may be from its sample before another tempo is written."""
SHORTEST_GAP_US = 50_000.0
_MAJOR = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_MINOR = ("Cm", "C#m", "Dm", "Ebm", "Em", "Fm", "F#m", "Gm", "G#m", "Am", "Bbm", "Bm")
_SMPTE_RATES = {24: 24, 25: 25, 30: 30, 48: 24, 50: 25, 60: 30, 72: 24, 96: 24, 100: 25, 120: 30}


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Beats of one tempo."""

    tick: int
    start_us: float
    tempo_us: int


@dataclass(frozen=True, slots=True)
class BarLine:
    """A bar that begins at a beat of the programme."""

    beat: float
    length: float

    @property
    def metre(self) -> tuple[int, int]:
        """Its time signature: quarters, or eighths where half a beat is left."""
        return (int(self.length), 4) if self.length % 1 == 0 else (round(2 * self.length), 8)


@dataclass(frozen=True, slots=True)
class Moment:
    """A beat of the programme: its time, and where it lies in quarter notes."""

    us: float
    beat: float


class TickMap:
    """Samples of the programme to ticks, by integer tempi.

    Parameters
    ----------
    moments : list of Moment
        Every beat; the first is at 0, and none is longer than MIDI's 16.7 s.
    """

    def __init__(self, moments: list[Moment]) -> None:
        self.stretches = list(_stretches(moments))
        self._starts = [stretch.start_us for stretch in self.stretches]

    def tick(self, sample: int) -> int:
        """Nearest tick of a sample; the last tempo goes on for ever."""
        time_us = sample * 1_000_000 / SAMPLE_RATE
        stretch = self.stretches[max(0, bisect_right(self._starts, time_us) - 1)]
        return stretch.tick + round((time_us - stretch.start_us) * PPQ / stretch.tempo_us)


def _stretches(moments: list[Moment]) -> Iterator[_Stretch]:
    """The fewest tempi (greedily) that keep every beat within the tolerance of its time."""
    index, at_us = 0, 0.0
    while index < len(moments) - 1:
        low, high, count = 1.0, float(2**24 - 1), 0
        for ahead in range(1, len(moments) - index):
            due = moments[index + ahead].us - at_us
            beats = moments[index + ahead].beat - moments[index].beat
            lower, upper = max(low, (due - TOLERANCE_US) / beats), min(high, (due + TOLERANCE_US) / beats)
            if int(upper) < lower:
                break
            low, high, count = lower, upper, ahead
        beats = moments[index + count].beat - moments[index].beat
        tempo = min(max(round((moments[index + count].us - at_us) / beats), math.ceil(low)), int(high))
        yield _Stretch(round(moments[index].beat * PPQ), at_us, tempo)
        index, at_us = index + count, at_us + beats * tempo


def midi_bytes(plan: Plan) -> bytes:
    """A type 1 MIDI file of a plan's music, with its shots and hits as markers."""
    import mido

    moments, bars = beat_grid(plan)
    ticks = TickMap(moments)
    file = mido.MidiFile(type=1, ticks_per_beat=PPQ, charset="utf-8")
    file.tracks.append(_track(_conductor(plan, ticks, bars)))
    players = [sound for sound in plan.sounds if sound.kind == "instruments"]
    for index, sound in enumerate(players):
        file.tracks.append(_track(_player(sound, ticks, channel=(*range(9), *range(10, 16))[index % 15])))
    buffer = io.BytesIO()
    file.save(file=buffer)
    return buffer.getvalue()


def beat_grid(plan: Plan) -> tuple[list[Moment], list[BarLine]]:
    """All beats of the programme, and its bars."""
    moments, bars = [Moment(0.0, 0.0)], []
    for cue in [*sorted(plan.music, key=lambda cue: cue.at), None]:
        start_us = _us(cue.beats[0].sample if cue else plan.length)
        while len(moments) > 1 and moments[-1].us > start_us - SHORTEST_GAP_US and moments[-1].us != start_us:
            moments.pop()
        last = moments[-1]
        gap_us = start_us - last.us
        if gap_us > 0:
            count = max(1, round(gap_us / PLAIN_US))
            bars += _plain_bars(last.beat, count)
            moments += [Moment(last.us + gap_us * n / count, last.beat + n) for n in range(1, count + 1)]
        if cue:
            first = moments[-1].beat
            places = first + quarters_of(cue.beats)
            bars += _bars_of(cue, places)
            moments += [Moment(_us(beat.sample), at) for beat, at in zip(cue.beats[1:], places[1:], strict=True)]
    return moments, _without_overlap(bars)


def _plain_bars(first: float, count: int) -> list[BarLine]:
    return [BarLine(first + n, min(PLAIN_BAR, count - n)) for n in range(0, count, PLAIN_BAR)]


def _bars_of(cue: MusicCue, places: npt.NDArray[np.float64]) -> list[BarLine]:
    opens = [0, *(index for index, beat in enumerate(cue.beats) if index and beat.beat == 1)]
    return [BarLine(places[start], places[end] - places[start]) for start, end in pairwise(opens)]


def _without_overlap(bars: list[BarLine]) -> list[BarLine]:
    """Bars in order, each cut where a later cue begins inside it."""
    kept: list[BarLine] = []
    for bar in bars:
        while kept and kept[-1].beat >= bar.beat:
            kept.pop()
        if kept and kept[-1].beat + kept[-1].length > bar.beat:
            kept[-1] = BarLine(kept[-1].beat, bar.beat - kept[-1].beat)
        kept.append(bar)
    return kept


def _us(sample: int) -> float:
    return sample * 1_000_000 / SAMPLE_RATE


# ---------------------------------------------------------------- tracks

_Event = tuple[int, int, Any]
"""(tick, order within the tick, message)"""


def _track(events: Iterable[_Event]) -> Any:
    """A track of events in any order, with delta times."""
    import mido

    track, now = mido.MidiTrack(), 0
    for tick, _, message in sorted(events, key=lambda event: event[:2]):
        message.time = tick - now
        track.append(message)
        now = tick
    track.append(mido.MetaMessage("end_of_track"))
    return track


def _conductor(plan: Plan, ticks: TickMap, bars: list[BarLine]) -> Iterator[_Event]:
    from mido import MetaMessage

    yield 0, 0, MetaMessage("track_name", name=plan.title)
    yield 0, 1, _smpte_offset(plan.start, plan.rate)
    for stretch in ticks.stretches:
        yield stretch.tick, 2, MetaMessage("set_tempo", tempo=stretch.tempo_us)
    length = 0.0
    for bar in bars:
        if bar.length != length:
            length = bar.length
            upper, lower = bar.metre
            yield round(bar.beat * PPQ), 3, MetaMessage("time_signature", numerator=upper, denominator=lower)
    for cue in plan.music:
        tick = ticks.tick(cue.beats[0].sample)
        yield tick, 4, MetaMessage("key_signature", key=key_signature(Key.parse(cue.key, cue.mode)))
        yield tick, 5, MetaMessage("marker", text=f"CUE {cue.name}")
        for before, opening in pairwise(cue.bars):
            if opening.section != before.section:
                text = f"SECTION {cue.name} {opening.section + 1}"
                yield ticks.tick(opening.sample), 5, MetaMessage("marker", text=text)
    for mark in plan.marks:
        text = (
            mark.name
            if mark.kind == "shot"
            else f"HIT {mark.name}"
            if mark.kind == "strong"
            else f"hit {mark.name}"
        )
        yield ticks.tick(mark.sample), 6, MetaMessage("marker", text=text)


def _player(sound: Sound, ticks: TickMap, *, channel: int) -> Iterator[_Event]:
    """Notes of one sound; notes of one pitch never overlap, and end before the next begins."""
    from mido import Message, MetaMessage

    yield 0, 0, MetaMessage("track_name", name=sound.name)
    free: dict[int, int] = {}
    for note in sorted(sound.notes, key=lambda note: note.start, reverse=True):
        pitch = min(127, max(0, round(note.pitch)))
        on = ticks.tick(sound.at + note.start)
        off = min(max(on + 1, ticks.tick(sound.at + note.start + note.length)), free.get(pitch, 1 << 60))
        if off <= on:
            continue
        free[pitch] = on
        velocity = min(127, max(1, round(note.velocity * 127)))
        yield off, 1, Message("note_off", note=pitch, velocity=64, channel=channel)
        yield on, 2, Message("note_on", note=pitch, velocity=velocity, channel=channel)


def key_signature(key: Key) -> str:
    """The signature whose scale a mode uses, as MIDI names it: D dorian is written with that of A minor."""
    parent = (key.tonic - PARENTS[key.mode]) % 12
    return _MINOR[(parent + 9) % 12] if key.steps[2] == 3 else _MAJOR[parent]


def _smpte_offset(start: int, rate: Rate) -> Any:
    """The timecode of the first frame at the nearest rate MIDI knows: 24, 25, 29.97 drop-frame or 30."""
    from mido import MetaMessage

    hours, minutes, seconds, frames = (
        int(part) for part in frame_to_timecode(start, rate).replace(";", ":").split(":")
    )
    base = _SMPTE_RATES[rate.nominal]
    whole, part = divmod(frames * base, rate.nominal)
    return MetaMessage(
        "smpte_offset",
        frame_rate=29.97 if rate.drop_frame else base,
        hours=hours,
        minutes=minutes,
        seconds=seconds,
        frames=whole,
        sub_frames=100 * part // rate.nominal,
    )
