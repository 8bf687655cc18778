"""Harmony from tension: one triad a bar, chosen over the whole cue at once.

The slow layer of tension: chords wander as far from the tonic as the tension asks (Lerdahl, *Tonal Pitch Space*,
2001: distance by fifths and by tones outside the scale), with the tonic where sections begin, a cadence into
every strong hit, and the chord changes that film music likes (Lehman, *Hollywood Harmony*, 2018).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from soundscape.score.bars import Bar
from soundscape.score.pitch import Key

_THIRDS = {"major": 4, "minor": 3}
_NAMES = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")

DISTANCE, MOTION, STUTTER = 3.0, 0.10, 0.15
"""Costs of a distance from the tension asked for, of a semitone of voice motion, and of staying on a chord."""
TONIC, PHRASE, CADENCE, CLASH, FOREIGN = 4.0, 0.6, 1.0, 1.5, 2.5
"""Costs of no tonic where a section begins or every fourth bar, no cadence before it, a melody note outside the
chord (for a whole bar), and a chord tone outside the scale while tension is low."""

COLOUR = 0.3
"""Reward for a chord with the tone by which its mode is known."""
COLOURS = {"dorian": 5, "phrygian": 1, "lydian": 3, "mixolydian": 6, "aeolian": 5}
"""That tone by mode, as a degree from 0: without it dorian is heard as minor and lydian as major."""

CHARACTERS: dict[str, dict[tuple[int, str], float]] = {
    "wonder": {(4, "same"): -0.5, (8, "same"): -0.5, (2, "major"): -0.3, (10, "same"): -0.2},
    "nostalgia": {(5, "any"): -0.4, (7, "any"): -0.4, (9, "any"): -0.2},
    "threat": {(1, "any"): -0.4, (11, "any"): -0.3, (6, "any"): -0.2, (8, "minor"): -0.3},
    "loss": {(4, "minor"): -0.5, (8, "major"): -0.5, (5, "minor"): -0.2},
}
"""Rewards for chord changes: by root motion in semitones and the new chord's quality (`same` as before, or `any`)."""

_BY_MODE = {"lydian": "wonder", "mixolydian": "nostalgia", "ionian": "nostalgia", "phrygian": "threat"}


@dataclass(frozen=True, slots=True)
class Chord:
    """A major or minor triad."""

    root: int
    """Pitch class."""
    quality: str

    @property
    def classes(self) -> tuple[int, int, int]:
        """Root, third and fifth as pitch classes."""
        return self.root, (self.root + _THIRDS[self.quality]) % 12, (self.root + 7) % 12

    @property
    def name(self) -> str:
        """`Dm`, `Eb`."""
        return _NAMES[self.root] + ("m" if self.quality == "minor" else "")


CHORDS = tuple(Chord(root, quality) for quality in ("major", "minor") for root in range(12))


BREATH = (-0.3, 0.0, -0.2, 0.1, -0.3, 0.05, -0.1, 0.15)
"""How the tension of harmony moves within a phrase of eight bars: a chord that never changes is a drone."""


def character_of(character: str, key: Key) -> str:
    """The character asked for, or the one that a mode suggests; empty for none."""
    return character or _BY_MODE.get(key.mode, "")


def tonic_chord(key: Key) -> Chord:
    """The triad on the tonic."""
    return Chord(key.tonic, "major" if key.steps[2] == 4 else "minor")


@cache
def foreign_tones(chord: Chord, key: Key) -> int:
    """How many of a chord's tones lie outside the scale."""
    scale = key.pitch_classes()
    return sum(tone not in scale for tone in chord.classes)


@cache
def is_colourful(chord: Chord, key: Key) -> bool:
    """Whether a chord of the scale holds the tone by which its mode is known."""
    degree = COLOURS.get(key.mode)
    return (
        degree is not None
        and (key.tonic + key.steps[degree]) % 12 in chord.classes
        and not foreign_tones(chord, key)
    )


