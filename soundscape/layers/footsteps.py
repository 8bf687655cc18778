"""People walking, alone, together or in step, on sand, gravel, stone or metal, light or in heavy armour.

Every foot comes down twice: the heel, then the ball as the weight rolls forward, by the two humps of the force
on the ground. Either sets loose ground crunching, a shower of grains that swells and settles as that ground does,
and knocks on hard ground, whose modes answer more brightly the harder the step. No walker keeps a metronome's
time: the pace wanders, every step is a little early or late, sometimes they stand. Gear rustles between steps,
plates of armour meet at each. After L. Turchet, S. Serafin & R. Nordahl on walking driven by ground reaction force
(2010), P. Cook's PhISEM (1997) and A. Farnell, *Designing Sound* (2010); lengths and colours fitted to recordings.
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
from soundscape.dsp.drift import Drift
from soundscape.dsp.grains import Grains
from soundscape.dsp.highpass import HighPass
from soundscape.dsp.modal import material_t60_s, ring
from soundscape.dsp.overlay import Overlay
from soundscape.params import choice, number, switch
from soundscape.rng import Seed

Column = npt.NDArray[np.float64]
BUS = "effects"
CONTROLS = ("intensity", "brightness", "density")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What is heard of a foot on this ground."""

    grains: float
    """A second, at the height of a step."""
    pitch_hz: float
    """Median of the grains."""
    ring_s: float
    """Time constant of a grain."""
    rise_s: float
    fall_s: float
    """How fast a contact swells and settles."""
    ball: float
    """Strength of the second hump beside the heel."""
    crunch: float
    """Level of the grains."""
    thump: float
    """Level of the mass under the foot."""
    knock: float = 0.0
    """Level of the modes that answer."""
    lowest_hz: float = 150.0
    stretch: float = 1.3
    """Growth of the modes' frequencies with their number."""
    corner_hz: float = 500.0
    """Where the contact's spectrum bends at middle force."""
    loss: float = 0.05
    """tan phi."""
    longest_s: float = 0.1
    """T60 of the lowest mode."""


