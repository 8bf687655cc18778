"""Distant thunder over a storm: long rumbles of many arrivals, seconds apart, above wind and far rain.

A flash is a crooked channel, kilometres long: its parts arrive one after the other, the hills answer, so that one
clap is a dozen rumbles within several seconds, each with its own rise, colour and side. The farther it is, the
slower they rise, the lower they are and the longer the echoes trail: thunder falls by some 9 dB an octave. All of
it trembles on every scale, and knocks: single bends of the channel send single pulses, which the distance rounds.
Every flash comes by ways of its own, some pitches of which boom while others are gone, so that no two claps sound
alike. What is high is gone long before the rumble, which the hills pass on for many seconds. Flashes come in flurries
as a cell passes over. After A. Few, *Acoustic radiation from lightning* (1982), and H. Ribner & D. Roy, *Acoustics of
thunder* (J. Acoust. Soc. Am. 72, 1982): the sum over a tortuous channel; here made of noise, which listeners prefer to
summed N-waves (Reiss et al., AES e-Brief 640, 2021).
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
from soundscape.dsp.bands import BANDS, NoiseBands
from soundscape.dsp.distance import FARTHEST, Distance
from soundscape.dsp.drift import Drift
from soundscape.dsp.grains import Grains
from soundscape.dsp.hall import Hall
from soundscape.dsp.highpass import HighPass
from soundscape.dsp.resonators import LANES, NoiseResonators
from soundscape.params import number
from soundscape.rng import Seed

BUS = "ambience"
LASTING = False
CONTROLS = ("intensity", "brightness")

RUMBLE_HZ = np.array((75.0, 250.0, 700.0))
RUMBLE_SHARE = np.array((0.4, 0.8, 0.09))
STORM_HZ = np.array((110.0, 500.0, 3_000.0))
STORM_SHARE = np.array((1.0, 0.35, 0.035))
SHARED = (0.9, 0.5, 0.15)
TREMBLE = np.array((0.95, 0.8, 0.5))
"""Standard deviation of the logarithm of each band's level, from 0.5 to 20 Hz."""
FADING = 0.7
"""What each higher band loses more, in nepers, while an arrival falls by one."""
KNOCK_HZ, KNOCKS_PER_S, KNOCK_LEVEL = 120.0, 60.0, 1.0
ECHOED = 0.55
BOOM_HZ, BOOM_Q = (95.0, 420.0), (7.0, 12.0)
"""Where claps boom, and how narrowly."""
WAYS = 5
"""Pitches at which one flash booms; each of its arrivals has one of them."""
BOOM, BOOM_TREMBLE = 2.3, 0.8
"""RMS of an arrival's lowest boom against the whole, and how far each trembles by itself, as `TREMBLE`."""
INTENSITY_DB, BRIGHTNESS_OCT = 14.0, 0.8
LEVEL = 0.0138
"""RMS of a median arrival at neutral controls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """How far, how often, how long."""

    flashes: float = number(5.0, low=1.0, high=30.0, unit="1/min", help="how often it thunders")
    far: float = number(0.6, low=0.0, high=1.0, help="how far the storm is: slower, lower, longer")
    arrivals: float = number(9.0, low=2.0, high=24.0, help="rumbles that one clap is made of")
    length: float = number(5.0, low=1.0, high=15.0, unit="s", help="over which they arrive")
    flurry: float = number(0.5, low=0.0, high=1.0, help="how unevenly flashes come")
    storm: float = number(0.4, low=0.0, high=1.0, help="wind and far rain under it")
    width: float = number(0.9, low=0.0, high=1.0, help="how far to the sides it rolls")


class Arrival(NamedTuple):
    """One part of a clap."""

    start_s: float
    level: float
    rise_s: float
    fall_s: float
    pan: float
    colour: float
    """Factor of the share of each higher band."""
    boom: int
    """Which of the `LANES` resonances it sounds."""
    pitch_hz: float
    """At which it sounds it."""


class Heard(NamedTuple):
    """What arrives at the tick edges."""

    level: npt.NDArray[np.float64]
    """Of every band on either side, `(ticks + 1, BANDS, 2)`."""
    boom: npt.NDArray[np.float64]
    """Level, pitch in Hz and place of every resonance, `(3, ticks + 1, LANES)`."""


def render(params: Params, controls: Iterable[ControlBlock], rate: int, seed: Seed) -> Iterator[Audio]:
    """Thunder for every control block, float32 `(2, block.frames)`."""
    claps = Claps(params, rate, seed.child("claps"))
    tremble = Drift(seed.child("tremble"), rate, motions=BANDS, low_hz=0.5, high_hz=20.0, slope=1.0)
    slow = Drift(seed.child("slow"), rate, motions=BANDS, low_hz=0.05, high_hz=8.0, slope=1.0)
    left, middle, right = (1.0 - params.width * (1.0 - share) for share in SHARED)
    rumble = NoiseBands(seed.child("rumble"), rate, shared=(left, middle, right))
    storm = NoiseBands(seed.child("storm"), rate, shared=(left, middle, right))
    knocks = Grains(seed.child("knocks"), rate, ring_s=0.005, size_sd=0.6, pitch_sd=0.3, densest=300.0)
    hills = Hall(
        seed.child("hills"), rate, t60_s=2.5 + 4.5 * params.far, high_t60_s=0.7, size=2.0 + 2.0 * params.far
    )
    air, around, away = Distance(rate), Distance(rate), 0.5 + 0.5 * params.far
    booms = NoiseResonators(seed.child("booms"), rate, q=seed.generator("booms").uniform(*BOOM_Q, LANES))
    rolling = Drift(seed.child("rolling"), rate, motions=LANES, low_hz=0.5, high_hz=20.0, slope=1.0)
    high_pass = HighPass(rate, corner_hz=28.0)
    nearer = 2.0 ** (0.5 - params.far)
    for block in controls:
        strength = LEVEL * 10.0 ** (INTENSITY_DB / 20.0 * (block["intensity"].astype(np.float64) - 0.5))
        bright = 2.0 ** (BRIGHTNESS_OCT * (block["brightness"].astype(np.float64) - 0.5))
        shaken = np.exp(TREMBLE * np.clip(tremble.advance(block.ticks), -3.0, 1.2))
        # As strong when it arrives, however much the air takes of its highs.
        sent = FARTHEST**away * strength
        arriving = claps.advance(block.ticks)
        level = arriving.level * (sent[:, None] * shaken * RUMBLE_SHARE)[:, :, None]
        level[:, 1:] *= bright[:, None, None]
        audio = np.zeros((2, block.frames), np.float32)
        rumble.add(audio, RUMBLE_HZ * nearer * bright[:, None] ** 0.5, level)
        heard = level[:, 1].mean(axis=1)
        side = (level[:, 1, 1] - level[:, 1, 0]) / (2.0 * heard)
        often = KNOCKS_PER_S * np.minimum(heard / (0.3 * sent), 1.5)
        knocks.add(audio, often, KNOCK_HZ * nearer**0.7 * bright**0.5, KNOCK_LEVEL * nearer * heard, side)
        boom, pitch, place = arriving.boom
        # They come the longest way, past hills that keep their highs.
        boom *= (
            FARTHEST
            * BOOM
            * sent[:, None]
            * np.exp(BOOM_TREMBLE * np.clip(rolling.advance(block.ticks), -3.0, 1.2))
        )
        booming = np.zeros_like(audio)
        booms.add(booming, nearer**0.7 * bright[:, None] ** 0.5 * pitch, boom, place)
        around.apply(booming, np.ones(block.ticks + 1, np.float32))
        audio += booming
        hills.add(audio, np.float32(ECHOED) * audio)
        air.apply(audio, np.full(block.ticks + 1, away, np.float32))
        blowing = np.exp(0.45 * slow.advance(block.ticks)) * STORM_SHARE * strength[:, None]
        under = (0.004 + 0.08 * params.storm) * np.repeat(blowing[:, :, None], 2, axis=2)
        storm.add(audio, STORM_HZ * bright[:, None], under)
        high_pass.run(audio)
        yield audio


class Claps:
    """When it thunders, and what is still to arrive."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._params, self._tick_s = params, TICK / rate
        self._draw = seed.generator("flashes")
        self._next_s = float(self._draw.uniform(0.1, 0.8))
        self._mood, self._side = 0.0, 1.0
        self._arrivals: list[Arrival] = []
        self._tick, self._boom = 0, 0

    def advance(self, ticks: int) -> Heard:
        """What is heard at the next tick edges."""
        now_s = (self._tick + np.arange(ticks + 1)) * self._tick_s
        while self._next_s < now_s[-1]:
            self._flash()
        level = np.full((ticks + 1, BANDS, 2), 1e-6)
        boom = np.full((ticks + 1, LANES), 1e-6)
        pitch, place = BOOM_HZ[0] * boom, np.zeros_like(boom)
        for part in self._arrivals:
            age = np.maximum(now_s - part.start_s, 0.0)
            heard = part.level * (1.0 - np.exp(-((age / part.rise_s) ** 2))) * np.exp(-age / part.fall_s)
            # What is high dies first.
            bands = heard[:, None] * np.exp(-FADING * np.arange(BANDS) * (age / part.fall_s)[:, None])
            bands *= part.colour ** np.arange(BANDS)
            level += bands[:, :, None] * np.sqrt((1.0 - part.pan, 1.0 + part.pan))
            boomed = heard * (BOOM_HZ[0] / part.pitch_hz) ** (0.5 + FADING * age / part.fall_s)
            boom[:, part.boom] += boomed
            pitch[:, part.boom] += boomed * part.pitch_hz
            place[:, part.boom] += boomed * part.pan
        self._tick += ticks
        end_s = now_s[-1]
        self._arrivals = [part for part in self._arrivals if end_s - part.start_s < 20.0 * part.fall_s]
        return Heard(level, np.stack((boom, pitch / boom, place / boom)))

    def _flash(self) -> None:
        draw, params = self._draw, self._params
        # Flurries and lulls, but no storm is over after one clap.
        self._mood = min(max(0.6 * self._mood + 0.8 * draw.standard_normal(), -1.0), 1.0)
        count = 2 + int(draw.poisson(params.arrivals - 2.0))
        whole = (
            math.exp(0.25 * min(max(draw.standard_normal(), -2.0), 1.0)) * count**-0.4 * 2.0 ** (params.far + 0.1)
        )
        # Most arrives early; the echoes of the hills come later, softer and lower.
        times = params.length * np.sort(draw.beta(1.1, 1.9, count))
        times -= times[0]
        self._side = -self._side
        side = self._side * draw.uniform(0.0, 0.5)
        ways = np.geomspace(*BOOM_HZ, WAYS) * draw.uniform(0.8, 1.25, WAYS)
        for time in times:
            self._boom = (self._boom + 1) % LANES
            late = time / params.length
            self._arrivals.append(
                Arrival(
                    start_s=self._next_s + float(time),
                    level=whole * math.exp(0.5 * min(draw.standard_normal(), 0.8) - 1.4 * late),
                    rise_s=(0.03 + 0.2 * params.far) * draw.uniform(0.5, 1.6),
                    fall_s=(0.25 + 0.28 * params.far) * draw.uniform(0.5, 1.6),
                    pan=params.width * min(max(side + draw.uniform(-0.4, 0.4), -0.9), 0.9),
                    colour=2.0 ** (0.65 - 0.45 * params.far - 0.5 * late + 0.4 * draw.standard_normal()),
                    boom=self._boom,
                    pitch_hz=float(ways[int(WAYS * draw.uniform() ** 1.4)]),
                )
            )
        pause = 0.4 + 0.6 * min(draw.exponential(1.0), 2.5)
        self._next_s += 60.0 / params.flashes * pause * math.exp(-params.flurry * self._mood)
