"""From frames of the picture to samples of the programme: the one place where a plan rounds time."""

from __future__ import annotations

from dataclasses import dataclass

from soundscape.model import SAMPLE_RATE, Timeline
from soundscape.timecode import frame_to_sample, frame_to_timecode
from soundscape.units import seconds_to_samples


@dataclass(frozen=True, slots=True)
class Clock:
    """Converts times of one timeline."""

    timeline: Timeline

    def sample(self, frame: int) -> int:
        """Sample on which a frame begins, counted from the start of the programme."""
        return frame_to_sample(frame - self.timeline.start, self.timeline.rate, SAMPLE_RATE)

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
