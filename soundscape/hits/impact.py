"""Impact: one body strikes another; material and size decide what is heard.

Model: a bank of modes whose damping is the material's loss angle (T60 = 2.2 / (f tan phi)) under a ceiling set by
the mounting, excited by a contact pulse whose length falls with hardness and force; contact noise; the ground's
thump under heavy bodies; splinters and grains that fly off.

Sources: Wildes & Richards (1988) and Klatzky, Pai & Krotkov (2000) on tan phi as the cue for material;
van den Doel & Pai (1998) on modal impacts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from soundscape.audio import Audio
from soundscape.contract import Hit
from soundscape.dsp.blast import thump
from soundscape.dsp.burst import envelope, noise_band, unlike
from soundscape.dsp.debris import scatter
from soundscape.dsp.modal import material_t60_s, ring
from soundscape.dsp.shatter import burst_panes, rain_shards
from soundscape.dsp.shot import finish
from soundscape.params import choice, number
from soundscape.rng import Seed

BUS = "effects"
SYNC = "onset"
MODES = 64
LAST = 3.5
"""Mean times after which no piece is in the air any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What a material does when struck."""

    loss: float
    """tan phi."""
    longest_s: float
    """T60 that the mounting allows."""
    lowest_hz: float
    """Lowest mode of a body of middle size."""
    stretch: float
    """Growth of mode frequencies: 1 is a string, 2 a bar, in between plates."""
    hardness_hz: float
    """Corner of the contact's spectrum at middle force."""
    modes: float
    """Level of the modes against contact noise."""
    noise_s: float
    """Length of the contact noise."""
    thump: float
    """Level of the ground under it."""
    splinter_hz: float
    """Pitch of what flies off."""
    splinter_s: float
    """T60 of what flies off."""
    splinters: float = 1.0
    """How many there are, against metal."""
    spread: float = 1.0
    """How long they go on flying off, against metal."""
    leap_s: float = 0.0
    """For how long one leaps up where it comes down."""
    shatters: bool = False
    """It breaks, and rains down in fragments of all sizes."""


