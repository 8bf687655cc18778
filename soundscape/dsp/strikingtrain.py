"""The striking train of a clock: what is heard of it before, between and after the strokes of its hammer.

A lever is lifted and drops, the rack falls, and the train runs: every tooth of the fly's pinion is a small blow, the
faster the faster the fly turns, until the air holds it; a pin takes the hammer's tail, carries it up and lets it go; a
tooth of the rack is gathered at every stroke. After the last one a lever falls in and the fly's collar slips to rest.

Source: D. de Carle, *Practical Clock Repairing* (1952), rack striking.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from soundscape.audio import Audio
from soundscape.dsp.burst import envelope, noise_band
from soundscape.dsp.struck import Body, make_body, strike
from soundscape.rng import Seed

Floats = npt.NDArray[np.float64]

RUN_UP_S = (0.42, 0.62)
"""From the release of the train to the first stroke."""
LET_OFF_S = 0.03
RACK_S = (0.07, 0.15)
LIFT_S = (0.26, 0.34)
"""Before a stroke: a pin takes the hammer."""
GATHER_S = (0.3, 0.5)
LOCK_S = (0.26, 0.4)
"""After a stroke: a tooth is gathered, and after the last one the train is locked."""
TEETH_HZ = 58.0
"""Teeth a second of a train of middle size at full speed."""
FLY_TEETH = 7
"""Teeth of the fly's pinion, one of which always meets harder."""
TICK, WHIR = 0.24, 0.012
"""Level of the levers, and of the fly's air."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """When what happens, in s."""

    let_off_s: float
    rack_s: float
    strokes_s: Floats
    lock_s: float

    @staticmethod
    def draw(rng: np.random.Generator, *, strokes: int, every_s: float, before: bool) -> Course:
        """A course of so many strokes; without a run before them the first falls at once."""
        rack_s = LET_OFF_S + rng.uniform(*RACK_S)
        first_s = rack_s + rng.uniform(*RUN_UP_S) if before else 0.0
        gaps = every_s * rng.uniform(0.94, 1.06) * rng.normal(1.0, 0.012, max(strokes - 1, 0))
        # The train has not come to its full speed when the hammer is lifted for the second time.
        gaps[:1] *= 1.04
        strokes_s = first_s + np.concatenate(([0.0], np.cumsum(gaps)))
        return Course(
            let_off_s=LET_OFF_S,
            rack_s=rack_s,
            strokes_s=strokes_s,
            lock_s=float(strokes_s[-1]) + rng.uniform(*LOCK_S),
        )


def run_train(
    out: Audio,
    rate: int,
    rng: np.random.Generator,
    seed: Seed,
    course: Course,
    case: Body,
    *,
    level: float,
    size: float,
) -> None:
    """Add the train to `out` `(2, frames)`, with the answer of the case; `level` and `size` are 0 to 1."""
    if level == 0.0:
        return
    scale = 2.0 ** (0.5 - size)
    strokes = course.strokes_s
    plates = make_body(
        rng, lowest_hz=1_350.0 * scale, modes=14, stretch=0.9, loss=0.006, longest_s=0.05, irregular=0.16
    )
    lifts = strokes - rng.uniform(*LIFT_S, len(strokes))
    gathered = strokes + rng.uniform(*GATHER_S, len(strokes))
    slips = course.lock_s + np.cumsum(rng.uniform(0.022, 0.05, 3))
    levers_s = np.concatenate(([course.let_off_s, course.rack_s, course.lock_s], slips, lifts, gathered))
    hard = np.concatenate(
        ([1.0, 0.7, 1.3], (0.35, 0.2, 0.12), np.full(len(lifts), 0.28), np.full(len(lifts), 0.22))
    )
    hard = TICK * hard * rng.lognormal(0.0, 0.25, len(hard))
    teeth_s, teeth = _teeth(rng, course, TEETH_HZ * scale**0.5)
    for body, when, force, corner_hz in (
        (plates, levers_s, level * hard, 5_000.0),
        (case, levers_s, 0.8 * level * hard, 1_600.0),
        (plates, teeth_s, 0.1 * TICK * level * teeth, 7_000.0),
    ):
        strike(
            out,
            rate,
            rng,
            body,
            time_s=when,
            force=force,
            corner_hz=corner_hz,
            contact=0.4,
            contact_s=0.004,
            pan=rng.uniform(-0.15, 0.15),
        )
    first, last = round(course.rack_s * rate), min(round((course.lock_s + 0.05) * rate), out.shape[1])
    length_s = (last - first) / rate
    air = noise_band(
        last - first, rate, seed.child("fly"), low_hz=350.0 * scale, high_hz=1_900.0 * scale, width=0.4
    )
    swell = [(0.0, -60.0), (0.35, 0.0), (length_s - 0.05, 0.0), (length_s, -70.0)]
    out[:, first:last] += np.float32(WHIR * level) * air * envelope(last - first, rate, swell)


def _teeth(rng: np.random.Generator, course: Course, full_hz: float) -> tuple[Floats, Floats]:
    """Moments at which teeth of the fly's pinion meet, and their forces: slower while the hammer is lifted."""
    step_s = 0.004
    time = np.arange(course.rack_s, course.lock_s, step_s)
    speed = full_hz * (1.0 - np.exp(-(time - course.rack_s) / 0.16))
    for stroke_s in course.strokes_s:
        lifting = np.clip((time - (stroke_s - 0.3)) / 0.3, 0.0, 1.0) * (time < stroke_s)
        speed *= 1.0 - 0.3 * lifting
    turned = np.cumsum(speed) * step_s
    count = int(turned[-1]) if len(turned) else 0
    phase = np.arange(1, count) + 0.07 * rng.standard_normal(max(count - 1, 0))
    harder = 1.0 + 0.5 * (np.arange(1, count) % FLY_TEETH == 0) + 0.3 * np.sin(2.0 * np.pi * phase / FLY_TEETH)
    return np.interp(phase, turned, time), harder * rng.lognormal(0.0, 0.35, len(phase))
