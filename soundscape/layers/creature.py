"""Creature: something large that breathes, growls and shifts under the sand; the ground brings it to us.

Model: a breath of five to ten seconds, drawn in as air through a wide throat and let out with more; soft tissue
rattles in it some twenty times a second, harder as more air passes, and wet places click. Some breaths are voiced.
The growl is a row of glottal pulses at 16 to 60 Hz whose every second one is weaker (subharmonics), with jitter of
the pitch and shimmer of the pulses, through the formants of a vocal tract metres long (c / 4L and up). When it
shifts, the ground rumbles below 60 Hz, joints crack as soft knocks, and the sand above it runs. What comes through
the ground has lost its highs; what runs above has not.

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
from soundscape.dsp.bands import BANDS, NoiseBands
from soundscape.dsp.blend import Voice
from soundscape.dsp.drift import Drift
from soundscape.dsp.grains import Grains
from soundscape.dsp.hall import Hall
from soundscape.dsp.highpass import HighPass
from soundscape.dsp.noise import normal_at, uniform
from soundscape.dsp.resonators import LANES as BREATHS
from soundscape.dsp.resonators import NoiseResonators
from soundscape.dsp.voices import FORMANTS, LANES, Voices
from soundscape.dsp.voicing import Voicing
from soundscape.params import number
from soundscape.rng import Seed
from soundscape.units import db_to_gain, gain_to_db

Floats = npt.NDArray[np.float64]
BUS = "ambience"
CONTROLS = ("intensity", "brightness")

VOICE = Voice(intensity_db=9.0, brightness_db=18.0, split_hz=350.0)
SOUND_M_S = 350.0
FLAP_HZ = 30.0
"""Soft tissue in a throat of 1 m, at full breath."""
LEVELS_DB = (-34.0, -11.0, -31.0, -36.0)
"""Of breath, growl, ground and sand when their parameters say 0 dB."""
THROATS = 4
"""Lanes that growl: nearly alike, so that they beat and roughen as folds that do not close together."""
GROUND_HZ, GROUND_SHARE, GROUND_SHARED = (40.0, 75.0, 150.0), (0.8, 0.5, 0.16), (0.95, 0.85, 0.5)
PHASE, LENGTH, GROWLS, TURN, HEAVE, LEFT, SIZE, COUNT = range(8)
"""State of the animal: of its breath, and of its shifting."""
DRAWS = 6


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
    breath, growl, ground, sand = (
        part(params, rate, seed.child(part.__name__)) for part in (Breath, Growl, Ground, Sand)
    )
    # The larger the throat, the more air it moves.
    loud_db = gain_to_db((params.tract / 1.2) ** 0.5)
    wanted_db = (loud_db, params.growl + loud_db, params.ground, params.sand)
    gains = [np.float32(db_to_gain(sum(pair))) for pair in zip(LEVELS_DB, wanted_db, strict=True)]
    den = Hall(seed.child("den"), rate, t60_s=1.6, high_t60_s=0.5, size=0.7 + 0.2 * params.tract)
    voicing = Voicing(rate, VOICE)
    for block in controls:
        motion = life.advance(block)
        audio = np.zeros((2, block.frames), np.float32)
        for gain, part in zip(gains[:2], (breath, growl), strict=True):
            audio += gain * part.run(motion)
        # The hollow takes the edge off the voice and gives it back from all sides.
        heard = np.float32(1.0 - 0.4 * params.den) * audio
        den.add(heard, np.float32(0.6 * params.den) * audio)
        audio = heard
        for gain, part in zip(gains[2:], (ground, sand), strict=True):
            audio += gain * part.run(motion)
        voicing.run(audio, block)
        yield audio


class Motion(NamedTuple):
    """What the animal does, at tick edges: `(edges,)` each."""

    into: Floats
    """Air drawn in."""
    out: Floats
    """Air let out."""
    growl: Floats
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
        self._state = np.zeros(8)
        self._state[[PHASE, LENGTH]] = seed.generator("life").uniform(0.1, 0.4), params.breath
        self._state[GROWLS] = float(seed.generator("first").uniform() < params.voiced)
        self._tick_s = TICK / rate
        self._tick = 0

    def advance(self, block: ControlBlock) -> Motion:
        """What it does in this block; intensity stirs it."""
        motion = Motion(*(np.empty(block.ticks + 1) for _ in range(4)))
        stir = 2.0 ** (2.0 * block["intensity"].astype(np.float64) - 1.0)
        _live(motion, self._state, stir, self._numbers, self._key, self._tick, self._tick_s)
        self._tick += block.ticks
        return motion


@njit(cache=True, nogil=True)
def _live(motion, state, stir, numbers, key, tick, tick_s):  # type: ignore[no-untyped-def]
    breath, voiced, moves = numbers
    for edge in range(stir.shape[0]):
        if edge > 0:
            state[PHASE] += tick_s / state[LENGTH]
            if state[PHASE] >= 1.0:
                state[PHASE] -= 1.0
                state[TURN] += 1.0
                at = int(state[TURN]) * DRAWS
                state[LENGTH] = breath * math.exp(0.22 * normal_at(key, at)) / stir[edge] ** 0.3
                wants = voiced * stir[edge] ** 0.5
                state[GROWLS] = 0.55 + 0.45 * uniform(key, at + 1) if uniform(key, at + 2) < wants else 0.0
            if state[LEFT] > 0.0:
                state[LEFT] -= tick_s
            elif uniform(key, (tick + edge) * DRAWS + 3) < moves * stir[edge] * tick_s:
                state[COUNT] += 1.0
                at = int(state[COUNT]) * DRAWS
                state[LEFT] = 0.7 * math.exp(0.5 * normal_at(key, at + 4))
                state[SIZE] = math.exp(0.4 * min(normal_at(key, at + 5), 1.0))
            # The body is slow to move and slower to come to rest.
            goal = state[SIZE] if state[LEFT] > 0.0 else 0.0
            state[HEAVE] += tick_s / (0.25 if goal > state[HEAVE] else 0.9) * (goal - state[HEAVE])
        # In for two fifths, out for another two, then rest.
        x = state[PHASE]
        motion.into[edge] = math.sin(math.pi * x / 0.4) ** 2 if x < 0.4 else 0.0
        y = min(max((x - 0.42) / 0.45, 0.0), 1.0)
        motion.out[edge] = math.sin(math.pi * y**0.6) ** 2
        motion.growl[edge] = state[GROWLS] * math.sin(math.pi * y**0.75) ** 1.5 if 0.0 < y < 1.0 else 0.0
        motion.heave[edge] = state[HEAVE]


class Breath:
    """Air in the throat: its resonances, deeper on the way out."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        rng = seed.generator("throat")
        order = np.repeat(np.arange(BREATHS // 2), 2)
        quarter = SOUND_M_S / (4.0 * params.tract)
        self._hz = quarter * (2.0 * order + 1.0) * rng.uniform(0.94, 1.06, BREATHS)
        self._level = (self._hz / quarter) ** -0.9 * rng.uniform(0.7, 1.3, BREATHS)
        self._pan = params.width * np.tile((-1.0, 1.0), BREATHS // 2) * np.linspace(0.2, 0.9, BREATHS)
        self._noise = NoiseResonators(seed.child("breath"), rate, q=np.full(BREATHS, 2.4))
        self._flutter = Drift(seed.child("flutter"), rate, motions=BREATHS + 3, low_hz=0.1, high_hz=16.0)
        self._rattle, self._tick_s = params.rattle, TICK / rate
        # A larger throat flaps more slowly.
        self._flap_hz = FLAP_HZ * params.tract**-0.5
        self._flapped = 0.0
        self._wet = Grains(seed.child("wet"), rate, ring_s=0.002, size_sd=0.7, pitch_sd=0.35, densest=300.0)

    def run(self, motion: Motion) -> Audio:
        """The air of this motion."""
        *flutter, hurry, amount = self._flutter.advance(motion.ticks).T
        own = np.stack(flutter, axis=1)
        # Faster air is brighter: what rises steeper with order is drawn in.
        air = 0.03 + (0.55 * motion.into + motion.out)
        bright = 0.25 + 0.75 * (0.4 * motion.into + motion.out)
        order = self._hz / self._hz.min()
        level = self._level * air[:, None] * bright[:, None] ** (0.5 * np.log(order))
        flaps = self._flaps(air, hurry, amount)
        level *= np.exp(0.14 * (own[:, -1:] + own[:, :-1])) * flaps[:, None] ** (0.4 + 0.5 * np.log(order) / 2.0)
        hz = self._hz * (1.0 + 0.18 * motion.into - 0.06 * motion.out)[:, None]
        out = np.zeros((2, motion.ticks * TICK), np.float32)
        self._noise.add(out, hz, level, np.tile(self._pan, (len(level), 1)))
        clicks = 110.0 * self._rattle * np.maximum(air - 0.25, 0.0) * flaps**2
        pitch = 1_500.0 * (self._hz.min() / 40.0) ** 0.3 * np.ones_like(air)
        self._wet.add(out, clicks, pitch, 0.5 * bright * flaps, np.zeros_like(air))
        return out

    def _flaps(self, air: Floats, hurry: Floats, amount: Floats) -> Floats:
        """How the flow swells and is held up, 1 on the mean, some twenty times a second and never evenly."""
        steps = self._tick_s * self._flap_hz * (0.6 + 0.5 * air[:-1]) * np.exp(0.3 * hurry[:-1])
        turns = np.cumsum(np.concatenate(([self._flapped], steps)))
        self._flapped = float(turns[-1])
        depth = self._rattle * np.clip(0.55 + 0.5 * amount, 0.0, 1.0) * np.clip(2.0 * air - 0.3, 0.0, 1.0)
        flow: Floats = 1.0 - depth * (0.5 + 0.5 * np.cos(2.0 * np.pi * turns))
        return flow / (1.0 - 0.5 * depth)


class Growl:
    """The voice."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._params = params
        gain = np.zeros((FORMANTS, LANES))
        gain[:, :THROATS] = np.array((1.0, 1.6, 1.4, 1.0))[:, None] * seed.generator("folds").uniform(
            0.7, 1.3, THROATS
        )
        rough = params.roughness
        pan = np.zeros(LANES)
        pan[:THROATS] = params.width * np.array((-0.7, 0.7, -0.25, 0.25))
        self._voices = Voices(
            seed.child("folds"), rate, gain=gain, pan=pan, shimmer=0.1 + 0.5 * rough, alternate=0.65 * rough
        )
        # No two animals of a kind have the same voice.
        self._pitch = params.pitch * math.exp(0.1 * float(seed.generator("own").standard_normal()))
        self._spread = np.zeros(LANES)
        self._spread[:THROATS] = (0.0, 0.011, -0.008, 0.019)
        self._jitter = Drift(seed.child("jitter"), rate, motions=LANES + 1, low_hz=0.3, high_hz=40.0)

    def run(self, motion: Motion) -> Audio:
        """The growl of this motion."""
        params = self._params
        jitter = self._jitter.advance(motion.ticks)
        wander = (0.02 + 0.09 * params.roughness) * (jitter[:, -1:] + 0.3 * jitter[:, :-1])
        pitch = self._pitch * np.exp(wander + self._spread + 0.35 * (motion.growl[:, None] - 0.6))
        level = motion.growl[:, None] * np.ones(LANES) * np.exp(0.12 * jitter[:, :-1])
        breath = np.full_like(level, 0.25)
        quarter = SOUND_M_S / (4.0 * params.tract)
        open_ = 1.0 + 0.25 * motion.growl[:, None, None]
        formants = quarter * np.array((1.0, 3.0, 5.0, 7.0))[:, None] * open_ * np.ones(LANES)
        out = np.zeros((2, motion.ticks * TICK), np.float32)
        self._voices.add(out, pitch, level, breath, formants, 0.0 * level)
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
        corner = np.array(GROUND_HZ) * self._scale * (0.8 + 0.3 * weight)
        out = np.zeros((2, motion.ticks * TICK), np.float32)
        self._noise.add(out, corner, np.repeat(level[:, :, None], 2, axis=2))
        self._high_pass.run(out)
        pitch = np.full(len(heave), 150.0 * self._scale)
        self._knocks.add(out, 7.0 * heave, pitch, 0.6 * heave, 0.0 * heave)
        return out


class Sand:
    """The sand above: it runs where the body lifts it, and trickles after."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._params = params
        self._grains = Grains(seed.child("sand"), rate, densest=14_000.0)
        self._bursts = Drift(seed.child("bursts"), rate, motions=2, low_hz=0.2, high_hz=60.0)

    def run(self, motion: Motion) -> Audio:
        """The sand of this motion."""
        bursts, place = self._bursts.advance(motion.ticks).T
        lifted = motion.heave + 0.06 * motion.out
        per_s = np.minimum((25.0 + 4_500.0 * lifted**1.3) * np.exp(0.7 * bursts), 14_000.0)
        pitch = np.full(len(per_s), 1e3 * self._params.grain)
        level = 0.2 + 0.8 * np.minimum(lifted, 1.5)
        out = np.zeros((2, motion.ticks * TICK), np.float32)
        self._grains.add(out, per_s, pitch, level, 0.4 * self._params.width * place)
        return out
