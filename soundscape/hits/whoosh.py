"""Whoosh: something passes fast, close by, and the air sings behind it.

Model: the speed is a bell curve with its top at 60 % of the way; the aeolian tone of eight sources lies at
f = 0.2 U / d, its level grows as a high power of the speed, so pitch and level rise and fall together. It moves
from one side to the other and is nearest at the sync point.

Sources: Selfridge, Moffat & Reiss, sound synthesis of objects swinging through air (2017); Strouhal number 0.2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from soundscape.contract import Hit
from soundscape.dsp.burst import flutter, noise_band, unlike
from soundscape.dsp.modal import pan_gains
from soundscape.dsp.shot import finish
from soundscape.params import choice, number
from soundscape.rng import Seed

BUS = "effects"
SYNC = "peak"


WAYS = {"left to right": (-0.85, 0.85), "right to left": (0.85, -0.85), "through": (0.0, 0.0)}
POINTS = 40
POWER = 3.0
"""Amplitude over speed; the U**6 power law of a dipole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """What passes, how fast, which way."""

    size: float = number(0.5, low=0.0, high=1.0, help="larger is slower and deeper")
    distance: float = number(0.05, low=0.0, high=1.0, help="near to far: softer, darker")
    intensity: float = number(0.7, low=0.0, high=1.0, help="speed: level and brightness")
    whistle: float = number(0.3, low=0.0, high=1.0, help="thin edges that sing")
    way: str = choice("left to right", tuple(WAYS), help="where it comes from and goes")


def render(params: Params, rate: int, seed: Seed) -> Hit:
    """The whoosh; sync is the moment when it is fastest and nearest."""
    size, force = params.size, params.intensity
    rng = seed.generator("whoosh")
    length_s = (0.45 + 1.5 * size) * unlike(rng, 0.14)
    frames = round(length_s * rate)
    sync = round(0.6 * frames)
    time = np.linspace(0.0, length_s, POINTS)
    away = np.abs(time / length_s - 0.6) / np.where(time < 0.6 * length_s, 0.6, 0.4)
    speed = np.cos(0.5 * np.pi * away) ** 2 + 0.04
    top_hz = 900.0 * 5.0**force * 2.0 ** (0.8 - 1.6 * size) * unlike(rng, 0.16)
    centre = top_hz * speed ** (0.9 * unlike(rng, 0.15))
    body = noise_band(
        frames,
        rate,
        seed.child("body"),
        low_hz=list(zip(time, np.maximum(0.4 * centre, 30.0), strict=True)),
        high_hz=list(zip(time, np.maximum(centre, 60.0), strict=True)),
        width=0.6,
    )
    edge = noise_band(
        frames,
        rate,
        seed.child("edge"),
        low_hz=list(zip(time, np.maximum(2.3 * centre, 60.0), strict=True)),
        high_hz=list(zip(time, np.maximum(2.6 * centre, 70.0), strict=True)),
    )
    frame = np.arange(frames)
    level = np.interp(frame / rate, time, speed ** (POWER * unlike(rng, 0.15))).astype(np.float32)
    audio = (
        (body + params.whistle * edge)
        * level
        * flutter(frames, rate, seed.child("flutter"), 1.8, low_hz=2.0, steady=sync)
    )
    start, end = WAYS[params.way]
    # It sweeps past quickest where it is nearest.
    place = np.interp(np.arctan(6.0 * (frame - sync) / frames), (-np.arctan(3.6), np.arctan(2.4)), (start, end))
    audio *= np.stack(pan_gains(place)).astype(np.float32)
    audio[:, : rate // 100] *= np.linspace(0.0, 1.0, rate // 100, dtype=np.float32)
    return finish(audio, rate, sync=sync, intensity=force, size=size, distance=params.distance)
