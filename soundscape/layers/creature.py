"""Creature: something large that breathes, growls and shifts under the sand; the ground brings it to us.

Model: it draws a breath and lets it out in an effort of one to four seconds that surges and gives way, then rests,
sometimes long. Throat and mouth are one row of resonances: those of a tube metres long (odd multiples of c / 4L),
above them those of mouth and jaws. They glide as the mouth opens with the effort, and the more it is open, the more
of the highs gets out. In a growl the folds beat at 16 to 60 Hz, unevenly, often every second time weaker, and break
into chaos at the height of the effort; in a mere breath soft parts flap some twenty times a second, and wet places
click. While it rests, its gut gurgles, and what it swallowed comes up in gulps. When it shifts, it pushes itself along
again and again: the ground rumbles below 60 Hz, joints crack as soft knocks, and the sand above it runs; some of it
slips while nothing moves. What comes through the ground has lost its highs; what runs above has not. The hollow it
lies in is never quite still: air seeps through it, and stirs with the body.

Sources: T. Riede & W. T. Fitch on vocal tracts and pitch of large mammals (1999); W. T. Fitch, J. Neubauer & H. Herzel
on subharmonics and chaos in growls (Animal Behaviour 63, 2002); C. Herbst et al. on elephants' rumbles (Science 2012).
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
from soundscape.dsp import blend
from soundscape.dsp.bands import BANDS, NoiseBands
from soundscape.dsp.bubbles import Bubbles
from soundscape.dsp.drift import Drift
from soundscape.dsp.grains import Grains
from soundscape.dsp.hall import Hall
from soundscape.dsp.highpass import HighPass
from soundscape.dsp.noise import normal_at, uniform
from soundscape.dsp.throat import RESONANCES, Throat
from soundscape.dsp.voicing import Voicing
from soundscape.params import number
from soundscape.rng import Seed
from soundscape.units import db_to_gain, gain_to_db

Floats = npt.NDArray[np.float64]
BUS = "ambience"
CONTROLS = ("intensity", "brightness")

CONTROLLED = blend.Voice(intensity_db=9.0, brightness_db=18.0, split_hz=350.0)
SOUND_M_S = 350.0
FLAP_HZ = 24.0
"""Soft tissue in a throat of 1 m, at full breath."""
MOUTH_HZ = 5_200.0
"""Highest resonance of a mouth with a throat of 1 m."""
TUBE = 10
"""Resonances of the tube; the others are those of mouth and jaws."""
LEVELS_DB = (-7.0, -31.5, -36.0, -40.0)
"""Of voice, ground, sand and gut when their parameters say 0 dB."""
GULP_MM = 9.0
"""A usual bubble in the gut of an animal with a throat of 1 m."""
SEEPING_DB = -61.0
"""RMS of the air that seeps through the widest hollow."""
AIR = 0.15
"""Of a breath against the pulses of a growl."""
HOLLOW_HZ, HOLLOW_SHARE, HOLLOW_SHARED = np.array((140.0, 600.0, 3_000.0)), (1.0, 0.6, 0.5), (0.9, 0.5, 0.1)
GROUND_HZ, GROUND_SHARE, GROUND_SHARED = (40.0, 72.0, 120.0), (0.8, 0.5, 0.12), (0.95, 0.85, 0.5)
AGE, LENGTH, INTO, OUT, GROWLS, TURN, HEAVE, LEFT, SIZE, COUNT = range(10)
"""State of the animal: of its breath, and of its shifting."""
DRAWS = 10
PUSHED = 0.45
"""Standard deviation of the logarithm of a shifting's strength from moment to moment."""
LONG_RESTS = 0.15
"""Share of breaths after which it waits twice as long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """How large it is, how it breathes and how restless it lies."""

    tract: float = number(2.2, low=0.6, high=6.0, unit="m", help="length of the throat; longer is darker")
    pitch: float = number(27.0, low=14.0, high=70.0, unit="Hz", help="pulses of the growl a second")
    roughness: float = number(0.6, low=0.0, high=1.0, help="subharmonics, jitter and shimmer of the growl")
    breath: float = number(7.0, low=2.0, high=16.0, unit="s", help="length of a breath, in and out")
    voiced: float = number(0.4, low=0.0, high=1.0, help="share of breaths that growl")
    growl: float = number(0.0, low=-40.0, high=12.0, unit="dB", help="growl against the breath")
    moves: float = number(5.0, low=0.0, high=30.0, unit="1/min", help="how often it shifts")
    ground: float = number(0.0, low=-40.0, high=12.0, unit="dB", help="rumble of the ground against the breath")
    sand: float = number(-10.0, low=-60.0, high=6.0, unit="dB", help="sand that runs above it, against the breath")
    grain: float = number(2.6, low=1.0, high=6.0, unit="kHz", help="pitch of the sand")
    rattle: float = number(0.5, low=0.0, high=1.0, help="soft and wet parts that flap in the breath")
    den: float = number(0.35, low=0.0, high=1.0, help="hollow of the ground around it")
    width: float = number(0.6, low=0.0, high=1.0, help="how far to the sides it reaches")


def render(params: Params, controls: Iterable[ControlBlock], rate: int, seed: Seed) -> Iterator[Audio]:
    """The creature, float32 `(2, block.frames)` for every control block."""

    life = Life(params, rate, seed.child("life"))
    parts = [part(params, rate, seed.child(part.__name__)) for part in (Voice, Ground, Sand, Gut)]
    # The larger the throat, the more air it moves.
    voice_db = gain_to_db(params.tract / 1.2)
    wanted_db = (voice_db, params.ground, params.sand, 0.5 * voice_db)
    gains = [np.float32(db_to_gain(sum(pair))) for pair in zip(LEVELS_DB, wanted_db, strict=True)]
    hollow = Hollow(params, rate, seed.child("hollow"))
    den = Hall(seed.child("den"), rate, t60_s=1.6, high_t60_s=0.5, size=0.7 + 0.2 * params.tract)
    voicing = Voicing(rate, CONTROLLED)
    for block in controls:
        motion = life.advance(block)
        voice, *around = (gain * part.run(motion) for gain, part in zip(gains, parts, strict=True))
        # The hollow takes the edge off the voice and gives it back from all sides.
        audio = np.float32(1.0 - 0.4 * params.den) * voice
        den.add(audio, np.float32(0.8 * params.den) * voice)
        for part in around:
            audio += part
        hollow.add(audio, motion)
        voicing.run(audio, block)
        yield audio


class Motion(NamedTuple):
    """What the animal does, at tick edges: `(edges,)` each."""

    into: Floats
    """Air drawn in."""
    out: Floats
    """Air let out."""
    growl: Floats
    """The part of it that the folds hold up."""
    heave: Floats
    """How strongly the body shifts."""

    @property
    def ticks(self) -> int:
        """Ticks between the edges."""
        return len(self.into) - 1


class Life:
    """The breath and the shifting of the animal."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._numbers = (params.breath, params.voiced, params.moves / 60.0)
        self._key = np.uint32(seed.key("life"))
        self._state = np.zeros(10)
        self._state[LENGTH] = params.breath
        # It is met somewhere in its first breath.
        self._state[AGE] = float(seed.generator("life").uniform(0.4, 1.0)) * params.breath
        self._pushes = Drift(seed.child("pushes"), rate, low_hz=0.6, high_hz=12.0)
        self._tick_s = TICK / rate
        self._tick = 0

    def advance(self, block: ControlBlock) -> Motion:
        """What it does in this block; intensity stirs it."""
        motion = Motion(*(np.empty(block.ticks + 1) for _ in range(4)))
        stir = 2.0 ** (2.0 * block["intensity"].astype(np.float64) - 1.0)
        _live(motion, self._state, stir, self._numbers, self._key, self._tick, self._tick_s)
        self._tick += block.ticks
        # It pushes itself along, again and again.
        pushes = np.minimum(self._pushes.advance(block.ticks)[:, 0], 1.5)
        return motion._replace(heave=motion.heave * np.exp(PUSHED * pushes))


