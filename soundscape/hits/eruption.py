"""Eruption of sand and dust: something bursts out of the ground, throws a fountain up, and it rains down.

Model: a Friedlander pressure pulse and a ground thump at the sync point; turbulent dust whose band opens upward
and sinks again, fluttering as 1/f**1.5; a fountain of grains that thins out over seconds; clods that fall back
after their flight times, and with them a rain of sand; last, late debris. Distance rounds the front.

Sources: Friedlander's pulse; Farnell, *Designing Sound*, explosions; grains after Cook's PhISEM.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from soundscape.audio import Audio
from soundscape.contract import TICK, Hit
from soundscape.dsp.blast import friedlander, thump
from soundscape.dsp.burst import envelope, flutter, noise_band, unlike
from soundscape.dsp.debris import scatter
from soundscape.dsp.grains import Grains
from soundscape.dsp.shot import finish
from soundscape.params import choice, number
from soundscape.rng import Seed

BUS = "effects"
SYNC = "onset"

GRAIN_HZ = {"dust": 4_200.0, "sand": 3_000.0, "gravel": 2_200.0, "rubble": 1_300.0}
CLOD_HZ = {"dust": 700.0, "sand": 520.0, "gravel": 900.0, "rubble": 420.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """How large, how near, how violent, and out of what."""

    size: float = number(0.6, low=0.0, high=1.0, help="mass that is thrown: deeper and longer")
    distance: float = number(0.1, low=0.0, high=1.0, help="near to far: softer, darker")
    intensity: float = number(0.8, low=0.0, high=1.0, help="violence: level and brightness")
    material: str = choice("sand", tuple(GRAIN_HZ), help="what bursts")
    fountain: float = number(0.6, low=0.0, high=1.0, help="how much of it flies and falls")


def render(params: Params, rate: int, seed: Seed) -> Hit:
    """The eruption; sync is the pressure onset, its first frame."""
    size, force = params.size, params.intensity
    rng = seed.generator("eruption")
    time_scale = (0.55 + 0.9 * size) * unlike(rng, 0.1)
    frames = round((2.2 + 2.0 * time_scale) * rate)
    audio = np.zeros((2, frames), np.float32)

    positive_s = (0.005 + 0.02 * size) * (1.0 + params.distance)
    audio += 1.6 * friedlander(frames, rate, positive_s)
    audio += 0.9 * thump(
        frames, rate, start_hz=72.0 - 26.0 * size, end_hz=40.0 - 12.0 * size, t60_s=0.35 + 0.5 * size
    )
    audio += _dust(params, frames, rate, seed, time_scale)
    _fountain(audio, params, rate, seed, time_scale)
    clods = rng.poisson(10 + 50 * params.fountain * (0.5 + size))
    scatter(
        audio,
        rate,
        rng,
        time_s=0.35 + time_scale * rng.gamma(2.2, 0.55, clods),
        pitch_hz=CLOD_HZ[params.material] * 2.0 ** (0.7 - 1.4 * size),
        pitch_sd=0.4,
        t60_s=0.05,
        gain=0.05 * (0.4 + params.fountain),
        fading_s=1.4 * time_scale,
    )
    return finish(audio, rate, sync=0, intensity=force, size=size, distance=params.distance)


def _dust(params: Params, frames: int, rate: int, seed: Seed, time_scale: float) -> Audio:
    """The roar: a band that rushes upward within half a second, then sinks and dies."""
    top = 2_200.0 * 4.0**params.intensity * 0.45**params.size
    rng = seed.generator("dust")
    top *= unlike(rng, 0.15)
    rise, sink = 0.28 * time_scale * unlike(rng, 0.2), 1.5 * time_scale * unlike(rng, 0.1)
    band = noise_band(
        frames,
        rate,
        seed.child("dust"),
        low_hz=[(0.0, 90.0), (rise, 220.0), (sink, 60.0)],
        high_hz=[(0.0, 1.2 * top), (0.06, 0.45 * top), (rise, 0.8 * top), (sink, 260.0), (2.0 * sink, 140.0)],
        width=0.7,
    )
    level = envelope(
        frames,
        rate,
        [(0.0, -60.0), (0.003, -9.0), (0.06, -17.0), (rise, -13.0), (sink, -28.0), (2.6 * sink, -72.0)],
    )
    return band * level * flutter(frames, rate, seed.child("flutter"), 4.0)


def _fountain(audio: Audio, params: Params, rate: int, seed: Seed, time_scale: float) -> None:
    """Grains: thrown up at once, thinning out, and a second, softer cloud that falls back."""
    ticks = audio.shape[1] // TICK
    time = np.arange(ticks + 1) * TICK / rate
    thrown = (1.0 - np.exp(-time / 0.02)) * np.exp(-time / (0.45 * time_scale))
    back = 1.4 * time_scale
    fallen = 0.8 * (time / back) ** 3 * np.exp(3.0 - 3.0 * time / back)
    cloud = thrown + fallen
    grains = Grains(seed.child("grains"), rate, ring_s=0.0009, densest=12_000.0)
    # Grains of a larger eruption are coarser.
    pitch = GRAIN_HZ[params.material] * 2.0 ** (0.6 - 1.5 * params.size) * np.exp(-0.25 * time / time_scale)
    grains.add(
        audio[:, : ticks * TICK],
        10_000.0 * params.fountain * cloud + 20.0,
        pitch,
        0.16 * (0.2 + cloud) * (0.5 + 0.5 * params.fountain) * np.exp(-time / (1.2 * time_scale)),
        0.3 * np.sin(time / time_scale),
    )
