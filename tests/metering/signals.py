"""Test signals made from published definitions, and a true-peak meter that shares nothing with ours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from soundscape.audio import Audio
from soundscape.metering.meter import Meter

Segment = tuple[float, float | None]
"""Seconds and peak level in dBFS; None is silence."""


def tone(segments: Iterable[Segment], rate: int, *, hz: int = 1000) -> np.ndarray:
    """One channel of a sine whose level changes from segment to segment, its phase running on."""
    edges = np.cumsum([0.0, *(seconds for seconds, _ in segments)])
    gain = np.zeros(round(edges[-1] * rate), np.float32)
    for start, end, (_, level_db) in zip(edges, edges[1:], segments, strict=False):
        gain[round(start * rate) : round(end * rate)] = 0.0 if level_db is None else 10.0 ** (level_db / 20.0)
    one_second = np.sin(2.0 * np.pi * hz / rate * np.arange(rate)).astype(np.float32)
    return gain * np.resize(one_second, len(gain))


def stereo(channel: np.ndarray) -> Audio:
    return np.stack([channel, channel]).astype(np.float32)


def heard(audio: Audio, rate: int, *, block: int = 48_000, layout: str | None = None) -> Meter:
    """A meter that has heard a signal in blocks."""
    meter = Meter(rate, audio.shape[0], layout)
    for at in range(0, audio.shape[1], block):
        meter.push(audio[:, at : at + block])
    return meter


def faded_sine(cycles_per_sample: float, phase_degrees: float, amplitude: float, rate: int) -> np.ndarray:
    """Half a second with linear fades of 10 ms, as in EBU Tech 3341 signals 15 to 19."""
    n = np.arange(rate // 2)
    fade = np.minimum(1.0, np.minimum(n, n[::-1]) / (0.01 * rate))
    return amplitude * fade * np.sin(2.0 * np.pi * cycles_per_sample * n + np.radians(phase_degrees))


def overshooting_period(offset: int, rate: int) -> np.ndarray:
    """EBU Tech 3341 signals 20 to 23: fs/6 at 0.5 with one period of fs/4 at 1.0, made at 4 fs and decimated."""
    before, inside = 4 * rate // 4 // 24 * 24, 16
    frequency = np.full(2 * before + inside, 1.0 / 24.0)
    amplitude = np.full(2 * before + inside, 0.5)
    frequency[before : before + inside], amplitude[before : before + inside] = 1.0 / 16.0, 1.0
    phase = 2.0 * np.pi * np.concatenate(([0.0], np.cumsum(frequency)[:-1]))
    taps = 1025
    distance = np.arange(taps) - taps // 2
    low_pass = np.sinc(0.24 * distance) * np.kaiser(taps, 8.0)
    high_rate = np.convolve(amplitude * np.sin(phase), low_pass / low_pass.sum(), mode="same")
    return high_rate[offset::4]


def band_limited(x: np.ndarray, *, edge: float = 0.43) -> np.ndarray:
    """A signal without what lies above `edge` times the rate."""
    spectrum = np.fft.rfft(x)
    frequency = np.fft.rfftfreq(x.shape[-1])
    return np.fft.irfft(spectrum * np.clip((edge + 0.01 - frequency) / 0.01, 0.0, 1.0), x.shape[-1])


def true_peak_16x_db(audio: np.ndarray | Sequence[np.ndarray]) -> float:
    """True peak in dBTP by Fourier interpolation to 16 times the rate."""
    x = np.pad(np.atleast_2d(np.asarray(audio, np.float64)), ((0, 0), (256, 256)))
    n = x.shape[1]
    spectrum = np.zeros((x.shape[0], 8 * n + 1), np.complex128)
    spectrum[:, : n // 2 + 1] = np.fft.rfft(x)
    return float(20.0 * np.log10(np.abs(np.fft.irfft(16.0 * spectrum, 16 * n)).max()))
