"""Eruption of sand and dust: something bursts out of the ground, throws a fountain up, and it rains down.

Model: a Friedlander pressure pulse and a ground thump at the sync point; then it bursts out again, jet by jet, each
with a weaker pulse and a cloud of dust, which swells and dies in four bands by itself and flutters on every scale;
grains that are thrown up with each jet and fall back in sheets, in bursts of bursts; clods that come down after their
flight, thud, and crumble or leap. Distance rounds the front.

Sources: Friedlander's pulse; Farnell, *Designing Sound*, explosions; grains after Cook's PhISEM.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from soundscape.audio import Audio
from soundscape.contract import TICK, Hit
from soundscape.dsp.blast import friedlander, thump
from soundscape.dsp.burst import unlike
from soundscape.dsp.debris import scatter
from soundscape.dsp.drift import Drift
from soundscape.dsp.grains import Grains
from soundscape.dsp.roar import Band, add_roar
from soundscape.dsp.shot import finish
from soundscape.params import choice, number
from soundscape.rng import Seed

BUS = "effects"
SYNC = "onset"

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What bursts."""

    grain_hz: float
    clod_hz: float
    clod_s: float
    """T60 of a clod of this pitch."""
    clods: float
    """Their level."""
    leap_s: float = 0.0
    """For how long one leaps up where it comes down."""


