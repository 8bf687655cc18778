"""Engines: pistons that fire through pipes and block, propellers, an airship outside and in its hold.

Model: every engine turns by its own cycle, in which each cylinder fires at its place, a little stronger or weaker
than its neighbours and than its last time. The pressure pulses excite the odd quarter waves of the exhaust and the
modes of block and body. A propeller cuts the air once a blade: a smooth pulse of loading and thickness, and the
noise of its wake, swelling with every passage. Engines differ by some promille, so that they beat; load wanders and
takes pitch, level and colour with it. Valve gear clatters. A hull lets through what is low.

Sources: Baldan et al. on the pulse-and-waveguide engine; Selfridge et al. on propellers (2018); Farnell, *Designing
Sound* (2010); ranges from recorded helicopters and machines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from soundscape.audio import Audio
from soundscape.contract import ControlBlock
from soundscape.dsp.bands import BANDS, NoiseBands
from soundscape.dsp.blend import SILENT_DB, Part, Voice, blend
from soundscape.dsp.casing import MODES, Casing
from soundscape.dsp.drift import Drift
from soundscape.dsp.wheel import Wheel
from soundscape.params import number
from soundscape.rng import Seed

BUS = "ambience"
CONTROLS = ("intensity", "brightness")
PERIODIC = True

VOICE = Voice(intensity_db=7.0, brightness_db=15.0, split_hz=450.0)
LEVEL_LUFS = -34.0
"""Working loudness: what stands out is far above the rest."""
PIPE = 9
"""Modes of a casing that are the exhaust's; the others are block and body."""
SOUND_M_S = 420.0
"""In hot gas."""
LOAD_PITCH = 0.14
"""What the whole range of intensity adds to the speed."""
WANDER = 0.004
NONE_DB = -60.0
"""At this level a part is not there."""
SWELL = 0.5
"""How far the noise swells with every blade, or else with every stroke."""
FLOW = (0.14, 0.22, 0.3)
"""How far each band of the noise moves by itself, in nepers."""
WASH_HZ, WASH_SHARE = (140.0, 420.0, 1_900.0), (1.0, 0.45, 0.16)


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """What turns, how fast, how many, and where one stands."""

    firing: float = number(42.0, low=2.0, high=240.0, unit="Hz", help="firings a second of one engine")
    cylinders: int = number(6, low=1, high=18, help="firings in a cycle")
    uneven: float = number(0.06, low=0.0, high=0.4, help="differences between cylinders; a worn engine has more")
    pulse: float = number(
        0.35, low=0.05, high=0.6, help="length of a firing, as a share of its period; short is rough"
    )
    exhaust: float = number(1.1, low=0.2, high=6.0, unit="m", help="length of the exhaust pipe")
    size: float = number(0.5, low=0.0, high=1.0, help="of the whole: larger is lower")
    engines: int = number(2, low=1, high=6, help="engines that run at once")
    detune: float = number(0.8, low=0.05, high=4.0, unit="%", help="difference of their speeds")
    propeller: float = number(-3.0, low=-60.0, high=18.0, unit="dB", help="propellers against the engines")
    blade: float = number(21.0, low=2.0, high=120.0, unit="Hz", help="blades that pass in a second")
    blades: int = number(3, low=2, high=8, help="of a propeller")
    wash: float = number(-4.0, low=-60.0, high=12.0, unit="dB", help="noise of wake and air against the engines")
    clatter: float = number(0.25, low=0.0, high=1.0, help="valve gear and loose parts")
    hull: float = number(0.0, low=0.0, high=1.0, help="outside at 0, inside the hull at 1")
    unrest: float = number(0.5, low=0.0, high=1.0, help="wandering of speed and load")
    width: float = number(0.7, low=0.0, high=1.0, help="how far apart the engines are")


def render(params: Params, controls: Iterable[ControlBlock], rate: int, seed: Seed) -> Iterator[Audio]:
    """The engines, float32 `(2, block.frames)` for every control block."""

    def parts() -> list[tuple[float | None, Part]]:
        return [
            (0.0, Pistons(params, rate, seed)),
            (params.propeller if params.propeller > NONE_DB else SILENT_DB, Propellers(params, rate, seed)),
            (params.wash if params.wash > NONE_DB else SILENT_DB, Wash(params, rate, seed)),
        ]

    return blend(parts, controls, rate, VOICE, level_lufs=LEVEL_LUFS)


