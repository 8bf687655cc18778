"""Gear lock: a train of gears runs down tooth by tooth, and a heavy bolt drives home.

Model: each tooth is a light blow of metal on metal whose interval grows while the train slows, with the wobble of
a wheel that is not round, and the case answers; the lock is one great blow of the bolt on its seat and two of its
rebounds, the rush of the faces, a second body that answers, the ground under it, wheels that clatter in their play and
a spring that shivers on. Gears of stone grind, and what they crush falls.

Sources: Farnell, *Designing Sound* (2010), clockwork and gears; gear rattle as impacts through casing modes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from soundscape.audio import Audio
from soundscape.contract import Hit
from soundscape.dsp.clatter import Faces, Heavy, meet, rebound
from soundscape.dsp.debris import scatter
from soundscape.dsp.shot import finish
from soundscape.dsp.struck import make_body, strike
from soundscape.params import choice, number
from soundscape.rng import Seed

BUS = "effects"
SYNC = "onset"

STILL_S = 0.12
"""Between the last tooth and the bolt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What the mechanism is made of."""

    bolt_hz: float
    tooth_hz: float
    loss: float
    longest_s: float
    corner_hz: float
    grit: float
    """What is crushed."""
    faces: Faces
    """Bolt and seat; wheels clatter in their play."""


MATERIALS = {
    "iron": Material(
        bolt_hz=150.0, tooth_hz=820.0, loss=0.004, longest_s=0.6, corner_hz=2_000.0, grit=0.0,
        faces=Faces(
            rush=0.5, rush_hz=120.0, rush_s=(0.012, 0.025), push=0.6, push_hz=(95.0, 50.0),
            loose=0.3, loose_hz=660.0, loss=0.004, loose_s=0.18,
        ),
    ),
    "brass": Material(
        bolt_hz=330.0, tooth_hz=1_900.0, loss=0.002, longest_s=0.45, corner_hz=3_600.0, grit=0.0,
        faces=Faces(
            rush=0.35, rush_hz=120.0, rush_s=(0.012, 0.025), push=0.2, push_hz=(95.0, 50.0),
            loose=0.26, loose_hz=1_500.0, loss=0.002, loose_s=0.14,
        ),
    ),
    "stone": Material(
        bolt_hz=88.0, tooth_hz=330.0, loss=0.035, longest_s=0.4, corner_hz=800.0, grit=1.0,
        faces=Faces(
            rush=0.6, rush_hz=120.0, rush_s=(0.012, 0.025), push=0.8, push_hz=(95.0, 50.0),
            loose=0.16, loose_hz=260.0, loss=0.035, loose_s=0.12,
        ),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """What gears, how many teeth pass, how hard they lock."""

    material: str = choice("iron", tuple(MATERIALS), help="what the mechanism is made of")
    size: float = number(0.5, low=0.0, high=1.0, help="of the mechanism: deeper and longer")
    distance: float = number(0.1, low=0.0, high=1.0, help="near to far: softer, darker")
    intensity: float = number(0.6, low=0.0, high=1.0, help="how hard the bolt drives home: level and brightness")
    teeth: int = number(14, low=0, high=60, help="teeth that pass before it locks")
    spring: float = number(0.4, low=0.0, high=1.0, help="how long a spring shivers after")


def render(params: Params, rate: int, seed: Seed) -> Hit:
    """The lock; sync is the bolt on its seat, after the teeth."""
    material, size, force = MATERIALS[params.material], params.size, params.intensity
    rng = seed.generator("lock")
    scale = 2.0 ** (1.0 - 2.0 * size)
    # A wheel that brakes evenly: the square root of the way left.
    left = np.sqrt((np.arange(params.teeth)[::-1] + 0.6) / 4.0)
    pace_s = 0.16 * (0.6 + 0.8 * size)
    before = pace_s * left * rng.normal(1.0, 0.018, params.teeth) + STILL_S
    lock_s = float(before.max(initial=0.0) + 0.02) if params.teeth else 0.0
    sync = round(lock_s * rate)
    ring_s = material.longest_s * (0.5 + size)
    audio = np.zeros((2, sync + round((0.5 + 1.5 * ring_s + 0.6 * params.spring) * rate)), np.float32)
    corner_hz = material.corner_hz * 4.0 ** (force - 0.5) * scale**0.4

    _teeth(
        audio,
        rate,
        rng,
        material,
        time_s=lock_s - before,
        left=left,
        scale=scale,
        ring_s=ring_s,
        corner_hz=corner_hz,
    )
    meetings_s = np.append(lock_s - before, (lock_s, lock_s))
    _grit(
        audio, rate, rng, time_s=meetings_s, grains=material.grit * (4.0 * params.teeth + 40.0 * force), scale=scale
    )
    rebounds = lock_s + np.concatenate(([0.0], np.cumsum(rng.uniform(0.012, 0.03, 2)) * (0.6 + 0.8 * size)))
    bolt_hz = material.bolt_hz * scale
    rebound(
        audio,
        rate,
        rng,
        (
            Heavy(lowest_hz=bolt_hz, level=1.0, modes=40, tilt=-0.1),
            Heavy(lowest_hz=2.7 * bolt_hz, level=0.55, modes=20, tilt=-0.1),
        ),
        time_s=rebounds,
        force=np.array((1.0, 0.35, 0.16)),
        loss=material.loss,
        longest_s=ring_s,
        corner_hz=corner_hz,
        contact_s=0.014,
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
    if params.spring > 0.0:
        _shiver(audio, rate, rng, start_s=lock_s + 0.02, strength=params.spring, scale=scale)
    return finish(audio, rate, sync=sync, intensity=force, size=size, distance=params.distance)


def _teeth(
    audio: Audio,
    rate: int,
    rng: np.random.Generator,
    material: Material,
    *,
    time_s: npt.NDArray[np.float64],
    left: npt.NDArray[np.float64],
    scale: float,
    ring_s: float,
    corner_hz: float,
) -> None:
    """Add the teeth that pass, each as hard as the way that is left, on a wheel that is not quite round."""
    wheel = make_body(
        rng,
        lowest_hz=material.tooth_hz * scale,
        modes=12,
        stretch=1.15,
        loss=material.loss,
        longest_s=0.25 * ring_s,
        irregular=0.1,
    )
    count = len(time_s)
    eccentric = 1.0 + 0.35 * np.sin(2.0 * np.pi * (np.arange(count) / 9.0 + rng.uniform()))
    strike(
        audio,
        rate,
        rng,
        wheel,
        time_s=time_s,
        force=0.22 * eccentric * rng.lognormal(0.0, 0.2, count) * np.clip(left, 0.25, 1.0),
        corner_hz=2.0 * corner_hz,
        contact=0.4,
        contact_s=0.004,
        pan=rng.uniform(-0.3, 0.3),
    )


def _grit(
    audio: Audio,
    rate: int,
    rng: np.random.Generator,
    *,
    time_s: npt.NDArray[np.float64],
    grains: float,
    scale: float,
) -> None:
    """Add what is crushed between faces that meet at these times, so many grains on the average."""
    crushed = rng.poisson(grains)
    where = rng.choice(time_s, crushed)
    scatter(
        audio,
        rate,
        rng,
        time_s=where + rng.gamma(1.3, 0.03, crushed),
        pitch_hz=1_500.0 * scale**0.4,
        pitch_sd=0.45,
        t60_s=0.01,
        gain=0.022,
        gain_sd=0.5,
    )


def _shiver(
    audio: Audio, rate: int, rng: np.random.Generator, *, start_s: float, strength: float, scale: float
) -> None:
    """Add the spring that shivers from a moment on; `strength` is 0 to 1."""
    spring = make_body(
        rng, lowest_hz=510.0 * scale, modes=16, stretch=1.0, loss=0.0009, longest_s=0.3 + 0.6 * strength
    )
    shiver = np.cumsum(rng.uniform(0.017, 0.024, 14))
    strike(
        audio,
        rate,
        rng,
        spring,
        time_s=start_s + shiver,
        force=0.14 * strength * np.exp(-shiver / 0.12),
        corner_hz=3_000.0,
        contact=0.1,
    )
