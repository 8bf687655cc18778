"""Heartbeat: the two sounds of a heart, as heard through the chest, from within, or in a moment of fear.

Model: the first sound, when the inlet valves shut, is a burst of 25 to 60 Hz of 0.12 s with two parts some 30 ms
apart; the second, at the outlet valves, is shorter and a third higher and follows after the systole, whose length
is 0.3 s at rest and shrinks with the square root of the period (Bazett). Flow rustles between them; flesh takes the
highs away. Intervals waver as breathing does, by a few per cent.

Sources: textbook phonocardiography, first sound 100 to 150 ms, second 80 to 110 ms; Bazett (1920) on systole.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from soundscape.audio import Audio
from soundscape.contract import Hit
from soundscape.dsp.burst import envelope, noise_band
from soundscape.dsp.modal import ring
from soundscape.dsp.shot import finish
from soundscape.params import number
from soundscape.rng import Seed

BUS = "effects"
SYNC = "peak"

LEAD_S = 0.12
"""Silence in which the first beat swells."""
MIDDLE_S = 0.012
"""Of the first sound, after its first part."""
BREATH_BEATS = 4.3
"""Beats in a breath."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """Whose heart, how fast, how near."""

    size: float = number(0.5, low=0.0, high=1.0, help="larger is deeper and longer")
    distance: float = number(0.05, low=0.0, high=1.0, help="near to far: softer, darker")
    intensity: float = number(0.6, low=0.0, high=1.0, help="how hard it beats: level and brightness")
    pace: float = number(68.0, low=35.0, high=190.0, unit="1/min", help="beats a minute")
    beats: int = number(4, low=1, high=16, help="how many beats")
    rustle: float = number(0.3, low=0.0, high=1.0, help="flow of the blood between the sounds")


def render(params: Params, rate: int, seed: Seed) -> Hit:
    """The beats; sync is the middle of the first, which is the strongest."""
    size, force = params.size, params.intensity
    rng = seed.generator("heart")
    period_s = 60.0 / params.pace
    breath = 0.035 * np.sin(2.0 * np.pi * (np.arange(params.beats) / BREATH_BEATS + rng.uniform()))
    intervals = period_s * (1.0 + breath + 0.01 * rng.standard_normal(params.beats))
    times = LEAD_S + np.concatenate(([0.0], np.cumsum(intervals[:-1])))
    systole_s = 0.31 * np.sqrt(period_s)
    frames = round((times[-1] + systole_s + 0.35) * rate)
    audio = np.zeros((2, frames), np.float32)
    strength = np.concatenate(([1.0], rng.uniform(0.72, 0.9, params.beats - 1)))
    low_hz = 47.0 * 2.0 ** (0.45 * (1.0 - 2.0 * size))
    length_s = 0.055 * (0.75 + 0.5 * size) * min(1.0, period_s**0.5)
    # Through flesh and walls hardly any of the highs come.
    heard = 1.0 - 0.75 * params.distance
    for time, level in zip(times, strength, strict=True):
        for after, share, pitch, part_s in (
            (-0.006, 0.62, 0.9, 1.0),
            (0.02, 0.5, 1.25, 0.85),
            (systole_s, 0.38, 1.35, 0.65),
            (systole_s + 0.014, 0.24, 1.7, 0.5),
        ):
            _valve(
                audio,
                rate,
                rng,
                middle_s=time + after * rng.uniform(0.95, 1.05),
                pitch_hz=low_hz * pitch * 1.25 ** (force - 0.5) * rng.uniform(0.97, 1.03),
                length_s=length_s * part_s,
                level=level * share,
                snap=0.15 * 10.0 ** (1.2 * (force - 0.5)) * heard,
            )
    _rustle(audio, params, rate, seed, times, systole_s)
    sync = round((LEAD_S + MIDDLE_S) * rate)
    return finish(audio, rate, sync=sync, intensity=force, size=size, distance=params.distance)


def _valve(
    audio: Audio,
    rate: int,
    rng: np.random.Generator,
    *,
    middle_s: float,
    pitch_hz: float,
    length_s: float,
    level: float,
    snap: float,
) -> None:
    """One valve that shuts: the wall's low swing, quick to rise, slow to fall, and the snap of the leaves."""
    first = round((middle_s - length_s) * rate)
    time = np.arange(round(3.4 * length_s * rate)) / rate - length_s
    shape = np.exp(-0.5 * (time / np.where(time < 0.0, 0.36 * length_s, 0.75 * length_s)) ** 2)
    shape *= np.minimum(1.0, np.arange(len(time))[::-1] / (0.3 * length_s * rate))
    turns = pitch_hz * (time - 0.12 * pitch_hz * time * np.abs(time))
    # A wall that is stretched is stiffer than one that gives way: harmonics, by which small loudspeakers tell it.
    swing = sum(
        share * np.cos(2.0 * np.pi * order * turns) for order, share in ((1, 1.0), (2, 2.2 * snap), (3, 1.2 * snap))
    )
    audio[:, first : first + len(time)] += (level * shape * swing).astype(np.float32)
    overtone = np.array((2.1, 3.3, 4.9, 7.2, 10.5)) * rng.uniform(0.94, 1.06, 5)
    ring(
        audio,
        rate,
        start=round((middle_s - 0.3 * length_s) * rate),
        frequency_hz=pitch_hz * overtone,
        t60_s=1.6 * length_s * overtone**-0.4,
        gain=level * snap * 2.0 / overtone * rng.lognormal(0.0, 0.3, 5),
        pan=rng.uniform(-0.4, 0.4, 5),
    )


def _rustle(audio: Audio, params: Params, rate: int, seed: Seed, times: np.ndarray, systole_s: float) -> None:
    """Blood that flows from the first sound to the second, and the body around it."""
    points = [(0.0, -80.0)]
    for time in times:
        points += [(time - 0.02, -52.0), (time + 0.3 * systole_s, -27.0), (time + systole_s, -40.0)]
    points.append((times[-1] + systole_s + 0.3, -90.0))
    flow = noise_band(
        audio.shape[1],
        rate,
        seed.child("flow"),
        low_hz=90.0,
        high_hz=260.0 * 2.5**params.intensity,
        width=0.5,
    )
    audio += (
        np.float32(params.rustle * (1.0 - 0.75 * params.distance)) * flow * envelope(audio.shape[1], rate, points)
    )
