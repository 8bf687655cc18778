"""Bell: a church or tower bell, with the hum below its note and the minor third above it.

Partials of a well-tuned bell against its strike note: hum 1/2, prime 1, tierce 6/5, quint 3/2, nominal 2, and the
upper ones of Lehr's table (Fletcher & Rossing, ch. 21). Each is a doublet that warbles.
"""

from __future__ import annotations

from dataclasses import dataclass

from soundscape.audio import Audio
from soundscape.contract import Tone
from soundscape.instruments._modal import Body, strike
from soundscape.params import number
from soundscape.rng import Seed
from soundscape.units import midi_to_hz

RANGE = (43, 84)
LEVEL = 0.55


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """How large it is and what strikes it."""

    ring: float = number(7.0, low=1.0, high=25.0, unit="s", help="decay by 60 dB of the note at middle C")
    clapper: float = number(0.5, low=0.0, high=1.0, help="clapper, leather to iron: how bright")
    hum: float = number(0.5, low=0.0, high=1.0, help="strength of the hum below the note")
    warble: float = number(0.6, low=0.0, high=3.0, unit="Hz", help="beating of the doublets")
    width: float = number(0.5, low=0.0, high=1.0, help="spread between left and right")


def onset_s(params: Params, tone: Tone) -> float:  # noqa: ARG001
    """Struck: begun at once."""
    return 0.0


def tone(params: Params, tone: Tone, rate: int, seed: Seed) -> Audio:
    """One stroke; it rings on after the key is released."""
    frequency_hz = midi_to_hz(tone.pitch)
    body = Body(
        ratios=(0.5, 1.0, 1.2, 1.5, 2.0, 2.5, 2.667, 3.0, 4.0, 5.33, 6.67),
        levels=(0.7 * params.hum, 0.8, 0.55, 0.25, 0.9, 0.25, 0.25, 0.5, 0.4, 0.25, 0.15),
        t60_s=params.ring * (261.6 / frequency_hz) ** 0.5,
        damping=0.75,
        beat_hz=params.warble,
        width=params.width,
    )
    return strike(
        body,
        frequency_hz=frequency_hz,
        contact_hz=(250.0 + frequency_hz) * 2.0 ** (2.0 * params.clapper + 3.0 * tone.velocity - 1.5),
        level=LEVEL * tone.velocity**1.3,
        noise=0.2 * tone.velocity,
        rate=rate,
        seed=seed,
    )
