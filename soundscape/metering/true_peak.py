"""True peak: the highest value of the signal between its samples, in one pass and constant memory.

The signal is interpolated 8 times at every rate: once by a long half-band filter, then 4 times by a short one,
because what is oversampled needs no steep filter. Each local maximum is refined by a parabola through its
neighbours: 8 times alone would under-read by up to 0.14 dB at 0.45 of the sample rate, the parabola leaves 0.004.

Most of the signal is never interpolated. A stretch whose largest sample, times the L1 norm of the filters that are
still to come, cannot exceed what is looked for is skipped: after the first look, and again after the half-band
filter. That changes no result.

Sources: ITU-R BS.1770-5 Annex 2 (requirements); J. O. Smith, *Spectral Audio Signal Processing*, "Quadratic
interpolation of spectral peaks" (the parabola).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from soundscape.audio import Audio

PHASES = 8
_LONG = 20  # taps on either side of the half-band filter
_SHORT = 4  # taps on either side of the second filter, at twice the rate
STEP = 64
"""Frames of one stretch, which is interpolated in one go: fits the vector registers and the L1 cache."""
CONTEXT = 2 * STEP
"""Frames that must surround a whole number of stretches: one stretch before and one after."""
_SIGN_OFF = np.int32(0x7FFFFFFF)


def _sinc_taps(delays: npt.NDArray[np.float64], half: int, kaiser_beta: float) -> npt.NDArray[np.float32]:
    """`(delays, 2 * half)`: the value `delay` samples after the sample at tap `half - 1`."""
    distance = delays[:, None] - np.arange(1 - half, half + 1)
    window = np.i0(kaiser_beta * np.sqrt(np.maximum(0.0, 1.0 - (distance / half) ** 2)))
    taps = np.sinc(distance) * window
    return (taps / taps.sum(axis=1, keepdims=True)).astype(np.float32)


_HALF_BAND = _sinc_taps(np.array([0.5]), _LONG, 5.65)[0]  # 60 dB: flat within 0.01 dB up to 0.454 of the rate
_QUARTERS = _sinc_taps(np.array([0.25, 0.5, 0.75]), _SHORT, 6.0)
_PARABOLA = 1.02  # what the parabola can add at most: 1 / cos(π/16), at half the sample rate


def _norm_of_both() -> float:
    """L1 norm of the interpolation as a whole, of its worst phase."""
    half_band = np.zeros(4 * _LONG - 1)
    half_band[::2] = _HALF_BAND
    half_band[2 * _LONG - 1] = 1.0
    quarters = np.zeros((4, 2 * _SHORT))
    quarters[0, _SHORT - 1] = 1.0
    quarters[1:] = _QUARTERS
    stuffed = np.zeros(4 * len(half_band))
    stuffed[::4] = half_band
    whole = np.convolve(stuffed, quarters[:, ::-1].T.ravel())
    return float(max(np.abs(whole[phase::PHASES]).sum() for phase in range(PHASES)))


_NORM_OF_QUARTERS = np.float32(_PARABOLA * np.abs(_QUARTERS).sum(axis=1).max())
_NORM = np.float32(_PARABOLA * _norm_of_both())


@njit(cache=True, nogil=True)
def _largest(x):  # type: ignore[no-untyped-def]
    """Largest magnitude of float32; read as integers they compare alike, and the loop vectorises."""
    bits = x.view(np.int32)
    largest = np.int32(0)
    for i in range(bits.shape[0]):
        magnitude = np.int32(bits[i] & _SIGN_OFF)
        largest = magnitude if magnitude > largest else largest
    return np.int32(largest).view(np.float32)


@njit(cache=True, nogil=True)
def _bounds(x, stretches, norm):  # type: ignore[no-untyped-def]
    """What no point of a stretch exceeds: the largest sample in and around it times the norm of the filters."""
    bits = x.view(np.int32)
    samples = np.empty(stretches + 2, np.int32)
    for s in range(stretches + 2):
        largest = np.int32(0)
        for j in range(STEP):
            # Unsigned, because an index that might be negative keeps the loop from vectorising.
            magnitude = np.int32(bits[np.uintp(s * STEP) + np.uintp(j)] & _SIGN_OFF)
            largest = magnitude if magnitude > largest else largest
        samples[s] = largest
    magnitudes = samples.view(np.float32)
    bounds = np.empty(stretches, np.float32)
    for s in range(stretches):
        bounds[s] = norm * max(magnitudes[s], magnitudes[s + 1], magnitudes[s + 2])
    return bounds


@njit(cache=True, nogil=True)
def _double(x, first, half_band, between):  # type: ignore[no-untyped-def]
    """`between[j]` = the signal half a frame after frame `first + j`."""
    between[:] = np.float32(0.0)
    count = between.shape[0]
    for k in range(0, 2 * _LONG, 8):
        t0, t1, t2, t3 = half_band[k], half_band[k + 1], half_band[k + 2], half_band[k + 3]
        t4, t5, t6, t7 = half_band[k + 4], half_band[k + 5], half_band[k + 6], half_band[k + 7]
        near = x[first - _LONG + 1 + k : first - _LONG + 1 + k + count + 7]
        for j in range(count):
            between[j] += (t0 * near[j] + t1 * near[j + 1] + t2 * near[j + 2] + t3 * near[j + 3]) + (
                t4 * near[j + 4] + t5 * near[j + 5] + t6 * near[j + 6] + t7 * near[j + 7]
            )


@njit(cache=True, nogil=True)
def _interpolate(x, start, between, quarters, points):  # type: ignore[no-untyped-def]
    """`points[1 + p, j]` = the signal at frame `start + j + p / PHASES`; `between` begins 3 frames before `start`.

    The first and last rows are the phases before and after, so that neighbours in time are neighbours in a column.
    """
    near = x[start - 2 : start + STEP + 2]
    points[1] = near[2 : 2 + STEP]
    points[1 + PHASES // 2] = between[3 : 3 + STEP]
    points[1 + PHASES] = near[3 : 3 + STEP]
    for q in range(3):
        t0, t1, t2, t3 = quarters[q, 0], quarters[q, 1], quarters[q, 2], quarters[q, 3]
        t4, t5, t6, t7 = quarters[q, 4], quarters[q, 5], quarters[q, 6], quarters[q, 7]
        row = points[q + 2]
        for j in range(STEP):
            row[j] = (t0 * between[j + 1] + t1 * near[j + 1] + t2 * between[j + 2] + t3 * near[j + 2]) + (
                t4 * between[j + 3] + t5 * near[j + 3] + t6 * between[j + 4] + t7 * near[j + 4]
            )
        row = points[q + 6]
        for j in range(STEP):
            row[j] = (t0 * near[j + 1] + t1 * between[j + 2] + t2 * near[j + 2] + t3 * between[j + 3]) + (
                t4 * near[j + 3] + t5 * between[j + 4] + t6 * near[j + 4] + t7 * between[j + 5]
            )
    points[0, 1:] = points[PHASES, :-1]
    points[0, 0] = (t0 * near[0] + t1 * between[1] + t2 * near[1] + t3 * between[2]) + (
        t4 * near[2] + t5 * between[3] + t6 * near[3] + t7 * between[4]
    )


@njit(cache=True, nogil=True)
def _refined(before, middle, after):  # type: ignore[no-untyped-def]
    """Height of the parabola through three equidistant points, where the middle one is the highest."""
    a, b, c = abs(before), abs(middle), abs(after)
    curvature = a - b + c - b
    if b < a or b < c or curvature >= 0.0 or (before < 0.0) != (after < 0.0):
        return b
    return b - (a - c) * (a - c) / (np.float32(8.0) * curvature)


@njit(cache=True, nogil=True)
def _refined_bounds(points, bounds):  # type: ignore[no-untyped-def]
    """What no refined maximum exceeds: the parabola adds an eighth of the curvature at most."""
    flat = points.ravel()
    for i in range(PHASES * STEP):
        curvature = flat[i] - flat[i + STEP] + flat[i + 2 * STEP] - flat[i + STEP]
        bounds[i] = abs(flat[i + STEP]) + np.float32(0.125) * abs(curvature)
    return _largest(bounds)


@njit(cache=True, nogil=True)
def _stretch(x, start, filters, scratch, threshold, peaks):  # type: ignore[no-untyped-def]
    """Raise `peaks[j]` to the peak between frame `start + j` and the next where that exceeds `threshold`.

    Returns the largest of them, or `threshold`.
    """
    half_band, quarters, norm_of_quarters = filters
    between, points, bounds = scratch
    _double(x, start - 3, half_band, between)
    if norm_of_quarters * max(_largest(x[start - 4 : start + STEP + 4]), _largest(between)) <= threshold:
        return threshold
    _interpolate(x, start, between, quarters, points)
    highest = threshold
    if _refined_bounds(points, bounds) > threshold:
        flat = points.ravel()
        for i in range(PHASES * STEP):
            if bounds[i] > threshold:
                peak = _refined(flat[i], flat[i + STEP], flat[i + 2 * STEP])
                if peak > threshold:
                    peaks[i % STEP] = max(peaks[i % STEP], peak)
                    highest = max(highest, peak)
    return highest


@njit(cache=True, nogil=True)
def _scratch():  # type: ignore[no-untyped-def]
    between = np.empty(STEP + 8, np.float32)
    points = np.empty((PHASES + 2, STEP), np.float32)
    return between, points, np.empty(PHASES * STEP, np.float32)


@njit(cache=True, nogil=True)
def _maximum(x, stretches, filters, norm, known):  # type: ignore[no-untyped-def]
    """The larger of `known` and the true peak of so many stretches; `x` has one stretch before the first."""
    bounds = _bounds(x, stretches, norm)
    scratch = _scratch()
    unused = np.zeros(STEP, np.float32)
    # The loudest stretch first: it raises the bar for all others.
    best = np.argmax(bounds) if stretches else 0
    for turn in range(-1, stretches):
        s = best if turn < 0 else turn
        if s < stretches and bounds[s] > known:
            known = _stretch(x, (s + 1) * STEP, filters, scratch, known, unused)
    return known


@njit(cache=True, nogil=True)
def _peaks_above(x, threshold, filters, norm, out):  # type: ignore[no-untyped-def]
    """Raise `out[n]` to the peak between frame `n` and the next, where that exceeds `threshold`."""
    stretches = out.shape[0] // STEP
    bounds = _bounds(x, stretches, norm)
    scratch = _scratch()
    for s in range(stretches):
        if bounds[s] > threshold:
            peaks = out[s * STEP : (s + 1) * STEP]
            _stretch(x, (s + 1) * STEP, filters, scratch, threshold, peaks)


_FILTERS = (_HALF_BAND, _QUARTERS, _NORM_OF_QUARTERS)


def peaks_above(signal: Audio, threshold: float) -> Audio:
    """Peak between each frame and the next over all channels, where it exceeds a threshold; 0 elsewhere.

    Parameters
    ----------
    signal : Audio
        `(channels, CONTEXT + n * STEP)`.
    threshold : float
        Linear, 0 or more.

    Returns
    -------
    Audio
        `(n * STEP,)`: entry `i` is for the interval that begins at frame `STEP + i` of the signal.
    """
    peaks = np.zeros(signal.shape[1] - CONTEXT, np.float32)
    for channel in signal:
        _peaks_above(channel, np.float32(threshold), _FILTERS, _NORM, peaks)
    return peaks


class TruePeak:
    """True peak of a signal that comes in blocks.

    Parameters
    ----------
    channels : int
        All of them count, also an LFE.
    """

    def __init__(self, channels: int) -> None:
        self._pending = np.zeros((channels, STEP), np.float32)
        self._peak = np.float32(0.0)

    def push(self, audio: Audio) -> None:
        """Take a block, float32 `(channels, frames)`, finite."""
        pending = np.concatenate((self._pending, audio), axis=1)
        stretches = max(0, pending.shape[1] - CONTEXT) // STEP
        self._peak = self._search(pending, stretches)
        self._pending = pending[:, stretches * STEP :].copy()

    def result(self) -> float:
        """The largest magnitude so far, as if silence followed; linear, 1 is full scale."""
        rest = self._pending.shape[1]
        stretches = -(-rest // STEP)
        padded = np.pad(self._pending, ((0, 0), (0, stretches * STEP + CONTEXT - rest)))
        return float(self._search(padded, stretches))

    def _search(self, signal: Audio, stretches: int) -> np.float32:
        peak = self._peak
        for channel in signal:
            peak = np.float32(_maximum(channel, stretches, _FILTERS, _NORM, peak))
        return peak