MATERIALS = {
    "metal": Material(
        loss=0.0022, longest_s=1.6, lowest_hz=260.0, stretch=1.12, hardness_hz=4_400.0, modes=1.0, noise_s=0.02,
        thump=0.25, splinter_hz=2_400.0, splinter_s=0.14, leap_s=0.05,
    ),
    "stone": Material(
        loss=0.02, longest_s=0.35, lowest_hz=240.0, stretch=1.4, hardness_hz=2_200.0, modes=0.7, noise_s=0.05,
        thump=0.9, splinter_hz=1_900.0, splinter_s=0.05, leap_s=0.045,
    ),
    "sand": Material(
        loss=0.35, longest_s=0.12, lowest_hz=95.0, stretch=1.2, hardness_hz=900.0, modes=0.35, noise_s=0.16,
        thump=0.9, splinter_hz=2_600.0, splinter_s=0.012,
    ),
    "crystal": Material(
        loss=0.0012, longest_s=2.4, lowest_hz=1_100.0, stretch=1.55, hardness_hz=6_000.0, modes=1.0, noise_s=0.008,
        thump=0.04, splinter_hz=5_200.0, splinter_s=0.3, leap_s=0.05,
    ),
    "glass": Material(
        loss=0.004, longest_s=0.25, lowest_hz=1_900.0, stretch=1.3, hardness_hz=11_000.0, modes=1.0, noise_s=0.02,
        thump=0.03, splinter_hz=5_200.0, splinter_s=0.17, shatters=True,
    ),
    "wood": Material(
        loss=0.016, longest_s=0.5, lowest_hz=290.0, stretch=1.45, hardness_hz=2_200.0, modes=0.9, noise_s=0.03,
        thump=0.25, splinter_hz=1_400.0, splinter_s=0.05, leap_s=0.04,
    ),
    "body": Material(
        loss=0.5, longest_s=0.1, lowest_hz=80.0, stretch=1.15, hardness_hz=260.0, modes=0.6, noise_s=0.07,
        thump=1.0, splinter_hz=900.0, splinter_s=0.02, splinters=0.2,
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """What strikes, how hard, how far away."""

    material: str = choice("metal", tuple(MATERIALS), help="what is struck")
    size: float = number(0.5, low=0.0, high=1.0, help="larger is deeper and rings longer")
    distance: float = number(0.1, low=0.0, high=1.0, help="near to far: softer, darker")
    intensity: float = number(0.7, low=0.0, high=1.0, help="force: level and brightness")
    debris: float = number(0.3, low=0.0, high=1.0, help="splinters that fly off")


def render(params: Params, rate: int, seed: Seed) -> Hit:
    """The impact; sync is the first contact, frame 0."""
    material, size, force = MATERIALS[params.material], params.size, params.intensity
    rng = seed.generator("impact")
    scale = 2.0 ** (1.4 * (1.0 - 2.0 * size)) * unlike(rng, 0.05)
    length_s = min(1.3 * material.longest_s * (0.5 + size), 4.5) + 0.5 + 1.2 * params.debris
    frames = round(length_s * rate)
    audio = np.zeros((2, frames), np.float32)

    corner_hz = material.hardness_hz * 4.0 ** (force - 0.5) * scale**0.4 * unlike(rng, 0.1)
    _modes(audio, material, rate, rng, scale=scale, corner_hz=corner_hz, size=size)
    fall_s = material.noise_s * (0.6 + size) * unlike(rng, 0.2)
    heard = min(round(7.0 * fall_s * rate), frames)
    noise = noise_band(
        heard, rate, seed.child("contact"), low_hz=120.0 * scale**0.5, high_hz=2.0 * corner_hz, width=0.3
    )
    fall = [(0.0, -40.0), (0.0007, -8.0), (fall_s, -20.0), (7.0 * fall_s, -90.0)]
    audio[:, :heard] += noise * envelope(heard, rate, fall)
    ground = thump(frames, rate, start_hz=105.0 * scale**0.5, end_hz=52.0 * scale**0.5, t60_s=0.1 + 0.22 * size)
    audio += material.thump * unlike(rng, 0.2) * (0.2 + 0.8 * size) * ground
    if material.shatters:
        _shatter(audio, params, rate, rng)
    else:
        _splinter(audio, params, rate, rng, scale=scale)
    return finish(audio, rate, sync=0, intensity=force, size=size, distance=params.distance)


def _modes(
    audio: Audio,
    material: Material,
    rate: int,
    rng: np.random.Generator,
    *,
    scale: float,
    corner_hz: float,
    size: float,
) -> None:
    """The body's modes in near pairs, as irregular as no string is, each side hearing some more than the other."""
    order = np.arange(1, 1 + MODES)
    frequency = material.lowest_hz * scale * order ** (material.stretch / 1.1) * rng.uniform(0.88, 1.12, MODES)
    t60 = np.minimum(material_t60_s(frequency, material.loss), material.longest_s * (0.5 + size))
    t60 *= (frequency / frequency[0]) ** -0.12 * rng.lognormal(0.0, 0.25, MODES)
    gain = np.exp(-((frequency / corner_hz) ** 1.1)) * order**0.2 * rng.lognormal(0.0, 0.5, MODES)
    gain *= material.modes * 1.6 / np.sqrt(np.sum(gain**2))
    for share, detune in ((0.75, 1.0), (0.45, rng.uniform(1.002, 1.012, MODES))):
        ring(
            audio,
            rate,
            frequency_hz=frequency * detune,
            t60_s=t60,
            gain=share * gain * rng.choice((-1.0, 1.0), MODES),
            pan=rng.uniform(-0.5, 0.5, MODES),
        )


def _splinter(audio: Audio, params: Params, rate: int, rng: np.random.Generator, *, scale: float) -> None:
    """What flies off and comes down."""
    material, size = MATERIALS[params.material], params.size
    pieces = rng.poisson(
        45.0 * params.debris * (0.4 + params.intensity) * material.splinters * (0.5 if material.leap_s else 1.0)
    )
    away_s = material.spread * (0.12 + 0.25 * size)
    landed_s = 0.01 + rng.gamma(1.3, away_s, pieces)
    scatter(
        audio,
        rate,
        rng,
        time_s=landed_s[landed_s < LAST * away_s],
        pitch_hz=material.splinter_hz * scale**0.4,
        pitch_sd=0.35,
        t60_s=material.splinter_s,
        gain=0.06,
        partials=6,
        fading_s=0.5,
        bounce_s=material.leap_s * (0.7 + 0.6 * size),
    )


def _shatter(audio: Audio, params: Params, rate: int, rng: np.random.Generator) -> None:
    """It bursts, a moment later in a second place, and falls to pieces."""
    size, force = params.size, params.intensity
    scale = 3.2 * 0.3**size
    for burst_s, level in ((0.0003, 0.9), (0.005 + rng.exponential(0.012), rng.uniform(0.0, 0.45))):
        burst_panes(audio, rate, rng, time_s=np.array((burst_s,)), scale=scale, level=level)
    shards = rng.poisson(330.0 * params.debris * (0.4 + force) * (0.5 + size))
    time_s = 0.008 + np.where(
        rng.random(shards) < 0.5,
        rng.gamma(1.2, 0.035 + 0.05 * size, shards),
        rng.gamma(1.8, 0.12 + 0.2 * size, shards),
    )
    rain_shards(audio, rate, rng, time_s=time_s[time_s < 0.5 + 0.8 * size], scale=0.75 + 0.25 * scale, level=0.036)