@cache
def chord_tension(chord: Chord, key: Key) -> float:
    """0 at the tonic to about 1: steps along the circle of fifths, and tones outside the scale."""
    if chord == tonic_chord(key):
        return 0.0
    fifths = (chord.root - key.tonic) * 7 % 12
    return min(1.0, 0.15 + min(fifths, 12 - fifths) / 8 + foreign_tones(chord, key) / 5)


def choose_chords(
    bars: Sequence[Bar],
    key: Key,
    *,
    character: str = "",
    melody: Sequence[dict[int, float]] = (),
) -> tuple[Chord, ...]:
    """One chord for every bar.

    Parameters
    ----------
    bars : sequence of Bar
        Their tension, and where sections begin.
    character : str
        A key of `CHARACTERS`; empty follows the mode.
    melody : sequence of {pitch class: share of the bar}
        What the lead plays in each bar; the chords agree with it.
    """
    local = np.array(
        [[_local_cost(bars, index, chord, key, melody) for chord in CHORDS] for index in range(len(bars))]
    )
    change = _change_costs(CHARACTERS.get(character_of(character, key), {}))
    total, back = local[0], []
    for costs in local[1:]:
        ways = total[:, None] + change
        back.append(ways.argmin(axis=0))
        total = ways.min(axis=0) + costs
    chosen = [int(total.argmin())]
    for best in reversed(back):
        chosen.append(int(best[chosen[-1]]))
    return tuple(CHORDS[index] for index in reversed(chosen))


def _local_cost(
    bars: Sequence[Bar], index: int, chord: Chord, key: Key, melody: Sequence[dict[int, float]]
) -> float:
    bar = bars[index]
    home = chord == tonic_chord(key)
    since = index - next(i for i in range(index, -1, -1) if bars[i].opens)
    wanted = min(1.0, max(0.0, bar.tension + BREATH[since % len(BREATH)]))
    cost = DISTANCE * abs(chord_tension(chord, key) - wanted)
    cost += FOREIGN * foreign_tones(chord, key) * max(0.0, 0.9 - bar.tension)
    last = index + 1 == len(bars)
    if (bar.opens or last) and not home:
        cost += TONIC
    if since % 4 == 0 and not home:
        cost += PHRASE
    if not last and bars[index + 1].opens and chord not in cadences(key):
        cost += CADENCE
    if is_colourful(chord, key):
        cost -= COLOUR
    if index < len(melody):
        cost += CLASH * sum(share for tone, share in melody[index].items() if tone not in chord.classes)
    return cost


@cache
def cadences(key: Key) -> frozenset[Chord]:
    """The chords that lead to the tonic: on the fifth, on the seventh below it, and in phrygian on the second."""
    seventh = (key.tonic + key.steps[6]) % 12
    found = {Chord((key.tonic + 7) % 12, quality) for quality in _THIRDS}
    found |= {Chord(seventh, quality) for quality in _THIRDS}
    if key.steps[1] == 1:
        found.add(Chord((key.tonic + 1) % 12, "major"))
    scale = key.pitch_classes()
    return frozenset(chord for chord in found if set(chord.classes) <= scale) or frozenset(found)


def _change_costs(rewards: dict[tuple[int, str], float]) -> npt.NDArray[np.float64]:
    """Cost of going from one chord (row) to another (column)."""
    costs = np.empty((len(CHORDS), len(CHORDS)))
    for row, before in enumerate(CHORDS):
        for column, after in enumerate(CHORDS):
            motion = (after.root - before.root) % 12
            kinds = ("any", after.quality, "same" if before.quality == after.quality else "")
            reward = min((rewards.get((motion, kind), 0.0) for kind in kinds), default=0.0)
            costs[row, column] = STUTTER if before == after else MOTION * _motion(before, after) + reward
    return costs


@cache
def _motion(before: Chord, after: Chord) -> int:
    """Semitones of the smoothest way from one triad to another."""
    rotations = [after.classes[n:] + after.classes[:n] for n in range(3)]
    return min(
        sum(min((a - b) % 12, (b - a) % 12) for a, b in zip(before.classes, rotation, strict=True))
        for rotation in rotations
    )
