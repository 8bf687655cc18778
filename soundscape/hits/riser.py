"""Riser: tension that climbs until the cut.

Model: noise whose band opens exponentially, a stack of detuned tones that climbs by one to three octaves, and
grains that come ever faster; all end together at the sync point, with a short breath after it.

Source: exponential pitch and density, by which a rise is heard as even (equal octaves in equal times).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from soundscape.contract import Hit
from soundscape.dsp.burst import envelope, flutter, noise_band, tone, unlike
from soundscape.dsp.debris import scatter
from soundscape.dsp.shot import finish
from soundscape.params import number
from soundscape.rng import Seed
from soundscape.units import midi_to_hz

BUS = "effects"
SYNC = "end"


TAIL_S = 0.12


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """How long it climbs, how far, and of what it is made."""

    size: float = number(0.5, low=0.0, high=1.0, help="length: from 1 s to 8 s; larger is deeper")
    distance: float = number(0.0, low=0.0, high=1.0, help="near to far: softer, darker")
    intensity: float = number(0.7, low=0.0, high=1.0, help="level, and how bright it ends")
    root: int = number(45, low=24, high=72, help="MIDI pitch on which the tones end, some octaves up")
    tonal: float = number(0.4, low=0.0, high=1.0, help="tones against noise")


def render(params: Params, rate: int, seed: Seed) -> Hit:
    """The riser; sync is its end, where the picture cuts."""
    size, force = params.size, params.intensity
    rng = seed.generator("riser")
    length_s = 8.0**size
    frames = round((length_s + TAIL_S) * rate)
    sync = round(length_s * rate)
    audio = np.zeros((2, frames), np.float32)
    level = envelope(
        frames,
        rate,
        [
            (0.0, -48.0),
            (0.5 * length_s, -22.0 * unlike(rng, 0.12)),
            (length_s - 0.01, 0.0),
            (length_s + 0.015, -24.0),
            (length_s + TAIL_S, -70.0),
        ],
    )
    top_hz = 1_800.0 * 6.0**force * 2.0 ** (0.3 - 0.6 * size) * unlike(rng, 0.12)
    air = noise_band(
        frames,
        rate,
        seed.child("air"),
        low_hz=[(0.0, 80.0), (length_s, 0.2 * top_hz)],
        high_hz=[(0.0, 260.0), (length_s, top_hz)],
        width=0.9,
    )
    audio += (1.0 - 0.8 * params.tonal) * air * flutter(frames, rate, seed.child("flutter"), 2.0)
    end_hz = 4.0 * midi_to_hz(params.root)
    for voice in range(6):
        detune = 2.0 ** (rng.uniform(-0.12, 0.12) / 12.0 + voice % 3)
        points = [(0.0, 0.25 * end_hz * detune * 2.0**-size), (length_s, end_hz * detune)]
        side = 0.7 * (-1.0) ** voice
        sung = tone(frames, rate, points, phase=float(rng.uniform())) * (0.6 * params.tonal / (1.0 + voice % 3))
        audio += np.array([[1.0 - side], [1.0 + side]], np.float32) * sung
    # Equal octaves of density in equal times: intervals shrink evenly.
    when = length_s * np.log2(1.0 + np.sort(rng.uniform(0.0, 1.0, round(60.0 * length_s**0.5))) * 31.0) / 5.0
    scatter(audio, rate, rng, time_s=when, pitch_hz=1_500.0 * 2.0**force, pitch_sd=0.5, t60_s=0.03, gain=0.25)
    return finish(audio * level, rate, sync=sync, intensity=force, size=size, distance=params.distance)
