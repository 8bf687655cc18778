"""Rain on the ground, on a tin roof, on leaves, on a window or on water: drops near by over the roar of the rest.

Three distances: single drops close at hand, a dense shower a little farther off, and the bed that all the rest
melts into. A drop's diameter is log-normal about its median; a bigger one is louder and lower. Where it lands
decides the rest: how high and how long the impact rings, whether a plate answers with its modes, how many drops
trap a bubble. How hard it rains wanders as 1/f, with the bed, the shower and the near drops each in its own way.

After K. van den Doel, *Physically based models for liquid sounds* (ACM Trans. Applied Perception 2, 2005), and
P. Cook, *Real Sound Synthesis* (2002); levels and densities were fitted to recordings.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from soundscape.audio import Audio
from soundscape.contract import TICK, ControlBlock
from soundscape.dsp.bands import NoiseBands
from soundscape.dsp.bubbles import Bubbles
from soundscape.dsp.casing import MODES, Casing
from soundscape.dsp.drift import Drift
from soundscape.dsp.grains import Grains
from soundscape.dsp.highpass import HighPass
from soundscape.dsp.noise import white
from soundscape.params import choice, number
from soundscape.rng import Seed

BUS = "ambience"
CONTROLS = ("intensity", "brightness", "density")


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """What becomes of a drop where it lands."""

    pitch_hz: float
    """Median of the impacts of median drops."""
    pitch_sd: float
    """Of its logarithm."""
    ring_s: float
    """Time constant of an impact."""
    plate: float = 0.0
    """Share of the impacts that a plate answers."""
    bubbles: float = 0.0
    """Bubbles per near drop."""
    bed_hz: float = 5_000.0
    """Corner of the far bed's highs."""


