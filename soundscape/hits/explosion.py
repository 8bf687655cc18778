"""Explosion: a blast wave, a ball of fire that roars, the echoes of the place and what falls down.

Model: a Friedlander pulse whose length grows with the yield, followed by weaker ones from the ground and walls; a
turbulent roar whose band sinks from several kHz to 150 Hz within seconds while it flutters as 1/f**1.5; a ground
thump; diffuse late energy and debris.

Sources: Friedlander (1946), cube-root scaling of blasts; Farnell, *Designing Sound*, on noise alone being a sketch.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from soundscape.contract import Hit
from soundscape.dsp.blast import friedlander, thump
from soundscape.dsp.burst import envelope, flutter, noise_band
from soundscape.dsp.debris import scatter
from soundscape.dsp.shot import finish
from soundscape.params import number
from soundscape.rng import Seed

BUS = "effects"
SYNC = "onset"


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """How large, how near, among what."""

    size: float = number(0.6, low=0.0, high=1.0, help="yield: deeper and longer")
    distance: float = number(0.15, low=0.0, high=1.0, help="near to far: softer, darker")
    intensity: float = number(0.85, low=0.0, high=1.0, help="violence: level and brightness")
    debris: float = number(0.5, low=0.0, high=1.0, help="what falls down afterwards")
    echoes: float = number(0.4, low=0.0, high=1.0, help="walls that throw the blast back")


def render(params: Params, rate: int, seed: Seed) -> Hit:
    """The explosion; sync is the arrival of the blast wave, frame 0."""
    size, force = params.size, params.intensity
    rng = seed.generator("explosion")
    length_s = 2.0 + 3.2 * size
    frames = round(length_s * rate)
    audio = np.zeros((2, frames), np.float32)
    positive_s = 0.004 * 7.0 ** (size / 3.0) * (1.0 + 3.0 * params.distance) * 1.6
    audio += 1.9 * friedlander(frames, rate, positive_s)
    for echo in range(6):
        at = int(rate * (0.03 + 0.09 * echo * rng.uniform(0.6, 1.4)))
        strength = 0.5 * params.echoes * 0.62**echo * rng.uniform(0.6, 1.0, (2, 1)).astype(np.float32)
        audio[:, at:] += strength * friedlander(frames - at, rate, positive_s * (1.3 + 0.3 * echo), rise_s=0.001)
    audio += 0.8 * thump(frames, rate, start_hz=78.0 - 28.0 * size, end_hz=34.0, t60_s=0.4 + 0.7 * size)
    top_hz = (2_500.0 + 7_000.0 * force) * 0.55**size
    sink_s = 0.4 + 0.9 * size
    roar = noise_band(
        frames,
        rate,
        seed.child("roar"),
        low_hz=[(0.0, 120.0), (sink_s, 35.0)],
        high_hz=[(0.0, top_hz), (0.25 * sink_s, 0.35 * top_hz), (sink_s, 420.0), (length_s, 130.0)],
        width=0.7,
    )
    fall = envelope(
        frames,
        rate,
        [
            (0.0, -40.0),
            (0.004, -7.0),
            (0.2 * sink_s, -11.0),
            (sink_s, -21.0),
            (0.6 * length_s, -38.0),
            (length_s, -70.0),
        ],
    )
    audio += roar * fall * flutter(frames, rate, seed.child("flutter"), 4.0)
    pieces = rng.poisson(110.0 * params.debris * (0.4 + size))
    scatter(
        audio,
        rate,
        rng,
        time_s=0.4 + rng.gamma(1.6, 0.28 * length_s, pieces),
        pitch_hz=1_100.0 * 0.6**size,
        pitch_sd=0.6,
        t60_s=0.05,
        gain=0.035,
        fading_s=0.45 * length_s,
    )
    return finish(audio, rate, sync=0, intensity=force, size=size, distance=params.distance)
