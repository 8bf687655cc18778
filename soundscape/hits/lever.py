"""Lever: the catch lets go, the arm is thrown over, and it strikes its stop.

Model: the catch is a small hard click; on its way the arm sticks and slips in its bearing, ever faster, which arm and
frame answer, over a faint scrape, and it passes the notches of its quadrant. At the stop the faces meet, arm and frame
ring, the arm rebounds once or twice, and the rods that hang on it rattle until they lie still.

Sources: Wildes & Richards (1988) on damping by loss angle; a thrown arm's notches follow t = sqrt(2 s / a).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from soundscape.audio import Audio
from soundscape.contract import Hit
from soundscape.dsp.clatter import Faces, Heavy, meet, rebound
from soundscape.dsp.creak import rub, slips
from soundscape.dsp.shot import finish
from soundscape.dsp.struck import make_body, strike
from soundscape.params import choice, number
from soundscape.rng import Seed

BUS = "effects"
SYNC = "onset"


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What arm and frame are made of."""

    arm_hz: float
    frame_hz: float
    loss: float
    longest_s: float
    corner_hz: float
    faces: Faces
    """Arm and stop, and the rods that hang on it."""


MATERIALS = {
    "iron": Material(
        arm_hz=420.0, frame_hz=130.0, loss=0.003, longest_s=0.5, corner_hz=2_200.0,
        faces=Faces(
            rush=0.55, rush_hz=160.0, rush_s=(0.009, 0.016), loose=0.34, loose_hz=760.0, loss=0.003, loose_s=0.12
        ),
    ),
    "wood": Material(
        arm_hz=290.0, frame_hz=110.0, loss=0.025, longest_s=0.22, corner_hz=1_100.0,
        faces=Faces(
            rush=0.4, rush_hz=160.0, rush_s=(0.009, 0.016), loose=0.25, loose_hz=460.0, loss=0.025, loose_s=0.04
        ),
    ),
    "switch": Material(
        arm_hz=1_500.0, frame_hz=480.0, loss=0.008, longest_s=0.12, corner_hz=4_200.0,
        faces=Faces(
            rush=0.35, rush_hz=160.0, rush_s=(0.009, 0.016), loose=0.22, loose_hz=2_600.0, loss=0.008, loose_s=0.03
        ),
    ),
}  # fmt: skip
SLIPS_HZ = (28.0, 190.0)
"""Slips of the bearing a second as it begins to move, and before the stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """What lever, how long its way, how hard it is thrown."""

    material: str = choice("iron", tuple(MATERIALS), help="what the lever is made of")
    size: float = number(0.5, low=0.0, high=1.0, help="of the lever: deeper, and its way is longer")
    distance: float = number(0.1, low=0.0, high=1.0, help="near to far: softer, darker")
    intensity: float = number(0.6, low=0.0, high=1.0, help="how hard it is thrown: level and brightness")
    notches: int = number(3, low=0, high=12, help="notches that it passes")
    rub: float = number(0.4, low=0.0, high=1.0, help="friction of its bearing")


def render(params: Params, rate: int, seed: Seed) -> Hit:
    """The throw; sync is the arm on its stop."""
    material, size, force = MATERIALS[params.material], params.size, params.intensity
    rng = seed.generator("lever")
    scale = 2.0 ** (1.0 - 2.0 * size)
    way_s = (0.28 + 0.4 * size) * rng.uniform(0.9, 1.1)
    stop_s = 0.02 + way_s
    sync = round(stop_s * rate)
    ring_s = material.longest_s * (0.5 + size)
    audio = np.zeros((2, sync + round((0.35 + 1.5 * ring_s) * rate)), np.float32)
    corner_hz = material.corner_hz * 4.0 ** (force - 0.5) * scale**0.4

    catch = make_body(
        rng, lowest_hz=1_300.0 * scale**0.5, modes=12, stretch=1.0, loss=0.006, longest_s=0.07, irregular=0.12
    )
    share = np.sqrt(np.arange(1, params.notches + 1) / (params.notches + 1.0))
    # Those that come last stay below the stop by more than 20 dB.
    notch_s = 0.02 + way_s * share * 0.76
    strike(
        audio,
        rate,
        rng,
        catch,
        time_s=np.concatenate(([0.02, 0.041 + 0.01 * rng.uniform()], notch_s)),
        force=np.concatenate(([0.26, 0.12], 0.17 * rng.lognormal(0.0, 0.2, params.notches) * (1.1 - 0.6 * share))),
        corner_hz=2.0 * corner_hz,
        contact=0.5,
        contact_s=0.004,
        pan=rng.uniform(-0.25, 0.25),
    )
    _rub(audio, rate, rng, material, scale, stop_s=stop_s, level=0.07 * params.rub, corner_hz=1.5 * corner_hz)
    blows = stop_s + np.concatenate(([0.0], np.cumsum(rng.uniform(0.03, 0.05, 2) * np.array((1.0, 0.6)))))
    rebound(
        audio,
        rate,
        rng,
        (
            Heavy(lowest_hz=material.arm_hz * scale, level=0.8, modes=22, tilt=0.0),
            Heavy(lowest_hz=material.frame_hz * scale, level=0.9, modes=40, tilt=-0.2),
        ),
        time_s=blows,
        force=np.array((1.0, 0.3, 0.12)),
        loss=material.loss,
        longest_s=ring_s,
        corner_hz=corner_hz,
        contact_s=0.01,
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
    return finish(audio, rate, sync=sync, intensity=force, size=size, distance=params.distance)


def _rub(
    audio: Audio,
    rate: int,
    rng: np.random.Generator,
    material: Material,
    scale: float,
    *,
    stop_s: float,
    level: float,
    corner_hz: float,
) -> None:
    """The bearing sticks and slips on the way, ever faster and harder, and is still just before the stop."""
    way_s = 0.92 * stop_s - 0.03
    times, force = slips(rng, way_s, first_hz=SLIPS_HZ[0], last_hz=SLIPS_HZ[1])
    share = times / way_s
    bearing = make_body(
        rng,
        lowest_hz=0.7 * material.arm_hz * scale**0.7,
        modes=16,
        stretch=1.1,
        loss=max(material.loss, 0.01),
        longest_s=0.06,
        irregular=0.2,
    )
    rub(
        audio[:, : round(stop_s * rate)],
        rate,
        rng,
        bearing,
        time_s=0.03 + times,
        force=force * share**0.8 * np.clip(6.0 * (1.0 - share), 0.0, 1.0),
        level=level,
        corner_hz=corner_hz,
    )
