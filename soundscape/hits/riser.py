"""Riser: tension that climbs until the cut.

Model: a section of players that glides up by octaves and, apart at first, meets on one note as its spectrum opens;
noise whose band opens with it, a pulse that beats ever faster, a sheen at the top and grains that come ever denser;
all end together at the sync point, with a short breath after it.

Source: exponential pitch and density, by which a rise is heard as even (equal octaves in equal times).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from soundscape.contract import TICK, Hit
from soundscape.dsp.burst import envelope, flutter, unlike
from soundscape.dsp.debris import scatter
from soundscape.dsp.shot import finish
from soundscape.dsp.tension import tension
from soundscape.params import number
from soundscape.rng import Seed
from soundscape.units import midi_to_hz

BUS = "effects"
SYNC = "end"


TAIL_S = 0.12


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """How long it climbs, how far, and of what it is made."""

    size: float = number(0.5, low=0.0, high=1.0, help="length: from 1 s to 8 s; larger is deeper")
    distance: float = number(0.0, low=0.0, high=1.0, help="near to far: softer, darker")
    intensity: float = number(0.7, low=0.0, high=1.0, help="level, and how bright it ends")
    root: int = number(
        45, low=24, high=72, help="MIDI pitch on which the section meets, some octaves up", follows="tonic"
    )
    tonal: float = number(0.4, low=0.0, high=1.0, help="section against noise")


def render(params: Params, rate: int, seed: Seed) -> Hit:
    """The riser; sync is its end, where the picture cuts."""
    size, force = params.size, params.intensity
    rng = seed.generator("riser")
    length_s = 8.0**size
    sync = round(length_s * rate)
    ticks = math.ceil((length_s + TAIL_S) * rate / TICK)
    frames = ticks * TICK
    course = np.clip(np.arange(ticks + 1) * TICK / sync, 0.0, 1.0)
    audio = tension(
        rate,
        seed,
        course,
        top_note_hz=4.0 * midi_to_hz(params.root),
        octaves=(1.5 + size) * unlike(rng, 0.1),
        tonal=params.tonal,
        top_hz=1_800.0 * 6.0**force * 2.0 ** (0.3 - 0.6 * size) * unlike(rng, 0.12),
    )
    audio *= flutter(frames, rate, seed.child("flutter"), 1.5)
    # Equal octaves of density in equal times: intervals shrink evenly.
    when = length_s * np.log2(1.0 + np.sort(rng.uniform(0.0, 1.0, round(60.0 * length_s**0.5))) * 31.0) / 5.0
    scatter(audio, rate, rng, time_s=when, pitch_hz=1_500.0 * 2.0**force, pitch_sd=0.5, t60_s=0.03, gain=0.12)
    audio *= envelope(
        frames,
        rate,
        [
            (0.0, -48.0),
            (0.5 * length_s, -22.0 * unlike(rng, 0.12)),
            (length_s - 0.01, 0.0),
            (length_s + 0.015, -24.0),
            (length_s + TAIL_S, -70.0),
        ],
    )
    return finish(audio, rate, sync=sync, intensity=force, size=size, distance=params.distance)
