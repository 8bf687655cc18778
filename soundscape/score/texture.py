"""Accompaniment: what pad, bass, pulse and accents play under the motifs, by tension.

Below 0.3 a pad alone; from there an arpeggio in quarters and eighths, from 0.55 a pulse in eighths, above 0.75 in
sixteenths. A strong hit is met by an accent, which speaks at once whatever the rest of the orchestra does.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

from soundscape.contract import Tone
from soundscape.score.bars import Bar, Grid
from soundscape.score.harmony import Chord, character_of
from soundscape.score.lines import Line, fold
from soundscape.score.request import CueRequest, Voice
from soundscape.score.rhythm import PEDAL
from soundscape.score.voicing import Voicing, lead_voices

RATES = ((0.3, 0.0), (0.42, 1.0), (0.75, 2.0), (math.inf, 4.0))
"""Tension below which the pulse plays so many notes a beat."""

FIGURES = (
    (0, 1, 2, 3, 4, 3, 2, 1),
    (0, 2, 1, 3, 2, 4, 3, 1),
    (0, 3, 1, 4, 2, 3, 1, 2),
    (0, 2, 4, 2, 3, 1, 2, 1),
)
"""Orders in which the tones of a chord are broken, from its lowest up, one for each section."""
SPREAD = 5
"""Tones of a broken chord."""
BREATH_BELOW = 0.6
"""Tension below which the pulse rests for half a bar at the end of a phrase of four."""
PAD_UNDER, UNDER = 64, 8
"""A melody from this MIDI pitch up has the upper voices of the pad so far below it."""
LONGEST_TIE = 4
"""Bars over which a pitch is held before it is sounded again."""
PAD_RANGE = (38, 84)
"""MIDI pitches between which chords sound full and clear."""


def pad_lines(bars: Sequence[Bar], voicings: Sequence[Voicing]) -> list[Line]:
    """Held chords: a voice that keeps its pitch is tied over, for as long as a player has breath or bow."""
    lines = []
    for voice in range(4):
        index = 0
        while index < len(bars):
            pitch, first = voicings[index][voice], index
            index += 1
            while (
                index < len(bars)
                and voicings[index][voice] == pitch
                and not bars[index].opens
                and index - first < LONGEST_TIE
            ):
                index += 1
            tension = bars[first].tension
            length = bars[index - 1].first + bars[index - 1].beats - bars[first].first
            lines.append(
                Line(
                    role="pad",
                    beat=bars[first].first,
                    length=length,
                    pitch=pitch,
                    strength=0.2 + 0.6 * tension,
                )
            )
    return lines


def voice_pad(
    request: CueRequest, bars: Sequence[Bar], chords: Sequence[Chord], melody: Sequence[Line]
) -> tuple[Voicing, ...]:
    """Voice leading in the pad's range, in a register that rises with tension and makes room for a melody above it."""
    voice = request.voices["pad"]
    registers = []
    for bar in bars:
        register = 58 + 10 * bar.tension
        sung = [
            line.pitch
            for line in melody
            if line.beat < bar.first + bar.beats and bar.first < line.beat + line.length
        ]
        if sung and (middle := sum(sung) / len(sung)) >= PAD_UNDER:
            register = min(register, middle - UNDER)
        registers.append(min(voice.high - 7, max(voice.low + 14, register)))
    low, high = max(voice.low, PAD_RANGE[0]), min(voice.high, PAD_RANGE[1])
    if high - low < 24:
        low, high = voice.low, voice.high
    return lead_voices(chords, registers, low, high)


def pulse_lines(request: CueRequest, grid: Grid, chords: Sequence[Chord]) -> list[Line]:
    """Broken chords, the faster the tenser; a fermata is waited for."""
    voice = request.voices["pulse"]
    lines = []
    for bar, chord in zip(grid.bars, chords, strict=True):
        rate = next(rate for below, rate in RATES if bar.tension + 0.3 * (request.brief.density - 0.5) < below)
        if not rate:
            continue
        tones = _spread(chord, voice, _pulse_register(request, bar))
        order = FIGURES[request.seed.key("figure", bar.section) % len(FIGURES)]
        steps = int(bar.beats * rate)
        if _breathes(grid.bars, bar):
            steps = -(-steps // 2)
        for step in range(steps):
            if any(0 < bar.first + step / rate - held < 1 for held in grid.held):
                continue
            on_beat = step % rate == 0
            lines.append(
                Line(
                    role="pulse",
                    beat=bar.first + step / rate,
                    length=1.0 / rate,
                    pitch=tones[order[step % len(order)] % len(tones)],
                    strength=0.17 + 0.63 * bar.tension + (0.04 if on_beat else 0.0),
                )
            )
    return lines


def _pulse_register(request: CueRequest, bar: Bar) -> int:
    """Lowest pitch of the pulse: over the pad where it is calm, under it where there is a threat."""
    threat = character_of(request.brief.character, request.brief.tonality) == "threat"
    return 48 if threat and bar.tension > PEDAL else 62 + round(6 * bar.tension)


def _spread(chord: Chord, voice: Voice, lowest: int) -> list[int]:
    """The tones of a chord upwards from about a pitch, inside the range of a voice."""
    lowest = max(voice.low, min(lowest, voice.high - 18))
    return [pitch for pitch in range(lowest, voice.high + 1) if pitch % 12 in chord.classes][:SPREAD]


def _breathes(bars: Sequence[Bar], bar: Bar) -> bool:
    """Whether a phrase ends here with a breath: every fourth bar of a section, unless it drives into a hit."""
    since = bar.number - next(other.number for other in bars if other.section == bar.section)
    into = bar.number < len(bars) and bars[bar.number].opens
    return since % 4 == 3 and not into and bar.tension < BREATH_BELOW


def accent_lines(request: CueRequest, grid: Grid, chords: Sequence[Chord], melody: Sequence[Line]) -> list[Line]:
    """The root in octaves, and at higher tension the fifth, exactly on every strong hit.

    A voice that is stating a motif is left to it.
    """
    lines = []
    for beat in grid.accents:
        bar = grid.bar_at(beat)
        root = chords[bar.number - 1].root
        tones = [48 + root, 60 + root, 55 + root] if bar.tension > 0.6 else [48 + root, 60 + root]
        busy = {line.role for line in melody if line.beat - 1.0 < beat < line.beat + line.length}
        lines += _struck(request, beat, tones, 0.5 + 0.45 * bar.tension, busy)
    return lines


def chord_lines(request: CueRequest, bar: Bar, chord: Chord) -> list[Line]:
    """A whole chord, struck on the downbeat of a bar."""
    tones = [48 + chord.root, *(60 + tone for tone in chord.classes)]
    return _struck(request, bar.first, tones, 0.55 + 0.4 * bar.tension)


def _struck(
    request: CueRequest, beat: float, tones: Sequence[int], strength: float, busy: Collection[str] = ()
) -> list[Line]:
    """Tones on a beat, exactly, by the accent voice, or whichever free one speaks soonest where there is none."""
    tone = Tone(pitch=60.0, length_s=1.0, velocity=strength)
    role = min(
        request.voices,
        key=lambda role: (role != "accent", role in busy, request.voices[role].onset_s(tone), role),
    )
    if role in busy:
        return []  # a lead that plays alone meets the hit with its motif
    voice = request.voices[role]
    pitches = sorted({fold(tone, voice.low, voice.high) for tone in tones})
    return [Line(role=role, beat=beat, length=2.0, pitch=pitch, strength=strength, exact=True) for pitch in pitches]
