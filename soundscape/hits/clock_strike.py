"""Clock strike: the striking train runs, its hammer falls on bell, gong or rods as often as the hour asks.

Model: the train is let off and its fly whirs up, tooth by tooth; a pin lifts the hammer and lets it go. The blow is a
contact as long as the hammer is soft, the shank that shivers, and the board or frame on which all of it is mounted.
The body is a church bell's hum, prime, tierce, quint and nominal; the wire of a coil gong, whose bending modes
crowd as the square of their number and whose blow near the clamp runs along it as a chirp; or chime rods, three
struck together. Above them
stands the crowd of high modes that makes the stroke bright. Every mode is a doublet that beats; T60 falls with
frequency and with the material's damping. A hammer that falls on what still rings takes some of it away and adds
its own. After the last stroke the train is locked.

Sources: bell partials after Lehr and Rossing; free bar ratios 1 : 2.756 : 5.404 and those of clamped wires (Fletcher
& Rossing, *The Physics of Musical Instruments*, 1998); church bell T60 of 2.5 s at 1 kHz, doublets of 0.08 to 0.3 %.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from soundscape.audio import Audio
from soundscape.contract import Hit
from soundscape.dsp.burst import envelope, noise_band, unlike
from soundscape.dsp.modal import ring
from soundscape.dsp.shot import finish
from soundscape.dsp.strikingtrain import Course, run_train
from soundscape.dsp.struck import FAINTEST, Body, make_body, strike
from soundscape.params import choice, number
from soundscape.rng import Seed
from soundscape.units import midi_to_hz

BUS = "effects"
SYNC = "onset"

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sounding:
    """What the hammer strikes."""

    ratios: Floats
    """Of its modes to the strike note."""
    levels: Floats
    """Of its modes where the hammer meets it."""
    ring_s: float
    """T60 at 440 Hz."""
    slope: float
    """Exponent of its fall with frequency."""
    hard: float
    """Corner of the hammer's spectrum, against leather."""
    mount_hz: float
    """Lowest mode of the board or frame that holds it."""
    mount: float
    """Level of that."""


COIL: Floats = np.arange(5.0, 34.0) - 0.5
"""Modes of the wire of a gong: number less a half, which is the square root of their ratio."""
CHORD: Floats = np.array([0.749, 1.0, 1.2599])
"""Rods that are struck together."""
BODIES = {
    "bell": Sounding(
        ratios=np.array([0.5, 1.0, 1.183, 1.506, 2.0, 2.514, 2.662, 3.011, 4.166, 5.433, 6.796, 8.215]),
        levels=np.array([0.5, 0.7, 0.9, 0.3, 1.0, 0.4, 0.45, 0.8, 0.7, 0.55, 0.45, 0.4]),
        ring_s=5.5, slope=0.7, hard=2.0, mount_hz=62.0, mount=0.35,
    ),
    "gong": Sounding(
        ratios=np.square(COIL / 9.5),
        levels=np.abs(np.sin(0.063 * np.pi * COIL)) / (1.0 + (6.0 / COIL) ** 4),
        ring_s=4.4, slope=0.55, hard=1.0, mount_hz=92.0, mount=0.8,
    ),
    "chime": Sounding(
        ratios=np.outer(np.array([1.0, 2.756, 5.404, 8.933]), CHORD).ravel(),
        levels=np.outer(np.array([1.0, 0.8, 0.55, 0.3]), np.array([0.8, 1.0, 0.65])).ravel(),
        ring_s=3.6, slope=0.45, hard=1.3, mount_hz=150.0, mount=0.6,
    ),
}  # fmt: skip
MATERIALS = {"bronze": (1.0, 1.0), "steel": (0.75, 1.4), "iron": (0.35, 0.8), "glass": (0.16, 1.7)}
"""T60 and corner of the hammer's spectrum, against bronze."""
CROWD = 14
"""High modes beyond those of the series."""
DEEPER_OCTAVES = 1.0
"""By which the largest is deeper than one of middle size."""
SPLIT = (0.0006, 0.0028)
TWIN = (0.08, 0.3)
"""By how much the two modes of a doublet stand apart, and level of the weaker: ripples of 1 to 5 dB."""
LEFT = 0.6
"""Of what still rings when the hammer falls on it again."""
LEVEL, KNOCK_S, LONGEST_S = 0.8, 0.06, 12.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """What is struck, how large, on which note, how often."""

    material: str = choice("bronze", tuple(MATERIALS), help="what it is made of")
    body: str = choice("bell", tuple(BODIES), help="what the hammer strikes")
    size: float = number(0.5, low=0.0, high=1.0, help="larger is deeper, slower, and rings longer")
    distance: float = number(0.1, low=0.0, high=1.0, help="near to far: softer, darker")
    intensity: float = number(0.6, low=0.0, high=1.0, help="force of the hammer: level and brightness")
    root: int = number(69, low=48, high=96, help="strike note as MIDI pitch, at middle size")
    strokes: int = number(1, low=1, high=12, help="the hour that is struck")
    works: float = number(0.4, low=0.0, high=1.0, help="how much the striking train is heard before and between")


