"""Downlifter: tension let go after the cut, sinking away.

Model: the mirror of a riser: a blow at the sync point, then a section that glides down by octaves and drifts apart as
its spectrum closes, noise whose band closes with it, and a pulse that beats ever slower until it is gone.

Source: exponential pitch, by which a fall is heard as even (equal octaves in equal times).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from soundscape.contract import TICK, Hit
from soundscape.dsp.blast import thump
from soundscape.dsp.burst import envelope, flutter, unlike
from soundscape.dsp.shot import finish
from soundscape.dsp.tension import tension
from soundscape.params import number
from soundscape.rng import Seed
from soundscape.units import midi_to_hz

BUS = "effects"
SYNC = "onset"


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """How long it sinks, how far, and of what it is made."""

    size: float = number(0.5, low=0.0, high=1.0, help="length: from 1 s to 6 s; larger ends deeper")
    distance: float = number(0.0, low=0.0, high=1.0, help="near to far: softer, darker")
    intensity: float = number(0.6, low=0.0, high=1.0, help="level, and how bright it begins")
    root: int = number(
        45, low=24, high=72, help="MIDI pitch from which the section sinks, some octaves up", follows="tonic"
    )
    tonal: float = number(0.4, low=0.0, high=1.0, help="section against noise")


def render(params: Params, rate: int, seed: Seed) -> Hit:
    """The downlifter; sync is its first frame."""
    size, force = params.size, params.intensity
    rng = seed.generator("downlifter")
    length_s = 6.0**size
    ticks = math.ceil(1.15 * length_s * rate / TICK)
    frames = ticks * TICK
    course = np.clip(1.0 - np.arange(ticks + 1) * TICK / (length_s * rate), 0.0, 1.0)
    audio = tension(
        rate,
        seed,
        course,
        top_note_hz=4.0 * midi_to_hz(params.root),
        octaves=(2.0 + size) * unlike(rng, 0.1),
        tonal=params.tonal,
        top_hz=2_600.0 * 6.0**force * 0.36**size * unlike(rng, 0.15),
    )
    audio *= flutter(frames, rate, seed.child("flutter"), 1.5)
    audio *= envelope(
        frames,
        rate,
        [(0.0, -18.0), (0.002, 0.0), (0.4 * length_s * unlike(rng, 0.2), -12.0), (1.1 * length_s, -72.0)],
    )
    audio += 0.8 * thump(frames, rate, start_hz=110.0 - 40.0 * size, end_hz=45.0, t60_s=0.2 + 0.3 * size)
    return finish(audio, rate, sync=0, intensity=force, size=size, distance=params.distance)
