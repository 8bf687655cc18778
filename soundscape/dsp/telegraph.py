"""A random telegraph signal: discharges, loads and contacts that come and go in spells of heavy tail."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from soundscape.contract import TICK
from soundscape.dsp.noise import normal_at, uniform
from soundscape.rng import Seed

TAIL, LONGEST = 1.2, 60.0
"""Spells on and off: exponent of their power law, and the longest over the shortest."""
MEAN_SPELL = (TAIL - LONGEST ** (1.0 - TAIL)) / (TAIL - 1.0)
"""The average spell over the shortest, by that law."""
IGNITION_S = 0.06
"""For so long a spell is stronger at its start."""
ON, LEFT_S, AGE_S, COUNT = range(4)
"""State: whether it is on, for how long yet and since when, how often it has turned."""


class Telegraph:
    """One such signal.

    Parameters
    ----------
    seed : Seed
        Its own.
    rate : int
        Sample rate in Hz.
    spell_s : float
        How long it is on, on the average.
    burning : float
        Share of the time in which it is on.
    """

    def __init__(self, seed: Seed, rate: int, *, spell_s: float, burning: float) -> None:
        self._spell_s, self._burning, self._tick_s = spell_s, burning, TICK / rate
        self._state, self._key = np.array([1.0, 0.3 * spell_s, 0.0, 0.0]), np.uint32(seed.key("telegraph"))

    def advance(self, ticks: int) -> npt.NDArray[np.float64]:
        """The next ticks, `(ticks + 1,)` at their edges: 0 while it is off, around 1 while it is on."""
        gate = np.empty(ticks + 1)
        telegraph(gate, self._state, self._spell_s, self._burning, self._key, self._tick_s)
        return gate


@njit(cache=True, nogil=True)
def telegraph(gate, state, spell_s, burning, key, tick_s):  # type: ignore[no-untyped-def]
    """A random telegraph signal at tick edges, into `gate`; `state` is moved on.

    Spells are drawn from a power law: most are short, some last; on the average one that burns lasts `spell_s`.
    Every spell has a strength of its own and is strongest as it strikes.
    """
    shortest = spell_s / MEAN_SPELL
    for edge in range(gate.shape[0]):
        if edge > 0:
            state[LEFT_S] -= tick_s
            state[AGE_S] += tick_s
            if state[LEFT_S] <= 0.0:
                state[ON] = 1.0 - state[ON]
                state[COUNT] += 1.0
                state[AGE_S] = 0.0
                turn = 2 * int(state[COUNT])
                share = 1.0 if state[ON] > 0.5 else (1.0 - burning) / burning
                chance = max(uniform(key, turn), 1e-4)
                state[LEFT_S] = share * shortest * min(math.exp(-math.log(chance) / TAIL), LONGEST)
        strength = math.exp(0.3 * normal_at(key, 2 * int(state[COUNT]) + 1))
        gate[edge] = state[ON] * strength * (0.8 + 0.7 * math.exp(-state[AGE_S] / IGNITION_S))
