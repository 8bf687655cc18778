"""Music box: steel tines plucked by pins on a small wooden board.

A tine is a bar clamped at one end: its modes stand at 1 : 6.27 : 17.55 (Fletcher & Rossing, ch. 2). The board adds
a short knock, the governor a little irregularity of level.
"""

from __future__ import annotations

from dataclasses import dataclass

from soundscape.audio import Audio
from soundscape.contract import Tone
from soundscape.instruments._modal import Body, strike
from soundscape.params import number
from soundscape.rng import Seed
from soundscape.units import midi_to_hz

RANGE = (60, 103)
LEVEL = 0.55


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """The comb and its pins."""

    ring: float = number(2.2, low=0.3, high=6.0, unit="s", help="decay by 60 dB of a middle C")
    pluck: float = number(0.5, low=0.0, high=1.0, help="pins, worn to sharp: how bright")
    board: float = number(0.5, low=0.0, high=1.0, help="knock of the wooden board")
    width: float = number(0.25, low=0.0, high=1.0, help="spread between left and right")


def onset_s(params: Params, tone: Tone) -> float:  # noqa: ARG001
    """Plucked: begun at once."""
    return 0.0


def tone(params: Params, tone: Tone, rate: int, seed: Seed) -> Audio:
    """One pluck; a tine is not damped when its key is released."""
    frequency_hz = midi_to_hz(tone.pitch)
    body = Body(
        ratios=(1.0, 2.0, 3.0, 6.27, 17.55),
        levels=(1.0, 0.16, 0.10, 0.35, 0.12),
        t60_s=params.ring * (261.6 / frequency_hz) ** 0.45,
        damping=0.9,
        beat_hz=0.0,
        width=params.width,
    )
    return strike(
        body,
        frequency_hz=frequency_hz,
        contact_hz=(500.0 + frequency_hz) * 2.0 ** (3.0 * params.pluck + 3.2 * tone.velocity - 1.6),
        level=LEVEL * tone.velocity**1.3,
        noise=0.25 * params.board * (0.4 + 0.6 * tone.velocity),
        rate=rate,
        seed=seed,
    )
