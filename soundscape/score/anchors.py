"""Anchors: the strong hits of a cue as downbeats with a window, and which of them can be met at all."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from soundscape.model import SAMPLE_RATE
from soundscape.score.metre import metre_cost, pickup_cost
from soundscape.score.request import Brief, CueHit
from soundscape.timecode import Rate

EARLY_FRAMES = 1.0
"""Music may lead the picture by a frame and trail it by two: inside ITU-R BT.1359 at 24 frames a second."""
LATE_FRAMES = 2.0
REACHES = ("whole", "half")
HELD_TEMPI = 9
"""Tempi of the range that are tried before a fermata."""
WIDER_FRAMES = 1.0
"""Added on both sides before a hit is given up."""
MARGIN_S = 0.001
"""Kept free inside each window for whole samples and whole MIDI microseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """One or more strong hits that share a downbeat."""

    earliest_s: float
    target_s: float
    latest_s: float
    weight: float
    label: str
    locked: bool = False
    """Marked by the editor: others are given up for it."""
    reach: str = "whole"
    """How it is reached from the anchor before: by a `whole` number of beats, with `half` a beat at the end of the
    last bar, or after a beat that is `held`."""

    @property
    def slack_s(self) -> float:
        """Half the window."""
        return (self.latest_s - self.earliest_s) / 2

    def positions(self, fine: bool) -> tuple[float, ...]:
        """Where the downbeat may be tried: on the hit, and when that is not enough at the window's edges."""
        return (self.earliest_s, self.target_s, self.latest_s) if fine else (self.target_s,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """The start of a cue: its first beat."""

    start_s: float
    on_hit: bool
    """Whether a strong hit falls on it, so that it is a downbeat and no pick-up may come before."""
    label: str = "the cue start"
    weight: float = math.inf
    locked: bool = True
    slack_s: float = 0.0

    def positions(self, _: bool) -> tuple[float, ...]:
        """It is where it is."""
        return (self.start_s,)


@dataclass(frozen=True, slots=True)
class Segment:
    """The ways from one anchor to the next; all arrays have one entry per way."""

    beats: npt.NDArray[np.float64]
    bpm: npt.NDArray[np.float64]
    left: npt.NDArray[np.int64]
    """Index of the position of the first anchor."""
    right: npt.NDArray[np.int64]
    metre: npt.NDArray[np.float64]
    """Cost of the bars."""
    length_s: float
    slack_s: float


def anchors_of(hits: tuple[CueHit, ...], rate: Rate, *, start_s: float) -> tuple[Opening, list[Anchor]]:
    """The start, and after it the strong hits in order of time; those whose windows overlap share one anchor."""
    frame = 1.0 / float(rate.fps)
    anchors: list[Anchor] = []
    on_hit = False
    for hit in sorted(hits, key=lambda hit: hit.sample):
        at = hit.sample / SAMPLE_RATE
        if hit.strength != "strong":
            continue
        if at <= start_s + EARLY_FRAMES * frame - MARGIN_S:
            on_hit = True
            continue
        anchor = Anchor(
            earliest_s=at - EARLY_FRAMES * frame + MARGIN_S,
            target_s=at,
            latest_s=at + LATE_FRAMES * frame - MARGIN_S,
            weight=hit.weight,
            locked=hit.locked,
            label=hit.label or f"{at:.2f} s",
        )
        if anchors and anchor.earliest_s < anchors[-1].latest_s - MARGIN_S:
            anchor = _joined(anchors.pop(), anchor)
        anchors.append(anchor)
    return Opening(start_s=start_s, on_hit=on_hit), anchors


def _joined(first: Anchor, second: Anchor) -> Anchor:
    low, high = max(first.earliest_s, second.earliest_s), min(first.latest_s, second.latest_s)
    return Anchor(
        earliest_s=low,
        target_s=min(max((first.target_s + second.target_s) / 2, low), high),
        latest_s=high,
        weight=first.weight + second.weight,
        locked=first.locked or second.locked,
        label=f"{first.label} + {second.label}",
    )


def segment(before: Anchor | Opening, after: Anchor, brief: Brief, *, fine: bool) -> Segment:
    """Every number of beats from one anchor (or the start of the cue) to the next inside the tempo range."""
    starts = before.positions(fine)
    ends = after.positions(fine)
    longest, shortest = ends[-1] - starts[0], ends[0] - starts[-1]
    first = max(1, int(np.floor(shortest * brief.bpm_low / 60.0)))
    last = int(np.ceil(longest * brief.bpm_high / 60.0))
    counts = np.arange(first, last + 1, 0.5 if after.reach == "half" else 1.0)
    if after.reach == "held":
        counts = np.geomspace(brief.bpm_low, brief.bpm_high, HELD_TEMPI)
    left, right, beats = (
        axis.ravel() for axis in np.meshgrid(np.arange(len(starts)), np.arange(len(ends)), counts, indexing="ij")
    )
    length_s = np.array(ends)[right] - np.array(starts)[left]
    if after.reach == "held":  # whole beats at a tempo of its own, and what is left prolongs the last of them
        bpm, beats = beats, np.floor(length_s * beats / 60.0)
    else:
        bpm = 60.0 * beats / np.maximum(length_s, 1e-9)
    costs = {n: metre_cost(n, brief.beats_per_bar) for n in set(beats.tolist())}
    if isinstance(before, Opening) and not before.on_hit:
        costs = {n: min(cost, pickup_cost(n, brief.beats_per_bar)) for n, cost in costs.items()}
    metre = np.array([costs[n] for n in beats.tolist()])
    good = (bpm >= brief.bpm_low) & (bpm <= brief.bpm_high) & np.isfinite(metre) & (beats >= 1)
    return Segment(
        beats=beats[good],
        bpm=bpm[good],
        left=left[good],
        right=right[good],
        metre=metre[good],
        length_s=ends[len(ends) // 2] - starts[len(starts) // 2],
        slack_s=after.slack_s + before.slack_s,
    )


def segments(opening: Opening, anchors: list[Anchor], brief: Brief) -> list[Segment]:
    """The segments of feasible anchors; positions at the window's edges are tried only where they are needed."""
    coarse = _chain(opening, anchors, brief, fine=False)
    return coarse if all(len(part.beats) for part in coarse) else _chain(opening, anchors, brief, fine=True)


def _chain(opening: Opening, anchors: list[Anchor], brief: Brief, *, fine: bool) -> list[Segment]:
    chain: list[Anchor | Opening] = [opening, *anchors]
    return [segment(before, after, brief, fine=fine) for before, after in zip(chain, anchors, strict=False)]


def feasible_anchors(
    opening: Opening, anchors: list[Anchor], brief: Brief, rate: Rate
) -> tuple[list[Anchor], list[str]]:
    """The anchors that beats can reach one after the other, and what was given up for it.

    The order in which things are given up: nothing; whole beats, by a bar that ends with half a beat; windows of
    one frame more on either side; the lighter of two hits that cannot both be met, the later one where both weigh
    the same; and where the editor locked both, an even pulse, by a fermata before the second.
    """
    wider = WIDER_FRAMES / float(rate.fps)
    wide = [
        replace(anchor, earliest_s=anchor.earliest_s - wider, latest_s=anchor.latest_s + wider)
        for anchor in anchors
    ]
    early, late = EARLY_FRAMES + WIDER_FRAMES, LATE_FRAMES + WIDER_FRAMES
    told = f"windows widened to {early:g} frames early and {late:g} late"
    ways = []
    for wanted, reaches, said in ((anchors, ("whole",), []), (anchors, REACHES, []), (wide, REACHES, [told])):
        kept, gone = _met(opening, wanted, brief, reaches)
        lost = len(gone) + sum(anchor.reach == "held" for anchor in kept)
        ways.append((lost, kept, [*_broken(kept), *said, *gone]))
        if not lost:
            break
    _, kept, given_up = min(ways, key=lambda way: way[0])
    return kept, given_up


def _broken(anchors: list[Anchor]) -> list[str]:
    """A line for every anchor that is not reached by whole beats."""
    lines = {"half": "the bar before {} ends with half a beat", "held": "a fermata is held before {}"}
    return [lines[anchor.reach].format(anchor.label) for anchor in anchors if anchor.reach in lines]


def _met(
    opening: Opening, anchors: list[Anchor], brief: Brief, reaches: tuple[str, ...]
) -> tuple[list[Anchor], list[str]]:
    """Anchors that can be reached one after the other, and a line for each that cannot."""
    kept: list[Anchor] = []
    reached = [np.array([True])]  # which positions of the start and of each kept anchor can be reached
    gone = []
    for anchor in anchors:
        while True:
            before = kept[-1] if kept else opening
            lighter = before if (before.locked, before.weight) < (anchor.locked, anchor.weight) else anchor
            for reach in (*reaches, *(("held",) if lighter.locked else ())):
                ways = segment(before, replace(anchor, reach=reach), brief, fine=True)
                open_ways = reached[-1][ways.left]
                if open_ways.any():
                    break
            if open_ways.any():
                kept.append(replace(anchor, reach=reach))
                reached.append(np.isin(np.arange(3), ways.right[open_ways]))
                break
            gone.append(
                f"hit {lighter.label} is no downbeat: no whole number of beats fits between "
                f"{before.label} and {anchor.label} "
                f"at {brief.bpm_low:g} to {brief.bpm_high:g} bpm"
            )
            if lighter is anchor:
                break
            kept.pop()
            reached.pop()
    return kept, gone
