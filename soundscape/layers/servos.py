"""Servos of powered armour: joints that move in gestures, hold, correct and rest, on the murmur of the suit.

A body never moves one joint alone: a gesture starts several within a quarter of a second, the large ones slower and
lower, each with an acceleration of its own; many are followed by a small correction or by the way back. Every joint
has its gears, so that a listener comes to know them, and no two moves are alike; all of them are heard through the
shell of the suit, past whose resonances they glide. Valves let go after heavy moves.
Under it the suit idles: a cooling fan, a flutter of air, and the whine of what holds still against its weight.
Motor, gears and brake are those of `soundscape.dsp.servo`; after A. Farnell, *Designing Sound* (2010), robots and
motors, and the minimum-jerk profile of reaching of T. Flash & N. Hogan (J. Neuroscience 5, 1985) for gestures.
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
from soundscape.dsp.burst import envelope, noise_band
from soundscape.dsp.drift import Drift
from soundscape.dsp.housing import make_housing
from soundscape.dsp.modal import pan_gains
from soundscape.dsp.overlay import Overlay
from soundscape.dsp.servo import servo_move
from soundscape.dsp.sines import Sines
from soundscape.dsp.voicing import Voicing
from soundscape.params import number
from soundscape.rng import Seed

Floats = npt.NDArray[np.float64]
BUS = "effects"
CONTROLS = ("intensity", "brightness", "density")

VOICE = Voice(intensity_db=12.0, brightness_db=18.0, split_hz=700.0)
OFTEN = 3.0
"""Factor of the rate of gestures that density moves, each way from the middle."""
FAN = np.array((1.0, 2.0, 3.0, 4.02, 6.03, 9.0))
AIR_HZ, AIR_SHARE, SHARED = np.array((130.0, 480.0, 2_400.0)), np.array((1.0, 0.4, 0.13)), (0.85, 0.4, 0.05)
WHINE_HZ = 5_200.0
"""Of what holds still: below the carrier of the moves, above their gears."""
DIRECT = 0.3
"""Share of a motor that is heard past its housing."""
LEVEL = 0.07
"""Peak of a middling move at neutral controls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """How large the suit is, and how its wearer moves."""

    gestures: float = number(24.0, low=0.0, high=120.0, unit="1/min", help="how often something is moved")
    joints: int = number(8, low=1, high=16, help="how many joints are driven")
    together: float = number(2.2, low=1.0, high=5.0, help="joints that move in one gesture")
    pitch: float = number(430.0, low=120.0, high=1400.0, unit="Hz", help="gears of a middling joint at full speed")
    length: float = number(0.38, low=0.08, high=2.0, unit="s", help="typical length of a move")
    weight: float = number(0.5, low=0.0, high=1.0, help="load on the joints: harsher, harder brakes")
    wear: float = number(
        0.4, low=0.0, high=1.0, help="play in the joints: louder ends of moves, unlike teeth, unlike joints"
    )
    valves: float = number(0.25, low=0.0, high=1.0, help="valves that let go after heavy moves")
    idle: float = number(0.5, low=0.05, high=1.0, help="fan and air of the suit under it all")
    hold: float = number(0.3, low=0.0, high=1.0, help="whine of what holds still")
    width: float = number(0.7, low=0.0, high=1.0, help="how far apart the joints are")


def render(params: Params, controls: Iterable[ControlBlock], rate: int, seed: Seed) -> Iterator[Audio]:
    """The suit for every control block, float32 `(2, block.frames)`."""
    body, suit = Body(params, rate, seed.child("body")), Suit(params, rate, seed.child("suit"))
    voicing = Voicing(rate, VOICE)
    for block in controls:
        audio = np.zeros((2, block.frames), np.float32)
        body.add(audio, block["density"])
        suit.add(audio)
        voicing.run(audio, block)
        yield audio


