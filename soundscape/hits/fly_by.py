"""Fly-by: a craft, a drone, a bullet or a stone passes on a straight path and its pitch falls as it goes.

Model: the source moves with constant speed past the listener; what is heard at a moment left it earlier, so that
pitch, level, place and the comb of the ground's reflection all follow from the path, and the air takes the highs
of what is far. Every rotor or engine has harmonic lines of its own, which wander, over turbulence; a bullet's air
breaks away unevenly, so that it whizzes. Close by the wake adds a rush of air.

Sources: Doppler's law for a moving source in still air, solved for the retarded time; 1/r and ISO 9613-1;
Selfridge, Moffat & Reiss on aeolian noise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from soundscape.audio import Audio
from soundscape.contract import TICK, Hit
from soundscape.dsp.burst import between, flutter, noise_band, unlike
from soundscape.dsp.distance import FARTHEST, Distance
from soundscape.dsp.drift import Drift
from soundscape.dsp.ground import Ground
from soundscape.dsp.modal import pan_gains
from soundscape.dsp.shot import finish
from soundscape.dsp.stacks import Stacks
from soundscape.params import choice, number
from soundscape.rng import Seed

BUS = "effects"
SYNC = "peak"

SOUND_M_S = 343.0
CRAFT_M = 6.0
"""Height of what passes 20 m away."""
WAYS = {"left to right": 1.0, "right to left": -1.0}
GROUND = 0.7
"""Share of the sound that the ground sends back."""
ABEAM = 0.6
"""How much louder it is to its side than ahead and behind: exponent of the sine of the angle to its course."""
HIGHEST = 0.4

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What passes."""

    pitch_hz: float
    """Of the lowest line; 0 for none."""
    lines: int
    slope: float
    """Exponent of the fall of the lines."""
    noise_hz: tuple[float, float]
    noise: float
    rush: float
    """Wake, heard close by only."""
    voices: int = 1
    """Rotors, engines, edges: each has lines of its own."""
    apart: float = 0.0
    """Standard deviation of the logarithm of their pitches,"""
    hunting: float = 0.0
    """and of what each of them wanders by."""
    tumbling_hz: float = 0.0
    """Rate at which air breaks away from it unevenly, which blurs its lines; 0 where it runs smoothly."""


