"""Moving sand: grains that trickle, drift in streams, slide down a slope or give way under a step.

Levels of chance, as in the ground itself: slides come in flurries, every slide in lobes that halt and give way
again within part of a second, every lobe in bursts, every burst is a shower of single grains with their own size,
pitch and place; a faint bed of all that moves farther off lies under them. After P. Cook's PhISEM (Computer Music
Journal 21, 1997) and A. Farnell, *Designing Sound* (2010); the levels of chance and their figures were fitted to
recordings, which no single Poisson process resembles.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numba import njit

from soundscape.audio import Audio
from soundscape.contract import TICK, ControlBlock
from soundscape.dsp.bands import BANDS, NoiseBands
from soundscape.dsp.drift import Drift
from soundscape.dsp.grains import Grains
from soundscape.dsp.highpass import HighPass
from soundscape.dsp.noise import normal_at, uniform
from soundscape.params import number
from soundscape.rng import Seed

BUS = "ambience"
LASTING = False
CONTROLS = ("intensity", "brightness", "density")

SLIDES = 12
"""Slides that may sound at once; a new one takes the place of the oldest."""
AGE, SIZE, RISE, FALL, PITCH, PAN = range(6)
"""Columns of the table of slides: seconds since the start, factor, seconds, seconds, factor, place."""
FLURRY, STREAM, BED = range(3)
"""Slow motions: how often slides come, how much trickles between them, how loud the far bed is."""
LOBES = 1.4
"""Standard deviation of the logarithm of how much moves, from 2 to 6 Hz: what slides halts, and gives way again."""
BODY = 0.8
"""Level of the low sound of all that moves, over that of a grain."""
HEAVIEST = 10.0
"""The most that moves as one body, over a middling slide."""
DENSITY = 2.8
"""What density adds to slides and streams, each way from the middle."""
BED_HZ = (140.0, 500.0, 3_000.0)
"""Corners of the body of a slide and of the two bands of the bed."""
SHARED = (0.9, 0.6, 0.15)
LEVEL = 0.011
"""Peak of a median grain at neutral controls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """Parameters of moving sand."""

    slides: float = number(0.9, low=0.0, high=4.0, unit="1/s", help="how often something gives way")
    attack: float = number(0.09, low=0.005, high=1.0, unit="s", help="how fast a slide sets in; gravel is faster")
    length: float = number(0.35, low=0.03, high=6.0, unit="s", help="how long a slide lasts")
    grains: float = number(7_000.0, low=200.0, high=14_000.0, unit="1/s", help="grains of a slide at its height")
    stream: float = number(60.0, low=0.0, high=3_000.0, unit="1/s", help="grains that run between the slides")
    gusts: float = number(0.5, low=0.0, high=1.5, help="how unevenly they run")
    clumping: float = number(0.6, low=0.0, high=1.0, help="how much grains fall in bursts")
    pitch: float = number(3_200.0, low=700.0, high=7_000.0, unit="Hz", help="median pitch; bigger grains are lower")
    ring: float = number(0.7, low=0.2, high=4.0, unit="ms", help="how long a grain rings; stones ring longer")
    roughness: float = number(0.9, low=0.3, high=1.2, help="how unlike in size the grains are")
    body: float = number(0.3, low=0.0, high=1.0, help="low sound of the mass that moves")
    bed: float = number(0.3, low=0.0, high=1.0, help="faint movement everywhere else")
    width: float = number(0.8, low=0.0, high=1.0, help="how far to the sides slides happen")


def render(params: Params, controls: Iterable[ControlBlock], rate: int, seed: Seed) -> Iterator[Audio]:
    """Sand for every control block, float32 `(2, block.frames)`."""
    slow = Drift(seed.child("slow"), rate, motions=3, low_hz=0.05, high_hz=4.0, slope=0.4)
    lobes = Drift(seed.child("lobes"), rate, low_hz=2.0, high_hz=6.0, slope=0.0)
    bursts = Drift(seed.child("bursts"), rate, low_hz=0.7, high_hz=90.0, slope=1.0)
    grains = Grains(
        seed.child("grains"), rate, ring_s=params.ring * 1e-3, size_sd=params.roughness, densest=24_000.0
    )
    under = NoiseBands(seed.child("under"), rate, shared=SHARED)
    high_pass = HighPass(rate)
    slides = np.zeros((SLIDES, 6))
    slides[:, AGE] = math.inf
    numbers = (params.slides, params.attack, params.length, params.grains, params.stream, params.gusts)
    shape = (params.clumping, params.pitch, params.body, params.bed, params.width)
    key, tick = np.uint32(seed.key("slides")), 0
    for block in controls:
        edges = block.ticks + 1
        falling = np.empty((4, edges))
        corner, level = np.empty((edges, BANDS)), np.empty((edges, BANDS, 2))
        curves = (block["intensity"], block["brightness"], block["density"])
        motion, burst = slow.advance(block.ticks), bursts.advance(block.ticks)
        halting = np.exp(LOBES * np.clip(lobes.advance(block.ticks)[:, 0], -3.0, 1.6) - 0.4 * LOBES**2)
        _move(
            falling, corner, level, slides, motion, burst, halting, curves, numbers, shape, key, tick, TICK / rate
        )
        out = np.zeros((2, block.frames), np.float32)
        grains.add(out, *falling)
        under.add(out, corner, level)
        high_pass.run(out)
        tick += block.ticks
        yield out


