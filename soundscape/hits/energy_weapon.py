"""Energy weapon: a charge that gathers, a discharge, the crack of the air and what the target answers.

Model: harmonic tone whose pitch rises while it charges; after a breath of silence a chirp that falls from 6 to
10 kHz to 200 Hz within 40 to 120 ms, a Friedlander crack of 1 to 3 ms and the target's modes; a tail of torn air.
Time and pitch of every part are drawn anew for each shot.

Sources: Friedlander's pulse; damping of the target by tan phi (Wildes & Richards 1988).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from soundscape.audio import Audio
from soundscape.contract import Hit
from soundscape.dsp.blast import friedlander
from soundscape.dsp.burst import envelope, noise_band, tone, unlike
from soundscape.dsp.modal import material_t60_s, ring
from soundscape.dsp.shot import finish
from soundscape.params import choice, number
from soundscape.rng import Seed

BUS = "effects"
SYNC = "onset"


TARGETS = {
    "none": (0.3, 300.0, 0.0),
    "metal": (0.003, 420.0, 0.5),
    "stone": (0.03, 300.0, 0.5),
    "crystal": (0.002, 1_900.0, 0.4),
}
"""Loss angle tangent, lowest mode in Hz and level of what is hit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """What kind of shot, and what it hits."""

    size: float = number(0.4, low=0.0, high=1.0, help="calibre: deeper and longer")
    distance: float = number(0.1, low=0.0, high=1.0, help="near to far: softer, darker")
    intensity: float = number(0.7, low=0.0, high=1.0, help="energy: level and brightness")
    charge: float = number(0.4, low=0.0, high=1.0, help="length of the charge before the shot")
    target: str = choice("metal", tuple(TARGETS), help="what is hit")


def render(params: Params, rate: int, seed: Seed) -> Hit:
    """The shot; sync is the discharge, after the charge."""
    size, force = params.size, params.intensity
    rng = seed.generator("shot")
    pitch, pace = unlike(rng, 0.07), unlike(rng, 0.12)
    lead = round((0.05 + 0.75 * params.charge) * rate)
    frames = lead + round((0.9 + 1.4 * size) * rate)
    audio = np.zeros((2, frames), np.float32)
    _charge(audio[:, :lead], params, rate, pitch)
    shot = audio[:, lead:]
    rest = frames - lead
    fall_s = (0.04 + 0.08 * size) * pace
    top_hz = (6_000.0 + 4_000.0 * force) * pitch * 0.5**size
    for voice, (side, drop) in enumerate((((1.0, 0.6), 180.0), ((0.6, 1.0), 210.0))):
        points = [(0.0, top_hz), (fall_s, drop * pitch), (4.0 * fall_s, 0.5 * drop)]
        chirp = tone(rest, rate, points, phase=0.1 * voice)
        chirp *= envelope(rest, rate, [(0.0, -26.0), (0.0012, -3.0), (fall_s, -7.0), (3.5 * fall_s, -60.0)])
        shot += np.array(side, np.float32)[:, None] * chirp
    shot += (0.5 + 0.6 * force) * friedlander(rest, rate, (0.001 + 0.002 * size) * pace, rise_s=0.0001)
    loss, lowest_hz, level = TARGETS[params.target]
    lowest_hz *= unlike(rng, 0.12)
    order = np.arange(1, 25)
    modes_hz = lowest_hz * 2.0 ** (0.7 - 1.4 * size) * order**1.15 * rng.uniform(0.95, 1.05, 24)
    ring(
        shot,
        rate,
        frequency_hz=modes_hz,
        t60_s=np.minimum(material_t60_s(modes_hz, loss), 0.8),
        gain=level * unlike(rng, 0.3) * order**-0.4 * rng.lognormal(0.0, 0.4, 24),
        pan=rng.uniform(-0.4, 0.4, 24),
    )
    air = noise_band(
        rest, rate, seed.child("air"), low_hz=150.0, high_hz=[(0.0, top_hz), (0.3, 1_500.0), (1.5, 400.0)]
    )
    shot += air * envelope(
        rest, rate, [(0.0, -30.0), (0.004, -15.0), (0.15 + 0.1 * size, -26.0), (0.8 + size, -75.0)]
    )
    return finish(audio, rate, sync=lead, intensity=force, size=size, distance=params.distance)


def _charge(out: Audio, params: Params, rate: int, pitch: float) -> None:
    """A rising tone with five harmonics, which breaks off 15 ms before the shot."""
    frames = out.shape[1]
    length_s = frames / rate
    end_s = length_s - 0.018
    start_hz = 140.0 * pitch * 2.0 ** (0.5 - params.size)
    level = envelope(frames, rate, [(0.0, -70.0), (0.7 * length_s, -32.0), (end_s, -25.0), (end_s + 0.006, -90.0)])
    for harmonic in range(1, 6):
        points = [(0.0, harmonic * start_hz), (length_s, harmonic * start_hz * (3.0 + 2.0 * params.intensity))]
        out += level * tone(frames, rate, points, phase=0.13 * harmonic) / harmonic
