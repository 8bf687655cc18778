"""What a hard blow brings with it: the rush of the contact itself, and loose parts that bounce until they lie still.

A part thrown up by a blow falls back after a time in proportion to its speed, and keeps a share of it at every bounce:
intervals and forces shrink alike (coefficient of restitution; P. R. Cook, *Real Sound Synthesis*, 2002, on bouncing).
"""

from __future__ import annotations

import numpy as np

from soundscape.audio import Audio
from soundscape.dsp.burst import envelope, noise_band
from soundscape.dsp.struck import Body, make_body, strike
from soundscape.rng import Seed

RISE_S = 0.0005
BOUNCES = 7
KEPT = (0.5, 0.78)
"""Share of its speed that a part keeps at a bounce."""
FIRST_S = (0.018, 0.055)
"""Until a part comes down for the first time; a weaker blow throws it less high."""


def rush(
    out: Audio,
    rate: int,
    seed: Seed,
    *,
    start: int,
    level: float,
    low_hz: float,
    high_hz: float,
    fall_s: float,
) -> None:
    """Add the noise of surfaces that meet at frame `start`: RMS `level` at its loudest, -20 dB after `fall_s`."""
    frames = min(round(6.0 * fall_s * rate), out.shape[1] - start)
    noise = noise_band(frames, rate, seed, low_hz=low_hz, high_hz=[(0.0, high_hz), (4.0 * fall_s, 0.3 * high_hz)])
    fall = [(0.0, -40.0), (RISE_S, 0.0), (fall_s, -20.0), (3.0 * fall_s, -45.0), (6.0 * fall_s, -96.0)]
    out[:, start : start + frames] += np.float32(level) * noise * envelope(frames, rate, fall)


def rattle(
    out: Audio,
    rate: int,
    rng: np.random.Generator,
    *,
    start_s: float,
    parts: int,
    pitch_hz: float,
    loss: float,
    longest_s: float,
    level: float,
    corner_hz: float,
    force: float = 1.0,
    pitch_sd: float = 0.4,
) -> None:
    """Add loose parts that a blow at `start_s` throws up.

    Parameters
    ----------
    out : float32 `(2, frames)`, changed in place
    parts : how many there are
    pitch_hz, pitch_sd : median of their lowest modes and standard deviation of its logarithm
    loss, longest_s : their material and mounting; see `soundscape.dsp.struck.make_body`
    level, corner_hz : of the hardest bounce, and where its spectrum begins to fall
    force : 0 to 1, how high they are thrown
    """
    if parts == 0:
        return
    things = make_body(
        rng,
        lowest_hz=pitch_hz * np.exp(pitch_sd * np.clip(rng.standard_normal(parts), -2.0, 2.0)),
        modes=6,
        stretch=1.2,
        loss=loss,
        longest_s=longest_s,
        irregular=0.2,
        tilt=-0.3,
    )
    kept = rng.uniform(*KEPT, (parts, 1)) ** np.arange(BOUNCES)
    first_s = rng.uniform(*FIRST_S, (parts, 1)) * (0.5 + 0.7 * force)
    when = rng.uniform(0.0, 0.012, (parts, 1)) + np.cumsum(first_s * kept, axis=1) * rng.uniform(
        0.9, 1.1, (parts, BOUNCES)
    )
    which = np.repeat(np.arange(parts), BOUNCES)
    strike(
        out,
        rate,
        rng,
        Body(frequency_hz=things.frequency_hz[which], t60_s=things.t60_s[which], gain=things.gain[which]),
        time_s=start_s + when.ravel(),
        force=(level * rng.lognormal(-0.3, 0.5, (parts, 1)) * kept * rng.lognormal(0.0, 0.3, kept.shape)).ravel(),
        corner_hz=corner_hz,
        contact=0.4,
        contact_s=0.003,
        pan=rng.uniform(-0.6, 0.6, parts)[which],
        width=0.15,
    )
