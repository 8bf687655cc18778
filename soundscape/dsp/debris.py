"""What flies off and falls: rings of small pieces whose moments, sizes, pitches and places are all drawn."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from soundscape.audio import Audio
from soundscape.dsp.bounce import bounces
from soundscape.dsp.modal import ring

FAINTEST = 5e-3
"""Against a piece of middle size; what is softer is not followed."""


def scatter(
    out: Audio,
    rate: int,
    rng: np.random.Generator,
    *,
    time_s: npt.NDArray[np.float64],
    pitch_hz: float,
    pitch_sd: float,
    t60_s: float,
    gain: float,
    gain_sd: float = 0.7,
    partials: int = 3,
    width: float = 0.8,
    fading_s: float = 1e9,
    bounce_s: float = 0.0,
) -> None:
    """Add a piece at each of the times in seconds: heavier ones ring lower and louder, sizes are bounded.

    Parameters
    ----------
    out : float32 `(2, frames)`, changed in place
    pitch_hz, pitch_sd : median of the pieces' lowest modes and standard deviation of its logarithm
    t60_s : of a piece at the median pitch
    gain, gain_sd : median level and standard deviation of its logarithm
    partials : modes of a piece
    fading_s : time in which the level of pieces falls by a factor of e; rises by it, if negative
    bounce_s : median time for which a piece leaps up once it has come down; 0 for one that stays where it falls
    """
    count = len(time_s)
    size = np.clip(rng.standard_normal(count), -2.2, 2.2)
    lowest = pitch_hz * np.exp(pitch_sd * rng.standard_normal(count) - 0.25 * size)
    ratio = np.concatenate((np.ones((count, 1)), rng.uniform(1.4, 5.5, (count, partials - 1))), axis=1)
    level = gain * np.exp(gain_sd * size - time_s / fading_s)
    when, speed = time_s[:, None], np.ones((count, 1))
    if bounce_s > 0.0:
        leaps, left = bounces(rng, bounce_s * np.exp(0.35 * rng.standard_normal(count)))
        when = np.concatenate((when, when + leaps), axis=1)
        speed = np.concatenate((speed, 0.6 * left), axis=1)
    # Each time that it comes down on another corner.
    corner = rng.lognormal(0.0, 0.5, (*speed.shape, partials)) if bounce_s > 0.0 else np.ones((count, 1, partials))
    frequency = np.broadcast_to((lowest[:, None] * ratio)[:, None], corner.shape)
    ring(
        out,
        rate,
        start=np.repeat(np.maximum(when * rate, 0.0).astype(np.int64).ravel(), partials),
        frequency_hz=frequency.ravel(),
        t60_s=(t60_s * (frequency / pitch_hz) ** -0.5).ravel(),
        gain=((level[:, None] * speed**1.2)[:, :, None] * ratio[:, None] ** -0.8 * corner).ravel(),
        pan=np.repeat(width * rng.uniform(-1.0, 1.0, count), partials * when.shape[1]),
        floor=gain * FAINTEST,
    )
