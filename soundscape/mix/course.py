"""The course of a source through a mix: all its gains, made once, and read for any stretch of it."""

from __future__ import annotations

from dataclasses import dataclass

from soundscape.mix.gains import Frames, Values, knots, pan_gains, source_gain, source_pan, source_width
from soundscape.mix.wetness import source_wetness
from soundscape.model import Clip, Sound


@dataclass(frozen=True, slots=True)
class Course:
    """Gains at knots, between which they are lines."""

    at: Frames
    """Frames, counted from where the source is placed."""
    left: Values
    right: Values
    width: Values
    direct: Values
    """Of the source itself, besides those of its sides."""
    share: Values
    """Of what it sends into its space."""

    @classmethod
    def of(cls, source: Sound | Clip) -> Course:
        """The course of a sound or clip."""
        at = knots(source)
        gain, (left, right) = source_gain(source, at), pan_gains(source_pan(source, at))
        direct, share = source_wetness(source, at)
        return cls(at, gain * left, gain * right, source_width(source, at), direct, share)

    def between(self, start: int, stop: int) -> Course:
        """The knots around a stretch and in it."""
        first, last = self.at.searchsorted(start, "right") - 1, self.at.searchsorted(stop) + 1
        kept = slice(int(first), int(last))
        return Course(
            self.at[kept],
            self.left[kept],
            self.right[kept],
            self.width[kept],
            self.direct[kept],
            self.share[kept],
        )
