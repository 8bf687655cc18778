"""Explosion: a blast wave, a ball of fire that roars, the echoes of the place and what falls down.

Model: a Friedlander pulse whose length grows with the yield, followed by weaker ones from the ground and walls; a
ball of fire whose front roars up to several kHz and sinks to 150 Hz within seconds, while further balls roll out of it
and the place sends them back, four bands each by itself; a ground thump; what bursts flies apart at once and falls
down for seconds, as earth, stone, metal or wood does; panes burst one after the other and rain down in fragments of
all sizes.

Sources: Friedlander (1946), cube-root scaling of blasts; Farnell, *Designing Sound*, on noise alone being a sketch.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from soundscape.audio import Audio
from soundscape.contract import TICK, Hit
from soundscape.dsp.blast import friedlander, thump
from soundscape.dsp.burst import unlike
from soundscape.dsp.debris import scatter
from soundscape.dsp.roar import Band, add_roar
from soundscape.dsp.shatter import burst_panes, rain_shards
from soundscape.dsp.shot import finish
from soundscape.params import choice, number
from soundscape.rng import Seed

BUS = "effects"
SYNC = "onset"


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What bursts, and what its pieces do."""

    pitch_hz: float
    """Median of the lowest modes of its pieces."""
    pitch_sd: float
    t60_s: float
    partials: int
    pieces: float
    """How many there are, against stone."""
    gain: float
    apart: float
    """Share of them that is heard as it flies apart, not as it falls."""
    bright: float
    """Upper end of the roar, against stone."""
    ground: float
    """Level of the thump."""
    roar: float = 1.0
    """Level of the fire."""
    leap_s: float = 0.0
    """For how long a piece leaps up where it comes down."""
    shatters: bool = False
    """It bursts as panes do, and rains down in fragments of all sizes."""


MATERIALS = {
    "stone": Material(
        pitch_hz=1_000.0, pitch_sd=0.6, t60_s=0.05, partials=3, pieces=1.0, gain=0.1, apart=0.25, bright=1.0,
        ground=0.8, leap_s=0.07,
    ),
    "earth": Material(
        pitch_hz=420.0, pitch_sd=0.5, t60_s=0.018, partials=3, pieces=1.7, gain=0.2, apart=0.3, bright=0.75,
        ground=1.1,
    ),
    "metal": Material(
        pitch_hz=560.0, pitch_sd=0.7, t60_s=0.45, partials=6, pieces=0.6, gain=0.085, apart=0.4, bright=1.1,
        ground=0.65, leap_s=0.08,
    ),
    "glass": Material(
        pitch_hz=3_400.0, pitch_sd=0.4, t60_s=0.14, partials=4, pieces=2.2, gain=0.075, apart=0.7, bright=1.25,
        ground=0.5, leap_s=0.045, roar=0.4, shatters=True,
    ),
    "wood": Material(
        pitch_hz=680.0, pitch_sd=0.45, t60_s=0.06, partials=4, pieces=1.1, gain=0.12, apart=0.5, bright=0.9,
        ground=0.7, leap_s=0.06,
    ),
    "fuel": Material(
        pitch_hz=900.0, pitch_sd=0.5, t60_s=0.02, partials=3, pieces=0.1, gain=0.05, apart=0.1, bright=0.85,
        ground=0.95,
    ),
}  # fmt: skip

