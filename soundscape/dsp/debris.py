"""What flies off and falls: rings of small pieces whose moments, sizes, pitches and places are all drawn."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from soundscape.audio import Audio
from soundscape.dsp.modal import ring


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
) -> None:
    """Add a piece at each of the times in seconds: heavier ones ring lower and louder, sizes are bounded.

    Parameters
    ----------
    out : float32 `(2, frames)`, changed in place
    pitch_hz, pitch_sd : median of the pieces' lowest modes and standard deviation of its logarithm
    t60_s : of a piece at the median pitch
    gain, gain_sd : median level and standard deviation of its logarithm
    partials : modes of a piece
    fading_s : time in which the level of pieces falls by a factor of e
    """
    count = len(time_s)
    size = np.clip(rng.standard_normal(count), -2.2, 2.2)
    lowest = pitch_hz * np.exp(pitch_sd * rng.standard_normal(count) - 0.25 * size)
    ratio = np.concatenate((np.ones((count, 1)), rng.uniform(1.4, 5.5, (count, partials - 1))), axis=1)
    level = gain * np.exp(gain_sd * size - time_s / fading_s)
    frames = np.maximum(time_s * rate, 0.0).astype(np.int64)
    ring(
        out,
        rate,
        start=np.repeat(frames, partials),
        frequency_hz=(lowest[:, None] * ratio).ravel(),
        t60_s=(t60_s * (lowest[:, None] * ratio / pitch_hz) ** -0.5).ravel(),
        gain=(level[:, None] * ratio**-0.8).ravel(),
        pan=np.repeat(width * rng.uniform(-1.0, 1.0, count), partials),
    )
