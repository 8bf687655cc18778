"""Texture statistics: what is left of a sound when its moment no longer matters.

After J. McDermott & E. Simoncelli, *Sound texture perception via statistics of the auditory periphery* (Neuron 71,
2011): the signal is split by a bank of cochlear filters, each band's envelope compressed; of the envelopes come mean,
variation, skew and kurtosis, how they go together across bands (C), how strongly they move at each rate, and how the
motions of one rate go together (C1). What a statistic is for a sound is only understood beside its toys: stationary
noise of the very same spectrum, that noise with a sine for its level, and noise through a band-pass that smooth
random values or a sine move.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from scipy import fft, signal

from tests import descriptors

Array = npt.NDArray[np.floating]

BANDS = 30
LOW_HZ, HIGH_HZ = 60.0, 9_000.0
COMPRESSION = 0.3
ENVELOPE_HZ = 400.0
RATES_HZ = 0.5 * 2.0 ** np.arange(0.0, 8.01, 0.75)
"""Centres of the modulation bands, 0.5 to some 100 Hz, an octave wide."""
TOGETHER_HZ = (3.0, 6.0, 12.0, 25.0, 50.0)
"""Rates at which motions are compared across bands."""
REGIONS = 6
"""Groups of neighbouring bands."""
APART = (1, 2, 3, 5, 8, 11, 16, 21)
"""Distances of the bands that are compared."""


def erb_number(hz: Array | float) -> Array:
    """Places on the ERB scale of Glasberg & Moore (1990)."""
    return 21.4 * np.log10(1.0 + 0.00437 * np.asarray(hz, np.float64))


def envelopes(mono: Array, rate: int) -> Array:
    """Compressed envelopes of the cochlear bands at `ENVELOPE_HZ`: `(BANDS, frames)`.

    Half-cosine filters on the ERB scale, which overlap by half; the analytic band is brought down to its own rate.
    """
    bins = fft.rfft(np.asarray(mono, np.float32))
    places = erb_number(fft.rfftfreq(len(mono), 1.0 / rate))
    edges = np.linspace(erb_number(LOW_HZ), erb_number(HIGH_HZ), BANDS + 2)
    count = round(len(mono) * ENVELOPE_HZ / rate)
    found = np.empty((BANDS, count))
    for band in range(BANDS):
        inside = np.flatnonzero((places > edges[band]) & (places < edges[band + 2]))
        gain = np.cos(np.pi * (places[inside] - edges[band + 1]) / (edges[band + 2] - edges[band]))
        size = 1 << int(np.ceil(np.log2(max(2 * len(inside), 2 * count))))
        analytic = np.zeros(size, np.complex64)
        analytic[: len(inside)] = bins[inside] * gain
        level = np.abs(fft.ifft(analytic)) * (2.0 * size / len(mono))
        compressed = fft.rfft(level**COMPRESSION)[: count // 2 + 1]
        found[band] = np.maximum(fft.irfft(compressed, count) * count / size, 1e-9)
    return found[:, 20:-20]


def statistics(audio: Array, rate: int) -> dict[str, Array]:
    """Statistics of a signal `(channels, frames)`, its channels added.

    `mean`, `variation` (deviation over mean), `skew`, `kurtosis`: `(BANDS,)`; `correlation`: `(BANDS, BANDS)`;
    `modulation`: `(BANDS, rates)`, variance of the envelope in each modulation band over its whole variance;
    `motion_correlation`: `(TOGETHER_HZ, BANDS, BANDS)`, the correlation of an octave of motion about each rate.
    """
    level = envelopes(audio.mean(axis=0), rate)
    mean, deviation = level.mean(axis=1), level.std(axis=1)
    apart = (level - mean[:, None]) / deviation[:, None]
    frequency, density = signal.welch(apart, ENVELOPE_HZ, nperseg=min(2_048, level.shape[1]), detrend=False)
    share = density * frequency[1]
    modulation = np.stack(
        [
            share[:, (frequency >= centre / 2**0.5) & (frequency < centre * 2**0.5)].sum(axis=1)
            for centre in RATES_HZ
        ],
        axis=1,
    )
    return {
        "mean": mean,
        "variation": deviation / mean,
        "skew": (apart**3).mean(axis=1),
        "kurtosis": (apart**4).mean(axis=1),
        "correlation": np.corrcoef(level),
        "modulation": modulation,
        "motion_correlation": _motion_correlation(apart),
    }


def _motion_correlation(apart: Array) -> Array:
    # By Parseval: the correlation of band-passed signals is that of their bins.
    bins = fft.rfft(apart)
    frequency = fft.rfftfreq(apart.shape[1], 1.0 / ENVELOPE_HZ)
    found = []
    for centre in TOGETHER_HZ:
        inside = bins[:, (frequency >= centre / 2**0.5) & (frequency < centre * 2**0.5)]
        inside = np.concatenate((inside.real, inside.imag), axis=1)
        inside /= np.linalg.norm(inside, axis=1, keepdims=True)
        found.append(inside @ inside.T)
    return np.stack(found)


def slow_share(found: dict[str, Array], *, below_hz: float = 4.0) -> float:
    """Share of the envelopes' variance at rates below this, mean over bands: 0.02 for noise, much for gusts."""
    return float(found["modulation"][:, below_hz > RATES_HZ].sum(axis=1).mean())


def together(found: dict[str, Array], *, apart: int = 6) -> float:
    """Mean correlation of bands this far from each other: 0 for noise, 1 where one level moves all."""
    return float(np.diagonal(found["correlation"], apart).mean())


