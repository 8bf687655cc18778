"""Sea at the shore: waves that swell, break along the beach, wash up and draw back, each after its own time.

Model: a wave announces itself as a low swell that grows for seconds; at the break its roar leaps up within a third
of a second and brightens by more than an octave; foam washes up, hisses and darkens while it runs out, and on
shingle the water draws stones with it as it goes back. Waves come after 6 to 12 s, unequal in time and size, in
sets of larger and smaller ones. The break runs along the shore, so that the sides hear it one after the other.
A crest does not fall in one: piece by piece its jet plunges and drives down a plume of bubbles, each piece at its own
place, of its own size and pitch, dense while the wave breaks and sparse slaps while it washes up. Turbulence makes
everything flutter; behind lies the surf of the whole coast. Foam fizzes in single tiny bubbles, in patches.

After A. Farnell, *Designing Sound* (2010); G. Deane & M. Stokes, *Scale dependence of bubble creation mechanisms in
breaking waves* (Nature 418, 2002), on plumes and on what hisses; figures were fitted to recordings.
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
from soundscape.dsp.resonators import LANES, NoiseResonators
from soundscape.params import number
from soundscape.rng import Seed

BUS = "ambience"
CONTROLS = ("intensity", "brightness")

WAVES = 6
"""Waves that may be under way at once."""
AGE, SIZE, GROW, LEAP, WASH, TRAVEL = range(6)
"""Columns of the table of waves: seconds, factor, then seconds: of the swell, the break, the wash, along the shore."""
SWELL, ROAR, HISS = range(BANDS)
CORNER_HZ = (95.0, 420.0, 1_900.0)
BRIGHTEN_OCT = (0.2, 0.55, 0.55)
"""How far each band rises at the break."""
SHARED = (0.85, 0.5, 0.12)
SETS, COAST = range(2)
"""Slow motions: size of the waves, level of the far surf."""
SINCE, FORCE, RISE, FALL, PITCH = range(5)
"""Columns of the table of plunges, one row for each place along the shore: s, factor, s, s, Hz."""
PLUNGES_PER_S, SLAPS_PER_S = 5.0, 0.5
"""At one place, while the wave breaks and while it washes up."""
PLUNGE, PLUNGE_Q = 0.8, 0.6
"""RMS of the plume of a usual one, against the roar of a usual wave, and how narrow it is."""
PATCHES = 0.5
"""Standard deviation of the logarithm of the foam's density."""
FLUTTER = (0.33, 0.4, 0.35)
"""Standard deviation of the logarithm of each band's level."""
COAST_SHARE, COAST_SD = (0.39, 0.32, 0.22), 0.62
"""Of the far surf in each band, and the standard deviation of the logarithm of its level."""
LEVEL = 0.028
INTENSITY_DB, BRIGHTNESS_OCT = 14.0, 1.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """How the waves come, how they break, and on what."""

    period: float = number(8.5, low=5.0, high=14.0, unit="s", help="mean time from wave to wave")
    irregularity: float = number(0.5, low=0.1, high=1.0, help="how unequal waves are in time and size")
    steepness: float = number(0.5, low=0.0, high=1.0, help="how suddenly they break: from spilling to plunging")
    wash: float = number(2.8, low=0.8, high=8.0, unit="s", help="how long the foam runs up the beach")
    swell: float = number(0.4, low=0.0, high=1.0, help="low sound of the wave before it breaks")
    fizz: float = number(0.4, low=0.0, high=1.0, help="single bubbles of the foam")
    shingle: float = number(0.1, low=0.0, high=1.0, help="stones that roll in the backwash")
    coast: float = number(0.35, low=0.05, high=1.0, help="surf of the rest of the coast")
    colour: float = number(0.0, low=-2.0, high=1.0, unit="octaves", help="shift of the whole spectrum")
    width: float = number(0.8, low=0.0, high=1.0, help="length of shore that is heard")


