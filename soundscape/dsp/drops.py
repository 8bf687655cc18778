"""Drops that fall, one by one, from the same places: what a drop sounds like, and when the next one comes.

Into water a drop clicks as it enters, and some milliseconds later pinches off a bubble that sings at 3 over its
radius, a little higher as it rises (M. Minnaert 1933; H. Oguz & A. Prosperetti, *Bubble entrainment by the impact
of drops on liquid surfaces*, J. Fluid Mech. 219, 1990). On bare stone it splits into a splash of droplets. A place
drips almost evenly, as a tap does, sooner or later by some percent, with a slow drift and now and then a drop too
many; drops of one place are nearly alike and so are their notes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from soundscape.audio import Audio
from soundscape.contract import TICK
from soundscape.dsp.modal import pan_gains
from soundscape.dsp.overlay import Overlay
from soundscape.rng import Seed

Floats = npt.NDArray[np.float64]

LONGEST_S = 0.2
SPLASH_HZ = (1_400.0, 7_500.0)
LATER_S = (0.006, 0.024)
"""A bubble is pinched off so long after the drop entered."""
RISE = 0.12
"""By how much it sings higher after one time constant."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where drops fall."""

    period_s: float
    radius_mm: float
    """Of its bubbles."""
    depth: float
    """Of the water below it, 0 to 1, at a wetness of one half."""
    level: float
    pan: float


