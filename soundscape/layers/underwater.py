"""Under water: a heavy bed that sways past the ear, gulps of air, creaks of a hull or of ice, far booms.

Water carries lows and little else: the bed is noise whose highs the depth takes away, swayed by swells of many
seconds and coloured by hollows that move as it moves. Air comes up in gulps: chains of bubbles, the largest first,
each a damped sine at 3 over its radius that rises as it nears the surface; between the gulps little more than a fizz.
Now and then something gives under the load, sticks and slips on a body of metal or ice, or a blow far away arrives
long after it fell, stretched by the way. Sound is four times as fast as in air, so that the head makes no difference
between the ears: all of it is wide only by the time in which it dies away.

Sources: K. van den Doel, *Physically based models for liquid sounds* (ACM Trans. Applied Perception 2, 2005) and
M. Minnaert (1933) for the bubbles; G. Wenz (J. Acoust. Soc. Am. 34, 1962) for the spectrum of the bed; A. Farnell,
*Designing Sound* (2010), for stick and slip.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from soundscape.audio import Audio
from soundscape.contract import TICK, ControlBlock
from soundscape.dsp.bands import BANDS, NoiseBands
from soundscape.dsp.blend import Voice
from soundscape.dsp.bubbles import Bubbles
from soundscape.dsp.burst import envelope, noise_band
from soundscape.dsp.creak import creak
from soundscape.dsp.drift import Drift
from soundscape.dsp.hall import Hall
from soundscape.dsp.highpass import HighPass
from soundscape.dsp.noise import normal_at
from soundscape.dsp.overlay import Overlay
from soundscape.dsp.resonators import LANES, NoiseResonators
from soundscape.dsp.struck import make_body
from soundscape.dsp.voicing import Voicing
from soundscape.params import number
from soundscape.rng import Seed

Floats = npt.NDArray[np.float64]
BUS = "ambience"
CONTROLS = ("intensity", "brightness", "density")

VOICE = Voice(intensity_db=12.0, brightness_db=16.0, split_hz=260.0)
OFTEN = 3.5
"""Factor of the bubbles each way from the middle of density."""
LEVEL = 0.03
"""RMS of the bed at neutral controls."""
BED_HZ = np.array((70.0, 240.0, 900.0))
BED_SHARE = np.array((1.0, 0.45, 0.05))
SHARED = (0.98, 0.9, 0.75)
SIDES = 0.35
"""How far to the sides what has a place is heard."""
SITES = 2
"""Places from which air comes up by turns."""
GULP_S, GULPS = 0.8, 6.0
"""Length of a gulp, and by how much bubbles come faster in it than on the average."""
FIZZ = 0.5
"""Size of what rises between the gulps, over the usual."""
RISES, LEFT, LENGTH, SIZE, RADIUS, COUNT = range(6)
"""State of a site: whether air comes up, how long that or the pause lasts yet, and what the gulp is like."""
BODIES_HZ = (1.0, 1.37, 2.3)
"""Bodies that give, over the pitch of the groans."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """How deep, and what lives and gives there."""

    depth: float = number(0.5, low=0.0, high=1.0, help="deeper is darker and heavier")
    swell: float = number(0.5, low=0.0, high=1.0, help="how far the bed sways")
    bubbles: float = number(14.0, low=0.0, high=400.0, unit="1/s", help="bubbles on the average")
    size: float = number(3.0, low=0.6, high=8.0, unit="mm", help="median radius; bigger is lower")
    streams: float = number(0.9, low=0.0, high=1.0, help="from steady fizz to gulps of air with long pauses")
    groans: float = number(4.0, low=0.0, high=20.0, unit="1/min", help="how often something gives")
    groan_pitch: float = number(95.0, low=40.0, high=400.0, unit="Hz", help="pitch of what gives")
    booms: float = number(1.5, low=0.0, high=12.0, unit="1/min", help="far blows, as the water carries them")
    cavities: float = number(0.4, low=0.0, high=1.0, help="hollow colour of an enclosed water")
    width: float = number(0.8, low=0.0, high=1.0, help="difference of the two sides")


def render(params: Params, controls: Iterable[ControlBlock], rate: int, seed: Seed) -> Iterator[Audio]:
    """Water for every control block, float32 `(2, block.frames)`."""
    water, air = Water(params, rate, seed.child("water")), Gulps(params, rate, seed.child("air"))
    load, blows = Strain(params, rate, seed.child("strain")), Booms(params, rate, seed.child("booms"))
    hall = Hall(seed.child("hall"), rate, t60_s=3.2, high_t60_s=0.4, size=2.6)
    # Blows too low to be heard would use up the loudspeakers.
    high_pass, voicing = HighPass(rate, corner_hz=26.0), Voicing(rate, VOICE)
    for block in controls:
        near = np.zeros((2, block.frames), np.float32)
        air.add(near, block)
        load.add(near)
        blows.add(near)
        audio = water.run(block.ticks) + np.float32(0.8) * near
        hall.add(audio, np.float32(0.7) * near)
        high_pass.run(audio)
        voicing.run(audio, block)
        yield audio


def _muffled(params: Params) -> float:
    """Factor of all corners at this depth, 2 to 1/2."""
    return float(2.0 ** (1.0 - 2.0 * params.depth))


class Water:
    """The bed, and the hollows that colour it."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._params = params
        shared = np.array(SHARED)
        left, middle, right = 1.0 - params.width * (1.0 - shared)
        self._noise = NoiseBands(seed.child("bed"), rate, shared=(left, middle, right))
        rng = seed.generator("hollows")
        self._hz = 80.0 * 1.2 ** np.arange(LANES) * rng.uniform(0.94, 1.06, LANES)
        self._pan = SIDES * params.width * rng.permutation(np.linspace(-1.0, 1.0, LANES))
        self._hollows = NoiseResonators(seed.child("hollows"), rate, q=rng.uniform(4.0, 8.0, LANES))
        self._swell = Drift(seed.child("swell"), rate, motions=1 + BANDS, low_hz=0.03, high_hz=2.0, slope=1.1)
        self._sway = Drift(seed.child("sway"), rate, motions=2 * LANES, low_hz=0.15, high_hz=6.0)

    def run(self, ticks: int) -> Audio:
        """The bed of the next ticks."""
        params, muffled = self._params, _muffled(self._params)
        common, *own = self._swell.advance(ticks).T
        swell = np.exp(params.swell * (0.5 * common - 0.12))
        level = LEVEL * swell[:, None] * BED_SHARE * np.array((1.0, muffled, muffled**2))
        level *= np.exp(params.swell * 0.45 * np.stack(own, axis=1))
        out = np.zeros((2, ticks * TICK), np.float32)
        corner = BED_HZ * muffled * np.ones((ticks + 1, 1))
        self._noise.add(out, corner, np.repeat(level[:, :, None], 2, axis=2))
        turn, loud = np.split(self._sway.advance(ticks), 2, axis=1)
        # What is hollow sounds as the water passes it: pitch and level wander, each hollow by itself.
        hollow = 0.35 * LEVEL * params.cavities * (swell[:, None] * np.exp(0.55 * loud)) * (150.0 / self._hz) ** 0.7
        hollow *= (1.0 + (self._hz / (500.0 * muffled)) ** 2) ** -0.7
        self._hollows.add(out, self._hz * np.exp(0.07 * turn), hollow, np.tile(self._pan, (ticks + 1, 1)))
        return out


