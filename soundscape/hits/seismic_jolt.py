"""Seismic jolt: the ground breaks, heaves and settles, and everything loose rattles.

Model: cracks at the sync point; band noise of 22 to 70 Hz that swells behind them, first the faster and brighter
arrivals, then the slow heavy ones; aftershocks whose times follow Omori's 1/t law, each weaker; and what the ground is
made of: rock that cracks and rolls, sand that slides, ice that rings as it splits, the timber of a house that rattles.

Sources: Omori (1894) on aftershocks; P and S arrivals of local earthquakes; PhISEM-like debris.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from soundscape.audio import Audio
from soundscape.contract import Hit
from soundscape.dsp.blast import friedlander, thump
from soundscape.dsp.burst import envelope, flutter, noise_band
from soundscape.dsp.debris import scatter
from soundscape.dsp.shot import finish
from soundscape.dsp.struck import make_body, strike
from soundscape.params import choice, number
from soundscape.rng import Seed

BUS = "effects"
SYNC = "onset"

SETTLES_S = 1.0
"""After the last shock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What shakes."""

    crack: float
    """Level of the breaks."""
    bright: float
    """Upper end of what breaks, against rock."""
    loose_hz: float
    loose_sd: float
    loose_s: float
    """Pitch, its spread and T60 of loose things."""
    loose: float
    """How many there are, against rock, each so much softer."""
    splits_hz: float
    """Lowest mode of a sheet that splits and rings; 0 for none."""
    leap_s: float = 0.045
    """For how long what has come loose leaps up where it falls."""


MATERIALS = {
    "rock": Material(crack=1.0, bright=1.0, loose_hz=900.0, loose_sd=0.6, loose_s=0.05, loose=1.0, splits_hz=0.0),
    "sand": Material(
        crack=0.45,
        bright=0.6,
        loose_hz=2_600.0,
        loose_sd=0.35,
        loose_s=0.004,
        loose=12.0,
        splits_hz=0.0,
        leap_s=0.0,
    ),
    "ice": Material(
        crack=1.15, bright=1.5, loose_hz=2_100.0, loose_sd=0.5, loose_s=0.09, loose=0.8, splits_hz=240.0
    ),
    "timber": Material(crack=0.8, bright=0.9, loose_hz=360.0, loose_sd=0.7, loose_s=0.09, loose=2.5, splits_hz=0.0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """How strong the quake, of what ground, how near, how much shakes loose."""

    material: str = choice("rock", tuple(MATERIALS), help="what shakes")
    size: float = number(0.6, low=0.0, high=1.0, help="magnitude: deeper and longer")
    distance: float = number(0.1, low=0.0, high=1.0, help="near to far: softer, darker")
    intensity: float = number(0.8, low=0.0, high=1.0, help="violence: level, cracks and rattle")
    rattle: float = number(0.5, low=0.0, high=1.0, help="loose things that rattle")
    aftershocks: float = number(0.5, low=0.0, high=1.0, help="how many follow")


def render(params: Params, rate: int, seed: Seed) -> Hit:
    """The jolt; sync is the first crack, frame 0."""
    material, size, force = MATERIALS[params.material], params.size, params.intensity
    rng = seed.generator("jolt")
    length_s = 2.0 + 3.5 * size
    frames = round((length_s + SETTLES_S) * rate)
    audio = np.zeros((2, frames), np.float32)
    for crack in range(3):
        at = 0 if crack == 0 else int(rng.uniform(0.004, 0.09) * rate)
        pulse = friedlander(frames - at, rate, rng.uniform(0.002, 0.006) * (0.5 + size))
        audio[:, at:] += material.crack * (0.35 + 0.4 * force) * 0.7**crack * pulse
    heave = noise_band(frames, rate, seed.child("heave"), low_hz=24.0, high_hz=95.0 - 50.0 * size, width=0.3)
    swell = 0.12 + 0.25 * size
    sinks = [(0.5 * length_s, -20.0), (length_s, -60.0), (length_s + 0.4, -96.0)]
    heave *= envelope(frames, rate, [(0.0, -20.0), (swell, -8.0), *sinks])
    audio += heave * flutter(frames, rate, seed.child("heaving"), 3.5, low_hz=0.8, high_hz=9.0)
    first = noise_band(
        frames,
        rate,
        seed.child("arrival"),
        low_hz=60.0,
        high_hz=material.bright * (300.0 + 900.0 * force * (1.0 - 0.9 * params.distance)),
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
    if material.splits_hz:
        _split(audio, rate, rng, material, size=size, force=force)
    pieces = rng.poisson(
        (55.0 if material.leap_s else 90.0) * params.rattle * (0.3 + force) * (0.5 + size) * material.loose
    )
    scatter(
        audio,
        rate,
        rng,
        time_s=rng.gamma(1.5, 0.22 * length_s, pieces),
        pitch_hz=material.loose_hz,
        pitch_sd=material.loose_sd,
        t60_s=material.loose_s,
        gain=0.045 * (0.5 + force) * material.loose**-0.3,
        fading_s=0.5 * length_s,
        bounce_s=material.leap_s,
    )
    return finish(audio, rate, sync=0, intensity=force, size=size, distance=params.distance)


def _split(
    audio: Audio, rate: int, rng: np.random.Generator, material: Material, *, size: float, force: float
) -> None:
    """Cracks that run through a sheet, and the sheet that rings of each."""
    sheet = make_body(
        rng,
        lowest_hz=material.splits_hz * 2.0 ** (0.8 - 1.6 * size),
        modes=40,
        stretch=1.15,
        loss=0.004,
        longest_s=0.8,
        irregular=0.2,
    )
    times = np.append(0.0, rng.gamma(1.2, 0.25 + 0.3 * size, rng.poisson(3 + 6 * force)))
    strike(
        audio,
        rate,
        rng,
        sheet,
        time_s=times,
        force=0.35 * (0.4 + force) * rng.lognormal(-0.4, 0.5, len(times)),
        corner_hz=1_200.0 * 3.0**force,
        contact=0.8,
        contact_s=0.012,
        pan=rng.uniform(-0.6, 0.6, len(times)),
    )
