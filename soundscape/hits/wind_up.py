"""Wind-up: a key turns in a clockwork, click by click, against a spring that grows ever tighter.

Model: a hand turns, hesitates, takes a new grip while the key rattles in its square and the wheel settles back on its
pawl, and turns again: never as far or as fast as before, the slower the tighter it gets. At every tooth the pawl
slides up and falls; no two teeth of the wheel are alike, and they come around again. The more the spring is wound,
the harder the pawl falls, the higher the coils shiver, and the louder they creak, stick-slip of steel on steel. All
of it is heard through a small case, and what could sing in there rings along: the comb of a music box, a clock's gong.

Sources: a ratchet's energy per tooth follows the spring's torque, which grows in proportion to the turns (Hooke);
ratchets at 8 to 40 teeth a second; A. Akay, *Acoustics of friction*, J. Acoust. Soc. Am. 111 (2002).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from soundscape.audio import Audio
from soundscape.contract import Hit
from soundscape.dsp.burst import unlike
from soundscape.dsp.casing import MODES, Casing
from soundscape.dsp.creak import creak
from soundscape.dsp.modal import material_t60_s
from soundscape.dsp.shot import finish
from soundscape.dsp.struck import Body, make_body, strike
from soundscape.params import choice, number
from soundscape.rng import Seed

BUS = "effects"
SYNC = "end"

Floats = npt.NDArray[np.float64]

SLACK, HOME = 0.3, 1.9
"""Force of the first click against the last, and of the very last, at which the hand stops."""
WHEEL, WHEEL_SD = 23, 0.25
"""Teeth of the ratchet wheel, and how unlike they are."""
SHORTER, SLOWER = 0.3, 0.6
"""How much less far the hand gets when it is tight, and how much longer it takes."""
PAUSE_S, LONGEST_PAUSE_S = (0.24, 0.16), 0.85
"""For a new grip: of the smallest works, and more of the largest."""
HESITATES = 0.5
HIGHER = 0.35
"""By how much the coils' pitch rises while they are wound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Pawl, spring and case, and what rings along."""

    pawl_hz: float
    case_hz: float
    loss: float
    case_s: float
    corner_hz: float
    coil_hz: float
    creak_hz: float
    """Slips a second of the slack spring."""
    along_hz: tuple[float, float]
    along_s: float
    along: float
    """What rings along: its lowest and highest pitch, T60 of the lowest, and level."""


