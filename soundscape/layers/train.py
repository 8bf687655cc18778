"""A train: from a seat in the carriage, from the embankment, from far across the night.

Model: wheels roll on rails that are never quite smooth, a roughness noise that grows and brightens with speed and
makes wheels and rails ring in their modes. At the joints every axle falls into the gap: two axles a bogie, two
bogies a carriage, so da-dum, da-dum. In the carriage the joints come to its axles one rail after the other, and a
bad joint is bad for all of them; beside the line the axles come to the same joint one carriage after the other, and
a flat wheel is heard at every joint. Now and then a flange squeals. A carriage lets through what is low.

Sources: TWINS model of rolling noise and Pieren et al. on auralised trains (2017); impact level growing by
20 log V; axles 2.5 m apart, bogies 14 to 18 m, rails 12 to 25 m.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from soundscape.audio import Audio
from soundscape.contract import ControlBlock
from soundscape.dsp.bands import BANDS, NoiseBands
from soundscape.dsp.blend import Part, Voice, blend
from soundscape.dsp.casing import MODES, Casing
from soundscape.dsp.drift import Drift
from soundscape.dsp.noise import white
from soundscape.dsp.resonators import LANES, NoiseResonators
from soundscape.dsp.wheel import Wheel
from soundscape.params import choice, number
from soundscape.rng import Seed

BUS = "ambience"
CONTROLS = ("intensity", "brightness")
PERIODIC = True

VOICE = Voice(intensity_db=9.0, brightness_db=13.0, split_hz=500.0)
LEVEL_LUFS = -36.0
"""Working loudness: what stands out is far above the rest."""
AXLES_M, BOGIES = 2.5, 0.72
"""Between the axles of a bogie; between the bogies, as a share of the carriage."""
USUAL_M_S = 22.0
"""Speed at which spectra are as given."""
FASTER = 0.2
"""What the whole range of intensity adds to the speed."""
ROLL_HZ, ROLL_SHARE, SHARED = (110.0, 420.0, 2_000.0), (1.0, 0.6, 0.25), (0.85, 0.45, 0.1)
ROUGH, BRIGHTER = (0.13, 0.18, 0.18), (0.05, 0.15, 0.2)
"""How far roughness moves each band alone, and all together, the highs most, in nepers."""
SQUEALS, WHEELS = 3, 6
"""Resonances that squeal, and modes of wheels; the other lanes are modes of the rail that is rolled on."""
WHEEL_LEVEL = 2.5
"""Of a mode of a wheel against one of the rail."""
UNEVEN, RAIL_FALL = 0.4, 0.3
"""Difference of joints, in nepers, where all is worn; how modes of the rail fall with frequency."""
BODY = 12
"""Modes of a casing that are the carriage's or the ground's; the others are the rail's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """Which train, how fast, and where one is."""

    where: str = choice("inside", ("inside", "beside"), help="in the carriage, or beside the line")
    speed: float = number(22.0, low=2.0, high=60.0, unit="m/s", help="faster is louder, brighter and quicker")
    rail: float = number(18.0, low=8.0, high=40.0, unit="m", help="length of a rail from joint to joint")
    carriage: float = number(20.0, low=8.0, high=30.0, unit="m", help="length of a carriage")
    joints: float = number(-1.0, low=-40.0, high=12.0, unit="dB", help="blows of the joints against the rolling")
    worn: float = number(0.35, low=0.0, high=1.0, help="how unlike joints and wheels are")
    ringing: float = number(0.4, low=0.0, high=1.0, help="wheels and rails that ring as they roll")
    squeal: float = number(0.1, low=0.0, high=1.0, help="flanges that squeal now and then")
    muffle: float = number(0.5, low=0.0, high=1.0, help="what walls, hills or night take of the highs")
    swell: float = number(
        2.0, low=0.0, high=10.0, unit="dB", help="how far cuttings, curves and wind move the level"
    )
    width: float = number(0.7, low=0.0, high=1.0, help="difference of the two sides")


