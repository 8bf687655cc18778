"""Downlifter: tension let go after the cut, sinking away.

Model: the mirror of a riser: a soft blow at the sync point, noise whose band closes exponentially, a stack of
detuned tones that glides down by octaves, ever slower flutter.

Source: exponential pitch, by which a fall is heard as even (equal octaves in equal times).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from soundscape.contract import Hit
from soundscape.dsp.blast import thump
from soundscape.dsp.burst import envelope, flutter, noise_band, tone, unlike
from soundscape.dsp.shot import finish
from soundscape.params import number
from soundscape.rng import Seed
from soundscape.units import midi_to_hz

BUS = "effects"
SYNC = "onset"


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """How long it sinks, how far, and of what it is made."""

    size: float = number(0.5, low=0.0, high=1.0, help="length: from 1 s to 6 s; larger ends deeper")
    distance: float = number(0.0, low=0.0, high=1.0, help="near to far: softer, darker")
    intensity: float = number(0.6, low=0.0, high=1.0, help="level, and how bright it begins")
    root: int = number(45, low=24, high=72, help="MIDI pitch to which the tones sink, some octaves down")
    tonal: float = number(0.4, low=0.0, high=1.0, help="tones against noise")


def render(params: Params, rate: int, seed: Seed) -> Hit:
    """The downlifter; sync is its first frame."""
    size, force = params.size, params.intensity
    rng = seed.generator("downlifter")
    length_s = 6.0**size
    frames = round(1.15 * length_s * rate)
    audio = np.zeros((2, frames), np.float32)
    level = envelope(
        frames,
        rate,
        [(0.0, -18.0), (0.002, 0.0), (0.4 * length_s * unlike(rng, 0.2), -12.0), (1.1 * length_s, -72.0)],
    )
    top_hz = 1_500.0 * 6.0**force * 0.6**size * unlike(rng, 0.15)
    air = noise_band(
        frames,
        rate,
        seed.child("air"),
        low_hz=[(0.0, 0.2 * top_hz), (length_s, 50.0)],
        high_hz=[(0.0, top_hz), (0.5 * length_s, 0.4 * top_hz**0.5 * 31.0 * unlike(rng, 0.3)), (length_s, 160.0)],
        width=0.9,
    )
    audio += (1.0 - 0.8 * params.tonal) * air * flutter(frames, rate, seed.child("flutter"), 2.0)
    start_hz = 4.0 * midi_to_hz(params.root)
    for voice in range(6):
        detune = 2.0 ** (rng.uniform(-0.12, 0.12) / 12.0 + voice % 3)
        points = [(0.0, start_hz * detune), (length_s, 0.2 * start_hz * detune * 2.0**-size)]
        side = 0.7 * (-1.0) ** voice
        sung = tone(frames, rate, points, phase=float(rng.uniform())) * (0.6 * params.tonal / (1.0 + voice % 3))
        audio += np.array([[1.0 - side], [1.0 + side]], np.float32) * sung
    audio *= level
    audio += 0.8 * thump(frames, rate, start_hz=110.0 - 40.0 * size, end_hz=45.0, t60_s=0.2 + 0.3 * size)
    return finish(audio, rate, sync=0, intensity=force, size=size, distance=params.distance)
