"""Wind-up: a key turns in a clockwork, click by click, against a spring that grows ever tighter.

Model: a hand turns, pauses to take a new grip, turns again; each turn is a run of pawl clicks that starts slowly,
hurries and slows. The more the spring is wound, the harder the pawl falls, the slower the hand, and the higher the
creak of the coils that rub; all of it is heard through a small case.

Sources: a ratchet's energy per tooth follows the spring's torque, which grows in proportion to the turns (Hooke);
ratchets at 8 to 40 teeth a second.
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
SYNC = "end"

SLACK = 0.3
"""Force of the first click against the last."""
HOME = 1.6
"""Force of the very last, at which the hand stops."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Pawl and case."""

    pawl_hz: float
    case_hz: float
    loss: float
    case_s: float
    corner_hz: float


MATERIALS = {
    "music box": Material(pawl_hz=2_300.0, case_hz=340.0, loss=0.004, case_s=0.07, corner_hz=4_500.0),
    "clock": Material(pawl_hz=1_250.0, case_hz=170.0, loss=0.004, case_s=0.1, corner_hz=2_600.0),
    "winch": Material(pawl_hz=520.0, case_hz=80.0, loss=0.006, case_s=0.14, corner_hz=1_500.0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """What is wound, for how many turns, how tight it gets."""

    material: str = choice("music box", tuple(MATERIALS), help="what is wound")
    size: float = number(0.4, low=0.0, high=1.0, help="of the works: deeper, and every turn takes longer")
    distance: float = number(0.05, low=0.0, high=1.0, help="near to far: softer, darker")
    intensity: float = number(0.5, low=0.0, high=1.0, help="strength of the spring: level and brightness")
    turns: int = number(4, low=1, high=12, help="turns of the hand")
    clicks: int = number(10, low=3, high=30, help="teeth that pass in one turn")
    creak: float = number(0.4, low=0.0, high=1.0, help="coils of the spring that rub")


def render(params: Params, rate: int, seed: Seed) -> Hit:
    """The winding; sync is the last and tightest click."""
    material, size, force = MATERIALS[params.material], params.size, params.intensity
    rng = seed.generator("wind")
    scale = 2.0 ** (0.9 * (1.0 - 2.0 * size))
    times, turn_spans = _clicks(params, rng)
    end_s = float(times[-1])
    sync = round(end_s * rate)
    audio = np.zeros((2, sync + round(0.5 * rate)), np.float32)
    tension = SLACK + (1.0 - SLACK) * times / end_s
    tension[-1] = HOME
    corner_hz = material.corner_hz * 4.0 ** (force - 0.5) * scale**0.4
    pawl = make_body(
        rng,
        lowest_hz=material.pawl_hz * scale,
        modes=14,
        stretch=1.1,
        loss=material.loss,
        longest_s=0.06,
        irregular=0.1,
    )
    case = make_body(
        rng,
        lowest_hz=material.case_hz * scale,
        modes=18,
        stretch=1.1,
        loss=0.02,
        longest_s=material.case_s * (0.7 + 0.6 * size),
        tilt=-0.2,
    )
    # The pawl slides over the tooth before it falls.
    slide = np.clip(0.3 * np.diff(times, prepend=times[0] - 0.05), 0.006, 0.02)
    for body, when, level in ((pawl, times, 1.0), (case, times, 0.7), (pawl, times - slide, 0.22)):
        strike(
            audio,
            rate,
            rng,
            body,
            time_s=when,
            force=level * tension * rng.lognormal(0.0, 0.14, len(times)),
            corner_hz=corner_hz,
            contact=0.35,
            contact_s=0.004,
            width=0.2,
        )
    frames = audio.shape[1]
    points, heights = [(0.0, -90.0)], []
    for start, end in turn_spans:
        tight = 20.0 * np.log10(SLACK + (1.0 - SLACK) * end / end_s)
        points += [(start, -70.0), (0.5 * (start + end), -25.0 + tight), (end, -34.0 + tight), (end + 0.03, -80.0)]
        heights += [(start, 700.0 * scale * (1.0 + start / end_s)), (end, 900.0 * scale * (1.0 + end / end_s))]
    coils = noise_band(
        frames,
        rate,
        seed.child("coils"),
        low_hz=heights,
        high_hz=[(time, 1.5 * height) for time, height in heights],
        width=0.3,
    )
    audio += np.float32(params.creak) * coils * envelope(frames, rate, points)
    return finish(audio, rate, sync=sync, intensity=force, size=size, distance=params.distance)


def _clicks(params: Params, rng: np.random.Generator) -> tuple[np.ndarray, list[tuple[float, float]]]:
    """Moments of all clicks in seconds, and the span of every turn: slower as the spring tightens."""
    times: list[float] = []
    spans = []
    now = 0.03
    for turn in range(params.turns):
        heavy = 1.0 + 0.5 * turn / max(1, params.turns - 1)
        length_s = 0.045 * params.clicks * (0.7 + 0.6 * params.size) * heavy * rng.uniform(0.92, 1.08)
        place = np.linspace(0.0, 1.0, params.clicks)
        # The hand starts and ends each turn at rest.
        motion = np.arccos(1.0 - 2.0 * (0.06 + 0.88 * place)) / np.pi
        motion = (motion - motion[0]) / (motion[-1] - motion[0])
        wobble = 0.12 * length_s / params.clicks * rng.standard_normal(params.clicks)
        moments = now + length_s * motion + np.clip(wobble, -0.02, 0.02)
        times += sorted(moments.tolist())
        spans.append((now, now + length_s))
        now = times[-1] + (0.22 + 0.16 * params.size) * rng.uniform(0.8, 1.25)
    return np.maximum(np.array(times), 0.03), spans
