"""Wind over open ground, through ruins or in a cave: one moving air speed that everything else hears.

What is heard of the speed: three bands of eddies, each with a local speed of its own; edges that whistle at their
Strouhal frequency 0.2 U/d and openings that howl within a critical range of speeds, both when the gust reaches
them; a fabric of short patches of colour; and dust, which flies once the speed passes the threshold of saltation.
After A. Farnell, *Designing Sound* (2010), and R. Selfridge et al., *Creating real-time aeroacoustic sound effects*
(J. Audio Eng. Soc. 66, 2018); the exponents were fitted to recordings.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numba import njit

from soundscape.audio import Audio
from soundscape.contract import TICK, ControlBlock
from soundscape.dsp.air import Air
from soundscape.dsp.bands import BANDS, STEEPEN, NoiseBands
from soundscape.dsp.drift import Drift
from soundscape.dsp.grains import Grains
from soundscape.dsp.highpass import HighPass
from soundscape.dsp.noise import normal_at, uniform
from soundscape.dsp.resonators import LANES, NoiseResonators
from soundscape.params import number
from soundscape.rng import Seed

BUS = "ambience"
CONTROLS = ("intensity", "brightness")

HOWLS, FABRIC, HISSES = 7, 10, 14
"""First resonator that howls, that weaves the fabric, that hisses of dust; those before whistle."""
EDDY_HZ = (90.0, 300.0, 1000.0)
"""Corners of the bands of eddies at 8 m/s; they move with the speed."""
EDDY_SHARE = (0.86, 0.10, 0.04)
"""Share of each in the power: densities fall by 14 and 24 dB from the first."""
SHARED = (0.8, 0.2, 0.0)
"""Share of each band that both ears hear alike."""
EXPONENT = 2.5
"""Power over speed. One eddy's is 5 to 6, but a microphone hears a whole landscape of them at different speeds."""
LOCAL_SD = 0.13
"""Turbulence of one place that the rest does not share."""
SALTATION_M_S = 5.5
GRAINS_PER_S = 600.0
REACH_S = 1.6
"""The farthest obstacle hears a gust so much later."""
LEVEL = 0.033
"""RMS of the roar at neutral controls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """Parameters of a wind."""

    speed: float = number(7.0, low=1.0, high=30.0, unit="m/s", help="mean air speed; faster is brighter")
    gustiness: float = number(0.5, low=0.0, high=1.0, help="strength of the turbulence")
    gust_length: float = number(30.0, low=3.0, high=200.0, unit="m", help="length of the gusts; longer is slower")
    squalls: float = number(
        0.3, low=0.0, high=1.0, help="strength of the rare fronts that rise fast and fall slowly"
    )
    colour: float = number(0.0, low=-2.0, high=2.0, unit="octaves", help="shift of the roar's spectrum")
    whistle: float = number(0.25, low=0.0, high=1.0, help="how far edges and wires stand out")
    edge: float = number(2.0, low=0.3, high=50.0, unit="mm", help="typical width of an edge; thinner is higher")
    howl: float = number(0.15, low=0.0, high=1.0, help="openings that sing when the speed suits them")
    howl_pitch: float = number(330.0, low=60.0, high=1500.0, unit="Hz", help="pitch of the largest opening")
    fabric: float = number(0.5, low=0.0, high=1.0, help="grain of the air: short patches of colour")
    dust: float = number(0.3, low=0.0, high=1.0, help="flying sand, above 5.5 m/s")
    width: float = number(1.0, low=0.0, high=1.0, help="how differently the two sides move")


class _Wind(NamedTuple):
    """The moving air of a block, at tick edges."""

    speed: np.ndarray
    """Over its mean, before the control; begins `reach` ticks in the past."""
    reach: int
    drive: np.ndarray
    """Factor by which the control raises it."""
    brightness: np.ndarray


class _Bed(NamedTuple):
    corner: np.ndarray
    """Hz, `(edges, BANDS)`."""
    level: np.ndarray
    """RMS, `(edges, BANDS, 2)`."""


class _Voices(NamedTuple):
    """What the resonators sing: `(edges, LANES)` each."""

    hz: np.ndarray
    level: np.ndarray
    pan: np.ndarray


def render(params: Params, controls: Iterable[ControlBlock], rate: int, seed: Seed) -> Iterator[Audio]:
    """Wind for every control block, float32 `(2, block.frames)`."""
    air = Air(
        seed.child("air"),
        rate,
        speed=params.speed,
        turbulence=0.05 + 0.2 * params.gustiness,
        gust_length=params.gust_length,
        squalls=params.squalls,
        reach_s=REACH_S,
    )
    eddies = Drift(seed.child("eddies"), rate, motions=2 * BANDS, low_hz=0.3, slope=5.0 / 3.0)
    q, pitch_hz, pan, delay = _place(params, rate, seed)
    left, middle, right = (1.0 - params.width * (1.0 - share) for share in SHARED)
    roar = NoiseBands(seed.child("roar"), rate, shared=(left, middle, right))
    singing = NoiseResonators(seed.child("singing"), rate, q=q)
    dust = Grains(seed.child("dust"), rate, ring_s=0.0006, pitch_sd=0.35, densest=GRAINS_PER_S)
    high_pass = HighPass(rate)
    # How far each kind stands out from the roar of its own pitch, as a factor of power.
    prominence = (10.0 ** (1.6 * params.whistle) - 1.0, 10.0 ** (2.5 * params.howl) - 1.0, 1.5 * params.fabric)
    # What sings adds to the power: the whole keeps its level.
    level = LEVEL / math.sqrt(1.0 + 0.14 * prominence[0] + 0.01 * prominence[1])
    key, tick = np.uint32(seed.key("fabric")), 0
    for block in controls:
        edges = block.ticks + 1
        wind = _Wind(air.advance(block.ticks), air.reach, _drive(block["intensity"]), block["brightness"])
        bed = _Bed(np.empty((edges, BANDS)), np.empty((edges, BANDS, 2)))
        voices = _Voices(np.empty((edges, LANES)), np.empty((edges, LANES)), np.empty((edges, LANES)))
        flying = np.empty((4, edges))
        _hear_eddies(bed, wind, eddies.advance(block.ticks), level, params.speed, params.colour, params.width)
        _hear_obstacles(voices, wind, bed, q, pitch_hz, pan, delay, prominence)
        _hear_fabric(voices, wind, bed, q, pan, prominence[2], key, tick, TICK / rate)
        _hear_dust(flying, voices, wind, pan, params.speed, params.dust)
        out = np.zeros((2, block.frames), np.float32)
        roar.add(out, bed.corner, bed.level)
        singing.add(out, voices.hz, voices.level, voices.pan)
        dust.add(out, *flying)
        high_pass.run(out)
        tick += block.ticks
        yield out


def _place(params: Params, rate: int, seed: Seed) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Of every resonator: Q, pitch in Hz at mean speed (edges and openings), pan, and delay in ticks."""
    draw = seed.generator("place")
    thickness = params.edge * 4.0 ** draw.uniform(-1.0, 1.0, HOWLS)
    openings = params.howl_pitch * np.array([1.0, 1.47, 2.3]) * draw.uniform(0.94, 1.06, 3)
    q = np.concatenate((draw.uniform(8.0, 25.0, HOWLS), draw.uniform(20.0, 60.0, 3), np.full(6, 2.5)))
    q[HISSES:] = 1.0
    pitch = np.concatenate((0.2 * params.speed / (thickness * 1e-3), openings))
    # Narrow sources stand well to one side: what is high is heard apart.
    pan = draw.uniform(0.85, 0.98, LANES) * draw.choice((-1.0, 1.0), LANES)
    pan[HISSES:] = (-0.95, 0.95)
    delay = (draw.uniform(0.0, REACH_S, LANES) * rate / TICK).astype(np.int64)
    return q, pitch, params.width * pan, delay


