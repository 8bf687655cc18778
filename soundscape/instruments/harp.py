"""Harp: gut strings plucked with the fingers, over a soundboard."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from soundscape.audio import Audio
from soundscape.contract import Tone
from soundscape.instruments._modal import damped
from soundscape.instruments._pluck import String, pluck
from soundscape.params import number
from soundscape.rng import Seed
from soundscape.units import midi_to_hz

RANGE = (36, 96)
LEVEL = 0.35


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """Strings and fingers."""

    ring: float = number(3.5, low=0.3, high=10.0, unit="s", help="decay by 60 dB of a middle C")
    nail: float = number(0.4, low=0.0, high=1.0, help="flesh to nail: how bright")
    place: float = number(0.35, low=0.05, high=0.5, help="where it is plucked, bridge to middle")
    damper: float = number(1.5, low=0.05, high=6.0, unit="s", help="time to silence after the key is released")
    width: float = number(0.4, low=0.0, high=1.0, help="spread of low and high strings between left and right")


def onset_s(params: Params, tone: Tone) -> float:  # noqa: ARG001
    """Plucked: begun at once."""
    return 0.0


def tone(params: Params, tone: Tone, rate: int, seed: Seed) -> Audio:
    """One pluck, dying after its length."""
    frequency_hz = midi_to_hz(tone.pitch)
    t60_s = params.ring * (261.6 / frequency_hz) ** 0.6
    place = params.place * (1.0 + 0.08 * float(seed.generator("finger").uniform(-1.0, 1.0)))
    string = String(
        t60_s=t60_s,
        damping=0.35,
        place=min(0.5, place),
        force_hz=(200.0 + frequency_hz) * 2.0 ** (2.5 * params.nail + 3.2 * tone.velocity - 1.2),
    )
    seconds = min(1.1 * t60_s, tone.length_s + params.damper) + 0.02
    mono = pluck(string, frequency_hz=frequency_hz, seconds=seconds, rate=rate, seed=seed)
    middle = (RANGE[0] + RANGE[1]) / 2
    angle = (1.0 + params.width * (tone.pitch - middle) / (RANGE[1] - middle)) * np.pi / 4
    gains = np.sqrt(2.0) * np.array([[np.cos(angle)], [np.sin(angle)]], np.float32)
    audio = (np.float32(LEVEL * tone.velocity**1.3) * gains * mono).astype(np.float32)
    return damped(audio, length_s=tone.length_s, release_s=params.damper, rate=rate)
