"""Sub drop: the floor gives way under the picture.

Model: a sine that falls by an octave and a half towards the lowest that a room can play, with a few harmonics so
that small loudspeakers still tell of it, and a soft blow where it begins.

Source: the missing fundamental: harmonics 2 to 5 carry the pitch where the fundamental cannot be heard.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from soundscape.contract import Hit
from soundscape.dsp.burst import envelope, noise_band, tone, unlike
from soundscape.dsp.shot import finish
from soundscape.params import number
from soundscape.rng import Seed

BUS = "effects"
SYNC = "onset"


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """How deep it falls, how long, how much of it small loudspeakers hear."""

    size: float = number(0.5, low=0.0, high=1.0, help="larger is longer and deeper")
    distance: float = number(0.0, low=0.0, high=1.0, help="near to far: softer, darker")
    intensity: float = number(0.8, low=0.0, high=1.0, help="level and upper harmonics")
    start: float = number(85.0, low=50.0, high=160.0, unit="Hz", help="pitch from which it falls")


def render(params: Params, rate: int, seed: Seed) -> Hit:
    """The drop; sync is its first frame."""
    size, force = params.size, params.intensity
    rng = seed.generator("drop")
    length_s = (0.8 + 2.8 * size) * unlike(rng, 0.12)
    frames = round(1.1 * length_s * rate)
    start_hz = params.start * 1.25 * 0.7**size * unlike(rng, 0.08)
    end_hz = max(27.0, 0.36 * start_hz * unlike(rng, 0.1))
    bend_s = 0.12 * length_s * unlike(rng, 0.5)
    middle_db = -5.0 * unlike(rng, 0.4)
    audio = np.zeros((2, frames), np.float32)
    for harmonic in range(1, 7):
        points = [
            (0.0, harmonic * start_hz),
            (bend_s, 0.8 * harmonic * start_hz),
            (length_s, harmonic * end_hz),
        ]
        share = 1.0 if harmonic == 1 else 0.5 * (0.25 + 0.75 * force) ** harmonic / harmonic * unlike(rng, 0.4)
        # Upper harmonics are a little apart between the sides; the fundamental is alike, as a subwoofer needs it.
        for side in range(2):
            apart = 0.0 if harmonic == 1 else float(rng.uniform(0.0, 0.1))
            audio[side] += share * tone(frames, rate, points, phase=apart)
    # It lets go ever faster, without a moment at which one hears that it does.
    gone = ((0.5, 0.0), (0.65, -4.0), (0.78, -13.0), (0.9, -32.0), (1.05, -72.0))
    fall = [(share * length_s, middle_db + level_db) for share, level_db in gone]
    audio *= envelope(frames, rate, [(0.0, -12.0), (0.004, 0.0), *fall])
    blow = noise_band(frames, rate, seed.child("blow"), low_hz=60.0, high_hz=250.0 + 700.0 * force, width=0.5)
    audio += blow * envelope(frames, rate, [(0.0, -34.0), (0.001, -13.0), (0.03, -24.0), (0.3, -90.0)])
    return finish(audio, rate, sync=0, intensity=force, size=size, distance=params.distance)
