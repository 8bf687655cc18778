"""Portal: a door in the air that stands open; it turns without end and pulls both ways at once.

Model: two sets of glides an octave apart, one always rising, one always falling, each entering and leaving unheard
under a bell of level over pitch, so that both move for ever and arrive nowhere, now hurrying, now almost standing.
Half of every glide is a sine whose phase wanders, half a narrow band of noise that follows it: its spectrum is
blurred, as if heard through smoke. Whatever is swept around the opening passes as a swirl: tones of air whose pitch
and level rise and fall with its speed while it crosses from side to side. A sub tone pulses below,
never evenly.

Sources: R. Shepard, *Circularity in judgments of relative pitch* (J. Acoust. Soc. Am. 36, 1964) and J.-C. Risset's
glissandi for what never arrives; R. Selfridge et al. on swords and other swung things (J. Audio Eng. Soc. 66, 2018)
for the swirls, whose pitch is 0.2 U/d.
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
from soundscape.dsp.blend import Part, Voice, blend
from soundscape.dsp.drift import Drift
from soundscape.dsp.noise import white
from soundscape.dsp.resonators import NoiseResonators
from soundscape.dsp.sines import Sines
from soundscape.params import number
from soundscape.rng import Seed
from soundscape.units import db_to_gain, midi_to_hz

Floats = npt.NDArray[np.float64]
BUS = "ambience"
CONTROLS = ("intensity", "brightness")
PERIODIC = True

VOICE = Voice(intensity_db=12.0, brightness_db=18.0, split_hz=600.0)
GLIDES = 5
"""In each direction: an octave apart, so many octaves in all."""
FAINTEST = 4e-3
"""What is fainter of a glide is left out."""
SWIRLS, SOURCES = 2, 3
"""Swirls that may pass at once, and sources of each."""
START, LENGTH = 0, 1
"""Columns of the table of swirls; then size, direction and thinness."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """How large the door is, how it turns and what pulls."""

    root: int = number(45, low=24, high=84, help="note of the sub tone as MIDI pitch; its octave does not matter")
    pace: float = number(0.05, low=0.005, high=0.4, unit="octaves/s", help="speed of the glides")
    centre: float = number(420.0, low=120.0, high=2000.0, unit="Hz", help="where the glides are loudest")
    spread: float = number(1.1, low=0.5, high=2.5, unit="octaves", help="width of the bell over them")
    balance: float = number(0.5, low=0.0, high=1.0, help="falling (0) against rising (1) glides")
    blur: float = number(0.5, low=0.0, high=1.0, help="from clear tones to bands of smoke")
    turn: float = number(9.0, low=1.0, high=60.0, unit="s", help="time in which it turns around once")
    sub: float = number(-4.0, low=-40.0, high=9.0, unit="dB", help="sub tone against the glides")
    pulse: float = number(1.6, low=0.4, high=8.0, unit="s", help="time between two pulses of the sub tone")
    swirls: float = number(-3.0, low=-40.0, high=9.0, unit="dB", help="what is swept around, against the glides")
    unrest: float = number(1.5, low=0.3, high=5.0, unit="dB", help="how unsteadily it stands")
    width: float = number(0.8, low=0.0, high=1.0, help="how far it reaches to the sides")


def render(params: Params, controls: Iterable[ControlBlock], rate: int, seed: Seed) -> Iterator[Audio]:
    """The open portal, float32 `(2, block.frames)` for every control block."""

    def parts() -> list[tuple[float, Part]]:
        return [
            (0.0, Opening(params, rate, seed)),
            (params.sub, Sub(params, rate, seed.child("sub"))),
        ]

    return blend(parts, controls, rate, VOICE)


class Blown(NamedTuple):
    """Bands of noise, at tick edges: `(edges, bands)` each."""

    hz: Floats
    level: Floats
    pan: Floats


class Opening:
    """The glides, their smoke, and what is swept around."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._glides = Glides(params, rate, seed.child("glides"))
        self._swirls = Swirls(params, rate, seed.child("swirls"))
        # Sharper where the blur is small: 1/40 to 1/5 of the pitch.
        smoke_q = np.full(2 * GLIDES, 40.0 * 8.0**-params.blur)
        q = np.concatenate((smoke_q, np.tile((4.0, 8.0, 14.0), SWIRLS)))
        self._bands = NoiseResonators(seed.child("bands"), rate, q=q)

    def run(self, block: ControlBlock) -> Audio:
        """What stands open under these controls."""
        out = np.zeros((2, block.frames), np.float32)
        smoke = self._glides.add(out, block)
        swept = self._swirls.advance(block.ticks)
        hz, level, pan = (np.concatenate(pair, axis=1) for pair in zip(smoke, swept, strict=True))
        self._bands.add(out, hz, level, pan)
        return out


