"""Energy weapon: a charge that gathers, a discharge, the crack of the air and what the target answers.

Model: a bank of capacitors that whines up to its voltage, buzzes and lets sparks through; after a breath of silence
a single blow that has run along a stiff wire, where what is high runs faster: it arrives as a chirp from 6 to 10 kHz
down to 200 Hz within 40 to 120 ms and, sent back by the far end, again and again, each time three, five, seven times
as long and duller; the arc howls down with it and may strike again. With it a kick in the chest, a Friedlander crack
of 1 to 3 ms and the target's modes; what is near throws the crack back, the air is torn, the channel crackles on, the
action recoils, chips fly off and now and then one sings away. Time and pitch of every part are drawn anew for each.

Sources: bending waves, whose group velocity is in proportion to the root of frequency (L. Cremer & M. Heckl,
*Structure-Borne Sound*, 1988); Friedlander's pulse; damping of the target by tan phi (Wildes & Richards 1988);
frequency modulation (Chowning 1973).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from soundscape.audio import Audio
from soundscape.contract import Hit
from soundscape.dsp.blast import friedlander, thump
from soundscape.dsp.burst import envelope, flutter, noise_band, unlike
from soundscape.dsp.debris import scatter
from soundscape.dsp.fm import bent_tone
from soundscape.dsp.modal import material_t60_s, ring
from soundscape.dsp.shot import finish
from soundscape.dsp.weaponry import charge, crackle, recoil, ricochet, throw_back
from soundscape.params import choice, number
from soundscape.rng import Seed

BUS = "effects"
SYNC = "onset"


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What is hit."""

    loss: float
    lowest_hz: float
    level: float
    """Of its modes."""
    chips_hz: float
    chips_s: float
    chips: float
    """Pitch, T60 and level of what flies off."""
    ricochets: float = 0.0
    """How often a piece of it sings away."""


