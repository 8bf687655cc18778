"""Voice leading: a bass and three upper voices for every chord, chosen over the whole cue at once."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, product

import numpy as np
import numpy.typing as npt

from soundscape.score.harmony import Chord

PARALLEL, LEAP, CENTRE, BASS_ROOT = 6.0, 0.5, 0.04, 1.5
"""Costs of parallel fifths or octaves, of a leap beyond a fifth, of a semitone from the register asked for, and of
a chord that does not stand on its root."""
SPACING = 12
"""Largest interval between neighbouring upper voices."""
KEPT = 96
"""Voicings kept for each chord: those nearest to the register."""

Voicing = tuple[int, int, int, int]
"""MIDI pitches, bass first."""


def lead_voices(chords: Sequence[Chord], registers: Sequence[float], low: int, high: int) -> tuple[Voicing, ...]:
    """Four voices for every chord: little motion, no parallels, inside a range.

    Parameters
    ----------
    registers : sequence of float
        MIDI pitch around which the upper voices of each chord should lie.
    low, high : int
        Range of the instrument; an octave at least, and two for real voice leading.
    """
    sets = [_candidates(chord, register, low, high) for chord, register in zip(chords, registers, strict=True)]
    costs = [
        _own_cost(pitches, chord, register)
        for pitches, chord, register in zip(sets, chords, registers, strict=True)
    ]
    total, back = costs[0], []
    for before, after, cost in zip(sets, sets[1:], costs[1:], strict=False):
        ways = total[:, None] + _motion_cost(before, after)
        back.append(ways.argmin(axis=0))
        total = ways.min(axis=0) + cost
    chosen = [int(total.argmin())]
    for best in reversed(back):
        chosen.append(int(best[chosen[-1]]))
    chosen.reverse()
    return tuple(
        (int(row[0]), int(row[1]), int(row[2]), int(row[3]))
        for row in (pitches[index] for pitches, index in zip(sets, chosen, strict=True))
    )


def _candidates(chord: Chord, register: float, low: int, high: int) -> npt.NDArray[np.int64]:
    """Voicings of a chord: all three tones are heard, the upper voices in order and not far apart."""
    basses = [pitch for pitch in range(low, min(low + 19, high) + 1) if pitch % 12 in chord.classes]
    upper = [pitch for pitch in range(low + 5, high + 1) if pitch % 12 in chord.classes]
    upper = sorted(upper, key=lambda pitch: abs(pitch - register))[:10]
    threes = [
        three
        for three in combinations(sorted(upper), 3)
        if three[2] - three[1] <= SPACING and three[1] - three[0] <= SPACING
    ]
    found: list[tuple[int, ...]] = [
        (bass, *three)
        for bass, three in product(basses, threes)
        if bass < three[0] and {pitch % 12 for pitch in (bass, *three)} == set(chord.classes)
    ]
    if not found:  # hardly more than an octave: one close position
        near = [pitch for pitch in range(low, high + 1) if pitch % 12 in chord.classes][:4]
        found = [(*near, *near[-1:] * (4 - len(near)))]
    pitches = np.array(found)
    return pitches[np.argsort(_own_cost(pitches, chord, register), kind="stable")[:KEPT]]


def _own_cost(pitches: npt.NDArray[np.int64], chord: Chord, register: float) -> npt.NDArray[np.float64]:
    off_centre = CENTRE * np.abs(pitches[:, 1:] - register).sum(axis=1)
    inverted = BASS_ROOT * (pitches[:, 0] % 12 != chord.root)
    muddy = 0.3 * np.maximum(0, 7 - (pitches[:, 1] - pitches[:, 0]))
    cost: npt.NDArray[np.float64] = off_centre + inverted + muddy
    return cost


def _motion_cost(before: npt.NDArray[np.int64], after: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Cost of going from every voicing of one chord (row) to every one of the next (column)."""
    motion = after[None, :, :] - before[:, None, :]
    size, way = np.abs(motion), np.sign(motion)
    cost = 0.1 * size.sum(axis=2) + LEAP * (size[:, :, 1:] > 7).sum(axis=2)
    for one in range(4):
        for two in range(one + 1, 4):
            interval = (before[:, two] - before[:, one]) % 12
            same = interval[:, None] == ((after[:, two] - after[:, one]) % 12)[None, :]
            perfect = ((interval == 0) | (interval == 7))[:, None]
            moved = (way[:, :, one] != 0) & (way[:, :, one] == way[:, :, two])
            cost = cost + PARALLEL * (same & perfect & moved)
    return cost