class Drips:
    """Drops from several places, as one stereo signal without its room.

    Parameters
    ----------
    seed : Seed
        Its own.
    rate : int
        Sample rate in Hz.
    places : int
        How many drip.
    period_s : float
        Median time between two drops of one place.
    wetness : float
        0 is bare stone, 1 a pool under every place.
    radius_mm : float
        Median radius of a bubble; bigger is lower.
    width : float
        How far apart the places are, 0 to 1.
    """

    def __init__(
        self,
        seed: Seed,
        rate: int,
        *,
        places: int,
        period_s: float,
        wetness: float,
        radius_mm: float = 1.6,
        width: float = 0.8,
    ) -> None:
        rng = seed.generator("places")
        stands = width * rng.permutation(np.linspace(-0.9, 0.9, places)) if places > 1 else [0.0]
        self._places = [
            Place(
                period_s=period_s * math.exp(0.45 * rng.standard_normal()),
                radius_mm=radius_mm * math.exp(0.3 * float(np.clip(rng.standard_normal(), -2.0, 1.6))),
                depth=min(max(2.4 * wetness - 1.4 * rng.uniform(), 0.0), 1.0),
                level=math.exp(0.45 * float(np.clip(rng.standard_normal(), -2.0, 1.3))),
                pan=float(pan),
            )
            for pan in stands
        ]
        self._rate = rate
        self._seed = seed
        self._next = [rng.uniform(0.0, 1.0) * place.period_s * rate for place in self._places]
        self._drift = [0.0] * places
        self._count = [0] * places
        self._sounds = Overlay()
        self._frame = 0

    def add(self, out: Audio, often: Floats) -> None:
        """Add the next ticks to `out`, `(2, ticks * TICK)`; `often`, at their edges, is a factor of how often."""
        until = self._frame + out.shape[1]
        falling = []
        for index, place in enumerate(self._places):
            while self._next[index] < until:
                frame = int(self._next[index])
                rng = self._seed.generator("drop", index, self._count[index])
                falling.append((frame, index, rng))
                self._count[index] += 1
                self._drift[index] = 0.92 * self._drift[index] + 0.03 * rng.standard_normal()
                wait = place.period_s * math.exp(
                    self._drift[index] + 0.03 * float(np.clip(rng.standard_normal(), -2.5, 2.5))
                )
                if rng.uniform() < 0.06:
                    wait *= rng.uniform(0.06, 0.3)
                self._next[index] += wait * self._rate / float(often[(frame - self._frame) // TICK])
        for frame, index, rng in sorted(falling, key=lambda drop: drop[:2]):
            place = self._places[index]
            sound = drop(self._rate, rng, depth=place.depth, radius_mm=place.radius_mm)
            sides = place.level * np.stack(pan_gains(place.pan)).astype(np.float32)
            self._sounds.lay(frame - self._frame, sides[:, None] * sound)
        self._sounds.add(out)
        self._frame = until


def drop(rate: int, rng: np.random.Generator, *, depth: float, radius_mm: float) -> Audio:
    """One drop, mono `(frames,)`, its peak around 1: on stone at a depth of 0, into water at 1."""
    sound = np.zeros(round(LONGEST_S * rate))
    force = math.exp(0.3 * float(np.clip(rng.standard_normal(), -2.0, 1.5)))
    _click(sound, rate, rng, level=0.14 * force, fall_s=rng.uniform(0.0006, 0.0013))
    if depth < 1.0:
        _splash(sound, rate, rng, level=(1.0 - depth) ** 0.7 * force)
    if depth > 0.0:
        later_s = 0.0
        for bubble in range(1 + int(rng.poisson(0.7))):
            later_s += rng.uniform(*LATER_S)
            # Those after the first are smaller: higher and softer.
            size = math.exp(0.1 * float(np.clip(rng.standard_normal(), -2.0, 2.0))) * 0.72**bubble
            level = depth**0.7 * force * (1.0 if bubble == 0 else 0.35 * rng.uniform(0.5, 1.3))
            _bubble(
                sound,
                rate,
                at_s=later_s,
                radius_m=1e-3 * radius_mm * size,
                rise=rng.uniform(0.4, 1.0) * RISE,
                level=level,
            )
    return sound.astype(np.float32)


def _click(sound: Floats, rate: int, rng: np.random.Generator, *, level: float, fall_s: float) -> None:
    time = np.arange(round(8.0 * fall_s * rate)) / rate
    noise = rng.uniform(-1.0, 1.0, len(time))
    noise[1:] += 0.55 * noise[:-1]
    sound[: len(time)] += level * np.minimum(time / 0.0003, 1.0) * np.exp(-time / fall_s) * noise


def _splash(sound: Floats, rate: int, rng: np.random.Generator, *, level: float) -> None:
    """The blow on wet stone and the droplets that come down around it."""
    droplets = 3 + int(rng.poisson(6.0))
    first = np.concatenate(([0.0], 0.004 + rng.exponential(0.02, droplets)))
    gain = level * np.concatenate(([0.8], 0.16 * rng.lognormal(0.0, 0.7, droplets)))
    hz = SPLASH_HZ[0] * (SPLASH_HZ[1] / SPLASH_HZ[0]) ** rng.uniform(0.0, 1.0, droplets + 1)
    hz[0] = rng.uniform(900.0, 1_700.0)
    fall_s = np.concatenate(([rng.uniform(0.003, 0.006)], rng.uniform(0.0008, 0.0025, droplets)))
    _click(sound, rate, rng, level=0.5 * level, fall_s=0.003)
    for start, loud, pitch, fall in zip((first * rate).astype(int), gain, hz, fall_s, strict=True):
        part = sound[start : start + round(8.0 * fall * rate)]
        age = np.arange(len(part)) / rate
        part += loud * np.exp(-age / fall) * np.sin(2.0 * np.pi * pitch * age)


def _bubble(sound: Floats, rate: int, *, at_s: float, radius_m: float, rise: float, level: float) -> None:
    # Under a stalactite the water is shallow and the bubble close to the air: it rings on for twice the time.
    damping = 0.5 * (0.13 / radius_m + 0.0072 * radius_m**-1.5)
    start = round(at_s * rate)
    part = sound[start : start + round(8.0 / damping * rate)]
    age = np.arange(len(part)) / rate
    phase = min(3.0 / radius_m, 0.3 * rate) * age * (1.0 + 0.5 * rise * damping * age)
    part += level * np.minimum(age / 0.0004, 1.0) * np.exp(-damping * age) * np.sin(2.0 * np.pi * phase)
