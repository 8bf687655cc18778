"""Thunder crack: a lightning channel heard from end to end, torn air, crack, claps and the rolls of the land.

Model: the channel is a string of short segments, crooked on two scales, from the ground into the cloud and on within
it; branches fork off. Each segment sends out an N-wave, loudest across its own direction, which arrives after its
own way and, from farther parts, weaker, longer and darker. Where the large bends lie across the line of sight many
arrive at once: a clap; where they lead away they arrive one by one, and it is all but still between two claps. Near
branches tear in flurries. Fronts rise the more slowly the weaker they are. What has been scattered so often that it
is noise follows the claps in four bands, each by its own way: hills far and near throw back some pitches and not
others, low ones for seconds; single waves of the strongest claps come back from them too, ever longer. All of it
flutters as 1/f**1.5.

Sources: A. Few, Power spectrum of thunder, J. Geophys. Res. 74 (1969), and Acoustic radiation from lightning (1982);
Ribner & Roy, Acoustics of thunder: a quasilinear model for tortuous lightning, J. Acoust. Soc. Am. 72 (1982);
Taylor (1910) on weak shocks, whose thickness goes with one over their pressure.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from soundscape.audio import Audio
from soundscape.contract import TICK, Hit
from soundscape.dsp.burst import envelope
from soundscape.dsp.distance import Distance
from soundscape.dsp.roar import Band, add_roar
from soundscape.dsp.shot import finish
from soundscape.params import number
from soundscape.rng import Seed

BUS = "effects"
SYNC = "onset"

SOUND_M_S = 340.0
SEGMENT_M = 4.0
CROOKED, STRAIGHTENS = 0.28, 0.8
"""Change of direction from segment to segment, in radians, as measured on photographs, and what of it is kept."""
BENT, BEND = 1.0, 60
"""Standard deviation of the direction of the large bends, and how many segments one of them has."""
DIRECTED, PATCHY = 7.0, 1.0
"""How sharply a segment sounds across its own direction; deviation of how well a stretch is heard, in nepers."""
LOST = 1.3
"""Exponent of the level's fall with distance: 1 by spreading, the rest in air and over ground."""
CHANNEL, FIRST = 2.6, 0.9
"""Level of all segments together, and of the one that is heard first."""
BRANCHES, BRANCH = (2, 6), 0.5
"""How many fork off, and how much weaker they are."""
ROLLS_HZ = ((28.0, 75.0), (75.0, 190.0), (190.0, 480.0), (480.0, 1_300.0))
ROLL_LEVEL = np.array((1.0, 0.8, 0.3, 0.045))
ROLL_S = np.array((2.4, 1.7, 1.0, 0.6))
"""The bands in which it rolls: their levels, and times in which hills at that distance are weaker by a factor of e."""
ROLL = 0.44
"""Level of the rolls against the waves they follow."""
HILLS = (5, 11)
NEAREST_S = (0.12, 0.45)
HILL, BAND, BEST = 0.65, 0.4, 1.3
"""Deviation of what hills throw back, and of each band of it, in nepers; and the most."""
FRONT_S, LONGEST_FRONT = 1.7e-4, 0.18
"""Rise time of the front of a wave of level 1, the longer the weaker it is; and the most of a wave that is front."""
STRONGEST = 1.5
"""Level from which on waves are weakened."""
FLUTTER_DB = 5.5

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """How large a stroke, how near, how it tears and rolls."""

    size: float = number(0.6, low=0.0, high=1.0, help="length of the channel: deeper and longer")
    distance: float = number(0.15, low=0.0, high=1.0, help="near to far: softer, darker, less of a crack")
    intensity: float = number(0.8, low=0.0, high=1.0, help="current of the stroke: level and brightness")
    tear: float = number(0.5, low=0.0, high=1.0, help="branches that tear before and within the crack")
    roll: float = number(0.5, low=0.0, high=1.0, help="how much the land throws back")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hills:
    """What throws thunder back: how late each is, for how long, how much of each band, and on which side."""

    late_s: Floats
    lasts_s: Floats
    gain: Floats
    side: Floats