def render(params: Params, controls: Iterable[ControlBlock], rate: int, seed: Seed) -> Iterator[Audio]:
    """The sea for every control block, float32 `(2, block.frames)`."""
    slow = Drift(seed.child("slow"), rate, motions=2, low_hz=0.015, high_hz=0.3)
    flutter = Drift(seed.child("flutter"), rate, motions=3 * BANDS, low_hz=1.4, high_hz=20.0, slope=1.1)
    coast = Drift(seed.child("coast"), rate, motions=3 * BANDS, low_hz=0.5, high_hz=20.0, slope=0.9)
    low, middle, high = (1.0 - params.width * (1.0 - share) for share in SHARED)
    water = NoiseBands(seed.child("water"), rate, shared=(low, middle, high))
    falling = Plunges(params, rate, seed.child("plunges"))
    patches = Drift(seed.child("patches"), rate, low_hz=1.0, high_hz=25.0)
    foam = Grains(seed.child("foam"), rate, ring_s=0.0005, size_sd=0.8, pitch_sd=0.35, densest=6_000.0)
    stones = Grains(seed.child("stones"), rate, ring_s=0.0016, size_sd=0.9, pitch_sd=0.35, densest=3_000.0)
    high_pass = HighPass(rate)
    waves = _waves_under_way(params, seed)
    numbers = (params.period, params.irregularity, params.steepness, params.wash)
    shape = (params.swell, params.fizz, params.shingle, params.coast, params.colour, params.width)
    key, tick = np.uint32(seed.key("waves")), 0
    due_s = np.array([params.period * float(seed.generator("first").uniform(0.2, 0.6))])
    for block in controls:
        edges = block.ticks + 1
        corner, level, breaking = np.empty((edges, BANDS)), np.empty((edges, BANDS, 2)), np.empty((edges, 4))
        fizzing, rolling = np.empty((4, edges)), np.empty((4, edges))
        motions = (slow.advance(block.ticks), flutter.advance(block.ticks), coast.advance(block.ticks))
        curves = tuple(block[name] for name in CONTROLS)
        heard = (corner, level, breaking, fizzing, rolling)
        _move(heard, waves, due_s, motions, curves, numbers, shape, key, tick, TICK / rate)
        fizzing[0] *= np.exp(PATCHES * patches.advance(block.ticks)[:, 0])
        out = np.zeros((2, block.frames), np.float32)
        water.add(out, corner, level)
        falling.add(out, breaking)
        foam.add(out, *fizzing)
        stones.add(out, *rolling)
        high_pass.run(out)
        tick += block.ticks
        yield out


def _waves_under_way(params: Params, seed: Seed) -> np.ndarray:
    """The table of waves as it is found: one has just broken, the others are long gone."""
    waves = np.ones((WAVES, 6))
    waves[:, AGE] = math.inf
    rng = seed.generator("under way")
    waves[0] = (rng.uniform(4.0, 6.0), rng.uniform(0.7, 1.2), 3.5, 0.3, params.wash, 0.4)
    return waves


