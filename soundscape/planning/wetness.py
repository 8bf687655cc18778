"""Wetness from words: how much of its space the maker of a cut wants to hear."""

from __future__ import annotations

from soundscape.model import HitPoint, Shot
from soundscape.planning.words import field_text, found_words

AS_THE_PLACE = 0.5
FAR = 0.6
"""Share of the way to the space alone that the farthest is heard by: air takes from a sound, not from its space."""
DRY = ("no echo", "no reverb", "without echo", "anechoic", "bone dry", "dry sound", "sounds dry", "dry and close")
WORDS: tuple[tuple[float, tuple[str, ...]], ...] = (
    (0.2, DRY),
    (0.85, ("cavernous", "drenched", "awash", "swallowed by the space", "cathedral like", "long echoes")),
    (0.7, ("reverberant", "echoing", "echoes", "echo", "resounding", "reverb")),
)
"""Wetness and the words for it; the first row counts."""
DRY_MOODS = ("dry", "intimate", "close")
"""Words that say it of a mood or a hit; among the sounds that are asked for, grass is dry and a door is close."""


def shot_wetness(shot: Shot) -> float:
    """Wetness that a shot asks for with its mood or its sounds."""
    return _wetness(f"{shot.mood} | {field_text(shot, 'sounds')}", shot.mood)


def hit_wetness(hit: HitPoint, shot: Shot, distance: float) -> float:
    """Wetness of a hit by its own words, else by those of its shot."""
    own = f"{hit.label} | {hit.note}"
    base = _wetness(own, own)
    return farther(shot_wetness(shot) if base == AS_THE_PLACE else base, distance)


def farther(wetness: float, distance: float) -> float:
    """Wetness at a distance from 0 to 1."""
    return wetness + FAR * distance * (1.0 - wetness)


def says_wetness(text: str) -> bool:
    """Whether words that are not a mood ask for a wetness."""
    return _wetness(text, "") != AS_THE_PLACE


def _wetness(text: str, mood: str) -> float:
    for value, words in WORDS:
        if found_words(words, text):
            return value
    return WORDS[0][0] if found_words(DRY_MOODS, mood) else AS_THE_PLACE
