"""Stinger: the brass-like blast of a trailer, on a chord over the key's root.

Model: an accent and a stack of detuned low voices on root, fifth and octave; partials fall as 1/k and die the
sooner the higher they are, so the tone darkens as it rings; the whole swells after the accent and is followed
by a long low tail.

Source: spectrum and damping of blown brass grow with force; additive voices, so nothing aliases.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from soundscape.contract import Hit
from soundscape.dsp.blast import thump
from soundscape.dsp.burst import envelope, flutter, noise_band
from soundscape.dsp.modal import ring
from soundscape.dsp.shot import finish
from soundscape.params import choice, number
from soundscape.rng import Seed
from soundscape.units import midi_to_hz

BUS = "effects"
SYNC = "onset"


CHORDS = {
    "unison": (0, 12),
    "fifth": (0, 7, 12),
    "minor": (0, 7, 12, 15),
    "major": (0, 7, 12, 16),
    "cluster": (0, 1, 7, 13),
}
VOICES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """On which pitch it blasts, how long, how sharp."""

    size: float = number(0.6, low=0.0, high=1.0, help="larger is longer and an octave deeper")
    distance: float = number(0.0, low=0.0, high=1.0, help="near to far: softer, darker")
    intensity: float = number(0.8, low=0.0, high=1.0, help="level and brightness")
    root: int = number(33, low=21, high=60, help="tonic as MIDI pitch")
    chord: str = choice("fifth", tuple(CHORDS), help="notes above the root")


def render(params: Params, rate: int, seed: Seed) -> Hit:
    """The blast; sync is its accent, frame 0."""
    size, force = params.size, params.intensity
    rng = seed.generator("stinger")
    length_s = 1.6 + 3.4 * size
    frames = round(length_s * rate)
    audio = np.zeros((2, frames), np.float32)
    corner_hz = 600.0 * 6.0**force * 0.6**size
    for note in CHORDS[params.chord]:
        root_hz = midi_to_hz(params.root + note - (12 if size > 0.5 else 0))
        order = np.arange(1, 1 + min(24, int(4_000.0 / root_hz)))
        for _ in range(VOICES):
            frequency = root_hz * 2.0 ** (rng.normal(0.0, 0.07) / 12.0) * order
            ring(
                audio,
                rate,
                frequency_hz=frequency,
                t60_s=(1.0 + 1.6 * length_s) * (1.0 + frequency / corner_hz) ** -1.2,
                gain=0.1 * order**-0.45 * np.exp(-frequency / corner_hz) * rng.lognormal(0.0, 0.25, len(order)),
                pan=rng.uniform(-0.8, 0.8),
                phase=rng.uniform(0.0, 2.0 * np.pi, len(order)),
            )
    swell = envelope(
        frames, rate, [(0.0, -26.0), (0.002, -7.0), (0.07, 0.0), (0.4 * length_s, -2.0), (length_s, -60.0)]
    )
    audio *= swell * flutter(frames, rate, seed.child("breath"), 0.8)
    audio += 0.35 * thump(frames, rate, start_hz=95.0 - 30.0 * size, end_hz=38.0, t60_s=0.5 + 0.5 * size)
    breath = noise_band(frames, rate, seed.child("air"), low_hz=200.0, high_hz=1.5 * corner_hz)
    audio += breath * envelope(frames, rate, [(0.0, -34.0), (0.001, -18.0), (0.15, -32.0), (length_s, -80.0)])
    return finish(audio, rate, sync=0, intensity=force, size=size, distance=params.distance)