@njit(cache=True, nogil=True)
def _move(heard, waves, due_s, motions, curves, numbers, shape, key, tick, tick_s):  # type: ignore[no-untyped-def]
    corner, level, breaking, fizzing, rolling = heard
    slow, flutter, many = motions
    intensity, brightness = curves
    swell, fizz, shingle, coast, colour, width = shape
    for edge in range(corner.shape[0]):
        # The last edge of a block comes again as the first of the next: only there do waves move on.
        if edge > 0:
            waves[:, AGE] += tick_s
            due_s[0] -= tick_s
            if due_s[0] <= 0.0:
                due_s[0] += _begin(waves, slow[edge, SETS], numbers, width, key, (tick + edge) * 8)
        strength = LEVEL * 10.0 ** (INTENSITY_DB / 20.0 * (intensity[edge] - 0.5))
        bright = 2.0 ** (colour + BRIGHTNESS_OCT * (brightness[edge] - 0.5))
        # A larger sea breaks harder against its own far surf.
        far = coast * math.exp(0.2 * slow[edge, COAST])
        foam, back, lift = 0.0, 0.0, 0.0
        for side in range(2):
            low, roar, wash, drawn, high = _hear(waves, 1.0 - 2.0 * side)
            foam += 0.5 * wash
            back += 0.5 * drawn
            lift += 0.5 * high
            breaking[edge, side] = PLUNGES_PER_S * (roar + 0.09 * far) + SLAPS_PER_S * wash
            level[edge, SWELL, side] = 1.3 * (swell * low + 0.5 * roar)
            level[edge, ROAR, side] = 0.9 * (roar + 0.35 * swell * low)
            level[edge, HISS, side] = 0.75 * (wash + 0.55 * roar + 0.1 * shingle * drawn + 0.2 * swell * low)
            for band in range(BANDS):
                # Far waves break in their own time, and the air between lets through now this, now that.
                each = 0.7 * many[edge, 3 * band] + 0.7 * many[edge, 3 * band + 1 + side]
                level[edge, band, side] += COAST_SHARE[band] * far * math.exp(COAST_SD * each)
                moved = 0.7 * flutter[edge, 3 * band] + 0.7 * flutter[edge, 3 * band + 1 + side]
                level[edge, band, side] *= strength * math.exp(FLUTTER[band] * min(moved, 1.5))
        breaking[edge, 2], breaking[edge, 3] = strength, bright
        for band in range(BANDS):
            corner[edge, band] = CORNER_HZ[band] * bright * 2.0 ** (BRIGHTEN_OCT[band] * min(lift, 1.4))
        _scatter(fizzing, edge, 1_800.0 * min(1.5, foam), 5_200.0 * bright**0.5, 0.42 * fizz * strength)
        _scatter(rolling, edge, 1_500.0 * min(1.5, back * back), 2_700.0 * bright**0.5, 0.5 * shingle * strength)


@njit(inline="always")
def _scatter(grains, edge, per_s, pitch, level):  # type: ignore[no-untyped-def]
    grains[0, edge] = per_s
    grains[1, edge] = pitch
    grains[2, edge] = level
    grains[3, edge] = 0.0


@njit(cache=True, nogil=True)
def _begin(waves, sets, numbers, width, key, at):  # type: ignore[no-untyped-def]
    # A new wave in place of the oldest; returns the time until the next.
    period, irregularity, steepness, wash = numbers
    oldest = 0
    for wave in range(1, WAVES):
        if waves[wave, AGE] > waves[oldest, AGE]:
            oldest = wave
    size = math.exp(irregularity * (0.35 * sets + 0.4 * min(normal_at(key, at), 1.6)))
    waves[oldest, AGE] = 0.0
    waves[oldest, SIZE] = size
    waves[oldest, GROW] = 0.42 * period * math.exp(0.15 * normal_at(key, at + 1))
    waves[oldest, LEAP] = 0.7 * 0.2**steepness * math.exp(0.25 * normal_at(key, at + 2))
    waves[oldest, WASH] = wash * size**0.4 * math.exp(0.2 * normal_at(key, at + 3))
    waves[oldest, TRAVEL] = 1.6 * width * (2.0 * uniform(key, at + 4) - 1.0)
    # What comes after a large wave comes a little later.
    return period * size**0.15 * math.exp(0.45 * irregularity * min(max(normal_at(key, at + 5), -1.6), 1.6))


