"""Air of a cave: galleries that breathe, stand in waves and moan, with drops and grit that fall somewhere.

A cave with one mouth is a bottle: as the weather presses, its air moves in and out within several seconds, never
evenly. That slow breath and the turbulence it carries are one air speed, and everything hears it: a dark rush along
the walls, the standing waves of the galleries (multiples of c / 2L, broad because rock is rough), and mouths of side
passages that moan while the speed suits them. Drops and crumbling grit are answered by the space. After J. Cigna,
*An analytical study of air circulation in caves* (Int. J. Speleology 3, 1968), W. Plummer, *Infrasonic resonances
in natural underground cavities* (J. Acoust. Soc. Am. 46, 1969), and A. Farnell, *Designing Sound* (2010).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from soundscape.audio import Audio
from soundscape.contract import TICK, ControlBlock
from soundscape.dsp.air import Air
from soundscape.dsp.bands import NoiseBands
from soundscape.dsp.blend import Voice
from soundscape.dsp.drift import Drift
from soundscape.dsp.drops import Drips
from soundscape.dsp.grains import Grains
from soundscape.dsp.hall import Hall
from soundscape.dsp.resonators import LANES, NoiseResonators
from soundscape.dsp.voicing import Voicing
from soundscape.params import number
from soundscape.rng import Seed

Floats = npt.NDArray[np.float64]
BUS = "ambience"
CONTROLS = ("intensity", "brightness")

VOICE = Voice(intensity_db=8.0, brightness_db=18.0, split_hz=300.0)
SOUND_M_S = 336.0
"""In the cold."""
WAVES = 11
"""Resonators that are standing waves; the others moan."""
RUSH_HZ, RUSH_SHARE, SHARED = np.array((65.0, 210.0, 900.0)), np.array((1.0, 0.36, 0.075)), (0.85, 0.4, 0.05)
EXPONENT = 1.25
"""Level of moving air over its speed."""
CRITICAL = (0.8, 1.0, 1.25, 1.5, 1.1)
"""Speeds, over the mean, at which each mouth moans."""
ROLLED = 7.0
"""Lengths after which grit has come to rest."""
LEVEL = 0.028
"""RMS of the rush at neutral controls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """How large the cave is, how its air moves, what falls in it."""

    length: float = number(24.0, low=4.0, high=120.0, unit="m", help="of the longest gallery; longer is lower")
    waves: float = number(0.5, low=0.0, high=1.0, help="how far the galleries' standing waves stand out")
    breath: float = number(9.0, low=3.0, high=40.0, unit="s", help="time of one breath, in and out")
    breathing: float = number(0.5, low=0.0, high=1.0, help="how deeply it breathes")
    draught: float = number(0.5, low=0.0, high=1.0, help="how turbulent the air is")
    moan: float = number(0.35, low=0.0, high=1.0, help="mouths that moan when the speed suits them")
    moan_pitch: float = number(130.0, low=50.0, high=500.0, unit="Hz", help="pitch of the widest mouth")
    water: float = number(0.3, low=0.0, high=1.0, help="drops that fall: how many, and into how much water")
    grit: float = number(1.0, low=0.0, high=20.0, unit="1/min", help="how often some grit comes loose")
    echo: float = number(4.0, low=0.5, high=9.0, unit="s", help="time in which a sound dies away")
    width: float = number(0.9, low=0.0, high=1.0, help="how differently the two sides sound")


def render(params: Params, controls: Iterable[ControlBlock], rate: int, seed: Seed) -> Iterator[Audio]:
    """The cave for every control block, float32 `(2, block.frames)`."""
    air = Breath(params, rate, seed)
    rush, singing = Rush(params, rate, seed), Galleries(params, rate, seed)
    falling = Falling(params, rate, seed)
    voicing = Voicing(rate, VOICE)
    for block in controls:
        # A stronger draught moves more air, and lets more mouths speak.
        drive = 1.5 ** (2.0 * block["intensity"].astype(np.float64) - 1.0)
        moved = air.advance(block.ticks, drive)
        audio = np.zeros((2, block.frames), np.float32)
        rush.add(audio, moved)
        singing.add(audio, moved)
        falling.add(audio)
        voicing.run(audio, block)
        yield audio


