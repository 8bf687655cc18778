"""One source of a mix: where its part lies, and what it adds to its stem and to its space."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numba import njit

from soundscape.audio import Audio
from soundscape.mix.gains import pan_gains, source_gain, source_pan, source_width
from soundscape.model import Clip, Sound
from soundscape.parts import Part
from soundscape.units import db_to_gain


@dataclass(frozen=True, slots=True)
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

    @property
    def share(self) -> float:
        """Gain of its send."""
        return db_to_gain(self.source.send_db) if isinstance(self.source, Sound) else 0.0

    def add(self, start: int, stem: Audio, send: Audio | None) -> None:
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

    def _place(self, begin: int, end: int, stem: Audio, send: Audio | None) -> None:
        samples = self.part.read(begin - self.start, end - self.start)
        # Fades and automation count from where the sound is placed, which for a hit is its sync point.
        at = begin - self.source.at, end - self.source.at
        gain = np.atleast_1d(np.asarray(source_gain(self.source, *at), np.float32))
        left, right = pan_gains(source_pan(self.source, *at))
        width = source_width(self.source, *at)
        share = np.float32(0.0 if send is None else self.share)
        wet = stem if send is None else send
        _place(samples, gain, np.atleast_1d(left), np.atleast_1d(right), np.atleast_1d(width), share, stem, wet)


@njit(cache=True, nogil=True)
def _place(samples, gain, left, right, width, share, stem, send):  # type: ignore[no-untyped-def]
    """Add `(frames, 2)` samples to a stem, and a share of them to a send; a control has one value or one a frame."""
    g, to_left, to_right, w = gain[0], left[0], right[0], width[0]
    for i in range(samples.shape[0]):
        if gain.shape[0] > 1:
            g = gain[i]
        if left.shape[0] > 1:
            to_left, to_right = left[i], right[i]
        if width.shape[0] > 1:
            w = width[i]
        a, b = samples[i, 0], samples[i, 1]
        if w != 1.0:
            middle, side = (a + b) * np.float32(0.5), (a - b) * np.float32(0.5) * w
            a, b = middle + side, middle - side
        a, b = a * g * to_left, b * g * to_right
        stem[0, i] += a
        stem[1, i] += b
        if share > 0.0:
            send[0, i] += a * share
            send[1, i] += b * share