@njit(cache=True, nogil=True)
def _live(motion, state, stir, numbers, key, tick, tick_s):  # type: ignore[no-untyped-def]
    breath, voiced, moves = numbers
    for edge in range(stir.shape[0]):
        if edge > 0:
            state[AGE] += tick_s
            if state[AGE] >= state[LENGTH]:
                state[AGE] -= state[LENGTH]
                state[TURN] += 1.0
                _breathe(state, breath / stir[edge] ** 0.3, voiced * stir[edge] ** 0.5, key)
            if state[LEFT] > 0.0:
                state[LEFT] -= tick_s
            elif uniform(key, (tick + edge) * DRAWS + 3) < moves * stir[edge] * tick_s:
                state[COUNT] += 1.0
                at = int(state[COUNT]) * DRAWS
                state[LEFT] = 0.9 * math.exp(0.6 * normal_at(key, at + 4))
                state[SIZE] = math.exp(0.4 * min(normal_at(key, at + 5), 1.0))
            # The body is slow to move and slower to come to rest.
            goal = state[SIZE] if state[LEFT] > 0.0 else 0.0
            state[HEAVE] += tick_s / (0.25 if goal > state[HEAVE] else 0.9) * (goal - state[HEAVE])
        x = min(state[AGE] / max(state[INTO], 0.01), 1.0)
        motion.into[edge] = math.sin(math.pi * x) ** 2
        # Out after a moment; an effort is soon at its height and lets go slowly.
        y = min(max((state[AGE] - 1.08 * state[INTO]) / max(state[OUT], 0.01), 0.0), 1.0)
        motion.out[edge] = math.sin(math.pi * y**0.6) ** 2
        motion.growl[edge] = state[GROWLS] * math.sin(math.pi * y**0.7) ** 1.2 if 0.0 < y < 1.0 else 0.0
        motion.heave[edge] = state[HEAVE]