@njit(cache=True, nogil=True)
def _drive(intensity):  # type: ignore[no-untyped-def]
    # 1 in the middle, 1.75 at the top.
    drive = np.empty(intensity.shape[0])
    for edge in range(drive.shape[0]):
        drive[edge] = 1.75 ** (2.0 * intensity[edge] - 1.0)
    return drive


@njit(cache=True, nogil=True)
def _hear_eddies(bed, wind, local, level, speed, colour, width):  # type: ignore[no-untyped-def]
    for edge in range(bed.corner.shape[0]):
        here = wind.speed[wind.reach + edge] * wind.drive[edge]
        tilt = 2.0 ** (colour + 2.5 * (wind.brightness[edge] - 0.5)) * speed / 8.0
        for band in range(BANDS):
            # Lows are one and the same air on both sides; the higher, the more each side has its own.
            left, right = local[edge, 2 * band], local[edge, 2 * band + 1]
            apart = width * (1.0 - SHARED[band])
            right = apart * right + (1.0 - apart) * left
            bed.corner[edge, band] = EDDY_HZ[band] * tilt * here * math.exp(0.5 * LOCAL_SD * (left + right))
            share = level * math.sqrt(EDDY_SHARE[band])
            exponent = 0.5 * (EXPONENT + 1.0)
            bed.level[edge, band, 0] = share * (here * math.exp(LOCAL_SD * left)) ** exponent
            bed.level[edge, band, 1] = share * (here * math.exp(LOCAL_SD * right)) ** exponent


