"""Glass that breaks: panes burst, and what they were rains down.

Cracks that branch through a pane are dozens of clicks within hundredths of a second, over what the pane still sounds
as a plate. Sizes of the fragments follow a power law (J. Astrom, *Statistical models of brittle fragmentation*, Adv.
Phys. 55, 2006): a large one is low, loud and rings, most are glitter. They leap and tumble, each time upon another
corner, and a large one may break again where it comes down.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from soundscape.audio import Audio
from soundscape.dsp.bounce import bounces
from soundscape.dsp.debris import scatter
from soundscape.dsp.modal import ring
from soundscape.dsp.struck import make_body, strike

Floats = npt.NDArray[np.float64]

SIZES, EXPONENT = (0.5, 60.0), 0.85
"""Least and largest fragment against one of 8.5 kHz, and exponent of how many are larger."""
PITCH_HZ, PITCH_SD, LOWER = 8_500.0, 0.25, 0.4
RING_S, LONGER = 0.02, 0.5
LOUDER = 0.5
"""Exponents of a fragment's size in its pitch, T60 and level."""
LEAPS, LEAP_S = 4, 0.04
BREAKS, PIECES = 14.0, 9.0
"""Size from which on a fragment may break again, and into how many on the average."""
PARTIALS = 3
FAINTEST = 0.03
"""Against a fragment of 8.5 kHz; what is softer is not followed."""


def burst_panes(
    out: Audio, rate: int, rng: np.random.Generator, *, time_s: Floats, scale: float, level: float
) -> None:
    """Add panes that burst at these times; `scale` is a factor of their pitch."""
    for start_s in time_s:
        pane = make_body(
            rng,
            lowest_hz=190.0 * scale * np.exp(0.25 * rng.standard_normal()),
            modes=26,
            stretch=0.8,
            loss=0.012,
            longest_s=0.1,
            irregular=0.2,
        )
        hard, pan = level * rng.lognormal(-0.1, 0.3), rng.uniform(-0.6, 0.6)
        cracks_s = start_s + np.concatenate(([0.0], np.cumsum(rng.exponential(0.007, 3))))
        force = hard * np.array((1.0, 0.6, 0.5, 0.3)) * rng.lognormal(0.0, 0.25, 4)
        strike(
            out,
            rate,
            rng,
            pane,
            time_s=cracks_s,
            force=force,
            corner_hz=6_000.0,
            contact=1.0,
            contact_s=0.012,
            pan=pan,
        )
        scatter(
            out,
            rate,
            rng,
            time_s=start_s + rng.gamma(0.6, 0.014, rng.poisson(70.0)),
            pitch_hz=5_200.0 * scale**0.2,
            pitch_sd=0.45,
            t60_s=0.012,
            gain=0.2 * hard,
            gain_sd=0.8,
            width=0.6,
        )


def rain_shards(
    out: Audio, rate: int, rng: np.random.Generator, *, time_s: Floats, scale: float, level: float
) -> None:
    """Add fragments that come down at these times; `level` is that of one of 8.5 kHz, `scale` a factor of pitches."""
    size = _sizes(rng, len(time_s))
    leaps, speed = bounces(rng, LEAP_S * size**0.15 * rng.lognormal(0.0, 0.4, len(size)))
    when = np.concatenate((time_s[:, None], time_s[:, None] + leaps[:, : LEAPS - 1]), axis=1)
    hard = np.concatenate((np.ones((len(size), 1)), 0.6 * speed[:, : LEAPS - 1]), axis=1)
    hard *= rng.lognormal(0.0, 0.35, (len(size), 1))
    again = np.flatnonzero((size > BREAKS) & (rng.random(len(size)) < 0.6))
    pieces = np.repeat(again, rng.poisson(PIECES, len(again)))
    # What has broken leaps no more.
    hard[again, 1:] = 0.0
    small = np.minimum(_sizes(rng, len(pieces)), 0.5 * size[pieces])
    later = time_s[pieces] + rng.exponential(0.018, len(pieces))
    _ring(out, rate, rng, size, when, hard, scale=scale, level=level)
    _ring(out, rate, rng, small, later[:, None], rng.lognormal(0.0, 0.4, (len(small), 1)), scale=scale, level=level)


def _sizes(rng: np.random.Generator, count: int) -> Floats:
    """Sizes by a power law between its ends."""
    least, largest = (end**-EXPONENT for end in SIZES)
    sizes: Floats = (least - rng.random(count) * (least - largest)) ** (-1.0 / EXPONENT)
    return sizes


def _ring(
    out: Audio,
    rate: int,
    rng: np.random.Generator,
    size: Floats,
    when: Floats,
    hard: Floats,
    *,
    scale: float,
    level: float,
) -> None:
    """Add fragments `(shards,)` that touch the ground at times and with speeds `(shards, leaps)`."""
    shards, leaps = when.shape
    ratio = np.concatenate((np.ones((shards, 1)), rng.uniform(1.3, 4.0, (shards, PARTIALS - 1))), axis=1)
    frequency = (PITCH_HZ * scale * size**-LOWER * np.exp(PITCH_SD * rng.standard_normal(shards)))[:, None] * ratio
    t60 = (RING_S * size**LONGER)[:, None] * ratio**-0.5
    strength = (level * size**LOUDER)[:, None] * ratio**-0.7
    # Each time upon another corner.
    corner = np.exp(0.45 * np.clip(rng.standard_normal((shards, leaps, PARTIALS)), -2.0, 1.5))
    gain = strength[:, None] * hard[:, :, None] ** 1.2 * corner
    ring(
        out,
        rate,
        start=np.repeat((when * rate).astype(np.int64).ravel(), PARTIALS),
        frequency_hz=np.broadcast_to(frequency[:, None], gain.shape).ravel(),
        t60_s=np.broadcast_to(t60[:, None], gain.shape).ravel(),
        gain=gain.ravel(),
        pan=np.repeat(rng.uniform(-0.9, 0.9, shards), leaps * PARTIALS),
        floor=level * FAINTEST,
    )
