"""Talk without words: who speaks when, and what throat and mouth do meanwhile.

Speakers stand in pairs that mostly let each other finish. A phrase is a row of syllables, 3 to 6 a second. Each
begins as a consonant does: with a hiss somewhere between tongue and teeth, with a closed mouth that bursts open, or
softly through the nose; a vowel follows, reached from the last one in some 40 ms. Pitch falls along the phrase, is
pushed up and let go where a syllable is stressed, never quite in step with the mouth, and drops at the end or, in a
question, rises. Lengths of phrases and pauses are log-normal, so that talk clusters. What is said has no sense in
any language: vowels are drawn blends of cardinal ones, hisses lie anywhere.

Sources: vowels of Peterson & Barney (1952); declination and final lowering as in J. 't Hart, R. Collier & A. Cohen,
*A Perceptual Study of Intonation* (1990); accents as filtered steps after H. Fujisaki & K. Hirose (J. Acoust. Soc.
Jpn. E 5, 1984); syllable rates after S. Greenberg, on the modulation spectrum of speech.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from soundscape.contract import TICK
from soundscape.dsp.noise import normal_at, uniform
from soundscape.dsp.voices import FORMANTS, LANES
from soundscape.rng import Seed

VOWELS_HZ = np.array(
    (
        (730.0, 1_090.0, 2_440.0, 3_400.0),
        (570.0, 840.0, 2_410.0, 3_300.0),
        (300.0, 870.0, 2_240.0, 3_300.0),
        (530.0, 1_840.0, 2_480.0, 3_500.0),
        (270.0, 2_290.0, 3_010.0, 3_700.0),
        (490.0, 1_350.0, 1_690.0, 3_300.0),
    )
)
(
    LEFT,
    SPEAKS,
    AGE,
    LENGTH,
    SIZE,
    STRESS,
    BEGINS,
    SPOKEN,
    PHRASE,
    LEVEL,
    COUNT,
    PITCH,
    PACE,
    TRACT,
    FORCE,
    TUNE,
    ENDS,
    HISS_HZ,
    NOW,
    NEXT,
) = (*range(19), 18 + FORMANTS)
"""Columns of the table of speakers; the last two begin rows of formants: as they are, and where they move."""
COLUMNS = NEXT + FORMANTS
GLIDE_S, SWELL_S, ACCENT_S = 0.04, 0.012, 0.09
HISSES, BURSTS = 0.3, 0.6
"""What a syllable begins with: below the first with a hiss, below the second with a burst, else softly."""
QUESTIONS = 0.25
DRAWS = 12
"""Random numbers kept for one syllable or turn of one speaker."""


class Spoken(NamedTuple):
    """What `Voices` needs, at tick edges."""

    pitch_hz: npt.NDArray[np.float64]
    level: npt.NDArray[np.float64]
    breath: npt.NDArray[np.float64]
    formant_hz: npt.NDArray[np.float64]
    hiss: npt.NDArray[np.float64]


class Talk:
    """`LANES` speakers.

    Parameters
    ----------
    seed : Seed
        Its own.
    rate : int
        Sample rate in Hz.
    pitch_hz : float
        Median pitch; speakers differ by some 30 %, and smaller ones have shorter vocal tracts.
    syllables_hz : float
        Median rate of syllables.
    phrase_s, pause_s : float
        Median length of a phrase and of a pause.
    breathiness : float
        Noise of the air between whisper (1) and voice (0).
    """

    def __init__(
        self,
        seed: Seed,
        rate: int,
        *,
        pitch_hz: float,
        syllables_hz: float,
        phrase_s: float,
        pause_s: float,
        breathiness: float,
    ) -> None:
        rng = seed.generator("speakers")
        self._table = np.zeros((LANES, COLUMNS))
        # Two groups an octave's two thirds apart, as grown men and women are.
        group = rng.permutation(np.tile((-0.24, 0.24), LANES // 2))
        self._table[:, PITCH] = pitch_hz * np.exp(group + 0.12 * rng.standard_normal(LANES))
        self._table[:, PACE] = syllables_hz * np.exp(0.12 * rng.standard_normal(LANES))
        self._table[:, TRACT] = (self._table[:, PITCH] / 150.0) ** 0.2
        self._table[:, LEFT] = rng.uniform(0.1, 1.0, LANES) * pause_s
        self._table[:, NOW : NOW + FORMANTS] = VOWELS_HZ.mean(axis=0)
        self._table[:, NEXT : NEXT + FORMANTS] = VOWELS_HZ.mean(axis=0)
        self._manner = (phrase_s, pause_s, breathiness)
        self._key = np.uint32(seed.key("talk"))
        self._tick_s = TICK / rate
        self._tick = 0

    def advance(self, busy: npt.NDArray[np.float64]) -> Spoken:
        """The ticks between these edges: `busy` `(ticks + 1,)` makes pauses shorter and pitch a little higher."""
        edges = len(busy)
        pitch_hz, level, breath, hiss = np.empty((4, edges, LANES))
        spoken = Spoken(pitch_hz, level, breath, np.empty((edges, FORMANTS, LANES)), hiss)
        _talk(spoken, self._table, busy, VOWELS_HZ, self._manner, self._key, self._tick, self._tick_s)
        self._tick += edges - 1
        return spoken


@njit(cache=True, nogil=True)
def _talk(spoken, table, busy, vowels, manner, key, tick, tick_s):  # type: ignore[no-untyped-def]
    glide, swell = 1.0 - math.exp(-tick_s / GLIDE_S), 1.0 - math.exp(-tick_s / SWELL_S)
    accent = 1.0 - math.exp(-tick_s / ACCENT_S)
    for edge in range(busy.shape[0]):
        for k in range(LANES):
            who = table[k]
            if edge > 0:
                # Whoever listens waits, for the most part.
                waits = who[SPEAKS] == 0.0 and table[k ^ 1, SPEAKS] == 1.0
                hurry = 1.0 if who[SPEAKS] == 1.0 else busy[edge]
                who[LEFT] -= tick_s * hurry * (0.25 if waits else 1.0)
                who[AGE] += tick_s
                who[SPOKEN] += tick_s
                if who[LEFT] <= 0.0:
                    _take_turn(who, manner, key, k)
                if who[SPEAKS] == 1.0 and who[AGE] >= who[LENGTH]:
                    _next_syllable(who, vowels, key, k)
                for f in range(FORMANTS):
                    who[NOW + f] += glide * (who[NEXT + f] - who[NOW + f])
                who[LEVEL] += swell * (_opening(who) - who[LEVEL])
                flutter = 0.03 * normal_at(key, 2_147_483_648 + (tick + edge) * LANES + k)
                who[TUNE] += accent * (0.13 * who[STRESS] + _tune(who) + flutter - who[TUNE])
            spoken.pitch_hz[edge, k] = who[PITCH] * math.exp(who[TUNE] + 0.1 * math.log(busy[edge]))
            spoken.level[edge, k] = who[LEVEL]
            spoken.breath[edge, k] = 0.02 + manner[2]
            hiss = _hiss(who)
            spoken.hiss[edge, k] = hiss
            for f in range(FORMANTS):
                spoken.formant_hz[edge, f, k] = who[TRACT] * who[NOW + f]
            if hiss > 0.0:
                spoken.formant_hz[edge, FORMANTS - 1, k] = who[HISS_HZ]


@njit(cache=True, nogil=True)
def _tune(who):  # type: ignore[no-untyped-def]
    # Down by a fifth or so along the phrase; at its end down again, or up in a question.
    through = min(who[SPOKEN] / max(who[PHRASE], 0.1), 1.0)
    last = max(0.0, 1.0 - who[LEFT] / 0.3) if who[SPEAKS] == 1.0 else 1.0
    return 0.26 * (0.5 - through) + last * who[ENDS]


@njit(cache=True, nogil=True)
def _consonant(who):  # type: ignore[no-untyped-def]
    # For so long the mouth is closed or nearly so; never all of a syllable.
    length_s = 0.085 if who[BEGINS] < HISSES else 0.065 if who[BEGINS] < BURSTS else 0.03
    return min(length_s, 0.4 * who[LENGTH])


@njit(cache=True, nogil=True)
def _opening(who):  # type: ignore[no-untyped-def]
    # Loudness of a vowel: up fast, down slowly; the phrase dies away in its last third of a second.
    if who[SPEAKS] == 0.0:
        return 0.0
    begins = _consonant(who)
    closed = 0.02 if who[BEGINS] < BURSTS else 0.25
    x = min(max((who[AGE] - begins) / (who[LENGTH] - begins), 0.0), 1.0)
    arch = math.sin(math.pi * x**0.6)
    return who[SIZE] * (closed + (1.0 - closed) * arch) * min(1.0, 0.15 + who[LEFT] / 0.35)


@njit(cache=True, nogil=True)
def _hiss(who):  # type: ignore[no-untyped-def]
    # A hiss swells and goes over into the vowel; a burst is over in some 15 ms. Both depend less on force than vowels.
    if who[SPEAKS] == 0.0 or who[BEGINS] >= BURSTS:
        return 0.0
    begins = _consonant(who)
    strength = math.sqrt(who[SIZE]) * min(1.0, who[LEFT] / 0.2)
    if who[BEGINS] < HISSES:
        x = who[AGE] / (1.25 * begins)
        return strength * math.sin(math.pi * x) if x < 1.0 else 0.0
    since = who[AGE] - begins
    return 1.4 * strength * math.exp(-since / 0.012) if 0.0 <= since < 0.06 else 0.0


@njit(cache=True, nogil=True)
def _take_turn(who, manner, key, k):  # type: ignore[no-untyped-def]
    who[COUNT] += 1.0
    at = (int(who[COUNT]) * LANES + k) * DRAWS
    who[SPEAKS] = 1.0 - who[SPEAKS]
    if who[SPEAKS] == 1.0:
        who[LEFT] = max(0.25, manner[0] * math.exp(0.6 * normal_at(key, at)))
        who[PHRASE] = who[LEFT]
        # Some phrases are said aside, some across the room.
        who[FORCE] = math.exp(0.4 * min(max(normal_at(key, at + 6), -2.0), 1.6))
        who[SPOKEN] = 0.0
        who[ENDS] = 0.3 if uniform(key, at + 7) < QUESTIONS else -0.2
        who[AGE] = 1e3
    else:
        who[LEFT] = max(0.15, manner[1] * math.exp(0.8 * normal_at(key, at)))


@njit(cache=True, nogil=True)
def _next_syllable(who, vowels, key, k):  # type: ignore[no-untyped-def]
    who[COUNT] += 1.0
    at = (int(who[COUNT]) * LANES + k) * DRAWS
    stress = normal_at(key, at + 1)
    who[AGE] = 0.0
    who[LENGTH] = math.exp(0.22 * normal_at(key, at) + 0.1 * stress) / who[PACE]
    who[SIZE] = who[FORCE] * math.exp(0.3 * stress)
    who[STRESS] = stress
    who[BEGINS] = uniform(key, at + 2)
    who[HISS_HZ] = 2_600.0 * 2.6 ** uniform(key, at + 6)
    first = int(uniform(key, at + 3) * vowels.shape[0])
    other = int(uniform(key, at + 4) * vowels.shape[0])
    share = 0.5 * uniform(key, at + 5)
    for f in range(FORMANTS):
        who[NEXT + f] = vowels[first, f] ** (1.0 - share) * vowels[other, f] ** share
