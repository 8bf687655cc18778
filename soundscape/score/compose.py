"""The score of a cue, from request to notes: tempo, statements, harmony, textures, performance."""

from __future__ import annotations

from dataclasses import replace

from soundscape.model import SAMPLE_RATE, MusicBar, MusicCue
from soundscape.score.bars import Bar, Grid, grid_of
from soundscape.score.harmony import Chord, choose_chords
from soundscape.score.lines import Line
from soundscape.score.perform import perform
from soundscape.score.request import CueRequest, CueScore
from soundscape.score.rhythm import bass_lines, drum_lines
from soundscape.score.statements import echo_lines, place_statements
from soundscape.score.tempo import fit_tempo
from soundscape.score.texture import accent_lines, chord_lines, pad_lines, pulse_lines, voice_pad

TAIL_S = 1.5
"""Least time in which a last chord rings on."""
BUTTON_S = 0.5
"""Least time from a button to the end of its cue."""


def compose(request: CueRequest) -> CueScore:
    """The score of one cue: the same request gives the same score.

    Raises
    ------
    ScoreError
        When the request cannot be composed at all; what could only be met in part is in the report.
    """
    tempo = fit_tempo(
        start=request.start,
        end=request.end,
        hits=request.hits,
        brief=request.brief,
        rate=request.rate,
        candidate=request.candidate,
    )
    grid = grid_of(request, tempo)
    bars = grid.bars
    placed = place_statements(request, grid)
    melody = [line for item in placed for line in item.lines]
    chords = choose_chords(
        bars,
        request.brief.tonality,
        character=request.brief.character,
        melody=[_tones_in(bar, melody) for bar in bars],
    )
    lines = [*melody, *echo_lines(request, grid, placed), *accent_lines(request, grid, chords, melody)]
    if "pad" in request.voices:
        lines += pad_lines(bars, voice_pad(request, bars, chords, melody))
    if "bass" in request.voices:
        lines += bass_lines(request, bars, chords)
    if "accent" in request.voices:
        lines += drum_lines(request, grid)
    if "pulse" in request.voices:
        lines += pulse_lines(request, grid, chords)
    if request.ending == "tail":
        lines = _ringing(request, grid, lines)
    if request.ending == "button":
        lines = _buttoned(request, grid, lines, chords)
    brief = request.brief
    return CueScore(
        music=MusicCue(
            name=request.name,
            at=request.start,
            length=request.end - request.start,
            bpm=round(tempo.bpm, 3),
            beats_per_bar=brief.beats_per_bar,
            key=brief.key,
            mode=brief.tonality.mode,
            beats=tempo.beats,
            why=_why(request, grid),
            bars=tuple(
                MusicBar(
                    number=bar.number,
                    sample=bar.start,
                    beats=bar.beats,
                    section=bar.section,
                    tension=round(bar.tension, 4),
                    chord=chord.name,
                )
                for bar, chord in zip(bars, chords, strict=True)
            ),
            hits=tempo.report.hits,
            statements=tuple(item.statement for item in placed),
        ),
        parts=perform(request, grid, lines),
        statements=tuple(item.statement for item in placed),
        report=tempo.report,
        tension=tuple(round(bar.tension, 4) for bar in bars),
        chords=tuple(chord.name for chord in chords),
    )


def _ringing(request: CueRequest, grid: Grid, lines: list[Line]) -> list[Line]:
    """What drives stops with the last bar that has room, and what is held rings on."""
    last = [bar for bar in grid.bars if bar.start + TAIL_S * SAMPLE_RATE <= request.end]
    if len(last) < 2:
        return lines
    driving = {"pulse", "bass"} | {role for role, voice in request.voices.items() if voice.drum}
    held = {bar.first: bar.beats for bar in grid.bars if bar.start >= last[-1].start}
    kept = [line for line in lines if line.exact or line.role not in driving or line.beat < last[-1].first]
    return kept + [
        replace(line, length=held[line.beat]) for line in lines if line.role == "bass" and line.beat in held
    ]


def _buttoned(request: CueRequest, grid: Grid, lines: list[Line], chords: tuple[Chord, ...]) -> list[Line]:
    """The cue stops on its last downbeat, with a short chord."""
    last = [bar for bar in grid.bars if bar.start + BUTTON_S * SAMPLE_RATE <= request.end][-1]
    kept = [
        replace(line, length=min(line.length, last.first - line.beat)) for line in lines if line.beat < last.first
    ]
    return kept + chord_lines(request, last, chords[last.number - 1])


def _tones_in(bar: Bar, lines: list[Line]) -> dict[int, float]:
    """Pitch classes of a melody in a bar, each with its share of the bar."""
    shares: dict[int, float] = {}
    for line in lines:
        overlap = min(line.beat + line.length, bar.first + bar.beats) - max(line.beat, bar.first)
        if overlap > 0:
            tone = line.pitch % 12
            shares[tone] = shares.get(tone, 0.0) + overlap / bar.beats
    return shares


def _why(request: CueRequest, grid: Grid) -> str:
    hits = sum(hit.strength == "strong" for hit in request.hits)
    return f"{request.brief.tonality.name}, {len(grid.bars)} bars on {hits} strong hit{'s' * (hits != 1)}"
