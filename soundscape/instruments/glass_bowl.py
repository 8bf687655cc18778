"""Glass bowl: a crystal singing bowl, struck with a soft mallet or rubbed around its rim.

Bending modes of a bowl rise nearly with the square of their order (French 1983). Rubbing drives one mode after the
other by stick and slip; here the strongest two swell and beat, with a breath of the rubbing itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from soundscape.audio import Audio
from soundscape.contract import Tone
from soundscape.instruments._modal import Body, strike
from soundscape.instruments._wavetable import TICK, Curve, Motion, ensemble, envelope, tables, ticks_of, wander
from soundscape.params import choice, number
from soundscape.rng import Seed
from soundscape.units import midi_to_hz

RANGE = (48, 91)
LEVEL = 0.34
RUBBED_LEVEL = 0.11


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """How it is played."""

    play: str = choice("struck", ("struck", "rubbed"), help="mallet on the side, or a wand around the rim")
    ring: float = number(8.0, low=1.0, high=20.0, unit="s", help="decay by 60 dB of a middle C when struck")
    attack: float = number(1.2, low=0.1, high=5.0, unit="s", help="time to full level when rubbed")
    softness: float = number(0.6, low=0.0, high=1.0, help="mallet or wand, hard to soft")
    beating: float = number(0.5, low=0.0, high=3.0, unit="Hz", help="beating of the twin modes")
    width: float = number(0.6, low=0.0, high=1.0, help="spread between left and right")


def onset_s(params: Params, tone: Tone) -> float:  # noqa: ARG001
    """At once when struck; half of the swell when rubbed."""
    return params.attack / 2 if params.play == "rubbed" else 0.0


def tone(params: Params, tone: Tone, rate: int, seed: Seed) -> Audio:
    """One tone; a struck bowl rings on, a rubbed one dies slowly after its length."""
    return (_rubbed if params.play == "rubbed" else _struck)(params, tone, rate, seed)


def _struck(params: Params, tone: Tone, rate: int, seed: Seed) -> Audio:
    frequency_hz = midi_to_hz(tone.pitch)
    body = Body(
        ratios=(1.0, 2.32, 4.25, 6.63, 9.38),
        levels=(1.0, 0.5, 0.4, 0.3, 0.2),
        t60_s=params.ring * (261.6 / frequency_hz) ** 0.5,
        damping=1.1,
        beat_hz=params.beating,
        width=params.width,
    )
    return strike(
        body,
        frequency_hz=frequency_hz,
        contact_hz=(300.0 + frequency_hz) * 2.0 ** (1.6 - 2.6 * params.softness + 3.2 * tone.velocity - 1.0),
        level=LEVEL * tone.velocity**1.3,
        noise=0.06 * tone.velocity,
        rate=rate,
        seed=seed,
    )


def _rubbed(params: Params, tone: Tone, rate: int, seed: Seed) -> Audio:
    frequency_hz = midi_to_hz(tone.pitch)
    release_s = 0.4 * params.ring
    times = np.arange(ticks_of(tone.length_s + release_s, rate) + 1) * TICK / rate
    swell = envelope(times, attack_s=params.attack, length_s=tone.length_s, release_s=release_s)
    turn = wander(2, times, seed.generator("wand"))
    motion = Motion(
        level=(RUBBED_LEVEL * tone.velocity**1.2 * swell * (1.0 + 0.06 * turn[0])).astype(np.float32),
        colour=np.clip((1.6 - params.softness) * tone.velocity * swell + 0.04 * turn[1], 0.0, 0.999).astype(
            np.float32
        ),
        cents=np.zeros(len(times), np.float32),
    )
    return ensemble(
        tables(frequency_hz, _rubbed_share, (0.04, 0.55), rate, players=2),
        motion,
        frequency_hz=frequency_hz,
        detune_cents=1200.0 * params.beating / frequency_hz / np.log(2.0) * np.array([0.0, 1.0]),
        width=params.width,
        drift_cents=0.3,
        rate=rate,
        seed=seed,
    )


def _rubbed_share(frequencies_hz: Curve, share: float) -> Curve:
    """Each partial a share of the one before: little is nearly a sine, much the rim's stick and slip."""
    return share ** (frequencies_hz / frequencies_hz[0] - 1.0)
