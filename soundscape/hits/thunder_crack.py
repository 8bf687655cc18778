"""Thunder crack: a lightning channel heard from end to end, torn air, crack and the rumble that rolls after it.

Model: the channel is a crooked string of segments from the ground into the cloud; each sends out an N-wave, which
arrives after its own way and, from farther parts, weaker, longer and darker. Segments that lie across the line of
sight arrive together and make the crack; those that lead away arrive one by one and roll. Branches near the ground
tear before it. The land throws all of it back for seconds, as ever longer waves, over a wind-dark roar that
flutters as 1/f**1.5.

Sources: Few, Power spectrum of thunder, J. Geophys. Res. 74 (1969); Ribner & Roy, Acoustics of thunder: a
quasilinear model for tortuous lightning, J. Acoust. Soc. Am. 72 (1982).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from soundscape.audio import Audio
from soundscape.contract import TICK, Hit
from soundscape.dsp.burst import envelope, flutter, noise_band
from soundscape.dsp.distance import Distance
from soundscape.dsp.shot import finish
from soundscape.params import number
from soundscape.rng import Seed

BUS = "effects"
SYNC = "onset"

SOUND_M_S = 340.0
SEGMENT_M = 4.0
CROOKED = 0.33
"""Change of direction from segment to segment, in radians, as measured on photographs of channels."""
DIRECTED = 6.0
"""How sharply a segment sounds across its own direction."""
ECHO_S = 1.7
CHANNEL, FIRST = 2.4, 0.9
"""Level of all segments together, and of the one that is heard first."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """How large a stroke, how near, how it tears and rolls."""

    size: float = number(0.6, low=0.0, high=1.0, help="length of the channel: deeper and longer")
    distance: float = number(0.15, low=0.0, high=1.0, help="near to far: softer, darker, less of a crack")
    intensity: float = number(0.8, low=0.0, high=1.0, help="current of the stroke: level and brightness")
    tear: float = number(0.5, low=0.0, high=1.0, help="branches that tear before and within the crack")
    roll: float = number(0.5, low=0.0, high=1.0, help="how much the land throws back")


def render(params: Params, rate: int, seed: Seed) -> Hit:
    """The thunder; sync is the arrival of the nearest segment, frame 0."""
    size, force = params.size, params.intensity
    rng = seed.generator("thunder")
    tail_s = 2.0 + 3.4 * size + 3.2 * params.roll
    frames = round(tail_s * rate)
    audio = np.zeros((2, frames), np.float32)
    pulse_s = (0.0035 + 0.006 * size) * (1.0 + 1.5 * params.distance) * 1.6 ** (0.5 - force)
    waves = np.concatenate(
        (_channel(params, rng, pulse_s), _torn(params, rng), _echoes(params, rng, pulse_s)), axis=1
    )
    _lay_n_waves(audio, rate, *waves)
    audio += _roar(params, frames, rate, seed, tail_s)
    # What comes later has come farther.
    way = np.clip((0.05 + 0.16 * np.arange(frames // TICK + 2) * TICK / rate) ** 0.6, 0.0, 1.0)
    Distance(rate).apply(audio, (0.7 * way).astype(np.float32))
    audio *= envelope(frames, rate, [(0.0, 0.0), (0.55 * tail_s, 0.0), (tail_s, -60.0)])
    return finish(audio, rate, sync=0, intensity=force, size=size, distance=params.distance)


def _channel(params: Params, rng: np.random.Generator, pulse_s: float) -> Floats:
    """Delay against the nearest, level, length and place of every segment's wave, `(4, segments)`."""
    height_m = 500.0 + 1_600.0 * params.size
    away_m = 60.0 + 900.0 * params.distance
    count = int(height_m / SEGMENT_M)
    lean = _wander(rng, count)
    step = np.stack((np.sin(lean[0]), np.sin(lean[1]), np.cos(lean[0]) * np.cos(lean[1])))
    point = np.cumsum(SEGMENT_M * step, axis=1) + np.array((away_m, 0.0, 0.0))[:, None]
    distance_m = np.sqrt((point**2).sum(axis=0))
    along = np.abs((step * point).sum(axis=0)) / distance_m / np.sqrt((step**2).sum(axis=0))
    level = (distance_m.min() / distance_m) * np.exp(-DIRECTED * along**2) * rng.lognormal(0.0, 0.5, count)
    level *= CHANNEL / max(float(np.sqrt((level**2).sum())), 1e-9)
    delay_s = (distance_m - distance_m.min()) / SOUND_M_S
    # The nearest of all is what is heard first, whichever way it points.
    level[np.argmin(delay_s)] = FIRST
    return np.stack(
        (delay_s, level, pulse_s * (1.0 + 1.2 * delay_s), np.clip(2.5 * point[1] / distance_m, -1.0, 1.0))
    )


