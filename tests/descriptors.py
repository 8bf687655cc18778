"""What a texture measures: the descriptors by which recordings and renders are compared.

Spectral shares are taken from a Welch spectrum of 60 Hz to 9 kHz, levels from frames; definitions follow
McDermott & Simoncelli (2011) where they name one. Every function takes float32 `(channels, frames)` and a rate.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import partial

import numpy as np
import numpy.typing as npt
from scipy import linalg, ndimage, signal, stats

Array = npt.NDArray[np.floating]
BAND_HZ = (60.0, 9_000.0)
STEREO_BANDS_HZ = ((60.0, 250.0), (250.0, 1_000.0), (1_000.0, 4_000.0), (4_000.0, 9_000.0))


def describe(audio: Array, rate: int, *, only: Iterable[str] | None = None) -> dict[str, float]:
    """Descriptors of a signal by name, all or `only` these; those that need more than it holds are NaN."""
    names = MEASURES if only is None else only
    return {name: float(MEASURES[name](audio, rate)) for name in names}


# ---------------------------------------------------------------- spectrum


def spectrum(audio: Array, rate: int, *, size: int = 8192) -> tuple[Array, Array]:
    """Welch power density of all channels together: frequencies in Hz and power per Hz."""
    size = min(size, audio.shape[1])
    frequency, density = signal.welch(audio.astype(np.float64), rate, nperseg=size, detrend=False)
    return frequency, density.mean(axis=0)


def _band(audio: Array, rate: int) -> tuple[Array, Array]:
    frequency, density = spectrum(audio, rate)
    inside = (frequency >= BAND_HZ[0]) & (frequency <= BAND_HZ[1])
    return frequency[inside], density[inside]


def centroid_hz(audio: Array, rate: int) -> float:
    """Mean frequency, weighted by power."""
    frequency, density = _band(audio, rate)
    return float(np.sum(frequency * density) / np.sum(density))


def rolloff95_hz(audio: Array, rate: int) -> float:
    """Frequency below which 95 % of the power lies."""
    frequency, density = _band(audio, rate)
    power = np.cumsum(density)
    return float(frequency[np.searchsorted(power, 0.95 * power[-1])])


def slope_db_oct(audio: Array, rate: int, *, low_hz: float = 100.0, high_hz: float = 8_000.0) -> float:
    """Slope of the power density over third octaves, in dB per octave."""
    frequency, density = spectrum(audio, rate, size=1 << 14)
    octaves = np.arange(0.0, math.log2(min(high_hz, 0.45 * rate) / low_hz), 1.0 / 3.0)
    levels = []
    for octave in octaves:
        centre = low_hz * 2.0**octave
        inside = (frequency >= centre * 2.0 ** (-1 / 6)) & (frequency < centre * 2.0 ** (1 / 6))
        levels.append(10.0 * np.log10(density[inside].mean() + 1e-30))
    return float(np.polyfit(octaves, levels, 1)[0])


def flatness(audio: Array, rate: int) -> float:
    """Geometric over arithmetic mean of the power density: 1 for white noise, 0 for a tone."""
    _, density = _band(audio, rate)
    return float(np.exp(np.mean(np.log(density + 1e-30))) / np.mean(density))


def tonal_fraction(audio: Array, rate: int) -> float:
    """Share of the power in lines that stand more than threefold above a median-filtered bed."""
    frequency, density = _band(audio, rate)
    width = max(5, round(150.0 / (frequency[1] - frequency[0]))) | 1
    bed = ndimage.median_filter(density, width, mode="nearest")
    lines = density > 3.0 * bed
    return float(np.sum((density - bed)[lines]) / np.sum(density))


def low_share(audio: Array, rate: int) -> float:
    """Share of the power below 20 Hz."""
    power = np.abs(np.fft.rfft(audio.astype(np.float64))) ** 2
    below = int(20.0 * audio.shape[1] / rate)
    return float(power[:, : below + 1].sum() / power.sum())


def dc_db(audio: Array, rate: int) -> float:  # noqa: ARG001
    """Mean against RMS in dB, in the worse channel."""
    rms = np.sqrt(np.mean(audio.astype(np.float64) ** 2))
    return float(20.0 * np.log10(np.abs(audio.mean(axis=1, dtype=np.float64)).max() / rms + 1e-12))


# ---------------------------------------------------------------- amplitude


def rms_db(audio: Array, rate: int) -> float:  # noqa: ARG001
    """Level in dBFS (a full-scale square wave is 0)."""
    return float(10.0 * np.log10(np.mean(audio.astype(np.float64) ** 2) + 1e-30))


def loudness_lufs(audio: Array, rate: int) -> float:
    """Integrated loudness by ITU-R BS.1770."""
    import pyloudnorm

    return float(pyloudnorm.Meter(rate).integrated_loudness(audio.T.astype(np.float64)))


def crest_db(audio: Array, rate: int) -> float:
    """Peak over RMS."""
    return float(20.0 * np.log10(np.abs(audio).max() + 1e-30) - rms_db(audio, rate))


def kurtosis_hp100(audio: Array, rate: int) -> float:
    """Fourth moment above 100 Hz: 3 for Gaussian noise, more where events stick out."""
    high = signal.sosfilt(signal.butter(4, 100.0, "high", fs=rate, output="sos"), audio)
    return float(np.mean(stats.kurtosis(high[:, rate // 10 :], axis=1, fisher=False)))


# ---------------------------------------------------------------- level in time


def levels_db(audio: Array, rate: int, *, frame_s: float) -> Array:
    """Level of every frame of `frame_s` seconds in dB, all channels together."""
    size = round(frame_s * rate)
    count = audio.shape[1] // size
    power = (audio[:, : count * size].astype(np.float64) ** 2).reshape(len(audio), count, size).mean(axis=(0, 2))
    return 10.0 * np.log10(power + 1e-20)


def level_range_10_90_db(audio: Array, rate: int) -> float:
    """Distance of the 10th and the 90th percentile of the level of 100-ms frames."""
    low, high = np.percentile(levels_db(audio, rate, frame_s=0.1), (10, 90))
    return float(high - low)


def gust_sd_db(audio: Array, rate: int) -> float:
    """Standard deviation of the level smoothed over 0.5 s."""
    level = levels_db(audio, rate, frame_s=0.05)
    return float(np.std(np.convolve(level, np.full(10, 0.1), "valid")))


def gust_psd_slope(audio: Array, rate: int) -> float:
    """Log-log slope of the spectrum of the level (50-ms frames) from 0.15 to 2 Hz; NaN below 20 s."""
    level = levels_db(audio, rate, frame_s=0.05)
    if len(level) < 400:
        return math.nan
    frequency, density = signal.welch(level, 20.0, nperseg=400, detrend="linear")
    inside = (frequency >= 0.15) & (frequency <= 2.0)
    return float(np.polyfit(np.log10(frequency[inside]), np.log10(density[inside] + 1e-30), 1)[0])


def evolution_sd_db(audio: Array, rate: int) -> float:
    """Standard deviation of the octave-band levels of 5-s blocks, mean over bands; NaN below 15 s."""
    size = 5 * rate
    count = audio.shape[1] // size
    if count < 3:
        return math.nan
    levels = []
    for block in range(count):
        frequency, density = spectrum(audio[:, block * size : (block + 1) * size], rate)
        edges = [62.5 * 2.0**octave for octave in range(8)]
        levels.append(
            [10.0 * np.log10(density[(frequency >= e) & (frequency < 2 * e)].mean() + 1e-30) for e in edges]
        )
    return float(np.std(np.array(levels), axis=0).mean())


def _frames(audio: Array, rate: int, *, frame_s: float, hop_s: float) -> tuple[Array, Array]:
    """Magnitude spectra of the mono sum, `(bins, frames)`, and their frequencies."""
    size, hop = round(frame_s * rate), round(hop_s * rate)
    frequency, _, bins = signal.stft(
        audio.mean(axis=0, dtype=np.float64), rate, nperseg=size, noverlap=size - hop, boundary=None
    )
    return np.abs(bins), frequency


def _moving_centroid(audio: Array, rate: int) -> tuple[Array, Array]:
    bins, frequency = _frames(audio, rate, frame_s=0.1, hop_s=0.1)
    inside = (frequency >= BAND_HZ[0]) & (frequency <= BAND_HZ[1])
    power = bins[inside] ** 2 + 1e-20
    centre = (frequency[inside, None] * power).sum(axis=0) / power.sum(axis=0)
    return np.log2(centre), 10.0 * np.log10(power.sum(axis=0))


def centroid_sd_oct(audio: Array, rate: int) -> float:
    """Movement of the short-time centroid, in octaves."""
    return float(np.std(_moving_centroid(audio, rate)[0]))


def level_centroid_corr(audio: Array, rate: int) -> float:
    """Correlation of level and centroid over 100-ms frames: near 1 where one filter moves one noise."""
    centre, level = _moving_centroid(audio, rate)
    return float(np.corrcoef(centre, level)[0, 1])


# ---------------------------------------------------------------- events


def onset_times_s(audio: Array, rate: int) -> Array:
    """Times of spectral-flux onsets: peaks of the rise of the log spectrum above its own surroundings."""
    bins, frequency = _frames(audio, rate, frame_s=0.02, hop_s=0.01)
    width = max(1, round(250.0 / (frequency[1] - frequency[0])))
    count = min(len(bins), round(10_000.0 / (frequency[1] - frequency[0]))) // width
    bands = np.log10((bins[: count * width] ** 2).reshape(count, width, -1).sum(axis=1) + 1e-12)
    flux = np.maximum(np.diff(ndimage.uniform_filter1d(bands, 3, axis=1)[:, ::2], axis=1), 0.0).mean(axis=0)
    around = ndimage.median_filter(flux, 25, mode="nearest")
    peaks, _ = signal.find_peaks(flux - around, height=0.2, distance=3)
    return peaks * 0.02


def onsets_per_s(audio: Array, rate: int) -> float:
    """Spectral-flux onsets in a second."""
    return len(onset_times_s(audio, rate)) * rate / audio.shape[1]


def events_per_s(audio: Array, rate: int) -> float:
    """Short events in a second: peaks of the 2-ms envelope above 1 kHz, 6 dB over their surroundings."""
    high = signal.sosfilt(signal.butter(2, 1_000.0, "high", fs=rate, output="sos"), audio.mean(axis=0))
    level = levels_db(high[None].astype(np.float32), rate, frame_s=0.002)
    over = level - ndimage.median_filter(level, 101, mode="nearest")
    peaks, _ = signal.find_peaks(over, height=6.0, prominence=3.0)
    return len(peaks) * rate / audio.shape[1]


def clicks(audio: Array, rate: int) -> int:
    """Lone discontinuities: residuals of AR(24) beyond 8 sigma without energy just before or after."""
    found: set[int] = set()
    for channel in audio.astype(np.float64):
        spectrum_ = np.fft.rfft(channel, 2 * len(channel))
        lags = np.fft.irfft(np.abs(spectrum_) ** 2)[:25]
        lags[0] *= 1.0 + 1e-9
        predictor = linalg.solve_toeplitz(lags[:24], lags[1:25])
        residual = signal.lfilter(np.concatenate(([1.0], -predictor)), 1.0, channel)[64:]
        size = rate // 20
        frames = residual[: len(residual) // size * size].reshape(-1, size)
        sigma = np.repeat(1.4826 * np.median(np.abs(frames), axis=1), size) + 1e-12
        score = np.abs(frames.ravel()) / sigma
        near, apart = rate // 500, rate // 5000 + 1
        for at in np.flatnonzero(score > 8.0):
            before, after = score[max(0, at - near) : max(0, at - apart)], score[at + apart + 24 : at + near + 24]
            if (before > 4.0).sum() + (after > 4.0).sum() == 0:
                found.add(int(at) // near)
    return len(found)


# ---------------------------------------------------------------- repetition and stereo


def loop_peak(audio: Array, rate: int) -> float:
    """Highest whitened autocorrelation at lags beyond 1 s: 1 for an exact loop."""
    mono = audio.mean(axis=0, dtype=np.float64)
    frames = len(mono)
    bins = np.fft.rfft(mono, 2 * frames)
    power = np.abs(bins) ** 2
    step = rate / (2 * frames)
    smooth = ndimage.uniform_filter1d(power, max(3, round(50.0 / step)))
    index = np.arange(len(power)) * step
    power = np.where((index >= BAND_HZ[0]) & (index <= BAND_HZ[1]), power / (smooth + 1e-20), 0.0)
    correlation = np.fft.irfft(power)[: frames * 4 // 5]
    overlap = 1.0 - np.arange(len(correlation)) / frames
    return float(np.max(np.abs(correlation[rate:] / overlap[rate:])) / correlation[0])


def interaural(audio: Array, rate: int, *, low_hz: float, high_hz: float) -> float:
    """Correlation of left and right at lag 0 within a band."""
    bins = np.fft.rfft(audio.astype(np.float64))
    frequency = np.fft.rfftfreq(audio.shape[1], 1.0 / rate)
    left, right = bins[:, (frequency >= low_hz) & (frequency < high_hz)]
    cross = np.real(np.vdot(left, right))
    return float(cross / math.sqrt(np.vdot(left, left).real * np.vdot(right, right).real + 1e-30))


def balance_db(audio: Array, rate: int) -> float:  # noqa: ARG001
    """Level of the left channel over the right."""
    left, right = np.mean(audio.astype(np.float64) ** 2, axis=1) + 1e-30
    return float(10.0 * np.log10(left / right))


def mono_loss_db(audio: Array, rate: int) -> float:
    """What the mono sum loses against the two channels' power: 0 for alike, 3 for unlike, more for opposed."""
    mono = audio.mean(axis=0, keepdims=True)
    return rms_db(audio, rate) - rms_db(mono, rate)


MEASURES = {
    measure.__name__: measure
    for measure in (
        centroid_hz,
        rolloff95_hz,
        slope_db_oct,
        flatness,
        tonal_fraction,
        low_share,
        dc_db,
        rms_db,
        crest_db,
        kurtosis_hp100,
        level_range_10_90_db,
        gust_sd_db,
        gust_psd_slope,
        level_centroid_corr,
        centroid_sd_oct,
        onsets_per_s,
        events_per_s,
        evolution_sd_db,
        loop_peak,
        clicks,
        balance_db,
        mono_loss_db,
    )
} | {f"iacc_{low:.0f}_{high:.0f}": partial(interaural, low_hz=low, high_hz=high) for low, high in STEREO_BANDS_HZ}
