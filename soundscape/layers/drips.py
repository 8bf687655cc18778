"""Dripping water: drops that fall from a few places into pools and on stone, in a space that answers.

Every place drips in its own time, almost evenly, and has its own note, because its drops are nearly alike; several
of them never fall into step. What falls into water is heard as a click and the song of a bubble; what falls on
stone splits. Seeping water trickles in fine bubbles between, and a large space returns single echoes before it
blurs them. After M. Minnaert (1933), H. Oguz & A. Prosperetti (1990) on drops, K. van den Doel (2005) on the
trickle, and J.-M. Jot's delay networks for the space.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from soundscape.audio import Audio
from soundscape.contract import ControlBlock
from soundscape.dsp.bands import NoiseBands
from soundscape.dsp.blend import Voice
from soundscape.dsp.bubbles import Bubbles
from soundscape.dsp.drift import Drift
from soundscape.dsp.drops import Drips
from soundscape.dsp.hall import Hall
from soundscape.dsp.voicing import Voicing
from soundscape.params import number
from soundscape.rng import Seed

BUS = "ambience"
CONTROLS = ("intensity", "brightness", "density")

VOICE = Voice(intensity_db=12.0, brightness_db=18.0, split_hz=1_400.0)
OFTEN = 3.5
"""Factor of the rate of drops that density moves, each way from the middle."""
AIR_HZ, AIR_SHARE, SHARED = np.array((80.0, 320.0, 2_200.0)), np.array((1.0, 0.4, 0.18)), (0.9, 0.5, 0.1)
AIR_LEVEL = 0.0042
TRICKLE_PER_S = 140.0
LEVEL = 0.11
"""Peak of a median drop at neutral controls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """Where it drips, into what, in what space."""

    places: int = number(5, low=1, high=16, help="from how many places it drips")
    period: float = number(2.8, low=0.3, high=20.0, unit="s", help="time between two drops of one place")
    water: float = number(0.7, low=0.0, high=1.0, help="bare stone to pools under every place")
    bubble: float = number(1.6, low=0.7, high=4.0, unit="mm", help="radius of a bubble; bigger is lower")
    trickle: float = number(0.25, low=0.0, high=1.0, help="water that seeps between the drops")
    echo: float = number(3.2, low=0.3, high=9.0, unit="s", help="time in which the space dies away")
    size: float = number(1.5, low=0.4, high=4.0, help="of the space: larger has later echoes")
    wet: float = number(0.5, low=0.0, high=1.0, help="share of the space against the drops")
    air: float = number(0.4, low=0.05, high=1.0, help="air of the place under them")
    width: float = number(0.8, low=0.0, high=1.0, help="how far apart it drips")


def render(params: Params, controls: Iterable[ControlBlock], rate: int, seed: Seed) -> Iterator[Audio]:
    """Drips for every control block, float32 `(2, block.frames)`."""
    drips = Drips(
        seed.child("drips"),
        rate,
        places=params.places,
        period_s=params.period,
        wetness=params.water,
        radius_mm=params.bubble,
        width=params.width,
    )
    bubbles = Bubbles(seed.child("trickle"), rate, radius_sd=0.35, rising=0.8, densest=1_500.0)
    hall = Hall(seed.child("hall"), rate, t60_s=params.echo, high_t60_s=0.45 * params.echo, size=params.size)
    air = NoiseBands(seed.child("air"), rate, shared=SHARED)
    slow = Drift(seed.child("slow"), rate, motions=6, low_hz=0.04, high_hz=6.0)
    voicing = Voicing(rate, VOICE)
    for block in controls:
        motion = slow.advance(block.ticks)
        often = OFTEN ** (2.0 * block["density"].astype(np.float64) - 1.0)
        dry = np.zeros((2, block.frames), np.float32)
        drips.add(dry, often)
        dry *= np.float32(LEVEL)
        seeping = TRICKLE_PER_S * params.trickle * np.minimum(often * np.exp(0.9 * motion[:, 3]), 10.0)
        level = 0.13 * LEVEL * np.exp(0.4 * motion[:, 4])
        radius = np.full(len(level), 0.75 * params.bubble)
        bubbles.add(dry, seeping, radius, level, 0.7 * params.width * np.tanh(motion[:, 5]))
        audio = np.float32(1.0 - 0.55 * params.wet) * dry
        hall.add(audio, np.float32(0.9 * params.wet) * dry)
        moved = params.air * AIR_LEVEL * AIR_SHARE * np.exp(0.3 * motion[:, :3])
        air.add(audio, AIR_HZ * np.ones_like(moved), np.repeat(moved[:, :, None], 2, axis=2))
        voicing.run(audio, block)
        yield audio