class Glides:
    """What rises and falls at once."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._params, self._rate = params, rate
        rng = seed.generator("glides")
        way = np.repeat((1.0, -1.0), GLIDES)
        self._way = way
        self._place = np.tile(np.arange(GLIDES) / GLIDES, 2) + np.repeat(rng.uniform(0.0, 1.0, 2), GLIDES)
        self._share = np.sqrt(np.where(way > 0.0, params.balance, 1.0 - params.balance))
        self._angle = rng.uniform(0.0, 1.0, 2 * GLIDES)
        self._lowest_hz = params.centre * 2.0 ** (-0.5 * GLIDES)
        self._tones = Sines(rate, phase=rng.uniform(0.0, 1.0, 2 * GLIDES))
        self._motion = Drift(seed.child("motion"), rate, motions=4 * GLIDES + 2, low_hz=0.03, high_hz=9.0)
        self._went, self._spun = 0.0, 0.0

    def add(self, out: Audio, block: ControlBlock) -> Blown:
        """Add the tones under these controls to `out`; returns the smoke that goes with them."""
        params = self._params
        motion = self._motion.advance(block.ticks)
        own, tune, (hurry, common) = motion[:, : 2 * GLIDES], motion[:, 2 * GLIDES : -2], motion[:, -2:].T
        drive = 1.6 ** (2.0 * block["intensity"].astype(np.float64) - 1.0) * np.exp(0.4 * params.unrest * hurry)
        steps = params.pace * TICK / self._rate * drive[:-1]
        went = np.cumsum(np.concatenate(([self._went], steps)))
        self._went = float(went[-1])
        # A place from 0 to 1 along the way, met by the next glide where the last one ends.
        place = (self._place + self._way * went[:, None] / GLIDES) % 1.0
        octaves = GLIDES * place
        hz = self._lowest_hz * 2.0**octaves
        off = (octaves - 0.5 * GLIDES) / params.spread
        edge = np.sin(np.pi * place) ** 2
        level = self._share * edge * np.exp(-0.5 * off**2 + params.unrest / 8.686 * (own + 0.7 * common[:, None]))
        level = np.maximum(level - FAINTEST, 0.0)
        steps = TICK / self._rate / params.turn * np.exp(0.4 * common[:-1])
        spun = np.cumsum(np.concatenate(([self._spun], steps)))
        self._spun = float(spun[-1])
        turn = self._angle + self._way * spun[:, None]
        pan = params.width * 0.95 * np.sin(2.0 * np.pi * turn)
        clear = math.sqrt(1.0 - 0.9 * params.blur)
        wander = 2.0 ** ((0.006 + 0.02 * params.blur) * tune)
        self._tones.add(out, hz * wander, 1.4 * clear * level, pan)
        return Blown(np.maximum(hz, 30.0), math.sqrt(1.0 - clear**2) * level, -pan)


class Sub:
    """The pulse below: the tone, its fifth and its octave, swelling by turns."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._params, self._rate = params, rate
        self._hz = (
            38.0 * 2.0 ** (math.log2(midi_to_hz(params.root) / 38.0) % 1.0) * np.array((1.0, 1.002, 1.5, 2.0))
        )
        # No two doors are tuned alike.
        self._hz *= 1.0 + 0.01 * float(seed.generator("own").standard_normal())
        self._tones = Sines(rate, phase=seed.generator("phase").uniform(0.0, 1.0, 4))
        self._motion = Drift(seed.child("motion"), rate, motions=6, low_hz=0.05, high_hz=2.0)
        self._key = seed.key("pulses")
        self._turns = 0.0

    def run(self, block: ControlBlock) -> Audio:
        """The pulse under these controls."""
        *swell, wander, hurry = self._motion.advance(block.ticks).T
        steps = TICK / self._rate / self._params.pulse * np.exp(0.4 * hurry[:-1])
        turns = np.cumsum(np.concatenate(([self._turns], steps)))
        self._turns = float(turns[-1])
        x = turns % 1.0
        # Up in an eighth of the time, down in the rest; every pulse has its own strength.
        pulse = turns.astype(np.int64)
        size = np.exp(0.7 * white(int(pulse[-1] - pulse[0]) + 1, self._key, start=int(pulse[0])))[pulse - pulse[0]]
        beat = 0.2 + size * np.where(
            x < 0.125, np.sin(4.0 * np.pi * x) ** 2, np.cos(np.pi / 1.75 * (x - 0.125)) ** 4
        )
        level = np.array((1.0, 0.7, 0.3, 0.3)) * beat[:, None] * np.exp(0.25 * np.stack(swell, axis=1))
        hz = self._hz * (1.0 + 0.004 * wander + 0.03 * (beat - 0.6))[:, None]
        out = np.zeros((2, block.frames), np.float32)
        self._tones.add(out, hz, level, np.tile((-0.1, 0.1, -0.3, 0.3), (len(level), 1)))
        return out