GROUNDS = {
    "sand": Ground(
        grains=9_000.0, pitch_hz=2_200.0, ring_s=0.0007, rise_s=0.08, fall_s=0.09, ball=1.25, crunch=1.2, thump=0.4,
    ),
    "gravel": Ground(
        grains=2_600.0, pitch_hz=3_700.0, ring_s=0.0012, rise_s=0.024, fall_s=0.17, ball=1.1, crunch=0.6, thump=0.18,
    ),
    "stone": Ground(
        grains=900.0, pitch_hz=2_400.0, ring_s=0.0006, rise_s=0.006, fall_s=0.018, ball=0.4, crunch=0.5, thump=0.05,
        knock=0.75, lowest_hz=245.0, stretch=1.35, corner_hz=1_150.0, loss=0.08, longest_s=0.09,
    ),
    "metal": Ground(
        grains=600.0, pitch_hz=3_200.0, ring_s=0.0007, rise_s=0.006, fall_s=0.03, ball=0.55, crunch=0.25, thump=0.05,
        knock=0.42, lowest_hz=320.0, stretch=1.2, corner_hz=1_900.0, loss=0.012, longest_s=0.34,
    ),
}  # fmt: skip
USUAL_KG, USUAL_ROLL_S = 80.0, 0.14
MODES, PLATE_MODES = 12, 8
START, FORCE, PAN, RISE, FALL, PITCH = range(6)
"""Columns of the table of contacts: frame, factor, place, seconds, seconds, factor."""
OVER = 6.0
"""Falls until a contact is over."""
BODY_HZ = (105.0, 420.0, 3_600.0)
"""Corners of the thump, of the ground's own noise and of the gear."""
SHARED = (0.95, 0.6, 0.2)
INTENSITY, BRIGHTNESS_OCT, PACE_OCT = 2.3, 1.6, 0.95
"""What a control moves: factor of force each way from the middle, colour, pace."""
APART_S, KEEPS = 0.055, 0.88
"""How far men in step are apart (standard deviation), and what is left of that a step later."""
LEVEL = 0.014
"""Peak of a median grain of a usual step at neutral controls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """Who walks, on what, how."""

    ground: str = choice("sand", tuple(GROUNDS), help="what they walk on")
    walkers: int = number(1, low=1, high=8, help="how many walk")
    pace: float = number(104.0, low=20.0, high=200.0, unit="1/min", help="steps a minute of each")
    together: bool = switch(False, help="all walk in step")
    uneven: float = number(0.04, low=0.0, high=0.3, help="how early or late steps are, in parts of a step")
    pauses: float = number(0.05, low=0.0, high=0.5, help="share of steps after which they stand a while")
    weight: float = number(80.0, low=30.0, high=500.0, unit="kg", help="heavier is lower and longer")
    armour: float = number(0.0, low=0.0, high=1.0, help="plates that meet at every step")
    gear: float = number(0.3, low=0.0, high=1.0, help="rustle of cloth and straps")
    width: float = number(0.6, low=0.0, high=1.0, help="how far apart they walk")


def render(params: Params, controls: Iterable[ControlBlock], rate: int, seed: Seed) -> Iterator[Audio]:
    """Steps for every control block, float32 `(2, block.frames)`."""
    ground = GROUNDS[params.ground]
    walk = Walk(params, rate, seed)
    knocks = Knocks(params, rate, seed)
    clumps = Drift(seed.child("clumps"), rate, low_hz=4.0, high_hz=90.0)
    slow = Drift(seed.child("slow"), rate, motions=2, low_hz=0.05, high_hz=6.0)
    grains = Grains(seed.child("grains"), rate, ring_s=ground.ring_s, densest=24_000.0)
    under = NoiseBands(seed.child("under"), rate, shared=SHARED)
    high_pass = HighPass(rate)
    heavy = (params.weight / USUAL_KG) ** 0.25
    numbers = (
        ground.grains,
        ground.pitch_hz / heavy,
        ground.crunch,
        ground.thump * heavy**2,
        params.gear,
        1.0 / heavy,
    )
    frame = 0
    for block in controls:
        edges = block.ticks + 1
        contacts = walk.advance(block, knocks)
        falling, corner, level = np.empty((4, edges)), np.empty((edges, BANDS)), np.empty((edges, BANDS, 2))
        motion, clump = slow.advance(block.ticks), clumps.advance(block.ticks)
        bright = 2.0 ** (BRIGHTNESS_OCT * (block["brightness"].astype(np.float64) - 0.5))
        strength = LEVEL * _strength(block["intensity"])
        _tread(falling, corner, level, contacts, motion, clump, strength, bright, numbers, frame, rate)
        audio = np.zeros((2, block.frames), np.float32)
        grains.add(audio, *falling)
        under.add(audio, corner, level)
        knocks.sounds.add(audio)
        high_pass.run(audio)
        frame += block.frames
        yield audio


def _strength(intensity: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    return INTENSITY ** (2.0 * intensity.astype(np.float64) - 1.0)


class Step(NamedTuple):
    """One foot comes down."""

    beat: int
    """Frame at which it was due."""
    frame: int
    """Frame at which the heel strikes."""
    place: float
    force: float
    roll_s: float
    """Until the ball of the foot."""


class Gait:
    """When some walkers put down a foot: one alone at its own pace, or several in step."""

    def __init__(self, params: Params, rate: int, seed: Seed, places: npt.NDArray[np.float64]) -> None:
        self._params, self._rate, self._places = params, rate, places
        self._draw = seed.generator("steps")
        own = 1.0 if params.together else self._draw.uniform(0.9, 1.1)
        self._period = 60.0 / (params.pace * own) * rate
        self._next = self._draw.uniform(0.1, 0.9) * min(self._period, rate)
        self._pace = 0.0
        self._foot = 1.0
        self._behind_s = APART_S * self._draw.standard_normal(len(places)) if len(places) > 1 else np.zeros(1)

    def steps(self, until: int, pace: npt.NDArray[np.float32], start: int) -> Iterator[Step]:
        """Every step whose beat lies before `until`; `pace` is the control from frame `start` on."""
        draw, params = self._draw, self._params
        while self._next < until:
            frame = int(self._next)
            period = self._period * 2.0 ** (-2.0 * PACE_OCT * (float(pace[(frame - start) // TICK]) - 0.5))
            # The pace wanders from step to step and comes back.
            self._pace = 0.9 * self._pace + 0.02 * draw.standard_normal()
            self._foot = -self._foot
            if len(self._places) > 1:
                # Everyone has a pace of his own, and is drawn back to that of all before he falls out of step.
                strays_s = APART_S * math.sqrt(1.0 - KEEPS**2) * draw.standard_normal(len(self._places))
                self._behind_s = KEEPS * self._behind_s + strays_s
            for place, behind_s in zip(self._places, self._behind_s, strict=True):
                late = max(0.0, 1.5 * APART_S + behind_s) if len(self._places) > 1 else 0.0
                force = math.exp(0.16 * min(max(draw.standard_normal(), -2.0), 2.0) + 0.05 * self._foot)
                side = place + 0.12 * params.width * self._foot
                roll_s = draw.uniform(0.2, 0.27) * period / self._rate
                yield Step(frame, frame + int(late * self._rate), side, force, min(roll_s, 0.4))
            stands = draw.uniform() < params.pauses
            rest, early = draw.lognormal(0.1, 0.4), params.uneven * min(max(draw.standard_normal(), -2.0), 2.0)
            self._next += period * max(0.5, math.exp(self._pace) + early) + (rest * self._rate if stands else 0.0)


class Walk:
    """All walkers, and the contacts with the ground that may still be heard."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._ground, self._rate = GROUNDS[params.ground], rate
        draw = seed.generator("places")
        places = params.width * draw.permutation(np.linspace(-0.7, 0.7, params.walkers + 2)[1:-1])
        groups = [places] if params.together else np.split(places, params.walkers)
        self._gaits = [Gait(params, rate, seed.child("gait", index), group) for index, group in enumerate(groups)]
        self._slower = (params.weight / USUAL_KG) ** 0.15
        self._crowd = params.walkers**-0.35
        self._draw = seed.generator("contacts")
        self._contacts = np.zeros((0, 6))
        self._frame = 0

    def advance(self, block: ControlBlock, knocks: Knocks) -> npt.NDArray[np.float64]:
        """The contacts that are heard during this block, in the order of their steps; hard ground knocks at once."""
        until = self._frame + block.frames
        ended = self._contacts[:, START] + OVER * self._rate * (self._contacts[:, RISE] + self._contacts[:, FALL])
        found = list(self._contacts[ended > self._frame])
        for step in sorted(
            step for gait in self._gaits for step in gait.steps(until, block["density"], self._frame)
        ):
            force = self._crowd * step.force
            ball = self._ground.ball * self._draw.uniform(0.7, 1.3)
            on_ball = step.frame + int(step.roll_s * self._rate)
            # The heel strikes, the ball is laid down; who hurries does both faster.
            slowly = min(1.0, step.roll_s / USUAL_ROLL_S)
            found.append(self._contact(step.frame, force, step.place, 0.6 * slowly))
            found.append(self._contact(on_ball, force * ball, step.place, slowly))
            knocks.lay(block, step, step.frame - self._frame, (step.beat - self._frame) // TICK, force, ball)
        self._frame = until
        self._contacts = np.array(found).reshape(-1, 6)
        return self._contacts

    def _contact(self, frame: int, force: float, place: float, slowly: float) -> npt.NDArray[np.float64]:
        rise, fall, pitch = np.exp(self._draw.normal(0.0, (0.25, 0.25, 0.12)))
        ground, slower = self._ground, slowly * self._slower
        return np.array((frame, force, place, ground.rise_s * slower * rise, ground.fall_s * slower * fall, pitch))


class Knocks:
    """What hard ground and armour answer."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._params, self._ground, self._rate = params, GROUNDS[params.ground], rate
        self._draw = seed.generator("knocks")
        self._low = (params.weight / USUAL_KG) ** -0.4
        self._modes_hz = self._ground.lowest_hz * self._low * np.arange(1, MODES + 1) ** self._ground.stretch
        self.sounds = Overlay()

    def lay(self, block: ControlBlock, step: Step, offset: int, tick: int, force: float, ball: float) -> None:
        """Lay what a step sets ringing, its heel at `offset` in this block, under the controls at `tick`."""
        if self._ground.knock == 0.0 and self._params.armour == 0.0:
            return
        strength = force * float(_strength(block["intensity"][tick]))
        bright = 2.0 ** (BRIGHTNESS_OCT * (float(block["brightness"][tick]) - 0.5))
        sound = np.zeros((2, round((step.roll_s + 0.5) * self._rate)), np.float32)
        if self._ground.knock > 0.0:
            self._knock(
                sound, np.array([[0.0], [step.roll_s]]), strength * np.array([[1.0], [ball]]), bright, step.place
            )
        if self._params.armour > 0.0:
            self._clank(sound, step, strength, bright)
        self.sounds.lay(offset, sound)

    def _knock(self, sound: Audio, at_s: Column, strength: Column, bright: float, place: float) -> None:
        ground, draw = self._ground, self._draw
        modes_hz = self._modes_hz * draw.uniform(0.93, 1.07, (2, MODES))
        # The harder the sole strikes, the more modes it reaches.
        gain = np.exp(-modes_hz / (ground.corner_hz * bright * strength**0.3)) * draw.lognormal(
            0.0, 0.35, (2, MODES)
        )
        ring(
            sound,
            self._rate,
            start=(at_s * self._rate + draw.uniform(0.0, 0.0011 * self._rate, (2, MODES))).astype(np.int64).ravel(),
            frequency_hz=modes_hz.ravel(),
            t60_s=np.minimum(material_t60_s(modes_hz, ground.loss), ground.longest_s).ravel(),
            gain=(9.0 * LEVEL * ground.knock * strength * gain).ravel(),
            pan=np.clip(place + 0.25 * draw.uniform(-1.0, 1.0, 2 * MODES), -1.0, 1.0),
        )

    def _clank(self, sound: Audio, step: Step, strength: float, bright: float) -> None:
        draw = self._draw
        plates = 2
        lowest_hz = 520.0 * self._low * draw.uniform(0.8, 1.4, (plates, 1))
        modes_hz = (
            lowest_hz * np.arange(1, PLATE_MODES + 1) ** 1.2 * draw.uniform(0.95, 1.05, (plates, PLATE_MODES))
        )
        moment = draw.uniform(0.0, step.roll_s + 0.1, (plates, 1))
        level = 4.0 * LEVEL * self._params.armour * strength * draw.lognormal(0.0, 0.4, (plates, 1))
        gain = np.exp(-modes_hz / (1_500.0 * bright)) * draw.lognormal(0.0, 0.4, (plates, PLATE_MODES))
        ring(
            sound,
            self._rate,
            start=np.broadcast_to((moment * self._rate).astype(np.int64), modes_hz.shape).ravel(),
            frequency_hz=modes_hz.ravel(),
            t60_s=np.minimum(material_t60_s(modes_hz, 0.006), 0.22).ravel(),
            gain=(level * gain).ravel(),
            pan=np.clip(step.place + 0.3 * draw.uniform(-1.0, 1.0, modes_hz.size), -1.0, 1.0),
        )


@njit(cache=True, nogil=True)
def _tread(falling, corner, level, contacts, slow, clumps, strength, bright, numbers, frame, rate):  # type: ignore[no-untyped-def]
    grains, pitch, crunch, thump, gear, low = numbers
    for edge in range(falling.shape[1]):
        now = frame + edge * TICK
        pressed, place, colour = 1e-9, 0.0, 1e-9
        for contact in range(contacts.shape[0]):
            age = (now - contacts[contact, START]) / rate
            rise, fall = contacts[contact, RISE], contacts[contact, FALL]
            if age <= 0.0 or age > OVER * (rise + fall):
                continue
            # The ground gives way under the foot, then settles, more slowly and lower.
            swell = 1.0 - math.exp(-((age / rise) ** 2))
            amount = contacts[contact, FORCE] * swell * math.exp(-((age / (rise + fall)) ** 1.5))
            pressed += amount
            place += amount * contacts[contact, PAN]
            colour += amount * contacts[contact, PITCH] * (1.15 - 0.35 * min(1.0, age / (rise + fall)))
        clump = math.exp(0.55 * clumps[edge, 0] - 0.15)
        force = strength[edge]
        falling[0, edge] = min(20_000.0, grains * pressed * clump)
        falling[1, edge] = pitch * bright[edge] * colour / pressed
        falling[2, edge] = crunch * force * min(1.5, pressed) ** 0.6 * clump**0.4
        falling[3, edge] = place / pressed
        rustle = 0.06 + 0.16 * gear * math.exp(0.6 * slow[edge, 0]) * (0.25 + min(pressed, 1.5))
        for channel in range(2):
            level[edge, 0, channel] = 2.2 * thump * force * pressed
            level[edge, 1, channel] = force * (
                0.25 * crunch * pressed * clump + 0.07 * math.exp(0.4 * slow[edge, 1])
            )
            level[edge, 2, channel] = 0.5 * force * rustle
        corner[edge, 0] = BODY_HZ[0] * low
        corner[edge, 1] = BODY_HZ[1] * bright[edge]
        corner[edge, 2] = BODY_HZ[2] * bright[edge]