class Moved(NamedTuple):
    """The moving air, at tick edges: `(edges,)` each."""

    speed: Floats
    """Over its mean."""
    out: Floats
    """From -1, drawn in, to 1, let out."""


class Breath:
    """One air speed: what flows through, and what is breathed in and out."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._params, self._tick_s = params, TICK / rate
        self._gusts = Air(
            seed.child("gusts"), rate, speed=1.5, turbulence=0.05 + 0.3 * params.draught, gust_length=6.0
        )
        # Weather: how fast and how deep the next breaths are.
        self._weather = Drift(seed.child("weather"), rate, motions=2, low_hz=0.02, high_hz=0.3, slope=1.0)
        self._phase = float(seed.generator("phase").uniform())

    def advance(self, ticks: int, drive: Floats) -> Moved:
        """The next ticks; `drive` `(ticks + 1,)` is a factor of the speed."""
        hurry, depth = self._weather.advance(ticks).T
        steps = self._tick_s / self._params.breath * np.exp(0.35 * hurry[:-1])
        phase = np.cumsum(np.concatenate(([self._phase], steps)))
        self._phase = float(phase[-1])
        usual = 1.35 * self._params.breathing
        deep = usual * np.exp(0.4 * np.clip(depth, -3.0, 1.2))
        # Drawn in quickly, let out slowly: the second harmonic leans the wave forward.
        flow = np.sin(2.0 * np.pi * phase) + 0.25 * np.sin(4.0 * np.pi * phase)
        gusts = self._gusts.advance(ticks)
        return Moved(
            drive * gusts * np.sqrt((0.35 + (deep * flow) ** 2) / (0.35 + 0.6 * usual**2)), np.tanh(2.0 * flow)
        )


class Rush:
    """Air along the walls: fuller and darker as it comes out of the depth."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        shared = tuple(1.0 - params.width * (1.0 - share) for share in SHARED)
        self._noise = NoiseBands(seed.child("rush"), rate, shared=(shared[0], shared[1], shared[2]))
        self._flutter = Drift(seed.child("flutter"), rate, motions=6, low_hz=0.2, high_hz=14.0, slope=1.0)

    def add(self, out: Audio, moved: Moved) -> None:
        """Add the air of these ticks to `out`."""
        flutter = self._flutter.advance(len(moved.speed) - 1).reshape(-1, 3, 2)
        # Lows are the same air on both sides.
        flutter[:, 0, 1] = flutter[:, 0, 0]
        level = LEVEL * RUSH_SHARE[:, None] * (moved.speed**EXPONENT)[:, None, None] * np.exp(0.26 * flutter)
        corner = RUSH_HZ * (moved.speed**0.5 * 1.2**-moved.out)[:, None]
        self._noise.add(out, corner, level)


