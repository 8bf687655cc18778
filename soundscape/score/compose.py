"""The score of a cue, from request to notes: tempo, statements, harmony, textures, performance."""

from __future__ import annotations

from soundscape.model import MusicCue
from soundscape.score.bars import Bar, Grid, grid_of
from soundscape.score.harmony import choose_chords
from soundscape.score.lines import Line
from soundscape.score.perform import perform
from soundscape.score.request import CueRequest, CueScore
from soundscape.score.statements import place_statements
from soundscape.score.tempo import fit_tempo
from soundscape.score.texture import accent_lines, bass_lines, pad_lines, pulse_lines, voice_pad


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
    lines = [*melody, *accent_lines(request, grid, chords)]
    if "pad" in request.voices:
        lines += pad_lines(bars, voice_pad(request, bars, chords))
    if "bass" in request.voices:
        lines += bass_lines(request, bars, chords)
    if "pulse" in request.voices:
        lines += pulse_lines(request, bars, chords)
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
        ),
        parts=perform(request, grid, lines),
        statements=tuple(item.statement for item in placed),
        report=tempo.report,
        tension=tuple(round(bar.tension, 4) for bar in bars),
        chords=tuple(chord.name for chord in chords),
    )


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
