"""How much of a motif is heard in a melody: 0 for nothing, 1 for a literal statement at any pitch and pace.

The mean of two measures that fail differently (van Kranenburg, Janssen et al., 2017, find the families best): the
largest set of notes that one translation in time and pitch maps into the melody (SIAM: Meredith, Lemström & Wiggins,
2002), over several paces; and a local alignment (Smith & Waterman, 1981) of intervals and ratios of durations.
99 % of unrelated melodies score below `HEARD`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from soundscape.score.motif import Motif

HEARD = 0.77
"""A statement that is recognised scores this much."""
ABSENT = 0.60
"""A motif that is not stated stays below this."""
DISTINCT = 0.45
"""Two motifs of a film should be less alike than this."""
HEAD = 8
"""Notes of a motif that are compared with another's."""

_PACES = (0.5, 2 / 3, 1.0, 1.5, 2.0)
_GRID = 6
"""Divisions of a beat in which translations in time are told apart."""
_GAP = -0.4
_MISMATCH = -0.6
NEAR = 0.75
"""Worth of a note that is a semitone off, as in another mode, against the right one."""


@dataclass(frozen=True, slots=True)
class Melody:
    """Onsets in beats and MIDI pitches, in order of time."""

    beats: tuple[float, ...]
    pitches: tuple[float, ...]

    @classmethod
    def of(cls, motif: Motif) -> Melody:
        """A motif in its home key."""
        return cls(tuple(note.beat for note in motif.notes), tuple(map(float, motif.pitches(motif.home))))

    def head(self, count: int = HEAD) -> Melody:
        """The first notes."""
        return Melody(self.beats[:count], self.pitches[:count])


def heard(motif: Melody, melody: Melody) -> float:
    """How much of `motif` is heard in `melody`, 0 to 1."""
    if len(motif.beats) < 2 or len(melody.beats) < 2:
        return 0.0
    return (_translated(motif, melody) + _aligned(motif, melody)) / 2


def _translated(motif: Melody, melody: Melody) -> float:
    """Share of the motif's notes that the best translation finds in the melody."""
    beats, pitches = np.array(melody.beats), np.array(melody.pitches)
    best = 0.0
    for pace in _PACES:
        moves: dict[tuple[int, int], set[int]] = {}
        for index, (beat, pitch) in enumerate(zip(motif.beats, motif.pitches, strict=True)):
            later = np.round((beats - pace * beat) * _GRID).astype(int)
            higher = np.round(pitches - pitch).astype(int)
            for move in zip(later.tolist(), higher.tolist(), strict=True):
                moves.setdefault(move, set()).add(index)
        for (shift, step), exact in moves.items():
            near = moves.get((shift, step - 1), set()) | moves.get((shift, step + 1), set())
            best = max(best, len(exact) + NEAR * len(near - exact))
    return best / len(motif.beats)


def _aligned(motif: Melody, melody: Melody) -> float:
    """Score of the best local alignment of steps, 1 when every step of the motif is found."""
    wanted, given = _steps(motif), _steps(melody)
    table = np.zeros((len(wanted) + 1, len(given) + 1))
    for row, (interval, ratio) in enumerate(wanted, 1):
        for column, (other, other_ratio) in enumerate(given, 1):
            # Without a ratio (the first step has none before it) the interval speaks alone.
            same_pace = ratio is None or other_ratio is None or abs(ratio - other_ratio) < 0.25
            off = abs(interval - other)
            match = (1.0 if same_pace else 0.3) if off < 0.6 else NEAR if off < 1.6 and same_pace else _MISMATCH
            table[row, column] = max(
                0.0,
                table[row - 1, column - 1] + match,
                table[row - 1, column] + _GAP,
                table[row, column - 1] + _GAP,
            )
    return min(1.0, float(table.max()) / len(wanted))


def _steps(melody: Melody) -> list[tuple[float, float | None]]:
    """Intervals in semitones, each with the log2 ratio of its duration to the one before."""
    lengths = np.diff(melody.beats)
    ratios = [None, *np.log2(np.maximum(lengths[1:], 1e-3) / np.maximum(lengths[:-1], 1e-3))]
    return list(zip(np.diff(melody.pitches).tolist(), ratios, strict=True))


def likeness(first: Motif, second: Motif) -> float:
    """How alike the heads of two motifs are, whichever way round they are more so."""
    one, two = Melody.of(first).head(), Melody.of(second).head()
    return max(heard(one, two), heard(two, one))


def too_alike(motifs: Sequence[Motif]) -> tuple[str, ...]:
    """A line for every pair of motifs that an audience may take for one another."""
    return tuple(
        f'motifs "{first.name}" and "{second.name}" are much alike ({score:.2f}; below {DISTINCT:g} they are distinct)'
        for first, second in combinations(motifs, 2)
        if (score := likeness(first, second)) >= DISTINCT
    )
