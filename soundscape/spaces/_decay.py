"""Decay that depends on frequency, and the texture and stereo of a late field."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from soundscape.audio import Audio

BANDS_AN_OCTAVE = 3
LOWEST_HZ = 31.25
EAR_SPACING_M = 0.175
SUBSONIC_HZ = 25.0
OCTAVES = 4
"""By which a low band may be rendered at a lower rate, where it costs less."""
HIGHEST_BIN = 0.4
"""A band must lie below this share of the rate at which it is rendered: what decays is wider than its band."""
BIN_S = 1e-3
"""In which energy is summed to measure a decay, …"""
ROUNDS = 6
"""… and how often that is done until it is right."""
MOST = 2.0
"""Factor by which it may be faster or slower than it would be of a steady noise."""

Spectrum = npt.NDArray[np.complex64]
Curve = npt.NDArray[np.float64]


def bands(frequencies_hz: Curve) -> Iterator[tuple[float, slice, npt.NDArray[np.float32]]]:
    """Third-octave bands: centre in Hz, the bins they cover and their gains, which sum to 1 over all bands."""
    top = frequencies_hz[-1]
    centres = LOWEST_HZ * 2.0 ** (np.arange(np.ceil(np.log2(top / LOWEST_HZ) * BANDS_AN_OCTAVE)) / BANDS_AN_OCTAVE)
    position = np.log2(np.maximum(frequencies_hz, 1e-3) / LOWEST_HZ) * BANDS_AN_OCTAVE
    position = np.clip(position, 0.0, len(centres) - 1)
    for index, centre in enumerate(centres):
        covered = np.flatnonzero(np.abs(position - index) < 1.0)
        if covered.size:
            bins = slice(int(covered[0]), int(covered[-1]) + 1)
            yield float(centre), bins, (0.5 + 0.5 * np.cos(np.pi * (position[bins] - index))).astype(np.float32)


def decay(
    early: Audio,
    late: Audio,
    *,
    start: int,
    rate: int,
    t60_s: Callable[[float], float],
    texture: Callable[[Curve], Curve],
    width: float,
) -> Audio:
    """Both fields summed, every third-octave band falling by 60 dB in its own time, as it is measured.

    Parameters
    ----------
    early, late : Audio
        float32 `(2, frames)`. `early` is left and right; `late` two independent signals that become the stereo field.
    start : int
        Frame from which decay counts; nothing is heard before it.
    t60_s : callable
        Reverberation time in seconds at a frequency in Hz.
    texture : callable
        Gain of the late field at frequencies in Hz: resonances.
    width : float
        0 mono to 1 a diffuse field as two ears hear it.
    """
    from scipy import fft

    frames = early.shape[1]
    size = fft.next_fast_len(-(-frames >> OCTAVES), real=True) << OCTAVES
    frequencies = np.fft.rfftfreq(size, 1.0 / rate).astype(np.float64)
    early_spectrum, late_spectrum = (fft.rfft(side, size, norm="forward") for side in (early, late))
    late_spectrum *= texture(frequencies).astype(np.float32)
    total = np.zeros((2, size // 2 + 1), np.complex64)
    fields = [np.zeros((2, size >> octave), np.float32) for octave in range(OCTAVES + 1)]
    for centre, bins, gains in bands(frequencies):
        half = 0.5 * np.arccos(1.0 - width * (1.0 - coherence(centre)))
        middle, side = np.cos(half) * late_spectrum[0, bins], np.sin(half) * late_spectrum[1, bins]
        field = next(
            field for field in fields[::-1] if bins.stop <= HIGHEST_BIN * field.shape[1] or field is fields[0]
        )
        spectrum = np.zeros((2, field.shape[1] // 2 + 1), np.complex64)
        spectrum[0, bins] = (early_spectrum[0, bins] + middle + side) * gains
        spectrum[1, bins] = (early_spectrum[1, bins] + middle - side) * gains
        step = size // field.shape[1]
        seconds = (np.arange(field.shape[1], dtype=np.float32) * np.float32(step) - start) / np.float32(rate)
        band = fft.irfft(spectrum, field.shape[1], norm="forward", overwrite_x=True)
        heard = slice(-(-start // step), frames // step)
        field += band * np.exp(seconds * np.float32(-_rate(band[:, heard], rate / step, t60_s(centre))))
    for field in fields[1:]:
        kept = field.shape[1] // 2
        total[:, :kept] += fft.rfft(field, norm="forward")[:, :kept]
    fields[0] += fft.irfft(total, size, norm="forward", overwrite_x=True)
    fields[0][:, :start] = 0.0
    return fields[0][:, :frames]


def _rate(band: Audio, rate: float, t60_s: float) -> float:
    """How fast (1/s) a band must fall so that its reverberation time, as it is measured, is the one that is wanted.

    A few tens of cycles of noise, a swelling start or strong early reflections bend the decay by up to a third.
    """
    wanted = 3.0 * np.log(10.0) / t60_s
    step = max(1, round(BIN_S * rate))
    bins = band.shape[1] // step
    energies = (band[:, : bins * step].reshape(2, bins, step) ** 2).sum(axis=(0, 2), dtype=np.float64)
    seconds = (np.arange(bins) + 0.5) * step / rate
    found = wanted
    for _ in range(ROUNDS):
        measured = _t30_s(energies * np.exp(-2.0 * found * seconds), seconds)
        if measured is None:
            return wanted
        found = float(np.clip(found * measured / t60_s, wanted / MOST, wanted * MOST))
    return found


def _t30_s(energies: Curve, seconds: Curve) -> float | None:
    """T30 after ISO 3382: a line through the backward-integrated energy from -5 to -35 dB (M. R. Schroeder, 1965).

    None where there is too little to draw a line through.
    """
    left = energies[::-1].cumsum()[::-1]
    level_db = 10.0 * np.log10(left / max(left[0], 1e-30) + 1e-30)
    inside = (level_db <= -5.0) & (level_db >= -35.0)
    if inside.sum() < 3:
        return None
    return float(-60.0 / np.polyfit(seconds[inside], level_db[inside], 1)[0])


def coherence(frequency_hz: float) -> float:
    """Coherence of a diffuse field between two ears.

    I. M. Lindevald and A. H. Benade, *Two-ear correlation in the statistical sound fields of rooms*, JASA 80, 1986.
    """
    kd = 2.0 * np.pi * frequency_hz * EAR_SPACING_M / 343.0
    return float(np.sinc(2.2 * kd / np.pi) / np.sqrt(1.0 + (0.5 * kd) ** 4))


def resonances(frequencies_hz: Curve, lines_hz: Curve, weights: Curve, t60_s: Callable[[float], float]) -> Curve:
    """Gains that leave of a noise only lines, each as narrow as its decay allows (2.2 / T60), at the same loudness.

    The mean power over any third of an octave is 1, so that a band keeps its level; where no line is, the gain is 1.
    """
    step = frequencies_hz[1]
    power = np.zeros(frequencies_hz.size)
    for line, weight in zip(lines_hz, weights, strict=True):
        bandwidth = max(2.2 / t60_s(float(line)), 2.0 * step)
        first = max(0, int((line - 4.0 * bandwidth) / step))
        bins = slice(first, int((line + 4.0 * bandwidth) / step) + 1)
        power[bins] += weight * np.exp(-0.5 * ((frequencies_hz[bins] - line) / (0.42 * bandwidth)) ** 2)
    total = np.concatenate(([0.0], np.cumsum(power)))
    edges = np.append(frequencies_hz, frequencies_hz[-1] + step)
    above, below = frequencies_hz * 2.0 ** (1 / 6), frequencies_hz * 2.0 ** (-1 / 6)
    mean = (
        (np.interp(above, edges, total) - np.interp(below, edges, total)) * step / np.maximum(above - below, step)
    )
    return np.sqrt(np.where(mean > 1e-9, power / np.maximum(mean, 1e-9), 1.0))


def without_subsonics(signal: Audio, rate: int) -> Audio:
    """A Butterworth high-pass of second order at `SUBSONIC_HZ`: no DC, and no room is heard below it."""
    from scipy import fft

    frames = signal.shape[1]
    size = fft.next_fast_len(frames + rate // 4, real=True)
    s = 1j * np.fft.rfftfreq(size, 1.0 / rate) / SUBSONIC_HZ
    response = (s**2 / (s**2 + np.sqrt(2.0) * s + 1.0)).astype(np.complex64)
    passed: Audio = fft.irfft(fft.rfft(signal, size) * response, size)[:, :frames]
    return passed


def pink_level(signal: Audio, rate: int) -> float:
    """RMS by which a response multiplies pink noise of 50 Hz to 16 kHz, mean of the channels."""
    from scipy import fft

    size = fft.next_fast_len(signal.shape[1], real=True)
    frequencies = np.fft.rfftfreq(size, 1.0 / rate)
    heard = (frequencies >= 50.0) & (frequencies <= 16_000.0)
    power = np.mean(np.abs(fft.rfft(signal, size)[:, heard]).astype(np.float64) ** 2, axis=0)
    weights = 1.0 / frequencies[heard]
    return float(np.sqrt(np.sum(power * weights) / np.sum(weights)))