class Gulps:
    """Air that comes up."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._params, self._tick_s = params, TICK / rate
        self._bubbles = [
            Bubbles(seed.child("site", site), rate, radius_sd=0.25, rising=0.85, densest=4_000.0)
            for site in range(SITES)
        ]
        self._keys = [np.uint32(seed.key("gulps", site)) for site in range(SITES)]
        self._state = np.ones((SITES, 6))
        self._state[:, (RISES, COUNT)] = 0.0
        self._state[:, LEFT] = seed.generator("first").uniform(0.1, 3.0, SITES)
        self._place = Drift(seed.child("place"), rate, motions=SITES, low_hz=0.05, high_hz=0.5)

    def add(self, out: Audio, block: ControlBlock) -> None:
        """Add what comes up during this block; density makes it more."""
        params = self._params
        often = OFTEN ** (2.0 * block["density"].astype(np.float64) - 1.0)
        place = SIDES * params.width * np.tanh(self._place.advance(block.ticks))
        steady = params.bubbles / SITES * (1.0 - params.streams)
        for bubbles, state, key, pan in zip(self._bubbles, self._state, self._keys, place.T, strict=True):
            flow, radius = np.empty((2, block.ticks + 1))
            gulp(flow, radius, state, key, self._tick_s)
            per_s = np.minimum(often * (steady + params.bubbles * params.streams * flow), 3_500.0)
            size_mm = params.size * radius
            level = 1.35 * LEVEL * _muffled(params) * radius
            bubbles.add(out, per_s, size_mm, level, pan)


@njit(cache=True, nogil=True)
def gulp(flow, radius, state, key, tick_s):  # type: ignore[no-untyped-def]
    """Bubbles over their mean and their size over the usual, at tick edges; `state` is moved on.

    A gulp begins at once with its largest bubbles and thins out; pauses have a heavy tail.
    """
    for edge in range(flow.shape[0]):
        if edge > 0:
            state[LEFT] -= tick_s
            if state[LEFT] <= 0.0:
                state[RISES] = 1.0 - state[RISES]
                state[COUNT] += 1.0
                at = int(state[COUNT]) * 3
                usual = GULP_S if state[RISES] == 1.0 else 0.65 * GULP_S * (GULPS - 1.0)
                state[LENGTH] = state[LEFT] = usual * math.exp(0.7 * normal_at(key, at))
                state[SIZE], state[RADIUS] = (
                    math.exp(0.5 * normal_at(key, at + 1)),
                    math.exp(0.35 * normal_at(key, at + 2)),
                )
        # A fizz of small ones is left where there is no gulp.
        flow[edge], radius[edge] = 0.0, FIZZ
        if state[RISES] == 1.0:
            through = 1.0 - state[LEFT] / state[LENGTH]
            flow[edge] = 1.75 * GULPS / SITES * state[SIZE] * min(1.0, 12.0 * through) * (1.0 - through) ** 1.2
            radius[edge] = state[RADIUS] * (1.25 - 0.6 * through)


class Strain:
    """What gives under the load: bodies of metal or ice that stick and slip."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._params, self._rate, self._seed = params, rate, seed
        rng = seed.generator("bodies")
        self._bodies = [
            make_body(
                rng,
                lowest_hz=params.groan_pitch * body,
                modes=9,
                stretch=1.25,
                loss=0.008,
                longest_s=0.55,
                tilt=-0.6,
            )
            for body in BODIES_HZ
        ]
        self._moments = Moments(seed.child("moments"), rate, params.groans)
        self._sounds = Overlay()

    def add(self, out: Audio) -> None:
        """Add what gives to `out`."""
        for offset, count in self._moments.due(out.shape[1]):
            rng = self._seed.generator("creak", count)
            length_s = float(rng.uniform(0.5, 3.2))
            slow = float(rng.uniform(7.0, 16.0))
            sound = creak(
                self._rate,
                rng,
                self._bodies[int(rng.choice(len(BODIES_HZ), p=(0.5, 0.3, 0.2)))],
                length_s=length_s,
                slips_hz=(slow, slow * float(rng.uniform(1.6, 3.5))),
                corner_hz=5.0 * self._params.groan_pitch * _muffled(self._params) ** 0.5,
                pan=SIDES * self._params.width * float(rng.uniform(-1.0, 1.0)),
            )
            force = 4.0 * LEVEL * math.exp(0.45 * float(np.clip(rng.standard_normal(), -2.0, 1.3)))
            self._sounds.lay(offset, np.float32(force) * sound)
        self._sounds.add(out)