def _wander(rng: np.random.Generator, count: int) -> Floats:
    """Two angles that wander from segment to segment and are pulled back to the vertical, `(2, count)`."""
    memory = 0.93 ** np.arange(60)
    turns = CROOKED * rng.standard_normal((2, count + len(memory)))
    return np.stack([np.convolve(turn, memory, "valid")[:count] for turn in turns])


def _torn(params: Params, rng: np.random.Generator) -> Floats:
    """Short waves of branches near by."""
    count = rng.poisson(260.0 * params.tear * (1.0 - 0.5 * params.distance))
    when = 0.24 * (0.5 + params.size) * rng.beta(1.1, 2.4, count)
    level = 0.3 * rng.lognormal(0.0, 0.6, count) * np.exp(-when / 0.2)
    return np.stack((when, level, rng.uniform(0.0006, 0.0022, count), rng.uniform(-0.8, 0.8, count)))


def _echoes(params: Params, rng: np.random.Generator, pulse_s: float) -> Floats:
    """Long waves that the land throws back, in swells."""
    count = rng.poisson(700.0 * params.roll * (0.5 + params.size))
    late = 0.12 + rng.gamma(1.4, ECHO_S * (0.5 + 0.6 * params.size), count)
    swell = np.exp(0.9 * np.interp(late, np.arange(0.0, 30.0, 0.35), rng.standard_normal(86)))
    level = 0.16 * swell * rng.lognormal(0.0, 0.5, count) * np.exp(-late / (1.6 * ECHO_S))
    return np.stack((late, level, pulse_s * rng.uniform(1.5, 3.5, count), rng.uniform(-1.0, 1.0, count)))


def _lay_n_waves(audio: Audio, rate: int, when_s: Floats, level: Floats, length_s: Floats, side: Floats) -> None:
    """Add N-waves: a jump up, a straight fall through zero, a jump back; as sums of jumps and of slopes."""
    first, length = when_s * rate, np.maximum(length_s * rate, 8.0)
    inside = first + length < audio.shape[1] - 2
    angle = (side[inside] + 1.0) * (math.pi / 4.0)
    for channel, share in ((0, np.cos(angle)), (1, np.sin(angle))):
        _lay(audio[channel], first[inside], length[inside], level[inside] * share * math.sqrt(2.0))


@njit(cache=True, nogil=True)
def _lay(out, first, length, height):  # type: ignore[no-untyped-def]
    jumps, bends = np.zeros(out.shape[0]), np.zeros(out.shape[0])
    for wave in range(first.shape[0]):
        slope = 2.0 * height[wave] / length[wave]
        for at, bend in ((first[wave], -slope), (first[wave] + length[wave], slope)):
            # What happens between two frames is shared by both.
            whole = int(at)
            part = at - whole
            jumps[whole] += height[wave] * (1.0 - part)
            jumps[whole + 1] += height[wave] * part
            bends[whole] += bend * (1.0 - part)
            bends[whole + 1] += bend * part
    value, slope = 0.0, 0.0
    for i in range(out.shape[0]):
        slope += bends[i]
        value += jumps[i] + slope
        out[i] += value


def _roar(params: Params, frames: int, rate: int, seed: Seed, tail_s: float) -> Audio:
    """What of the thunder has been scattered so often that it is noise."""
    top_hz = 700.0 * 3.0 ** (params.intensity - 0.5) * 0.6**params.size
    band = noise_band(
        frames,
        rate,
        seed.child("roar"),
        low_hz=[(0.0, 60.0), (1.0, 35.0)],
        high_hz=[(0.0, 2.0 * top_hz), (0.5, top_hz), (tail_s, 0.25 * top_hz)],
        width=0.6,
    )
    level = envelope(
        frames,
        rate,
        [(0.0, -40.0), (0.03, -17.0), (0.3, -14.0), (0.3 * tail_s, -15.0), (tail_s, -34.0)],
    )
    return (0.4 + 0.6 * params.roll) * band * level * flutter(frames, rate, seed.child("flutter"), 5.0, low_hz=0.4)
