"""What belongs to a shot besides the shot: its charge, its recoil, what crackles, sings away and comes back."""

from __future__ import annotations

import numpy as np

from soundscape.audio import Audio
from soundscape.contract import TICK
from soundscape.dsp.burst import envelope, noise_band, tone
from soundscape.dsp.debris import scatter
from soundscape.dsp.distance import Distance
from soundscape.dsp.fm import bent_tone
from soundscape.dsp.struck import make_body, strike
from soundscape.rng import Seed

BREATH_S = 0.018
"""Of silence between charge and shot."""
FULL = 3.0
"""Time constants of its capacitors for which a charge lasts."""
STRIKES_S, STRIKE = 0.012, 3.5
"""Over which one flurry of snaps is spread, and how many it is on the average."""
SLAPS, HEAD_S = (3, 7), 0.09
"""How many surfaces throw a shot back, and how much of it is thrown back."""


def charge(out: Audio, rate: int, seed: Seed, *, size: float, force: float, pitch: float) -> None:
    """Add a charge that ends `BREATH_S` before the end of `out` `(2, frames)`; -25 dB at its loudest.

    The pitch nears its end as the voltage of a capacitor does, and the nearer, the harder the tone is bent; it buzzes
    at the pace of the converter, air is drawn in, and ever more sparks are let through.
    """
    rng = seed.generator("charge")
    frames = out.shape[1]
    length_s = frames / rate
    end_s = length_s - BREATH_S
    low_hz = 140.0 * pitch * 2.0 ** (0.5 - size)
    time = np.linspace(0.0, length_s, 24)
    filled = (1.0 - np.exp(-FULL * time / length_s)) / (1.0 - np.exp(-FULL))
    hz = low_hz * (3.0 + 2.0 * force) ** filled * np.exp(0.012 * rng.standard_normal(24).cumsum())
    fall = envelope(frames, rate, [(0.0, -70.0), (0.7 * length_s, -32.0), (end_s, -25.0), (end_s + 0.006, -90.0)])
    buzz_hz = rng.uniform(26.0, 44.0)
    buzz = 1.0 - 0.4 * (1.0 + tone(frames, rate, [(0.0, buzz_hz), (length_s, 2.2 * buzz_hz)], phase=0.75))
    bend = [(0.0, 0.25), (0.6 * length_s, 0.9), (length_s, 1.6 + 1.2 * force)]
    ratio = rng.choice((0.5, 1.0, 1.5, 2.0))
    for side, detune in enumerate((1.0, rng.uniform(1.003, 1.009))):
        points = list(zip(time.tolist(), (detune * hz).tolist(), strict=True))
        # The coil under it hums an octave lower, and steadily.
        under = tone(frames, rate, [(at, 0.5 * high) for at, high in points])
        out[side] += fall * (buzz * bent_tone(frames, rate, points, bend, ratio=ratio) + 0.5 * under)
    air = noise_band(
        frames,
        rate,
        seed.child("air"),
        low_hz=[(0.0, 200.0), (length_s, 1_400.0)],
        high_hz=[(0.0, 500.0), (length_s, 4_500.0)],
    )
    out += np.float32(0.3) * fall * air
    grows_s = 0.35 * length_s
    sparks = rng.poisson(40.0 * length_s * (0.4 + force))
    scatter(
        out[:, : round(end_s * rate)],
        rate,
        rng,
        time_s=end_s * rng.uniform(0.0, 1.0, sparks) ** 0.4,
        pitch_hz=4_500.0,
        pitch_sd=0.5,
        t60_s=0.0022,
        gain=0.03 * float(np.exp(-end_s / grows_s)),
        gain_sd=0.8,
        fading_s=-grows_s,
    )


