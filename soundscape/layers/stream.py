"""Running water, from a trickle to a torrent: bubbles whose rates cluster, at several places, over the rush between.

Model: water falls over stones at half a dozen places. At each it traps bubbles of its own typical size, at a rate
that wanders on all scales from minutes down to tenths of a second, so that they come in gurgles and not as rain
does; where the flow is strong more bubbles form, and larger ones, which sing lower. Now and then a pocket of air is
swallowed whole. What is too far or too dense to be heard singly is a rush of noise: a bed that hardly moves, and
veins, each fed by one of the places, which come and go in their own pitch alone, as bubbles do.

After K. van den Doel, *Physically based models for liquid sounds* (ACM Trans. Applied Perception 2, 2005), and
A. Farnell, *Designing Sound* (2010); rates and levels were fitted to recordings.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from soundscape.audio import Audio
from soundscape.contract import ControlBlock
from soundscape.dsp.bands import STEEPEN, NoiseBands
from soundscape.dsp.bubbles import Bubbles
from soundscape.dsp.drift import Drift
from soundscape.dsp.grains import Grains
from soundscape.dsp.highpass import HighPass
from soundscape.dsp.resonators import LANES, NoiseResonators
from soundscape.params import number
from soundscape.rng import Seed

BUS = "ambience"
CONTROLS = ("intensity", "brightness", "density")

PLACES = 5
DENSEST = 900.0
"""Bubbles a second of one place beyond which its rate does not rise."""
TYPICAL_MM, SWALLOWED_MM = 1.5, 5.0
SPLASHES, SPLASH_HZ, LOUDER = 3_000.0, 3_800.0, 0.3
"""Drops a second that a gurgle throws up, their pitch, and how much larger they are in more water."""
FLOW, COLOUR, LEFT, RIGHT = range(4)
"""Slow motions: of all the water, of the rush's colour, of the rush on either side."""
SLOW_SD = np.array((0.07, 0.10, 0.09, 0.09))
BED_HZ = np.array((260.0, 1_100.0, 3_600.0))
BED_SHARE = np.array((0.32, 0.55, 1.0))
SHARED = (0.9, 0.75, 0.4)
BED, VEINS = 0.6, 0.8
"""Of the rush: what hardly moves, and what the veins are at rest."""
VEIN_HZ, VEIN_Q = np.geomspace(150.0, 9_000.0, LANES), 1.6
FED_SD, OWN_SD = 0.35, 0.4
"""Standard deviations of the logarithm of a vein's level: with the place that feeds it, and by itself."""
VEIN_REACH = 0.5
LEVEL = 0.026
INTENSITY_DB, DENSITY, BRIGHTNESS_OCT = 12.0, 2.5, 0.8
"""What the whole range of a control moves: level, factor of the bubbles each way from the middle, colour."""


def _shares() -> np.ndarray:
    """RMS of the veins that together have the spectrum of the bed at its RMS of 1."""
    ratio = VEIN_HZ[:, None] / BED_HZ
    flat = 2.0 / math.pi * (1.0 + STEEPEN) / STEEPEN * BED_SHARE**2 / BED_HZ
    density = (flat / ((1.0 + ratio**2) * (1.0 + (ratio / STEEPEN) ** 2))).sum(axis=1)
    return np.sqrt(density * np.gradient(VEIN_HZ))


VEIN_SHARE = VEINS * _shares()


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """How much water runs, and over what."""

    bubbles: float = number(75.0, low=2.0, high=900.0, unit="1/s", help="bubbles of all places together")
    radius: float = number(1.5, low=0.5, high=5.0, unit="mm", help="median radius; it sings at 3 / radius kHz")
    spread: float = number(0.35, low=0.1, high=0.6, help="how unlike in size the bubbles are")
    gurgle: float = number(0.8, low=0.0, high=1.4, help="how much bubbles come in clusters")
    swallow: float = number(0.3, low=0.0, high=1.0, help="pockets of air that are swallowed whole")
    splash: float = number(0.65, low=0.0, high=1.0, help="drops that are thrown up where the flow is strongest")
    rush: float = number(0.5, low=0.0, high=1.0, help="noise of all water that is not heard singly")
    colour: float = number(0.0, low=-2.0, high=1.0, unit="octaves", help="shift of the rush; a torrent is darker")
    width: float = number(0.7, low=0.0, high=1.0, help="length of the stream that is heard")


