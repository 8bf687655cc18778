"""Fragments of melody: now and then a few notes of a key, one after another, and then nothing for a while.

Every line has a slot of time for each phrase, which begins somewhere in its first part and is over before the next;
some stay empty. Notes step up and down the scale, are of unequal length and strength, and start more or less softly.
All follows from the tick alone, so any moment is found without those before it.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from soundscape.contract import TICK
from soundscape.dsp.noise import normal_at, uniform

LINES = 2
SLOT_S = (4.7, 7.3)
"""Time for a phrase and the silence after it, for each line."""
EMPTY = 0.15
"""Share of slots without a phrase."""
MOST_NOTES = 5
NOTE_S, SHORTEST_S, LONGEST_S = 0.8, 0.3, 3.0
LENGTH_SD, SIZE_SD = 0.55, 0.35
"""Of the logarithms of a note's length and strength."""
RISE_S = (0.03, 0.16)
RELEASE_S = 0.09
FALL = 1.6
"""Nepers by which a note has sunk when it ends."""
DRAWS = 64
"""Random numbers that a slot has for itself."""

Floats = npt.NDArray[np.float64]


def fragments(notes: Floats, key: np.uint32, rate: int, tick: int, edges: int) -> tuple[Floats, Floats]:
    """Pitch in Hz and strength, 0 where nothing sounds, at `edges` tick edges from `tick` on: `(edges, LINES)` each.

    `notes` are those of the scale in Hz, rising.
    """
    pitch, strength = np.empty((edges, LINES)), np.zeros((edges, LINES))
    _phrases(pitch, strength, notes, np.array(SLOT_S), rate / TICK, key, tick)
    return pitch, strength


@njit(cache=True, nogil=True)
def _phrases(pitch, strength, notes, slots, ticks_s, key, tick):  # type: ignore[no-untyped-def]
    for edge in range(pitch.shape[0]):
        for line in range(slots.shape[0]):
            # Lines do not begin together.
            time = (tick + edge) / ticks_s + 0.5 * line * slots[line]
            slot = int(time / slots[line])
            pitch[edge, line], strength[edge, line] = _note(
                time - slot * slots[line], slots[line], notes, key, DRAWS * (slot * LINES + line)
            )


@njit(cache=True, nogil=True)
def _note(time, slot_s, notes, key, draw):  # type: ignore[no-untyped-def]
    step = int(notes.shape[0] * uniform(key, draw))
    if uniform(key, draw + 1) < EMPTY:
        return notes[step], 0.0
    begin = 0.3 * slot_s * uniform(key, draw + 2)
    count = 2 + int((MOST_NOTES - 1) * uniform(key, draw + 3))
    for note in range(count):
        own = draw + 8 + 8 * note
        length = min(max(NOTE_S * math.exp(LENGTH_SD * normal_at(key, own)), SHORTEST_S), LONGEST_S)
        if begin + length > slot_s:
            break
        if time < begin + length:
            if time < begin:
                break
            rise = RISE_S[0] + (RISE_S[1] - RISE_S[0]) * uniform(key, own + 2)
            past, left = time - begin, begin + length - time
            size = math.exp(SIZE_SD * normal_at(key, own + 4) - FALL * past / length)
            return notes[step], size * min(1.0, past / rise) * min(1.0, left / RELEASE_S)
        begin += length
        # Mostly to a neighbour; what would leave the scale turns back.
        step = abs(step + int(5.0 * uniform(key, own + 6)) - 2)
        step = min(step, 2 * (notes.shape[0] - 1) - step)
    return notes[step], 0.0
