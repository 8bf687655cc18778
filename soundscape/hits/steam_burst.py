"""Steam burst: a valve opens, steam jets out and its pressure falls.

Model: jet mixing noise, a broad hump whose rising flank is heard, with level and corner following the falling
pressure; the valve's click and chatter of 20 to 90 Hz; drops of water that spit; a whistle where the throat
resonates; knocks of the pipe afterwards.

Sources: Lighthill (1952) on jet noise, Strouhal number 0.2; discharge of a vessel through a throat; water hammer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from soundscape.contract import Hit
from soundscape.dsp.burst import envelope, flutter, noise_band, tone
from soundscape.dsp.debris import scatter
from soundscape.dsp.modal import ring
from soundscape.dsp.shot import finish
from soundscape.params import choice, number
from soundscape.rng import Seed

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


MATERIALS = {
    "iron": Material(
        valve_hz=(700.0, 6_000.0), valve_s=0.035, valve=0.16, knock_hz=230.0, knock_s=0.18, bright=1.0
    ),
    "brass": Material(
        valve_hz=(1_500.0, 9_000.0), valve_s=0.11, valve=0.14, knock_hz=520.0, knock_s=0.3, bright=1.15
    ),
    "rock": Material(valve_hz=(180.0, 1_600.0), valve_s=0.02, valve=0.2, knock_hz=95.0, knock_s=0.09, bright=0.6),
}


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
    tau_s = 0.25 + 0.9 * size
    length_s = 5.4 * tau_s + 0.5
    frames = round(length_s * rate)
    time = np.arange(frames) / rate
    corner_hz = 3_500.0 * 3.0**force * 0.5**size * material.bright
    audio = noise_band(
        frames,
        rate,
        seed.child("jet"),
        low_hz=[(0.0, 0.35 * corner_hz), (2.5 * tau_s, 0.2 * corner_hz)],
        high_hz=[(0.0, 2.5 * corner_hz), (2.5 * tau_s, 0.8 * corner_hz)],
        width=0.5,
    )
    pressure = np.exp(-time / tau_s) * (1.0 - np.exp(-time / 0.006)) * np.clip((length_s - time) / 0.4, 0.0, 1.0)
    beats = tone(frames, rate, [(0.0, rng.uniform(60.0, 90.0)), (length_s, rng.uniform(20.0, 30.0))])
    audio *= (0.5 * pressure * (1.0 + 0.7 * params.chatter * beats)).astype(np.float32)
    audio *= flutter(frames, rate, seed.child("flutter"), 1.3)
    if params.whistle > 0.0:
        pitch_hz = 900.0 * 2.0 ** (1.2 - 2.0 * size) * 1.5**force * rng.uniform(0.95, 1.05)
        sung = tone(frames, rate, [(0.0, 0.8 * pitch_hz), (0.15, pitch_hz), (2.0 * tau_s, 0.93 * pitch_hz)])
        # Below a certain pressure the edge tone breaks off.
        audio += (
            np.float32(0.4 * params.whistle) * sung * np.clip(4.0 * pressure - 1.0, 0.0, 1.0).astype(np.float32)
        )
    modes_hz = np.geomspace(*material.valve_hz, 10) * 2.0 ** (0.5 - size) * rng.uniform(0.93, 1.07, 10)
    ring(
        audio,
        rate,
        frequency_hz=modes_hz,
        t60_s=material.valve_s * rng.uniform(0.6, 1.4, 10),
        gain=material.valve * rng.lognormal(0.0, 0.4, 10),
    )
    spits = rng.poisson(220.0 * params.water * tau_s)
    scatter(
        audio,
        rate,
        rng,
        time_s=rng.exponential(1.1 * tau_s, spits),
        pitch_hz=2_600.0,
        pitch_sd=0.5,
        t60_s=0.006,
        gain=0.5,
        gain_sd=0.35,
        fading_s=1.5 * tau_s,
    )
    knocks = rng.integers(2, 7)
    at = (1.6 * tau_s + np.cumsum(rng.uniform(0.06, 0.2, knocks))) * rate
    ring(
        audio,
        rate,
        start=np.repeat(at, 3),
        frequency_hz=np.tile(material.knock_hz * rng.uniform(0.55, 1.6) * np.array((1.0, 2.1, 3.4)), knocks),
        t60_s=material.knock_s,
        gain=np.repeat(0.05 * 0.75 ** np.arange(knocks), 3),
    )
    audio *= envelope(frames, rate, [(0.0, 0.0), (length_s - 0.3, 0.0), (length_s, -70.0)])
    return finish(audio, rate, sync=0, intensity=force, size=size, distance=params.distance)
