"""Notes on the beat grid, before they are performed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One note of one role, in beats of the cue."""

    role: str
    beat: float
    length: float
    """Beats."""
    pitch: int
    strength: float
    """0 to 1: how hard it is played, before a player's unevenness."""
    exact: bool = False
    """Meets the picture: no unevenness in time or strength."""


def fold(pitch: int, low: int, high: int) -> int:
    """The pitch, or its nearest octave inside a range of at least an octave."""
    if pitch < low:
        return pitch + 12 * -(-(low - pitch) // 12)
    if pitch > high:
        return pitch - 12 * -(-(pitch - high) // 12)
    return pitch