def render(params: Params, controls: Iterable[ControlBlock], rate: int, seed: Seed) -> Iterator[Audio]:
    """The train, float32 `(2, block.frames)` for every control block."""

    def parts() -> list[tuple[float | None, Part]]:
        return [(0.0, Rolling(params, rate, seed)), (params.joints, Joints(params, rate, seed))]

    swell = Drift(seed.child("swell"), rate, low_hz=0.03, high_hz=2.0, slope=1.2)
    return blend(parts, controls, rate, VOICE, level_lufs=LEVEL_LUFS, swell=swell, swell_db=params.swell)


class Running:
    """Speed in m/s and level of the train: what rolling and joints have in common."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._params = params
        self._own = 1.0 + 0.03 * float(seed.generator("running").standard_normal())
        self._motion = Drift(seed.child("speed"), rate, low_hz=0.01, high_hz=0.3, slope=2.0)

    def advance(self, block: ControlBlock) -> tuple[np.ndarray, np.ndarray]:
        """Speed and gain at tick edges."""
        load = block["intensity"].astype(np.float64) - 0.5
        wander = 1.0 + 0.02 * self._motion.advance(block.ticks)[:, 0]
        speed = self._params.speed * self._own * (1.0 + FASTER * load) * wander
        return speed, speed / self._params.speed


class Rolling:
    """Roughness under the wheels, the modes it makes ring, and flanges that squeal."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._params = params
        self._running = Running(params, rate, seed)
        rng = seed.generator("modes")
        muffled = 2.0 ** (-1.1 * params.muffle)
        self._corner_hz = muffled * np.array(ROLL_HZ)
        rails = LANES - WHEELS - SQUEALS
        self._hz = np.concatenate((
            np.geomspace(150.0, 2_400.0, rails) * rng.uniform(0.9, 1.1, rails),
            np.geomspace(290.0, 1_900.0, WHEELS) * rng.uniform(0.9, 1.1, WHEELS),
            np.sort(rng.uniform(1_900.0, 4_800.0, SQUEALS)),
        ))  # fmt: skip
        level = 0.16 * params.ringing * (self._hz / 400.0) ** -0.9
        self._level = level * (1.0 + (self._hz / 700.0) ** 2) ** (-0.5 * params.muffle)
        self._level[rails:-SQUEALS] *= WHEEL_LEVEL
        self._level[-SQUEALS:] = 0.35 * params.squeal * muffled**2
        q = np.concatenate((
            rng.uniform(5.0, 16.0, rails), rng.uniform(80.0, 200.0, WHEELS), rng.uniform(90.0, 200.0, SQUEALS)
        ))  # fmt: skip
        self._pan = params.width * rng.permutation(np.linspace(-0.95, 0.95, LANES))
        self._air = NoiseBands(seed.child("air"), rate, shared=SHARED)
        self._ringing = NoiseResonators(seed.child("ringing"), rate, q=q)
        self._motion = Drift(seed.child("roughness"), rate, motions=2 * BANDS + LANES + 1, low_hz=0.1, high_hz=8.0)

    def run(self, block: ControlBlock) -> Audio:
        """The rolling under these controls."""
        out = np.zeros((2, block.frames), np.float32)
        speed, gain = self._running.advance(block)
        ratio = (speed / USUAL_M_S)[:, None]
        motion = self._motion.advance(block.ticks)
        own = motion[:, : 2 * BANDS].reshape(-1, BANDS, 2)
        rough = np.exp(np.array(ROUGH)[:, None] * own + (np.array(BRIGHTER) * motion[:, -1:])[:, :, None])
        # Lows move alike on both sides.
        rough[:, 0, 1] = rough[:, 0, 0]
        corner = self._corner_hz * ratio**0.7
        self._air.add(out, corner, np.array(ROLL_SHARE)[:, None] * rough * gain[:, None, None])
        own = motion[:, 2 * BANDS : -1]
        level = self._level * gain[:, None] * np.exp(0.4 * own)
        # A flange squeals only while its motion is far above the mean: seldom, and never all at once.
        level[:, -SQUEALS:] *= np.clip(own[:, -SQUEALS:] - 1.3, 0.0, 1.0)
        hz = np.tile(self._hz, (len(level), 1))
        hz[:, -SQUEALS:] *= 1.0 + 0.01 * own[:, :SQUEALS]
        self._ringing.add(out, hz, level, np.tile(self._pan, (len(level), 1)))
        return out


