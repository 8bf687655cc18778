"""The tempo map: beats such that every strong hit is a downbeat and the tempo hardly moves.

Two stages. A dynamic programme chooses how many beats lie between neighbouring hits, by change of tempo, metre
and distance from a home tempo; a linear programme (`soundscape.score.taut`) then places the beats inside the hits'
windows with the least variation. Practice: Auricle (Kerr, 1984) and the "find tempo" windows of Digital Performer;
tempo differences that are just noticed: Drake & Botte, *Tempo sensitivity in auditory sequences*, 1993.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from soundscape.model import SAMPLE_RATE, Beat, HitReport
from soundscape.score.anchors import EARLY_FRAMES, LATE_FRAMES, Anchor, Opening, anchors_of, feasible_anchors
from soundscape.score.beatcount import NOTICED, BeatCounts, count_beats, noticed_change
from soundscape.score.metre import quarter_lengths
from soundscape.score.request import Brief, CueHit, TempoReport
from soundscape.score.taut import taut_beats
from soundscape.timecode import Rate

CANDIDATES = ("steady metre", "steady tempo", "another tempo")
"""The fewest odd bars without an audible step; the smallest steps; like the first, at a different pace."""
ODD_COSTS = (1.0, 0.3, 0.1, 0.03)
"""Prices of an odd bar against a change of tempo: each may give another map, among which a candidate is chosen."""
TAUT, CENTRED = 0.02, 1.0
"""Weights of a hit's distance from the picture against changes of tempo: to find the map, and to settle it."""
UNHEARD = NOTICED / 3
"""Change of tempo that costs nothing."""
RITARDANDO_BARS = 2
HOME_STEP = 0.03
LINES = 20
"""Lines of a report before the rest is counted."""
APART = 0.08
"""How far the home tempo of "another tempo" is from the first candidate's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TempoMap:
    """The beats of a cue; the last one is the first beat at or after its end."""

    beats: tuple[Beat, ...]
    bpm: float
    """Median tempo."""
    report: TempoReport


def fit_tempo(
    *, start: int, end: int, hits: tuple[CueHit, ...], brief: Brief, rate: Rate, candidate: int = 0
) -> TempoMap:
    """A tempo map from sample `start`, a downbeat, to `end`, with every strong hit on a downbeat.

    Parameters
    ----------
    candidate : int
        Index in `CANDIDATES`.

    Notes
    -----
    What cannot be met is given up in an order that the report repeats: see `anchors.feasible_anchors`.
    """
    opening, wanted = anchors_of(hits, rate, start_s=start / SAMPLE_RATE)
    anchors, given_up = feasible_anchors(opening, wanted, brief, rate)
    homes = _homes(brief)
    grid = _grid(opening, anchors, brief, homes, CANDIDATES[candidate])
    if CANDIDATES[candidate] == "another tempo":
        apart = homes[np.abs(np.log(homes / grid.counts.home_bpm)) >= APART]
        if len(apart):
            grid = _grid(opening, anchors, brief, apart, CANDIDATES[candidate])
    grid = _centred(grid, opening, anchors, brief)
    beats, bars = _beats(grid, end / SAMPLE_RATE, brief)
    lengths = quarter_lengths(beats)[1]
    report = TempoReport(
        candidate=CANDIDATES[candidate],
        hits=_hit_reports(hits, beats, rate),
        largest_step=_largest_step(lengths, brief),
        tempo_range=float(lengths.max() / lengths.min() - 1.0),
        bars=len(bars),
        odd_bars=sum(length != brief.beats_per_bar for length in bars[bool(grid.counts.pickup) :]),
        fixed_tempo_share=fixed_tempo_share(hits, brief, rate, start=start),
        given_up=_shortened(given_up),
    )
    return TempoMap(beats=beats, bpm=60.0 * SAMPLE_RATE / float(np.median(lengths)), report=report)


def fixed_tempo_share(hits: tuple[CueHit, ...], brief: Brief, rate: Rate, *, start: int) -> float:
    """Share of strong hits on downbeats under the best single tempo from `start`: what it is to do nothing."""
    at = np.array([hit.sample - start for hit in hits if hit.strength == "strong"]) / SAMPLE_RATE
    if not len(at):
        return 1.0
    frame = 1.0 / float(rate.fps)
    bars = 60.0 * brief.beats_per_bar / np.arange(brief.bpm_low, brief.bpm_high + 1e-9, 0.05)[:, None]
    late = np.round(at / bars) * bars - at
    met = (late >= -EARLY_FRAMES * frame) & (late <= LATE_FRAMES * frame)
    return float(met.sum(axis=1).max()) / len(at)


def _homes(brief: Brief) -> npt.NDArray[np.float64]:
    """Home tempi in steps of 3 % over the range of the brief, its geometric middle among them."""
    middle = math.sqrt(brief.bpm_low * brief.bpm_high)
    steps = math.floor(math.log(brief.bpm_high / middle) / math.log1p(HOME_STEP))
    homes: npt.NDArray[np.float64] = np.float64(middle) * (1.0 + HOME_STEP) ** np.arange(-steps, steps + 1.0)
    return homes


@dataclass(frozen=True, slots=True)
class _Grid:
    """Beats up to the last anchor."""

    counts: BeatCounts
    times_s: npt.NDArray[np.float64]
    shares: npt.NDArray[np.float64]
    """Of a quarter note, for every beat but the last."""
    held: npt.NDArray[np.bool_]

    @property
    def lengths_s(self) -> npt.NDArray[np.float64]:
        """Quarter notes, fermatas left out."""
        lengths: npt.NDArray[np.float64] = (np.diff(self.times_s) / self.shares)[~self.held]
        return lengths


def _grid(
    opening: Opening, anchors: list[Anchor], brief: Brief, homes: npt.NDArray[np.float64], candidate: str
) -> _Grid:
    """The best grid for a candidate among those that the prices of an odd bar give."""
    grids: dict[tuple[float, ...], _Grid] = {}
    limits_s = 60.0 / brief.bpm_high, 60.0 / brief.bpm_low
    for odd_cost in ODD_COSTS:
        counts = count_beats(opening, anchors, brief, homes, odd_cost=odd_cost)
        if counts.beats not in grids:
            grids[counts.beats] = _placed(opening.start_s, anchors, counts, limits_s)

    def order(grid: _Grid) -> tuple[float, ...]:
        step = _largest_step(grid.lengths_s, brief)
        odd = sum(length != brief.beats_per_bar for length in grid.counts.bars)
        return (round(step, 6), odd) if candidate == "steady tempo" else (max(step, NOTICED), odd, step)

    return min(grids.values(), key=order)


def _centred(grid: _Grid, opening: Opening, anchors: list[Anchor], brief: Brief) -> _Grid:
    """The same beats with the hits as near to the picture as steps of tempo allow that nobody hears."""
    if not anchors or brief.modulation or len(grid.lengths_s) < 2:
        return grid
    low, high = float(grid.lengths_s.min()), float(grid.lengths_s.max())
    middle, apart = math.sqrt(low * high), math.exp(max(math.log(high / low) / 2, UNHEARD))
    largest = max(UNHEARD * low, float(np.abs(np.diff(grid.lengths_s)).max()))
    limits = (max(60.0 / brief.bpm_high, middle / apart), min(60.0 / brief.bpm_low, middle * apart))
    return _placed(opening.start_s, anchors, grid.counts, limits, centring=CENTRED, largest_s=largest)


def _placed(
    start_s: float,
    anchors: list[Anchor],
    counts: BeatCounts,
    limits_s: tuple[float, float],
    *,
    centring: float = TAUT,
    largest_s: float = math.inf,
) -> _Grid:
    """Times of all beats from the start to the last anchor."""
    steps = np.ceil(counts.beats).astype(int)
    at = np.cumsum(steps)
    shares, held = np.ones(steps.sum()), np.zeros(steps.sum(), bool)
    if not anchors:
        return _Grid(counts, np.array([start_s]), shares, held)
    shares[at[steps > counts.beats] - 1] = 0.5
    held[at[[anchor.reach == "held" for anchor in anchors]] - 1] = True
    times_s = taut_beats(
        start_s,
        [
            (int(beat), anchor.earliest_s, anchor.target_s, anchor.latest_s)
            for beat, anchor in zip(at, anchors, strict=True)
        ],
        shortest_s=limits_s[0],
        longest_s=limits_s[1],
        largest_s=largest_s,
        centring=centring,
        shares=shares,
        held=held,
    )
    return _Grid(counts, times_s, shares, held)


def _beats(grid: _Grid, end_s: float, brief: Brief) -> tuple[tuple[Beat, ...], list[float]]:
    """The beats to the end of the cue in whole bars of the last tempo, and the lengths of the bars."""
    counts, times_s = grid.counts, grid.times_s
    bars: list[float] = [*((counts.pickup,) if counts.pickup else ()), *counts.bars]
    beat_s = grid.lengths_s[-1] if len(grid.lengths_s) else 60.0 / counts.home_bpm
    bar_s = beat_s * brief.beats_per_bar
    more = max(0 if bars else 1, math.ceil((end_s - times_s[-1]) / bar_s - 1e-6))
    bars += [brief.beats_per_bar] * more
    tail = np.full(more * brief.beats_per_bar, beat_s)
    slowing = min(len(tail), RITARDANDO_BARS * brief.beats_per_bar)
    tail[len(tail) - slowing :] *= np.linspace(1.0, 1.0 + brief.ritardando, slowing + 1)[1:]
    times_s = np.concatenate([times_s, times_s[-1] + np.cumsum(tail)])
    samples = np.floor(times_s * SAMPLE_RATE + 0.5).astype(int)
    places = [(bar, beat) for bar, length in enumerate(bars, 1) for beat in range(1, math.ceil(length) + 1)]
    if counts.pickup:
        last = brief.beats_per_bar + 1
        places[: counts.pickup] = [(1, beat) for beat in range(last - counts.pickup, last)]
    places.append((len(bars) + 1, 1))
    shares = np.concatenate([grid.shares, np.ones(len(tail) + 1)])
    held = np.concatenate([grid.held, np.zeros(len(tail) + 1, bool)])
    beats = tuple(
        Beat(sample=int(sample), bar=bar, beat=beat, share=float(share), held=bool(hold))
        for sample, (bar, beat), share, hold in zip(samples, places, shares, held, strict=True)
    )
    return beats, bars


def _shortened(lines: list[str]) -> tuple[str, ...]:
    more = len(lines) - LINES
    return tuple(lines) if more <= 0 else (*lines[:LINES], f"and {more} more hits")


def _largest_step(lengths: npt.NDArray[Any], brief: Brief) -> float:
    return float(np.max(noticed_change(np.diff(np.log(lengths)), brief), initial=0.0))


def _hit_reports(hits: tuple[CueHit, ...], beats: tuple[Beat, ...], rate: Rate) -> tuple[HitReport, ...]:
    """Where each hit landed: a strong one on the nearest downbeat, a soft one on the nearest beat."""
    frame = SAMPLE_RATE / float(rate.fps)
    downbeats = [beat for beat in beats if beat.beat == 1]
    reports = []
    for hit in sorted(hits, key=lambda hit: hit.sample):
        grid = downbeats if hit.strength == "strong" else list(beats)
        nearest = min(grid, key=lambda beat: abs(beat.sample - hit.sample))
        off = (nearest.sample - hit.sample) / frame
        scale = next((n for n in (1, 2) if -EARLY_FRAMES * n <= off <= LATE_FRAMES * n), 3)
        reports.append(
            HitReport(
                label=hit.label,
                sample=hit.sample,
                strength=hit.strength,
                landed=nearest.sample,
                frames_off=round(off, 3),
                bar=nearest.bar,
                beat=nearest.beat,
                verdict=("hit", "near", "miss")[scale - 1],
            )
        )
    return tuple(reports)
