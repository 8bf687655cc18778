"""Armour clank: plates that meet, a joint that locks, a servo that gives way.

Model: a handful of contacts within some hundredths of a second, each on another plate with modes of 400 Hz to
6 kHz damped by its material and by the body inside, which then bounce on each other until they lie still; padding
under it; then joints give way: two motors under load, one after the other, whose gears and brushes grind unevenly and
are heard through the housing they sit in, a breath of hydraulics, the lock that catches a plate at the end, and the
pressure that is let off after it.

Sources: Wildes & Richards (1988) on damping; metal steps measured at 10 ms attack, 120 ms length, 650 Hz.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from soundscape.audio import Audio
from soundscape.contract import Hit
from soundscape.dsp.blast import thump
from soundscape.dsp.burst import envelope, flutter, noise_band
from soundscape.dsp.clatter import rattle, rush
from soundscape.dsp.housing import make_housing
from soundscape.dsp.servo import servo_move
from soundscape.dsp.shot import finish
from soundscape.dsp.struck import Body, make_body, strike
from soundscape.params import choice, number
from soundscape.rng import Seed

BUS = "effects"
SYNC = "onset"

PLATE_MODES = 22
FIRST_S = 0.06
"""Until the first joint gives way."""
JOINTS = ((0.0, 1.0, 1.0), (0.09, 0.6, 1.6))
"""Of each motor: start in s after the first, length and pitch against the first."""
GRIT_DB = 2.5
"""Standard deviation of the level of gears under load."""
DIRECT = 0.15
"""Share of a motor that is heard past its housing."""

LIFTED = [(0.0, -80.0), (0.04, -35.0), (0.15, -39.0)]
VENTED = [(0.0, -52.0), (0.006, -23.0), (0.05, -30.0), (0.22, -42.0), (0.55, -90.0)]
"""Level in dB of the pressure that lifts the joints, and that is let off at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What the plates are made of."""

    lowest_hz: float
    loss: float
    longest_s: float
    corner: float
    """Corner of a contact's spectrum, against steel."""