SOURCES = {
    "craft": Source(
        pitch_hz=120.0, lines=16, slope=0.75, noise_hz=(150.0, 2_600.0), noise=0.55, rush=0.6,
        voices=2, apart=0.012, hunting=0.003,
    ),
    "jet": Source(pitch_hz=0.0, lines=0, slope=1.0, noise_hz=(110.0, 3_800.0), noise=1.0, rush=0.7),
    "drone": Source(
        pitch_hz=310.0, lines=12, slope=0.8, noise_hz=(600.0, 5_000.0), noise=0.4, rush=0.3,
        voices=4, apart=0.018, hunting=0.011,
    ),
    "bullet": Source(
        pitch_hz=1_700.0, lines=3, slope=1.4, noise_hz=(1_500.0, 8_000.0), noise=0.9, rush=1.2,
        voices=2, apart=0.2, tumbling_hz=260.0,
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """What passes, how fast, how near, which way."""

    source: str = choice("craft", tuple(SOURCES), help="what passes")
    size: float = number(0.5, low=0.0, high=1.0, help="larger is deeper, and its path lies farther off")
    distance: float = number(0.05, low=0.0, high=1.0, help="near to far: softer, darker")
    intensity: float = number(0.7, low=0.0, high=1.0, help="its power: level and brightness")
    speed: float = number(90.0, low=15.0, high=300.0, unit="m/s", help="of what passes; the pitch falls by it")
    way: str = choice("left to right", tuple(WAYS), help="where it comes from and goes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """A straight pass as it is heard, tick by tick."""

    time_s: Floats
    """When it is heard, 0 from the nearest point."""
    away_m: Floats
    along_m: Floats
    doppler: Floats
    """Heard over sent frequency."""


def heard_path(time_s: Floats, *, nearest_m: float, speed_m_s: float) -> Path:
    """The path at the retarded times: what is heard at `time_s` was sent when `c (t - sent) = distance`."""
    mach = speed_m_s / SOUND_M_S
    heard = time_s + nearest_m / SOUND_M_S
    # sent = (t - sqrt(M**2 t**2 + (1 - M**2) (d / c)**2)) / (1 - M**2)
    root = np.sqrt((mach * heard) ** 2 + (1.0 - mach**2) * (nearest_m / SOUND_M_S) ** 2)
    sent = (heard - root) / (1.0 - mach**2)
    along = speed_m_s * sent
    away = np.sqrt(nearest_m**2 + along**2)
    return Path(time_s=time_s, away_m=away, along_m=along, doppler=1.0 / (1.0 + mach * along / away))


def nearest_m(params: Params) -> float:
    """Distance in m at the nearest point: it grows with size and speed, so that a pass has one length."""
    return (0.07 + 0.13 * params.size) * params.speed


def render(params: Params, rate: int, seed: Seed) -> Hit:
    """The pass; sync is when it is heard nearest."""
    source, size, force = SOURCES[params.source], params.size, params.intensity
    rng = seed.generator("fly by")
    near_m = nearest_m(params) * unlike(rng, 0.08)
    before_s = after_s = 0.9 * (FARTHEST**0.75) * near_m / params.speed
    frames, sync = round((before_s + after_s) * rate / TICK) * TICK, round(before_s * rate)
    ticks = np.arange(frames // TICK + 1) * TICK / rate - before_s
    path = heard_path(ticks, nearest_m=near_m, speed_m_s=params.speed)
    scale = 2.0 ** (1.0 - 2.0 * size) * unlike(rng, 0.06)
    audio = _voice(params, source, path, frames, rate, seed, scale)
    height_m = CRAFT_M * max(near_m / 20.0, 0.3)
    Ground(rate, given=GROUND).run(audio, way_m=path.away_m, height_m=height_m)
    audio *= _places(path, WAYS[params.way], frames)
    far = np.log(path.away_m / near_m) / np.log(FARTHEST)
    Distance(rate).apply(audio, far.astype(np.float32))
    fade = np.sin(np.linspace(0.0, np.pi, len(ticks))) ** 2
    broadside = (near_m / path.away_m) ** ABEAM
    audio *= between(frames, broadside * np.minimum(1.0, 4.0 * fade), step=TICK)
    return finish(audio, rate, sync=sync, intensity=force, size=size, distance=params.distance)


def _voice(params: Params, source: Source, path: Path, frames: int, rate: int, seed: Seed, scale: float) -> Audio:
    """Lines, turbulence and wake as they are heard, before the way takes its share."""
    when = path.time_s - path.time_s[0]
    bright = 3.0 ** (params.intensity - 0.5)
    shift = list(zip(when.tolist(), path.doppler.tolist(), strict=True))
    low, high = (edge * scale**0.7 for edge in source.noise_hz)
    audio = source.noise * noise_band(
        frames,
        rate,
        seed.child("turbulence"),
        low_hz=[(time, low * pitch) for time, pitch in shift],
        high_hz=[(time, high * bright * pitch) for time, pitch in shift],
        width=0.35,
    )
    rush = noise_band(
        frames, rate, seed.child("rush"), low_hz=120.0, high_hz=4_500.0 * bright * scale**0.4, width=0.8
    )
    close = (path.away_m.min() / path.away_m) ** 3
    audio += source.rush * rush * between(frames, close, step=TICK)
    nearest = round(-path.time_s[0] * rate)
    audio *= flutter(frames, rate, seed.child("flutter"), 2.0, low_hz=1.5, steady=nearest)
    if source.lines:
        audio += _lines(source, path, frames, rate, seed, source.pitch_hz * scale, bright)
    return audio


def _lines(source: Source, path: Path, frames: int, rate: int, seed: Seed, pitch_hz: float, bright: float) -> Audio:
    """Lines of every rotor, engine or edge, `(2, frames)`, as evenly as it runs; RMS 1."""
    rng = seed.generator("lines")
    apart = source.apart * np.clip(rng.standard_normal(source.voices), -2.0, 2.0)
    ticks = len(path.doppler) - 1
    hunting = Drift(seed.child("hunting"), rate, motions=source.voices, low_hz=0.6, high_hz=9.0).advance(ticks)
    hz = pitch_hz * path.doppler[:, None] * np.exp(apart + source.hunting * np.clip(hunting, -3.0, 3.0))
    order = np.arange(1, source.lines + 1)
    level = order**-source.slope * rng.lognormal(0.0, 0.35, (source.voices, source.lines))
    level *= np.exp(-order * pitch_hz / (2_500.0 * bright))
    level *= np.sqrt(2.0 / np.sum(level**2))
    # Gone gradually as they near the end of the band.
    gain = level * np.clip(8.0 - 8.0 * hz[:, :, None] * order / (HIGHEST * rate), 0.0, 1.0)
    lines = np.zeros((2, frames), np.float32)
    Stacks(seed.child("stacks"), rate, pan=np.zeros(source.voices)).add(lines, hz, gain)
    if source.tumbling_hz:
        lines *= noise_band(frames, rate, seed.child("tumbling"), low_hz=2.0, high_hz=source.tumbling_hz, width=0.0)
    return lines


def _places(path: Path, way: float, frames: int) -> Audio:
    """Gains of both sides: it is where it was when it sent what is heard."""
    gains = np.stack(pan_gains(0.85 * way * path.along_m / path.away_m))
    return np.stack([between(frames, gain, step=TICK) for gain in gains])