def render(params: Params, rate: int, seed: Seed) -> Hit:
    """The strokes; sync is the first contact of the hammer, after the train has run up."""
    size, force, sounding = params.size, params.intensity, BODIES[params.body]
    rng = seed.generator("strike")
    course = Course.draw(rng, strokes=params.strokes, every_s=1.1 + 0.8 * size, before=params.works > 0.0)
    at = np.round(course.strokes_s * rate).astype(np.int64)
    corner_hz = 700.0 * 8.0**force * 0.7**size * MATERIALS[params.material][1] * sounding.hard
    blows = rng.lognormal(0.0, 0.1, len(at))
    modes = _modes(params, rng)
    rings_s = modes.t60_s * (1.5 + np.log10(modes.gain / modes.gain.max()) / 3.0)
    tail_s = min(float(rings_s.max()) + 0.3, LONGEST_S)
    audio = np.zeros((2, int(at[-1]) + round(tail_s * rate)), np.float32)
    _sing(audio, rate, rng, modes, at=at, blows=blows, corner_hz=corner_hz)
    mount = make_body(
        rng,
        lowest_hz=sounding.mount_hz * 2.0 ** (0.6 - 1.2 * size),
        modes=30,
        stretch=1.0,
        loss=0.022,
        longest_s=0.22 * (0.6 + 0.8 * size),
        irregular=0.14,
        tilt=-0.25,
    )
    shank = make_body(
        rng, lowest_hz=640.0 * 0.7**size, modes=9, stretch=1.3, loss=0.02, longest_s=0.05, irregular=0.1
    )
    for body, level, high_hz, contact in (
        (mount, sounding.mount, min(0.35 * corner_hz, 900.0), 0.2),
        (shank, 0.16, 1.5 * corner_hz, 0.6),
    ):
        strike(
            audio,
            rate,
            rng,
            body,
            time_s=at / rate,
            force=level * unlike(rng, 0.2) * blows,
            corner_hz=high_hz,
            contact=contact,
            contact_s=0.012,
        )
    frames = round(KNOCK_S * rate)
    fall = envelope(frames, rate, [(0.0, -40.0), (0.0006, -9.0), (0.006, -22.0), (KNOCK_S, -90.0)])
    for stroke, (start, blow) in enumerate(zip(at, blows, strict=True)):
        knock = noise_band(
            frames, rate, seed.child("hammer", stroke), low_hz=200.0, high_hz=2.0 * corner_hz, width=0.2
        )
        audio[:, start : start + frames] += np.float32(blow) * knock * fall
    run_train(audio, rate, rng, seed.child("train"), course, mount, level=params.works, size=size)
    if tail_s == LONGEST_S:
        last = audio[:, at[-1] :]
        last *= envelope(last.shape[1], rate, [(0.4 * LONGEST_S, 0.0), (LONGEST_S, -40.0)])
    return finish(audio, rate, sync=int(at[0]), intensity=force, size=size, distance=params.distance)


def _modes(params: Params, rng: np.random.Generator) -> Body:
    """Modes of the body as made: doublets, each beside the other, the crowd above them."""
    sounding, rings = BODIES[params.body], MATERIALS[params.material][0]
    crowd = sounding.ratios[-1] * np.cumprod(rng.uniform(1.05, 1.22, CROWD))
    ratios = np.append(sounding.ratios, crowd)
    levels = np.append(sounding.levels, np.full(CROWD, sounding.levels[-4:].mean()))
    strike_hz = midi_to_hz(params.root) * 2.0 ** (DEEPER_OCTAVES * (1.0 - 2.0 * params.size))
    frequency = strike_hz * ratios * rng.uniform(0.997, 1.003, len(ratios))
    t60 = rings * sounding.ring_s * (0.5 + params.size) * (frequency / 440.0) ** -sounding.slope
    gain = levels * rng.lognormal(0.0, 0.25, len(ratios))
    return Body(
        frequency_hz=np.concatenate((frequency, frequency * (1.0 + rng.uniform(*SPLIT, len(ratios))))),
        t60_s=np.tile(t60 * rng.lognormal(0.0, 0.15, len(ratios)), 2),
        gain=np.concatenate((gain, gain * rng.uniform(*TWIN, len(ratios)))),
    )


def _sing(
    audio: Audio,
    rate: int,
    rng: np.random.Generator,
    modes: Body,
    *,
    at: npt.NDArray[np.int64],
    blows: Floats,
    corner_hz: float,
) -> None:
    """Add the body: from stroke to stroke each mode is one damped sinusoid, to which every blow adds its own."""
    hz = modes.frequency_hz
    pan = rng.uniform(-0.5, 0.5, len(hz))
    turn = np.exp((2j * np.pi * hz - 3.0 * np.log(10.0) / modes.t60_s) / rate)
    state = np.zeros(len(hz), np.complex128)
    for start, end, blow in zip(at, np.append(at[1:], audio.shape[1]), blows, strict=True):
        gain = modes.gain * np.exp(-((hz / (corner_hz * blow**0.5)) ** 1.1)) * rng.lognormal(0.0, 0.12, len(hz))
        state = LEFT * state + LEVEL * blow * gain / np.sqrt(np.sum(gain**2))
        ring(
            audio[:, start:end],
            rate,
            frequency_hz=hz,
            t60_s=modes.t60_s,
            gain=np.abs(state),
            pan=pan,
            phase=np.angle(state),
            floor=FAINTEST * LEVEL,
        )
        state = state * turn ** (end - start)