@njit(cache=True, nogil=True)
def _breathe(state, breath, voiced, key):  # type: ignore[no-untyped-def]
    at = int(state[TURN]) * DRAWS
    state[LENGTH] = breath * math.exp(0.16 * normal_at(key, at))
    state[INTO] = 0.27 * breath * math.exp(0.2 * normal_at(key, at + 6))
    state[OUT] = min(0.42 * breath * math.exp(0.25 * normal_at(key, at + 7)), state[LENGTH] - 1.1 * state[INTO])
    if uniform(key, at + 8) < LONG_RESTS:
        state[LENGTH] += 0.7 * breath * uniform(key, at + 9)
    state[GROWLS] = 0.5 + 0.5 * uniform(key, at + 1) if uniform(key, at + 2) < voiced else 0.0


class Voice:
    """Throat and mouth: breath and growl come out of one."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._params, self._tick_s = params, TICK / rate
        rng = seed.generator("throat")
        self._quarter_hz = SOUND_M_S / (4.0 * params.tract)
        tube = self._quarter_hz * (2.0 * np.arange(TUBE) + 1.0)
        # A larger mouth sounds lower, and what is larger is darker altogether.
        top_hz = max(MOUTH_HZ * params.tract**-0.5, 2.0 * tube[-1])
        mouth = np.geomspace(tube[-1], top_hz, RESONANCES - TUBE + 1)[1:]
        self._tilt = 0.22 - 0.1 * math.log2(params.tract)
        # No two animals of a kind have the same voice.
        self._hz = np.concatenate((tube, mouth)) * rng.uniform(0.95, 1.05, RESONANCES)
        self._pitch_hz = params.pitch * math.exp(0.1 * float(rng.standard_normal()))
        quality = np.concatenate((np.linspace(3.0, 9.0, TUBE), np.full(RESONANCES - TUBE, 5.0)))
        # Lows are in the middle.
        reach = np.minimum(np.arange(RESONANCES) / 6.0, 1.0)
        pan = 0.6 * params.width * reach * rng.permutation(np.linspace(-1.0, 1.0, RESONANCES))
        self._throat = Throat(seed.child("folds"), rate, air_hz=self._quarter_hz, quality=quality, pan=pan)
        # Larger parts flap more slowly.
        self._flap_hz = FLAP_HZ * params.tract**-0.5
        self._flapped = 0.0
        # Effort surges; the folds waver; the tongue moves the lower resonances apart and together.
        self._surge = Drift(seed.child("surge"), rate, motions=2, low_hz=0.5, high_hz=25.0)
        self._waver = Drift(seed.child("waver"), rate, motions=4, low_hz=0.3, high_hz=25.0)
        self._shape = Drift(seed.child("shape"), rate, motions=RESONANCES, low_hz=0.4, high_hz=15.0)
        self._wet = Grains(seed.child("wet"), rate, ring_s=0.002, size_sd=0.7, pitch_sd=0.35, densest=300.0)

    def run(self, motion: Motion) -> Audio:
        """The voice of this motion."""
        params = self._params
        surge, gust = self._surge.advance(motion.ticks).T
        fold, own, hurry, amount = self._waver.advance(motion.ticks).T
        effort = np.minimum(motion.growl * np.exp(0.3 * surge), 1.2)
        air = 0.02 + (0.7 * motion.into + motion.out) * np.exp(0.15 * surge + 0.35 * gust)
        flaps = self._flaps(air, hurry, amount)
        mouth = np.clip(0.12 + 0.35 * motion.into + 0.3 * motion.out + 0.7 * effort, 0.0, 1.3)
        rough = np.clip(params.roughness * (0.5 + 0.6 * effort + 0.35 * fold), 0.0, 1.0)
        pitch = self._pitch_hz * np.exp(0.5 * (effort - 0.6) + 0.04 * own)
        hz, gain = self._resonances(mouth, motion)
        out = np.zeros((2, motion.ticks * TICK), np.float32)
        pulses = db_to_gain(params.growl) * effort
        self._throat.add(out, pitch, pulses, AIR * air * flaps, rough, hz, gain)
        clicks = 70.0 * params.rattle * np.maximum(air - 0.25, 0.0) * flaps**2
        wet_hz = np.full(len(air), 1_500.0 * (self._quarter_hz / 40.0) ** 0.3)
        self._wet.add(out, clicks, wet_hz, 0.03 * (mouth + 0.5 * effort) * flaps, np.zeros_like(air))
        return out

    def _resonances(self, mouth: Floats, motion: Motion) -> tuple[Floats, Floats]:
        """Frequency and response of the resonances while the mouth is so far open, 0 to 1."""
        shape = self._shape.advance(motion.ticks)
        order = np.log2(self._hz / self._hz[0])
        # Lips that close lower all of a tube's resonances, the first of them most; what is drawn in raises them.
        opened = 1.0 - (0.25 - 0.3 * mouth)[:, None] / (1.0 + 0.5 * order)
        hz = self._hz * opened * (1.0 + 0.08 * motion.into[:, None]) * np.exp(0.04 * shape)
        gain = np.exp((0.3 + 0.3 * order) * np.log(0.3 + 0.7 * mouth)[:, None] + self._tilt * order + 0.45 * shape)
        return hz, gain

    def _flaps(self, air: Floats, hurry: Floats, amount: Floats) -> Floats:
        """How the flow swells and is held up, 1 on the mean, some twenty times a second and never evenly."""
        steps = self._tick_s * self._flap_hz * (0.6 + 0.5 * air[:-1]) * np.exp(0.3 * hurry[:-1])
        turns = np.cumsum(np.concatenate(([self._flapped], steps)))
        self._flapped = float(turns[-1])
        loose = np.clip(0.65 + 0.5 * amount, 0.0, 1.0) * np.clip(3.0 * air - 0.2, 0.0, 1.0)
        depth = np.minimum(1.2 * self._params.rattle**0.7 * loose, 0.95)
        # Held up, then let go at once.
        flow: Floats = 1.0 - depth * (turns % 1.0)
        return flow / (1.0 - 0.5 * depth)


class Gut:
    """What it swallowed: gulps and gurgles in clusters, most of them while it rests."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._bubbles = Bubbles(seed.child("bubbles"), rate, radius_sd=0.4, rising=0.8, densest=120.0)
        self._unrest = Drift(seed.child("unrest"), rate, motions=2, low_hz=0.08, high_hz=12.0)
        self._radius_mm = GULP_MM * params.tract**0.5
        self._reach = 0.4 * params.width

    def run(self, motion: Motion) -> Audio:
        """The gut of this motion."""
        unrest, place = self._unrest.advance(motion.ticks).T
        churned = np.maximum(unrest - 0.5, 0.0) * np.exp(-2.0 * motion.out)
        out = np.zeros((2, motion.ticks * TICK), np.float32)
        size = self._radius_mm * np.exp(-0.3 * unrest)
        self._bubbles.add(out, 30.0 * np.minimum(churned, 3.0), size, 0.1 + 0.2 * churned, self._reach * place)
        return out