@njit(cache=True, nogil=True)
def _move(falling, corner, level, slides, slow, bursts, halting, curves, numbers, shape, key, tick, tick_s):  # type: ignore[no-untyped-def]
    intensity, brightness, density = curves
    per_s, attack, length, grains, stream, gusts = numbers
    clumping, pitch, body, bed, width = shape
    for edge in range(falling.shape[1]):
        dense = DENSITY ** (2.0 * density[edge] - 1.0)
        # The last edge of a block comes again as the first of the next: only there do slides move on.
        if edge > 0:
            slides[:, AGE] += tick_s
            often = per_s * dense * math.exp(0.35 * slow[edge, FLURRY] - 0.06)
            if uniform(key, (tick + edge) * 8) < often * tick_s:
                _begin(slides, attack, length, width, key, (tick + edge) * 8)
        moving, place, settling = _sum(slides)
        moving *= halting[edge]
        strength = 2.2 ** (2.0 * intensity[edge] - 1.0)
        bright = 2.0 ** (1.6 * (brightness[edge] - 0.5))
        clump = math.exp(clumping * bursts[edge, 0] - 0.5 * clumping * clumping)
        running = stream * dense * math.exp(gusts * slow[edge, STREAM]) * halting[edge] ** 0.4
        falling[0, edge] = min(20_000.0, (grains * moving + running) * clump)
        falling[1, edge] = pitch * bright * settling
        falling[2, edge] = LEVEL * strength * (0.5 + 0.5 * min(1.0, moving)) * clump**0.3
        falling[3, edge] = place
        # What many grains make together grows with the root of their number, nearly.
        lot = (moving * clump) ** 0.6
        far = 0.12 * LEVEL * strength * (math.exp(0.25 * slow[edge, BED]) + 2.0 * lot)
        for band in range(BANDS):
            corner[edge, band] = BED_HZ[band] * bright
        for channel in range(2):
            level[edge, 0, channel] = BODY * LEVEL * strength * body * min(moving * clump, HEAVIEST)
            level[edge, 1, channel] = 4.0 * bed * far
            level[edge, 2, channel] = 2.0 * bed * far * pitch / 3_200.0


@njit(cache=True, nogil=True)
def _begin(slides, attack, length, width, key, at):  # type: ignore[no-untyped-def]
    oldest = 0
    for slide in range(1, SLIDES):
        if slides[slide, AGE] > slides[oldest, AGE]:
            oldest = slide
    size = math.exp(0.5 * min(max(normal_at(key, at + 1), -2.0), 1.6))
    slides[oldest, AGE] = 0.0
    slides[oldest, SIZE] = size
    slides[oldest, RISE] = attack * math.exp(0.4 * normal_at(key, at + 2))
    slides[oldest, FALL] = length * size**0.5 * math.exp(0.35 * normal_at(key, at + 3))
    slides[oldest, PITCH] = math.exp(0.12 * normal_at(key, at + 4)) * size**-0.1
    slides[oldest, PAN] = width * (2.0 * uniform(key, at + 5) - 1.0)


@njit(cache=True, nogil=True)
def _sum(slides):  # type: ignore[no-untyped-def]
    # How much moves, where, and at which pitch: high while it rushes, lower as it settles.
    moving, place, settling = 1e-9, 0.0, 1e-9
    for slide in range(SLIDES):
        age, rise, fall = slides[slide, AGE], slides[slide, RISE], slides[slide, FALL]
        if age > rise + 8.0 * fall:
            continue
        # A fast gamma head on a Gaussian body.
        head = (age / rise) * math.exp(1.0 - age / rise)
        onset = 1.0 - math.exp(-((age / rise) ** 2))
        amount = slides[slide, SIZE] * (0.5 * head + 0.6 * onset * math.exp(-((age / (1.5 * fall)) ** 2)))
        moving += amount
        place += amount * slides[slide, PAN]
        settling += amount * slides[slide, PITCH] * (1.15 - 0.4 * min(1.0, age / (rise + 2.0 * fall)))
    return moving, place / moving, settling / moving