def noise_like(audio: Array, rate: int, rng: np.random.Generator, *, resolution_hz: float = 6.0) -> Array:
    """Stationary noise with the long-term spectrum of each channel, as a Welch estimate of this resolution tells it."""
    frequency, density = signal.welch(audio, rate, nperseg=round(rate / resolution_hz), detrend=False)
    made = fft.rfft(rng.standard_normal(audio.shape, np.float32))
    at = fft.rfftfreq(audio.shape[1], 1.0 / rate)
    return fft.irfft(made * np.stack([np.interp(at, frequency, each**0.5) for each in density]), audio.shape[1])


def swayed(audio: Array, rate: int, *, rate_hz: float = 0.3, depth_db: float = 6.0) -> Array:
    """The same with a sine for its level: the other toy."""
    time = np.arange(audio.shape[1]) / rate
    return audio * 10.0 ** (depth_db / 20.0 * np.sin(2.0 * np.pi * rate_hz * time))


def moved(audio: Array, rate: int, rng: np.random.Generator, *, rate_hz: float = 1.0) -> Array:
    """Noise through a band-pass that value noise moves, its middle at the signal's centroid: the third toy.

    Random values `rate_hz` times a second, joined smoothly, move pitch (by an octave up and down at most) and level
    (by 6 dB) of a resonance a Q of 2 wide.
    """
    seconds = audio.shape[1] / rate
    values = rng.uniform(-1.0, 1.0, 2 + int(seconds * rate_hz) + 1)

    def smooth(time_s: Array) -> Array:
        near, part = (time_s * rate_hz).astype(int), time_s * rate_hz % 1.0
        part = part * part * (3.0 - 2.0 * part)
        return values[near] * (1.0 - part) + values[near + 1] * part

    return _through_a_band(audio, rate, rng, smooth)


def turned(audio: Array, rate: int, rng: np.random.Generator, *, rate_hz: float = 0.3) -> Array:
    """The same with a sine for the random values, an LFO on a band-pass: the fourth toy."""
    phase = rng.uniform()
    return _through_a_band(audio, rate, rng, lambda time_s: np.sin(2.0 * np.pi * (rate_hz * time_s + phase)))


def _through_a_band(
    audio: Array, rate: int, rng: np.random.Generator, moves: Callable[[Array], npt.NDArray[np.float64]]
) -> Array:
    size, hop = 2_048, 1_024
    frequency, _, bins = signal.stft(
        rng.standard_normal(audio.shape), rate, window="cosine", nperseg=size, noverlap=size - hop
    )
    last = audio.shape[1] // hop
    value = moves(np.minimum(np.arange(bins.shape[2]), last) * hop / rate)
    ratio = np.maximum(frequency, 1.0)[:, None] / (descriptors.centroid_hz(audio, rate) * 2.0**value)
    response = 1.0 / np.sqrt(1.0 + (2.0 * (ratio - 1.0 / ratio)) ** 2)
    _, made = signal.istft(bins * response * 10.0 ** (0.3 * value), rate, window="cosine", noverlap=size - hop)
    return made[:, : audio.shape[1]]


def vector(found: dict[str, Array]) -> Array:
    """All statistics but the means in one row, every kind of the same weight.

    Neighbouring bands are taken together, `REGIONS` in all, and pairs of bands by their distance: what a few seconds
    tell of one band alone is mostly chance. Each kind is taken in units in which noise scatters alike.
    """
    motion = found["motion_correlation"]
    parts = [
        2.0 * _regions(np.log(found["variation"])),
        0.5 * _regions(found["skew"]),
        _regions(np.log(found["kurtosis"])),
        np.concatenate([_regions(np.diagonal(found["correlation"], offset)) for offset in APART]),
        np.concatenate([np.diagonal(motion, offset, 1, 2).mean(axis=1) for offset in APART]),
        np.sqrt(_regions(found["modulation"])).ravel(),
    ]
    return np.concatenate([part / np.sqrt(len(parts) * part.size) for part in parts])


def _regions(values: Array) -> Array:
    return np.stack([part.mean(axis=0) for part in np.array_split(values, REGIONS)])


def distance(first: dict[str, Array], other: dict[str, Array]) -> float:
    """How unlike two textures are beyond their spectra: root mean square over all statistics but the means."""
    return float(np.linalg.norm(vector(first) - vector(other)))


def margin(own: Sequence[Array], toys: Sequence[Array]) -> float:
    """Between the middles of two sets of `vector`, in mean spreads of a set about its own middle."""
    middles = [np.mean(side, axis=0) for side in (own, toys)]
    spread = [np.var(side, axis=0, ddof=1).sum() for side in (own, toys)]
    return float(np.linalg.norm(middles[0] - middles[1]) / np.sqrt(np.mean(spread)))


def discriminant(sounds: Sequence[Array], toys: Sequence[Array], *, shrink: float = 0.15) -> tuple[Array, float]:
    """Direction and offset by which `direction @ vector + offset` tells toys (above 0) from sounds (below).

    R. Fisher's linear discriminant; so much of the covariance is replaced by a ball of the same trace, as fewer
    vectors than statistics ask for (O. Ledoit & M. Wolf, J. Multivariate Analysis 88, 2004).
    """
    sides = [np.asarray(side) for side in (sounds, toys)]
    own, toy = (side.mean(axis=0) for side in sides)
    count = sum(len(side) for side in sides)
    spread = sum(np.cov(side.T) * len(side) for side in sides) / count
    spread = (1.0 - shrink) * spread + shrink * np.trace(spread) / len(spread) * np.eye(len(spread))
    direction = np.linalg.solve(spread, toy - own)
    return direction, float(-direction @ (own + toy) / 2.0)
