"""Whether speech can be understood over the music: the fifteenth check, measured on audio.

Ten loudness units between speech and music are the floor for narration (Torcoli et al., *JAES* 67(12), 2019), and
are not enough by themselves: between 1 and 4 kHz, where consonants are, speech must stand 6 dB clear as well.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from soundscape.audio import Audio

APART_LU = 10.0
CLEAR_DB = 6.0
BAND_HZ = (1_000.0, 4_000.0)


def loudness_apart_lu(speech: Audio, music: Audio, rate: int) -> float:
    """Loudness of speech over that of the music, both over the frames in which someone speaks."""
    import pyloudnorm

    active = _active(speech, rate)
    meter = pyloudnorm.Meter(rate)
    spoken, played = (
        meter.integrated_loudness(signal[:, active].T.astype(np.float64)) for signal in (speech, music)
    )
    return float(spoken - played)


def band_clear_db(speech: Audio, music: Audio, rate: int) -> float:
    """Speech over music between 1 and 4 kHz, in the worst 5 % of the seconds in which someone speaks."""
    active = np.flatnonzero(_active(speech, rate))
    starts = range(0, speech.shape[1] - rate + 1, rate // 2)
    spoken = [
        start for start in starts if np.count_nonzero((active >= start) & (active < start + rate)) > rate // 2
    ]
    ratios = [_band_db(speech, start, rate) - _band_db(music, start, rate) for start in spoken]
    return float(np.percentile(ratios, 5)) if ratios else np.inf


def _active(speech: Audio, rate: int) -> npt.NDArray[np.bool_]:
    """Where someone speaks: 50-ms blocks within 25 dB of the loudest."""
    size = rate // 20
    blocks = -(-speech.shape[1] // size)
    padded = np.zeros(blocks * size)
    padded[: speech.shape[1]] = (speech.astype(np.float64) ** 2).mean(axis=0)
    power = padded.reshape(blocks, size).mean(axis=1)
    return np.repeat(power > power.max(initial=0.0) * 10**-2.5, size)[: speech.shape[1]]


def _band_db(signal: Audio, start: int, rate: int) -> float:
    window = np.hanning(rate)
    power = np.abs(np.fft.rfft(signal[:, start : start + rate] * window, axis=1)) ** 2
    frequencies = np.fft.rfftfreq(rate, 1 / rate)
    band = (frequencies >= BAND_HZ[0]) & (frequencies < BAND_HZ[1])
    return 10.0 * float(np.log10(power[:, band].sum() + 1e-12))
