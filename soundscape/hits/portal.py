"""Portal: the air is sucked in, a door opens where there was none, and it breathes.

Model: a band that rises while it draws in; at the sync point a soft burst and a falling sub tone; three whooshes
at full, half and quarter pace that turn around the listener; crystal doublets that swell and die, and glides that
cross each other so that no pitch stands still.

Sources: Selfridge et al. (2017) for the whooshes; Shepard's crossing glides.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from soundscape.audio import Audio
from soundscape.contract import Hit
from soundscape.dsp.burst import STEP, between, envelope, flutter, noise_band, tone
from soundscape.dsp.modal import pan_gains, ring
from soundscape.dsp.shot import finish
from soundscape.params import number
from soundscape.rng import Seed
from soundscape.units import midi_to_hz

BUS = "effects"
SYNC = "peak"


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """How large a door, how it sounds, in which key."""

    size: float = number(0.6, low=0.0, high=1.0, help="larger is longer and deeper")
    distance: float = number(0.05, low=0.0, high=1.0, help="near to far: softer, darker")
    intensity: float = number(0.7, low=0.0, high=1.0, help="level and brightness")
    root: int = number(57, low=36, high=84, help="tonic of its tones as MIDI pitch")
    suck: float = number(0.6, low=0.0, high=1.0, help="length of the breath before it opens")


def render(params: Params, rate: int, seed: Seed) -> Hit:
    """The portal; sync is the moment it opens."""
    size, force = params.size, params.intensity
    rng = seed.generator("portal")
    lead = round((0.2 + 0.8 * params.suck) * rate)
    lead_s = lead / rate
    tail_s = 1.6 + 3.2 * size
    frames = lead + round(tail_s * rate)
    top_hz = 1_400.0 * 4.0**force * 0.6**size
    audio = noise_band(
        frames,
        rate,
        seed.child("suck"),
        low_hz=[(0.0, 120.0), (lead_s, 0.5 * top_hz), (lead_s + 0.4, 120.0)],
        high_hz=[(0.0, 200.0), (lead_s, 1.6 * top_hz), (lead_s + 0.6, 300.0)],
        width=0.8,
    )
    audio *= envelope(
        frames,
        rate,
        [
            (0.0, -55.0),
            (0.6 * lead_s, -28.0),
            (lead_s - 0.01, -9.0),
            (lead_s, -3.0),
            (lead_s + 0.12, -14.0),
            (lead_s + 1.0, -60.0),
        ],
    )
    for turn, pace in enumerate((1.0, 0.5, 0.25)):
        audio += _whoosh(
            frames, rate, seed.child("whoosh", turn), lead, pace, top_hz * pace**0.5, 0.5 / (1.0 + turn)
        )
    opened = audio[:, lead:]
    rest = frames - lead
    drop = tone(rest, rate, [(0.0, 70.0 - 15.0 * size), (0.6, 38.0), (tail_s, 28.0)])
    opened += drop * envelope(rest, rate, [(0.0, -16.0), (0.006, -8.0), (0.5, -18.0), (tail_s, -72.0)])
    notes = midi_to_hz(params.root) * np.array([1.0, 1.5, 2.0, 2.997, 4.49, 6.3]) * 0.75**size
    ring(
        opened,
        rate,
        frequency_hz=np.outer(notes, 1.0 + rng.uniform(0.0005, 0.003, 2)).ravel(),
        t60_s=0.8 * tail_s * np.repeat((notes / notes[0]) ** -0.5, 2),
        gain=0.05 * np.repeat(rng.lognormal(0.0, 0.3, 6) * (0.5 + 0.5 * force) ** np.arange(6), 2),
        pan=rng.uniform(-0.9, 0.9, 12),
    )
    level = envelope(rest, rate, [(0.0, -40.0), (0.05, -24.0), (0.3, -27.0), (tail_s, -75.0)])
    for voice in range(4):
        way = 2.0 ** ((-1.0) ** voice)
        start_hz = notes[1] * 2.0 ** rng.uniform(-0.5, 0.5)
        glide = level * tone(rest, rate, [(0.0, start_hz), (tail_s, start_hz * way)], phase=float(rng.uniform()))
        opened += np.stack(pan_gains(rng.uniform(-0.8, 0.8)))[:, None].astype(np.float32) * glide
    return finish(audio, rate, sync=lead, intensity=force, size=size, distance=params.distance)


def _whoosh(frames: int, rate: int, seed: Seed, lead: int, pace: float, top_hz: float, gain: float) -> Audio:
    """One turn around the listener, fastest just after the opening, `pace` times as fast as the first."""
    time = np.arange(frames // STEP + 2) * STEP / rate - lead / rate
    middle, spread = 0.05 + 0.3 * (1.0 / pace - 1.0) * 0.5, 0.14 / pace
    bell = np.exp(-(((time - middle) / spread) ** 2))
    start = lead / rate + middle
    points = [
        (0.0, 90.0),
        (max(0.01, start - spread), 0.3 * top_hz),
        (start, top_hz),
        (start + 2.0 * spread, 120.0),
    ]
    band = noise_band(frames, rate, seed, low_hz=[(t, 0.4 * f) for t, f in points], high_hz=points, width=0.5)
    place = 0.8 * np.sin(2.0 * np.pi * 0.8 * pace * time + seed.generator("place").uniform(0.0, 6.28))
    turned = np.stack([between(frames, gain * bell * side) for side in pan_gains(place)])
    return band * turned * flutter(frames, rate, seed.child("flutter"), 1.5)