MATERIALS = {
    "music box": Material(
        pawl_hz=2_300.0, case_hz=340.0, loss=0.004, case_s=0.09, corner_hz=4_500.0, coil_hz=520.0, creak_hz=70.0,
        along_hz=(900.0, 4_800.0), along_s=0.9, along=0.003,
    ),
    "clock": Material(
        pawl_hz=1_250.0, case_hz=170.0, loss=0.004, case_s=0.12, corner_hz=2_600.0, coil_hz=260.0, creak_hz=44.0,
        along_hz=(160.0, 2_400.0), along_s=1.6, along=0.002,
    ),
    "winch": Material(
        pawl_hz=520.0, case_hz=80.0, loss=0.006, case_s=0.14, corner_hz=1_500.0, coil_hz=120.0, creak_hz=26.0,
        along_hz=(140.0, 1_500.0), along_s=0.3, along=0.003,
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """What is wound, for how many turns, how tight it gets."""

    material: str = choice("music box", tuple(MATERIALS), help="what is wound")
    size: float = number(0.4, low=0.0, high=1.0, help="of the works: deeper, and every turn takes longer")
    distance: float = number(0.05, low=0.0, high=1.0, help="near to far: softer, darker")
    intensity: float = number(0.5, low=0.0, high=1.0, help="strength of the spring: level and brightness")
    turns: int = number(4, low=1, high=12, help="turns of the hand")
    clicks: int = number(10, low=3, high=30, help="teeth that pass in one turn, more or less")
    creak: float = number(0.4, low=0.0, high=1.0, help="coils of the spring that rub")


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One turn of the hand: moments of its clicks in s, and until when the hand takes a new grip."""

    clicks_s: Floats
    grip_s: float


def render(params: Params, rate: int, seed: Seed) -> Hit:
    """The winding; sync is the last and tightest click."""
    material, size, force = MATERIALS[params.material], params.size, params.intensity
    rng = seed.generator("wind")
    scale = 2.0 ** (0.9 * (1.0 - 2.0 * size))
    turns = _turns(params, rng)
    times = np.concatenate([turn.clicks_s for turn in turns])
    sync = round(float(times[-1]) * rate)
    audio = np.zeros((2, sync + round((0.3 + material.along_s) * rate)), np.float32)
    tight = np.linspace(SLACK, 1.0, len(times))
    corner_hz = material.corner_hz * 4.0 ** (force - 0.5) * scale**0.4
    pawl = make_body(
        rng,
        lowest_hz=material.pawl_hz * scale,
        modes=14,
        stretch=1.1,
        loss=material.loss,
        longest_s=0.06,
        irregular=0.1,
    )
    case = make_body(
        rng,
        lowest_hz=material.case_hz * scale,
        modes=18,
        stretch=1.1,
        loss=0.02,
        longest_s=material.case_s * (0.7 + 0.6 * size),
        irregular=0.15,
        tilt=-0.2,
    )
    wheel = rng.lognormal(0.0, WHEEL_SD, WHEEL)[(rng.integers(WHEEL) + np.arange(len(times))) % WHEEL]
    hard = tight * wheel * rng.lognormal(0.0, 0.14, len(times))
    hard[-1] = HOME
    # The pawl slides over the tooth before it falls, and the wheel settles back on it after the last of a turn.
    slide = np.clip(0.3 * np.diff(times, prepend=times[0] - 0.05), 0.006, 0.02)
    ends = np.cumsum([len(turn.clicks_s) for turn in turns])[:-1] - 1
    back_s = times[ends] + rng.uniform(0.035, 0.09, len(ends))
    for body, when, blows in (
        (pawl, times, hard),
        (case, times, 0.7 * hard),
        (pawl, times - slide, 0.22 * hard),
        (pawl, back_s, 0.3 * tight[ends]),
        (case, back_s, 0.25 * tight[ends]),
    ):
        strike(
            audio,
            rate,
            rng,
            body,
            time_s=when,
            force=blows,
            corner_hz=corner_hz,
            contact=0.35,
            contact_s=0.004,
            width=0.2,
        )
    _rattle(audio, rate, rng, turns, key_hz=1.7 * material.pawl_hz * scale, corner_hz=corner_hz)
    _coil(audio, rate, rng, params, turns, scale=scale, corner_hz=corner_hz)
    along = _along(rate, rng, material, scale**0.3)
    clicks = audio.copy()
    along.add(audio, clicks)
    return finish(audio, rate, sync=sync, intensity=force, size=size, distance=params.distance)


def _turns(params: Params, rng: np.random.Generator) -> list[Turn]:
    """All turns of the hand: shorter and slower as the spring tightens."""
    turns, now = [], 0.03
    shortest_s, longer_s = PAUSE_S
    uneven = 0.12 * rng.standard_normal(WHEEL)
    passed = int(rng.integers(WHEEL))
    for number_of in range(params.turns):
        wound = number_of / (params.turns - 1) if params.turns > 1 else 0.4
        teeth = max(2, round(params.clicks * (1.12 - SHORTER * wound) * unlike(rng, 0.2)))
        length_s = 0.042 * teeth * (0.7 + 0.6 * params.size) * (1.0 + SLOWER * wound) * unlike(rng, 0.16)
        way = np.arange(teeth) + uneven[(passed + np.arange(teeth)) % WHEEL] + 0.06 * rng.standard_normal(teeth)
        way = np.maximum.accumulate((way - way[0]) / max(way[-1] - way[0], 1e-9))
        clicks_s = now + length_s * np.interp(way, *_hand(rng, wound))
        grip_s = float(clicks_s[-1]) + min(
            (shortest_s + longer_s * params.size) * unlike(rng, 0.3), LONGEST_PAUSE_S
        )
        turns.append(Turn(clicks_s=clicks_s, grip_s=grip_s))
        now = grip_s
        passed += teeth
    return turns


def _hand(rng: np.random.Generator, wound: float) -> tuple[Floats, Floats]:
    """Way and time of one turn, 0 to 1 each: from rest to rest, early or late at its fastest, not without stopping."""
    time = np.linspace(0.0, 1.0, 200)
    speed = 0.25 + np.sin(np.pi * time ** rng.uniform(0.6, 1.4)) ** 0.7
    for _ in range(rng.poisson(HESITATES * (0.5 + wound))):
        speed *= 1.0 - 0.75 * np.exp(-(((time - rng.uniform(0.2, 0.9)) / 0.06) ** 2))
    way = np.concatenate(([0.0], np.cumsum(speed)[:-1]))
    return way / way[-1], time


def _rattle(
    audio: Audio, rate: int, rng: np.random.Generator, turns: list[Turn], *, key_hz: float, corner_hz: float
) -> None:
    """The key in its square, whenever the hand lets go and grips."""
    key = make_body(rng, lowest_hz=key_hz, modes=10, stretch=0.9, loss=0.005, longest_s=0.05, irregular=0.15)
    starts = np.array([turn.clicks_s[-1] for turn in turns[:-1]])
    ends = np.array([turn.grip_s for turn in turns[:-1]])
    ticks = 1 + rng.poisson(1.2, len(starts))
    place = np.repeat(starts, ticks) + np.repeat(ends - starts, ticks) * rng.beta(2.0, 1.3, int(ticks.sum()))
    strike(
        audio,
        rate,
        rng,
        key,
        time_s=place,
        force=0.06 * rng.lognormal(0.0, 0.5, len(place)),
        corner_hz=1.4 * corner_hz,
        contact=0.5,
        contact_s=0.003,
    )


def _coil(
    audio: Audio,
    rate: int,
    rng: np.random.Generator,
    params: Params,
    turns: list[Turn],
    *,
    scale: float,
    corner_hz: float,
) -> None:
    """The spring: it shivers at every click and, where its coils rub, creaks; higher with every turn."""
    material = MATERIALS[params.material]
    for number_of, turn in enumerate(turns):
        tight = SLACK + (1.0 - SLACK) * (number_of + 1.0) / len(turns)
        coil = make_body(
            rng,
            lowest_hz=material.coil_hz * scale * (1.0 + HIGHER * tight),
            modes=20,
            stretch=0.95,
            loss=0.005,
            longest_s=0.16,
            irregular=0.12,
        )
        strike(
            audio,
            rate,
            rng,
            Body(frequency_hz=coil.frequency_hz[:10], t60_s=coil.t60_s[:10], gain=coil.gain[:10]),
            time_s=turn.clicks_s,
            force=0.1 * tight * rng.lognormal(0.0, 0.3, len(turn.clicks_s)),
            corner_hz=corner_hz,
            contact=0.0,
        )
        start, length_s = round(turn.clicks_s[0] * rate), float(turn.clicks_s[-1] - turn.clicks_s[0])
        if params.creak > 0.0 and length_s > 0.05:
            first_hz = material.creak_hz * scale**0.4 * (0.7 + 0.6 * tight) * unlike(rng, 0.25)
            sound = creak(
                rate,
                rng,
                coil,
                length_s=length_s,
                slips_hz=(first_hz, first_hz * (1.0 + 0.8 * tight)),
                corner_hz=corner_hz,
            )
            sound = sound[:, : audio.shape[1] - start]
            level = 0.22 * params.creak * tight**1.5 * unlike(rng, 0.3)
            audio[:, start : start + sound.shape[1]] += np.float32(level) * sound


def _along(rate: int, rng: np.random.Generator, material: Material, scale: float) -> Casing:
    """What rings along in the case."""
    low_hz, high_hz = material.along_hz
    frequency = np.geomspace(low_hz, high_hz, MODES) * scale * rng.uniform(0.96, 1.04, MODES)
    t60 = np.minimum(material.along_s * (frequency / frequency[0]) ** -0.5, material_t60_s(frequency, 0.0008))
    quality = np.tile(np.pi * frequency * t60 / np.log(1_000.0), (2, 1))
    # A push, not a steady tone, makes them ring.
    steady = material.along * t60 * rate / (3.0 * np.log(10.0)) / 30.0
    gain = steady * rng.lognormal(0.0, 0.5, (2, MODES)) * rng.choice((-1.0, 1.0), MODES)
    return Casing(rate, frequency_hz=np.tile(frequency, (2, 1)), quality=quality, gain=gain)
