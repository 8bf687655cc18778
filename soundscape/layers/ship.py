"""Inside a ship between the stars: pressure, ventilation, pumps, and a drive felt more than heard.

Below everything a sub that leans on the hull: a few lines between 24 and 70 Hz which are near-equal in pairs and so
swell against each other for many seconds. Air is driven through ducts by fans: a dark rush coloured by the duct's
quarter waves, the fan's blades as weak lines in it, the grille's hiss above. Pumps run for a while, stroke by stroke,
and rest. As pressure and temperature move, the hull gives, mostly with a tick or two; now and then a plate creaks slip
by slip, or a beam groans, its slips so fast that they are a voice which rises or sinks with the load. After
A. Fry, *Noise Control in Building Services* (1988), for fans, ducts and grilles, and on stick and slip A. Farnell,
*Designing Sound* (2010).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from soundscape.audio import Audio
from soundscape.contract import TICK, ControlBlock
from soundscape.dsp.bands import BANDS, NoiseBands
from soundscape.dsp.blend import Voice
from soundscape.dsp.creak import creak
from soundscape.dsp.drift import Drift
from soundscape.dsp.overlay import Overlay
from soundscape.dsp.resonators import LANES, NoiseResonators
from soundscape.dsp.sines import Sines
from soundscape.dsp.struck import make_body
from soundscape.dsp.voicing import Voicing
from soundscape.params import number
from soundscape.rng import Seed

Floats = npt.NDArray[np.float64]
BUS = "ambience"
CONTROLS = ("intensity", "brightness")
PERIODIC = True

VOICE = Voice(intensity_db=9.0, brightness_db=18.0, split_hz=320.0)
SUB = np.array((1.0, 1.0, 1.5, 1.5, 2.0, 2.0, 2.67, 2.67))
"""Lines of the drive over its lowest, in near-equal pairs."""
SUB_LEVEL = np.array((1.0, 0.9, 0.45, 0.4, 0.3, 0.28, 0.12, 0.12))
FAN = np.array((1.0, 2.0, 3.0))
AIR_HZ, AIR_SHARE, SHARED = np.array((110.0, 420.0, 2_600.0)), np.array((1.0, 0.42, 0.13)), (0.85, 0.4, 0.0)
DUCTS = LANES - 4
"""Resonators that are the ducts'; the others are a pump."""
PUMP = np.array((1.0, 2.0, 3.0, 7.0))
STROKE_HZ, STROKE = 2.3, 0.9
"""Strokes of a pump a second, and by how much a worn one gives way between two."""
CREAKS_PER_MIN = 30.0
"""At full pressure."""
SHORT_S, LENGTHS_SD, LONGEST_S = 0.15, 1.2, 2.6
"""Median length of what gives, standard deviation of its logarithm, and its end."""
CREAKS_HZ, GROANS_HZ = ((6.0, 16.0), (18.0, 60.0)), ((26.0, 62.0), (20.0, 105.0))
"""Slips a second at the start and at the end: between these."""
LEVEL = 0.03
"""RMS of the air at neutral controls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """How large the ship is, what runs in it, how it bears the pressure."""

    drive: float = number(31.0, low=24.0, high=60.0, unit="Hz", help="lowest line of the drive")
    sub: float = number(0.5, low=0.0, high=1.0, help="how strongly the drive is felt")
    beating: float = number(0.12, low=0.01, high=1.0, unit="Hz", help="by how much the lines of a pair differ")
    ventilation: float = number(0.6, low=0.0, high=1.0, help="air that is moved")
    duct: float = number(1.6, low=0.3, high=8.0, unit="m", help="length of the duct; longer is lower")
    fan: float = number(0.3, low=0.0, high=1.0, help="blades of the fans")
    fan_pitch: float = number(176.0, low=60.0, high=600.0, unit="Hz", help="blades that pass in a second")
    hiss: float = number(0.4, low=0.0, high=1.0, help="grilles")
    pump: float = number(0.35, low=0.0, high=1.0, help="a pump that runs by turns")
    pressure: float = number(0.4, low=0.0, high=1.0, help="how often, and how hard, the hull gives")
    age: float = number(0.4, low=0.0, high=1.0, help="how unsteadily all of it runs")
    width: float = number(0.9, low=0.0, high=1.0, help="how differently the two sides sound")


def render(params: Params, controls: Iterable[ControlBlock], rate: int, seed: Seed) -> Iterator[Audio]:
    """The ship for every control block, float32 `(2, block.frames)`."""
    parts = [part(params, rate, seed.child(part.__name__)) for part in (Drive, Ventilation, Hull)]
    voicing = Voicing(rate, VOICE)
    for block in controls:
        load = block["intensity"].astype(np.float64) - 0.5
        audio = np.zeros((2, block.frames), np.float32)
        for part in parts:
            part.add(audio, load)
        voicing.run(audio, block)
        yield audio


class Drive:
    """The sub: lines that breathe against each other."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        rng = seed.generator("lines")
        apart = params.beating * np.tile((-0.5, 0.5), len(SUB) // 2) * rng.uniform(0.5, 1.5, len(SUB))
        # No two drives are tuned alike.
        self._hz = params.drive * (1.0 + 0.04 * rng.standard_normal()) * SUB * rng.uniform(0.99, 1.01, 1) + apart
        self._level = 1.5 * LEVEL * params.sub * SUB_LEVEL
        self._pan = params.width * np.tile((-0.35, 0.35), len(SUB) // 2)
        self._lines = Sines(rate, phase=rng.uniform(0.0, 1.0, len(SUB)))
        self._motion = Drift(
            seed.child("motion"), rate, motions=2 * len(SUB) + 1, low_hz=0.02, high_hz=8.0, slope=0.6
        )
        self._age = params.age

    def add(self, out: Audio, load: Floats) -> None:
        """Add the drive under this load, `(ticks + 1,)`, to `out`."""
        motion = self._motion.advance(len(load) - 1)
        swell, wander, hurry = motion[:, : len(SUB)], motion[:, len(SUB) : -1], motion[:, -1:]
        hz = self._hz * (1.0 + 0.06 * load[:, None] + self._age * (0.004 * hurry + 0.0015 * wander))
        level = self._level * np.exp(0.3 * np.clip(swell, -3.0, 1.5) + 0.8 * load[:, None])
        self._lines.add(out, hz, level, np.broadcast_to(self._pan, hz.shape))


class Ventilation:
    """Air in ducts, the fans in it, and a pump that runs by turns."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        rng = seed.generator("ducts")
        low, middle, high = (1.0 - params.width * (1.0 - share) for share in SHARED)
        self._noise = NoiseBands(seed.child("air"), rate, shared=(low, middle, high))
        quarter = 343.0 / (4.0 * params.duct)
        ducts = quarter * (2.0 * np.arange(DUCTS) + 1.0) * rng.uniform(0.95, 1.05, DUCTS)
        pump = 0.32 * params.fan_pitch * PUMP * rng.uniform(0.98, 1.02)
        q = np.concatenate((rng.uniform(4.0, 12.0, DUCTS), np.full(4, 90.0)))
        self._hz = np.concatenate((ducts, pump))
        self._ring = np.concatenate((
            0.5 * (ducts / ducts[0]) ** -0.9 * rng.lognormal(0.0, 0.3, DUCTS),
            0.8 * params.pump * PUMP**-0.7 * rng.lognormal(0.0, 0.3, 4),
        ))  # fmt: skip
        self._place = params.width * rng.uniform(0.2, 0.9, LANES) * np.tile((-1.0, 1.0), LANES // 2)
        self._resonators = NoiseResonators(seed.child("ducts"), rate, q=q)
        self._fan_hz = np.outer((1.0, 1.008), FAN).ravel() * params.fan_pitch * (1.0 + 0.02 * rng.standard_normal())
        self._fan_level = LEVEL * 1.3 * params.fan * np.tile(FAN**-1.3, 2)
        self._fans = Sines(rate, phase=rng.uniform(0.0, 1.0, 6))
        self._motion = Drift(
            seed.child("flow"), rate, motions=BANDS + LANES + 8, low_hz=0.04, high_hz=11.0, slope=0.8
        )
        self._stroke_turns = float(rng.uniform())
        self._stroke = STROKE_HZ * TICK / rate * float(rng.uniform(0.85, 1.2))
        self._share = AIR_SHARE * np.array((1.0, 1.0, 2.0 * params.hiss))
        self._amount, self._age = 0.1 + 0.9 * params.ventilation, params.age
        self._runs = Turns(rate, seed.child("pump"), on_s=14.0, off_s=20.0)

    def add(self, out: Audio, load: Floats) -> None:
        """Add the air under this load to `out`."""
        ticks = len(load) - 1
        motion = self._motion.advance(ticks)
        air, lanes, (*fans, hurry, flow) = (
            motion[:, :BANDS],
            motion[:, BANDS : BANDS + LANES],
            motion[:, BANDS + LANES :].T,
        )
        unsteady = 0.2 + 0.1 * self._age
        moved = self._amount * np.exp(0.5 * load + unsteady * flow)[:, None]
        level = LEVEL * self._share * moved * np.exp(unsteady * air)
        self._noise.add(out, AIR_HZ * moved**0.3, np.repeat(level[:, :, None], 2, axis=2))
        ring = LEVEL * self._ring * moved * np.exp(1.3 * unsteady * lanes)
        ring[:, DUCTS:] *= (self._runs.advance(ticks) * self._strokes(lanes[:, -1]))[:, None]
        self._resonators.add(out, self._hz * np.ones_like(ring), ring, np.broadcast_to(self._place, ring.shape))
        hz = self._fan_hz * (1.0 + 0.05 * load + 0.006 * self._age * hurry)[:, None]
        strength = self._fan_level * moved**1.5 * np.exp(0.35 * np.stack(fans, axis=1))
        self._fans.add(out, hz, strength, np.tile((-0.4, 0.4, 0.1, 0.4, -0.4, -0.1), (ticks + 1, 1)))

    def _strokes(self, uneven: Floats) -> Floats:
        """Level of the pump over its strokes, each pushed hard and let go; the older, the more it gives way."""
        steps = self._stroke * (1.0 + 0.06 * self._age * uneven[1:])
        turns = self._stroke_turns + np.concatenate(([0.0], np.cumsum(steps)))
        self._stroke_turns = float(turns[-1] % 1.0)
        push = 0.5 + 0.5 * np.cos(2.0 * np.pi * turns)
        return 1.0 + STROKE * self._age * (1.9 * push * push - 0.7)


class Turns:
    """Something that runs for a while, rests for a while, and takes a second or two to start and to stop."""

    def __init__(self, rate: int, seed: Seed, *, on_s: float, off_s: float) -> None:
        self._draw = seed.generator("turns")
        self._lengths = (off_s, on_s)
        self._tick_s = TICK / rate
        self._runs = bool(self._draw.uniform() < on_s / (on_s + off_s))
        self._level = float(self._runs)
        self._left = self._length() * float(self._draw.uniform())

    def advance(self, ticks: int) -> Floats:
        """From 0 to 1 at the edges of the next ticks."""
        level = np.empty(ticks + 1)
        level[0] = self._level
        for tick in range(ticks):
            self._left -= self._tick_s
            if self._left <= 0.0:
                self._runs = not self._runs
                self._left = self._length()
            goal = float(self._runs)
            self._level += self._tick_s / (0.5 if goal else 0.9) * (goal - self._level)
            level[tick + 1] = self._level
        return level

    def _length(self) -> float:
        return self._lengths[self._runs] * math.exp(0.5 * float(self._draw.standard_normal()))


class Hull:
    """Plates and beams that give as the pressure moves."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._rate, self._seed, self._pressure, self._width = rate, seed, params.pressure, params.width
        rng = seed.generator("plates")
        self._plates = [
            make_body(rng, lowest_hz=hz, modes=24, stretch=1.1, loss=0.006, longest_s=ring_s, irregular=0.12)
            # What is held where it rubs does not ring for long.
            for hz, ring_s in ((62.0, 0.45), (118.0, 0.35), (210.0, 0.25), (480.0, 0.15))
        ]
        self._next_s = self._gap(rng) * float(rng.uniform())
        self._count = 0
        self._sounds = Overlay()
        self._frame = 0

    def add(self, out: Audio, load: Floats) -> None:
        """Add what gives to `out`; load makes it give harder."""
        until_s = (self._frame + out.shape[1]) / self._rate
        while self._next_s < until_s:
            rng = self._seed.generator("creak", self._count)
            offset = max(int(self._next_s * self._rate) - self._frame, 0)
            length_s = min(SHORT_S * math.exp(LENGTHS_SD * float(rng.standard_normal())), LONGEST_S)
            groans = length_s > 0.4 and rng.uniform() < 0.6
            first, last = GROANS_HZ if groans else CREAKS_HZ
            force = 4.8 * LEVEL * self._pressure**0.7 * (length_s / 0.5) ** 0.25
            force *= math.exp(0.45 * min(float(rng.standard_normal()), 1.4))
            sound = creak(
                self._rate,
                rng,
                self._plates[int(rng.choice(4, p=(0.4, 0.35, 0.2, 0.05) if groans else (0.2, 0.25, 0.3, 0.25)))],
                length_s=length_s,
                slips_hz=(float(rng.uniform(*first)), float(rng.uniform(*last))),
                corner_hz=(500.0 if groans else 1_000.0) * 2.2 ** float(rng.uniform()),
                pan=self._width * float(rng.uniform(-0.8, 0.8)),
            )
            self._sounds.lay(
                offset, np.float32(force * math.exp(0.4 * load[min(offset // TICK, len(load) - 1)])) * sound
            )
            self._count += 1
            self._next_s += self._gap(rng)
        self._sounds.add(out)
        self._frame += out.shape[1]

    def _gap(self, rng: np.random.Generator) -> float:
        """Seconds to the next one; they come in flurries."""
        if self._pressure == 0.0:
            return math.inf
        return 60.0 / (CREAKS_PER_MIN * self._pressure) * math.exp(0.9 * float(rng.standard_normal()) - 0.4)
