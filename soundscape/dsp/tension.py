"""Tension that mounts or lets go: one course from 0 to 1 from which pitch, colour, pulse and width all follow.

A section glides in octaves, apart while it is low and in unison at the top, its spectrum opening with it; noise whose
band opens alike; a pulse that beats ever faster, and at the very top a sheen above it all. Pitch, band and pulse move
exponentially, by which a course that is even is heard as even. A riser goes the course up, a downlifter down.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from soundscape.audio import Audio
from soundscape.contract import TICK
from soundscape.dsp.burst import between, noise_band, unlike
from soundscape.dsp.drift import Drift
from soundscape.dsp.stacks import Stacks, open_spectra
from soundscape.rng import Seed

Floats = npt.NDArray[np.float64]
EVERY = 6
"""Ticks between two points of a band."""
AIR_HZ, DARK_HZ = (50.0, 140.0), 200.0
"""Band of the noise and corner of the section at rest."""
APART_CENTS = (-140.0, -60.0, -20.0, 25.0, 80.0, 150.0)
"""By which the section is apart at rest."""
OCTAVES = (0, 0, 0, 1, 1, -1)
PULSE_HZ = (1.4, 19.0)
"""Pulses a second at rest and at the top."""
PULSE = 0.6
HIGHEST_HZ, ORDERS = 10_000.0, 60
SHEEN = 0.5


def tension(
    rate: int, seed: Seed, course: Floats, *, top_note_hz: float, octaves: float, tonal: float, top_hz: float
) -> Audio:
    """The sound of a course, float32 `(2, ticks * TICK)`, at an even level and peak near 1.

    Parameters
    ----------
    course : (ticks + 1,) array
        At the tick edges, 0 at rest to 1.
    top_note_hz : where the section meets; it comes from `octaves` below
    tonal : section against noise, 0 to 1
    top_hz : upper corner of noise and section at the top
    """
    ticks = len(course) - 1
    rng = seed.generator("tension")
    when = np.arange(0, ticks + 1, EVERY) * TICK / rate
    bent = course ** unlike(rng, 0.12)

    def band(rest_hz: float, height_hz: float) -> list[tuple[float, float]]:
        return list(zip(when, rest_hz * (height_hz / rest_hz) ** bent[::EVERY], strict=True))

    audio = noise_band(
        ticks * TICK,
        rate,
        seed.child("air"),
        low_hz=band(AIR_HZ[0], 0.2 * top_hz),
        high_hz=band(AIR_HZ[1], top_hz),
        width=0.9,
    )
    sheen = noise_band(ticks * TICK, rate, seed.child("sheen"), low_hz=0.9 * top_hz, high_hz=2.5 * top_hz)
    audio += sheen * between(ticks * TICK, SHEEN * course**5, step=TICK)
    audio *= np.float32(0.3 * (1.0 - 0.85 * tonal))
    audio += np.float32(tonal) * _section(rate, seed, course, top_note_hz, octaves, top_hz)
    return audio * between(ticks * TICK, _pulse(rate, seed, course), step=TICK)


def _section(rate: int, seed: Seed, course: Floats, top_note_hz: float, octaves: float, top_hz: float) -> Audio:
    """Players that glide, peak 1."""
    rng = seed.generator("section")
    ticks, players = len(course) - 1, len(OCTAVES)
    wander = Drift(seed.child("wander"), rate, motions=players, low_hz=0.2, high_hz=5.0).advance(ticks)
    cents = np.array(APART_CENTS) * rng.uniform(0.7, 1.3, players) * (1.0 - course[:, None]) ** 0.7 + 4.0 * wander
    hz = top_note_hz * 2.0 ** (np.array(OCTAVES) + octaves * (course[:, None] - 1.0) + cents / 1200.0)
    level = np.exp(0.25 * wander) * 0.6 ** np.abs(OCTAVES)
    corner = np.broadcast_to((DARK_HZ * (0.45 * top_hz / DARK_HZ) ** course)[:, None], hz.shape)
    gain = open_spectra(hz, corner + hz, level, orders=ORDERS, highest_hz=min(HIGHEST_HZ, 0.45 * rate))
    out = np.zeros((2, ticks * TICK), np.float32)
    pan = rng.permutation(np.linspace(-0.85, 0.85, players))
    Stacks(seed.child("phases"), rate, pan=pan).add(out, hz, gain)
    return out / np.abs(out).max()


def _pulse(rate: int, seed: Seed, course: Floats) -> Floats:
    """Level at the tick edges: beats that follow the course, one of them at its top."""
    slow, fast = PULSE_HZ
    hurry = Drift(seed.child("hurry"), rate, low_hz=0.3, high_hz=4.0).advance(len(course) - 1)[:, 0]
    turns = np.cumsum(slow * (fast / slow) ** course * np.exp(0.08 * hurry)) * TICK / rate
    beat = 0.5 + 0.5 * np.cos(2.0 * np.pi * (turns - turns[np.argmax(course)]))
    return 1.0 - PULSE * (1.0 - beat) ** 1.5 * np.clip(0.4 + course, 0.0, 1.0)
