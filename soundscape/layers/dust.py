"""Dust storm: a wall of air full of sand, from the ground it runs over or from behind what it strikes.

One air speed, with squalls, drives all of it. The roar is dark and low; above the threshold of saltation sand flies,
by the third power of the speed, and is heard three ways: as streamers, snakes of sand that run past along the
ground, each a cluster of grains that crosses from one side to the other; as the blast on whatever stands there,
cloth, rock, metal or a window, whose own modes the grains set ringing; and as a haze of the uncounted rest. Loose
cloth or sheet flaps, faster in stronger air. After R. Bagnold, *The Physics of Blown Sand* (1941), A. Baas &
D. Sherman on aeolian streamers (J. Geophys. Res. 110, 2005), and A. Farnell, *Designing Sound* (2010).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from soundscape.audio import Audio
from soundscape.contract import TICK, ControlBlock
from soundscape.dsp.air import Air
from soundscape.dsp.bands import BANDS, NoiseBands
from soundscape.dsp.blend import Voice
from soundscape.dsp.casing import MODES, Casing
from soundscape.dsp.drift import Drift
from soundscape.dsp.grains import Grains
from soundscape.dsp.noise import normal_at, uniform
from soundscape.dsp.voicing import Voicing
from soundscape.params import choice, number
from soundscape.rng import Seed

Floats = npt.NDArray[np.float64]
BUS = "ambience"
CONTROLS = ("intensity", "brightness")

VOICE = Voice(intensity_db=2.0, brightness_db=8.0, split_hz=700.0)
"""Most of what intensity and brightness do is done by faster air and higher grains."""
THRESHOLD_M_S = 5.5
USUAL_M_S = 15.0
EXPONENT = 1.6
"""Level of the roar over the speed."""
AIR_HZ, SHARED = np.array((80.0, 330.0, 5_600.0)), (0.85, 0.3, 0.0)
"""Corners of the roar, of its upper part and of the haze of sand."""
ROAR_SHARE, HAZE_SHARE = (1.0, 0.45), 0.15
REACH_S = 0.3
"""A front takes so long from one side to the other."""
MOST_SAND = 3.0
DENSEST_PER_S, MOST_STRIKES_PER_S = 9_000.0, 3_000.0
STRIKING_HZ = 4_600.0
STREAMERS = 10
"""Streamers that may pass at once."""
AGE, LENGTH, SIZE, FROM, TO, PITCH = range(6)
LEVEL = 0.027
"""RMS of the roar at neutral controls and its usual speed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """What the sand strikes."""

    pitch: float
    """Factor of the pitch of grains."""
    ring_s: float
    lowest_hz: float
    """Of the modes that the blast sets ringing."""
    highest_hz: float
    quality: float
    modes: float
    """Their level against the grains."""
    flap_hz: float
    """How fast it flaps at the usual speed."""