MATERIALS = {
    "steel": Material(lowest_hz=430.0, loss=0.005, longest_s=0.16, corner=1.0),
    "bronze": Material(lowest_hz=340.0, loss=0.002, longest_s=0.26, corner=0.8),
    "ceramic": Material(lowest_hz=900.0, loss=0.006, longest_s=0.07, corner=1.5),
    "composite": Material(lowest_hz=260.0, loss=0.05, longest_s=0.06, corner=0.6),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """What armour, how heavy, how hard its plates meet, what moves."""

    material: str = choice("steel", tuple(MATERIALS), help="what the plates are made of")
    size: float = number(0.5, low=0.0, high=1.0, help="of the plates: deeper and longer")
    distance: float = number(0.1, low=0.0, high=1.0, help="near to far: softer, darker")
    intensity: float = number(0.6, low=0.0, high=1.0, help="force: level and brightness")
    plates: int = number(5, low=1, high=12, help="contacts of one clank")
    servo: float = number(0.4, low=0.0, high=1.0, help="level of the servo move")


def render(params: Params, rate: int, seed: Seed) -> Hit:
    """The clank; sync is the first contact, frame 0."""
    material, size, force = MATERIALS[params.material], params.size, params.intensity
    rng = seed.generator("clank")
    frames = round((0.92 + 1.6 * material.longest_s * size) * rate)
    audio = np.zeros((2, frames), np.float32)
    times = np.concatenate(([0.0], np.cumsum(rng.gamma(1.2, 0.014 + 0.012 * size, params.plates - 1))))
    corner_hz = 1_200.0 * 5.0**force * material.corner
    lowest_hz = material.lowest_hz * 2.0 ** (0.9 - 1.8 * size)
    plates = make_body(
        rng,
        lowest_hz=lowest_hz * rng.uniform(0.75, 1.35, params.plates),
        modes=PLATE_MODES,
        stretch=1.1,
        loss=material.loss,
        longest_s=material.longest_s * (1.0 + 1.9 * size),
        irregular=0.15,
    )
    strike(
        audio,
        rate,
        rng,
        plates,
        time_s=times,
        force=0.85 ** np.arange(params.plates),
        corner_hz=corner_hz,
        contact=0.5,
        contact_s=0.008,
        pan=rng.uniform(-0.6, 0.6, params.plates),
        width=0.15,
    )
    rattle(
        audio,
        rate,
        rng,
        start_s=float(times[-1]),
        parts=1 + params.plates // 2,
        pitch_hz=1.6 * lowest_hz,
        loss=material.loss,
        longest_s=0.6 * material.longest_s,
        level=0.3,
        corner_hz=1.3 * corner_hz,
        force=force,
    )
    pushed = thump(frames // 2, rate, start_hz=130.0, end_hz=70.0, t60_s=0.12 + 0.1 * size)
    audio[:, : len(pushed)] += np.float32(0.35 * size) * pushed
    rush(audio, rate, seed.child("contact"), start=0, level=0.2, low_hz=400.0, high_hz=2.0 * corner_hz, fall_s=0.02)
    if params.servo > 0.0:
        still = round(FIRST_S * rate)
        locked_s = FIRST_S + _give_way(audio[:, still:], params, rate, rng, seed.child("joints"))
        strike(
            audio,
            rate,
            rng,
            Body(frequency_hz=plates.frequency_hz[-1], t60_s=0.6 * plates.t60_s[-1], gain=plates.gain[-1]),
            time_s=locked_s + np.array((0.0, 0.011)),
            force=params.servo * np.array((0.4, 0.16)),
            corner_hz=0.8 * corner_hz,
        )
    return finish(audio, rate, sync=0, intensity=force, size=size, distance=params.distance)


def _give_way(out: Audio, params: Params, rate: int, rng: np.random.Generator, seed: Seed) -> float:
    """Add joints that move under load from frame 0 on, lifted by pressure; the moment in s at which they lock."""
    after_s, length, pitch = np.array(JOINTS).T
    start_s = after_s * rng.uniform(0.7, 1.4, len(JOINTS))
    moved_s = (0.2 + 0.18 * params.size) * length
    locked_s = float(np.max(start_s + 0.8 * moved_s))
    # What has been moved rings on in its housing for a moment.
    stirred = min(out.shape[1], round((locked_s + 0.2) * rate))
    moves = np.zeros((2, stirred), np.float32)
    for at, length_s, mesh_hz in zip(
        (start_s * rate).astype(int), moved_s, (560.0 - 320.0 * params.size) * pitch, strict=True
    ):
        move = servo_move(rate, rng, length_s=length_s, mesh_hz=mesh_hz, load=0.9, clunk=0.15)[:, : stirred - at]
        moves[:, at : at + move.shape[1]] += move
    moves *= flutter(stirred, rate, seed.child("grit"), GRIT_DB, low_hz=12.0, high_hz=80.0)
    heard = np.float32(DIRECT) * moves
    make_housing(rate, rng, octaves=0.5 - params.size).add(heard, moves)
    heard *= np.float32(0.5 * params.servo / max(float(heard.max()), -float(heard.min()), 1e-9))
    out[:, :stirred] += heard
    # Pressure lifts the joints, and is let off when they have locked.
    vented_s = locked_s + rng.uniform(0.01, 0.05)
    course = LIFTED + [(vented_s + late_s, level_db) for late_s, level_db in VENTED]
    breathing = min(round(course[-1][0] * rate), out.shape[1])
    hiss = noise_band(breathing, rate, seed.child("pressure"), low_hz=1_500.0, high_hz=5_000.0)
    hiss *= np.float32(params.servo) * envelope(breathing, rate, course)
    out[:, :breathing] += hiss
    return locked_s
