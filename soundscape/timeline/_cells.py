"""Cells of a shot list: intensity, lists of names, transitions and hit points."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from fractions import Fraction

from soundscape.errors import TimelineError
from soundscape.model import HitPoint, Transition
from soundscape.timecode import Rate
from soundscape.timeline._times import parse_time

_WORDS = {
    "none": 0.0, "silent": 0.0, "silence": 0.0, "still": 0.0, "very low": 0.1, "minimal": 0.1, "calm": 0.2,
    "low": 0.25, "lo": 0.25, "soft": 0.25, "quiet": 0.25, "medium low": 0.4, "medium": 0.5, "med": 0.5,
    "mid": 0.5, "moderate": 0.5, "normal": 0.5, "medium high": 0.65, "high": 0.75, "hi": 0.75, "strong": 0.75,
    "intense": 0.8, "loud": 0.8, "very high": 0.9, "extreme": 1.0, "max": 1.0, "maximum": 1.0, "full": 1.0,
}  # fmt: skip
_NUMBER = re.compile(r"(\d{1,9}(?:[.,]\d{1,9})?)\s*(%|/\s*(\d{1,9}))?")
_KINDS = (
    ("morph", "morph"),
    ("wipe", "wipe"),
    ("key", "key"),
    ("dissolve", "dissolve"),
    ("fade", "dissolve"),
    ("xfade", "dissolve"),
    ("mix", "dissolve"),
)
_HIT = re.compile(
    r"(?P<time>\d{1,2}[:;.,]\d{1,2}[:;.,]\d{1,2}[:;.,]\d{1,3}"
    r"|\+?\d+:\d{2}(?:[.,]\d+)?|\+?\d*[.,]?\d+\s*(?:ms|s|secs?|f|fr|frames?)(?![^\W\d])|\+\d*[.,]?\d+)"
    r"(?:\s*[-–—:@]\s+|\s+|$)(?P<label>.*)",
    re.IGNORECASE | re.DOTALL,
)
MAX_ITEM = 300
"""Characters of a hit or a transition that are read."""
_SOFT = re.compile(r"\s*(?:\((soft|strong|hard)\)|(~))\s*$", re.IGNORECASE)

DEFAULT_DISSOLVE_S = 1
"""Length of a dissolve whose length is not given."""


def tenfold(texts: Iterable[str]) -> bool:
    """Whether a column of intensities goes from 0 to 10: whole numbers above 1, and none between 0 and 1."""
    bare = [Fraction(text.replace(",", ".")) for text in texts if re.fullmatch(r"\d{1,9}([.,]\d{1,9})?", text)]
    return any(value > 1 and value.denominator == 1 for value in bare) and not any(0 < value < 1 for value in bare)


def intensity(text: str, *, of_ten: bool) -> float:
    """An intensity from 0 to 1, given as `0.7`, `7` (of ten), `70 %`, `7/10`, `high` or `medium-high`."""
    word = re.sub(r"[\s_-]+", " ", text.lower())
    if word in _WORDS:
        return _WORDS[word]
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise TimelineError(f'"{text}" is not an intensity; allowed: 0 to 1, 0 to 10, 70 %, low, medium or high')
    whole = 100 if match[2] == "%" else int(match[3]) if match[3] else 10 if of_ten else 1
    value = Fraction(match[1].replace(",", ".")) / whole if whole else Fraction(2)
    if value > 1:
        raise TimelineError(f'"{text}" is out of range; an intensity goes from 0 to {whole or 1}')
    return float(value)


def names(text: str) -> list[str]:
    """The items of a list written with commas, semicolons, slashes or bars."""
    return [name for part in re.split(r"[,;/|\n]", text) if (name := " ".join(part.split()))]


def transition(text: str, rate: Rate) -> tuple[Transition, bool]:
    """A transition such as `cut`, `dissolve 24` or `fade 1s`, and whether its length had to be assumed."""
    words = text[:MAX_ITEM].lower()
    # How a shot ends is said by the shot after it.
    leaving = re.search(r"\bout\b|\bto (black|white)\b", words)
    kind = "cut" if leaving else next((kind for word, kind in _KINDS if word in words), "cut")
    length = re.search(r"\d[\d:.,]*\s*(?:ms|s|secs?|seconds?|f|fr|frames?)?\s*$", words)
    if kind == "cut":
        return Transition(detail="" if words == "cut" else text), False
    if length is None:
        return Transition(kind=kind, frames=round(DEFAULT_DISSOLVE_S * rate.fps), detail=text), True
    return Transition(kind=kind, frames=parse_time(length[0], rate, unit="f").frames, detail=text), False


def hits(text: str, rate: Rate, shot_start: int, line: int, warn: Callable[[str], None]) -> list[HitPoint]:
    """Hit points `TIME LABEL; TIME LABEL`: a timecode is absolute, anything else counts from the shot's start."""
    found = []
    for item in re.split(r"[;\n](?!\d\d(?:\s|$))", text):
        if not item.strip():
            continue
        label, frame = item.strip()[:MAX_ITEM], shot_start
        if match := _HIT.fullmatch(label):
            time = parse_time(match["time"].lstrip("+"), rate, warn=warn)
            frame = time.frames if time.absolute else shot_start + time.frames
            label = match["label"]
        soft = _SOFT.search(label)
        strength = "soft" if soft and (soft[2] or soft[1].lower() == "soft") else "strong"
        label = " ".join((label[: soft.start()] if soft else label).split())
        found.append(HitPoint(frame=frame, label=label or "hit", strength=strength, line=line))
    return found
