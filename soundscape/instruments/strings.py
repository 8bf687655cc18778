"""String ensemble: a section of bowed strings, each player a little apart in pitch, time and vibrato.

A bowed string moves as a sawtooth (Helmholtz); body and bow pressure colour it: harder bowing brings the highs of
2 to 4 kHz. Vibrato sets in after the attack, as players do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from soundscape.audio import Audio
from soundscape.contract import Tone
from soundscape.instruments._wavetable import TICK, Curve, Motion, ensemble, envelope, tables, ticks_of, wander
from soundscape.params import number
from soundscape.rng import Seed
from soundscape.units import midi_to_hz

RANGE = (28, 96)
SUSTAINED = True
LEVEL = 0.075
HARMONIC = True
PLAYERS = (0.0, -0.9, 0.8, -0.4, 0.5, -1.0, 1.0)
"""Detuning of each, in parts of the whole."""
BODY_HZ = ((280.0, 1.4, 0.5), (460.0, 1.3, 0.5), (1_100.0, 0.8, 0.6), (2_700.0, 1.6, 0.7))
"""Resonances of the body: centre, strength, width in octaves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """How they bow."""

    attack: float = number(0.22, low=0.03, high=3.0, unit="s", help="time to full level")
    release: float = number(0.5, low=0.05, high=4.0, unit="s", help="time to silence after the bow leaves")
    pressure: float = number(0.5, low=0.0, high=1.0, help="bow, airy to pressed: how bright")
    detune: float = number(8.0, low=0.0, high=25.0, unit="cents", help="spread of the players' pitches")
    vibrato: float = number(9.0, low=0.0, high=40.0, unit="cents", help="depth of the vibrato")
    width: float = number(0.8, low=0.0, high=1.0, help="spread between left and right")


def onset_s(params: Params, tone: Tone) -> float:
    """Half of the attack, which force shortens."""
    return _attack_s(params, tone) / 2


def _attack_s(params: Params, tone: Tone) -> float:
    return params.attack * (1.3 - 0.6 * tone.velocity)


def tone(params: Params, tone: Tone, rate: int, seed: Seed) -> Audio:
    """One bowed note with its release."""
    frequency_hz = midi_to_hz(tone.pitch)
    attack_s = _attack_s(params, tone)
    times = np.arange(ticks_of(tone.length_s + params.release, rate) + 1) * TICK / rate
    swell = envelope(times, attack_s=attack_s, length_s=tone.length_s, release_s=params.release)
    breath = wander(2, times, seed.generator("bow"))
    rate_hz = 5.4 + 0.4 * float(seed.generator("vibrato").uniform(-1.0, 1.0))
    sets_in = np.clip((times - attack_s) / 0.5, 0.0, 1.0)
    colour = 3.2 * (0.25 + 0.5 * params.pressure) * (0.15 + tone.velocity) * (0.5 + 0.5 * swell)
    motion = Motion(
        level=(LEVEL * tone.velocity**1.2 * swell * (1.0 + 0.04 * breath[0])).astype(np.float32),
        colour=np.clip(colour + 0.12 * breath[1], 0.0, 2.999).astype(np.float32),
        cents=(params.vibrato * sets_in * np.sin(2.0 * np.pi * rate_hz * times)).astype(np.float32),
    )
    return ensemble(
        tables(frequency_hz, _bowed, (500.0, 1_100.0, 2_400.0, 5_500.0), rate, players=len(PLAYERS)),
        motion,
        frequency_hz=frequency_hz,
        detune_cents=params.detune * np.array(PLAYERS),
        width=params.width,
        drift_cents=1.0,
        rate=rate,
        seed=seed,
    )


def _bowed(frequencies_hz: Curve, cutoff_hz: float) -> Curve:
    """A sawtooth through the body, darker where the bow is light; high notes keep their first harmonics."""
    cutoff_hz = max(cutoff_hz, cutoff_hz / 500.0 * 0.8 * float(frequencies_hz[0]))
    octaves = np.log2(frequencies_hz[:, None] / np.array([centre for centre, _, _ in BODY_HZ]))
    strengths = np.array([strength for _, strength, _ in BODY_HZ])
    widths = np.array([width for _, _, width in BODY_HZ])
    body = 0.6 + (strengths * np.exp(-((octaves / widths) ** 2))).sum(axis=1)
    return body / frequencies_hz / (1.0 + (frequencies_hz / cutoff_hz) ** 2)
