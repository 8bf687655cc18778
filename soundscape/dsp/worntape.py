"""What a worn tape leaves of a sound at the head: it does not lie flat, it is creased, and it has lost its oxide.

A tape that stands off its head by `d` loses 54.6 dB for every wavelength that `d` is long (R. Wallace, *The
reproduction of magnetically recorded signals*, Bell Syst. Tech. J. 30, 1951): highs first. It never lies quite flat,
so the highs flutter on all scales of time, on either track by themselves. A crease lifts it for hundredths to tenths
of a second, several times over, and most of all at its middle; what rubbed off there takes all bands along. It is
pressed into the layers wound over it and comes round again, weaker, with every turn of the reel.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from soundscape.audio import Audio
from soundscape.contract import TICK
from soundscape.dsp.drift import Drift
from soundscape.dsp.overlay import Overlay
from soundscape.dsp.pauses import Pauses
from soundscape.rng import Seed

CASSETTE_UM_S = 47_625.0
"""Speed of the tape: 1 7/8 inches a second."""
OFF_UM, OFF_SD = 1.2, 0.6
"""How far it stands off where it is not creased, and the standard deviation of its logarithm."""
OXIDE_UM = 14.0
"""Lift at which so much has rubbed off as well that all bands have lost 8.7 dB."""
CREASE_S = 8.0
"""From one crease to the next, where the tape is as worn as it can be."""
TURN_S = (1.45, 3.3)
"""One turn of a reel, from the smallest to the fullest of a cassette."""
TURNS, FAINTER = 3, 0.55
"""How often a crease comes round on the average, and what is left of it each time."""
HOLES, SPREAD_S = 5.0, 0.3
"""Of one crease: how many they are on the average, and the standard deviation of where they are."""
HOLE_S, HOLE_SD, HOLE_LIMITS_S = 0.06, 0.8, (0.01, 0.35)
HOLE_UM, HOLE_UM_SD, HOLE_MOST_UM = 12.0, 0.6, 28.0
"""Length and lift: medians, standard deviations of the logarithms, limits."""
TWO_POLES = 0.6436
"""Where one pole is 1.5 dB down, beside its corner: two of them stand for the loss of the gap."""


class WornTape:
    """Two tracks side by side on one tape.

    Parameters
    ----------
    seed : Seed
        Its own.
    rate : int
        Sample rate in Hz.
    wear : float
        0 new to 1 worn out.
    """

    def __init__(self, seed: Seed, rate: int, *, wear: float) -> None:
        self._seed, self._rate, self._wear = seed, rate, wear
        self._flatness = Drift(seed.child("flatness"), rate, motions=3, low_hz=0.1, high_hz=30.0, slope=1.0)
        self._pauses, self._creases, self._lifts = Pauses(seed.child("pauses")), 0, Overlay()
        self._lifted = np.zeros((2, 1), np.float32)
        self._state = np.zeros((2, 2))

    def play(self, audio: Audio) -> None:
        """Replace `audio`, `(2, ticks * TICK)`, by what the head gets of it."""
        ticks = audio.shape[1] // TICK
        for tick in self._pauses.over(np.full(ticks, self._wear * TICK / self._rate / CREASE_S)):
            self._lay_crease(tick)
        lifts = np.zeros((2, ticks), np.float32)
        self._lifts.add(lifts)
        lifts = np.concatenate((self._lifted, lifts), axis=1)
        self._lifted = lifts[:, -1:]
        both, *own = self._flatness.advance(ticks).T
        off = self._wear * OFF_UM * np.exp(OFF_SD * math.sqrt(0.5) * (both + np.array(own)))
        _lose(audio, off + lifts, self._state, self._rate)

    def _lay_crease(self, tick: int) -> None:
        """A crease that begins in this tick of the block, and its prints."""
        rng = self._seed.generator("crease", self._creases)
        self._creases += 1
        turn_s = rng.uniform(*TURN_S)
        across, holes = rng.uniform(), 1 + rng.poisson(HOLES - 1.0)
        at_s = SPREAD_S * (3.0 + np.clip(rng.standard_normal(holes), -3.0, 3.0))
        length_s = np.clip(HOLE_S * rng.lognormal(0.0, HOLE_SD, holes), *HOLE_LIMITS_S)
        lift_um = np.minimum(HOLE_UM * rng.lognormal(0.0, HOLE_UM_SD, holes), HOLE_MOST_UM)
        for again in range(rng.geometric(1.0 / TURNS)):
            for begin_s, span_s, lift in zip(at_s, length_s, lift_um, strict=True):
                frames = max(2, round(span_s * self._rate / TICK))
                # It lies nearer to one edge of the tape than to the other.
                sides = np.array((1.0 - 0.6 * across, 0.4 + 0.6 * across))
                shape = np.sin(math.pi * (np.arange(frames) + 0.5) / frames) ** 0.7
                size = math.sqrt(self._wear) * lift * FAINTER**again * float(rng.lognormal(0.0, 0.25))
                where = tick + round((begin_s + again * turn_s) * self._rate / TICK)
                self._lifts.lay(where, (size * sides[:, None] * shape).astype(np.float32))


def _corner_hz(off_um: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Corner of either of two poles that together are 3 dB down where the gap is."""
    corner: npt.NDArray[np.float64] = CASSETTE_UM_S / off_um * math.log(10.0 ** (3.0 / 20.0))
    return corner / (2.0 * math.pi * TWO_POLES)


def _lose(audio: Audio, off_um: npt.NDArray[np.float64], state: npt.NDArray[np.float64], rate: int) -> None:
    """Two poles and a level that follow the lift of either track, `(2, ticks + 1)` at tick edges."""
    pole = 1.0 - np.exp(-2.0 * math.pi * np.minimum(_corner_hz(np.maximum(off_um, 1e-3)) / rate, 4.0))
    _follow(audio, pole, np.exp(-off_um / OXIDE_UM), state)


@njit(cache=True, nogil=True, fastmath={"contract", "nsz"})
def _follow(audio, pole, level, state):  # type: ignore[no-untyped-def]
    let, kept = np.empty((2, TICK), np.float32), np.empty((2, TICK), np.float32)
    gain = np.empty((2, TICK), np.float32)
    a, b = np.float32(state[0, 0]), np.float32(state[0, 1])
    c, d = np.float32(state[1, 0]), np.float32(state[1, 1])
    for tick in range(pole.shape[1] - 1):
        left, right = audio[0, tick * TICK : (tick + 1) * TICK], audio[1, tick * TICK : (tick + 1) * TICK]
        for side in range(2):
            first, step = np.float32(pole[side, tick]), np.float32((pole[side, tick + 1] - pole[side, tick]) / TICK)
            loud, more = (
                np.float32(level[side, tick]),
                np.float32((level[side, tick + 1] - level[side, tick]) / TICK),
            )
            for i in range(TICK):
                let[side, i] = first + step * np.float32(i)
                kept[side, i] = np.float32(1.0) - let[side, i]
                gain[side, i] = loud + more * np.float32(i)
        for i in range(TICK):
            a = kept[0, i] * a + let[0, i] * left[i]
            c = kept[1, i] * c + let[1, i] * right[i]
            b = kept[0, i] * b + let[0, i] * a
            d = kept[1, i] * d + let[1, i] * c
            left[i], right[i] = gain[0, i] * b, gain[1, i] * d
    state[0, 0], state[0, 1], state[1, 0], state[1, 1] = a, b, c, d