GROUNDS = {
    "dust": Ground(grain_hz=4_200.0, clod_hz=700.0, clod_s=0.014, clods=0.06),
    "sand": Ground(grain_hz=3_000.0, clod_hz=420.0, clod_s=0.02, clods=0.1),
    "gravel": Ground(grain_hz=2_200.0, clod_hz=900.0, clod_s=0.03, clods=0.09, leap_s=0.05),
    "rubble": Ground(grain_hz=1_300.0, clod_hz=420.0, clod_s=0.06, clods=0.16, leap_s=0.07),
}
JETS, SHEETS = (3, 7), (4, 9)
"""How many jets burst out, and how many sheets of grains fall back."""
DUST = (
    (45.0, 190.0, 0.75, 0.8),
    (170.0, 620.0, 0.6, 2.3),
    (500.0, 1_800.0, 0.45, 3.0),
    (1_400.0, 5_200.0, 0.36, 3.8),
)
"""Ends of each band of the roar in Hz, its level, and how fast it dies."""
DUST_LEVEL, DUST_SD_DB = 0.15, 4.5
BURSTS = 0.6
"""Standard deviation of the logarithm of the fountain's density, from 2 to 90 Hz."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Jets:
    """When what is below lets off, how strongly, for how long, on which side."""

    start_s: Floats
    strength: Floats
    lasts_s: Floats
    side: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """How large, how near, how violent, and out of what."""

    size: float = number(0.6, low=0.0, high=1.0, help="mass that is thrown: deeper and longer")
    distance: float = number(0.1, low=0.0, high=1.0, help="near to far: softer, darker")
    intensity: float = number(0.8, low=0.0, high=1.0, help="violence: level and brightness")
    material: str = choice("sand", tuple(GROUNDS), help="what bursts")
    fountain: float = number(0.6, low=0.0, high=1.0, help="how much of it flies and falls")


def render(params: Params, rate: int, seed: Seed) -> Hit:
    """The eruption; sync is the pressure onset, its first frame."""
    size, force, ground = params.size, params.intensity, GROUNDS[params.material]
    rng = seed.generator("eruption")
    time_scale = (0.55 + 0.9 * size) * unlike(rng, 0.1)
    frames = round((2.2 + 2.0 * time_scale) * rate)
    audio = np.zeros((2, frames), np.float32)

    positive_s = (0.005 + 0.02 * size) * (1.0 + params.distance)
    audio += 2.4 * friedlander(frames, rate, positive_s)
    audio += 0.9 * thump(
        frames, rate, start_hz=72.0 - 26.0 * size, end_hz=40.0 - 12.0 * size, t60_s=0.35 + 0.5 * size
    )
    jets = _jets(rng, time_scale)
    for start_s, strength in zip(jets.start_s[1:].tolist(), jets.strength[1:].tolist(), strict=True):
        start = round(start_s * rate)
        pulse_s = positive_s * rng.uniform(0.5, 1.1)
        audio[:, start:] += np.float32(0.7 * strength) * friedlander(frames - start, rate, pulse_s, rise_s=0.002)
    _dust(audio, params, rate, seed, jets, time_scale)
    _fountain(audio, params, rate, seed.child("fountain"), jets, time_scale)
    _clods(audio, params, rate, rng, ground, time_scale)
    return finish(audio, rate, sync=0, intensity=force, size=size, distance=params.distance)


def _jets(rng: np.random.Generator, time_scale: float) -> Jets:
    """The first bursts out at once; what follows finds the ground open, and is weaker."""
    count = int(rng.integers(*JETS))
    start_s = np.concatenate(([0.0], np.cumsum(rng.gamma(1.6, 0.075 * time_scale, count - 1))))
    strength = np.concatenate(([1.0], rng.lognormal(-0.35, 0.45, count - 1) * np.exp(-start_s[1:] / time_scale)))
    lasts_s = time_scale * rng.uniform(0.05, 0.2, count)
    return Jets(start_s=start_s, strength=strength, lasts_s=lasts_s, side=rng.uniform(-0.5, 0.5, count))


def _dust(audio: Audio, params: Params, rate: int, seed: Seed, jets: Jets, time_scale: float) -> None:
    """Add the roar: jet by jet each band swells and dies by itself, the high ones soon, the low ones long after."""
    frames = audio.shape[1]
    ticks = frames // TICK + 1
    time = np.arange(ticks + 1) * TICK / rate
    rng = seed.generator("dust")
    higher = 6.0 ** (params.intensity - 0.8) * 0.6 ** (params.size - 0.6) * unlike(rng, 0.12)
    bands, courses = [], np.empty((ticks + 1, len(DUST)))
    for band, (low_hz, high_hz, level, fall) in enumerate(DUST):
        course = np.zeros(ticks + 1)
        for jet in range(len(jets.start_s)):
            after = np.maximum(time - jets.start_s[jet], 0.0)
            # A front that lets off at once, and the cloud behind it that swells before it thins out.
            lasts_s = jets.lasts_s[jet] * rng.uniform(0.7, 1.4)
            front = np.exp(-after / 0.03) * (after > 0.0)
            swell = (after / lasts_s) ** 1.5 * np.exp(1.5 * (1.0 - (after / lasts_s) ** (0.7 + 0.1 * band)))
            course += jets.strength[jet] * ((2.5 if jet == 0 else 0.9) * front + swell)
        course[0] = 0.0
        course *= np.exp(-fall * np.maximum(time / time_scale - 0.15, 0.0))
        courses[:, band] = DUST_LEVEL * level * higher ** (0.3 * (band - 2)) * course
        sink = [(0.0, high_hz * higher), (time_scale, 0.6 * high_hz * higher), (3.0 * time_scale, 0.4 * high_hz)]
        bands.append(Band(low_hz=low_hz * min(higher, 1.0), high_hz=sink, width=0.4 + 0.2 * band))
    add_roar(audio, rate, seed.child("dust"), bands, courses, sd_db=DUST_SD_DB, low_hz=0.8, high_hz=40.0)


def _fountain(audio: Audio, params: Params, rate: int, seed: Seed, jets: Jets, time_scale: float) -> None:
    """Add grains: thrown up with every jet, and falling back in sheets, in bursts of bursts."""
    ticks = audio.shape[1] // TICK
    time = np.arange(ticks + 1) * TICK / rate
    rng = seed.generator("sheets")
    cloud, place = np.full(ticks + 1, 1e-6), np.zeros(ticks + 1)
    sheets = rng.integers(*SHEETS)
    lobes = [
        *zip(jets.start_s, 1.2 * jets.lasts_s, 0.8 * jets.strength, jets.side, strict=True),
        *zip(
            0.3 + time_scale * rng.gamma(2.6, 0.38, sheets),
            time_scale * rng.uniform(0.04, 0.16, sheets),
            0.55 * rng.lognormal(0.0, 0.6, sheets),
            rng.uniform(-0.9, 0.9, sheets),
            strict=True,
        ),
    ]
    for start_s, lasts_s, strength, side in lobes:
        after = np.maximum(time - start_s, 0.0) / lasts_s
        lobe = strength * np.sqrt(after) * np.exp(0.5 * (1.0 - after)) * math.sqrt(2.0)
        cloud += lobe
        place += lobe * side
    bursts = Drift(seed.child("bursts"), rate, motions=1, low_hz=2.0, high_hz=90.0, slope=1.0).advance(ticks)[:, 0]
    cloud *= np.exp(BURSTS * np.clip(bursts, -2.5, 2.2)) * np.exp(-0.5 * np.maximum(time / time_scale - 1.2, 0.0))
    grains = Grains(seed.child("grains"), rate, ring_s=0.0009, densest=9_000.0)
    # Grains of a larger eruption are coarser.
    pitch = GROUNDS[params.material].grain_hz * 2.0 ** (0.6 - 1.5 * params.size) * np.exp(-0.25 * time / time_scale)
    pitch *= 1.4 ** (params.intensity - 0.8)
    grains.add(
        audio[:, : ticks * TICK],
        np.minimum(4_500.0 * params.fountain * (cloud + 0.01) + 8.0, 9_000.0),
        pitch,
        0.085
        * (0.1 + np.sqrt(cloud))
        * (0.5 + 0.5 * params.fountain)
        * (0.3 + params.intensity)
        * np.exp(-time / (1.6 * time_scale)),
        place / cloud,
    )


def _clods(
    audio: Audio, params: Params, rate: int, rng: np.random.Generator, ground: Ground, time_scale: float
) -> None:
    """Add what is large: it falls back after its flight, thuds, and crumbles or leaps."""
    clods = rng.poisson(3 + 30 * params.fountain * (0.5 + params.size))
    fallen_s = 0.3 + time_scale * rng.gamma(2.2, 0.5, clods)
    scale = 2.0 ** (0.7 - 1.4 * params.size)
    level = 0.4 + params.fountain
    scatter(
        audio,
        rate,
        rng,
        time_s=fallen_s,
        pitch_hz=ground.clod_hz * scale,
        pitch_sd=0.4,
        t60_s=ground.clod_s,
        gain=ground.clods * level,
        gain_sd=0.9,
        partials=5,
        fading_s=1.8 * time_scale,
        bounce_s=ground.leap_s,
    )
    # The thud of each, under it.
    scatter(
        audio,
        rate,
        rng,
        time_s=fallen_s,
        pitch_hz=95.0 * scale**0.5,
        pitch_sd=0.3,
        t60_s=0.09,
        gain=0.7 * ground.clods * level,
        gain_sd=0.8,
        partials=2,
        fading_s=1.8 * time_scale,
    )
    crumbs = rng.poisson(7.0, clods)
    scatter(
        audio,
        rate,
        rng,
        time_s=np.repeat(fallen_s, crumbs) + rng.exponential(0.045, int(crumbs.sum())),
        pitch_hz=0.7 * ground.grain_hz * scale**0.5,
        pitch_sd=0.5,
        t60_s=0.006,
        gain=0.3 * ground.clods * level,
        gain_sd=0.8,
        fading_s=1.8 * time_scale,
    )