def crackle(out: Audio, rate: int, rng: np.random.Generator, *, force: float, size: float) -> None:
    """Add what is left of the channel, from frame 0 on: snaps in flurries that come ever more seldom."""
    flurries = rng.poisson(5.0 + 8.0 * force)
    begin_s = 0.03 + rng.gamma(1.1, 0.09 + 0.1 * size, flurries)
    snaps = rng.geometric(1.0 / STRIKE, flurries)
    time_s = np.repeat(begin_s, snaps) + rng.exponential(STRIKES_S, int(snaps.sum()))
    scatter(
        out,
        rate,
        rng,
        time_s=time_s,
        pitch_hz=3_200.0,
        pitch_sd=0.6,
        t60_s=0.0035,
        gain=0.1,
        gain_sd=0.9,
        fading_s=0.3,
    )


def recoil(out: Audio, rate: int, rng: np.random.Generator, *, size: float, force: float) -> None:
    """Add the action of the weapon, which slides back after the shot at frame 0, is caught and returns."""
    scale = 2.0 ** (0.8 - 1.6 * size)
    action = make_body(
        rng, lowest_hz=330.0 * scale, modes=18, stretch=1.05, loss=0.006, longest_s=0.11, irregular=0.15, tilt=-0.1
    )
    back_s = rng.uniform(0.05, 0.085) * (0.7 + 0.8 * size)
    home_s = back_s + rng.uniform(0.06, 0.13) * (0.7 + 0.8 * size)
    strike(
        out,
        rate,
        rng,
        action,
        time_s=np.array((back_s, home_s, home_s + rng.uniform(0.009, 0.02))),
        force=0.3 * (0.5 + 0.5 * force) * np.array((0.8, 1.0, 0.4)) * rng.lognormal(0.0, 0.25, 3),
        corner_hz=2_400.0 * scale**0.4,
        contact=0.6,
        contact_s=0.009,
        pan=rng.uniform(-0.2, 0.2),
    )


def ricochet(out: Audio, rate: int, rng: np.random.Generator, *, size: float) -> None:
    """Add a piece that spins away from where it was hit at frame 0: its pitch falls, and flutters as it turns."""
    start = round(rng.uniform(0.015, 0.05) * rate)
    length_s = rng.uniform(0.22, 0.55) * (0.8 + 0.5 * size)
    frames = min(round(length_s * rate), out.shape[1] - start)
    high_hz, spin_hz = rng.uniform(2_000.0, 3_900.0) * 0.7**size, rng.uniform(45.0, 120.0)
    way = [(0.0, high_hz), (0.3 * length_s, 0.82 * high_hz), (length_s, rng.uniform(0.32, 0.55) * high_hz)]
    spin = 0.6 + 0.4 * tone(frames, rate, [(0.0, spin_hz), (length_s, 0.6 * spin_hz)])
    fall = envelope(
        frames,
        rate,
        [(0.0, -80.0), (0.025, -20.0), (0.4 * length_s, -22.0), (0.9 * length_s, -46.0), (length_s, -90.0)],
    )
    song = fall * spin * bent_tone(frames, rate, way, [(0.0, 0.9), (length_s, 0.25)], ratio=rng.uniform(0.05, 0.12))
    side = rng.choice((-1.0, 1.0)) * np.linspace(0.0, 0.8, frames, dtype=np.float32)
    out[0, start : start + frames] += (1.0 - side) * song
    out[1, start : start + frames] += (1.0 + side) * song


def throw_back(out: Audio, rate: int, rng: np.random.Generator) -> None:
    """Add the first moments of `out` again, as walls and ground throw them back: softer and duller, one by one."""
    count = int(rng.integers(*SLAPS))
    head = out[:, : min(round(HEAD_S * rate), out.shape[1])].copy()
    head *= np.linspace(1.0, 0.0, head.shape[1], dtype=np.float32)
    for late_s in 0.05 + 0.4 * rng.beta(1.2, 2.2, count):
        start, far = round(late_s * rate), float(np.clip(0.3 + late_s, 0.0, 0.8))
        heard = min(head.shape[1], out.shape[1] - start)
        again = np.ascontiguousarray(head[:, :heard])
        Distance(rate).apply(again, np.full(heard // TICK + 2, far, np.float32))
        sides = np.array([[rng.uniform(0.3, 1.0)], [rng.uniform(0.3, 1.0)]], np.float32)
        out[:, start : start + heard] += np.float32(1.6) * sides * again
