"""Whoosh: something passes fast, close by, and the air sings behind it.

Model: the speed is a bell curve with its top at 60 % of the way. A body is a dozen parts, each of which passes in its
own time: its aeolian tone lies at f = 0.2 U / d and its level grows as a high power of the speed, so that pitch and
level rise and fall together, while turbulence shakes each by itself; the low ones tumble on in the wake. What is large
pushes the air before it. It moves from one side to the other and is nearest at the sync point. What passes may be a
body, a blade whose edges sing, a cloth that flaps the faster the faster it goes, or a chain whose links meet.

Sources: Selfridge, Moffat & Reiss, sound synthesis of objects swinging through air (2017); Strouhal number 0.2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from soundscape.audio import Audio
from soundscape.contract import TICK, Hit
from soundscape.dsp.burst import STEP, between, noise_band, unlike
from soundscape.dsp.drift import Drift
from soundscape.dsp.modal import pan_gains
from soundscape.dsp.resonators import LANES, NoiseResonators
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
    "blade": Material(bright=1.0, edge=2.0, flaps_hz=0.0, links=0.0),
    "cloth": Material(bright=0.62, edge=0.0, flaps_hz=34.0, links=0.0),
    "chain": Material(bright=0.9, edge=0.0, flaps_hz=0.0, links=70.0),
}
FLAP = 0.8
NEAREST, PASSING = 0.6, 0.11
"""Shares of the way: where it is nearest, and on which it is near."""
PARTS, EXTENT = (0.22, 1.5), 0.035
"""Pitches of the parts of a body, and by what share of the way one is ahead of another."""
TURBULENCE, WAKE = 0.45, 0.22
"""Standard deviation of the logarithm of a part's level, and level of what tumbles on behind."""
TRAIL = 1.3
"""Until its wake has come to rest, against the time of passing."""
EDGES, EDGE, EDGE_Q, EDGE_LEVEL = 3, 0.85, 45.0, 1.5
"""How many thin edges there are, their pitch against the body's, how narrow it is, and how loud."""
BED, PUSH = 0.2, 0.5
"""Level of what is too fine to be a part, and of the air that is pushed."""
WAYS = {"left to right": (-0.85, 0.85), "right to left": (0.85, -0.85), "through": (0.0, 0.0)}
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
    frames = math.ceil(TRAIL * length_s * rate / TICK) * TICK
    sync = round(NEAREST * length_s * rate)
    time = np.arange(frames // TICK + 1) * TICK / rate
    top_hz = 900.0 * 5.0**force * 2.0 ** (0.8 - 1.6 * size) * unlike(rng, 0.16) * material.bright
    power, bend = POWER * unlike(rng, 0.15), 0.9 * unlike(rng, 0.15)
    speed = _speed(time, length_s)
    audio = np.zeros((2, frames), np.float32)
    _sources(audio, params, rate, seed.child("sources"), time, length_s, top_hz=top_hz, power=power, bend=bend)
    start, end = WAYS[params.way]
    place = _place(time / length_s, start, end)
    centre = [(at, max(top_hz * now**bend, 60.0)) for at, now in zip(time.tolist(), speed.tolist(), strict=True)]
    bed = noise_band(frames, rate, seed.child("bed"), low_hz=60.0, high_hz=centre, width=0.6)
    bed *= between(frames, BED * speed**power * _nearness(time / length_s), step=TICK)
    for side, share in zip(bed, pan_gains(place), strict=True):
        side *= between(frames, share, step=TICK)
    audio += bed
    # What is large pushes the air before it.
    push = noise_band(frames, rate, seed.child("push"), low_hz=24.0, high_hz=90.0 * 0.6**size, width=0.2)
    near = np.exp(-(((time - NEAREST * length_s) / (0.035 + 0.09 * size)) ** 2))
    audio += push * between(frames, PUSH * size * near, step=TICK)
    if material.flaps_hz:
        pace = material.flaps_hz * 0.6**size * speed * np.exp(0.35 * rng.standard_normal(len(time)))
        step = np.arange(frames // STEP + 2) * STEP
        turns = np.cumsum(np.interp(step / rate, time, pace)) * STEP / rate
        audio *= between(frames, _flaps(rng, turns - np.interp(sync, step, turns)))
    if material.links:
        links = np.zeros_like(audio)
        _links(links, rate, rng, material.links * unlike(rng, 0.2), time, speed, size=size, force=force)
        for side, share in zip(links, pan_gains(place), strict=True):
            side *= between(frames, speed**power * share, step=TICK)
        audio += links
    audio[:, : rate // 100] *= np.linspace(0.0, 1.0, rate // 100, dtype=np.float32)
    return finish(audio, rate, sync=sync, intensity=force, size=size, distance=params.distance)


def _speed(time_s: Floats, length_s: float) -> Floats:
    """Of what passes, 1 where it is nearest."""
    share = time_s / length_s
    away = np.minimum(np.abs(share - NEAREST) / np.where(share < NEAREST, NEAREST, 1.0 - NEAREST), 1.0)
    speed: Floats = np.cos(0.5 * np.pi * away) ** 2 + 0.04
    return speed


def _nearness(share: Floats) -> Floats:
    """Level by 1/r, 1 where it is nearest."""
    nearness: Floats = 1.0 / np.hypot(1.0, (share - NEAREST) / PASSING)
    return nearness


def _place(share: Floats, start: float, end: float) -> Floats:
    """It sweeps past quickest where it is nearest."""
    place: Floats = np.interp(np.arctan(6.0 * (share - NEAREST)), (-np.arctan(3.6), np.arctan(2.4)), (start, end))
    return place


def _sources(
    audio: Audio,
    params: Params,
    rate: int,
    seed: Seed,
    time: Floats,
    length_s: float,
    *,
    top_hz: float,
    power: float,
    bend: float,
) -> None:
    """Add what sheds vortices: parts of a body, each passing in its time at its speed, and thin edges that sing.

    Behind it the low ones tumble on in its wake.
    """
    rng = seed.generator("parts")
    material, parts = MATERIALS[params.material], LANES - EDGES
    ratio = np.exp(
        rng.permuted(np.linspace(math.log(PARTS[0]), math.log(PARTS[1]), parts)) + 0.1 * rng.standard_normal(parts)
    )
    ratio = np.concatenate((ratio, EDGE * rng.uniform(0.75, 1.35, EDGES)))
    gain = ratio**-0.5 * rng.lognormal(0.0, 0.25, LANES)
    gain[:parts] /= np.sqrt(np.sum(gain[:parts] ** 2))
    gain[parts:] *= EDGE_LEVEL * (params.whistle + material.edge) / np.sqrt(np.sum(gain[parts:] ** 2))
    late_s = length_s * np.clip(EXTENT * rng.standard_normal(LANES), -2.0 * EXTENT, 2.0 * EXTENT)
    speed = np.stack([_speed(time - late, length_s) for late in late_s], axis=1)
    moved = Drift(seed.child("turbulence"), rate, motions=LANES, low_hz=1.5, high_hz=45.0, slope=1.3)
    # The nearer, the less it matters how it tumbles: so the sync point stays the loudest.
    away = np.minimum(1.0, 0.15 + np.abs(time / length_s - NEAREST) / 0.25)[:, None]
    uneven = away * moved.advance(len(time) - 1)
    level = (
        gain * speed**power * _nearness(time / length_s)[:, None] * np.exp(TURBULENCE * np.clip(uneven, -2.5, 2.0))
    )
    hz = top_hz * ratio * speed**bend * np.exp(0.07 * uneven)
    behind = np.maximum(time / length_s - NEAREST - 0.04, 0.0)[:, None]
    tumbles = (ratio < 0.7) & (np.arange(LANES) < parts)
    wake = WAKE * gain * tumbles * (behind / 0.1) ** 0.5 * np.exp(-((behind / 0.16) ** 1.5))
    level = np.hypot(level, wake * np.exp(0.9 * np.clip(uneven, -2.5, 1.8)))
    level *= np.clip((TRAIL - time / length_s) / 0.06, 0.0, 1.0)[:, None]
    start, end = WAYS[params.way]
    pan = np.stack([_place((time - late) / length_s, start, end) for late in late_s], axis=1)
    pan = np.clip(pan + 0.3 * rng.uniform(-1.0, 1.0, LANES), -1.0, 1.0)
    q = np.concatenate((rng.uniform(1.6, 4.5, parts), EDGE_Q * rng.uniform(0.8, 1.6, EDGES)))
    NoiseResonators(seed.child("air"), rate, q=q).add(audio, np.clip(hz, 30.0, 0.4 * rate), level, pan)


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
