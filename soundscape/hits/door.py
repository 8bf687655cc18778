"""Door: it creaks on its hinges, slams into its frame and the latch catches.

Model: the creak is stick-slip, pulses that come faster and faster at intervals which flicker, into the modes of hinge
and leaf; a stone slab has no hinge: it judders over its sill, and its asperities and what lies in its way break one by
one. The slam is the leaf meeting the stop and, after some milliseconds, or rocking, again, the rush of faces that meet,
the push of the air they close in, and loose fittings that bounce until they lie still; stones and dust trickle after a
slab. The latch is a bolt that strikes its plate and springs back.

Sources: Farnell, *Designing Sound* (2010), creaking door; Wildes & Richards (1988) on damping by loss angle.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from soundscape.audio import Audio
from soundscape.contract import Hit
from soundscape.dsp.clatter import Faces, meet, rush
from soundscape.dsp.creak import rub, slips
from soundscape.dsp.debris import scatter
from soundscape.dsp.grind import grind
from soundscape.dsp.shot import finish
from soundscape.dsp.struck import Body, make_body, strike
from soundscape.params import choice, number
from soundscape.rng import Seed

BUS = "effects"
SYNC = "onset"

STILL_S = 0.13
"""Between the last creak and the slam."""
CREAK_LEVEL, GRIND_LEVEL = 0.28, 0.4
DRAGGED = 1.5
"""How much longer a slab takes than a leaf on hinges."""
LEAF_MODES = 44


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What the leaf is made of, and what moves it."""

    lowest_hz: float
    stretch: float
    loss: float
    longest_s: float
    corner_hz: float
    """Of the spectrum of a slam of middle force."""
    contact: float
    hinge_hz: float
    """Lowest mode of what creaks."""
    slips_hz: tuple[float, float]
    """Slips a second, at first and at last; a heavy door slips more seldom."""
    grit: float
    """What falls after the slam."""
    faces: Faces
    """Leaf and frame."""
    grinds: bool = False
    """It has no hinges, but is dragged over its sill."""
    rocks_s: tuple[float, float] = (0.006, 0.016)
    """Until the leaf meets the frame again."""


MATERIALS = {
    "wood": Material(
        lowest_hz=86.0, stretch=1.08, loss=0.02, longest_s=0.32, corner_hz=1_100.0, contact=0.8,
        hinge_hz=310.0, slips_hz=(10.0, 60.0), grit=0.0,
        faces=Faces(
            rush=0.5, rush_hz=90.0, rush_s=(0.02, 0.03), push=0.8, loose=0.2, loose_hz=900.0, loss=0.008, loose_s=0.07
        ),
    ),
    "metal": Material(
        lowest_hz=92.0, stretch=1.12, loss=0.0016, longest_s=1.7, corner_hz=1_900.0, contact=0.7,
        hinge_hz=380.0, slips_hz=(9.0, 50.0), grit=0.0,
        faces=Faces(
            rush=0.55, rush_hz=90.0, rush_s=(0.02, 0.03), push=0.6, loose=0.3, loose_hz=700.0, loss=0.008, loose_s=0.07
        ),
    ),
    "stone": Material(
        lowest_hz=74.0, stretch=1.2, loss=0.045, longest_s=0.28, corner_hz=560.0, contact=1.1,
        hinge_hz=120.0, slips_hz=(45.0, 95.0), grit=1.0,
        faces=Faces(
            rush=0.42, rush_hz=60.0, rush_s=(0.03, 0.05), push=0.8, push_hz=(80.0, 38.0),
            loose=0.16, loose_hz=340.0, loss=0.05, loose_s=0.06,
        ),
        grinds=True, rocks_s=(0.03, 0.08),
    ),
}  # fmt: skip


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
    closing_s *= DRAGGED if material.grinds else 1.0
    slam_s = closing_s + STILL_S if closing_s else 0.0
    sync = round(slam_s * rate)
    tail_s = 0.5 + 1.3 * material.longest_s * (0.5 + size)
    audio = np.zeros((2, sync + round(tail_s * rate)), np.float32)
    leaf = make_body(
        rng,
        lowest_hz=material.lowest_hz * scale,
        modes=LEAF_MODES,
        stretch=material.stretch,
        loss=material.loss,
        longest_s=material.longest_s * (0.5 + size),
        irregular=0.13,
        tilt=-0.15,
    )
    corner_hz = material.corner_hz * 4.0 ** (force - 0.5) * scale**0.5
    if material.grinds:
        before = audio[:, : round((closing_s + STILL_S) * rate)]
        level = GRIND_LEVEL * params.creak**0.5
        grind(before, rate, rng, seed.child("grind"), length_s=closing_s, size=size, level=level)
    elif closing_s:
        _creak(audio, leaf, rate, rng, params, closing_s, scale)
    again = rng.uniform(*material.rocks_s, 3).cumsum() * (0.6 + size)
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
    meet(
        audio,
        rate,
        rng,
        seed.child("faces"),
        material.faces,
        start=sync,
        size=size,
        scale=scale,
        force=force,
        corner_hz=corner_hz,
    )
    if material.grit > 0.0:
        _trickle(audio, rate, rng, seed.child("dust"), params, slam_s)
    _latch(audio, rate, rng, params, slam_s)
    return finish(audio, rate, sync=sync, intensity=force, size=size, distance=params.distance)