class Running:
    """Speed and load of every engine: what pistons and propellers have in common."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._params = params
        rng = seed.generator("running")
        spread = np.linspace(-0.5, 0.5, params.engines) if params.engines > 1 else np.zeros(1)
        self._own = 1.0 + 0.01 * params.detune * (spread + 0.15 * rng.uniform(-1.0, 1.0, params.engines))
        # No two machines of a kind run at quite the same speed.
        self._own *= 1.0 + 0.03 * float(rng.standard_normal())
        self._motion = Drift(seed.child("running"), rate, motions=2 * params.engines + 2, low_hz=0.03, high_hz=6.0)

    def advance(self, block: ControlBlock) -> tuple[np.ndarray, np.ndarray]:
        """Relative speed and level of each engine at tick edges, `(engines, ticks + 1)` each."""
        engines, unrest = self._params.engines, self._params.unrest
        motion = self._motion.advance(block.ticks).T
        load = block["intensity"].astype(np.float64) - 0.5
        speed = (1.0 + LOAD_PITCH * load) * (1.0 + WANDER * unrest * (0.7 * motion[:engines] + motion[-1]))
        level_db = 4.0 * load + 2.4 * unrest * (0.8 * motion[engines : 2 * engines] + motion[-2])
        return self._own[:, None] * speed, 10.0 ** (level_db / 20.0)


class Pistons:
    """Cylinders that fire through exhaust and block, and the valve gear on them."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._params = params
        self._running = Running(params, rate, seed)
        self._firing = _pistons(params, rate, seed)
        self._valves = [
            _valves(params, rate, seed.child("valves", m), pan) for m, pan in enumerate(_places(params))
        ]
        self._cases = [_case(params, rate, seed.child("case", c)) for c in range(min(params.engines, 2))]

    def run(self, block: ControlBlock) -> Audio:
        """Exhaust, block and clatter under these controls."""
        drives = np.zeros((len(self._cases), 2, block.frames), np.float32)
        cycle_hz = self._params.firing / self._params.cylinders
        speeds, levels = self._running.advance(block)
        engines = zip(self._firing, self._valves, speeds, levels, strict=True)
        for m, (firing, valves, speed, level) in enumerate(engines):
            drive = drives[m % len(drives)]
            firing.add(drive, cycle_hz * speed, level)
            valves.add(drive, cycle_hz * speed, self._params.clatter * level)
        out = np.zeros((2, block.frames), np.float32)
        for case, drive in zip(self._cases, drives, strict=True):
            case.add(out, drive)
        return out


class Propellers:
    """The pressure pulse of every blade that passes."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._turns_hz = params.blade / params.blades
        self._running = Running(params, rate, seed)
        self._wheels = _propellers(params, rate, seed)

    def run(self, block: ControlBlock) -> Audio:
        """The blades under these controls."""
        out = np.zeros((2, block.frames), np.float32)
        for wheel, speed, level in zip(self._wheels, *self._running.advance(block), strict=True):
            wheel.add(out, self._turns_hz * speed, level)
        return out


class Wash:
    """The noise of wakes and of air that streams by: it swells as blades pass, or as cylinders exhaust."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._running = Running(params, rate, seed)
        if params.propeller > NONE_DB:
            self._wheels, self._turns_hz = _propellers(params, rate, seed), params.blade / params.blades
        else:
            self._wheels, self._turns_hz = _pistons(params, rate, seed), params.firing / params.cylinders
        self._air = NoiseBands(seed.child("air"), rate, shared=(0.8, 0.35, 0.05))
        self._motion = Drift(seed.child("flow"), rate, motions=2 * BANDS, low_hz=0.05, high_hz=12.0)
        # What is larger stirs the air in larger eddies.
        self._corner_hz = np.array(WASH_HZ) * 2.0 ** (1.5 * (0.5 - params.size) - 1.4 * params.hull)

    def run(self, block: ControlBlock) -> Audio:
        """The noise under these controls."""
        out = np.zeros((2, block.frames), np.float32)
        speeds, levels = self._running.advance(block)
        flow = np.exp(np.array(FLOW)[:, None] * self._motion.advance(block.ticks).reshape(-1, BANDS, 2))
        # Lows move alike on both sides.
        flow[:, 0, 1] = flow[:, 0, 0]
        # What works harder blows harder: its wake is not only louder but brighter.
        load = levels.mean(axis=0)[:, None]
        corner = self._corner_hz * speeds.mean(axis=0)[:, None] ** 2 * load**0.7
        self._air.add(out, corner, np.array(WASH_SHARE)[:, None] * flow * load[:, :, None])
        swell = np.full((2, block.frames), 1.0 - SWELL, np.float32)
        share = np.full(block.ticks + 1, 2.2 * SWELL / len(self._wheels))
        for wheel, speed in zip(self._wheels, speeds, strict=True):
            wheel.add(swell, self._turns_hz * speed, share)
        out *= swell
        return out


