"""Whoosh: something passes fast, close by, and the air sings behind it.

Model: the speed is a bell curve with its top at 60 % of the way; the aeolian tone of eight sources lies at
f = 0.2 U / d, its level grows as a high power of the speed, so pitch and level rise and fall together. It moves
from one side to the other and is nearest at the sync point. What passes may be a body, a blade whose edges sing, a
cloth that flaps the faster the faster it goes, or a chain whose links meet.

Sources: Selfridge, Moffat & Reiss, sound synthesis of objects swinging through air (2017); Strouhal number 0.2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from soundscape.audio import Audio
from soundscape.contract import Hit
from soundscape.dsp.burst import STEP, between, flutter, noise_band, tone, unlike
from soundscape.dsp.modal import pan_gains
from soundscape.dsp.shot import finish
from soundscape.dsp.struck import make_body, strike
from soundscape.params import choice, number
from soundscape.rng import Seed

Floats = npt.NDArray[np.float64]
BUS = "effects"
SYNC = "peak"


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What passes."""

    bright: float
    """Pitch of the whole, against a body."""
    edge: float
    """Level of thin edges that sing, besides what is asked for."""
    flaps_hz: float
    """Flaps a second at full speed; 0 for none."""
    links: float
    """How many links meet on the way."""


MATERIALS = {
    "body": Material(bright=1.0, edge=0.0, flaps_hz=0.0, links=0.0),
    "blade": Material(bright=1.0, edge=1.1, flaps_hz=0.0, links=0.0),
    "cloth": Material(bright=0.62, edge=0.0, flaps_hz=34.0, links=0.0),
    "chain": Material(bright=0.9, edge=0.0, flaps_hz=0.0, links=70.0),
}
FLAP = 0.8
EDGE, EDGE_Q = 0.75, 14.0
"""Pitch of thin edges against the body's, and how narrow it is."""
WAYS = {"left to right": (-0.85, 0.85), "right to left": (0.85, -0.85), "through": (0.0, 0.0)}
POINTS = 40
POWER = 3.0
"""Amplitude over speed; the U**6 power law of a dipole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """What passes, how fast, which way."""

    material: str = choice("body", tuple(MATERIALS), help="what passes")
    size: float = number(0.5, low=0.0, high=1.0, help="larger is slower and deeper")
    distance: float = number(0.05, low=0.0, high=1.0, help="near to far: softer, darker")
    intensity: float = number(0.7, low=0.0, high=1.0, help="speed: level and brightness")
    whistle: float = number(0.3, low=0.0, high=1.0, help="thin edges that sing")
    way: str = choice("left to right", tuple(WAYS), help="where it comes from and goes")


def render(params: Params, rate: int, seed: Seed) -> Hit:
    """The whoosh; sync is the moment when it is fastest and nearest."""
    material, size, force = MATERIALS[params.material], params.size, params.intensity
    rng = seed.generator("whoosh")
    length_s = (0.45 + 1.5 * size) * unlike(rng, 0.14)
    frames = round(length_s * rate)
    sync = round(0.6 * frames)
    time = np.linspace(0.0, length_s, POINTS)
    away = np.abs(time / length_s - 0.6) / np.where(time < 0.6 * length_s, 0.6, 0.4)
    speed = np.cos(0.5 * np.pi * away) ** 2 + 0.04
    top_hz = 900.0 * 5.0**force * 2.0 ** (0.8 - 1.6 * size) * unlike(rng, 0.16) * material.bright
    centre = top_hz * speed ** (0.9 * unlike(rng, 0.15))
    body = noise_band(
        frames,
        rate,
        seed.child("body"),
        low_hz=list(zip(time, np.maximum(0.4 * centre, 30.0), strict=True)),
        high_hz=list(zip(time, np.maximum(centre, 60.0), strict=True)),
        width=0.6,
    )
    # A tone as wide as its vortices are uneven: noise of that width, carried to its pitch.
    pitch = np.clip(EDGE * unlike(rng, 0.1) * centre, 60.0, 0.4 * rate)
    edge = noise_band(
        frames, rate, seed.child("edge"), low_hz=8.0, high_hz=list(zip(time, 0.5 * pitch / EDGE_Q, strict=True))
    )
    edge *= 1.6 * tone(frames, rate, list(zip(time, pitch, strict=True)))
    step = np.arange(frames // STEP + 2) * STEP
    level = np.interp(step / rate, time, speed ** (POWER * unlike(rng, 0.15)))
    if material.flaps_hz:
        pace = material.flaps_hz * 0.6**size * speed * np.exp(0.35 * rng.standard_normal(POINTS))
        turns = np.cumsum(np.interp(step / rate, time, pace)) * STEP / rate
        level *= _flaps(rng, turns - np.interp(sync, step, turns))
    audio = body + np.float32(params.whistle + material.edge) * edge
    audio *= flutter(frames, rate, seed.child("flutter"), 1.8, low_hz=2.0, steady=sync)
    if material.links:
        _links(audio, rate, rng, material.links * unlike(rng, 0.2), time, speed, size=size, force=force)
    start, end = WAYS[params.way]
    # It sweeps past quickest where it is nearest.
    place = np.interp(np.arctan(6.0 * (step - sync) / frames), (-np.arctan(3.6), np.arctan(2.4)), (start, end))
    for side, share in zip(audio, pan_gains(place), strict=True):
        side *= between(frames, level * share)
    audio[:, : rate // 100] *= np.linspace(0.0, 1.0, rate // 100, dtype=np.float32)
    return finish(audio, rate, sync=sync, intensity=force, size=size, distance=params.distance)


def _flaps(rng: np.random.Generator, turns: Floats) -> Floats:
    """Level over the flaps since the sync point: no flap is as hard as the last, the one at 0 is the hardest."""
    whole = np.arange(math.floor(turns[0]), math.ceil(turns[-1]) + 1)
    hard = np.where(whole == 0, 1.0, rng.uniform(0.35, 1.0, len(whole)))
    open_out = np.interp(turns, whole, hard) * (0.5 + 0.5 * np.cos(2.0 * np.pi * turns))
    return 1.0 - FLAP * (1.0 - open_out)


def _links(
    audio: Audio,
    rate: int,
    rng: np.random.Generator,
    count: float,
    time_s: Floats,
    speed: Floats,
    *,
    size: float,
    force: float,
) -> None:
    """Links of a chain that meet, the more of them and the harder the faster it goes."""
    passed = np.cumsum(speed**2)
    when = np.interp(np.sort(rng.uniform(0.0, 1.0, rng.poisson(count))), passed / passed[-1], time_s)
    steel = make_body(
        rng,
        lowest_hz=2_400.0 * 0.5**size * np.exp(0.25 * np.clip(rng.standard_normal(len(when)), -2.0, 2.0)),
        modes=6,
        stretch=1.2,
        loss=0.003,
        longest_s=0.06,
        irregular=0.2,
    )
    strike(
        audio,
        rate,
        rng,
        steel,
        time_s=when,
        force=2.2 * rng.lognormal(-0.3, 0.4, len(when)),
        corner_hz=3_000.0 * 3.0**force,
        contact=0.4,
        contact_s=0.003,
    )