def render(params: Params, controls: Iterable[ControlBlock], rate: int, seed: Seed) -> Iterator[Audio]:
    """Running water for every control block, float32 `(2, block.frames)`."""
    slow = Drift(seed.child("slow"), rate, motions=len(SLOW_SD), low_hz=0.03, high_hz=4.0, slope=1.2)
    gurgles = Drift(seed.child("gurgles"), rate, motions=PLACES, low_hz=0.2, high_hz=14.0, slope=1.0)
    places = [
        Bubbles(seed.child("place", place), rate, radius_sd=params.spread, densest=DENSEST)
        for place in range(PLACES)
    ]
    pockets = Bubbles(seed.child("pockets"), rate, radius_sd=0.25, rising=0.9, densest=60.0)
    drops = Grains(seed.child("drops"), rate, ring_s=0.0007, size_sd=0.8, pitch_sd=0.4, densest=2.0 * SPLASHES)
    rng = seed.generator("places")
    share = rng.dirichlet(np.full(PLACES, 4.0))
    size = params.radius * 1.25 ** rng.permutation(np.linspace(-1.0, 1.0, PLACES))
    # Small bubbles ring so briefly that they must be louder to be heard as much.
    each = 1.1 * (TYPICAL_MM / params.radius) ** 0.7
    pan = params.width * rng.permutation(np.linspace(-0.8, 0.8, PLACES))
    left, middle, right = (1.0 - params.width * (1.0 - common) for common in SHARED)
    # Where bubbles are large the water falls deep and rushes low, where they are small it trickles.
    fed_by = np.repeat(np.argsort(-size), math.ceil(LANES / PLACES))[:LANES]
    vein_pan = np.clip(pan[fed_by] + VEIN_REACH * params.width * rng.uniform(-1.0, 1.0, LANES), -1.0, 1.0)
    veins = NoiseResonators(seed.child("veins"), rate, q=np.full(LANES, VEIN_Q))
    own = Drift(seed.child("own"), rate, motions=LANES, low_hz=0.3, high_hz=14.0)
    rush = NoiseBands(seed.child("rush"), rate, shared=(left, middle, right))
    high_pass = HighPass(rate)
    for block in controls:
        still = np.ones(block.ticks + 1)
        motion = np.exp(SLOW_SD * slow.advance(block.ticks))
        swell = gurgles.advance(block.ticks)
        intensity, brightness, density = (block[name].astype(np.float64) for name in CONTROLS)
        strength = LEVEL * motion[:, FLOW] * 10.0 ** (INTENSITY_DB / 20.0 * (intensity - 0.5))
        bright = 2.0 ** (BRIGHTNESS_OCT * (brightness - 0.5))
        often = DENSITY ** (2.0 * density - 1.0)
        audio = np.zeros((2, block.frames), np.float32)
        for place, bubbles in enumerate(places):
            flow = np.exp(params.gurgle * swell[:, place] - 0.5 * params.gurgle**2)
            per_s = np.minimum(params.bubbles * share[place] * often * flow, DENSEST)
            radius = size[place] * flow**0.05 / bright
            bubbles.add(audio, per_s, radius, each * strength * flow**0.2, pan[place] * still)
        place_of = pan[swell.argmax(axis=1)]
        # A pocket goes down where the flow is strongest, just as it turns.
        deep = np.maximum(swell.max(axis=1) - 1.1, 0.0)
        pockets.add(audio, 12.0 * params.swallow * often * deep, SWALLOWED_MM / bright, 0.75 * strength, place_of)
        drops.add(
            audio,
            SPLASHES * np.minimum(deep * often, 2.0),
            SPLASH_HZ * bright,
            1.25 * params.splash * strength * often**LOUDER,
            place_of,
        )
        rushing = 0.85 * params.rush * strength
        sides = motion[:, (LEFT, RIGHT)] * (BED * rushing * motion[:, COLOUR])[:, None]
        scale = 2.0**params.colour * bright
        rush.add(
            audio,
            BED_HZ * (scale * motion[:, COLOUR] ** 0.7)[:, None],
            sides[:, None, :] * BED_SHARE[:, None],
        )
        fed = np.exp(FED_SD * swell[:, fed_by] + OWN_SD * own.advance(block.ticks))
        veins.add(audio, VEIN_HZ * scale[:, None], rushing[:, None] * VEIN_SHARE * fed, vein_pan * still[:, None])
        high_pass.run(audio)
        yield audio
