"""From frames of the picture to samples of the programme: the one place where a plan rounds time."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from soundscape.model import SAMPLE_RATE, Timeline
from soundscape.timecode import frame_to_sample, frame_to_timecode
from soundscape.units import seconds_to_samples


@dataclass(frozen=True, slots=True)
class Clock:
    """Converts times of one timeline."""

    timeline: Timeline
    origin: int | None = None
    """Frame from which all others are counted, at most a sample off: what follows it is the same wherever it lies."""

    def sample(self, frame: int) -> int:
        """Sample on which a frame begins, counted from the start of the programme."""
        origin = self.timeline.start if self.origin is None else self.origin
        at = frame_to_sample(origin - self.timeline.start, self.timeline.rate, SAMPLE_RATE)
        return at + frame_to_sample(frame - origin, self.timeline.rate, SAMPLE_RATE)

    def moved(self, sample: int) -> int:
        """A sample on which a frame begins for the clock without an origin, as this one counts."""
        return self.sample(self.timeline.start + round(Fraction(sample, SAMPLE_RATE) * self.timeline.rate.fps))

    def samples(self, seconds: float) -> int:
        """A length in seconds as samples."""
        return seconds_to_samples(seconds, SAMPLE_RATE)

    def timecode(self, frame: int) -> str:
        """Label of a frame."""
        return frame_to_timecode(frame, self.timeline.rate)

    @property
    def length(self) -> int:
        """Samples of the programme."""
        return self.sample(self.timeline.end)
