"""A motif for a film that names none: short, with a leap to know it by, made from the seed.

What leitmotifs have in common, in the corpus of *Star Wars* themes (Lehman, Arthur & McNamara): a head of four to
eight notes, three or four durations, and more leaps than a hymn has, of which one is its signature.
"""

from __future__ import annotations

from itertools import accumulate

from soundscape.rng import Seed
from soundscape.score.motif import Motif, MotifNote
from soundscape.score.pitch import Key

RHYTHMS = (
    (1.5, 0.5, 2.0, 4.0),
    (1.0, 3.0, 1.0, 3.0),
    (3.0, 1.0, 1.5, 2.5),
    (1.0, 1.5, 0.5, 1.0, 4.0),
    (1.5, 0.5, 1.0, 1.0, 4.0),
    (0.5, 0.5, 2.0, 1.0, 3.0),
    (1.0, 0.5, 0.5, 2.0, 1.0, 3.0),
    (1.5, 0.5, 1.0, 0.5, 0.5, 4.0),
)
"""Beats: four to six notes, the last one long."""
LEAPS = (3, 4, 4, 5, 7)
"""Scale steps of the signature: a fourth, a fifth, a sixth or an octave upwards."""
STEPS = (-2, -1, -1, 1)
REST = (0, 2, 4, 7, 9, 11)
"""Degrees of the tonic triad, on which it ends."""


def invented_motif(seed: Seed, *, name: str, owners: tuple[str, ...], mode: str) -> Motif:
    """A motif of four to six notes: the same seed and name give the same one."""
    random = seed.generator("motif", name)
    lengths = RHYTHMS[int(random.integers(len(RHYTHMS)))]
    leap_at = 1 + int(random.integers(2))
    degrees = [int(random.choice((0, 4)))]
    for index in range(1, len(lengths) - 1):
        # A leap is followed by a step back into it, as voices do.
        move = random.choice(LEAPS) if index == leap_at else random.choice(STEPS[: 3 if index > leap_at else 4])
        degrees.append(degrees[-1] + int(move))
    degrees.append(min((degree for degree in REST if degree != degrees[-1]), key=lambda d: abs(d - degrees[-1])))
    beats = (0.0, *accumulate(lengths))
    notes = tuple(
        MotifNote(degree=degree, beat=beat, length=length)
        for degree, beat, length in zip(degrees, beats, lengths, strict=False)
    )
    return Motif(name=name, owners=owners, notes=notes, home=Key.parse("C", mode))
