"""One source of a mix: where its part lies, and what it adds to its stem and to its space."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numba import njit

from soundscape.audio import Audio, Sum
from soundscape.mix.course import Course
from soundscape.mix.gains import Frames, Values
from soundscape.mix.wetness import source_wetness
from soundscape.model import Clip, Sound
from soundscape.parts import Part

STRETCH = 1024
"""Frames that are placed at a time."""
LEAST_DIRECT = np.float32(0.05)
"""A morph is heard in its spaces by way of itself, so that none is wholly wet."""


@dataclass(frozen=True)
class Source:
    """A sound or clip with its part, and where the part lies in the programme."""

    source: Sound | Clip
    part: Part
    bus: str
    space: str
    start: int
    taken: tuple[tuple[int, int], ...] = ()
    """Stretches of the programme in which a morph stands for it, in order."""

    @property
    def stop(self) -> int:
        """First sample after it: hits and last notes ring on, the part of a layer goes on to the end of a tick."""
        layer = isinstance(self.source, Sound) and self.source.kind == "layers"
        return self.start + (min(self.part.frames, self.source.length) if layer else self.part.frames)

    def share(self, frames: Frames) -> Values:
        """What it sends into its space against what is heard of itself, at frames of the programme."""
        direct, send = source_wetness(self.source, frames - self.source.at)
        return (send / np.maximum(direct, LEAST_DIRECT)).astype(np.float32)

    def sounds(self, start: int, stop: int) -> bool:
        """Whether it sounds between two samples of the programme."""
        return self.start < stop and self.stop > start

    def add(self, start: int, stem: Sum, send: Audio | None) -> None:
        """Add what is heard of it from sample `start` of the programme on, for the length of `stem`."""
        for begin, end in self._heard(start, start + stem.shape[1]):
            to = slice(begin - start, end - start)
            self._place(begin, end, stem[:, to], None if send is None else send[:, to])

    def whole(self, start: int, stem: Audio) -> None:
        """Add it dry, also where a morph stands for it."""
        begin, end = max(self.start, start), min(self.stop, start + stem.shape[1])
        if begin < end:
            self._place(begin, end, stem[:, begin - start : end - start], None)

    def _heard(self, start: int, stop: int) -> Iterator[tuple[int, int]]:
        begin, stop = max(self.start, start), min(self.stop, stop)
        for first, last in self.taken:
            if begin < min(first, stop):
                yield begin, min(first, stop)
            begin = max(begin, last)
        if begin < stop:
            yield begin, stop

    def _place(self, begin: int, end: int, stem: Sum, send: Audio | None) -> None:
        samples = self.part.read(begin - self.start, end - self.start)
        # Fades and automation count from where the sound is placed, which for a hit is its sync point.
        heard = self._course.between(begin - self.source.at, end - self.source.at)
        sides = heard.left, heard.right, heard.width
        wet = np.empty((2, 0), np.float32) if send is None else send
        _place(samples, heard.at - (begin - self.source.at), *sides, heard.direct, heard.share, stem, wet)

    @cached_property
    def _course(self) -> Course:
        return Course.of(self.source)


@njit(cache=True, nogil=True)
def _place(samples, at, left, right, width, direct, share, stem, send):  # type: ignore[no-untyped-def]
    """Add `(frames, 2)` samples to a stem, and a share of them to a send; gains are lines between the frames `at`.

    A send without frames is none. A stretch at a time, each step a loop of its own: such loops vectorise, and the
    stretch stays in the cache.
    """
    scratch = np.empty((2, STRETCH), np.float32)
    for k in range(at.shape[0] - 1):
        part = np.float32(1.0) / np.float32(at[k + 1] - at[k])
        turn_left, turn_right = (left[k + 1] - left[k]) * part, (right[k + 1] - right[k]) * part
        widening = (width[k + 1] - width[k]) * part
        wetting, drying = (share[k + 1] - share[k]) * part, (direct[k + 1] - direct[k]) * part
        end = min(at[k + 1], samples.shape[0])
        for first in range(max(at[k], 0), end, STRETCH):
            stop = min(first + STRETCH, end)
            frames, heard, since = samples[first:stop], scratch[:, : stop - first], np.float32(first - at[k])
            for i in range(stop - first):
                heard[0, i], heard[1, i] = frames[i, 0], frames[i, 1]
            if width[k] != 1.0 or widening != 0.0:
                for i in range(stop - first):
                    w = width[k] + (since + np.float32(i)) * widening
                    middle = (heard[0, i] + heard[1, i]) * np.float32(0.5)
                    side = (heard[0, i] - heard[1, i]) * np.float32(0.5) * w
                    heard[0, i], heard[1, i] = middle + side, middle - side
            for i in range(stop - first):
                heard[0, i] *= left[k] + (since + np.float32(i)) * turn_left
                heard[1, i] *= right[k] + (since + np.float32(i)) * turn_right
            for channel in range(2):
                if send.shape[1] > 0:
                    to = send[channel, first:stop]
                    for i in range(stop - first):
                        to[i] += heard[channel, i] * (share[k] + (since + np.float32(i)) * wetting)
                if direct[k] != 1.0 or drying != 0.0:
                    for i in range(stop - first):
                        heard[channel, i] *= direct[k] + (since + np.float32(i)) * drying
                to = stem[channel, first:stop]
                for i in range(stop - first):
                    to[i] += heard[channel, i]