class Joints:
    """Axles that fall into the gaps between the rails."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._running = Running(params, rate, seed)
        self._period_m = params.rail if params.where == "inside" else params.carriage
        axles = seed.child("axles")
        self._fall = _axles(params, rate, axles, length_s=0.0045, force=0.2)
        # The same seed: every axle clatters as hard as it falls.
        self._clatter = _axles(params, rate, axles, length_s=0.008, force=1.0)
        self._case = _rail(params, rate, seed.child("rail"))
        # White noise of one density, whatever the rate.
        self._steel = np.float32(math.sqrt(rate / 48_000.0))
        self._key, self._at = seed.key("steel"), 0

    def run(self, block: ControlBlock) -> Audio:
        """The blows under these controls."""
        drive, clatter = np.zeros((2, 2, block.frames), np.float32)
        speed, gain = self._running.advance(block)
        turns = speed / self._period_m
        self._fall.add(drive, turns, gain)
        self._clatter.add(clatter, turns, gain)
        drive += self._steel * white(block.frames, self._key, start=self._at) * clatter
        self._at += block.frames
        out = np.zeros((2, block.frames), np.float32)
        self._case.add(out, drive)
        return out


def _axles(params: Params, rate: int, seed: Seed, *, length_s: float, force: float) -> Wheel:
    """Blows of three carriages on one rail after the other, or of one after the other on three joints."""
    rng = seed.generator("axles")
    bogie = BOGIES * params.carriage
    axles_m = np.array((0.0, AXLES_M, bogie, bogie + AXLES_M)) + 0.5 * (params.carriage - bogie - AXLES_M)
    if params.where == "inside":
        starts_m, near = np.arange(3) * params.carriage, np.array((0.25, 1.0, 0.25))
        period_m, group = params.rail, np.zeros(12, np.int64)
    else:
        starts_m, near = np.arange(3) * params.rail, np.array((0.5, 1.0, 0.5))
        period_m, group = params.carriage, np.tile(np.arange(4), 3)
    return Wheel(
        seed,
        rate,
        phase=(starts_m[:, None] + axles_m).ravel() / period_m,
        force=force * (near[:, None] * rng.lognormal(0.0, 0.15, 4)).ravel(),
        length_s=length_s * (USUAL_M_S / params.speed) ** 0.3,
        pan=params.width * np.repeat((-0.6, 0.0, 0.6), 4),
        group=group,
        uneven=UNEVEN * params.worn,
        vary=0.12,
    )


def _rail(params: Params, rate: int, seed: Seed) -> Casing:
    """Carriage or ground, then the rail."""
    rng = seed.generator("modes")
    frequency = np.concatenate((np.geomspace(42.0, 330.0, BODY), np.geomspace(420.0, 6_000.0, MODES - BODY)))
    frequency *= rng.uniform(0.92, 1.08, MODES)
    quality = np.concatenate((rng.uniform(3.0, 6.0, BODY), rng.uniform(6.0, 20.0, MODES - BODY)))
    gain = (frequency / 150.0) ** -RAIL_FALL * rng.lognormal(0.0, 0.2, MODES) * rng.choice((-1.0, 1.0), MODES)
    gain *= (1.0 + (frequency / 1_500.0) ** 2) ** -0.5 * (1.0 + (frequency / 500.0) ** 2) ** (-0.5 * params.muffle)
    detune = 1.0 + 0.03 * params.width * rng.uniform(-1.0, 1.0, (2, MODES))
    return Casing(rate, frequency_hz=frequency * detune, quality=quality, gain=np.tile(gain, (2, 1)))
