"""Crystal bell: a small struck body of glass or crystal, clear, with a slow beating and a long ring.

Modes of a thin glass vessel rise nearly with the square of their number (French, *In Vino Veritas: a study of
wineglass acoustics*, 1983); an octave and a twelfth of the bell's stem are mixed in, which make its pitch plain.
"""

from __future__ import annotations

from dataclasses import dataclass

from soundscape.audio import Audio
from soundscape.contract import Tone
from soundscape.instruments._modal import Body, strike
from soundscape.params import number
from soundscape.rng import Seed
from soundscape.units import midi_to_hz

RANGE = (55, 103)
LEVEL = 0.55


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """What it is made of and how it is struck."""

    ring: float = number(5.0, low=0.5, high=15.0, unit="s", help="decay by 60 dB of a middle C")
    hardness: float = number(0.5, low=0.0, high=1.0, help="mallet, felt to crystal: how bright")
    shimmer: float = number(0.7, low=0.0, high=4.0, unit="Hz", help="beating of the twin modes")
    glass: float = number(0.5, low=0.0, high=1.0, help="pure to glassy: share of the inharmonic modes")
    width: float = number(0.5, low=0.0, high=1.0, help="spread between left and right")


def onset_s(params: Params, tone: Tone) -> float:  # noqa: ARG001
    """Struck: begun at once."""
    return 0.0


def tone(params: Params, tone: Tone, rate: int, seed: Seed) -> Audio:
    """One stroke; it rings on after the key is released."""
    frequency_hz = midi_to_hz(tone.pitch)
    glass = 2.0 * params.glass
    body = Body(
        ratios=(1.0, 2.0, 2.32, 3.0, 4.25, 6.63, 9.38, 12.2),
        levels=(1.0, 0.35, 0.30 * glass, 0.18, 0.30 * glass, 0.22 * glass, 0.14 * glass, 0.08 * glass),
        t60_s=params.ring * (261.6 / frequency_hz) ** 0.5,
        damping=0.8,
        beat_hz=params.shimmer,
        width=params.width,
    )
    return strike(
        body,
        frequency_hz=frequency_hz,
        contact_hz=(900.0 + 2.0 * frequency_hz)
        * (0.35 + 1.3 * params.hardness)
        * 2.0 ** (2.5 * tone.velocity - 1.0),
        level=LEVEL * tone.velocity**1.4,
        noise=0.05 * tone.velocity,
        rate=rate,
        seed=seed,
    )
