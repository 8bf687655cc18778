"""Choir: a group of voices on a vowel.

Harmonics of the voice source, falling by 12 dB an octave and less when loud, through the formants of the vowel
(Peterson & Barney 1952; Sundberg, *The Science of the Singing Voice*, 1987). Each singer drifts and vibrates alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from soundscape.audio import Audio
from soundscape.contract import Tone
from soundscape.instruments._wavetable import TICK, Curve, Motion, ensemble, envelope, tables, ticks_of, wander
from soundscape.params import choice, number
from soundscape.rng import Seed
from soundscape.units import midi_to_hz

RANGE = (40, 84)
SUSTAINED = True
LEVEL = 0.085
HARMONIC = True
SINGERS = (0.0, -1.0, 0.9, -0.5, 0.45, 0.2)
"""Detuning of each, in parts of the whole."""
FORMANTS_HZ = {
    "ah": (730.0, 1_090.0, 2_440.0, 3_400.0),
    "oh": (570.0, 840.0, 2_410.0, 3_300.0),
    "oo": (300.0, 870.0, 2_240.0, 3_200.0),
    "eh": (530.0, 1_840.0, 2_480.0, 3_500.0),
    "mm": (250.0, 1_000.0, 2_100.0, 3_100.0),
}
"""First four formants of each vowel."""
FORMANT_LEVELS = (1.0, 0.55, 0.22, 0.14)
FORMANT_WIDTHS_HZ = (90.0, 110.0, 170.0, 250.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """What they sing and how."""

    vowel: str = choice("ah", tuple(FORMANTS_HZ), help="the vowel they hold")
    attack: float = number(0.5, low=0.05, high=4.0, unit="s", help="time to full level")
    release: float = number(0.9, low=0.05, high=5.0, unit="s", help="time to silence after the note")
    size: float = number(1.0, low=0.75, high=1.25, help="vocal tract, children to giants: shift of the formants")
    detune: float = number(9.0, low=0.0, high=25.0, unit="cents", help="spread of the singers' pitches")
    vibrato: float = number(14.0, low=0.0, high=60.0, unit="cents", help="depth of the vibrato")
    width: float = number(0.9, low=0.0, high=1.0, help="spread between left and right")


def onset_s(params: Params, tone: Tone) -> float:  # noqa: ARG001
    """Half of the attack: the level is a raised cosine."""
    return params.attack / 2


def tone(params: Params, tone: Tone, rate: int, seed: Seed) -> Audio:
    """One sung note with its release."""
    frequency_hz = midi_to_hz(tone.pitch)
    times = np.arange(ticks_of(tone.length_s + params.release, rate) + 1) * TICK / rate
    swell = envelope(times, attack_s=params.attack, length_s=tone.length_s, release_s=params.release)
    breath = wander(2, times, seed.generator("breath"))
    sets_in = np.clip((times - 0.5 * params.attack) / 0.8, 0.0, 1.0)
    rate_hz = 5.1 + 0.4 * float(seed.generator("vibrato").uniform(-1.0, 1.0))
    motion = Motion(
        level=(LEVEL * tone.velocity**1.2 * swell * (1.0 + 0.06 * breath[0])).astype(np.float32),
        colour=np.clip(2.0 * tone.velocity * (0.6 + 0.4 * swell) + 0.08 * breath[1], 0.0, 1.999).astype(np.float32),
        cents=(params.vibrato * sets_in * np.sin(2.0 * np.pi * rate_hz * times)).astype(np.float32),
    )
    # Pressed voices lose less in the highs: 18, 12 and 7 dB an octave.
    shades = tuple(Shade(params.vowel, params.size, tilt) for tilt in (3.0, 2.0, 1.2))
    return ensemble(
        tables(frequency_hz, _sung, shades, rate, players=len(SINGERS)),
        motion,
        frequency_hz=frequency_hz,
        detune_cents=params.detune * np.array(SINGERS),
        width=params.width,
        drift_cents=2.0,
        rate=rate,
        seed=seed,
    )


class Shade(NamedTuple):
    """How they sing, louder or softer."""

    vowel: str
    size: float
    tilt: float


def _sung(frequencies_hz: Curve, shade: Shade) -> Curve:
    """The voice source through the formants; a floor keeps the pitch audible between them."""
    formants_hz = np.array(FORMANTS_HZ[shade.vowel]) / shade.size
    source = (frequencies_hz / frequencies_hz[0]) ** -shade.tilt
    off = (frequencies_hz[:, None] - formants_hz) / (np.array(FORMANT_WIDTHS_HZ) + 0.06 * formants_hz)
    gain = (np.array(FORMANT_LEVELS) * (formants_hz / formants_hz[0]) ** 1.0 / (1.0 + off**2)).sum(axis=1)
    return source * (0.12 + gain)
