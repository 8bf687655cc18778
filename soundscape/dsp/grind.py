"""Stone that is dragged over stone: it judders, its asperities break one by one, grit is crushed, the ground rumbles.

A slab that is dragged sticks and slips as a whole some ten times a second; in each slip hundreds of asperities give
way within hundredths of a second, of sizes with a heavy tail, and each pushes the slab (B. Armstrong-Helouvry, *Control
of Machines with Friction*, 1991, on stick-slip of stiff masses; A. Akay, *Acoustics of friction*, J. Acoust. Soc. Am.
111, 2002).
"""

from __future__ import annotations

import numpy as np

from soundscape.audio import Audio
from soundscape.contract import TICK
from soundscape.dsp.burst import between, noise_band
from soundscape.dsp.creak import rub, slips
from soundscape.dsp.debris import scatter
from soundscape.dsp.struck import make_body
from soundscape.rng import Seed

JUDDER_HZ = (7.0, 16.0)
"""Slips of the whole slab a second, at first and at last, of a slab of middle size."""
ASPERITIES, STEADY = 55.0, 260.0
"""That break in a median slip, and in a second between slips."""
BREAKING_S = 0.026
"""Over which those of one slip break."""
SIZE_SD, LARGEST = 0.9, 2.2
"""Standard deviation of the logarithm of their sizes, and the largest in such deviations."""
GRIT, RUMBLE = 0.16, 0.5
"""Level of what is crushed, and of the ground, against the slab."""


def grind(
    out: Audio, rate: int, rng: np.random.Generator, seed: Seed, *, length_s: float, size: float, level: float
) -> None:
    """Add a slab that is dragged for a time from frame 0 on; `size` is 0 to 1, `level` its peak."""
    if level == 0.0:
        return
    heavy = 0.6 + 0.8 * size
    scale = 2.0 ** (0.7 - 1.4 * size)
    when, force = slips(rng, length_s, first_hz=JUDDER_HZ[0] / heavy, last_hz=JUDDER_HZ[1] / heavy)
    # It is set in motion, and comes to rest.
    force *= np.minimum(1.0, np.sin(np.pi * np.clip(when / length_s, 0.0, 1.0)) ** 0.5 * 1.2)
    broken = rng.poisson(ASPERITIES * force)
    slip = np.repeat(np.arange(len(when)), broken)
    after_s = rng.gamma(1.3, BREAKING_S * heavy, len(slip))
    steady = rng.uniform(0.0, length_s, rng.poisson(STEADY * length_s))
    time_s = np.concatenate((when[slip] + after_s, steady))
    strength = np.concatenate((force[slip] * np.exp(-after_s / (2.5 * BREAKING_S)), np.full(len(steady), 0.12)))
    strength *= np.exp(SIZE_SD * np.clip(rng.standard_normal(len(time_s)), -LARGEST, LARGEST))
    order = np.argsort(time_s)
    time_s, strength = time_s[order], strength[order]
    going = time_s < length_s
    time_s, strength = time_s[going], strength[going]

    slab = make_body(
        rng,
        lowest_hz=68.0 * scale,
        modes=32,
        stretch=1.1,
        loss=0.03,
        longest_s=0.16 * heavy,
        irregular=0.16,
        tilt=0.25,
    )
    rub(out, rate, rng, slab, time_s=time_s, force=strength, level=level, corner_hz=2_600.0 * scale**0.4, width=0.4)
    crushed = rng.choice(len(time_s), rng.poisson(0.16 * len(time_s)), p=strength / strength.sum())
    scatter(
        out,
        rate,
        rng,
        time_s=time_s[crushed] + rng.uniform(0.0, 0.012, len(crushed)),
        pitch_hz=2_300.0 * scale**0.3,
        pitch_sd=0.5,
        t60_s=0.006,
        gain=GRIT * level,
        gain_sd=0.7,
        partials=2,
        width=0.5,
    )
    frames = out.shape[1]
    power = np.bincount((time_s * rate / TICK).astype(np.int64), strength**2, frames // TICK + 2)
    swell = np.sqrt(np.convolve(power, np.hanning(9) / 5.0, "same"))
    ground = noise_band(frames, rate, seed, low_hz=26.0, high_hz=95.0 * scale**0.5, width=0.3)
    ground *= between(frames, swell[: frames // TICK + 2] / max(float(swell.max()), 1e-9), step=TICK)
    out += np.float32(RUMBLE * level) * ground
