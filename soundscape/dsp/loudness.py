"""Ungated loudness of a short signal: by which presets and sound-makers set their working level.

The gated meter of a programme is `soundscape.metering.meter`.
"""

from __future__ import annotations

import numpy as np

from soundscape.audio import Audio
from soundscape.metering.gating import BINS_PER_SECOND, power_to_lufs
from soundscape.metering.meter import EnergyMeter


def loudness_lufs(audio: Audio, rate: int) -> float:
    """Ungated loudness in LUFS of a signal `(channels, frames)`; -inf for silence."""
    frames = audio.shape[1]
    meter = EnergyMeter(rate, audio.shape[0])
    meter.push(np.pad(audio, ((0, 0), (0, rate // BINS_PER_SECOND + 1))))  # so that the last bin is whole
    return power_to_lufs(float(meter.energies.sum()) / max(frames, 1))
