"""Struck string: felt hammers on three strings a note, as in a soft upright piano.

Three strings slightly out of tune decay together at first and apart later (Weinreich, *Coupled piano strings*, 1977);
a harder blow shortens the felt's contact and brightens the tone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from soundscape.audio import Audio
from soundscape.contract import Tone
from soundscape.dsp.noise import white
from soundscape.instruments._modal import damped
from soundscape.instruments._pluck import String, pluck
from soundscape.params import number
from soundscape.rng import Seed
from soundscape.units import midi_to_hz

RANGE = (28, 103)
LEVEL = 0.165


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """Strings, hammers and room in the case."""

    ring: float = number(6.0, low=0.5, high=15.0, unit="s", help="decay by 60 dB of a middle C")
    felt: float = number(0.45, low=0.0, high=1.0, help="hammers, soft to hard: how bright")
    detune: float = number(1.2, low=0.0, high=8.0, unit="cents", help="spread of the three strings")
    knock: float = number(0.3, low=0.0, high=1.0, help="sound of key and hammer")
    damper: float = number(0.35, low=0.05, high=3.0, unit="s", help="time to silence after the key is released")
    width: float = number(0.5, low=0.0, high=1.0, help="spread of low and high strings between left and right")


def onset_s(params: Params, tone: Tone) -> float:  # noqa: ARG001
    """Struck: begun at once."""
    return 0.0


def tone(params: Params, tone: Tone, rate: int, seed: Seed) -> Audio:
    """One note under its damper."""
    frequency_hz = midi_to_hz(tone.pitch)
    t60_s = params.ring * (261.6 / frequency_hz) ** 0.7
    seconds = min(1.1 * t60_s, tone.length_s + params.damper) + 0.02
    middle = (RANGE[0] + RANGE[1]) / 2
    audio = np.zeros((2, round(seconds * rate)), np.float32)
    # All three are struck by one hammer: the same excitation, a little apart in pitch and in loss.
    for index, (cents, decay) in enumerate(((0.0, 1.0), (-1.0, 0.8), (1.0, 1.15))):
        string = String(
            t60_s=t60_s * decay,
            damping=0.28,
            place=0.12,
            force_hz=(150.0 + 0.9 * frequency_hz) * 2.0 ** (2.2 * params.felt + 3.4 * tone.velocity - 1.2),
        )
        pitch_hz = frequency_hz * 2.0 ** (params.detune * cents / 1200.0)
        mono = pluck(string, frequency_hz=pitch_hz, seconds=seconds, rate=rate, seed=seed)
        place = (tone.pitch - middle) / (RANGE[1] - middle) + 0.2 * (index - 1)
        angle = (1.0 + params.width * max(-1.0, min(1.0, place))) * np.pi / 4
        audio[0] += np.float32(np.sqrt(2.0) * np.cos(angle)) * mono
        audio[1] += np.float32(np.sqrt(2.0) * np.sin(angle)) * mono
    frames = min(audio.shape[1], round(0.03 * rate))
    knock = white(frames, seed.key("knock")) * np.hanning(frames).astype(np.float32)
    thud = np.cumsum(knock)
    thud -= np.linspace(thud[0], thud[-1], frames)
    audio[:, :frames] += np.float32(0.03 * params.knock) * thud * np.hanning(frames).astype(np.float32)
    audio *= np.float32(LEVEL * tone.velocity**1.3)
    return damped(audio, length_s=tone.length_s, release_s=params.damper, rate=rate)
