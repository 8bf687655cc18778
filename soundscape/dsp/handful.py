"""A handful of small hard things that clink until they rest.

Energy dies away exponentially, and both the chance of a clink and its force follow what is left of it
(P. Cook, *PhISEM*, Computer Music Journal 21, 1997); but every thing keeps modes of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from soundscape.audio import Audio
from soundscape.dsp.struck import Body, make_body, strike
from soundscape.rng import Seed

Floats = npt.NDArray[np.float64]

MODES = 6
TWINS = 0.003
"""Median distance of the twin of a mode, as a share of its pitch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What the things are made of."""

    lowest_hz: float
    """Lowest mode of a thing of middle size."""
    stretch: float
    loss: float
    longest_s: float
    corner_hz: float
    unlike: float
    """Standard deviation of the logarithm of the things' pitches."""
    per_s: float
    """Clinks of a dozen things a second at full energy."""


MATERIALS = {
    "jewels": Material(
        lowest_hz=3_900.0, stretch=0.75, loss=0.0009, longest_s=0.3, corner_hz=8_000.0, unlike=0.28, per_s=46.0
    ),
    "glass": Material(
        lowest_hz=2_300.0, stretch=1.05, loss=0.0008, longest_s=0.5, corner_hz=6_500.0, unlike=0.2, per_s=20.0
    ),
    "coins": Material(
        lowest_hz=4_600.0, stretch=0.6, loss=0.0016, longest_s=0.22, corner_hz=7_500.0, unlike=0.16, per_s=58.0
    ),
    "chandelier": Material(
        lowest_hz=2_700.0, stretch=0.9, loss=0.0005, longest_s=1.1, corner_hz=7_000.0, unlike=0.34, per_s=26.0
    ),
}


def shake(
    out: Audio,
    rate: int,
    seed: Seed,
    *,
    material: str,
    things: int,
    size: float,
    force: float,
    start_s: float,
    length_s: float,
    level: float = 1.0,
) -> None:
    """Add a handful that is shaken once, float32 `(2, frames)`, changed in place.

    Parameters
    ----------
    things : how many there are
    size, force : 0 to 1
    start_s, length_s : the first clink, and the time in which the energy falls to a twentieth
    level : of the first clink
    """
    made = MATERIALS[material]
    rng = seed.generator("handful")
    scale = 2.0 ** (0.7 * (1.0 - 2.0 * size))
    corner_hz = made.corner_hz * 3.0 ** (force - 0.5) * scale**0.5
    times, blows = clinks(rng, per_s=made.per_s * (things / 12.0) ** 0.6, fall_s=length_s / 3.0)
    all_things = make_body(
        rng,
        lowest_hz=made.lowest_hz * scale * np.exp(made.unlike * np.clip(rng.standard_normal(things), -2.0, 2.0)),
        modes=MODES,
        stretch=made.stretch,
        loss=made.loss,
        longest_s=made.longest_s * (0.5 + size),
        irregular=0.12,
        tilt=-0.3,
    )
    # Nothing is quite round: every mode has a twin near by, and both beat.
    twin = 1.0 + TWINS * rng.lognormal(0.0, 0.6, all_things.frequency_hz.shape)
    frequency = np.concatenate((all_things.frequency_hz, twin * all_things.frequency_hz), axis=1)
    t60 = np.tile(all_things.t60_s, 2)
    gain = np.concatenate((0.8 * all_things.gain, 0.6 * all_things.gain), axis=1)
    which = rng.integers(0, things, len(times))
    # One of middle size is met first: none so small that what follows drowns the moment at which it began.
    which[0] = np.argsort(all_things.frequency_hz[:, 0])[things // 2]
    strike(
        out,
        rate,
        rng,
        Body(frequency_hz=frequency[which], t60_s=t60[which], gain=gain[which]),
        time_s=start_s + times,
        force=level * blows,
        corner_hz=corner_hz,
        contact=0.25,
        contact_s=0.003,
        pan=rng.uniform(-0.6, 0.6, things)[which],
        width=0.15,
    )


def clinks(rng: np.random.Generator, *, per_s: float, fall_s: float) -> tuple[Floats, Floats]:
    """Moments in s, the first at 0, and forces up to 1 of clinks whose rate and energy fall by e in `fall_s`."""
    # Moments of a steady process, carried through the inverse of how many a falling one has by then.
    steady = np.cumsum(rng.exponential(1.0, int(3.0 * per_s * fall_s) + 12))
    share = steady / (per_s * fall_s)
    times = np.concatenate(([0.0], -fall_s * np.log1p(-share[share < 0.95])))
    force = np.exp(-0.5 * times / fall_s) * np.clip(rng.lognormal(-0.55, 0.55, len(times)), 0.1, 1.0)
    force[0] = 1.0
    return times, force
