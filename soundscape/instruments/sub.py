"""Sub: a deep sine-like bass that is felt more than heard, with enough overtones to be found on small speakers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from soundscape.audio import Audio
from soundscape.contract import Tone
from soundscape.instruments._wavetable import TICK, Curve, Motion, ensemble, envelope, tables, ticks_of, wander
from soundscape.params import number
from soundscape.rng import Seed
from soundscape.units import midi_to_hz

RANGE = (21, 55)
SUSTAINED = True
LEVEL = 0.125
HARMONIC = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """How deep and how rough."""

    attack: float = number(0.06, low=0.02, high=3.0, unit="s", help="time to full level")
    release: float = number(0.4, low=0.05, high=4.0, unit="s", help="time to silence after the key is released")
    growl: float = number(0.35, low=0.0, high=1.0, help="overtones: pure to growling")
    motion: float = number(0.2, low=0.0, high=1.0, help="how much it breathes")


def onset_s(params: Params, tone: Tone) -> float:  # noqa: ARG001
    """Half of the attack: the level is a raised cosine."""
    return params.attack / 2


def tone(params: Params, tone: Tone, rate: int, seed: Seed) -> Audio:
    """One note with its release; the same on both sides, as lows should be."""
    frequency_hz = midi_to_hz(tone.pitch)
    times = np.arange(ticks_of(tone.length_s + params.release, rate) + 1) * TICK / rate
    swell = envelope(times, attack_s=params.attack, length_s=tone.length_s, release_s=params.release)
    breath = params.motion * wander(2, times, seed.generator("breath"))
    motion = Motion(
        level=(LEVEL * tone.velocity**1.2 * swell * (1.0 + 0.1 * breath[0])).astype(np.float32),
        colour=np.clip(2.0 * tone.velocity * swell + 0.1 * breath[1], 0.0, 1.999).astype(np.float32),
        cents=np.zeros(len(times), np.float32),
    )
    shares = tuple(share * (0.3 + 1.4 * params.growl) for share in (0.05, 0.2, 0.42))
    return ensemble(
        tables(frequency_hz, _deep, shares, rate),
        motion,
        frequency_hz=frequency_hz,
        detune_cents=np.zeros(1),
        width=0.0,
        drift_cents=0.4,
        rate=rate,
        seed=seed,
    )


def _deep(frequencies_hz: Curve, share: float) -> Curve:
    """Each harmonic a share of the one before."""
    return share ** (frequencies_hz / frequencies_hz[0] - 1.0)
