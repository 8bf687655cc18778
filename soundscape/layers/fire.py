"""Fire: wood that cracks in clusters over hiss and the low lapping of flames.

Model: cracks are a Neyman-Scott process. Parents, where pressure opens a pore or a seam of sap, come at a rate that
wanders; each is followed by a shower of cracks that dies away within a fraction of a second, at its own place and
pitch. Between them embers and bark tick, fine and many. Besides there are single pops and, rarely, a log that settles
and sends up a rush of sparks. Flames lap as low noise whose level flutters between 1 and 12 Hz; resin hisses in jets
that set in fast and fade.

After A. Farnell, *Designing Sound* (2010), for lapping, hiss and crackle; J. Neyman & E. Scott, *Statistical approach
to problems of cosmology* (J. R. Stat. Soc. B 20, 1958), for the clusters; J. Chadwick & D. James, *Animating fire with
sound* (ACM Trans. Graphics 30, 2011), for the noise of combustion. Figures were fitted to recordings.
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

CLUSTERS = 16
"""Clusters that may sound at once; a new one takes the place of the oldest."""
AGE, RATE, FALL, PITCH, LOUD, PAN = range(6)
"""Columns of the table of clusters: seconds, cracks a second at the start, seconds, factor, factor, place."""
DRAWS = 24
"""Random numbers of one tick: six for each kind of event, then those of the jets."""
BUSY, HISSING = range(2)
"""Slow motions: how much cracks, how much hisses."""
SINGLE_PER_S = 4.0
UNLIKE = 0.9
"""Standard deviation of the logarithm of a seam's loudness: a few loud ones make the level, never twice alike."""
FINE_PER_S, FINEST_PER_S, FINE_HZ, FINE = 320.0, 2_000.0, 1.1, 0.75
"""Ticks of embers and bark between the cracks: usual and highest rate; pitch and level over those of cracks."""
JETS_PER_S, JET_S, JET_RISE_S = 1.8, 0.09, 0.02
LAP_HZ, ROAR_HZ, HISS_HZ = 85.0, 420.0, 5_000.0
SHARED = (0.97, 0.93, 0.45)
LEVEL = 0.021
"""Peak of a median crack at neutral controls."""
INTENSITY_DB, DENSITY, BRIGHTNESS_OCT = 10.0, 2.6, 1.9
"""What the whole range of a control moves: level, factor of the clusters each way from the middle, colour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """What burns, and how."""

    clusters: float = number(10.0, low=0.1, high=20.0, unit="1/s", help="seams that crack open")
    cracks: float = number(5.0, low=1.0, high=20.0, help="cracks of a seam, on average")
    length: float = number(0.06, low=0.02, high=1.0, unit="s", help="how long a seam cracks on")
    spread: float = number(0.78, low=0.5, high=1.2, help="how unlike in size the cracks are")
    pitch: float = number(
        2_600.0, low=700.0, high=6_000.0, unit="Hz", help="median pitch of the cracks; dry wood is high"
    )
    ring: float = number(1.0, low=0.3, high=4.0, unit="ms", help="how long a crack rings")
    pops: float = number(0.5, low=0.0, high=5.0, unit="1/s", help="large single cracks")
    embers: float = number(0.5, low=0.0, high=1.0, help="fine ticks of embers and bark between the cracks")
    collapses: float = number(1.5, low=0.0, high=20.0, unit="1/min", help="logs that settle in a rush of sparks")
    lap: float = number(0.5, low=0.0, high=1.0, help="low lapping of the flames")
    roar: float = number(0.3, low=0.0, high=1.0, help="noise of the combustion: a large fire roars")
    hiss: float = number(0.4, low=0.0, high=1.0, help="jets of resin and steam")
    width: float = number(0.7, low=0.0, high=1.0, help="how far to the sides it cracks")


def render(params: Params, controls: Iterable[ControlBlock], rate: int, seed: Seed) -> Iterator[Audio]:
    """Fire for every control block, float32 `(2, block.frames)`."""
    slow = Drift(seed.child("slow"), rate, motions=2, low_hz=0.012, high_hz=0.03, slope=3.0)
    flames = Drift(seed.child("flames"), rate, motions=4, low_hz=3.0, high_hz=16.0, slope=0.8)
    cracks = Grains(
        seed.child("cracks"), rate, ring_s=params.ring * 1e-3, size_sd=params.spread, pitch_sd=0.8, densest=8_000.0
    )
    fine = Grains(seed.child("fine"), rate, ring_s=0.0006, size_sd=1.0, pitch_sd=0.6, densest=FINEST_PER_S)
    fits = Drift(seed.child("fits"), rate, low_hz=2.0, high_hz=20.0)
    noise = NoiseBands(seed.child("noise"), rate, shared=SHARED)
    high_pass = HighPass(rate, corner_hz=28.0)
    clusters = np.zeros((CLUSTERS, 6))
    clusters[:, AGE] = math.inf
    jet = np.zeros(2)
    numbers = (params.clusters, params.cracks, params.length, params.pitch, params.pops, params.collapses / 60.0)
    shape = (params.lap, params.roar, params.hiss, params.width)
    key, tick = np.uint32(seed.key("events")), 0
    for block in controls:
        edges = block.ticks + 1
        cracking = np.empty((4, edges))
        corner, level = np.empty((edges, BANDS)), np.empty((edges, BANDS, 2))
        motions = (np.clip(slow.advance(block.ticks), -2.0, 2.0), flames.advance(block.ticks))
        curves = tuple(block[name] for name in CONTROLS)
        _burn(cracking, corner, level, clusters, jet, motions, curves, numbers, shape, key, tick, TICK / rate)
        out = np.zeros((2, block.frames), np.float32)
        cracks.add(out, *cracking)
        strength = LEVEL * 10.0 ** (INTENSITY_DB / 20.0 * (curves[0].astype(np.float64) - 0.5))
        bright = 2.0 ** (BRIGHTNESS_OCT * (curves[1].astype(np.float64) - 0.5))
        often = FINE_PER_S * DENSITY ** (2.0 * curves[2].astype(np.float64) - 1.0)
        often *= np.exp(0.6 * motions[0][:, BUSY] + 0.8 * np.minimum(fits.advance(block.ticks)[:, 0], 2.5))
        size = params.embers * strength * np.exp(0.1 * motions[0][:, BUSY])
        fine.add(
            out, np.minimum(often, FINEST_PER_S), FINE_HZ * params.pitch * bright, FINE * size, np.zeros(edges)
        )
        noise.add(out, corner, level)
        high_pass.run(out)
        tick += block.ticks
        yield out


@njit(cache=True, nogil=True)
def _burn(cracking, corner, level, clusters, jet, motions, curves, numbers, shape, key, tick, tick_s):  # type: ignore[no-untyped-def]
    slow, flames = motions
    intensity, brightness, density = curves
    per_s, count, length, pitch, pops, collapses = numbers
    lap, roar, hiss, width = shape
    for edge in range(cracking.shape[1]):
        often = DENSITY ** (2.0 * density[edge] - 1.0) * math.exp(0.58 * slow[edge, BUSY] - 0.15)
        # The last edge of a block comes again as the first of the next: only there do events move on.
        if edge > 0:
            clusters[:, AGE] += tick_s
            at = (tick + edge) * DRAWS
            share = often * tick_s
            if uniform(key, at) < per_s * share:
                _open(clusters, count, length, 1.0, 1.0, width, key, at + 1)
            if uniform(key, at + 6) < pops * share:
                _open(clusters, 2.0, 0.004, 0.5, 1.8, width, key, at + 7)
            if uniform(key, at + 12) < collapses * tick_s:
                _open(clusters, 12.0 * count, 0.3, 0.8, 1.1, width, key, at + 13)
            # Pressure of the jets, and how far they have opened.
            jet[0] *= math.exp(-tick_s / JET_S)
            if uniform(key, at + 18) < JETS_PER_S * share:
                jet[0] -= 0.7 * math.log(1.0 - 0.98 * uniform(key, at + 19))
            jet[1] += (jet[0] - jet[1]) * min(1.0, tick_s / JET_RISE_S)
        rate, loud, high, place = _sum(clusters)
        strength = LEVEL * 10.0 ** (INTENSITY_DB / 20.0 * (intensity[edge] - 0.5))
        bright = 2.0 ** (BRIGHTNESS_OCT * (brightness[edge] - 0.5))
        cracking[0, edge] = min(8_000.0, rate + SINGLE_PER_S * often)
        cracking[1, edge] = pitch * high * bright
        cracking[2, edge] = strength * bright**0.3 * loud
        cracking[3, edge] = place
        corner[edge, 0], corner[edge, 1], corner[edge, 2] = LAP_HZ, ROAR_HZ * bright, HISS_HZ * bright
        for side in range(2):
            lick = 0.27 * slow[edge, BUSY] + flames[edge, 0] + 0.3 * flames[edge, 1 + side]
            level[edge, 0, side] = 0.48 * lap * strength / bright**0.6 * math.exp(0.7 * lick)
            level[edge, 1, side] = (
                0.29
                * roar
                * strength
                * bright**0.5
                * math.exp(0.3 * lick + 0.2 * flames[edge, 3] + 0.4 * slow[edge, HISSING])
            )
            breath = math.exp(0.6 * slow[edge, HISSING] + 0.25 * flames[edge, 3])
            level[edge, 2, side] = 0.14 * hiss * strength * breath * (0.45 + jet[1])


@njit(cache=True, nogil=True)
def _open(clusters, count, length, high, loud, width, key, at):  # type: ignore[no-untyped-def]
    oldest = 0
    for cluster in range(1, CLUSTERS):
        if clusters[cluster, AGE] > clusters[oldest, AGE]:
            oldest = cluster
    fall = length * math.exp(0.6 * normal_at(key, at))
    clusters[oldest, AGE] = 0.0
    clusters[oldest, FALL] = fall
    # As many cracks as a geometric law gives, in the time that it takes.
    clusters[oldest, RATE] = (1.0 - (count - 1.0) * math.log(1.0 - 0.98 * uniform(key, at + 1))) / fall
    clusters[oldest, PITCH] = high * math.exp(0.35 * normal_at(key, at + 2))
    clusters[oldest, LOUD] = loud * math.exp(UNLIKE * min(normal_at(key, at + 3), 1.7))
    clusters[oldest, PAN] = width * (2.0 * uniform(key, at + 4) - 1.0)


@njit(cache=True, nogil=True)
def _sum(clusters):  # type: ignore[no-untyped-def]
    # Cracks a second, and their mean loudness, pitch and place.
    total, loud, high, place = 1e-6, 1e-6, 1e-6, 0.0
    for cluster in range(CLUSTERS):
        if clusters[cluster, AGE] > 7.0 * clusters[cluster, FALL]:
            continue
        rate = clusters[cluster, RATE] * math.exp(-clusters[cluster, AGE] / clusters[cluster, FALL])
        total += rate
        loud += rate * clusters[cluster, LOUD]
        high += rate * clusters[cluster, PITCH]
        place += rate * clusters[cluster, PAN]
    return total, loud / total, high / total, place / total