class Booms:
    """Blows far away: what is left of them is low, and comes slowly."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._params, self._rate, self._seed = params, rate, seed
        self._moments = Moments(seed.child("moments"), rate, params.booms)
        self._sounds = Overlay()

    def add(self, out: Audio) -> None:
        """Add what arrives to `out`."""
        for offset, count in self._moments.due(out.shape[1]):
            rng = self._seed.generator("boom", count)
            far = float(rng.uniform())
            length_s = 1.6 + 2.2 * far
            top_hz = float(rng.uniform(70.0, 150.0)) * (1.4 - 0.7 * far)
            sound = noise_band(
                round(length_s * self._rate),
                self._rate,
                self._seed.child("boom", count),
                low_hz=[(0.0, 28.0), (length_s, 26.0)],
                high_hz=[(0.0, top_hz), (length_s, 0.45 * top_hz)],
                width=0.1,
            )
            rise_s = 0.03 + 0.12 * far
            sound *= envelope(
                sound.shape[1], self._rate, [(0.0, -60.0), (rise_s, 0.0), (3.0 * rise_s, -6.0), (length_s, -70.0)]
            )
            force = 3.5 * LEVEL * math.exp(0.4 * float(np.clip(rng.standard_normal(), -2.0, 1.2)))
            self._sounds.lay(offset, np.float32(force) * sound)
        self._sounds.add(out)


class Moments:
    """When something rare happens: in flurries, so often a minute on the average."""

    def __init__(self, seed: Seed, rate: int, per_min: float) -> None:
        self._rate = rate
        self._rng = seed.generator("gaps")
        self._gap_s = 60.0 / per_min if per_min > 0.0 else math.inf
        self._next_s = self._gap() * float(self._rng.uniform(0.1, 0.8))
        self._count, self._frame = 0, 0

    def due(self, frames: int) -> list[tuple[int, int]]:
        """Offset and number of what happens during the next frames."""
        found = []
        while self._next_s * self._rate < self._frame + frames:
            found.append((max(int(self._next_s * self._rate) - self._frame, 0), self._count))
            self._count += 1
            self._next_s += self._gap()
        self._frame += frames
        return found

    def _gap(self) -> float:
        return self._gap_s * math.exp(0.9 * float(self._rng.standard_normal()) - 0.4)