SURFACES = {
    "ground": Surface(pitch_hz=2_300.0, pitch_sd=0.5, ring_s=0.0009, bubbles=0.15, bed_hz=4_200.0),
    "tin": Surface(pitch_hz=2_800.0, pitch_sd=0.45, ring_s=0.0006, plate=1.0, bed_hz=3_200.0),
    "leaves": Surface(pitch_hz=2_000.0, pitch_sd=0.4, ring_s=0.0008, bed_hz=2_600.0),
    "window": Surface(pitch_hz=3_600.0, pitch_sd=0.4, ring_s=0.0007, plate=0.15, bed_hz=3_600.0),
    "puddle": Surface(pitch_hz=3_400.0, pitch_sd=0.5, ring_s=0.0005, bubbles=1.6, bed_hz=4_500.0),
}
PLATE_HZ = (300.0, 3_200.0)
PLATE_T60_S = (0.16, 0.05)
"""T60 of the plate's lowest and highest mode."""
WHOLE, BED, SHOWER, NEAR, LEFT, RIGHT = range(6)
"""Slow motions: of all together, of each distance, and of either side alone."""
WANDER = np.array((0.11, 0.08, 0.16, 0.45, 0.04, 0.04))
"""Standard deviation of the logarithm of each: levels, but rates of the shower and the near drops."""
BED_HZ = np.array((160.0, 850.0))
BED_SHARE = np.array((0.45, 0.62, 1.0))
SHARED = (0.85, 0.7, 0.2)
TYPICAL_MM = 1.8
CROWN_PER_S = 2_600.0
"""Droplets that a near drop throws up, a second."""
CROWN = (1.0, 0.5, 0.22)
"""Level of the droplets in the ticks after it lands."""
NEAREST = 4.0
"""The nearest drop is so much louder than the farthest of the near ones."""
LEVEL = 0.0085
"""RMS of the highs of the bed at neutral controls."""
INTENSITY_DB, DENSITY, BRIGHTNESS_OCT = 12.0, 4.0, 1.8
"""What the whole range of a control moves: level, factor of near drops each way from the middle, colour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """How hard it rains, and on what."""

    surface: str = choice("ground", tuple(SURFACES), help="where the drops land")
    drops: float = number(20.0, low=0.5, high=200.0, unit="1/s", help="drops close enough to be heard one by one")
    shower: float = number(1_300.0, low=50.0, high=6_000.0, unit="1/s", help="drops a little farther off")
    bed: float = number(0.4, low=0.0, high=1.0, help="roar of all drops beyond")
    size: float = number(
        1.8, low=0.5, high=5.0, unit="mm", help="median diameter; bigger drops are louder and lower"
    )
    spread: float = number(0.65, low=0.3, high=1.0, help="how unlike in size the drops are")
    gusts: float = number(1.0, low=0.0, high=3.0, help="how much its strength wanders")
    width: float = number(0.9, low=0.0, high=1.0, help="difference of the two sides")


def render(params: Params, controls: Iterable[ControlBlock], rate: int, seed: Seed) -> Iterator[Audio]:
    """Rain for every control block, float32 `(2, block.frames)`."""
    surface = SURFACES[params.surface]
    slow = Drift(seed.child("slow"), rate, motions=len(WANDER), low_hz=0.03, high_hz=3.0, slope=1.3)
    left, middle, right = (1.0 - params.width * (1.0 - share) for share in SHARED)
    roar = NoiseBands(seed.child("roar"), rate, shared=(left, middle, right))
    drop = {"pitch_sd": surface.pitch_sd, "size_sd": params.spread}
    shower = Grains(seed.child("shower"), rate, ring_s=surface.ring_s, densest=8_000.0, **drop)
    near = Grains(seed.child("drops"), rate, ring_s=1.5 * surface.ring_s, densest=CROWN_PER_S, **drop)
    landings = Landings(seed.child("landings"), rate)
    bubbles = Bubbles(seed.child("bubbles"), rate, radius_sd=0.3, densest=3_000.0)
    plate = _plate(rate, seed, params.width) if surface.plate > 0.0 else None
    high_pass = HighPass(rate)
    pitch_hz = surface.pitch_hz * (TYPICAL_MM / params.size) ** 0.5
    radius_mm = 1.1 * params.size / TYPICAL_MM
    # Big drops stand out; drops of very unlike sizes are not louder for it.
    weight = (params.size / TYPICAL_MM) ** 0.5 * math.exp(-1.5 * (params.spread - 0.65))
    for block in controls:
        motion = np.exp(params.gusts * WANDER * slow.advance(block.ticks))
        strength = (
            LEVEL * motion[:, WHOLE] * 10.0 ** (INTENSITY_DB / 20.0 * (block["intensity"].astype(np.float64) - 0.5))
        )
        bright = 2.0 ** (BRIGHTNESS_OCT * (block["brightness"].astype(np.float64) - 0.5))
        often = DENSITY ** (2.0 * block["density"].astype(np.float64) - 1.0) * motion[:, NEAR]
        near_per_s = params.drops * often
        thrown, place = landings.advance(near_per_s)
        still = np.zeros(block.ticks + 1)
        audio = np.zeros((2, block.frames), np.float32)
        near.add(
            audio,
            np.where(thrown > 0.0, CROWN_PER_S, 0.0),
            pitch_hz * bright,
            1.35 * weight * thrown * strength,
            place,
        )
        shower.add(audio, params.shower * motion[:, SHOWER], 1.1 * pitch_hz * bright, 0.55 * strength, still)
        if plate is not None:
            drive = surface.plate * audio
            audio *= 1.0 - 0.75 * surface.plate
            plate.add(audio, drive)
        bubbles.add(
            audio, surface.bubbles * near_per_s, radius_mm / np.sqrt(bright), 2.4 * weight * strength, still
        )
        sides = motion[:, (LEFT, RIGHT)] * (2.0 * params.bed * strength * motion[:, BED])[:, None]
        corner = np.append(BED_HZ, surface.bed_hz) * bright[:, None]
        roar.add(audio, corner, sides[:, None, :] * BED_SHARE[:, None])
        high_pass.run(audio)
        yield audio


class Landings:
    """When near drops land, how loud, and where: tick by tick."""

    def __init__(self, seed: Seed, rate: int) -> None:
        self._seed, self._tick_s = seed, TICK / rate
        self._past = np.zeros(len(CROWN))
        self._tick = 0

    def advance(self, per_s: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Level of the splash and its place, -1 to 1, at the edges `(ticks + 1,)`; the last one is yet to come."""
        ticks = len(per_s) - 1
        chance = np.minimum(per_s[:-1] * self._tick_s, 1.0)
        draw = 0.5 + 0.5 * white(ticks, self._seed.key("moments"), start=self._tick)
        # On a plane the drops nearer than r are as r squared: the level of a drop chosen by chance is u**-0.5.
        landed = np.where(draw < chance, np.minimum((chance / np.maximum(draw, 1e-9)) ** 0.5, NEAREST), 0.0)
        levels = np.concatenate((self._past, landed))
        self._past = levels[len(levels) - len(CROWN) :]
        thrown = sum(share * levels[len(CROWN) - age : len(levels) - age] for age, share in enumerate(CROWN))
        place = 0.5 * white(ticks + 1, self._seed.key("places"), start=self._tick).astype(np.float64)
        self._tick += ticks
        return np.append(thrown, 0.0), place


def _plate(rate: int, seed: Seed, width: float) -> Casing:
    """Sheet metal on rafters: its modes, a little apart on either side."""
    rng = seed.generator("plate")
    frequency = np.geomspace(*PLATE_HZ, MODES) * rng.uniform(0.95, 1.05, MODES)
    t60_s = np.geomspace(*PLATE_T60_S, MODES) * rng.lognormal(0.0, 0.2, MODES)
    sign = rng.choice((-1.0, 1.0), MODES)
    apart = 1.0 + 0.04 * width * rng.uniform(-1.0, 1.0, (2, MODES))
    return Casing(
        rate,
        frequency_hz=frequency * apart,
        quality=np.broadcast_to(math.pi * frequency * t60_s / math.log(1e3), (2, MODES)),
        gain=np.broadcast_to(1.8 * sign * rng.lognormal(0.0, 0.3, MODES), (2, MODES)),
    )