class Swirls:
    """What is swept around: each a few compact sources of air noise on one path, fast in the middle of it."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._params, self._tick_s = params, TICK / rate
        self._gain = 1.1 * db_to_gain(params.swirls)
        self._draw = seed.generator("swirls")
        self._flutter = Drift(seed.child("flutter"), rate, motions=SWIRLS, low_hz=0.5, high_hz=20.0)
        self._paths = np.zeros((SWIRLS, 5))
        self._paths[:, START] = -1e6
        self._paths[:, LENGTH] = 1.0
        self._next_s = float(self._draw.uniform(0.0, 0.8))
        self._turn = 0
        self._mood = 0.0
        self._tick = 0

    def advance(self, ticks: int) -> Blown:
        """The swirls of the next ticks."""
        time = np.asarray((self._tick + np.arange(ticks + 1)) * self._tick_s)
        hz, level, pan = np.full((ticks + 1, SWIRLS, SOURCES), 60.0), *np.zeros((2, ticks + 1, SWIRLS, SOURCES))
        for swirl in range(SWIRLS):
            self._sweep(swirl, time, hz[:, swirl], level[:, swirl], pan[:, swirl])
        while self._next_s < time[-1]:
            swirl = self._begin()
            self._sweep(swirl, time, hz[:, swirl], level[:, swirl], pan[:, swirl])
        level *= self._gain * np.exp(0.3 * self._flutter.advance(ticks))[:, :, None]
        self._tick += ticks
        bands = (ticks + 1, SWIRLS * SOURCES)
        return Blown(hz.reshape(bands), level.reshape(bands), pan.reshape(bands))

    def _begin(self) -> int:
        """A new swirl in place of the oldest; they come in flurries."""
        draw = self._draw
        swirl = self._turn % SWIRLS
        self._turn += 1
        way = 1.0 if draw.uniform() < 0.5 else -1.0
        length = self._params.turn * 0.16 * math.exp(0.4 * float(np.clip(draw.standard_normal(), -2.0, 1.5)))
        size = math.exp(0.5 * float(np.clip(draw.standard_normal(), -2.0, 1.2)))
        self._paths[swirl] = self._next_s, length, size, way, 1.4 ** draw.standard_normal()
        self._mood = 0.6 * self._mood + 0.5 * float(draw.standard_normal())
        pause = 0.1 * self._params.turn * math.exp(self._mood - 0.4)
        # None is cut off: the next one takes the place of one that has passed.
        free = self._paths[self._turn % SWIRLS]
        self._next_s = max(self._next_s + pause, float(free[START] + free[LENGTH]))
        return swirl

    def _sweep(self, swirl: int, time: Floats, hz: Floats, level: Floats, pan: Floats) -> None:
        """Fill in this swirl from where it begins."""
        start, length, size, way, thin = self._paths[swirl]
        part = (time - start) / length
        on = (part > 0.0) & (part < 1.0)
        # Fastest at three fifths of the way.
        speed = np.sin(np.pi * np.clip(part[on], 0.0, 1.0) ** 1.35)
        pitch = 0.55 * self._params.centre * thin * (0.35 + 1.65 * speed)
        hz[on] = np.minimum(pitch[:, None] * np.array((1.0, 1.7, 3.1)), 12_000.0)
        level[on] = size * (speed**2.5)[:, None] * np.array((1.0, 0.65, 0.35))
        pan[on] = self._params.width * 0.95 * (way * np.cos(np.pi * part[on]))[:, None]