class Ground:
    """What its weight does to the ground: always a little, much when it shifts."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._scale = 0.5 + 1.1 / params.tract
        self._noise = NoiseBands(seed.child("ground"), rate, shared=GROUND_SHARED)
        self._high_pass = HighPass(rate, corner_hz=32.0)
        self._knocks = Grains(seed.child("joints"), rate, ring_s=0.02, size_sd=0.8, pitch_sd=0.35, densest=60.0)
        self._unrest = Drift(seed.child("unrest"), rate, motions=BANDS, low_hz=0.05, high_hz=9.0)

    def run(self, motion: Motion) -> Audio:
        """The ground of this motion."""
        heave = motion.heave
        unrest = self._unrest.advance(motion.ticks)
        weight = 0.16 + heave[:, None]
        level = np.array(GROUND_SHARE) * weight * np.exp(0.45 * unrest)
        corner = np.array(GROUND_HZ) * self._scale * (0.8 + 0.2 * np.minimum(weight, 1.5))
        out = np.zeros((2, motion.ticks * TICK), np.float32)
        self._noise.add(out, corner, np.repeat(level[:, :, None], 2, axis=2))
        self._high_pass.run(out)
        pitch = np.full(len(heave), 125.0 * self._scale)
        self._knocks.add(out, 7.0 * heave, pitch, 0.28 * heave, 0.0 * heave)
        return out


class Sand:
    """The sand above: it runs where the body lifts it, and trickles after."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._params = params
        self._grains = Grains(seed.child("sand"), rate, densest=14_000.0)
        self._bursts = Drift(seed.child("bursts"), rate, motions=3, low_hz=0.2, high_hz=60.0)
        self._slips = Drift(seed.child("slips"), rate, low_hz=0.1, high_hz=6.0)

    def run(self, motion: Motion) -> Audio:
        """The sand of this motion."""
        bursts, stream, place = self._bursts.advance(motion.ticks).T
        slip = np.maximum(self._slips.advance(motion.ticks)[:, 0] - 0.4, 0.0)
        lifted = motion.heave + 0.06 * motion.out + 0.05 * slip
        per_s = np.minimum((25.0 + 4_500.0 * lifted**1.3) * np.exp(0.9 * np.minimum(bursts, 2.0)), 14_000.0)
        # What runs faster is coarser, or finer where it runs through a crack.
        pitch = 1e3 * self._params.grain * np.exp(0.3 * stream - 0.08 * bursts)
        level = 0.7 + 0.3 * np.minimum(lifted, 1.5)
        out = np.zeros((2, motion.ticks * TICK), np.float32)
        self._grains.add(out, per_s, pitch, level, 0.4 * self._params.width * place)
        return out


class Hollow:
    """The air around it: hardly anything, and never still."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._level = db_to_gain(SEEPING_DB) * math.sqrt(params.den) * np.array(HOLLOW_SHARE)[:, None]
        self._noise = NoiseBands(seed.child("air"), rate, shared=HOLLOW_SHARED)
        self._motion = Drift(seed.child("motion"), rate, motions=2 * BANDS, low_hz=0.1, high_hz=9.0)

    def add(self, out: Audio, motion: Motion) -> None:
        """Add the air of this motion to `out`."""
        stirs = np.exp(0.3 * self._motion.advance(motion.ticks)).reshape(-1, BANDS, 2)
        # Lows are the same air on both sides.
        stirs[:, 0, 1] = stirs[:, 0, 0]
        level = self._level * stirs * (1.0 + motion.heave)[:, None, None]
        self._noise.add(out, HOLLOW_HZ * np.ones((motion.ticks + 1, 1)), level)
