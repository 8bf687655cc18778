"""Lever: the catch lets go, the arm is thrown over, and it strikes its stop.

Model: the catch is a small hard click; on its way the arm rubs in its bearing, faster and faster, and passes the
notches of its quadrant; at the stop arm and frame both ring, and the arm rebounds once or twice.

Sources: Wildes & Richards (1988) on damping by loss angle; a thrown arm's notches follow t = sqrt(2 s / a).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from soundscape.contract import Hit
from soundscape.dsp.burst import envelope, noise_band
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


MATERIALS = {
    "iron": Material(arm_hz=420.0, frame_hz=130.0, loss=0.003, longest_s=0.55, corner_hz=2_000.0),
    "wood": Material(arm_hz=290.0, frame_hz=110.0, loss=0.025, longest_s=0.22, corner_hz=1_100.0),
    "switch": Material(arm_hz=1_500.0, frame_hz=480.0, loss=0.008, longest_s=0.12, corner_hz=4_200.0),
}


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
    frames = audio.shape[1]
    rub = noise_band(
        frames,
        rate,
        seed.child("rub"),
        low_hz=[(0.0, 260.0 * scale**0.5), (stop_s, 700.0 * scale**0.5)],
        high_hz=[(0.0, 900.0), (stop_s, 2.0 * corner_hz + 900.0)],
        width=0.3,
    )
    motion = [(0.0, -90.0), (0.05, -46.0), (0.7 * stop_s, -27.0), (stop_s - 0.02, -31.0), (stop_s + 0.015, -90.0)]
    audio += np.float32(params.rub) * rub * envelope(frames, rate, motion)

    blows = stop_s + np.concatenate(([0.0], np.cumsum(rng.uniform(0.03, 0.05, 2) * np.array((1.0, 0.6)))))
    for body_hz, level, modes, tilt in ((material.arm_hz, 0.8, 16, 0.0), (material.frame_hz, 0.9, 24, -0.2)):
        body = make_body(
            rng,
            lowest_hz=body_hz * scale,
            modes=modes,
            stretch=1.25,
            loss=material.loss,
            longest_s=ring_s,
            irregular=0.08,
            tilt=tilt,
        )
        strike(
            audio,
            rate,
            rng,
            body,
            time_s=blows,
            force=level * np.array((1.0, 0.3, 0.12)),
            corner_hz=corner_hz,
            contact=0.7,
            contact_s=0.01,
        )
    return finish(audio, rate, sync=sync, intensity=force, size=size, distance=params.distance)
