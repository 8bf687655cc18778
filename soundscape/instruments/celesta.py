"""Celesta: felt hammers on steel bars over wooden resonators.

A free bar has modes at 1 : 2.756 : 5.404 : 8.933 (Fletcher & Rossing, ch. 2); the resonator below it is tuned to the
fundamental and lets the others die early. A damper falls when the key is released.
"""

from __future__ import annotations

from dataclasses import dataclass

from soundscape.audio import Audio
from soundscape.contract import Tone
from soundscape.instruments._modal import Body, damped, strike
from soundscape.params import number
from soundscape.rng import Seed
from soundscape.units import midi_to_hz

RANGE = (60, 108)
LEVEL = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """Hammers, bars and dampers."""

    ring: float = number(3.0, low=0.5, high=8.0, unit="s", help="decay by 60 dB of a middle C")
    felt: float = number(0.5, low=0.0, high=1.0, help="hammers, soft to hard: how bright")
    damper: float = number(0.5, low=0.05, high=3.0, unit="s", help="time to silence after the key is released")
    width: float = number(0.35, low=0.0, high=1.0, help="spread between left and right")


def onset_s(params: Params, tone: Tone) -> float:  # noqa: ARG001
    """Struck: begun at once."""
    return 0.0


def tone(params: Params, tone: Tone, rate: int, seed: Seed) -> Audio:
    """One stroke, damped after its length."""
    frequency_hz = midi_to_hz(tone.pitch)
    body = Body(
        ratios=(1.0, 2.756, 4.0, 5.404, 8.933),
        levels=(1.0, 0.30, 0.08, 0.22, 0.12),
        t60_s=params.ring * (261.6 / frequency_hz) ** 0.4,
        damping=1.0,
        beat_hz=0.4,
        width=params.width,
    )
    audio = strike(
        body,
        frequency_hz=frequency_hz,
        contact_hz=(400.0 + 0.8 * frequency_hz) * 2.0 ** (2.6 * params.felt + 3.4 * tone.velocity - 1.8),
        level=LEVEL * tone.velocity**1.3,
        noise=0.1 * tone.velocity,
        rate=rate,
        seed=seed,
    )
    return damped(audio, length_s=tone.length_s, release_s=params.damper, rate=rate)