def _places(params: Params) -> list[float]:
    """Engines stand to both sides in turn."""
    spread = np.linspace(-0.7, 0.7, params.engines) if params.engines > 1 else np.zeros(1)
    return [float(params.width * pan) for pan in spread]


def _pistons(params: Params, rate: int, seed: Seed) -> list[Wheel]:
    return [_cylinders(params, rate, seed.child("cylinders", m), pan) for m, pan in enumerate(_places(params))]


def _cylinders(params: Params, rate: int, seed: Seed, pan: float) -> Wheel:
    rng = seed.generator("cylinders")
    count = params.cylinders
    return Wheel(
        seed,
        rate,
        phase=(np.arange(count) + 0.15 * params.uneven * rng.standard_normal(count)) / count,
        force=np.exp(1.5 * params.uneven * rng.standard_normal(count)),
        length_s=0.5 * params.pulse / params.firing,
        pan=pan,
        group=np.arange(count),
        jitter=0.006 / count,
        uneven=0.08,
    )


def _valves(params: Params, rate: int, seed: Seed, pan: float) -> Wheel:
    rng = seed.generator("valves")
    count = 2 * params.cylinders
    return Wheel(
        seed,
        rate,
        phase=(np.arange(count) + rng.uniform(0.0, 0.6, count)) / count,
        force=0.25 * (1.0 - 0.8 * params.hull) * rng.lognormal(0.0, 0.5, count),
        length_s=0.00012 * 3.0**params.size,
        pan=pan,
        group=np.arange(count),
        jitter=0.02 / count,
        uneven=0.4,
    )


def _propellers(params: Params, rate: int, seed: Seed) -> list[Wheel]:
    return [_propeller(params, rate, seed.child("propeller", m), pan) for m, pan in enumerate(_places(params))]


def _propeller(params: Params, rate: int, seed: Seed, pan: float) -> Wheel:
    count = params.blades
    return Wheel(
        seed,
        rate,
        phase=np.arange(count) / count,
        force=1.0 + 0.12 * seed.generator("blades").standard_normal(count),
        length_s=0.2 / params.blade,
        pan=pan,
        group=np.arange(count),
        jitter=0.012 / count,
        uneven=0.12,
    )


def _case(params: Params, rate: int, seed: Seed) -> Casing:
    """Odd quarter waves of the exhaust, then block and body; a hull in between takes the highs."""
    rng = seed.generator("modes")
    scale = 2.0 ** (0.9 - 1.8 * params.size)
    pipe = SOUND_M_S / (4.0 * params.exhaust) * (2.0 * np.arange(PIPE) + 1.0)
    body = scale * np.geomspace(65.0, 4_600.0, MODES - PIPE)
    frequency = np.concatenate((pipe, body)) * rng.uniform(0.95, 1.05, MODES)
    quality = np.concatenate((np.geomspace(4.0, 9.0, PIPE), rng.uniform(4.0, 18.0, MODES - PIPE)))
    gain = (frequency / 100.0) ** -0.8 * rng.lognormal(0.0, 0.3, MODES) * rng.choice((-1.0, 1.0), MODES)
    gain *= (1.0 + (frequency / 350.0) ** 2) ** (-0.6 * params.hull)
    detune = 1.0 + 0.03 * params.width * rng.uniform(-1.0, 1.0, (2, MODES))
    return Casing(rate, frequency_hz=frequency * detune, quality=quality, gain=np.tile(gain, (2, 1)))