def render(params: Params, rate: int, seed: Seed) -> Hit:
    """The thunder; sync is the arrival of the nearest segment, frame 0."""
    size, force = params.size, params.intensity
    rng = seed.generator("thunder")
    tail_s = 2.7 + 4.0 * size + 3.4 * params.roll
    frames = round(tail_s * rate)
    audio = np.zeros((2, frames), np.float32)
    pulse_s = (0.0035 + 0.006 * size) * (1.0 + 1.5 * params.distance) * 1.6 ** (0.5 - force)
    channel, hills = _channel(params, rng, pulse_s), _hills(params, rng)
    waves = np.concatenate((channel, _torn(params, rng), _echoes(channel, hills, rng)), axis=1)
    _lay_n_waves(audio, rate, *waves)
    _roll(audio, rate, seed.child("roll"), params, channel, hills)
    # What comes later has come farther.
    way = np.clip((0.05 + 0.16 * np.arange(frames // TICK + 2) * TICK / rate) ** 0.6, 0.0, 1.0)
    Distance(rate).apply(audio, (0.78 * way).astype(np.float32))
    # Strong waves lose the most on their way.
    np.tanh(audio / STRONGEST, out=audio)
    audio *= envelope(frames, rate, [(0.0, 0.0), (0.5 * tail_s, 0.0), (tail_s, -60.0)])
    return finish(audio, rate, sync=0, intensity=force, size=size, distance=params.distance)


def _channel(params: Params, rng: np.random.Generator, pulse_s: float) -> Floats:
    """Delay against the nearest, level, length and place of every segment's wave, `(4, segments)`."""
    away_m = 60.0 + 1_600.0 * params.distance**1.3
    up = int((600.0 + 1_700.0 * params.size) / SEGMENT_M)
    within = int((300.0 + 1_500.0 * params.size) / SEGMENT_M)
    stroke, way = _string(rng, np.array((away_m, 0.0, 0.0)), up, lean=0.0)
    cloud, course = _string(rng, stroke[:, -1], within, lean=rng.uniform(1.1, 1.6))
    points, steps, strengths = [stroke, cloud], [way, course], [np.ones(up), np.full(within, 0.9)]
    for _ in range(int(rng.integers(*BRANCHES))):
        root, count = stroke[:, int(rng.uniform(0.1, 0.8) * up)], int(rng.uniform(30.0, 110.0))
        fork, turn = _string(rng, root, count, lean=rng.uniform(1.6, 2.4))
        points.append(fork)
        steps.append(turn)
        strengths.append(np.full(count, BRANCH))
    point, step, strength = np.concatenate(points, 1), np.concatenate(steps, 1), np.concatenate(strengths)
    distance_m = np.sqrt((point**2).sum(axis=0))
    along = np.abs((step * point).sum(axis=0)) / distance_m
    level = strength * (distance_m.min() / distance_m) ** LOST * np.exp(-DIRECTED * along**2)
    # Not every stretch is heard alike: what is behind a ridge, or beyond a gust, is weak.
    patch = np.interp(
        np.arange(len(level)) / BEND,
        np.arange(len(level) // BEND + 2),
        rng.normal(0.0, PATCHY, len(level) // BEND + 2),
    )
    level *= np.exp(patch) * rng.lognormal(0.0, 0.5, len(level))
    level *= CHANNEL * (0.6 + 0.7 * params.size) / max(float(np.sqrt((level**2).sum())), 1e-9)
    delay_s = (distance_m - distance_m.min()) / SOUND_M_S
    # The nearest of all is what is heard first, whichever way it points.
    level[np.argmin(delay_s)] = FIRST
    return np.stack(
        (delay_s, level, pulse_s * (1.0 + 1.2 * delay_s), np.clip(2.5 * point[1] / distance_m, -1.0, 1.0))
    )


def _string(rng: np.random.Generator, start: Floats, count: int, *, lean: float) -> tuple[Floats, Floats]:
    """Places in m and directions `(3, count)` of segments that begin at `start` and lean away from the vertical."""
    memory = STRAIGHTENS ** np.arange(60)
    small = CROOKED * rng.standard_normal((2, count + len(memory)))
    bends = BENT * rng.standard_normal((2, count // BEND + 3))
    at = np.arange(count) / BEND + rng.uniform()
    one, other = (
        np.convolve(turn, memory, "valid")[:count] + np.interp(at, np.arange(len(bend)), bend)
        for turn, bend in zip(small, bends, strict=True)
    )
    across, aside, up = np.sin(one), np.sin(other), np.cos(one) * np.cos(other)
    # Leant over, then turned to wherever it leads.
    azimuth = rng.uniform(0.0, 2.0 * math.pi)
    away = math.cos(lean) * across + math.sin(lean) * up
    step = np.stack(
        (
            math.cos(azimuth) * away - math.sin(azimuth) * aside,
            math.sin(azimuth) * away + math.cos(azimuth) * aside,
            math.cos(lean) * up - math.sin(lean) * across,
        )
    )
    return start[:, None] + np.cumsum(SEGMENT_M * step, axis=1), step


def _torn(params: Params, rng: np.random.Generator) -> Floats:
    """Short waves of twigs near by, in flurries."""
    flurries = 1 + rng.poisson(9.0 * params.tear * (1.0 - 0.5 * params.distance))
    waves = rng.geometric(1.0 / 26.0, flurries)
    start_s = 0.3 * (0.5 + params.size) * rng.beta(0.9, 2.0, flurries)
    # The first of them is the crack itself.
    start_s[0], waves[0] = 0.0, 12 + 40 * params.tear
    begin_s = np.repeat(start_s, waves)
    when = begin_s + np.repeat(rng.uniform(0.012, 0.04, flurries), waves) * rng.exponential(1.0, len(begin_s))
    hardest = rng.lognormal(0.0, 0.35, flurries)
    hardest[0] = 1.0
    near = 0.25**params.distance * (0.3 + 0.7 * params.tear)
    level = 0.33 * near * np.repeat(hardest, waves) * rng.lognormal(0.0, 0.45, len(when)) * np.exp(-when / 0.2)
    side = np.clip(
        np.repeat(rng.uniform(-0.8, 0.8, flurries), waves) + 0.2 * rng.standard_normal(len(when)), -1.0, 1.0
    )
    return np.stack((when, level, rng.uniform(0.001, 0.004, len(when)), side))


def _hills(params: Params, rng: np.random.Generator) -> Hills:
    """The land: every hill throws back some of the bands and not others."""
    count = int(rng.integers(*HILLS))
    late_s = 0.15 + rng.gamma(1.3, 0.7 + 0.9 * params.roll + 0.6 * params.distance, count)
    # Something is always near: where nothing answers for a second the crack stands alone.
    late_s[0] = rng.uniform(*NEAREST_S)
    fall_s = ROLL_S[:, None] * (0.5 + params.roll)
    # A good wall throws back all bands, and some better than others.
    stray = HILL * rng.standard_normal(count) + BAND * rng.standard_normal((len(ROLL_S), count))
    gain = 0.6 * params.roll**0.7 * np.exp(np.minimum(stray, BEST) - late_s / fall_s)
    lasts_s = rng.uniform(0.04, 0.2, count) * (0.6 + late_s)
    return Hills(late_s=late_s, lasts_s=lasts_s, gain=gain, side=rng.uniform(-1.0, 1.0, count))


def _echoes(channel: Floats, hills: Hills, rng: np.random.Generator) -> Floats:
    """Single waves of the strongest claps as hills throw them back."""
    found = []
    for late_s, lasts_s, gain, side in zip(hills.late_s, hills.lasts_s, hills.gain[1], hills.side, strict=True):
        count = rng.poisson(26.0)
        power = channel[1] ** 2
        which = rng.choice(channel.shape[1], count, p=power / power.sum())
        when = channel[0, which] + late_s + rng.exponential(0.7 * lasts_s, count)
        level = min(gain, 1.5) * 0.7 * channel[1, which] * rng.lognormal(0.0, 0.4, count)
        length_s = channel[2, which] * rng.uniform(1.2, 2.6, count) * (1.0 + 0.4 * late_s)
        found.append(np.stack((when, level, length_s, np.clip(side + 0.3 * rng.standard_normal(count), -1.0, 1.0))))
    return np.concatenate(found, axis=1)


def _lay_n_waves(audio: Audio, rate: int, when_s: Floats, level: Floats, length_s: Floats, side: Floats) -> None:
    """Add N-waves: a front up, a straight fall through zero, a front back; as sums of slopes.

    Fronts are steep where they are strong: what air and turbulence spread out, the shock's own steepening gathers.
    """
    first, length = when_s * rate, np.maximum(length_s * rate, 8.0)
    front = np.clip(FRONT_S * rate / np.maximum(level, 1e-3), 1.0, LONGEST_FRONT * length)
    inside = first + length < audio.shape[1] - 2
    angle = (side[inside] + 1.0) * (math.pi / 4.0)
    for channel, share in ((0, np.cos(angle)), (1, np.sin(angle))):
        _lay(audio[channel], first[inside], length[inside], front[inside], level[inside] * share * math.sqrt(2.0))


@njit(cache=True, nogil=True)
def _lay(out, first, length, front, height):  # type: ignore[no-untyped-def]
    bends = np.zeros(out.shape[0])
    for wave in range(first.shape[0]):
        start, end, steep = first[wave], first[wave] + length[wave] - front[wave], height[wave] / front[wave]
        turn = steep + 2.0 * height[wave] / (length[wave] - 2.0 * front[wave])
        for at, bend in ((start, steep), (start + front[wave], -turn), (end, turn), (end + front[wave], -steep)):
            # What happens between two frames is shared by both.
            whole = int(at)
            part = at - whole
            bends[whole] += bend * (1.0 - part)
            bends[whole + 1] += bend * part
    value, slope = 0.0, 0.0
    for i in range(out.shape[0]):
        out[i] += value
        slope += bends[i]
        value += slope


def _roll(audio: Audio, rate: int, seed: Seed, params: Params, channel: Floats, hills: Hills) -> None:
    """Add what has been scattered so often that it is noise: it follows the claps, in every band by another way."""
    ticks = audio.shape[1] // TICK + 2
    tick_s = TICK / rate
    arrive = np.minimum((channel[0] / tick_s).astype(np.int64), ticks - 1)
    power = np.bincount(arrive, channel[1] ** 2, ticks)
    time = np.arange(ticks) * tick_s
    near_s = np.array((0.16, 0.11, 0.07, 0.045)) * (0.6 + params.size + params.distance)
    deeper = 0.8**params.size * 0.75**params.distance
    brighter = 2.2 ** (params.intensity - 0.5)
    bands, course = [], np.empty((ticks, len(ROLLS_HZ)))
    for band, (low_hz, high_hz) in enumerate(ROLLS_HZ):
        # Around each clap, and once more for every hill, later and longer.
        answer = (0.3 + 0.7 * params.distance) ** 2 * _swell(time, 0.004, near_s[band])
        for hill in range(len(hills.late_s)):
            answer += hills.gain[band, hill] ** 2 * _swell(time, hills.late_s[hill], hills.lasts_s[hill])
        level = ROLL * (0.45 + 0.55 * params.roll) * ROLL_LEVEL[band] * brighter ** (band - 1)
        course[:, band] = level * np.sqrt(np.maximum(np.convolve(power, answer)[:ticks], 0.0))
        bands.append(Band(low_hz=low_hz * deeper, high_hz=high_hz * deeper, width=0.3 + 0.2 * band))
    add_roar(audio, rate, seed, bands, course, sd_db=FLUTTER_DB, low_hz=0.25, high_hz=25.0, slope=1.5)


def _swell(time: Floats, late_s: float, lasts_s: float) -> Floats:
    """A rise and a slower fall from `late_s` on, its largest value 1."""
    after = np.maximum(time - late_s, 0.0) / lasts_s
    rising: Floats = after * np.exp(1.0 - after)
    return rising
