"""The taut string: beat times that change tempo as little as the hits allow.

Among all beat times that put every anchor inside its window, those with the least total variation of beat length:
tempo stays constant, and changes, where it must, at hits. A linear programme, solved by HiGHS (Huangfu & Hall,
*Parallelizing the dual revised simplex method*, 2018).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from soundscape.errors import ScoreError

HELD_AT_MOST = 2.0
"""Beats that a fermata may last."""

AT_ANCHOR = 0.98
"""Weight of a change of tempo at an anchor against one elsewhere: where they cost the same, it is at the anchor."""


def taut_beats(
    start_s: float,
    anchors: Sequence[tuple[int, float, float, float]],
    *,
    shortest_s: float,
    longest_s: float,
    largest_s: float = np.inf,
    centring: float = 0.02,
    shares: npt.NDArray[np.float64] | None = None,
    held: npt.NDArray[np.bool_] | None = None,
) -> npt.NDArray[np.float64]:
    """Times in seconds of beats 0 to the last anchor's.

    Parameters
    ----------
    start_s : float
        Time of beat 0.
    anchors : sequence of (beat, earliest_s, target_s, latest_s)
        In order of time.
    shortest_s, longest_s : float
        Limits of a beat's length.
    largest_s : float
        Largest change from one beat to the next.
    centring : float
        Weight of an anchor's distance from its target against total variation; a small one settles only what
        variation leaves open.
    shares : array, optional
        How much of a beat each one but the last lasts; 1 where it is left out.
    held : array, optional
        Which of them are fermatas: longer than a beat, and no change of tempo.

    Raises
    ------
    ScoreError
        When no beat times satisfy all of it.
    """
    from scipy.optimize import linprog

    count = anchors[-1][0]
    shares = np.ones(count) if shares is None else shares
    held = np.zeros(count, np.bool_) if held is None else held
    beats, earliest, targets, latest = (np.array(column) for column in zip(*anchors, strict=True))
    counted = np.flatnonzero(~held)
    turns = max(0, len(counted) - 1)
    limits = [
        np.zeros(2 * turns),
        targets - start_s,
        start_s - targets,
        np.full(len(counted), longest_s * (1 + 1e-9)),
        np.full(len(counted), -shortest_s * (1 - 1e-9)),
        np.full(count - len(counted), HELD_AT_MOST * longest_s),
        np.full(count - len(counted), -shortest_s * (1 - 1e-9)),
    ]
    bounds = np.zeros((count + 1 + turns + len(beats), 2))
    bounds[:, 1] = np.inf
    bounds[0] = 0.0
    bounds[count + 1 : count + 1 + turns, 1] = largest_s * (1 + 1e-6) + 1e-9
    bounds[beats, 0] = earliest - start_s
    bounds[beats, 1] = latest - start_s
    weights = np.where(np.isin(counted[1:], beats), AT_ANCHOR, 1.0)
    found = linprog(
        np.concatenate([np.zeros(count + 1), weights, np.full(len(beats), centring)]),
        A_ub=_rows(beats, shares, held),
        b_ub=np.concatenate(limits),
        bounds=bounds,
        method="highs",
    )
    if found.x is None:
        raise ScoreError("no beats fit the hits inside the tempo range")
    times: npt.NDArray[np.float64] = start_s + found.x[: count + 1]
    return times


def _rows(beats: npt.NDArray[np.int64], shares: npt.NDArray[np.float64], held: npt.NDArray[np.bool_]) -> Any:
    """The left sides of all inequalities, a sparse matrix.

    Its columns are beat times x, changes |d[k+1] - d[k]| of the length d of counted beats, and distances
    |x[anchor] - target|; its rows are both signs of these changes, of these distances, of the lengths of counted
    beats and of those that are held.
    """
    from scipy.sparse import block_array, coo_array, dia_array, diags_array

    count, counted, holds = len(shares), np.flatnonzero(~held), np.flatnonzero(held)
    spans = dia_array(([[-1.0] * (count + 1), [1.0] * (count + 1)], [0, 1]), shape=(count, count + 1)).tocsr()
    step = diags_array(1.0 / shares[counted]) @ spans[counted]
    turn = step[1:] - step[:-1]
    pick = coo_array((np.ones(len(beats)), (np.arange(len(beats)), beats)), shape=(len(beats), count + 1))
    turn_slack = -_identity(max(0, len(counted) - 1))
    off_slack = -_identity(len(beats))
    return block_array(
        [
            [turn, turn_slack, None],
            [-turn, turn_slack, None],
            [pick, None, off_slack],
            [-pick, None, off_slack],
            [step, None, None],
            [-step, None, None],
            [spans[holds], None, None],
            [-spans[holds], None, None],
        ],
        format="csr",
    )


def _identity(size: int) -> Any:
    from scipy.sparse import eye_array

    return eye_array(size)
