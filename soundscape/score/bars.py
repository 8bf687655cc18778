"""The bars of a cue: a beat grid that turns beats into samples, with tension and sections."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from soundscape.model import Beat, Curve
from soundscape.score.request import CueRequest
from soundscape.score.tempo import TempoMap


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar."""

    number: int
    """Counted from 1."""
    first: int
    """Index of its first beat in the cue."""
    beats: int
    start: int
    """Sample of the programme."""
    end: int
    tension: float
    opens: bool
    """Whether a section begins here: at the start of the cue or on a strong hit."""
    section: int
    """Counted from 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Beats and bars of a cue."""

    bars: tuple[Bar, ...]
    samples: npt.NDArray[np.float64]
    """Sample of the programme of every beat; the last one ends the last bar."""
    accents: tuple[int, ...]
    """Beats that are strong hits."""

    def sample(self, beat: float) -> int:
        """Sample of the programme of a beat; fractions lie between beats."""
        return round(float(np.interp(beat, np.arange(len(self.samples)), self.samples)))

    def bar_at(self, beat: float) -> Bar:
        """The bar that a beat is in."""
        firsts = [bar.first for bar in self.bars]
        return self.bars[max(0, int(np.searchsorted(firsts, beat + 1e-9, side="right")) - 1)]

    def first_downbeat(self, sample: int) -> Bar | None:
        """The first bar that begins on or after a sample."""
        return next((bar for bar in self.bars if bar.start >= sample and bar.beats > 1), None)


def curve_at(curve: Curve, samples: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Values of a curve at samples of the programme."""
    places, values = zip(*curve, strict=True)
    return np.interp(samples, places, values)


def grid_of(request: CueRequest, tempo: TempoMap) -> Grid:
    """Bars, tension and sections of a cue with this tempo map."""
    samples = np.array([beat.sample for beat in tempo.beats], np.float64)
    accents = _accents(request, tempo.beats)
    firsts = [0, *(index for index, beat in enumerate(tempo.beats) if index and beat.beat == 1)]
    bars: list[Bar] = []
    for number, (first, after) in enumerate(pairwise(firsts), 1):
        span = np.linspace(samples[first], samples[after], 9)
        opens = not bars or first in accents
        bars.append(
            Bar(
                number=number,
                first=first,
                beats=after - first,
                start=int(samples[first]),
                end=int(samples[after]),
                tension=float(np.clip(curve_at(request.tension, span).mean(), 0.0, 1.0)),
                opens=opens,
                section=bars[-1].section + opens if bars else 0,
            )
        )
    return Grid(bars=tuple(bars), samples=samples, accents=accents)


def _accents(request: CueRequest, beats: tuple[Beat, ...]) -> tuple[int, ...]:
    """Indices of the beats on which strong hits landed, be they downbeats or not."""
    samples = np.array([beat.sample for beat in beats])
    strong = [hit.sample for hit in request.hits if hit.strength == "strong"]
    return tuple(sorted({int(np.abs(samples - sample).argmin()) for sample in strong}))
