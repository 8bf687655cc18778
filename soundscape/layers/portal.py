"""Portal: a door in the air that stands open; it turns without end, draws breath and pulls.

Model: a vortex of resonant air, four arms at four radii, the inner ones faster, as whatever falls inward turns
faster; each is a few howling bands that come nearer and go, with Doppler, from side to side. In it stand two sets of
glides an octave apart, one always rising, one always falling, each entering and leaving unheard under a bell of
level over pitch, so that both move for ever and arrive nowhere; part of every glide is a sine, part a narrow band of
noise that follows it, as if heard through smoke, and all of them swell as the arms pass and sputter where these tear
at the rim. What sounds at once is bent together, so that sums and differences of the tones sound too. And it
breathes: a pull grows over seconds, takes the vortex up in pitch, speed and level and draws it to the middle, then
lets go, and a sub tone falls below. A wide space answers.

Sources: R. Shepard, *Circularity in judgments of relative pitch* (J. Acoust. Soc. Am. 36, 1964) and J.-C. Risset's
glissandi for what never arrives; R. Selfridge et al. on swords and other swung things (J. Audio Eng. Soc. 66, 2018)
for tones of moving air, whose pitch is 0.2 U/d.
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
from soundscape.dsp.bend import bent
from soundscape.dsp.blend import Voice
from soundscape.dsp.drift import Drift
from soundscape.dsp.hall import Hall
from soundscape.dsp.highpass import HighPass
from soundscape.dsp.noise import normal_at
from soundscape.dsp.resonators import NoiseResonators
from soundscape.dsp.sines import Sines
from soundscape.dsp.voicing import Voicing
from soundscape.dsp.vortex import SPIN, Blown, Vortex
from soundscape.params import number
from soundscape.rng import Seed
from soundscape.units import db_to_gain, midi_to_hz

Floats = npt.NDArray[np.float64]
BUS = "ambience"
CONTROLS = ("intensity", "brightness")
PERIODIC = True

VOICE = Voice(intensity_db=12.0, brightness_db=18.0, split_hz=600.0)
LEVEL_DB = -34.5
"""Of the glides at neutral controls."""
SIDES_HZ = 150.0
"""Below it both sides hear the same, as ears do in any space."""
GLIDES = 4
"""In each direction: an octave apart, so many octaves in all."""
FAINTEST = 4e-3
"""What is fainter of a glide is left out."""
SPUTTER = 0.25
"""Standard deviation of the logarithm of what each arm tears at the rim, for an unrest of 1."""
LEFT, LENGTH, SIZE, SINCE, FELL, COUNT = range(6)
"""State of the breath: of this pull, then how long ago the last one let go and how strong it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """How large the door is, how it turns and what pulls."""

    root: int = number(
        45, low=24, high=84, help="note of the sub tone as MIDI pitch; its octave does not matter", follows="tonic"
    )
    pace: float = number(0.05, low=0.005, high=0.4, unit="octaves/s", help="speed of the glides")
    centre: float = number(420.0, low=120.0, high=2000.0, unit="Hz", help="where the glides are loudest")
    spread: float = number(1.1, low=0.5, high=2.5, unit="octaves", help="width of the bell over them")
    balance: float = number(0.5, low=0.0, high=1.0, help="falling (0) against rising (1) glides")
    blur: float = number(0.5, low=0.0, high=1.0, help="from clear tones to bands of smoke")
    grit: float = number(0.5, low=0.0, high=1.0, help="how far tones bend each other")
    turn: float = number(9.0, low=1.0, high=60.0, unit="s", help="time in which its rim turns around once")
    pull: float = number(0.6, low=0.0, high=1.0, help="how deep it draws its breath")
    pulse: float = number(
        4.0, low=0.4, high=12.0, unit="s", help="time between two breaths, and falls of the sub tone"
    )
    sub: float = number(-4.0, low=-40.0, high=9.0, unit="dB", help="sub tone against the glides")
    swirls: float = number(0.0, low=-40.0, high=6.0, unit="dB", help="vortex of air against the glides")
    unrest: float = number(1.5, low=0.3, high=5.0, unit="dB", help="how unsteadily it stands")
    width: float = number(0.8, low=0.0, high=1.0, help="how far it reaches to the sides")