class Galleries:
    """Standing waves of the galleries, and the mouths that moan."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        rng = seed.generator("galleries")
        first = SOUND_M_S / (2.0 * params.length)
        # A main gallery and a shorter one across it; only what lies above 30 Hz is heard.
        long_hz = first * np.arange(1, 60)
        short_hz = 2.3 * rng.uniform(0.9, 1.1) * first * np.arange(1, 60)
        waves_hz = np.concatenate((long_hz[long_hz > 30.0][:6], short_hz[short_hz > 40.0][:5]))
        moans = LANES - WAVES
        moans_hz = params.moan_pitch * np.array((1.0, 1.34, 1.83, 2.6, 0.72)) * rng.uniform(0.95, 1.05, moans)
        self._hz = np.concatenate((waves_hz * rng.uniform(0.97, 1.03, WAVES), moans_hz))
        q = np.concatenate((rng.uniform(7.0, 16.0, WAVES), rng.uniform(18.0, 45.0, moans)))
        self._share = np.concatenate((
            1.5 * params.waves * (waves_hz / 60.0) ** -0.8 * rng.lognormal(0.0, 0.25, WAVES) / math.sqrt(WAVES),
            0.9 * params.moan * (moans_hz / 130.0) ** -0.6 * rng.lognormal(0.0, 0.3, moans),
        ))  # fmt: skip
        self._pan = params.width * rng.uniform(0.2, 0.9, LANES) * np.tile((-1.0, 1.0), LANES // 2)
        self._noise = NoiseResonators(seed.child("galleries"), rate, q=q)
        self._own = Drift(seed.child("own"), rate, motions=LANES, low_hz=0.05, high_hz=3.0, slope=1.4)

    def add(self, out: Audio, moved: Moved) -> None:
        """Add what sings in these ticks to `out`."""
        own = self._own.advance(len(moved.speed) - 1)
        speed = moved.speed[:, None] * np.exp(0.12 * own)
        level = LEVEL * self._share * speed**EXPONENT * np.exp(0.2 * own)
        # A mouth speaks within a narrow range of speeds, a little higher as it is blown harder.
        speaks = np.exp(-(((speed[:, WAVES:] / CRITICAL - 1.0) / 0.22) ** 2))
        level[:, WAVES:] *= speaks
        hz = self._hz * np.ones_like(level)
        hz[:, WAVES:] *= 1.0 + 0.05 * (speed[:, WAVES:] / CRITICAL - 1.0)
        self._noise.add(out, hz, level, np.broadcast_to(self._pan, level.shape))


class Falling:
    """Drops and grit, and how the space answers."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._water = params.water
        self._drips = Drips(
            seed.child("drips"),
            rate,
            places=4,
            period_s=7.0,
            wetness=params.water,
            radius_mm=1.9,
            width=params.width,
        )
        self._grains = Grains(seed.child("grit"), rate, ring_s=0.0025, size_sd=0.9, pitch_sd=0.4, densest=900.0)
        self._rolls = Rolls(params.grit / 60.0, rate, seed.child("rolls"), params.width)
        self._hall = Hall(
            seed.child("hall"),
            rate,
            t60_s=params.echo,
            high_t60_s=0.4 * params.echo,
            size=float(np.clip(params.length / 16.0, 0.5, 3.5)),
        )

    def add(self, out: Audio) -> None:
        """Add what falls in these ticks to `out`."""
        ticks = out.shape[1] // TICK
        dry = np.zeros(out.shape, np.float32)
        self._drips.add(dry, np.full(ticks + 1, 0.25 + 2.2 * self._water))
        dry *= np.float32(2.2 * LEVEL * min(1.0, 3.0 * self._water))
        self._grains.add(dry, *self._rolls.advance(ticks))
        out += np.float32(0.45) * dry
        self._hall.add(out, np.float32(0.55) * dry)


class Rolls:
    """When grit comes loose, bounces down and comes to rest."""

    def __init__(self, per_s: float, rate: int, seed: Seed, width: float) -> None:
        self._per_s, self._tick_s, self._width = per_s, TICK / rate, width
        self._draw = seed.generator("rolls")
        self._next_s = float(self._draw.exponential(1.0 / per_s)) if per_s > 0.0 else math.inf
        self._rolls: list[tuple[float, float, float, float, float]] = []
        self._tick = 0

    def advance(self, ticks: int) -> tuple[Floats, Floats, Floats, Floats]:
        """Grains a second, their pitch, level and place, at tick edges."""
        time = (self._tick + np.arange(ticks + 1)) * self._tick_s
        draw = self._draw
        while self._next_s < time[-1]:
            size = math.exp(0.6 * min(draw.standard_normal(), 1.2))
            length = draw.uniform(0.25, 0.9) * size**0.5
            pan = self._width * draw.uniform(-0.7, 0.7)
            self._rolls.append((self._next_s, length, size, draw.uniform(900.0, 2_600.0), pan))
            self._next_s += float(draw.exponential(1.0 / self._per_s))
        per_s, pitch, level, place = (
            np.zeros(ticks + 1),
            np.full(ticks + 1, 1_500.0),
            np.zeros(ticks + 1),
            np.zeros(ticks + 1),
        )
        for start, length, size, hz, pan in self._rolls:
            age = np.maximum(time - start, 0.0) / length
            here = np.where(age < ROLLED, (1.0 - np.exp(-age / 0.08)) * np.exp(-age), 0.0)
            per_s += 160.0 * size * here
            stronger = size * here > level
            pitch, place = np.where(stronger, hz, pitch), np.where(stronger, pan, place)
            level = np.maximum(level, size * here)
        self._tick += ticks
        self._rolls = [roll for roll in self._rolls if time[-1] - roll[0] < ROLLED * roll[1]]
        return np.where(level > 1e-3, per_s, 0.0), pitch, 0.9 * LEVEL * level**0.7, place
