"""A morph in its place in the programme: made when it is reached, and sent into the spaces of both places."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from soundscape.audio import Audio, Sum
from soundscape.mix.gains import Frames, Values
from soundscape.mix.morph import morph, progress_at
from soundscape.mix.source import Source
from soundscape.model import SAMPLE_RATE, Morph, Sound

STEP = 256
"""Frames between two values of what is sent into each space."""


class Morphing:
    """The sound of a `Morph`; it is held only while it is heard.

    Parameters
    ----------
    plan : Morph
        Where it is, and of which sounds.
    sources : mapping of str to Source
        By name.
    """

    def __init__(self, plan: Morph, sources: Mapping[str, Source]) -> None:
        self.name = plan.name
        self._plan = plan
        self._old = [_unfaded(sources[name]) for name in plan.out]
        self._new = [_unfaded(sources[name]) for name in plan.into]
        self._audio: Audio | None = None

    @property
    def spaces(self) -> tuple[str, ...]:
        """The spaces it is heard in."""
        return tuple(dict.fromkeys(item.space for item in (*self._old, *self._new)))

    def add(self, start: int, stem: Sum, sends: Mapping[str, Audio]) -> None:
        """Add what is heard of it from sample `start` of the programme on, for the length of `stem`."""
        at, length = self._plan.at, self._plan.length
        begin, end = max(at, start), min(at + length, start + stem.shape[1])
        if begin >= end:
            if start >= at + length:
                self._audio = None
            return
        if self._audio is None:
            self._audio = morph(self._sum(self._old), self._sum(self._new), SAMPLE_RATE)
        heard = self._audio[:, begin - at : end - at]
        stem[:, begin - start : end - start] += heard
        grid = np.arange(0, length + STEP, STEP)
        progress = np.interp(np.arange(begin - at, end - at), grid, progress_at(grid, length))
        for side, turn in ((self._old, np.cos), (self._new, np.sin)):
            gain = turn(0.5 * np.pi * progress).astype(np.float32)
            for space, share in _shares(side, np.arange(begin, end)).items():
                sends[space][:, begin - start : end - start] += heard * (gain * share)

    def _sum(self, sources: list[Source]) -> Audio:
        total = np.zeros((2, self._plan.length), np.float32)
        for item in sources:
            item.whole(self._plan.at, total)
        return total


def _unfaded(source: Source) -> Source:
    """A source without the fades that it would have at its seams: the morph is its fade."""
    assert isinstance(source.source, Sound)
    return replace(source, source=replace(source.source, fade_in=0, fade_out=0))


def _shares(sources: list[Source], frames: Frames) -> dict[str, Values]:
    """Space → gain of what is sent there at frames of the programme: the mean of its sources."""
    shares: defaultdict[str, list[Values]] = defaultdict(list)
    for item in sources:
        if item.space:
            shares[item.space].append(item.share(frames))
    return {space: np.mean(found, axis=0) for space, found in shares.items()}
