"""Steam burst: a valve opens, steam jets out and its pressure falls.

Model: jet mixing noise, a broad hump and the rising flank that is heard, with level and corner following the falling
pressure; the valve's click and its chatter, 20 to 90 beats a second of which no two are alike; water that has stood in
the pipe and is spat out in flurries; a whistle of several bells, closed pipes that speak one after the other, breathy,
sharp under pressure, which sink with the slowing jet and are breath in the end; knocks of the pipe afterwards.

Sources: Lighthill (1952) on jet noise, Strouhal number 0.2; discharge of a vessel through a throat; water hammer;
N. Fletcher & T. Rossing, *The Physics of Musical Instruments*, on pipes blown by a weak jet.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from soundscape.audio import Audio
from soundscape.contract import TICK, Hit
from soundscape.dsp.burst import between, envelope, noise_band, tone, unlike
from soundscape.dsp.debris import scatter
from soundscape.dsp.drift import Drift
from soundscape.dsp.modal import pan_gains, ring
from soundscape.dsp.shot import finish
from soundscape.dsp.struck import make_body, strike
from soundscape.params import choice, number
from soundscape.rng import Seed

Floats = npt.NDArray[np.float64]
BUS = "effects"
SYNC = "onset"


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What the steam comes out of."""

    valve_hz: tuple[float, float]
    valve_s: float
    valve: float
    """Modes of the valve, their T60 and level."""
    knock_hz: float
    knock_s: float
    """Lowest mode and T60 of what is struck by the water afterwards."""
    bright: float
    """Corner of the jet, against iron."""
    bells: tuple[float, ...]
    """Pitches of the whistle's bells, against the lowest."""


MATERIALS = {
    "iron": Material(
        valve_hz=(700.0, 6_000.0),
        valve_s=0.035,
        valve=0.16,
        knock_hz=230.0,
        knock_s=0.18,
        bright=1.0,
        bells=(1.0, 1.26, 1.498),
    ),
    "brass": Material(
        valve_hz=(1_500.0, 9_000.0),
        valve_s=0.11,
        valve=0.14,
        knock_hz=520.0,
        knock_s=0.3,
        bright=1.7,
        bells=(1.0, 1.189, 1.414, 1.682),
    ),
    "rock": Material(
        valve_hz=(180.0, 1_600.0), valve_s=0.02, valve=0.2, knock_hz=95.0, knock_s=0.09, bright=0.6, bells=(1.0,)
    ),
}


CHATTER_HZ, SHUT = (75.0, 22.0), 0.85
"""Beats of the valve a second under full and under no pressure, and how far it shuts."""
ODD = ((1, 1.0), (2, 0.06), (3, 0.22), (5, 0.06))
"""Harmonics of a bell and their levels."""
SAG = 0.17
"""By how much of itself the pitch has sunk when the jet stands."""
SPEAKS = 0.12
"""Third power of the jet at which a bell speaks with half its voice."""
FAINTEST = 10.0 ** (-50.0 / 20.0)
"""Against a bell's loudest moment; what is softer drowns in the jet."""
RISE_S = 0.008


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """How much steam, how wet, through what."""

    material: str = choice("iron", tuple(MATERIALS), help="what it comes out of")
    size: float = number(0.5, low=0.0, high=1.0, help="of vessel and throat: longer and deeper")
    distance: float = number(0.1, low=0.0, high=1.0, help="near to far: softer, darker")
    intensity: float = number(0.7, low=0.0, high=1.0, help="pressure: level and brightness")
    water: float = number(0.3, low=0.0, high=1.0, help="drops that spit")
    whistle: float = number(0.0, low=0.0, high=1.0, help="a throat that sings")
    chatter: float = number(0.3, low=0.0, high=1.0, help="a valve that flutters")


