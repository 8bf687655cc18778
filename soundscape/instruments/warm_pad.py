"""Warm pad: a slow choir of detuned sawtooth-like voices behind a filter that opens as they swell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from soundscape.audio import Audio
from soundscape.contract import Tone
from soundscape.instruments._wavetable import TICK, Curve, Motion, ensemble, envelope, tables, ticks_of, wander
from soundscape.params import number
from soundscape.rng import Seed
from soundscape.units import midi_to_hz

RANGE = (28, 91)
SUSTAINED = True
LEVEL = 0.08
HARMONIC = True
PLAYERS = (0.0, -1.0, 1.0, -0.45, 0.45)
"""Detuning of each, in parts of the whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """How it swells and how warm it is."""

    attack: float = number(0.8, low=0.02, high=5.0, unit="s", help="time to full level")
    release: float = number(1.6, low=0.05, high=8.0, unit="s", help="time to silence after the key is released")
    cutoff: float = number(1100.0, low=150.0, high=6000.0, unit="Hz", help="brightness at full swell of a middle C")
    detune: float = number(7.0, low=0.0, high=25.0, unit="cents", help="spread of the voices' pitches")
    motion: float = number(0.4, low=0.0, high=1.0, help="how much level and colour breathe")
    width: float = number(0.8, low=0.0, high=1.0, help="spread between left and right")


def onset_s(params: Params, tone: Tone) -> float:  # noqa: ARG001
    """Half of the attack: the level is a raised cosine."""
    return params.attack / 2


def tone(params: Params, tone: Tone, rate: int, seed: Seed) -> Audio:
    """One note with its release."""
    frequency_hz = midi_to_hz(tone.pitch)
    ticks = ticks_of(tone.length_s + params.release, rate)
    times = np.arange(ticks + 1) * TICK / rate
    breath = params.motion * wander(2, times, seed.generator("breath"))
    swell = envelope(times, attack_s=params.attack, length_s=tone.length_s, release_s=params.release)
    # Tables an octave of cutoff apart, darkest first; force and swell choose among them.
    middle_hz = params.cutoff * (frequency_hz / 261.6) ** 0.6
    cutoffs_hz = tuple(middle_hz * octaves for octaves in (0.25, 0.5, 1.0, 2.0))
    colour = 2.9 * tone.velocity * (0.4 + 0.6 * swell) + 0.25 * breath[0]
    motion = Motion(
        level=(LEVEL * tone.velocity**1.2 * swell * (1.0 + 0.08 * breath[1])).astype(np.float32),
        colour=np.clip(colour, 0.0, len(cutoffs_hz) - 1.001).astype(np.float32),
        cents=np.zeros(ticks + 1, np.float32),
    )
    return ensemble(
        tables(frequency_hz, _spectrum, cutoffs_hz, rate, players=len(PLAYERS)),
        motion,
        frequency_hz=frequency_hz,
        detune_cents=params.detune * np.array(PLAYERS),
        width=params.width,
        drift_cents=0.5,
        rate=rate,
        seed=seed,
    )


def _spectrum(frequencies_hz: Curve, cutoff_hz: float) -> Curve:
    """A sawtooth behind a low-pass of 12 dB an octave."""
    return 1.0 / frequencies_hz / (1.0 + (frequencies_hz / cutoff_hz) ** 2)