MATERIALS = {
    "none": Material(loss=0.3, lowest_hz=300.0, level=0.0, chips_hz=3_600.0, chips_s=0.004, chips=0.04),
    "metal": Material(
        loss=0.003, lowest_hz=420.0, level=0.6, chips_hz=4_200.0, chips_s=0.02, chips=0.1, ricochets=0.7
    ),
    "stone": Material(
        loss=0.03, lowest_hz=300.0, level=0.9, chips_hz=1_700.0, chips_s=0.02, chips=0.3, ricochets=0.6
    ),
    "crystal": Material(
        loss=0.002, lowest_hz=1_900.0, level=1.2, chips_hz=5_200.0, chips_s=0.15, chips=0.12, ricochets=0.3
    ),
    "wood": Material(loss=0.02, lowest_hz=210.0, level=1.4, chips_hz=800.0, chips_s=0.04, chips=0.25),
    "sand": Material(loss=0.4, lowest_hz=130.0, level=1.0, chips_hz=4_800.0, chips_s=0.0025, chips=0.6),
}
LOWEST_HZ = 190.0
"""Where the chirp ends."""
ECHOES, SENT_BACK = 4, 0.45
LONGEST_RUN, EARLY_S = 1.6, 0.02
"""Against that of the lowest, for what is lower still comes later; and how long before the front some is heard."""
DRIVE = 0.4
"""How far air and ear give way."""
HIGHEST = 3.0
"""In corners of its spectrum: what is higher is 76 dB down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """What kind of shot, and what it hits."""

    size: float = number(0.4, low=0.0, high=1.0, help="calibre: deeper and longer")
    distance: float = number(0.1, low=0.0, high=1.0, help="near to far: softer, darker")
    intensity: float = number(0.7, low=0.0, high=1.0, help="energy: level and brightness")
    charge: float = number(0.4, low=0.0, high=1.0, help="length of the charge before the shot")
    material: str = choice("metal", tuple(MATERIALS), help="what is hit")


def render(params: Params, rate: int, seed: Seed) -> Hit:
    """The shot; sync is the discharge, after the charge."""
    size, force, material = params.size, params.intensity, MATERIALS[params.material]
    rng = seed.generator("shot")
    pitch, pace = unlike(rng, 0.07), unlike(rng, 0.12)
    lead = round((0.05 + 0.75 * params.charge) * rate)
    frames = lead + round((0.9 + 1.4 * size) * rate)
    audio = np.zeros((2, frames), np.float32)
    charge(audio[:, :lead], rate, seed.child("charge"), size=size, force=force, pitch=pitch)
    shot = audio[:, lead:]
    top_hz = (5_000.0 + 5_000.0 * force) * pitch * 0.5**size
    _discharges(shot, rate, rng, size=size, top_hz=top_hz, pitch=pitch, pace=pace)
    shot += (0.25 + 0.55 * size) * thump(
        shot.shape[1],
        rate,
        start_hz=(170.0 - 70.0 * size) * pitch,
        end_hz=(60.0 - 18.0 * size) * pitch,
        t60_s=0.08 + 0.22 * size,
    )
    shot += (0.8 + 0.7 * force) * friedlander(shot.shape[1], rate, (0.001 + 0.002 * size) * pace, rise_s=0.0001)
    _target(shot, rate, rng, material, size=size)
    # So near, air and ear give way: the first front is held down, and what follows it comes forward.
    np.tanh(DRIVE * shot, out=shot)
    shot *= 1.0 / DRIVE
    throw_back(shot, rate, rng)
    _torn_air(shot, rate, seed.child("air"), size=size, top_hz=top_hz)
    crackle(shot, rate, rng, force=force, size=size)
    recoil(shot, rate, rng, size=size, force=force)
    if rng.random() < material.ricochets:
        ricochet(shot, rate, rng, size=size)
    chips = rng.poisson(30.0 + 70.0 * force)
    scatter(
        shot,
        rate,
        rng,
        time_s=0.02 + rng.gamma(1.2, 0.07 + 0.1 * size, chips),
        pitch_hz=material.chips_hz * 0.7**size,
        pitch_sd=0.5,
        t60_s=material.chips_s,
        gain=0.8 * material.chips,
        fading_s=0.35,
    )
    return finish(audio, rate, sync=lead, intensity=force, size=size, distance=params.distance)


def _discharges(
    shot: Audio, rate: int, rng: np.random.Generator, *, size: float, top_hz: float, pitch: float, pace: float
) -> None:
    """Add the blow along the wire, the arc that howls with it and, now and then, the arc that strikes again."""
    fall_s = (0.04 + 0.08 * size) * pace
    falls_s = fall_s, fall_s * unlike(rng, 0.03)
    wave = _discharge(shot.shape[1], rate, falls_s=falls_s, top_hz=top_hz, low_hz=LOWEST_HZ * pitch)
    start = 0
    for level in 1.3 * rng.uniform(0.35, 0.65) ** np.arange(1 + rng.binomial(2, 0.5)):
        heard = min(wave.shape[1], shot.shape[1] - start)
        shot[:, start : start + heard] += np.float32(level) * wave[:, :heard]
        start += round(rng.uniform(0.011, 0.03) * (0.6 + size) * rate)
    howl_s = (0.13 + 0.22 * size) * pace * unlike(rng, 0.2)
    high_hz = rng.uniform(1_100.0, 1_900.0) * pitch * 0.6**size
    frames = min(round(1.1 * howl_s * rate), shot.shape[1])
    bend = [(0.0, 3.2 * unlike(rng, 0.2)), (0.5 * howl_s, 1.1), (howl_s, 0.3)]
    way = [(0.0, high_hz), (0.22 * howl_s, 0.3 * high_hz), (howl_s, 0.075 * high_hz)]
    fall = envelope(
        frames, rate, [(0.0, -60.0), (0.002, -9.0), (0.3 * howl_s, -14.0), (howl_s, -36.0), (1.1 * howl_s, -90.0)]
    )
    ratio = rng.choice((0.5, 0.7, 1.0, 1.41))
    for side, detune in enumerate((1.0, rng.uniform(1.004, 1.012))):
        points = [(time, detune * hz) for time, hz in way]
        shot[side, :frames] += fall * bent_tone(frames, rate, points, bend, ratio=ratio)


def _target(shot: Audio, rate: int, rng: np.random.Generator, material: Material, *, size: float) -> None:
    """Add the modes of what is hit."""
    order = np.arange(1, 25)
    modes_hz = material.lowest_hz * unlike(rng, 0.12) * 2.0 ** (0.7 - 1.4 * size)
    modes_hz = modes_hz * order**1.15 * rng.uniform(0.95, 1.05, 24)
    ring(
        shot,
        rate,
        frequency_hz=modes_hz,
        t60_s=np.minimum(material_t60_s(modes_hz, material.loss), 0.8) * rng.lognormal(0.0, 0.2, 24),
        gain=material.level * unlike(rng, 0.3) * order**-0.4 * rng.lognormal(0.0, 0.4, 24),
        pan=rng.uniform(-0.4, 0.4, 24),
    )


def _torn_air(shot: Audio, rate: int, seed: Seed, *, size: float, top_hz: float) -> None:
    """Add the air that is torn, and what of it the place keeps: dark, and never even."""
    frames, end_s = shot.shape[1], 0.8 + size
    air = noise_band(frames, rate, seed, low_hz=110.0, high_hz=[(0.0, top_hz), (0.1, 1_200.0), (1.5, 350.0)])
    air *= envelope(
        frames,
        rate,
        [(0.0, -30.0), (0.004, -15.0), (0.15 + 0.1 * size, -25.0), (0.5 * end_s, -44.0), (end_s, -74.0)],
    )
    shot += air * flutter(frames, rate, seed.child("flutter"), 4.0, low_hz=3.0, high_hz=60.0)


def _discharge(
    frames: int, rate: int, *, falls_s: tuple[float, ...], top_hz: float, low_hz: float
) -> npt.NDArray[np.float32]:
    """One blow at the far end of a stiff wire, its first run and its echoes, for each side; peak 1."""
    from scipy import fft

    # As long as the longest run, and what is above the top and comes before the front at the end, where it is left out.
    lasts = min(math.ceil(LONGEST_RUN * (2 * ECHOES - 1) * max(falls_s) * rate), frames)
    size = fft.next_fast_len(lasts + math.ceil(EARLY_S * rate), real=True)
    hz = np.maximum(np.arange(min(size // 2 + 1, math.ceil(HIGHEST * top_hz * size / rate))) * rate / size, 1.0)
    level = ((hz / low_hz) ** -0.35 / (1.0 + (hz / top_hz) ** 8) / (1.0 + (low_hz / hz) ** 6)).astype(np.float32)
    dulled = (SENT_BACK * (1.0 + hz / top_hz) ** -1.5).astype(np.float32)
    ways = 2.0 * np.sqrt(low_hz * hz)
    bins = np.zeros((len(falls_s), size // 2 + 1), np.complex64)
    for side, fall_s in enumerate(falls_s):
        # The delay of a frequency is run / sqrt(f): its phase the integral of that. The first front is frame 0.
        echo = level * _turned(fall_s * (ways - math.sqrt(low_hz / top_hz) * hz))
        # Each echo has run there and back once more.
        again = dulled * _turned(2.0 * fall_s * ways)
        for _ in range(ECHOES):
            bins[side, : len(hz)] += echo
            echo = echo * again
    wave = fft.irfft(bins, size)[:, :lasts]
    return wave / np.abs(wave).max(axis=1, keepdims=True)


def _turned(turns: npt.NDArray[np.float64]) -> npt.NDArray[np.complex64]:
    """`exp(-2 pi i turns)`, wrapped before it is made in single precision."""
    angle = (-2.0 * math.pi * (turns - np.round(turns))).astype(np.float32)
    out = np.empty(len(angle), np.complex64)
    out.real, out.imag = np.cos(angle), np.sin(angle)
    return out
