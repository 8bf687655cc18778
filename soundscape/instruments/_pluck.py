"""Plucked and struck strings: a delay line that loses its highs as it circulates.

Extended Karplus-Strong (Jaffe & Smith, *Extensions of the Karplus-Strong plucked-string algorithm*, 1983): a loop of
one period with a loss filter, an all-pass for the fraction of a sample, a comb for where the string is plucked, and
a low-pass for how hard. The loop is tuned with the phase delay of its own loss filter.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from soundscape.audio import Audio
from soundscape.rng import Seed


@dataclass(frozen=True, slots=True, kw_only=True)
class String:
    """One string and how it is set in motion."""

    t60_s: float
    """Decay of the fundamental by 60 dB."""
    damping: float
    """0 to 1: loss of the highs a period."""
    place: float
    """Where it is plucked, as a share of its length, 0 to 0.5."""
    force_hz: float
    """The excitation is low-passed here, by 12 dB an octave."""


@njit(cache=True, nogil=True)
def _circulate(out, excitation, period, allpass, loss, gain):  # type: ignore[no-untyped-def]
    """Karplus-Strong loop: integer delay, two-point loss filter, first-order all-pass."""
    line = np.zeros(period)
    last = 0.0
    before_in = 0.0
    before_out = 0.0
    position = 0
    for i in range(out.shape[0]):
        delayed = line[position]
        smooth = gain * ((1.0 - loss) * delayed + loss * last)
        last = delayed
        tuned = allpass * (smooth - before_out) + before_in
        before_in = smooth
        before_out = tuned
        value = tuned + (excitation[i] if i < excitation.shape[0] else 0.0)
        line[position] = value
        out[i] = value
        position += 1
        if position == period:
            position = 0


def pluck(string: String, *, frequency_hz: float, seconds: float, rate: int, seed: Seed) -> Audio:
    """The motion of one string, float32 `(frames,)`, peak about 1 at its loudest."""
    omega = 2.0 * np.pi * frequency_hz / rate
    loss = 0.5 * string.damping
    # Phase delay of the loss filter (1 - loss) + loss z^-1 at the fundamental.
    filter_delay = np.arctan2(loss * np.sin(omega), (1.0 - loss) + loss * np.cos(omega)) / omega
    magnitude = np.hypot((1.0 - loss) + loss * np.cos(omega), loss * np.sin(omega))
    wanted = rate / frequency_hz - filter_delay
    period = int(wanted - 0.3)
    fraction = wanted - period
    allpass = np.sin((1.0 - fraction) * omega / 2.0) / np.sin((1.0 + fraction) * omega / 2.0)
    gain = min(10.0 ** (-3.0 / (string.t60_s * frequency_hz)) / magnitude, 0.99999)
    order = np.arange(1, period // 2)
    frequencies = order * rate / period
    shape = np.abs(np.sin(np.pi * order * string.place)) / order**0.5 / (1.0 + (frequencies / string.force_hz) ** 2)
    shape[frequencies > 0.4 * rate] = 0.0
    # Every harmonic begins at rest, nearly: a string that started anywhere else would click.
    turns = 0.3 * seed.generator("pluck").uniform(-1.0, 1.0, len(order))
    bins = np.zeros(period // 2 + 1, np.complex128)
    bins[1 : len(order) + 1] = shape * np.exp(1j * (turns - np.pi / 2))
    burst = np.fft.irfft(bins, period)
    burst /= max(1e-9, float(np.abs(burst).max()))
    out = np.zeros(round(seconds * rate))
    _circulate(out, burst, period, allpass, loss, gain)
    ramp = min(len(out), max(2, round(0.001 * rate)))
    out[:ramp] *= np.linspace(0.0, 1.0, ramp)
    return out.astype(np.float32)
