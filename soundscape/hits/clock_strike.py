"""Clock strike: the hammer of a striking clock on its bell, gong or rod.

Model: hammer knock, then modes of the sounding body: a church bell's hum, prime, tierce, quint and nominal, a coil
gong's dense low series, or a chime rod's bar ratios, and above them the crowd of high modes that makes the stroke
bright; every mode a doublet that beats; T60 falls with frequency and with the material's damping; case modes and the
click of the striking train around it.

Sources: bell partials after Lehr and Rossing; free bar ratios 1 : 2.756 : 5.404; church bell T60 of 2.5 s at 1 kHz.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from soundscape.contract import Hit
from soundscape.dsp.burst import envelope, noise_band
from soundscape.dsp.modal import ring
from soundscape.dsp.shot import finish
from soundscape.params import choice, number
from soundscape.rng import Seed
from soundscape.units import midi_to_hz

BUS = "effects"
SYNC = "onset"


BODIES = {
    "bell": (np.array([0.5, 1.0, 1.183, 1.506, 2.0, 2.514, 2.662, 3.011, 4.166, 5.433, 6.796, 8.215]), 5.5, 0.7),
    "gong": (np.array([0.5, 0.77, 1.0, 1.42, 1.83, 2.31, 2.92, 3.55, 4.27, 5.08, 6.02, 7.1]), 4.0, 0.5),
    "chime": (np.array([1.0, 2.756, 5.404, 8.933, 13.34]), 3.2, 0.45),
}
"""Ratios to the strike note, T60 in s at 440 Hz, and exponent of its fall."""
MATERIALS = {"bronze": (1.0, 1.0), "steel": (0.75, 1.4), "iron": (0.35, 0.8), "glass": (0.16, 1.7)}
"""T60 and corner of the hammer's spectrum, against bronze."""
CROWD = 14
"""High modes beyond those of the series."""
DEEPER_OCTAVES = 1.0
"""By which the largest is deeper than one of middle size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """What is struck, how large, on which note."""

    material: str = choice("bronze", tuple(MATERIALS), help="what it is made of")
    body: str = choice("bell", tuple(BODIES), help="what the hammer strikes")
    size: float = number(0.5, low=0.0, high=1.0, help="larger is deeper and rings longer")
    distance: float = number(0.1, low=0.0, high=1.0, help="near to far: softer, darker")
    intensity: float = number(0.6, low=0.0, high=1.0, help="force of the hammer: level and brightness")
    root: int = number(69, low=48, high=96, help="strike note as MIDI pitch, at middle size")


def render(params: Params, rate: int, seed: Seed) -> Hit:
    """One stroke; sync is the hammer's contact, frame 0."""
    size, force = params.size, params.intensity
    rng = seed.generator("strike")
    ratios, ring_s, slope = BODIES[params.body]
    rings, bright = MATERIALS[params.material]
    ratios = np.append(ratios, ratios[-1] * np.cumprod(rng.uniform(1.05, 1.22, CROWD)))
    strike_hz = midi_to_hz(params.root) * 2.0 ** (DEEPER_OCTAVES * (1.0 - 2.0 * size))
    frequency = strike_hz * ratios * rng.uniform(0.997, 1.003, len(ratios))
    t60 = rings * ring_s * (0.5 + size) * (frequency / 440.0) ** -slope
    frames = round(min(1.2 * float(t60.max()) + 0.3, 12.0) * rate)
    audio = np.zeros((2, frames), np.float32)
    corner_hz = 700.0 * 8.0**force * 0.7**size * bright
    gain = np.exp(-((frequency / corner_hz) ** 1.1)) * ratios**-0.2 * rng.lognormal(0.0, 0.25, len(ratios))
    gain *= 0.8 / np.sqrt(np.sum(gain**2))
    for share, apart in ((1.0, 0.0), (0.55, 1.0)):
        ring(
            audio,
            rate,
            frequency_hz=frequency + apart * rng.uniform(0.6, 4.5, len(ratios)),
            t60_s=t60,
            gain=share * gain,
            pan=rng.uniform(-0.5, 0.5, len(ratios)),
        )
    case_hz = np.geomspace(180.0, 2_400.0, 9) * 2.0 ** (0.4 - 0.8 * size) * rng.uniform(0.92, 1.08, 9)
    ring(audio, rate, frequency_hz=case_hz, t60_s=0.05, gain=0.07 * rng.lognormal(0.0, 0.4, 9))
    knock = noise_band(frames, rate, seed.child("hammer"), low_hz=200.0, high_hz=2.0 * corner_hz, width=0.2)
    audio += knock * envelope(frames, rate, [(0.0, -40.0), (0.0006, -13.0), (0.006, -24.0), (0.06, -90.0)])
    return finish(audio, rate, sync=0, intensity=force, size=size, distance=params.distance)