@dataclass(frozen=True, slots=True)
class Joint:
    """One driven joint."""

    mesh_hz: float
    length_s: float
    level: float
    pan: float


class Body:
    """The joints, and the gestures that they are moved in."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._params, self._rate, self._seed = params, rate, seed
        rng = seed.generator("joints")
        # Hands reach out to the sides, hips stand in the middle; neighbours in size are left and right.
        side = np.where((np.arange(params.joints) + rng.integers(2)) % 2, 1.0, -1.0)
        places = params.width * side * np.linspace(0.9, 0.2, params.joints) if params.joints > 1 else [0.0]
        # From fingers to hips: the larger, the lower, the slower and the louder.
        sizes = np.linspace(-1.0, 1.0, params.joints) if params.joints > 1 else [0.0]
        self._joints = [
            Joint(
                mesh_hz=params.pitch
                * 2.0 ** (-0.85 * size)
                * math.exp((0.05 + 0.12 * params.wear) * rng.standard_normal()),
                length_s=params.length * 2.0 ** (0.6 * size),
                level=2.0 ** (0.35 * size) * math.exp(0.15 * rng.standard_normal()),
                pan=float(pan),
            )
            for size, pan in zip(sizes, places, strict=True)
        ]
        self._mood = 0.0
        self._count = 0
        self._next = self._wait(rng) * float(rng.uniform(0.05, 0.5))
        # All sit in one suit, the higher the smaller its joints.
        self._housing = make_housing(rate, seed.generator("housing"), octaves=0.6 * math.log2(params.pitch / 430.0))
        self._moves, self._valves = Overlay(), Overlay()
        self._waiting: list[tuple[int, int]] = []
        self._frame = 0

    def add(self, out: Audio, density: npt.NDArray[np.float32]) -> None:
        """Add the moves that sound in these ticks to `out`; `density` stands at their edges."""
        until = self._frame + out.shape[1]
        while self._next < until:
            frame = int(self._next)
            rng = self._seed.generator("gesture", self._count)
            self._count += 1
            self._gesture(frame - self._frame, rng)
            often = OFTEN ** (2.0 * float(density[(frame - self._frame) // TICK]) - 1.0)
            self._next += self._wait(rng) / often
        moves = np.zeros_like(out)
        self._moves.add(moves)
        self._housing.add(out, moves)
        out += np.float32(DIRECT) * moves
        self._valves.add(out)
        self._frame = until

    def _wait(self, rng: np.random.Generator) -> float:
        """Frames until the next gesture; they come in flurries."""
        if self._params.gestures == 0.0:
            return math.inf
        self._mood = 0.7 * self._mood + 0.55 * float(rng.standard_normal())
        return 60.0 / self._params.gestures * math.exp(self._mood - 0.3) * self._rate

    def _gesture(self, offset: int, rng: np.random.Generator) -> None:
        """Lay the moves of one gesture, which begins at this frame of the next block."""
        params = self._params
        count = min(1 + int(rng.poisson(params.together - 1.0)), len(self._joints))
        # Neighbours move together: an arm, a hand, a leg.
        first = int(rng.integers(len(self._joints)))
        effort = math.exp(0.4 * float(np.clip(rng.standard_normal(), -2.0, 1.3)))
        heaviest_s = 0.0
        for part in range(count):
            joint = self._joints[(first + part) % len(self._joints)]
            start_s = 0.0 if part == 0 else float(rng.uniform(0.02, 0.25))
            length_s = joint.length_s * math.exp(0.35 * float(np.clip(rng.standard_normal(), -2.0, 2.0)))
            self._move(offset, rng, joint, start_s, length_s, effort)
            end_s = start_s + length_s
            heaviest_s = max(heaviest_s, end_s)
            if rng.uniform() < 0.4:
                # A small correction, or the way back.
                back = rng.uniform() < 0.4
                again_s = end_s + float(rng.uniform(0.03, 0.12) if not back else rng.uniform(0.3, 1.2))
                self._move(
                    offset, rng, joint, again_s, length_s * (0.9 if back else 0.22), effort * (0.8 if back else 0.4)
                )
        if params.valves > 0.0 and rng.uniform() < 0.3 + 0.5 * params.weight:
            self._valves.lay(offset + int((heaviest_s + 0.05) * self._rate), self._valve(rng, effort))

    def _move(
        self, offset: int, rng: np.random.Generator, joint: Joint, start_s: float, length_s: float, effort: float
    ) -> None:
        params = self._params
        # A short move does not reach full speed.
        reached = min(1.0, 0.55 + 0.9 * length_s / max(joint.length_s, 0.05) * 0.5) * effort**0.25
        sound = servo_move(
            self._rate,
            rng,
            length_s=max(length_s, 0.04),
            mesh_hz=joint.mesh_hz * reached,
            load=min(1.0, params.weight * effort),
            clunk=0.1 + 0.9 * params.wear * (0.4 + params.weight),
            wear=params.wear,
        )
        sides = LEVEL * joint.level * effort**0.7 * np.stack(pan_gains(joint.pan))
        self._moves.lay(offset + int(start_s * self._rate), sides.astype(np.float32)[:, None] * sound)

    def _valve(self, rng: np.random.Generator, effort: float) -> Audio:
        """Pressure that is let go."""
        length_s = float(rng.uniform(0.12, 0.4)) * effort
        frames = round((length_s + 0.05) * self._rate)
        seed = self._seed.child("valve", self._count)
        hiss = noise_band(
            frames, self._rate, seed, low_hz=900.0, high_hz=[(0.0, 7_000.0), (length_s, 2_600.0)], width=0.4
        )
        fall = envelope(
            frames,
            self._rate,
            [(0.0, -70.0), (0.006, 0.0), (0.3 * length_s, -9.0), (length_s, -34.0), (length_s + 0.05, -90.0)],
        )
        level = LEVEL * 0.22 * self._params.valves * effort
        return np.float32(level) * hiss * fall


class Suit:
    """What runs while nothing moves."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        rng = seed.generator("suit")
        self._air = NoiseBands(seed.child("air"), rate, shared=SHARED)
        fan_hz = 0.28 * params.pitch * (1.0 + 0.04 * rng.standard_normal())
        self._hz = np.concatenate((fan_hz * FAN, WHINE_HZ * rng.uniform(0.9, 1.1, 2)))
        self._level = LEVEL * np.concatenate((
            0.13 * params.idle * FAN**-1.2 * rng.lognormal(0.0, 0.3, len(FAN)),
            np.full(2, 0.012 * params.hold),
        ))  # fmt: skip
        self._pan = params.width * np.array((0.1, -0.3, 0.3, -0.2, 0.2, -0.1, -0.8, 0.8))
        self._lines = Sines(rate, phase=rng.uniform(0.0, 1.0, len(self._hz)))
        self._motion = Drift(
            seed.child("motion"), rate, motions=BANDS + len(self._hz) + 2, low_hz=0.05, high_hz=14.0
        )
        self._rush = LEVEL * 0.21 * params.idle * AIR_SHARE

    def add(self, out: Audio) -> None:
        """Add the next ticks to `out`."""
        motion = self._motion.advance(out.shape[1] // TICK)
        air, lines, (common, hurry) = motion[:, :BANDS], motion[:, BANDS:-2], motion[:, -2:].T
        level = self._rush * np.exp(0.16 * air + 0.14 * common[:, None])
        self._air.add(out, AIR_HZ * np.exp(0.08 * air), np.repeat(level[:, :, None], 2, axis=2))
        hz = self._hz * np.exp(0.008 * hurry[:, None])
        strength = self._level * np.exp(0.25 * np.clip(lines, -3.0, 2.0) + 0.14 * common[:, None])
        self._lines.add(out, hz, strength, np.broadcast_to(self._pan, hz.shape))
