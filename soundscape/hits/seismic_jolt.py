"""Seismic jolt: the ground breaks, heaves and settles, and everything loose rattles.

Model: cracks at the sync point; band noise of 22 to 70 Hz that swells behind them, first the faster and brighter
arrivals, then the slow heavy ones; aftershocks whose times follow Omori's 1/t law, each weaker; stones and
fittings that rattle as long as it shakes.

Sources: Omori (1894) on aftershocks; P and S arrivals of local earthquakes; PhISEM-like debris.
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
    """How strong the quake, how near, how much shakes loose."""

    size: float = number(0.6, low=0.0, high=1.0, help="magnitude: deeper and longer")
    distance: float = number(0.1, low=0.0, high=1.0, help="near to far: softer, darker")
    intensity: float = number(0.8, low=0.0, high=1.0, help="violence: level, cracks and rattle")
    rattle: float = number(0.5, low=0.0, high=1.0, help="loose things that rattle")
    aftershocks: float = number(0.5, low=0.0, high=1.0, help="how many follow")


def render(params: Params, rate: int, seed: Seed) -> Hit:
    """The jolt; sync is the first crack, frame 0."""
    size, force = params.size, params.intensity
    rng = seed.generator("jolt")
    length_s = 2.0 + 3.5 * size
    frames = round(length_s * rate)
    audio = np.zeros((2, frames), np.float32)
    for crack in range(3):
        at = 0 if crack == 0 else int(rng.uniform(0.004, 0.09) * rate)
        pulse = friedlander(frames - at, rate, rng.uniform(0.002, 0.006) * (0.5 + size))
        audio[:, at:] += (0.35 + 0.4 * force) * 0.7**crack * pulse
    heave = noise_band(frames, rate, seed.child("heave"), low_hz=24.0, high_hz=95.0 - 50.0 * size, width=0.3)
    swell = 0.12 + 0.25 * size
    heave *= envelope(frames, rate, [(0.0, -20.0), (swell, -8.0), (0.5 * length_s, -20.0), (length_s, -60.0)])
    audio += heave * flutter(frames, rate, seed.child("heaving"), 3.5, low_hz=0.8, high_hz=9.0)
    first = noise_band(
        frames,
        rate,
        seed.child("arrival"),
        low_hz=60.0,
        high_hz=300.0 + 900.0 * force * (1.0 - 0.9 * params.distance),
        width=0.5,
    )
    fall = envelope(frames, rate, [(0.0, -30.0), (0.012, -17.0 + 5.0 * force), (0.5, -30.0), (length_s, -75.0)])
    audio += first * fall * flutter(frames, rate, seed.child("breaking"), 4.0)
    # Omori: the rate falls as 1/t, so the times are drawn evenly on a logarithmic scale.
    for when in 0.4 * (length_s / 0.5) ** np.sort(rng.uniform(0.0, 1.0, rng.poisson(6.0 * params.aftershocks))):
        at = int(when * rate)
        if at < frames:
            shock = thump(frames - at, rate, start_hz=80.0 - 25.0 * size, end_hz=34.0, t60_s=rng.uniform(0.25, 0.6))
            audio[:, at:] += 0.3 * rng.uniform(0.4, 1.0) / (1.0 + when) * shock
    pieces = rng.poisson(90.0 * params.rattle * (0.3 + force) * (0.5 + size))
    scatter(
        audio,
        rate,
        rng,
        time_s=rng.gamma(1.5, 0.22 * length_s, pieces),
        pitch_hz=900.0,
        pitch_sd=0.6,
        t60_s=0.05,
        gain=0.016 * (0.5 + force),
        fading_s=0.5 * length_s,
    )
    return finish(audio, rate, sync=0, intensity=force, size=size, distance=params.distance)
