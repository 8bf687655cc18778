"""Resonance of a crystal cave: tuned, inharmonic, beating, never still; it remembers what it was told.

Model: a dozen crystals, each with a stretched series of modes, every mode a doublet that beats at 0.3 to 5 Hz
with partners in different places; long T60 falling with frequency. They are struck by clustered micro-impacts,
rubbed by slow bows of noise that come and go one by one, and now and then they play a "memory": the same few
steps, from another crystal each time. Neighbours in pitch answer a strike faintly. A drone lies below.
The crystals stand on the notes of a key, so that the cave agrees with the score.

Sources: van den Doel & Pai, modal contact sounds (1998); Essl & Cook on doublets in bowed glass (2002);
T60 law f**-0.45 and beats of 3 to 5 Hz as measured on singing bowls.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from soundscape.audio import Audio
from soundscape.contract import TICK, ControlBlock
from soundscape.dsp.drift import Drift
from soundscape.dsp.glint import glint
from soundscape.dsp.modalbank import ModalBank
from soundscape.dsp.noise import white
from soundscape.dsp.overlay import Overlay
from soundscape.params import choice, number
from soundscape.rng import Seed
from soundscape.score.pitch import MODES
from soundscape.units import db_to_gain, midi_to_hz

BUS = "ambience"
CONTROLS = ("intensity", "brightness", "density")
PERIODIC = True

LEVEL_DB = -29.0
LEVEL_RANGE_DB = 9.0
TILT = 2.4
"""Exponent of frequency that the whole range of brightness moves."""
PARTIALS = 5
T60_SLOPE = 0.55
SYMPATHY_DB = -25.0
FIFTHS = (0, 7)
CLUSTER = 3.0
"""Strikes that one disturbance sets off, on average."""
FORCE_SD = 0.55


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """How the crystals are tuned, how long they ring, and what makes them sound."""

    root: int = number(57, low=24, high=96, help="tonic as MIDI pitch; its octave does not matter")
    mode: str = choice("aeolian", (*MODES, "fifths", "free"), help="notes on which the crystals stand")
    height: float = number(330.0, low=150.0, high=1200.0, unit="Hz", help="the lowest crystal lies at or above")
    modes: int = number(60, low=40, high=200, help="modes of the whole cave")
    stretch: float = number(1.3, low=1.0, high=1.9, help="inharmonicity: 1 is nearly harmonic, 1.75 a plate")
    ring: float = number(9.0, low=1.0, high=40.0, unit="s", help="T60 at 220 Hz")
    beating: float = number(1.0, low=0.2, high=2.0, help="speed of the beats")
    strikes: float = number(0.5, low=0.05, high=4.0, unit="1/s", help="disturbances that set off a cluster")
    hardness: float = number(0.5, low=0.0, high=1.0, help="of what strikes: soft is dark")
    bow: float = number(0.5, low=0.0, high=1.0, help="share of rubbed sound")
    memory: float = number(0.3, low=0.0, high=1.0, help="share of disturbances that play the memory")
    drone: float = number(0.3, low=0.0, high=1.0, help="level of the drone")
    width: float = number(0.8, low=0.0, high=1.0, help="how far the crystals stand apart")


def render(params: Params, controls: Iterable[ControlBlock], rate: int, seed: Seed) -> Iterator[Audio]:
    """The cave, float32 `(2, block.frames)` for every control block."""
    cave = Cave(params, rate, seed)
    for block in controls:
        yield cave.run(block)


@dataclass(frozen=True, slots=True)
class Strike:
    """One crystal struck: at a tick, how hard."""

    tick: int
    crystal: int
    force: float


class Cave:
    """The crystals, what disturbs them, and the drone."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._params, self._rate, self._seed = params, rate, seed
        rng = seed.generator("crystals")
        pitch_hz = _pitches(params, params.modes // PARTIALS, rng)
        self._crystals = len(pitch_hz)
        ratios = ((np.arange(PARTIALS) + 1.35) / 1.35) ** params.stretch
        drone_hz = 60.0 * 2.0 ** (math.log2(midi_to_hz(params.root) / 60.0) % 1.0) * np.array((1.0, 1.5, 2.0))
        frequency = np.concatenate((np.outer(pitch_hz, ratios).ravel(), drone_hz))
        frequency *= 1.0 + 0.004 * rng.uniform(-1.0, 1.0, len(frequency))
        count = len(frequency)
        self._frequency = frequency
        self._is_drone = np.arange(count) >= count - 3
        t60 = np.minimum(params.ring * (frequency / 220.0) ** -T60_SLOPE * rng.lognormal(0.0, 0.25, count), 60.0)
        crystal_pan = params.width * rng.permutation(np.linspace(-0.7, 0.7, self._crystals))
        place = np.where(self._is_drone, 0.0, np.append(np.repeat(crystal_pan, PARTIALS), np.zeros(3)))
        apart = params.width * rng.choice((-1.0, 1.0), count)
        self._spectra = _spectra(params, frequency[~self._is_drone].reshape(-1, PARTIALS), rng)
        self._bow_level = self._bow_levels(t60)
        self._bank = ModalBank(
            rate,
            seed.key("bow"),
            frequency_hz=frequency,
            beat_hz=params.beating * np.geomspace(0.3, 5.0, count)[rng.permutation(count)],
            t60_s=t60,
            gain=np.full(count, self._working_gain(t60)),
            pan=np.clip(np.stack((place - apart, place + apart)), -1.0, 1.0),
        )
        self._bows = Drift(seed.child("bows"), rate, motions=self._crystals, low_hz=0.02, high_hz=0.4, slope=1.5)
        self._light = Drift(seed.child("light"), rate, motions=2, low_hz=0.01, high_hz=1.0)
        self._steps = seed.generator("memory").integers(-3, 5, int(rng.integers(3, 8)))
        self._waiting: list[Strike] = []
        self._glints = Overlay()
        self._tick = 0

    def run(self, block: ControlBlock) -> Audio:
        """The cave under these controls."""
        ticks = block.ticks
        bows = self._bows.advance(ticks)[:-1]
        light, life = self._light.advance(ticks).T
        level_db = LEVEL_RANGE_DB * (block["intensity"] - 0.5) + 0.8 * life
        slope = TILT * (block["brightness"] - 0.5) + 0.12 * light
        # In float32, whose exponential runs in vector lanes.
        steep = np.outer(slope, np.log(self._frequency / 900.0)).astype(np.float32)
        tilt = (10.0 ** (level_db[:, None] / 20.0)).astype(np.float32) * np.exp(steep)
        kicks = np.zeros((ticks, 2, len(self._frequency)), np.complex128)
        audio = np.zeros((2, block.frames), np.float32)
        for strike in self._due(block):
            self._kick(kicks[strike.tick - self._tick], strike)
            self._glints.lay((strike.tick - self._tick) * TICK, self._glint(strike, tilt[strike.tick - self._tick]))
        # A bow touches a crystal only while its motion is above zero: most rest at any time.
        touch = np.repeat(np.maximum(bows, 0.0) + 0.02, PARTIALS, axis=1)
        bow = self._bow_level * np.concatenate((touch, np.ones((ticks, 3))), axis=1)
        self._bank.add(audio, kicks, bow, tilt)
        self._glints.add(audio)
        self._tick += ticks
        return audio

    def _due(self, block: ControlBlock) -> list[Strike]:
        """The strikes of this block in order of time; new disturbances are drawn tick by tick."""
        busy = 8.0 ** (2.0 * block["density"][:-1] - 1.0) * (self._params.strikes * TICK / self._rate)
        draws = 0.5 + 0.5 * white(block.ticks, self._seed.key("disturbances"), start=self._tick)
        for tick in np.flatnonzero(draws < busy):
            self._waiting += self._disturbance(self._tick + int(tick))
        end = self._tick + block.ticks
        due = sorted((s for s in self._waiting if s.tick < end), key=lambda s: (s.tick, s.crystal, s.force))
        self._waiting = [strike for strike in self._waiting if strike.tick >= end]
        return due

    def _disturbance(self, tick: int) -> list[Strike]:
        """A cluster of strikes, or the memory from some crystal on."""
        rng = self._seed.generator("disturbance", tick)
        second = self._rate / TICK
        first = int(rng.integers(self._crystals))
        if rng.uniform() < self._params.memory:
            crystals = first + np.concatenate(([0], np.cumsum(self._steps)))
            times = np.cumsum(rng.uniform(0.8, 1.2, len(crystals)) * rng.uniform(0.22, 0.6))
            force = 1.1 * rng.lognormal(0.0, 0.2, len(crystals))
        else:
            count = 1 + int(rng.poisson(CLUSTER - 1.0))
            crystals = first + rng.integers(-2, 3, count)
            times = np.concatenate(
                ([0.0], np.cumsum(rng.exponential(0.25, count - 1) * (1.0 + np.arange(count - 1))))
            )
            force = rng.lognormal(0.0, FORCE_SD, count) * 0.85 ** np.arange(count)
        return [
            Strike(tick + round(float(time) * second), int(crystal) % self._crystals, min(float(strength), 2.0))
            for time, crystal, strength in zip(times, crystals, force, strict=True)
        ]

    def _kick(self, kicks: npt.NDArray[np.complex128], strike: Strike) -> None:
        rng = self._seed.generator("kick", strike.tick, strike.crystal)
        spectrum = strike.force * self._spectra[strike.crystal] * rng.lognormal(0.0, 0.35, self._spectra.shape[1])
        phase = rng.uniform(0.0, 2.0 * math.pi, (2, len(spectrum)))
        split = rng.uniform(0.4, 1.0, (2, len(spectrum)))
        kicks[:, : len(spectrum)] += split * spectrum * np.exp(1j * phase)

    def _glint(self, strike: Strike, tilt: npt.NDArray[np.float32]) -> Audio:
        """The contact itself: a short, high, glassy tick."""
        rng = self._seed.generator("glint", strike.tick, strike.crystal)
        level = 0.02 * (0.3 + self._params.hardness) * strike.force * float(tilt[~self._is_drone].mean())
        return glint(self._rate, rng, level=level, pan=self._params.width * rng.uniform(-0.9, 0.9))

    def _bow_levels(self, t60: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """RMS of each mode while it is bowed, beside strikes of force 1."""
        own = self._spectra.max(axis=0) * np.sqrt(self._share(t60)[: self._spectra.shape[1]])
        drone = np.full(3, float(np.sqrt(np.sum(own**2)))) * np.array((0.5, 0.25, 0.3)) * self._params.drone
        return np.concatenate((3.0 * self._params.bow * own, drone))

    def _share(self, t60: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Mean square of each mode under the strikes that it gets at neutral density."""
        per_s = CLUSTER * self._params.strikes / self._crystals
        return per_s * math.exp(2.0 * FORCE_SD**2) * t60 / (6.0 * math.log(10.0))

    def _working_gain(self, t60: npt.NDArray[np.float64]) -> float:
        """Gain by which strikes and bow together come out at the working level."""
        struck = np.sum(self._spectra.max(axis=0) ** 2 * self._share(t60)[: self._spectra.shape[1]])
        bowed = 0.5 * np.sum(self._bow_level[: self._spectra.shape[1]] ** 2)
        return db_to_gain(LEVEL_DB) / math.sqrt(float(struck + bowed))


def _pitches(params: Params, count: int, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Fundamentals in Hz, rising, on notes of the key over the octaves above `height`."""
    lowest = params.height * 2.0 ** (math.log2(midi_to_hz(params.root) / params.height) % 1.0)
    if params.mode == "free":
        return lowest * 2.0 ** np.sort(rng.uniform(0.0, 2.5, count))
    steps = FIFTHS if params.mode == "fifths" else MODES[params.mode]
    notes = np.array([12 * octave + step for octave in range(3) for step in steps if 12 * octave + step <= 31])
    stable = np.where(np.isin(notes % 12, (0, 7)), 3.0, 1.0)
    chosen = rng.choice(notes, count, p=stable / stable.sum(), replace=True)
    return lowest * 2.0 ** (np.sort(chosen) / 12.0)


def _spectra(
    params: Params, frequency: npt.NDArray[np.float64], rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    """What a strike on each crystal gives to every mode: `(crystals, modes)`, its own and, faintly, its neighbours'."""
    cutoff_hz = 1_000.0 * 5.0**params.hardness * 1.4
    mallet = np.exp(-((frequency / cutoff_hz) ** 1.2)) * rng.lognormal(0.0, 0.3, frequency.shape)
    crystals, partials = frequency.shape
    own = np.kron(np.eye(crystals), np.ones(partials))
    distance = np.abs(np.log2(frequency.ravel()[None, None, :] / frequency[:, :, None])).min(axis=1) * 12.0
    return (own + (1.0 - own) * db_to_gain(SYMPATHY_DB) / (1.0 + (distance / 0.3) ** 2)) * mallet.ravel()
