"""How many beats lie between neighbouring anchors: a dynamic programme over anchors and tempi."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from soundscape.score.anchors import Anchor, Opening, segments
from soundscape.score.metre import bars_of, metre_cost, pickup_cost
from soundscape.score.request import Brief

NOTICED = 0.03
"""Relative change of tempo that is just noticed (Drake & Botte 1993: 3 % over five intervals)."""
FREE = 0.3
"""Share of it that costs nothing."""
CHANGE_COST = 12.0
"""Cost of a just noticeable change beyond what is free."""
ANY_CHANGE = 0.02
"""Cost of any change at all."""
RATIOS = (1.0, 3 / 2, 2 / 3, 4 / 3, 3 / 4)
"""Changes of tempo that are heard as a new metre, where they are allowed."""
MODULATION = 0.5
"""Cost of using one of them."""
HOME_COST = 0.05
"""Cost of a just noticeable distance from the home tempo."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BeatCounts:
    """Beats between anchors, and how they are barred."""

    beats: tuple[float, ...]
    """From the start of the cue to the first anchor, and from each anchor to the next; halves where a bar ends so."""
    pickup: int
    """Beats before the first downbeat."""
    bars: tuple[float, ...]
    """Lengths of the bars after it, to the last anchor."""
    home_bpm: float
    cost: float


def count_beats(
    opening: Opening,
    anchors: list[Anchor],
    brief: Brief,
    homes_bpm: npt.NDArray[np.float64],
    *,
    odd_cost: float,
) -> BeatCounts:
    """The cheapest numbers of beats between feasible anchors, over all home tempi.

    Exact: between neighbouring anchors the number of beats fixes the tempo, so that the state of the programme
    is the number of beats (and the position inside the window) of the last segment.
    """
    if not anchors:
        middle = float(homes_bpm[len(homes_bpm) // 2])
        return BeatCounts(beats=(), pickup=0, bars=(), home_bpm=middle, cost=0.0)
    parts = segments(opening, anchors, brief)
    total = np.zeros((len(homes_bpm), 1))
    log_home = np.log(homes_bpm)[:, None]
    before = None
    back: list[npt.NDArray[np.int64]] = []
    for part in parts:
        log_bpm = np.log(part.bpm)
        local = odd_cost * part.metre + HOME_COST * (noticed_change(log_bpm - log_home, brief) / NOTICED) ** 2
        if before is None:
            step = np.zeros((1, len(part.beats)))
        else:
            free = FREE * NOTICED + part.slack_s / part.length_s + before.slack_s / before.length_s
            raw = log_bpm[None, :] - np.log(before.bpm)[:, None]
            change = noticed_change(raw, brief)
            step = CHANGE_COST * (np.maximum(0.0, change - free) / NOTICED) ** 2 + ANY_CHANGE * (change > 1e-9)
            step += MODULATION * (np.abs(raw) > change + 1e-9)
            step[before.right[:, None] != part.left[None, :]] = np.inf
        ways = total[:, :, None] + step
        back.append(ways.argmin(axis=1))
        total = ways.min(axis=1) + local
        before = part
    home, last = np.unravel_index(total.argmin(), total.shape)
    cost = float(total[home, last])
    counts = []
    for part, best in zip(reversed(parts), reversed(back), strict=True):
        counts.append(float(part.beats[last]))
        last = best[home, last]
    counts.reverse()
    return _barred(opening, tuple(counts), brief.beats_per_bar, float(homes_bpm[home]), cost)


def noticed_change(log_change: npt.NDArray[np.float64], brief: Brief) -> npt.NDArray[np.float64]:
    """Size of changes of tempo (as logarithms), without the ratios by which the brief lets it change."""
    ratios = np.log(RATIOS) if brief.modulation else np.zeros(1)
    apart: npt.NDArray[np.float64] = np.abs(log_change[..., None] - ratios).min(axis=-1)
    return apart


def _barred(opening: Opening, counts: tuple[float, ...], per_bar: int, home_bpm: float, cost: float) -> BeatCounts:
    first, pickup = counts[0], 0
    if not opening.on_hit and pickup_cost(first, per_bar) < metre_cost(first, per_bar):
        pickup = int(first % per_bar)
        first -= pickup
    bars = sum((bars_of(count, per_bar) for count in (first, *counts[1:])), start=())
    return BeatCounts(beats=counts, pickup=pickup, bars=bars, home_bpm=home_bpm, cost=cost)