def render(params: Params, controls: Iterable[ControlBlock], rate: int, seed: Seed) -> Iterator[Audio]:
    """The open portal, float32 `(2, block.frames)` for every control block."""
    turning = Turning(params, rate, seed.child("turning"))
    glides, sub = Glides(params, rate, seed.child("glides")), Sub(params, rate, seed.child("sub"))
    vortex = Vortex(
        seed.child("vortex"),
        rate,
        centre_hz=params.centre,
        level=0.9 * db_to_gain(params.swirls),
        unsteady=0.16 * params.unrest,
        width=params.width,
    )
    q = np.concatenate((glides.quality, vortex.quality))
    bands = NoiseResonators(seed.child("bands"), rate, q=q)
    hall = Hall(seed.child("hall"), rate, t60_s=4.5, high_t60_s=1.8, size=2.2)
    voicing, sides = Voicing(rate, VOICE), HighPass(rate, corner_hz=SIDES_HZ)
    level = np.float32(db_to_gain(LEVEL_DB))
    for block in controls:
        motion = turning.advance(block)
        tones = np.zeros((2, block.frames), np.float32)
        smoke = glides.add(tones, motion)
        sub.add(tones, motion)
        audio = bent(tones, params.grit)
        air = vortex.add(audio, motion.angle, motion.pull, motion.drive)
        air = air._replace(level=air.level * np.repeat(motion.sputter, air.level.shape[1] // len(SPIN), axis=1))
        bands.add(audio, *(np.concatenate(pair, axis=1) for pair in zip(smoke, air, strict=True)))
        audio *= level
        hall.add(audio, np.float32(0.45) * audio)
        apart = np.float32(0.5) * (audio - audio[::-1])
        audio -= apart
        sides.run(apart)
        audio += apart
        voicing.run(audio, block)
        yield audio


class Motion(NamedTuple):
    """How it turns and breathes, at tick edges."""

    pull: Floats
    """`(edges,)`: from 0 to about 1, as deep as its breath is at all."""
    fall: Floats
    """`(edges,)`: what the last letting go has left, from some 1 to 0."""
    since_s: Floats
    """`(edges,)`: how long ago that was."""
    angle: Floats
    """`(edges, arms)`: turns of the arms; at a whole one they are nearest."""
    drive: Floats
    """`(edges,)`: how fast all goes, 1 at rest."""
    sputter: Floats
    """`(edges, arms)`: how the rim sputters where each arm is, 1 on the mean."""

    @property
    def ticks(self) -> int:
        """Ticks between the edges."""
        return len(self.pull) - 1


class Turning:
    """The rotation and the breath."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._params, self._tick_s = params, TICK / rate
        self._angle = seed.generator("angle").uniform(0.0, 1.0, len(SPIN))
        self._hurry = Drift(seed.child("hurry"), rate, motions=1 + len(SPIN), low_hz=0.03, high_hz=3.0)
        self._sputter = Drift(seed.child("sputter"), rate, motions=len(SPIN), low_hz=3.0, high_hz=20.0)
        self._key = np.uint32(seed.key("breath"))
        self._state = np.array((0.6 * params.pulse, params.pulse, 1.0, 1e3, 0.0, 0.0))

    def advance(self, block: ControlBlock) -> Motion:
        """How it moves under these controls; intensity makes it turn faster."""
        params = self._params
        pull, fall, since = np.empty((3, block.ticks + 1))
        breathe(pull, fall, since, self._state, params.pulse, self._key, self._tick_s)
        common, *own = self._hurry.advance(block.ticks).T
        drive = 1.6 ** (2.0 * block["intensity"].astype(np.float64) - 1.0) * np.exp(0.25 * params.unrest * common)
        speed = (
            SPIN
            * (drive * np.exp(0.9 * params.pull * (pull - 0.35)))[:, None]
            * np.exp(0.3 * np.stack(own, axis=1))
        )
        angle = np.cumsum(np.concatenate((self._angle[None], self._tick_s / params.turn * speed[:-1])), axis=0)
        self._angle = angle[-1] % 1.0
        sputter = np.exp(SPUTTER * params.unrest**0.5 * self._sputter.advance(block.ticks))
        return Motion(params.pull * pull, fall, since, angle, drive, sputter)


@njit(cache=True, nogil=True)
def breathe(pull, fall, since, state, usual_s, key, tick_s):  # type: ignore[no-untyped-def]
    """Pull, fall and time since it let go at tick edges; `state` is moved on. No two breaths are alike."""
    for edge in range(pull.shape[0]):
        if edge > 0:
            state[LEFT] -= tick_s
            state[SINCE] += tick_s
            if state[LEFT] <= 0.0:
                state[FELL], state[SINCE] = state[SIZE], 0.0
                state[COUNT] += 1.0
                at = int(state[COUNT]) * 2
                state[LENGTH] = usual_s * math.exp(0.28 * min(max(normal_at(key, at), -2.0), 2.0))
                state[LEFT] += state[LENGTH]
                state[SIZE] = math.exp(0.4 * min(max(normal_at(key, at + 1), -2.0), 1.2))
        x = 1.0 - state[LEFT] / state[LENGTH]
        # Four fifths of the time it grows, ever faster, then it lets go.
        grown = (
            math.sin(0.5 * math.pi * x / 0.82) ** 2.5
            if x < 0.82
            else math.cos(0.5 * math.pi * (x - 0.82) / 0.18) ** 2
        )
        pull[edge] = state[SIZE] * grown
        rise_s = min(0.05, 0.1 * usual_s)
        falls = min(state[SINCE] / rise_s, 1.0) * math.exp(-state[SINCE] / (0.3 * usual_s))
        fall[edge], since[edge] = state[FELL] * falls, state[SINCE]


class Glides:
    """What rises and falls at once, clear and as smoke."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._params, self._rate = params, rate
        rng = seed.generator("glides")
        self._way = np.repeat((1.0, -1.0), GLIDES)
        self._place = np.tile(np.arange(GLIDES) / GLIDES, 2) + np.repeat(rng.uniform(0.0, 1.0, 2), GLIDES)
        self._share = np.sqrt(np.where(self._way > 0.0, params.balance, 1.0 - params.balance))
        self._side = rng.permutation(np.linspace(-1.0, 1.0, 2 * GLIDES))
        self._lowest_hz = params.centre * 2.0 ** (-0.5 * GLIDES)
        self._tones = Sines(rate, phase=rng.uniform(0.0, 1.0, 2 * GLIDES))
        # Sharper where the blur is small: 1/40 to 1/5 of the pitch.
        self.quality = np.full(2 * GLIDES, 40.0 * 8.0**-params.blur)
        self._motion = Drift(seed.child("motion"), rate, motions=4 * GLIDES, low_hz=0.03, high_hz=9.0)
        self._went = 0.0

    def add(self, out: Audio, motion: Motion) -> Blown:
        """Add the tones of this motion to `out`; returns the smoke that goes with them."""
        params = self._params
        own, tune = np.split(self._motion.advance(motion.ticks), 2, axis=1)
        steps = params.pace * TICK / self._rate * motion.drive[:-1]
        went = np.cumsum(np.concatenate(([self._went], steps)))
        self._went = float(went[-1])
        # A place from 0 to 1 along the way, met by the next glide where the last one ends.
        place = (self._place + self._way * went[:, None] / GLIDES) % 1.0
        octaves = GLIDES * place
        hz = self._lowest_hz * 2.0**octaves
        off = (octaves - 0.5 * GLIDES) / params.spread
        # Every glide stands behind one of the arms and swells as it passes.
        behind = np.arange(2 * GLIDES) % len(SPIN)
        passing = np.cos(2.0 * np.pi * motion.angle[:, behind])
        swell = (
            np.exp(params.unrest / 8.686 * own + 0.4 * passing + 0.8 * motion.pull[:, None])
            * motion.sputter[:, behind]
        )
        level = np.maximum(self._share * np.sin(np.pi * place) ** 2 * np.exp(-0.5 * off**2) * swell - FAINTEST, 0.0)
        pan = params.width * 0.8 * self._side * (1.0 - 0.6 * np.minimum(motion.pull, 1.0))[:, None]
        clear = math.sqrt(1.0 - 0.9 * params.blur)
        self._tones.add(out, hz * 2.0 ** ((0.006 + 0.02 * params.blur) * tune), 1.4 * clear * level, pan)
        return Blown(np.maximum(hz, 30.0), math.sqrt(1.0 - clear**2) * level, -pan)


class Sub:
    """What falls below when the pull lets go: the tone, its fifth and its octave."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        low = 38.0 * 2.0 ** (math.log2(midi_to_hz(params.root) / 38.0) % 1.0)
        # No two doors are tuned alike.
        self._hz = (
            low * np.array((1.0, 1.002, 1.5, 2.0)) * (1.0 + 0.01 * float(seed.generator("own").standard_normal()))
        )
        self._gain = 2.2 * db_to_gain(params.sub)
        self._tones = Sines(rate, phase=seed.generator("phase").uniform(0.0, 1.0, 4))
        self._motion = Drift(seed.child("motion"), rate, motions=5, low_hz=0.05, high_hz=2.0)

    def add(self, out: Audio, motion: Motion) -> None:
        """Add the sub tone of this motion to `out`."""
        *swell, wander = self._motion.advance(motion.ticks).T
        beat = 0.12 + 0.15 * motion.pull + 1.1 * motion.fall
        level = self._gain * np.array((1.0, 0.7, 0.3, 0.3)) * beat[:, None] * np.exp(0.25 * np.stack(swell, axis=1))
        drop = 1.0 + 0.004 * wander + 0.3 * motion.fall * np.exp(-motion.since_s / 0.09)
        self._tones.add(out, self._hz * drop[:, None], level, np.tile((-0.1, 0.1, -0.3, 0.3), (len(level), 1)))
