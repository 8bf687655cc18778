"""Texture statistics: what is left of a sound when its moment no longer matters.

After J. McDermott & E. Simoncelli, *Sound texture perception via statistics of the auditory periphery* (Neuron 71,
2011): the signal is split by a bank of cochlear filters, each band's envelope compressed; of the envelopes come mean,
variation, skew and kurtosis, how they go together across bands, and how strongly they move at each rate. What a
statistic is for a sound is only understood beside its toys: stationary noise of the very same spectrum, and that noise
with a sine for its level.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import signal

Array = npt.NDArray[np.floating]

BANDS = 24
LOW_HZ, HIGH_HZ = 60.0, 9_000.0
COMPRESSION = 0.3
ENVELOPE_HZ = 400.0
RATES_HZ = 0.5 * 2.0 ** np.arange(0.0, 8.01, 0.75)
"""Centres of the modulation bands, 0.5 to some 100 Hz, an octave wide."""


def erb_number(hz: Array | float) -> Array:
    """Places on the ERB scale of Glasberg & Moore (1990)."""
    return 21.4 * np.log10(1.0 + 0.00437 * np.asarray(hz, np.float64))


def envelopes(mono: Array, rate: int) -> Array:
    """Compressed envelopes of the cochlear bands at `ENVELOPE_HZ`: `(BANDS, frames)`.

    Half-cosine filters on the ERB scale, which overlap by half; the analytic band is brought down to its own rate.
    """
    bins = np.fft.rfft(np.asarray(mono, np.float64))
    places = erb_number(np.fft.rfftfreq(len(mono), 1.0 / rate))
    edges = np.linspace(erb_number(LOW_HZ), erb_number(HIGH_HZ), BANDS + 2)
    count = round(len(mono) * ENVELOPE_HZ / rate)
    found = np.empty((BANDS, count))
    for band in range(BANDS):
        inside = np.flatnonzero((places > edges[band]) & (places < edges[band + 2]))
        gain = np.cos(np.pi * (places[inside] - edges[band + 1]) / (edges[band + 2] - edges[band]))
        size = 1 << int(np.ceil(np.log2(max(2 * len(inside), 2 * count))))
        analytic = np.zeros(size, np.complex128)
        analytic[: len(inside)] = bins[inside] * gain
        level = np.abs(np.fft.ifft(analytic)) * (2.0 * size / len(mono))
        compressed = np.fft.rfft(level**COMPRESSION)[: count // 2 + 1]
        found[band] = np.maximum(np.fft.irfft(compressed, count) * count / size, 1e-9)
    return found[:, 20:-20]


def statistics(audio: Array, rate: int) -> dict[str, Array]:
    """Statistics of a signal `(channels, frames)`, its channels added.

    `mean`, `variation` (deviation over mean), `skew`, `kurtosis`: `(BANDS,)`; `correlation`: `(BANDS, BANDS)`;
    `modulation`: `(BANDS, rates)`, variance of the envelope in each modulation band over its whole variance.
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
    }


def slow_share(found: dict[str, Array], *, below_hz: float = 4.0) -> float:
    """Share of the envelopes' variance at rates below this, mean over bands: 0.02 for noise, much for gusts."""
    return float(found["modulation"][:, below_hz > RATES_HZ].sum(axis=1).mean())


def together(found: dict[str, Array], *, apart: int = 6) -> float:
    """Mean correlation of bands this far from each other: 0 for noise, 1 where one level moves all."""
    return float(np.diagonal(found["correlation"], apart).mean())


def noise_like(audio: Array, rng: np.random.Generator) -> Array:
    """Stationary noise with the long-term spectrum of each channel: the signal with its phases thrown."""
    bins = np.fft.rfft(audio.astype(np.float64))
    turn = np.exp(2j * np.pi * rng.uniform(size=bins.shape))
    return np.fft.irfft(np.abs(_smooth(bins)) * turn * rng.rayleigh(2**-0.5, bins.shape), audio.shape[1])


def _smooth(bins: Array) -> Array:
    # The spectrum, not the moments of this one signal: mean power over neighbouring bins.
    power = np.abs(bins) ** 2
    kernel = np.hanning(41) / np.hanning(41).sum()
    return np.sqrt(np.stack([np.convolve(channel, kernel, "same") for channel in power]))


def swayed(audio: Array, rate: int, *, rate_hz: float = 0.3, depth_db: float = 6.0) -> Array:
    """The same with a sine for its level: the other toy."""
    time = np.arange(audio.shape[1]) / rate
    return audio * 10.0 ** (depth_db / 20.0 * np.sin(2.0 * np.pi * rate_hz * time))


def distance(first: dict[str, Array], other: dict[str, Array]) -> float:
    """How unlike two textures are beyond their spectra: root mean square over all statistics but the means.

    Each kind of statistic is taken in units in which stationary noise of one spectrum scatters by some 0.05.
    """
    parts = [
        2.0 * (np.log(first["variation"]) - np.log(other["variation"])),
        0.5 * (first["skew"] - other["skew"]),
        np.log(first["kurtosis"]) - np.log(other["kurtosis"]),
        (first["correlation"] - other["correlation"])[np.triu_indices(BANDS, 2)],
        (np.sqrt(first["modulation"]) - np.sqrt(other["modulation"])).ravel(),
    ]
    return float(np.sqrt(np.mean([np.mean(part**2) for part in parts])))
