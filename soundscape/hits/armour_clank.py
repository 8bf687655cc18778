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
JOINTS = ((0.0, 1.0, 1.0), (0.09, 0.6, 1.6))
"""Of each motor: start in s, length and pitch against the first."""
GRIT_DB = 2.5
"""Standard deviation of the level of gears under load."""
DIRECT = 0.15
"""Share of a motor that is heard past its housing."""

VENTED = [(0.0, -60.0), (0.006, -23.0), (0.05, -30.0), (0.22, -42.0), (0.55, -90.0)]
"""Level in dB of the pressure that is let off at the end."""


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
    frames = round((0.76 + 0.6 * size) * rate)
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
    audio += np.float32(0.35 * size) * thump(frames, rate, start_hz=130.0, end_hz=70.0, t60_s=0.12 + 0.1 * size)
    rush(audio, rate, seed.child("contact"), start=0, level=0.2, low_hz=400.0, high_hz=2.0 * corner_hz, fall_s=0.02)
    if params.servo > 0.0:
        locked_s = _give_way(audio, params, rate, rng, seed.child("joints"))
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


def _give_way(audio: Audio, params: Params, rate: int, rng: np.random.Generator, seed: Seed) -> float:
    """Add joints that move under load, with a breath of hydraulics; the moment in s at which they lock."""
    frames = audio.shape[1]
    moves = np.zeros_like(audio)
    first_s, locked_s = 0.06, 0.0
    for start_s, length, pitch in JOINTS:
        at = round((first_s + start_s * rng.uniform(0.7, 1.4)) * rate)
        move = servo_move(
            rate,
            rng,
            length_s=(0.2 + 0.18 * params.size) * length,
            mesh_hz=(560.0 - 320.0 * params.size) * pitch,
            load=0.9,
            clunk=0.15,
        )[:, : frames - at]
        moves[:, at : at + move.shape[1]] += move
        locked_s = max(locked_s, at / rate + 0.8 * (0.2 + 0.18 * params.size) * length)
    # What has been moved rings on in its housing for a moment.
    stirred = min(frames, round((locked_s + 0.25) * rate))
    moves = moves[:, :stirred]
    moves *= flutter(stirred, rate, seed.child("grit"), GRIT_DB, low_hz=12.0, high_hz=80.0)
    housing = make_housing(rate, rng, octaves=0.5 - params.size)
    heard = np.float32(DIRECT) * moves
    housing.add(heard, moves)
    heard *= np.float32(0.5 * params.servo / max(float(np.abs(heard).max()), 1e-9))
    audio[:, :stirred] += heard
    # Pressure lifts the joints, and is let off when they have locked.
    for name, begin_s, course in (
        ("hydraulics", first_s, [(0.0, -80.0), (0.04, -35.0), (0.15, -39.0), (0.45, -90.0)]),
        ("vent", locked_s + rng.uniform(0.01, 0.05), VENTED),
    ):
        start = round(begin_s * rate)
        stop = min(start + round(course[-1][0] * rate), frames)
        hiss = noise_band(stop - start, rate, seed.child(name), low_hz=1_500.0, high_hz=5_000.0)
        hiss *= envelope(stop - start, rate, course)
        audio[:, start:stop] += np.float32(params.servo) * hiss
    return locked_s