SURFACES = {
    "ground": Surface(
        pitch=1.0, ring_s=0.0006, lowest_hz=180.0, highest_hz=1_500.0, quality=2.0, modes=1.0, flap_hz=3.0
    ),
    "cloth": Surface(
        pitch=0.5, ring_s=0.0009, lowest_hz=120.0, highest_hz=1_900.0, quality=1.6, modes=1.3, flap_hz=9.0
    ),
    "metal": Surface(
        pitch=0.9, ring_s=0.0015, lowest_hz=310.0, highest_hz=6_500.0, quality=160.0, modes=6.0, flap_hz=6.0
    ),
    "window": Surface(
        pitch=1.15, ring_s=0.0008, lowest_hz=520.0, highest_hz=5_200.0, quality=14.0, modes=3.2, flap_hz=4.0
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """How hard it blows, over what."""

    speed: float = number(15.0, low=6.0, high=35.0, unit="m/s", help="mean air speed")
    gustiness: float = number(0.55, low=0.0, high=1.0, help="strength of the turbulence")
    squalls: float = number(0.5, low=0.0, high=1.0, help="walls of dust that fall on the listener")
    sand: float = number(0.6, low=0.0, high=1.0, help="how much sand flies")
    streamers: float = number(0.9, low=0.0, high=4.0, unit="1/s", help="snakes of sand that run past")
    surface: str = choice("ground", tuple(SURFACES), help="what the sand strikes")
    blast: float = number(0.4, low=0.0, high=1.0, help="sand that strikes close by")
    flap: float = number(0.15, low=0.0, high=1.0, help="something loose that flaps")
    inside: float = number(0.0, low=0.0, high=1.0, help="outdoors to behind a wall")
    width: float = number(1.0, low=0.0, high=1.0, help="how differently the two sides sound")


def render(params: Params, controls: Iterable[ControlBlock], rate: int, seed: Seed) -> Iterator[Audio]:
    """The storm for every control block, float32 `(2, block.frames)`."""
    air = Air(
        seed.child("air"),
        rate,
        speed=params.speed,
        turbulence=0.05 + 0.2 * params.gustiness,
        gust_length=40.0,
        squalls=params.squalls,
        reach_s=REACH_S,
    )
    parts = [part(params, rate, seed) for part in (Wall, Streamers, Blast)]
    voicing = Voicing(rate, VOICE)
    for block in controls:
        gusts = air.advance(block.ticks)
        drive = 1.45 ** (2.0 * block["intensity"].astype(np.float64) - 1.0)
        # A front reaches one side before the other.
        sides = np.stack((gusts[air.reach :], gusts[: block.ticks + 1]), axis=1)
        speed = drive[:, None] * sides
        both = speed.mean(axis=1)
        storm = Storm(
            speed=speed,
            both=both,
            sand=np.minimum(params.sand * _flux(params.speed * both), MOST_SAND),
            bright=2.0 ** (0.8 * (block["brightness"].astype(np.float64) - 0.5)),
        )
        audio = np.zeros((2, block.frames), np.float32)
        for part in parts:
            part.add(audio, storm)
        voicing.run(audio, block)
        yield audio


class Storm(NamedTuple):
    """What blows, at tick edges."""

    speed: Floats
    """Over its mean, on both sides: `(edges, 2)`."""
    both: Floats
    """The same in the middle."""
    sand: Floats
    """That flies, 1 at the usual speed."""
    bright: Floats


def _flux(speed: Floats) -> Floats:
    """Sand that flies, 1 at the usual speed: nothing below the threshold, the third power above it."""
    flown: Floats = np.maximum(speed**2 - THRESHOLD_M_S**2, 0.0) * speed
    return flown / ((USUAL_M_S**2 - THRESHOLD_M_S**2) * USUAL_M_S)


def _open(params: Params) -> float:
    """How much of the highs comes through the wall."""
    return (1.0 - 0.85 * params.inside) ** 2


class Wall:
    """The roar of the air, and the haze of sand too far off to be counted."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        low, middle, high = (1.0 - params.width * (1.0 - share) for share in SHARED)
        self._noise = NoiseBands(seed.child("wall"), rate, shared=(low, middle, high))
        self._local = Drift(seed.child("local"), rate, motions=2 * BANDS, low_hz=0.3, slope=5.0 / 3.0)
        self._clumps = Drift(seed.child("clumps"), rate, low_hz=1.5, high_hz=70.0)
        self._muffle, self._open = 0.55**params.inside, _open(params)
        self._colour = (params.speed / USUAL_M_S) ** 0.5

    def add(self, out: Audio, storm: Storm) -> None:
        """Add the air of these ticks to `out`."""
        ticks = len(storm.both) - 1
        own = np.exp(0.13 * self._local.advance(ticks)).reshape(-1, BANDS, 2)
        # Lows are the same air on both sides.
        own[:, 0, 1] = own[:, 0, 0]
        level = LEVEL * own
        level[:, :2] *= np.array(ROAR_SHARE)[:, None] * (storm.speed**EXPONENT)[:, None, :]
        level[:, 1] *= self._muffle * storm.bright[:, None] ** 0.4
        clump = np.exp(0.28 * self._clumps.advance(ticks)[:, 0] - 0.08)
        level[:, 2] *= (
            HAZE_SHARE * self._open * (clump * (0.4 + 0.6 * storm.sand**0.5) * storm.bright**0.6)[:, None]
        )
        corner = AIR_HZ * storm.bright[:, None] ** 0.7
        corner[:, :2] *= self._colour * storm.both[:, None] * own.mean(axis=2)[:, :2]
        self._noise.add(out, corner, level)


class Streamers:
    """Snakes of sand that run past along the ground."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._numbers = (params.streamers, _open(params), params.width)
        self._tick_s = TICK / rate
        self._snakes = np.full((STREAMERS, 6), 1e6)
        self._grains = Grains(seed.child("passing"), rate, size_sd=0.8, densest=DENSEST_PER_S)
        self._clumps = Drift(seed.child("snakes"), rate, low_hz=1.5, high_hz=70.0)
        self._key, self._tick = np.uint32(seed.key("streamers")), 0

    def add(self, out: Audio, storm: Storm) -> None:
        """Add those that pass in these ticks to `out`."""
        ticks = len(storm.both) - 1
        flying = np.empty((4, ticks + 1))
        _stream(flying, self._snakes, storm.sand, storm.bright, self._numbers, self._key, self._tick, self._tick_s)
        flying[0] *= np.exp(0.55 * self._clumps.advance(ticks)[:, 0] - 0.15)
        self._grains.add(out, np.minimum(flying[0], DENSEST_PER_S), *flying[1:])
        self._tick += ticks


class Blast:
    """Sand on what stands near, and what is loose on it."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        surface = SURFACES[params.surface]
        self._blast, self._open, self._pitch_hz = params.blast, _open(params), STRIKING_HZ * surface.pitch
        self._grains = Grains(
            seed.child("striking"), rate, ring_s=surface.ring_s, size_sd=0.8, densest=MOST_STRIKES_PER_S
        )
        self._clumps = Drift(seed.child("strikes"), rate, low_hz=1.5, high_hz=70.0)
        self._flap = Flap(params.flap, surface.flap_hz, rate, seed.child("flap"))
        self._struck = _struck(surface, params, rate, seed)

    def add(self, out: Audio, storm: Storm) -> None:
        """Add what strikes in these ticks, and what answers, to `out`."""
        clump = np.exp(0.55 * self._clumps.advance(len(storm.both) - 1)[:, 0] - 0.15)
        per_s = np.minimum(1_400.0 * self._blast * storm.sand * clump, MOST_STRIKES_PER_S)
        level = 0.85 * LEVEL * self._blast**0.5 * np.minimum(storm.both, 2.5)
        strikes = np.zeros_like(out)
        self._grains.add(strikes, per_s, self._pitch_hz * storm.bright, level, np.zeros_like(level))
        self._flap.add(strikes, storm)
        out += np.float32(self._open) * strikes
        self._struck.add(out, strikes)


def _struck(surface: Surface, params: Params, rate: int, seed: Seed) -> Casing:
    """What answers the blast: the sheet, the pane, the cloth."""
    rng = seed.generator("surface")
    frequency = np.geomspace(surface.lowest_hz, surface.highest_hz, MODES) * rng.uniform(0.94, 1.06, MODES)
    gain = surface.modes * (frequency / surface.lowest_hz) ** -0.4 * rng.lognormal(0.0, 0.35, MODES)
    gain *= rng.choice((-1.0, 1.0), MODES) * (1.0 + (frequency / 900.0) ** 2) ** (-0.5 * params.inside)
    detune = 1.0 + 0.02 * params.width * rng.uniform(-1.0, 1.0, (2, MODES))
    quality = surface.quality * rng.uniform(0.6, 1.5, MODES)
    return Casing(
        rate, frequency_hz=frequency * detune, quality=quality * np.ones((2, 1)), gain=np.tile(gain, (2, 1))
    )


class Flap:
    """Something loose: slaps at the rate of its own swinging, harder and faster in stronger air."""

    def __init__(self, amount: float, flap_hz: float, rate: int, seed: Seed) -> None:
        self._amount, self._hz, self._tick_s = amount, flap_hz, TICK / rate
        self._slaps = Grains(seed.child("slaps"), rate, ring_s=0.0035, size_sd=0.5, pitch_sd=0.6, densest=2_000.0)
        self._hurry = Drift(seed.child("hurry"), rate, motions=2, low_hz=0.2, high_hz=8.0)
        self._phase = 0.0

    def add(self, out: Audio, storm: Storm) -> None:
        """Add the slaps of these ticks to `out`."""
        speed = storm.both
        hurry, mood = self._hurry.advance(len(speed) - 1).T
        pace = self._hz * speed**0.8 * np.exp(0.45 * hurry)
        phase = np.cumsum(np.concatenate(([self._phase], pace[:-1] * self._tick_s)))
        self._phase = float(phase[-1])
        # It slaps in bouts, once a swing.
        within = phase % 1.0
        bout = np.clip(0.6 + 0.8 * mood, 0.0, 1.7) * np.minimum(speed, 1.8) ** 1.5 * self._amount
        slap = np.minimum(bout * np.exp(-within / 0.14) * np.minimum(within / 0.03, 1.0), 1.6)
        level = 1.15 * LEVEL * slap**0.7
        self._slaps.add(out, 900.0 * slap, 480.0 * storm.bright**0.5, level, 0.3 + 0.0 * slap)


@njit(cache=True, nogil=True)
def _stream(flying, snakes, sand, bright, numbers, key, tick, tick_s):  # type: ignore[no-untyped-def]
    often, open_, width = numbers
    for edge in range(flying.shape[1]):
        at = (tick + edge) * 8
        if edge > 0:
            for one in range(STREAMERS):
                snakes[one, AGE] += tick_s
            # More streamers the more sand flies; a new one takes the place of the oldest.
            if uniform(key, at) < often * min(sand[edge], 2.0) * tick_s:
                oldest = 0
                for one in range(1, STREAMERS):
                    if snakes[one, AGE] / snakes[one, LENGTH] > snakes[oldest, AGE] / snakes[oldest, LENGTH]:
                        oldest = one
                new = snakes[oldest]
                new[AGE] = 0.0
                new[LENGTH] = 0.9 * math.exp(0.45 * min(max(normal_at(key, at + 1), -2.0), 1.6))
                new[SIZE] = math.exp(0.6 * min(max(normal_at(key, at + 2), -2.0), 1.5))
                new[FROM] = 2.0 * uniform(key, at + 3) - 1.0
                new[TO] = -0.9 if uniform(key, at + 4) < 0.5 else 0.9
                new[PITCH] = math.exp(0.25 * normal_at(key, at + 5))
        per_s, pitch, place = 1e-9, 0.0, 0.0
        for one in range(STREAMERS):
            age = snakes[one, AGE] / snakes[one, LENGTH]
            if age >= 1.0:
                continue
            # It comes near, passes and is gone, higher while it is near.
            near = math.sin(math.pi * age**0.7) ** 2
            amount = snakes[one, SIZE] * near
            per_s += amount
            pitch += amount * snakes[one, PITCH] * (0.75 + 0.4 * near)
            place += amount * (snakes[one, FROM] + (snakes[one, TO] - snakes[one, FROM]) * age)
        strength = math.sqrt(sand[edge])
        flying[0, edge] = 3_200.0 * per_s * strength
        flying[1, edge] = 5_000.0 * bright[edge] ** 0.7 * pitch / per_s
        flying[2, edge] = 0.26 * LEVEL * bright[edge] ** 0.6 * open_ * strength * min(per_s, 2.0) ** 0.5
        flying[3, edge] = 0.8 * width * place / per_s
