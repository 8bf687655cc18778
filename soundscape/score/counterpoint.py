"""Two motifs at once: the transposition and the offset at which one sounds best against the other, if any.

All diatonic transpositions and all whole-beat offsets are tried. What counts against a pair: dissonances on beats,
parallel fifths and octaves, crossing voices, and rhythms that coincide (species counterpoint after Fux, reduced to
what can be counted).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from soundscape.score.motif import MotifNote
from soundscape.score.pitch import Key
from soundscape.score.transform import shifted, transposed

DISSONANT = frozenset({1, 2, 6, 10, 11})
"""Intervals modulo the octave, in semitones."""
PERFECT = frozenset({0, 7})
ACCEPTED = 0.34
"""Largest cost of a pair that may sound together."""
TOGETHER = 0.7
"""Share of simultaneous onsets above which two lines are heard as one."""


@dataclass(frozen=True, slots=True)
class Fit:
    """How the second motif joins the first."""

    degrees: int
    beats: float
    cost: float
    """0 is consonant throughout."""


def best_fit(
    first: Sequence[MotifNote], second: Sequence[MotifNote], key: Key, *, earliest_beats: int = 0, later: int = 8
) -> Fit | None:
    """The best transposition (in degrees) and delay of the second motif; None when none is good.

    The delay lies between `earliest_beats` and `later` beats more, counted from the downbeat of the first.
    """
    fits = [
        Fit(degrees, float(beats), cost_of(first, shifted(transposed(second, degrees), beats), key))
        for degrees in range(-14, 3)
        for beats in range(earliest_beats, earliest_beats + later + 1)
    ]
    best = min(fits, key=lambda fit: fit.cost + 0.01 * fit.beats + 0.005 * abs(fit.degrees + 7))
    return best if best.cost <= ACCEPTED else None


def cost_of(upper: Sequence[MotifNote], lower: Sequence[MotifNote], key: Key) -> float:
    """What speaks against two lines sounding together; infinite when they do not."""
    instants = sorted({note.beat for line in (upper, lower) for note in line})
    pairs = [
        (beat, high, low)
        for beat in instants
        if (high := _pitch_at(upper, beat, key)) is not None and (low := _pitch_at(lower, beat, key)) is not None
    ]
    if len(pairs) < 2:
        return float("inf")
    weight = sum(_weight(beat) for beat, _, _ in pairs)
    dissonance = sum(_weight(beat) for beat, high, low in pairs if (high - low) % 12 in DISSONANT) / weight
    crossing = sum(high <= low for _, high, low in pairs) / len(pairs)
    parallels = sum(
        (h1 - l1) % 12 == (h2 - l2) % 12 and (h1 - l1) % 12 in PERFECT and h1 != h2 and (h2 - h1) * (l2 - l1) > 0
        for (_, h1, l1), (_, h2, l2) in pairwise(pairs)
    ) / (len(pairs) - 1)
    starts = [{note.beat for note in line} for line in (upper, lower)]
    together = len(starts[0] & starts[1]) / min(map(len, starts))
    return dissonance + crossing + 2.0 * parallels + max(0.0, together - TOGETHER)


def _pitch_at(line: Sequence[MotifNote], beat: float, key: Key) -> int | None:
    for note in line:
        if note.beat <= beat + 1e-6 < note.beat + note.length:
            return key.pitch(note.degree, note.alteration)
    return None


def _weight(beat: float) -> float:
    """Dissonance on a beat is heard, between beats it passes."""
    return 1.0 if abs(beat - round(beat)) < 1e-6 else 0.3
