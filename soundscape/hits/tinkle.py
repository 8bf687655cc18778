"""Tinkle: small hard things that meet: jewels in a hand, glasses, coins, a chandelier that is brushed.

Model: some dozen things, each a small body with its own modes; they clink while the energy that was put in dies
away, as in Cook's PhISEM: the chance and the force of a clink both follow the energy left. No two clinks are alike.

Sources: Cook, *Physically informed sonic modeling (PhISEM)*, Computer Music Journal 21 (1997); glass measured
at 5.0 to 5.3 kHz with T60 of 0.3 to 0.5 s, metal tines at 3.3 to 5.9 kHz.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from soundscape.contract import Hit
from soundscape.dsp.handful import MATERIALS, shake
from soundscape.dsp.shot import finish
from soundscape.params import choice, number
from soundscape.rng import Seed

BUS = "effects"
SYNC = "onset"


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """What clinks, how much of it, for how long."""

    material: str = choice("jewels", tuple(MATERIALS), help="what clinks")
    size: float = number(0.4, low=0.0, high=1.0, help="of the things: deeper, and they ring longer")
    distance: float = number(0.1, low=0.0, high=1.0, help="near to far: softer, darker")
    intensity: float = number(0.5, low=0.0, high=1.0, help="how hard they meet: level and brightness")
    things: int = number(12, low=2, high=40, help="how many things there are")
    length: float = number(0.9, low=0.1, high=4.0, unit="s", help="how long they go on")


def render(params: Params, rate: int, seed: Seed) -> Hit:
    """The tinkle; sync is the first clink, frame 0."""
    audio = np.zeros((2, round((params.length + 2.4) * rate)), np.float32)
    shake(
        audio,
        rate,
        seed,
        material=params.material,
        things=params.things,
        size=params.size,
        force=params.intensity,
        start_s=0.0,
        length_s=params.length,
    )
    return finish(audio, rate, sync=0, intensity=params.intensity, size=params.size, distance=params.distance)