def render(params: Params, rate: int, seed: Seed) -> Hit:
    """The burst; sync is the valve's click, frame 0."""
    material, size, force = MATERIALS[params.material], params.size, params.intensity
    rng = seed.generator("steam")
    tau_s = (0.25 + 0.9 * size) * unlike(rng, 0.08)
    length_s = 5.4 * tau_s + 0.5
    frames = math.ceil(length_s * rate / TICK) * TICK
    time = np.arange(frames // TICK + 1) * TICK / rate
    corner_hz = 3_500.0 * 3.0**force * 0.5**size * material.bright * unlike(rng, 0.1)
    pressure = np.exp(-time / tau_s) * np.clip((length_s - time) / 0.4, 0.0, 1.0)
    surges, rough, rougher = (
        Drift(seed.child("flutter"), rate, motions=3, low_hz=0.4, high_hz=40.0, slope=1.2).advance(len(time) - 1).T
    )
    pressure *= np.exp(0.15 * np.clip(surges, -2.0, 2.0))
    open_valve = 1.0 - params.chatter * _chatter(rng, time, pressure)
    audio = np.zeros((2, frames), np.float32)
    # The hump of the jet and its rising flank, which do not flutter alike.
    for name, share, ends_hz, moved in (
        ("jet", 0.42, (0.35, 2.5), rough),
        ("flank", 0.09, (0.08, 0.5), rougher),
    ):
        band = noise_band(
            frames,
            rate,
            seed.child(name),
            low_hz=[(0.0, ends_hz[0] * corner_hz), (2.5 * tau_s, 0.6 * ends_hz[0] * corner_hz)],
            high_hz=[(0.0, ends_hz[1] * corner_hz), (2.5 * tau_s, 0.32 * ends_hz[1] * corner_hz)],
            width=0.5,
        )
        band *= between(frames, share * pressure * open_valve * np.exp(0.25 * moved), step=TICK)
        audio += band
    rise = round(RISE_S * rate)
    audio[:, :rise] *= np.linspace(0.0, 1.0, rise, dtype=np.float32) ** 2
    if params.whistle > 0.0:
        _whistle(audio, params, rate, seed.child("whistle"), time, pressure, open_valve)
    modes_hz = np.geomspace(*material.valve_hz, 10) * 2.0 ** (0.5 - size) * rng.uniform(0.93, 1.07, 10)
    ring(
        audio,
        rate,
        frequency_hz=modes_hz,
        t60_s=material.valve_s * rng.uniform(0.6, 1.4, 10),
        gain=material.valve * rng.lognormal(0.0, 0.4, 10),
    )
    _spits(audio, params, rate, rng, tau_s)
    knocks = rng.integers(2, 7)
    pipe = make_body(
        rng,
        lowest_hz=material.knock_hz * rng.uniform(0.55, 1.6),
        modes=8,
        stretch=1.1,
        loss=0.006,
        longest_s=material.knock_s,
        irregular=0.15,
        tilt=-0.3,
    )
    strike(
        audio,
        rate,
        rng,
        pipe,
        time_s=1.6 * tau_s + np.cumsum(rng.gamma(3.0, 0.04, knocks)),
        force=0.14 * 0.78 ** np.arange(knocks) * rng.lognormal(0.0, 0.3, knocks),
        corner_hz=1_800.0,
        contact=0.3,
    )
    audio *= envelope(frames, rate, [(0.0, 0.0), (length_s - 0.3, 0.0), (length_s, -70.0)])
    return finish(audio, rate, sync=0, intensity=force, size=size, distance=params.distance)


def _chatter(rng: np.random.Generator, time: Floats, pressure: Floats) -> Floats:
    """How far the valve falls shut at the tick edges, 0 to 1: slower as the pressure falls, no two beats alike."""
    fast_hz, slow_hz = CHATTER_HZ
    step_s = float(time[1])
    pace = (slow_hz + (fast_hz - slow_hz) * np.minimum(pressure, 1.0)) * unlike(rng, 0.2)
    turns = np.cumsum(pace * step_s * np.exp(0.25 * rng.standard_normal(len(time))))
    beats = rng.beta(0.8, 1.2, int(turns[-1]) + 2)
    shut: Floats = np.interp(turns, np.arange(len(beats)), beats) * (0.5 - 0.5 * np.cos(2.0 * np.pi * turns))
    return SHUT * shut


def _whistle(
    audio: Audio, params: Params, rate: int, seed: Seed, time: Floats, pressure: Floats, open_valve: Floats
) -> None:
    """Add bells of a whistle, closed pipes with odd harmonics, that speak one after the other; breath runs in them.

    The jet slows with the root of the pressure, and pitch sinks with it. A weak jet feeds the fundamental alone, and
    in the end no tone at all: its noise rings in the bell, until nothing is left but breath.
    """
    size = params.size
    rng = seed.generator("bells")
    pitch_hz = 900.0 * 2.0 ** (1.2 - 2.0 * size) * 1.5**params.intensity * rng.uniform(0.95, 1.05)
    bells = MATERIALS[params.material].bells
    wander = Drift(seed.child("wander"), rate, motions=2 * len(bells), low_hz=0.5, high_hz=25.0, slope=1.3)
    moved = wander.advance(len(time) - 1)
    jet = np.sqrt(np.minimum(pressure, 1.0))
    for bell, ratio in enumerate(bells):
        speaks_s = 0.02 + rng.exponential(0.05)
        spoken = 1.0 - np.exp(-np.maximum(time - speaks_s, 0.0) / rng.uniform(0.03, 0.1))
        # It speaks flat and settles sharp under full pressure.
        sagged = SAG * (1.0 - jet) ** 1.3
        hz = ratio * pitch_hz * (0.9 + 0.1 * spoken) * (1.0 - sagged) * np.exp(0.0035 * moved[:, bell])
        points = list(zip(time.tolist(), hz.tolist(), strict=True))
        enough = SPEAKS * rng.lognormal(0.0, 0.3)
        blown = jet**3 / (jet**3 + enough) * (1.0 + enough)
        level = 0.4 * params.whistle / math.sqrt(len(bells)) * spoken * blown * open_valve**0.5
        level *= np.exp(0.16 * moved[:, len(bells) + bell])
        song = _pipe(audio.shape[1], rate, points, level, blown)
        heard = len(song)
        breath = noise_band(heard, rate, seed.child("breath", bell), low_hz=12.0, high_hz=0.035 * ratio * pitch_hz)
        pure = between(heard, np.minimum(1.3 * blown, 1.0), step=TICK)
        breath *= np.float32(0.9) - np.float32(0.55) * pure
        breath += pure
        breath *= song
        left, right = (float(gain) for gain in pan_gains(rng.uniform(-0.35, 0.35)))
        audio[0, :heard] += np.float32(left) * breath[0]
        audio[1, :heard] += np.float32(right) * breath[1]


def _pipe(frames: int, rate: int, points: list[tuple[float, float]], level: Floats, blown: Floats) -> Audio:
    """The tone of a closed pipe for as long as it is heard; upper harmonics are fed by a strong jet alone."""
    song = np.zeros(0, np.float32)
    for harmonic, strength in ODD:
        loud = strength * level * blown ** (0.4 * (harmonic - 1))
        heard = min(frames, (int(np.flatnonzero(loud > FAINTEST * level.max())[-1]) + 1) * TICK)
        if harmonic * max(high for _, high in points) >= 0.45 * rate:
            continue
        part = tone(heard, rate, [(at, harmonic * high) for at, high in points])
        part *= between(heard, loud, step=TICK)
        if harmonic == 1:
            song = part
        else:
            song[:heard] += part
    return song


def _spits(audio: Audio, params: Params, rate: int, rng: np.random.Generator, tau_s: float) -> None:
    """Add water that has stood in the pipe: most of it at first, in flurries of drops of all sizes."""
    flurries = rng.poisson(110.0 * params.water * (0.3 + tau_s))
    begin_s = np.where(
        rng.random(flurries) < 0.35, rng.exponential(0.12, flurries), rng.exponential(tau_s, flurries)
    )
    drops = rng.geometric(0.22, flurries)
    scatter(
        audio,
        rate,
        rng,
        time_s=np.repeat(begin_s, drops) + rng.exponential(0.012, int(drops.sum())),
        pitch_hz=3_300.0 * MATERIALS[params.material].bright,
        pitch_sd=0.5,
        t60_s=0.005,
        gain=0.42,
        gain_sd=0.55,
        fading_s=1.2 * tau_s,
    )
