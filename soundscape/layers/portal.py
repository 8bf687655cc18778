"""Portal: a door in the air that stands open; it turns without end and pulls both ways at once.

Model: two sets of glides an octave apart, one always rising, one always falling, each entering and leaving unheard
under a bell of level over pitch, so that both move for ever and arrive nowhere. Half of every glide is a sine whose
phase wanders, half a narrow band of noise that follows it: its spectrum is blurred, as if heard through smoke. The
pair turns around the listener; a sub tone pulses under it, never quite evenly; far away air is drawn in.

Sources: R. Shepard, *Circularity in judgments of relative pitch* (J. Acoust. Soc. Am. 36, 1964) and J.-C. Risset's
glissandi for what never arrives; phase-randomised spectra for the blur.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from soundscape.audio import Audio
from soundscape.contract import TICK, ControlBlock
from soundscape.dsp.bands import NoiseBands
from soundscape.dsp.blend import Part, Voice, blend
from soundscape.dsp.drift import Drift
from soundscape.dsp.resonators import LANES, NoiseResonators
from soundscape.dsp.sines import Sines
from soundscape.params import number
from soundscape.rng import Seed
from soundscape.units import midi_to_hz

BUS = "ambience"
CONTROLS = ("intensity", "brightness")
PERIODIC = True

VOICE = Voice(intensity_db=12.0, brightness_db=18.0, split_hz=600.0)
GLIDES = LANES // 2
"""In each direction: an octave apart, so many octaves in all."""
LOWEST_HZ = 27.5
AIR_HZ, AIR_SHARE, SHARED = (120.0, 500.0, 2_400.0), (0.7, 0.6, 0.25), (0.8, 0.3, 0.0)


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
    air: float = number(-12.0, low=-40.0, high=6.0, unit="dB", help="air that is drawn in, against the glides")
    unrest: float = number(1.5, low=0.3, high=5.0, unit="dB", help="how unsteadily it stands")
    width: float = number(0.8, low=0.0, high=1.0, help="how far it reaches to the sides")


def render(params: Params, controls: Iterable[ControlBlock], rate: int, seed: Seed) -> Iterator[Audio]:
    """The open portal, float32 `(2, block.frames)` for every control block."""

    def parts() -> list[tuple[float, Part]]:
        return [
            (0.0, Glides(params, rate, seed.child("glides"))),
            (params.sub, Sub(params, rate, seed.child("sub"))),
            (params.air, Draught(params, rate, seed.child("air"))),
        ]

    return blend(parts, controls, rate, VOICE)


class Glides:
    """What rises and falls at once."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._params, self._rate = params, rate
        rng = seed.generator("glides")
        way = np.repeat((1.0, -1.0), GLIDES)
        self._way = way
        self._place = np.tile(np.arange(GLIDES) / GLIDES, 2) + np.repeat(rng.uniform(0.0, 1.0, 2), GLIDES)
        self._share = np.sqrt(np.where(way > 0.0, params.balance, 1.0 - params.balance))
        self._angle = rng.uniform(0.0, 1.0, LANES)
        # Sharper where the blur is small: 1/40 to 1/5 of the pitch.
        self._smoke = NoiseResonators(seed.child("smoke"), rate, q=np.full(LANES, 40.0 * 8.0**-params.blur))
        self._tones = Sines(rate, phase=rng.uniform(0.0, 1.0, LANES))
        self._motion = Drift(seed.child("motion"), rate, motions=2 * LANES + 2, low_hz=0.03, high_hz=9.0)
        self._went = 0.0
        self._tick = 0

    def run(self, block: ControlBlock) -> Audio:
        """The glides under these controls."""
        params = self._params
        motion = self._motion.advance(block.ticks)
        own, tune, (hurry, common) = motion[:, :LANES], motion[:, LANES : 2 * LANES], motion[:, 2 * LANES :].T
        drive = 1.6 ** (2.0 * block["intensity"].astype(np.float64) - 1.0) * np.exp(0.3 * hurry)
        steps = params.pace * TICK / self._rate * drive[:-1]
        went = self._went + np.concatenate(([0.0], np.cumsum(steps)))
        self._went = float(went[-1])
        # A place from 0 to 1 along the way, met by the next glide where the last one ends.
        place = (self._place + self._way * went[:, None] / GLIDES) % 1.0
        octaves = GLIDES * place
        hz = LOWEST_HZ * 2.0**octaves
        off = (octaves - math.log2(params.centre / LOWEST_HZ)) / params.spread
        edge = np.sin(np.pi * place) ** 2
        level = self._share * edge * np.exp(-0.5 * off**2 + params.unrest / 8.686 * (own + 0.7 * common[:, None]))
        turn = self._angle + self._way * (self._tick + np.arange(block.ticks + 1))[:, None] * (
            TICK / self._rate / params.turn
        )
        pan = params.width * 0.95 * np.sin(2.0 * np.pi * turn)
        out = np.zeros((2, block.frames), np.float32)
        clear = math.sqrt(1.0 - 0.9 * params.blur)
        wander = 2.0 ** ((0.006 + 0.02 * params.blur) * tune)
        self._tones.add(out, hz * wander, 1.4 * clear * level, pan)
        self._smoke.add(out, np.maximum(hz, 30.0), math.sqrt(1.0 - clear**2) * level, -pan)
        self._tick += block.ticks
        return out


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
        self._turns = 0.0

    def run(self, block: ControlBlock) -> Audio:
        """The pulse under these controls."""
        *swell, wander, hurry = self._motion.advance(block.ticks).T
        steps = TICK / self._rate / self._params.pulse * np.exp(0.18 * hurry[:-1])
        turns = self._turns + np.concatenate(([0.0], np.cumsum(steps)))
        self._turns = float(turns[-1])
        x = turns % 1.0
        # Up in an eighth of the time, down in the rest.
        beat = 0.25 + np.where(x < 0.125, np.sin(4.0 * np.pi * x) ** 2, np.cos(np.pi / 1.75 * (x - 0.125)) ** 4)
        level = np.array((1.0, 0.7, 0.3, 0.3)) * beat[:, None] * np.exp(0.25 * np.stack(swell, axis=1))
        hz = self._hz * (1.0 + 0.004 * wander + 0.03 * (beat - 0.6))[:, None]
        out = np.zeros((2, block.frames), np.float32)
        self._tones.add(out, hz, level, np.tile((-0.1, 0.1, -0.3, 0.3), (len(level), 1)))
        return out


class Draught:
    """Air that the door draws in."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._noise = NoiseBands(seed.child("noise"), rate, shared=SHARED)
        self._motion = Drift(seed.child("motion"), rate, motions=3, low_hz=0.05, high_hz=6.0, slope=5.0 / 3.0)
        self._unrest = params.unrest / 8.686

    def run(self, block: ControlBlock) -> Audio:
        """The air under these controls."""
        motion = self._motion.advance(block.ticks)
        level = np.array(AIR_SHARE) * np.exp(1.3 * self._unrest * motion)
        out = np.zeros((2, block.frames), np.float32)
        self._noise.add(out, np.array(AIR_HZ) * np.exp(0.25 * motion), np.repeat(level[:, :, None], 2, axis=2))
        return out
