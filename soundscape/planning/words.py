"""Words of a shot list: what they ask for, found by plain matching that can be explained.

Words are compared by their stems, so that "dunes" finds "dune" and "erupts" finds "erupt".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from soundscape.model import Shot

_WORD = re.compile(r"[^\W_]+")
_SUFFIXES = ("ings", "ing", "ies", "ed", "es", "s")
SILENCE = ("silence", "silent", "dead quiet")

FIELD_WEIGHTS = {"place": 4, "scene": 2, "sounds": 2, "description": 1, "mood": 1, "owners": 1, "source": 1}
"""Fields of a shot that are read for words, and how much a word in each counts."""


def stem(word: str) -> str:
    """A word without its commonest English endings, in small letters."""
    small = word.casefold()
    for suffix in _SUFFIXES:
        if small.endswith(suffix) and len(small) - len(suffix) >= 3:
            bare = small.removesuffix(suffix)
            return bare + "y" if suffix == "ies" else bare.removesuffix("e")
    return small.removesuffix("e") if len(small) > 3 else small


@lru_cache(maxsize=10_000)
def stems(text: str) -> tuple[str, ...]:
    """Stems of all words of a text, in order."""
    return tuple(stem(word) for word in _WORD.findall(text))


def found_words(wanted: Iterable[str], text: str) -> tuple[str, ...]:
    """Those of the wanted words or phrases that occur in the text; a phrase must occur in one piece."""
    whole = _joined(text)
    return tuple(word for word in wanted if (phrase := _joined(word)).strip() and phrase in whole)


@lru_cache(maxsize=10_000)
def _joined(text: str) -> str:
    return f" {' '.join(stems(text))} "


def field_text(shot: Shot, field: str) -> str:
    """A field of a shot as text; lists are joined by commas."""
    value = getattr(shot, field)
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def shot_text(shot: Shot) -> str:
    """All words of a shot."""
    return " | ".join(field_text(shot, field) for field in FIELD_WEIGHTS)


def is_silent(shot: Shot) -> bool:
    """Whether a shot asks for silence."""
    return bool(found_words(SILENCE, f"{field_text(shot, 'sounds')} | {shot.mood}"))
