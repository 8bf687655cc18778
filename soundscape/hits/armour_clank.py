"""Armour clank: plates that meet, a joint that locks, a servo that gives way.

Model: a handful of contacts within some hundredths of a second, each on another plate with modes of 400 Hz to
6 kHz damped by tan phi and by the body inside; padding under it; a short servo move and a breath of hydraulics.

Sources: Wildes & Richards (1988) on damping; metal steps measured at 10 ms attack, 120 ms length, 650 Hz.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from soundscape.contract import Hit
from soundscape.dsp.blast import thump
from soundscape.dsp.burst import envelope, noise_band
from soundscape.dsp.modal import material_t60_s, ring
from soundscape.dsp.servo import servo_move
from soundscape.dsp.shot import finish
from soundscape.params import number
from soundscape.rng import Seed

BUS = "effects"
SYNC = "onset"


PLATE_MODES = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """How heavy the armour, how hard its plates meet, what moves."""

    size: float = number(0.5, low=0.0, high=1.0, help="of the plates: deeper and longer")
    distance: float = number(0.1, low=0.0, high=1.0, help="near to far: softer, darker")
    intensity: float = number(0.6, low=0.0, high=1.0, help="force: level and brightness")
    plates: int = number(5, low=1, high=12, help="contacts of one clank")
    servo: float = number(0.4, low=0.0, high=1.0, help="level of the servo move")


def render(params: Params, rate: int, seed: Seed) -> Hit:
    """The clank; sync is the first contact, frame 0."""
    size, force = params.size, params.intensity
    rng = seed.generator("clank")
    frames = round((0.55 + 0.6 * size) * rate)
    audio = np.zeros((2, frames), np.float32)
    times = np.concatenate(([0.0], np.cumsum(rng.gamma(1.2, 0.014 + 0.012 * size, params.plates - 1))))
    corner_hz = 1_200.0 * 5.0**force
    for index, time in enumerate(times):
        lowest_hz = 430.0 * 2.0 ** (0.9 - 1.8 * size) * rng.uniform(0.75, 1.35)
        modes_hz = lowest_hz * np.arange(1, PLATE_MODES + 1) ** 1.2 * rng.uniform(0.94, 1.06, PLATE_MODES)
        ring(
            audio,
            rate,
            start=int(time * rate),
            frequency_hz=modes_hz,
            t60_s=np.minimum(material_t60_s(modes_hz, 0.005), 0.16 + 0.3 * size),
            gain=0.3 * 0.85**index * np.exp(-modes_hz / corner_hz) * rng.lognormal(0.0, 0.45, PLATE_MODES),
            pan=rng.uniform(-0.6, 0.6),
        )
    audio += 0.35 * size * thump(frames, rate, start_hz=130.0, end_hz=70.0, t60_s=0.12 + 0.1 * size)
    contact = noise_band(frames, rate, seed.child("contact"), low_hz=400.0, high_hz=2.0 * corner_hz, width=0.4)
    audio += contact * envelope(frames, rate, [(0.0, -40.0), (0.0005, -14.0), (0.02, -30.0), (0.1, -90.0)])
    hiss = noise_band(frames, rate, seed.child("hydraulics"), low_hz=1_500.0, high_hz=5_000.0)
    audio += (
        params.servo * hiss * envelope(frames, rate, [(0.05, -80.0), (0.09, -38.0), (0.2, -42.0), (0.5, -90.0)])
    )
    if params.servo > 0.0:
        move = servo_move(rate, rng, length_s=0.18 + 0.2 * size, mesh_hz=620.0 - 300.0 * size, clunk=0.5)
        at = round(0.04 * rate)
        count = min(move.shape[1], frames - at)
        audio[:, at : at + count] += np.float32(0.16 * params.servo) * move[:, :count]
    return finish(audio, rate, sync=0, intensity=force, size=size, distance=params.distance)
