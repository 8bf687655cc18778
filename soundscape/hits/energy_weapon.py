"""Energy weapon: a charge that gathers, a discharge, the crack of the air and what the target answers.

Model: harmonic tone whose pitch rises while it charges; after a breath of silence a single blow that has run along a
stiff wire, where what is high runs faster: it arrives as a chirp from 6 to 10 kHz down to 200 Hz within 40 to 120 ms
and, sent back by the far end, again and again, each time three, five, seven times as long and duller. With it a kick
in the chest, a Friedlander crack of 1 to 3 ms and the target's modes; a tail of torn air and what flies off. Time and
pitch of every part are drawn anew for each shot.

Sources: bending waves, whose group velocity is in proportion to the root of frequency (L. Cremer & M. Heckl,
*Structure-Borne Sound*, 1988); Friedlander's pulse; damping of the target by tan phi (Wildes & Richards 1988).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from soundscape.audio import Audio
from soundscape.contract import Hit
from soundscape.dsp.blast import friedlander, thump
from soundscape.dsp.burst import envelope, noise_band, tone, unlike
from soundscape.dsp.debris import scatter
from soundscape.dsp.modal import material_t60_s, ring
from soundscape.dsp.shot import finish
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


MATERIALS = {
    "none": Material(loss=0.3, lowest_hz=300.0, level=0.0, chips_hz=3_600.0, chips_s=0.004, chips=0.04),
    "metal": Material(loss=0.003, lowest_hz=420.0, level=0.6, chips_hz=4_200.0, chips_s=0.02, chips=0.1),
    "stone": Material(loss=0.03, lowest_hz=300.0, level=0.9, chips_hz=1_700.0, chips_s=0.02, chips=0.3),
    "crystal": Material(loss=0.002, lowest_hz=1_900.0, level=1.2, chips_hz=5_200.0, chips_s=0.15, chips=0.12),
    "wood": Material(loss=0.02, lowest_hz=210.0, level=1.4, chips_hz=800.0, chips_s=0.04, chips=0.25),
    "sand": Material(loss=0.4, lowest_hz=130.0, level=1.0, chips_hz=4_800.0, chips_s=0.0025, chips=0.6),
}
LOWEST_HZ = 190.0
"""Where the chirp ends."""
ECHOES, SENT_BACK = 4, 0.45
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
    size, force = params.size, params.intensity
    rng = seed.generator("shot")
    pitch, pace = unlike(rng, 0.07), unlike(rng, 0.12)
    lead = round((0.05 + 0.75 * params.charge) * rate)
    frames = lead + round((0.9 + 1.4 * size) * rate)
    audio = np.zeros((2, frames), np.float32)
    _charge(audio[:, :lead], params, rate, pitch)
    shot = audio[:, lead:]
    rest = frames - lead
    fall_s = (0.04 + 0.08 * size) * pace
    top_hz = (5_000.0 + 5_000.0 * force) * pitch * 0.5**size
    falls_s = fall_s, fall_s * unlike(rng, 0.03)
    shot += 1.3 * _discharge(rest, rate, falls_s=falls_s, top_hz=top_hz, low_hz=LOWEST_HZ * pitch)
    shot += (0.25 + 0.55 * size) * thump(
        rest,
        rate,
        start_hz=(170.0 - 70.0 * size) * pitch,
        end_hz=(60.0 - 18.0 * size) * pitch,
        t60_s=0.08 + 0.22 * size,
    )
    shot += (0.8 + 0.7 * force) * friedlander(rest, rate, (0.001 + 0.002 * size) * pace, rise_s=0.0001)
    material = MATERIALS[params.material]
    lowest_hz = material.lowest_hz * unlike(rng, 0.12)
    order = np.arange(1, 25)
    modes_hz = lowest_hz * 2.0 ** (0.7 - 1.4 * size) * order**1.15 * rng.uniform(0.95, 1.05, 24)
    ring(
        shot,
        rate,
        frequency_hz=modes_hz,
        t60_s=np.minimum(material_t60_s(modes_hz, material.loss), 0.8),
        gain=material.level * unlike(rng, 0.3) * order**-0.4 * rng.lognormal(0.0, 0.4, 24),
        pan=rng.uniform(-0.4, 0.4, 24),
    )
    # So near, air and ear give way: the first front is held down, and what follows it comes forward.
    np.tanh(DRIVE * shot, out=shot)
    shot *= 1.0 / DRIVE
    air = noise_band(
        rest, rate, seed.child("air"), low_hz=110.0, high_hz=[(0.0, top_hz), (0.1, 1_200.0), (1.5, 350.0)]
    )
    shot += air * envelope(
        rest, rate, [(0.0, -30.0), (0.004, -15.0), (0.15 + 0.1 * size, -25.0), (0.8 + size, -74.0)]
    )
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


def _discharge(
    frames: int, rate: int, *, falls_s: tuple[float, ...], top_hz: float, low_hz: float
) -> npt.NDArray[np.float32]:
    """One blow at the far end of a stiff wire, its first run and its echoes, for each side; peak 1."""
    from scipy import fft

    # Room for the longest run, so that none of it comes around to the start.
    size = fft.next_fast_len(frames + math.ceil(2 * ECHOES * max(falls_s) * rate), real=True)
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
    wave = fft.irfft(bins, size)[:, :frames]
    return wave / np.abs(wave).max(axis=1, keepdims=True)


def _turned(turns: npt.NDArray[np.float64]) -> npt.NDArray[np.complex64]:
    """`exp(-2 pi i turns)`, wrapped before it is made in single precision."""
    angle = (-2.0 * math.pi * (turns - np.round(turns))).astype(np.float32)
    out = np.empty(len(angle), np.complex64)
    out.real, out.imag = np.cos(angle), np.sin(angle)
    return out


def _charge(out: Audio, params: Params, rate: int, pitch: float) -> None:
    """A rising tone with five harmonics, which breaks off 15 ms before the shot."""
    frames = out.shape[1]
    length_s = frames / rate
    end_s = length_s - 0.018
    start_hz = 140.0 * pitch * 2.0 ** (0.5 - params.size)
    level = envelope(frames, rate, [(0.0, -70.0), (0.7 * length_s, -32.0), (end_s, -25.0), (end_s + 0.006, -90.0)])
    for harmonic in range(1, 6):
        points = [(0.0, harmonic * start_hz), (length_s, harmonic * start_hz * (3.0 + 2.0 * params.intensity))]
        out += level * tone(frames, rate, points, phase=0.13 * harmonic) / harmonic