@njit(cache=True, nogil=True)
def _hear(waves, side):  # type: ignore[no-untyped-def]
    # Swell, roar, wash and backwash of all waves on one side, and how far the break lifts their pitch.
    low, roar, wash, drawn, lift = 0.0, 0.0, 0.0, 0.0, 0.0
    for wave in range(WAVES):
        size, grow, leap, run = waves[wave, SIZE], waves[wave, GROW], waves[wave, LEAP], waves[wave, WASH]
        since = waves[wave, AGE] - grow - 0.5 * side * waves[wave, TRAVEL]
        if since > 12.0 + 4.0 * run:
            continue
        if since < 0.0:
            # The crest steepens: it grows ever faster until it falls over.
            near = max(0.0, 1.0 + since / grow)
            low += size * near**3
            roar += 0.12 * size * near**6
            continue
        low += size * math.exp(-since / 1.1)
        # It falls over at one place first, then to both sides of it: no edge.
        up = 1.0 - math.exp(-((since / (1.6 * leap)) ** 2))
        roar += size * (0.12 + 0.88 * up) * math.exp(-since / (0.45 * run + 0.35))
        up = 1.0 - math.exp(-((since / (2.4 * leap + 0.25)) ** 2))
        wash += 0.85 * size * up * math.exp(-since / run)
        lift += size**0.5 * up * math.exp(-since / (0.7 * run))
        gone = (since - 0.9 * run) / (0.8 * run)
        drawn += size * math.exp(-2.0 * (gone - 1.0) ** 2) if gone > -1.0 else 0.0
    return low, roar, wash, drawn, lift


class Plunges:
    """Pieces of the crest that fall over, each at its own place along the shore."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._noise = NoiseResonators(seed.child("plumes"), rate, q=np.full(LANES, PLUNGE_Q))
        self._pan = params.width * seed.generator("shore").permutation(np.linspace(-0.9, 0.9, LANES))
        self._table = np.ones((LANES, 5))
        self._table[:, SINCE] = math.inf
        # A spilling crest crumbles, a plunging one falls as a whole.
        self._level = PLUNGE * 1.7 ** (params.steepness - 0.5)
        self._suddenly = 0.2 * 0.18**params.steepness
        self._key, self._tick_s = np.uint32(seed.key("pieces")), TICK / rate
        self._tick = 0

    def add(self, out: Audio, breaking: np.ndarray) -> None:
        """Add the next ticks to `out`; `breaking` is `(edges, 4)`: plunges a second on either side, level, colour."""
        hz, level = np.empty((2, len(breaking), LANES))
        _plunge(
            hz,
            level,
            self._table,
            breaking,
            self._pan,
            self._level,
            self._suddenly,
            self._key,
            self._tick,
            self._tick_s,
        )
        self._noise.add(out, hz, level, np.tile(self._pan, (len(breaking), 1)))
        self._tick += len(breaking) - 1


@njit(cache=True, nogil=True)
def _plunge(hz, level, table, breaking, pan, plume, suddenly_s, key, tick, tick_s):  # type: ignore[no-untyped-def]
    for edge in range(level.shape[0]):
        left, right, strength, bright = breaking[edge]
        for lane in range(LANES):
            table[lane, SINCE] += tick_s if edge > 0 else 0.0
            at = ((tick + edge) * LANES + lane) * 5
            often = 0.5 * (left * (1.0 - pan[lane]) + right * (1.0 + pan[lane]))
            over = table[lane, SINCE] > 2.0 * table[lane, FALL]
            if edge > 0 and over and uniform(key, at) < often * tick_s:
                size = min(normal_at(key, at + 1), 1.6)
                table[lane, SINCE] = 0.0
                # What slaps where no wave breaks just now is smaller, and darker.
                calm = min(1.0, often / PLUNGES_PER_S) ** 0.3
                table[lane, FORCE] = math.exp(0.6 * size) * calm
                table[lane, RISE] = suddenly_s * math.exp(0.4 * normal_at(key, at + 2))
                table[lane, FALL] = 0.16 * math.exp(0.3 * size + 0.4 * normal_at(key, at + 3))
                table[lane, PITCH] = 560.0 * calm**2 * math.exp(0.6 * normal_at(key, at + 4) - 0.3 * size)
            since = table[lane, SINCE]
            now = 0.0
            if since < 8.0 * table[lane, FALL]:
                now = (1.0 - math.exp(-since / table[lane, RISE])) * math.exp(-since / table[lane, FALL])
            hz[edge, lane] = max(table[lane, PITCH] * bright, 60.0)
            level[edge, lane] = plume * strength * table[lane, FORCE] * now