@njit(cache=True, nogil=True)
def _hear_obstacles(voices, wind, bed, q, pitch_hz, pan, delay, prominence):  # type: ignore[no-untyped-def]
    whistle, howl, _ = prominence
    for edge in range(voices.hz.shape[0]):
        for lane in range(FABRIC):
            # A gust reaches every obstacle in its own time.
            ratio = wind.speed[wind.reach + edge - delay[lane]] * wind.drive[edge]
            if lane < HOWLS:
                hz = pitch_hz[lane] * ratio
                stands_out = whistle * ratio
            else:
                hz = pitch_hz[lane] * (1.0 + 0.02 * (ratio - 1.0))
                critical = 0.9 + 0.25 * (lane - HOWLS)
                stands_out = howl * math.exp(-(((ratio / critical - 1.0) / 0.25) ** 2))
            _stand_out(voices, bed, edge, lane, hz, stands_out / q[lane])
            voices.pan[edge, lane] = pan[lane]


@njit(cache=True, nogil=True)
def _hear_fabric(voices, wind, bed, q, pan, prominence, key, tick, tick_s):  # type: ignore[no-untyped-def]
    for edge in range(voices.hz.shape[0]):
        ratio = wind.speed[wind.reach + edge] * wind.drive[edge]
        for lane in range(FABRIC, HISSES):
            patch, window = _patch(key, lane, tick + edge, tick_s)
            hz = 250.0 * 16.0 ** uniform(key, patch) * ratio
            size = math.exp(0.5 * normal_at(key, patch + 1))
            _stand_out(voices, bed, edge, lane, hz, prominence * size * window * window / q[lane])
            voices.pan[edge, lane] = pan[lane] if uniform(key, patch + 2) < 0.5 else -pan[lane]


@njit(cache=True, nogil=True)
def _hear_dust(flying, voices, wind, pan, speed, dust):  # type: ignore[no-untyped-def]
    # Sand flies by R. Bagnold's threshold law: near grains are heard one by one, the rest as a hiss.
    for edge in range(flying.shape[1]):
        now = speed * wind.speed[wind.reach + edge] * wind.drive[edge]
        flux = dust * max(0.0, now * now - SALTATION_M_S * SALTATION_M_S) * now / 1_000.0
        bright = 2.0 ** (wind.brightness[edge] - 0.5)
        level = LEVEL * bright * bright * (now / speed) ** (0.5 * EXPONENT)
        flying[0, edge] = GRAINS_PER_S * flux / (1.0 + flux)
        flying[1, edge] = 6_000.0 * bright
        flying[2, edge] = 0.02 * level
        flying[3, edge] = 0.0
        for lane in range(HISSES, LANES):
            voices.hz[edge, lane] = 5_500.0 * bright
            voices.level[edge, lane] = 0.14 * level * math.sqrt(flux / (1.0 + 0.2 * flux))
            voices.pan[edge, lane] = pan[lane]


@njit(cache=True, nogil=True)
def _stand_out(voices, bed, edge, lane, hz, power):  # type: ignore[no-untyped-def]
    # Level over the roar's own density at that pitch, so that nothing sings out of a calm.
    hz = min(max(hz, 50.0), 9_000.0)
    density = 0.0
    for band in range(BANDS):
        flat = 0.5 * (bed.level[edge, band, 0] ** 2 + bed.level[edge, band, 1] ** 2) / bed.corner[edge, band]
        ratio = hz / bed.corner[edge, band]
        density += flat / ((1.0 + ratio * ratio) * (1.0 + (ratio / STEEPEN) ** 2))
    voices.hz[edge, lane] = hz
    voices.level[edge, lane] = math.sqrt(power * 2.0 / math.pi * (1.0 + STEEPEN) / STEEPEN * density * hz)


@njit(cache=True, nogil=True)
def _patch(key, lane, tick, tick_s):  # type: ignore[no-untyped-def]
    # Patches of 20 to 80 ms, end to end: where in the noise stream its numbers are, and its window now.
    period = max(4, int((0.035 + 0.004 * (lane - FABRIC)) / tick_s))
    turn = tick // period
    if tick < _begin(key, lane, turn, period):
        turn -= 1
    begin, end = _begin(key, lane, turn, period), _begin(key, lane, turn + 1, period)
    return (turn * LANES + lane) * 4, math.sin(math.pi * (tick - begin) / (end - begin))


@njit(cache=True, nogil=True)
def _begin(key, lane, turn, period):  # type: ignore[no-untyped-def]
    return turn * period + int(0.5 * period * uniform(key, (turn * LANES + lane) * 4 + 3))
