"""What is played in a crystal cave: touches and their answers, bows, and the memory with its echo."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from soundscape.score.notation import parse_motif
from soundscape.score.pitch import MODES, Key

Floats = npt.NDArray[np.float64]

FIFTHS = (0, 7)
HEAD = 8
"""Notes of a motif that are remembered: its head is what returns."""
REMEMBERED_S = (0.3, 0.65)
"""From one note of the memory to the next, in the middle of them."""
EXACT = 0.25
"""Semitones by which a memory may be bent."""
FORCE_SD, ANSWERED = 0.25, 0.8
SPLINTERS = 16
"""Around a phrase where it is densest."""
MANY = (0.05, 1.0)
"""Share of splinters that fall, over the range of density."""


@dataclass(frozen=True, slots=True)
class Memory:
    """A melody that the crystals know: `(notes,)` each."""

    semitones: Floats
    """Above the tonic of the lowest octave."""
    beats: Floats
    """From its first note; the middle of the gaps is 1."""
    force: Floats


def remembered(motif: str, mode: str, rng: np.random.Generator) -> Memory:
    """The head of a motif in the notation of `soundscape.score.notation`, or a melody of its own where there is none.

    Its own has four to six notes: steps and small leaps of the scale.
    """
    if not motif:
        steps = np.array(scale(mode))
        degrees = np.cumsum(np.append(0, rng.choice((-2, -1, 1, 2, 4), int(rng.integers(3, 6)))))
        pitches = 12.0 * (degrees // len(steps)) + steps[degrees % len(steps)]
        return Memory(_raised(pitches), np.arange(float(len(pitches))), np.ones(len(pitches)))
    key = Key(0, mode if mode in MODES else "aeolian")
    head = parse_motif(motif, name="motif", mode=key.mode).notes[:HEAD]
    pitches = np.array([key.pitch(note.degree, note.alteration) - 60.0 for note in head])
    beats = np.array([note.beat for note in head]) - head[0].beat
    force = 1.0 + 0.3 * np.array([note.accent for note in head])
    return Memory(_raised(pitches), beats / np.median(np.diff(beats)), force)


def scale(mode: str) -> tuple[int, ...]:
    """Semitones above the tonic on which crystals may stand; where they stand freely the memory is minor."""
    return FIFTHS if mode == "fifths" else MODES.get(mode, MODES["aeolian"])


def _raised(pitches: Floats) -> Floats:
    """A melody in the lowest octaves that are not below the tonic."""
    return pitches - 12.0 * math.floor(pitches.min() / 12.0)


@dataclass(frozen=True, slots=True)
class Phrase:
    """What is played: `(strikes,)` each, in seconds from its beginning."""

    time_s: Floats
    crystal: npt.NDArray[np.int64]
    force: Floats
    bow_s: Floats
    """How long it is bowed; 0 where it is struck."""
    length_s: float
    """Until the last of what is played, splinters apart."""


class Player:
    """Who plays the crystals.

    Parameters
    ----------
    semitones : (crystals,)
        What they are tuned to, rising, from the tonic of the lowest octave.
    memory : Memory
        What they know.
    bow, recall : float
        Share of phrases that are bowed, and of the others that play the memory.
    pause_s : float
        From one phrase to the next.
    """

    def __init__(self, semitones: Floats, memory: Memory, *, bow: float, recall: float, pause_s: float) -> None:
        self._crystals = len(semitones)
        self._memory, self._bow, self._recall, self._pause_s = memory, bow, recall, pause_s
        self.places = _places(semitones, memory.semitones)
        shift = semitones[self.places[:, 0]] - memory.semitones[0]
        self.home = self.places[np.abs((shift + 6.0) % 12.0 - 6.0) <= EXACT]

    def phrase(self, rng: np.random.Generator, density: float) -> Phrase:
        """A touch and its answer, the memory and its echo, or a bow; and splinters around it."""
        first, kind = int(rng.integers(self._crystals)), rng.uniform(size=2)
        hard = min(float(rng.lognormal(0.0, FORCE_SD)), 1.5)
        if kind[0] < self._bow:
            rows = self._bowed(rng, first, hard)
        elif kind[1] < self._recall:
            rows = self._recalled(rng, first, hard)
        else:
            rows = self._touched(rng, 0.0, first, hard)
            if rng.uniform() < ANSWERED:
                other = first + int(rng.choice((-4, -3, -2, 2, 3, 4)))
                rows += self._touched(rng, rng.uniform(0.6, 1.6), other, hard * rng.uniform(0.45, 0.8))
        after = rng.exponential(0.7 * self._pause_s, SPLINTERS)
        small = hard * np.minimum(0.12 * rng.lognormal(0.0, 0.8, SPLINTERS), 0.4)
        heard = rng.uniform(size=SPLINTERS) < MANY[0] + (MANY[1] - MANY[0]) * density
        far = rng.integers(self._crystals // 3, self._crystals, SPLINTERS)
        length_s = max(time_s + bow_s for time_s, _, _, bow_s in rows)
        rows += [(after[i], int(far[i]), small[i], 0.0) for i in np.flatnonzero(heard)]
        times_s, crystals, forces, bows_s = (np.array(column) for column in zip(*rows, strict=True))
        return Phrase(times_s, self._within(crystals.astype(np.int64)), forces, bows_s, length_s)

    def _bowed(self, rng: np.random.Generator, first: int, hard: float) -> list[tuple[float, int, float, float]]:
        """Two to four crystals, one after another and each softer, bowed."""
        rows = []
        for turn in range(int(rng.integers(2, 5))):
            crystal = first + int(rng.choice((0, 2, 3, 4))) * turn
            rows.append((1.3 * turn + rng.uniform(0.0, 0.4), crystal, hard * 0.8**turn, rng.uniform(1.8, 4.0)))
        return rows

    def _recalled(self, rng: np.random.Generator, first: int, hard: float) -> list[tuple[float, int, float, float]]:
        """The memory in the key, and once more from elsewhere, softer and slower, as from far away."""
        memory = self._memory
        time_s = rng.uniform(*REMEMBERED_S) * np.append(
            0.0, np.cumsum(np.diff(memory.beats) * rng.uniform(0.9, 1.1, len(memory.beats) - 1))
        )
        back = time_s[-1] + rng.uniform(0.9, 1.6)
        rows = []
        for start, slower, place, level in (
            (0.0, 1.0, _nearest(self.home, first), hard),
            (back, 1.4, _nearest(self.places, self._crystals - 1 - first), 0.4 * hard),
        ):
            force = level * memory.force * rng.uniform(0.8, 1.1, len(time_s))
            rows += [
                (start + slower * time, crystal, each, 0.0)
                for time, crystal, each in zip(time_s, place, force, strict=True)
            ]
        return rows

    def _touched(
        self, rng: np.random.Generator, time_s: float, crystal: int, force: float
    ) -> list[tuple[float, int, float, float]]:
        """One crystal struck, and once or twice a neighbour of it."""
        more = rng.exponential(0.35, int(rng.integers(0, 3)))
        rows = [(time_s, crystal, force, 0.0)]
        for gap in more:
            time_s += 0.12 + float(gap)
            rows.append((time_s, crystal + int(rng.integers(-2, 3)), force * float(rng.uniform(0.4, 0.9)), 0.0))
        return rows

    def _within(self, crystal: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Steps beyond the highest or lowest crystal are turned back."""
        last = self._crystals - 1
        turned = np.mod(crystal, 2 * last)
        return np.minimum(turned, 2 * last - turned)


def _nearest(places: npt.NDArray[np.int64], crystal: int) -> npt.NDArray[np.int64]:
    """The place that begins nearest to a crystal."""
    nearest: npt.NDArray[np.int64] = places[np.argmin(np.abs(places[:, 0] - crystal))]
    return nearest


def _places(semitones: Floats, melody: Floats) -> npt.NDArray[np.int64]:
    """Where a melody can be played on crystals of these pitches as it is: `(places, notes)`."""
    wanted = semitones[:, None] + (melody - melody[0])
    crystals = np.argmin(np.abs(wanted[:, :, None] - semitones), axis=2)
    bent = np.abs(semitones[crystals] - wanted).max(axis=1)
    exact: npt.NDArray[np.int64] = crystals[bent <= EXACT]
    return exact
