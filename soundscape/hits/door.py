"""Door: it creaks on its hinges, slams into its frame and the latch catches.

Model: the creak is stick-slip, pulses that come faster and faster at intervals which flicker, into the modes of the
leaf; the slam is the leaf meeting the stop and, after some milliseconds, again, the push of the air it closes in,
and the shiver of what hangs on it; the latch is a bolt that strikes its plate and springs back.

Sources: Farnell, *Designing Sound* (2010), creaking door; Wildes & Richards (1988) on damping by loss angle.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from soundscape.audio import Audio
from soundscape.contract import Hit
from soundscape.dsp.blast import thump
from soundscape.dsp.creak import slips_s
from soundscape.dsp.shot import finish
from soundscape.dsp.struck import Body, make_body, strike
from soundscape.params import choice, number
from soundscape.rng import Seed

BUS = "effects"
SYNC = "onset"

STILL_S = 0.13
"""Between the last creak and the slam."""
CREAK_LEVEL = 0.2
SLIPS_HZ = (10.0, 60.0)
"""Slips of the hinge a second, at first and at last; a heavy door slips more seldom."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What the leaf is made of."""

    lowest_hz: float
    stretch: float
    loss: float
    longest_s: float
    corner_hz: float
    contact: float
    air: float


MATERIALS = {
    "wood": Material(
        lowest_hz=82.0, stretch=1.25, loss=0.02, longest_s=0.32, corner_hz=900.0, contact=0.8, air=0.9
    ),
    "metal": Material(
        lowest_hz=74.0, stretch=1.3, loss=0.0016, longest_s=1.9, corner_hz=1_300.0, contact=0.6, air=0.6
    ),
    "stone": Material(lowest_hz=46.0, stretch=1.4, loss=0.05, longest_s=0.4, corner_hz=480.0, contact=1.0, air=1.2),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """What door, how heavy, how it is shut."""

    material: str = choice("wood", tuple(MATERIALS), help="what the leaf is made of")
    size: float = number(0.5, low=0.0, high=1.0, help="from a cupboard's to a gate's: deeper and longer")
    distance: float = number(0.1, low=0.0, high=1.0, help="near to far: softer, darker")
    intensity: float = number(0.6, low=0.0, high=1.0, help="how hard it is shut: level and brightness")
    creak: float = number(0.4, low=0.0, high=1.0, help="how much the hinges creak before")
    latch: float = number(0.6, low=0.0, high=1.0, help="how loud the latch catches")


def render(params: Params, rate: int, seed: Seed) -> Hit:
    """The door; sync is the leaf meeting its frame, after the creak."""
    material, size, force = MATERIALS[params.material], params.size, params.intensity
    rng = seed.generator("door")
    scale = 2.0 ** (1.1 * (1.0 - 2.0 * size))
    closing_s = (0.6 + 1.1 * size) * rng.uniform(0.9, 1.1) if params.creak > 0.0 else 0.0
    slam_s = closing_s + STILL_S if closing_s else 0.0
    sync = round(slam_s * rate)
    tail_s = 0.5 + 1.3 * material.longest_s * (0.5 + size)
    audio = np.zeros((2, sync + round(tail_s * rate)), np.float32)
    leaf = make_body(
        rng,
        lowest_hz=material.lowest_hz * scale,
        modes=26,
        stretch=material.stretch,
        loss=material.loss,
        longest_s=material.longest_s * (0.5 + size),
        tilt=-0.15,
    )
    corner_hz = material.corner_hz * 4.0 ** (force - 0.5) * scale**0.5
    if closing_s:
        _creak(audio, leaf, rate, rng, params, closing_s, scale)
    again = rng.uniform(0.006, 0.016, 3).cumsum() * (0.6 + size)
    strike(
        audio,
        rate,
        rng,
        leaf,
        time_s=slam_s + np.concatenate(([0.0], again)),
        force=np.array((1.0, 0.42, 0.24, 0.12)),
        corner_hz=corner_hz,
        contact=material.contact,
        contact_s=0.02 + 0.03 * size,
    )
    air = thump(
        audio.shape[1] - sync, rate, start_hz=90.0 * scale**0.6, end_hz=46.0 * scale**0.6, t60_s=0.12 + 0.2 * size
    )
    audio[:, sync:] += np.float32(material.air * (0.25 + 0.6 * size)) * air
    _latch(audio, rate, rng, params, slam_s)
    return finish(audio, rate, sync=sync, intensity=force, size=size, distance=params.distance)


def _creak(
    audio: Audio, leaf: Body, rate: int, rng: np.random.Generator, params: Params, closing_s: float, scale: float
) -> None:
    """The hinge and, fainter, the leaf, each time that it slips."""
    heavy = 0.7 + 0.6 * params.size
    times = slips_s(rng, closing_s, first_hz=SLIPS_HZ[0] / heavy, last_hz=SLIPS_HZ[1] / heavy)
    swell = np.sin(np.pi * times / closing_s) ** 0.7
    hinge = make_body(
        rng, lowest_hz=310.0 * scale**0.6, modes=12, stretch=1.1, loss=0.012, longest_s=0.09, irregular=0.15
    )
    for body, level, corner_hz in ((hinge, 1.0, 5_200.0), (leaf, 0.5, 1_400.0)):
        strike(
            audio,
            rate,
            rng,
            body,
            time_s=times,
            force=CREAK_LEVEL * level * params.creak * swell * rng.lognormal(0.0, 0.4, len(times)),
            corner_hz=corner_hz,
            contact=0.15,
            contact_s=0.004,
            width=0.15,
        )


def _latch(audio: Audio, rate: int, rng: np.random.Generator, params: Params, slam_s: float) -> None:
    """The bolt strikes its plate, slides and springs out."""
    lock = make_body(rng, lowest_hz=1_150.0, modes=14, stretch=0.95, loss=0.004, longest_s=0.12, irregular=0.12)
    times = slam_s + 0.022 + np.array((0.0, 0.031, 0.074)) * rng.uniform(0.8, 1.25, 3) * (0.7 + 0.6 * params.size)
    strike(
        audio,
        rate,
        rng,
        lock,
        time_s=times,
        force=0.45 * params.latch * np.array((0.7, 1.0, 0.35)) * rng.lognormal(0.0, 0.2, 3),
        corner_hz=4_500.0,
        contact=0.5,
        contact_s=0.008,
        pan=rng.uniform(-0.2, 0.2),
    )
