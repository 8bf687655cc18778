"""The bars of a cue: a beat grid that turns beats into samples, with tension and sections."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from soundscape.model import SAMPLE_RATE, Curve, HitReport
from soundscape.score.anchors import EARLY_FRAMES, LATE_FRAMES
from soundscape.score.metre import quarters_of
from soundscape.score.request import CueRequest
from soundscape.score.tempo import TempoMap


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar."""

    number: int
    """Counted from 1."""
    first: float
    """Where it begins, in beats (quarter notes) of the cue."""
    beats: float
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
    beats: npt.NDArray[np.float64]
    """Where every beat lies, in quarter notes of the cue."""
    samples: npt.NDArray[np.float64]
    """Sample of the programme of every beat; the last one ends the last bar."""
    accents: tuple[float, ...]
    """Beats that are strong hits."""
    held: tuple[float, ...] = ()
    """Beats that are fermatas."""

    def sample(self, beat: float) -> int:
        """Sample of the programme of a beat; fractions lie between beats."""
        # Halves go up: to the even sample they would go by where in the programme the cue lies.
        return math.floor(float(np.interp(beat, self.beats, self.samples)) + 0.5)

    def beat(self, sample: int) -> float:
        """Beat of a sample of the programme."""
        return float(np.interp(sample, self.samples, self.beats))

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
    beats = quarters_of(tempo.beats)
    accents = _accents(request, tempo.report.hits, beats, samples)
    firsts = [0, *(index for index, beat in enumerate(tempo.beats) if index and beat.beat == 1)]
    bars: list[Bar] = []
    for number, (first, after) in enumerate(pairwise(firsts), 1):
        span = np.linspace(samples[first], samples[after], 9)
        opens = not bars or beats[first] in accents
        bars.append(
            Bar(
                number=number,
                first=float(beats[first]),
                beats=float(beats[after] - beats[first]),
                start=int(samples[first]),
                end=int(samples[after]),
                tension=float(np.clip(curve_at(request.tension, span).mean(), 0.0, 1.0)),
                opens=opens,
                section=bars[-1].section + opens if bars else 0,
            )
        )
    held = tuple(float(at) for at, beat in zip(beats, tempo.beats, strict=True) if beat.held)
    return Grid(bars=tuple(bars), beats=beats, samples=samples, accents=accents, held=held)


def _accents(
    request: CueRequest,
    hits: Sequence[HitReport],
    beats: npt.NDArray[np.float64],
    samples: npt.NDArray[np.float64],
) -> tuple[float, ...]:
    """The beats of strong hits; one that no beat could meet is between beats, exactly where the picture has it."""
    frame = SAMPLE_RATE / float(request.rate.fps)
    found = set()
    for hit in hits:
        if hit.strength == "strong":
            nearest = int(np.abs(samples - hit.sample).argmin())
            met = -EARLY_FRAMES * frame <= samples[nearest] - hit.sample <= LATE_FRAMES * frame
            found.add(float(beats[nearest] if met else np.interp(hit.sample, samples, beats)))
    return tuple(sorted(found))