def _creak(
    audio: Audio, leaf: Body, rate: int, rng: np.random.Generator, params: Params, closing_s: float, scale: float
) -> None:
    """The hinge and, fainter, the leaf, each time that it slips; what lies in its way is crushed."""
    material, heavy = MATERIALS[params.material], 0.7 + 0.6 * params.size
    first_hz, last_hz = material.slips_hz
    times, force = slips(rng, closing_s, first_hz=first_hz / heavy, last_hz=last_hz / heavy)
    force *= np.sin(np.pi * times / closing_s) ** 0.7
    hinge_hz = material.hinge_hz * scale**0.6
    hinge = make_body(rng, lowest_hz=hinge_hz, modes=24, stretch=0.9, loss=0.012, longest_s=0.09, irregular=0.2)
    before = audio[:, : round((closing_s + STILL_S) * rate)]
    for body, level, corner_hz in ((hinge, 1.0, 12.0 * hinge_hz), (leaf, 0.6, 1_400.0)):
        rub(
            before,
            rate,
            rng,
            body,
            time_s=times,
            force=force,
            level=CREAK_LEVEL * level * params.creak,
            corner_hz=corner_hz,
        )


def _trickle(audio: Audio, rate: int, rng: np.random.Generator, seed: Seed, params: Params, slam_s: float) -> None:
    """What the slam has loosened: small stones in flurries, each a tick without a pitch, and dust that settles."""
    material, size = MATERIALS[params.material], params.size
    flurries = rng.poisson(9.0 * material.grit * (0.4 + params.intensity))
    begin_s = rng.gamma(1.1, 0.12 + 0.1 * size, flurries)
    stones = rng.geometric(0.12, flurries)
    times = np.repeat(begin_s, stones) + rng.exponential(0.035, int(stones.sum()))
    times = times[times < 0.55 + 0.3 * size]
    scatter(
        audio,
        rate,
        rng,
        time_s=slam_s + times,
        pitch_hz=1_900.0,
        pitch_sd=0.5,
        t60_s=0.008,
        gain=0.028 * material.grit,
        gain_sd=0.9,
        bounce_s=0.03,
        fading_s=slam_s + 0.4,
    )
    start = round(slam_s * rate)
    rush(audio, rate, seed, start=start, level=0.008 * material.grit, low_hz=1_300.0, high_hz=6_000.0, fall_s=0.16)


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
