"""Hands that go around the rims of bowls with a mallet: how fast, how hard, and what they leave of themselves."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from soundscape.contract import TICK
from soundscape.dsp.modalbank import Doublets
from soundscape.dsp.stickslip import StickSlip
from soundscape.rng import Seed

Floats = npt.NDArray[np.float64]

SUNG = 0.4
"""Amplitude of a rim that swings as fast as a mallet of force 1, beside a blow of force 1."""
GRIP = np.array((1.0, 0.95, 0.55, 0.2, 0.1))
GRIP_SD = 0.12
HARD_GRIP = 0.3
"""How far wood grips the upper modes better than leather does (exponent a mode)."""
GROWN = 20.0
"""Product of grip and seconds after which a rim sings."""
ONSET, ONSET_S = 0.45, (1.0, 4.0)
"""When it does, in shares of how long it is rubbed, and within which seconds."""
TURNS_HZ, TURNS_SLOPE = 0.9, 0.3
"""Rounds a second of a mallet on a rim at 225 Hz; smaller ones are gone around faster."""
START_S, STOP, LIFT_S = 0.7, 0.3, 0.3
"""Of a rub: until the hand is at its speed, share at its end in which some hands slow down, and how long it lifts."""
SURGE, SLOWED, SLOW_HANDS = 0.5, 0.7, 0.35
"""How much faster a hand becomes for a while, how much slower some are at the end, share of those."""
THROWN = 1.2
"""Swing of a rim beside its mallet's speed from which on it throws it off."""


@dataclass(slots=True)
class Rub:
    """One bowl that is rubbed, from a tick on, for so many ticks."""

    start: float
    length: float
    bowl: int
    speed: float
    """Amplitude at which the rim would swing as fast as the mallet."""
    grip: Floats
    surge: float
    """Share of the rub after which the hand begins to go faster."""
    slows: bool
    angle: float
    turn: float
    """Radians a tick at speed 1, to either side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rubbed:
    """What a stretch of rubbing does."""

    kicks: npt.NDArray[np.complex64]
    """`(ticks, 2, modes)` for the phasors."""
    speed: Floats
    """`(ticks + 1, bowls)` of the mallets, as amplitudes, and less while they are lifted; 0 where none rubs."""
    side: Floats
    """`(ticks + 1, bowls)` where on the rim the mallets are, -1 left to 1 right."""
    thrown: Floats
    """`(ticks, bowls)` how far the rims swing beyond what holds a mallet; 0 where it is held."""


class Hands:
    """The hands at bowls of these modes, `(bowls, modes)` each."""

    def __init__(self, rate: int, seed: Seed, doublets: Doublets) -> None:
        self._rate, self._shape = rate, doublets.frequency_hz.shape
        self._turns_hz = TURNS_HZ * (doublets.frequency_hz[:, 0] / 225.0) ** TURNS_SLOPE
        self._friction = StickSlip(
            rate,
            seed.key("friction"),
            doublets,
            diameters=np.arange(2, 2 + self._shape[1]),
        )
        self._rubs: list[Rub] = []

    def begin(
        self, start: int, seconds: float, bowl: int, *, force: float, hardness: float, rng: np.random.Generator
    ) -> None:
        """Rub a bowl from a tick on."""
        low, high = ONSET_S
        onset_s = min(max(ONSET * seconds, low), high) * rng.uniform(0.85, 1.2)
        modes = np.arange(self._shape[1])
        grip = GRIP * np.exp(HARD_GRIP * (hardness - 0.4) * modes + GRIP_SD * rng.standard_normal(len(modes)))
        turn = 2.0 * math.pi * self._turns_hz[bowl] * TICK / self._rate
        self._rubs.append(
            Rub(
                start=float(start),
                length=seconds * self._rate / TICK,
                bowl=bowl,
                speed=SUNG * force,
                grip=GROWN / onset_s * grip,
                surge=float(rng.uniform(0.3, 0.5)),
                slows=bool(rng.uniform() < SLOW_HANDS),
                angle=float(rng.uniform(0.0, 2.0 * math.pi)),
                turn=float(turn * rng.choice((-1.0, 1.0))),
            )
        )

    def advance(self, tick: int, life: Floats) -> Rubbed:
        """The next ticks, counted from the first of all, with `(ticks + 1, bowls)` how much faster hands are."""
        ticks, (bowls, modes) = len(life) - 1, self._shape
        grip, speed = np.zeros((ticks, bowls, modes)), np.zeros((ticks + 1, bowls))
        pressed, angle = np.zeros((2, ticks + 1, bowls))
        now = tick + np.arange(ticks + 1.0)
        for rub in self._rubs:
            pace = self._pace(rub, now) * life[:, rub.bowl]
            path = np.empty(ticks + 1)
            path[0], path[1:] = rub.angle, rub.turn * pace[:-1]
            np.cumsum(path, out=path)
            rub.angle = float(path[-1])
            touched = pace > 0.0
            # Who lifts a mallet goes on around the rim.
            lifted = np.minimum((rub.start + rub.length - now[touched]) * (TICK / (LIFT_S * self._rate)), 1.0)
            pressed[touched, rub.bowl] = lifted
            speed[touched, rub.bowl] = rub.speed * pace[touched]
            angle[touched, rub.bowl] = path[touched]
            grip[:, rub.bowl] = pressed[:-1, rub.bowl, None] * rub.grip
        self._rubs = [rub for rub in self._rubs if rub.start + rub.length > tick + ticks]
        kicks, swing = self._friction.advance(grip, speed[:-1], angle[:-1])
        speed *= pressed
        thrown = np.where(speed[:-1] > 0.2 * SUNG, np.maximum(swing - THROWN, 0.0), 0.0)
        return Rubbed(kicks=kicks, speed=speed, side=np.sin(angle), thrown=thrown)

    def _pace(self, rub: Rub, now: Floats) -> Floats:
        """Speed of a hand, 1 in the middle of its range, 0 before and after the rub."""
        since = now - rub.start
        share = since / rub.length
        begun = np.minimum(since * (TICK / (START_S * self._rate)), 1.0)
        surging = np.maximum(np.minimum((share - rub.surge) / 0.45, 1.0), 0.0)
        pace: Floats = begun * (1.0 + SURGE * np.sin(math.pi * surging) ** 2)
        if rub.slows:
            pace *= 1.0 - SLOWED * np.maximum((share - 1.0 + STOP) / STOP, 0.0)
        pace[(share <= 0.0) | (share >= 1.0)] = 0.0
        return pace