FIRE = ((0.0085, 0.3, 1.5), (0.028, 0.27, 1.0), (0.09, 0.26, 0.6), (0.28, 0.3, 0.36))
"""Bands of the fire: lower end as a share of its highest pitch, level, and how long it lasts."""
BALLS, FLUTTER_DB = (3, 7), 4.0
DRIVE = 0.5
"""How far air and ear give way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """How large, how near, of what."""

    material: str = choice("stone", tuple(MATERIALS), help="what bursts")
    size: float = number(0.6, low=0.0, high=1.0, help="yield: deeper and longer")
    distance: float = number(0.15, low=0.0, high=1.0, help="near to far: softer, darker")
    intensity: float = number(0.85, low=0.0, high=1.0, help="violence: level and brightness")
    debris: float = number(0.5, low=0.0, high=1.0, help="what falls down afterwards")
    echoes: float = number(0.4, low=0.0, high=1.0, help="walls that throw the blast back")


def render(params: Params, rate: int, seed: Seed) -> Hit:
    """The explosion; sync is the arrival of the blast wave, frame 0."""
    material, size, force = MATERIALS[params.material], params.size, params.intensity
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
    audio += material.ground * thump(frames, rate, start_hz=78.0 - 28.0 * size, end_hz=34.0, t60_s=0.4 + 0.7 * size)
    _fire(audio, params, rate, seed.child("fire"), length_s)
    _debris(audio, params, rate, rng, length_s)
    # So near, air and ear give way: the front is held down, and what follows it comes forward.
    np.tanh(DRIVE * audio, out=audio)
    return finish(audio, rate, sync=0, intensity=force, size=size, distance=params.distance)


def _fire(audio: Audio, params: Params, rate: int, seed: Seed, length_s: float) -> None:
    """The ball of fire: a front, then balls that roll out of it, and what the place sends back of them."""
    material, size = MATERIALS[params.material], params.size
    rng = seed.generator("balls")
    top_hz = (2_500.0 + 7_000.0 * params.intensity) * 0.55**size * material.bright
    sink_s = (0.4 + 0.9 * size) * unlike(rng, 0.12)
    time = np.arange(audio.shape[1] // TICK + 2) * TICK / rate
    balls = int(rng.integers(*BALLS))
    start_s = 0.02 + rng.gamma(1.4, 0.3 * sink_s, balls)
    strength = 0.36 * rng.lognormal(0.0, 0.4, balls) * np.exp(-start_s / sink_s)
    lasts_s = sink_s * rng.uniform(0.06, 0.22, balls)
    if params.echoes > 0.0:
        back = int(rng.integers(2, 5))
        late_s = 0.25 + rng.gamma(1.5, 0.16 + 0.3 * size, back)
        start_s = np.append(start_s, late_s)
        strength = np.append(strength, 0.22 * params.echoes * rng.lognormal(0.0, 0.5, back) * np.exp(-0.7 * late_s))
        lasts_s = np.append(lasts_s, 0.12 * (0.5 + late_s) * rng.uniform(0.6, 1.6, back))
    bands, course = [], np.empty((len(time), len(FIRE)))
    for index, (low_hz, share, fall) in enumerate(FIRE):
        front = np.exp(-time / (0.2 * sink_s * fall)) + 0.05 * np.exp(-time / (0.22 * length_s * fall))
        course[:, index] = front * np.minimum(time / 0.004, 1.0)
        for at_s, strong, long_s in zip(start_s, strength, lasts_s, strict=True):
            after = np.maximum(time - at_s, 0.0) / (long_s * rng.uniform(0.7, 1.4) * fall**0.5)
            course[:, index] += strong * rng.lognormal(0.0, 0.4) * fall**0.4 * after * np.exp(1.0 - after)
        # The way is long for what comes late, and the air takes what is high.
        course[:, index] *= np.exp(-0.7 * index * np.minimum(time / sink_s, 2.5))
        course[:, index] *= material.roar * share * 10.0 ** (-1.5 * np.maximum(time / length_s - 0.55, 0.0) / 0.45)
        first_hz = low_hz * top_hz
        high_hz = [(0.0, 3.4 * first_hz), (sink_s, 2.2 * first_hz), (length_s, 1.5 * first_hz)]
        bands.append(
            Band(low_hz=[(0.0, first_hz), (sink_s, 0.6 * first_hz)], high_hz=high_hz, width=0.5 + 0.1 * index)
        )
    add_roar(audio, rate, seed, bands, course, sd_db=FLUTTER_DB, low_hz=1.0, high_hz=30.0)


def _debris(audio: Audio, params: Params, rate: int, rng: np.random.Generator, length_s: float) -> None:
    """Pieces that break off and fly apart, and those that come down."""
    material, size = MATERIALS[params.material], params.size
    if material.shatters:
        _shatter(audio, params, rate, rng, length_s)
        return
    count = (90.0 if material.leap_s else 150.0) * params.debris * (0.4 + size) * material.pieces
    apart, fallen = rng.poisson(count * material.apart), rng.poisson(count * (1.0 - material.apart))
    for times, level, fading_s in (
        (0.006 + rng.gamma(1.3, 0.06 + 0.08 * size, apart), 1.6, 0.35),
        (0.4 + rng.gamma(1.6, 0.28 * length_s, fallen), 1.0, 0.45 * length_s),
    ):
        scatter(
            audio,
            rate,
            rng,
            time_s=times,
            pitch_hz=material.pitch_hz * 1.4 * 0.6**size,
            pitch_sd=material.pitch_sd,
            t60_s=material.t60_s,
            gain=level * material.gain,
            partials=material.partials,
            fading_s=fading_s,
            bounce_s=material.leap_s,
        )


def _shatter(audio: Audio, params: Params, rate: int, rng: np.random.Generator, length_s: float) -> None:
    """Panes burst as the blast reaches them, the near ones first; fragments rain down, soon and for long."""
    scale, debris = 1.5 * 0.5**params.size, params.debris
    panes = 1 + rng.poisson(5.0 * debris * (0.4 + params.size))
    burst_s = np.sort(rng.gamma(1.2, 0.05 + 0.07 * params.size, panes))
    burst_s[0] = 0.001
    burst_panes(audio, rate, rng, time_s=burst_s, scale=scale, level=1.1 * debris**0.5)
    shards = rng.poisson(620.0 * debris * (0.4 + params.size))
    # From the panes themselves at once, then from ever farther away and ever higher up.
    flight_s = np.where(
        rng.random(shards) < 0.35, rng.gamma(1.4, 0.06, shards), rng.gamma(2.2, 0.11 * length_s, shards)
    )
    time_s = rng.choice(burst_s, shards) + 0.02 + flight_s
    rain_shards(audio, rate, rng, time_s=time_s[time_s < 0.8 * length_s], scale=0.6 + 0.4 * scale**0.4, level=0.06)
