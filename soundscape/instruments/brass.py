"""Brass: a section of horns and trombones that brightens as it swells.

The harder a brass instrument is blown, the more its waves steepen and the brighter it gets (Risset & Mathews 1969;
Hirschberg et al. 1996): here the spectrum follows the level, tick by tick, over four tables.
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

RANGE = (28, 79)
SUSTAINED = True
LEVEL = 0.085
HARMONIC = True
COLOUR = 2.0
PLAYERS = (0.0, -1.0, 0.9)
"""Detuning of each, in parts of the whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """How they blow."""

    attack: float = number(0.09, low=0.02, high=2.0, unit="s", help="time to full level")
    release: float = number(0.3, low=0.05, high=3.0, unit="s", help="time to silence after the breath stops")
    brass: float = number(0.5, low=0.0, high=1.0, help="horns to trombones: how brightly they can blow")
    detune: float = number(5.0, low=0.0, high=20.0, unit="cents", help="spread of the players' pitches")
    swell: float = number(0.3, low=0.0, high=1.0, help="how much a held note grows")
    width: float = number(0.6, low=0.0, high=1.0, help="spread between left and right")


def onset_s(params: Params, tone: Tone) -> float:  # noqa: ARG001
    """Half of the attack, and a little more where a note goes on growing."""
    return params.attack * (0.5 + 0.1 * params.swell)


def tone(params: Params, tone: Tone, rate: int, seed: Seed) -> Audio:
    """One blown note with its release."""
    frequency_hz = midi_to_hz(tone.pitch)
    times = np.arange(ticks_of(tone.length_s + params.release, rate) + 1) * TICK / rate
    rise = envelope(times, attack_s=params.attack, length_s=tone.length_s, release_s=params.release)
    grown = 1.0 - 0.3 * params.swell * np.exp(-times / max(0.2, 0.4 * tone.length_s))
    breath = wander(2, times, seed.generator("breath"))
    # The lips find their pitch from below in the first moments.
    scoop = -18.0 * np.exp(-times / (0.35 * params.attack + 0.01))
    force = tone.velocity * rise * grown
    motion = Motion(
        level=(LEVEL * tone.velocity**1.2 * rise * grown * (1.0 + 0.03 * breath[0])).astype(np.float32),
        colour=np.clip(3.2 * (0.4 + 0.6 * params.brass) * force**1.3 + 0.05 * breath[1], 0.0, 2.999).astype(
            np.float32
        ),
        cents=scoop.astype(np.float32),
    )
    return ensemble(
        tables(frequency_hz, _blown, (250.0, 600.0, 1_500.0, 4_500.0), rate, players=len(PLAYERS)),
        motion,
        frequency_hz=frequency_hz,
        detune_cents=params.detune * np.array(PLAYERS),
        width=params.width,
        drift_cents=1.0,
        rate=rate,
        seed=seed,
    )


def _blown(frequencies_hz: Curve, cutoff_hz: float) -> Curve:
    """Nearly even harmonics up to a cutoff that follows force, then a steep fall."""
    cutoff_hz = cutoff_hz + 0.5 * float(frequencies_hz[0])
    return (frequencies_hz / frequencies_hz[0]) ** -0.5 / (1.0 + (frequencies_hz / cutoff_hz) ** 3)
