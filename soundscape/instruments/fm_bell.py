"""FM bell: two pairs of sine oscillators, one modulating the other (Chowning 1973).

The modulation index falls faster than the level, so that a bright strike mellows. It is limited so that the band of
Carson's rule, f_m (I + 1) above the carrier, stays below 0.45 of the sample rate: nothing folds back.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from soundscape.audio import Audio
from soundscape.contract import Tone
from soundscape.instruments._modal import damped, faded
from soundscape.params import number
from soundscape.rng import Seed
from soundscape.units import midi_to_hz

RANGE = (48, 100)
LEVEL = 0.26


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """Carrier and modulator."""

    ring: float = number(4.0, low=0.3, high=12.0, unit="s", help="decay by 60 dB of a middle C")
    ratio: float = number(3.5, low=1.0, high=7.0, help="modulator over carrier: whole is harmonic, else bell-like")
    index: float = number(2.5, low=0.1, high=6.0, help="depth of modulation at full force: how bright")
    damper: float = number(2.0, low=0.05, high=8.0, unit="s", help="time to silence after the key is released")
    width: float = number(0.4, low=0.0, high=1.0, help="spread of the two pairs between left and right")


def onset_s(params: Params, tone: Tone) -> float:  # noqa: ARG001
    """Struck: begun at once."""
    return 0.0


@njit(cache=True, nogil=True)
def _pair(out, carrier, modulator, index, index_decay, level, level_decay):  # type: ignore[no-untyped-def]
    """Add one pair to a mono line; phases in cycles, sines by a polynomial (error below -100 dB)."""
    phase_c, phase_m = 0.0, 0.0
    for i in range(out.shape[0]):
        out[i] += level * _sine(phase_c + index * _sine(phase_m) / (2.0 * np.pi))
        phase_c += carrier
        phase_m += modulator
        phase_c -= np.floor(phase_c)
        phase_m -= np.floor(phase_m)
        index *= index_decay
        level *= level_decay


@njit(inline="always")
def _sine(cycles):  # type: ignore[no-untyped-def]
    """sin(2 pi x): reduced to a quarter cycle, then a polynomial of degree 9."""
    x = cycles - np.floor(cycles + 0.5)
    if x > 0.25:
        x = 0.5 - x
    elif x < -0.25:
        x = -0.5 - x
    y = x * x
    return x * (6.2831852 + y * (-41.341697 + y * (81.605103 + y * (-76.701905 + y * (42.009012 - 14.3 * y)))))


def tone(params: Params, tone: Tone, rate: int, seed: Seed) -> Audio:
    """One strike, dying after its length."""
    frequency_hz = midi_to_hz(tone.pitch)
    t60_s = params.ring * (261.6 / frequency_hz) ** 0.4
    random = seed.generator("strike")
    frames = round(min(1.2 * t60_s, tone.length_s + params.damper) * rate) + 2
    level_decay = 10.0 ** (-3.0 / (t60_s * rate))
    index_decay = 10.0 ** (-3.0 / (0.35 * t60_s * rate))
    audio = np.zeros((2, frames), np.float32)
    for pair, ratio in enumerate((params.ratio, 1.0)):
        modulator_hz = frequency_hz * ratio * (1.0 + 2e-4 * float(random.uniform(-1.0, 1.0)))
        carson = max(0.0, (0.45 * rate - frequency_hz) / modulator_hz - 1.0)
        index = min(params.index * (1.0, 0.5)[pair] * tone.velocity**1.2, carson)
        mono = np.zeros(frames)
        _pair(
            mono,
            frequency_hz / rate,
            modulator_hz / rate,
            index,
            index_decay,
            LEVEL * tone.velocity**1.3 * (0.65, 0.35)[pair],
            level_decay,
        )
        angle = (1.0 + params.width * (-0.5, 0.5)[pair]) * np.pi / 4
        audio[0] += (np.sqrt(2.0) * np.cos(angle) * mono).astype(np.float32)
        audio[1] += (np.sqrt(2.0) * np.sin(angle) * mono).astype(np.float32)
    rise = min(frames, round(0.001 * rate))
    audio[:, :rise] *= np.linspace(0.0, 1.0, rise, dtype=np.float32)
    return faded(damped(audio, length_s=tone.length_s, release_s=params.damper, rate=rate), rate)
