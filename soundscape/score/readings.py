"""What the checks read from a score: notes by bar, when they are heard to begin, melodies, patterns, ranks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from soundscape.contract import Tone
from soundscape.model import SAMPLE_RATE, Note, Statement
from soundscape.score.bars import curve_at
from soundscape.score.metre import quarters_of
from soundscape.score.pitch import Key
from soundscape.score.request import CueRequest, CueScore, Voice
from soundscape.score.similarity import Melody

Array = npt.NDArray[np.float64]

TOGETHER_BEATS = 0.08
"""Onsets of one player this near are one: octaves and chords are never struck quite at once."""

Result = tuple[bool, str]
"""Whether a check passed, and what it measured and accepts, for a person."""


def spearman(first: Array, second: Array) -> float:
    """Rank correlation; ties share their mean rank."""

    def ranks(values: Array) -> Array:
        _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
        ends: Array = np.cumsum(counts) - (counts - 1) / 2
        return ends[inverse]

    one, two = ranks(first), ranks(second)
    if one.std() == 0 or two.std() == 0:
        return 0.0
    return float(np.corrcoef(one, two)[0, 1])


def notes_of(score: CueScore) -> list[Note]:
    return [note for notes in score.parts.values() for note in notes]


def begun(request: CueRequest, score: CueScore) -> Array:
    """Samples of the programme at which notes are heard to begin."""
    return np.array(
        sorted(heard_at(request.voices[role], score, note) for role, notes in score.parts.items() for note in notes)
    )


def heard_at(voice: Voice, score: CueScore, note: Note) -> float:
    """Sample of the programme at which a note is heard to begin."""
    tone = Tone(pitch=note.pitch, length_s=note.length / SAMPLE_RATE, velocity=note.velocity)
    return score.music.at + note.start + voice.onset_s(tone) * SAMPLE_RATE


def bar_lines(score: CueScore) -> Array:
    """Samples of the programme between which bars lie, a pick-up and what follows the last bar among them."""
    return np.array([beat.sample for index, beat in enumerate(score.music.beats) if not index or beat.beat == 1])


def bar_begins(score: CueScore) -> Array:
    """Where bars begin and the last one ends, in quarter notes of the cue."""
    opens = [index for index, beat in enumerate(score.music.beats) if not index or beat.beat == 1]
    return quarters_of(score.music.beats)[opens]


def by_bar(score: CueScore, role: str = "") -> list[list[Note]]:
    """The notes that are written in each bar, whenever their players begin."""
    begins = bar_begins(score)
    groups: list[list[Note]] = [[] for _ in range(max(0, len(begins) - 1))]
    chosen: Iterable[Note] = score.parts.get(role, ()) if role else notes_of(score)
    for note in chosen:
        index = int(np.searchsorted(begins, note.beat + 1e-6, side="right")) - 1
        if 0 <= index < len(groups):
            groups[index].append(note)
    return groups


def own_strength(request: CueRequest, score: CueScore, notes: Sequence[Note]) -> Array:
    """Velocities of a player's notes less what follows from the tension: a straight line through both."""
    velocities = np.array([note.velocity for note in notes])
    tension = curve_at(request.tension, np.array([score.music.at + note.start for note in notes], np.float64))
    both = np.stack([np.ones(len(notes)), tension], axis=1)
    return velocities - both @ np.linalg.lstsq(both, velocities, rcond=None)[0]


def pattern_of(score: CueScore, bar: int) -> Array:
    """A bar as 16 places in time and 12 pitch classes."""
    start, end = bar_begins(score)[bar : bar + 2]
    rhythm, tones = np.zeros(16), np.zeros(12)
    for note in by_bar(score)[bar]:
        rhythm[min(15, max(0, round(16 * (note.beat - start) / (end - start))))] += 1.0
        tones[round(note.pitch) % 12] += 1.0
    return np.concatenate([part / max(1e-9, float(np.linalg.norm(part))) for part in (rhythm, tones)])


def melody_of(request: CueRequest, score: CueScore, statement: Statement) -> Melody:
    """What the statement's role is heard to play while it lasts, in beats; of notes that begin together the highest."""
    samples, quarters = [beat.sample for beat in score.music.beats], quarters_of(score.music.beats)
    notes = sorted(score.parts.get(statement.role, ()), key=lambda note: note.start)
    line: list[tuple[float, float]] = []
    for note in notes:
        at = heard_at(request.voices[statement.role], score, note)
        if statement.start - 2_400 <= at < statement.end:
            beat = float(np.interp(at, samples, quarters))
            if not line or beat > line[-1][0] + TOGETHER_BEATS:
                line.append((beat, note.pitch))
            elif note.pitch > line[-1][1]:
                line[-1] = beat, note.pitch
    return Melody(tuple(beat for beat, _ in line), tuple(pitch for _, pitch in line))


def profile_of(key: Key) -> Array:
    """How much of each pitch class a piece in this key is expected to have."""
    profile = np.zeros(12)
    for step, weight in zip(key.steps, (2.0, 1.0, 1.3, 1.0, 1.6, 1.0, 1.0), strict=True):
        profile[(key.tonic + step) % 12] = weight
    return profile
