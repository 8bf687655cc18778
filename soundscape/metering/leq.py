"""Leq(m) and LAeq: the mean level of a trailer or a spot in a cinema that is set up as a dubbing stage is.

Both are means of power over the whole programme, so they follow from its power spectrum and the formula of the
weighting: there is no filter to be designed and no sample rate at which it would be another one. The spectrum is the
sum over half-overlapping windows whose squares add to one, which keeps all of the power.

In a cinema a channel at -20 dBFS (of a full-scale sine) plays at 85 dB, a surround channel at 82 dB. Sources: ISO 21727
(weighting m: that of ITU-R BS.468-4, 0 dB at 2 kHz), IEC 61672-1 (weighting A), SMPTE RP 200 (levels of the channels).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from soundscape.audio import Audio
from soundscape.metering.layout import speakers
from soundscape.units import db_to_gain, power_to_db

_WINDOW = 4096
_HOP = _WINDOW // 2
_BATCH = 32
"""Windows that are transformed at once."""
_FULL_SCALE_DB = 85.0 + 20.0 + power_to_db(2.0)
"""Sound pressure level of a mean square of 1."""
_SURROUND_DB = -3.0
_PASSIVE_NETWORK = (
    1.0,
    5.559488023498642e-4,
    1.363894795463638e-7,
    2.118150887518656e-11,
    2.043828333606125e-15,
    1.306612257412824e-19,
    4.737338981378384e-24,
)
"""Denominator of the network of BS.468-4, in powers of `j f`."""

Spectrum = npt.NDArray[np.floating[Any]]


def power_of_a(frequency_hz: Spectrum) -> Spectrum:
    """Power response of the weighting A, 1 at 1 kHz."""
    f2 = frequency_hz**2
    low, high = f2 + 20.598997**2, f2 + 12194.217**2
    response = 12194.217**2 * f2**2 / (low * high * np.sqrt((f2 + 107.65265**2) * (f2 + 737.86223**2)))
    return np.asarray((response * db_to_gain(2.0)) ** 2)


def power_of_m(frequency_hz: Spectrum) -> Spectrum:
    """Power response of the weighting m, 1 at 2 kHz."""
    return _network(frequency_hz) / _network(np.full(1, 2000.0))


def _network(frequency_hz: Spectrum) -> Spectrum:
    denominator = np.polynomial.polynomial.polyval(1j * frequency_hz, _PASSIVE_NETWORK)
    return np.asarray((frequency_hz / np.abs(denominator)) ** 2)


def _level_db(power: float) -> float | None:
    return _FULL_SCALE_DB + power_to_db(power) if power > 1e-24 else None


class SpectralMeter:
    """Power spectrum of a programme that comes in blocks, all channels as loud as a cinema plays them.

    Parameters
    ----------
    sample_rate : int
        In Hz.
    channels : int
        Channels of the signal.
    layout : str, optional
        Which speakers they feed; surrounds play 3 dB lower.
    """

    def __init__(self, sample_rate: int, channels: int, layout: str | None = None) -> None:
        self._rate = sample_rate
        self._gains = [
            db_to_gain(_SURROUND_DB) if name[:2] in ("Ls", "Rs", "Lr", "Rr", "Cs") else 1.0
            for name in speakers(channels, layout)
        ]
        self._window = np.sin(np.pi * (np.arange(_WINDOW) + 0.5) / _WINDOW).astype(np.float32)
        # The half window before the start and after the end are silence.
        self._pending = np.zeros((channels, _HOP), np.float32)
        self._powers = np.zeros(_HOP + 1)
        self._frames = 0

    def push(self, audio: Audio) -> None:
        """Take the next block, float32 `(channels, frames)`, finite."""
        self._frames += audio.shape[1]
        pending = np.concatenate((self._pending, audio), axis=1)
        windows = (pending.shape[1] - _HOP) // _HOP
        self._powers += self._sum(pending[:, : (windows + 1) * _HOP])
        self._pending = pending[:, windows * _HOP :].copy()

    def result(self) -> tuple[float | None, float | None]:
        """Leq(m) and LAeq of the programme so far in dB; None in silence."""
        rest = self._pending.shape[1]
        last = np.pad(self._pending, ((0, 0), (0, -rest % _HOP + _HOP)))
        powers = (self._powers + self._sum(last)) * (2.0 / (_WINDOW * max(1, self._frames)))
        powers[[0, -1]] /= 2.0
        frequency_hz = np.arange(_HOP + 1) * (self._rate / _WINDOW)
        m, a = (float(np.dot(powers, weighting(frequency_hz))) for weighting in (power_of_m, power_of_a))
        return _level_db(m), _level_db(a)

    def _sum(self, signal: Audio) -> Spectrum:
        """Squared magnitudes of all whole windows, summed."""
        import scipy.fft

        total = np.zeros(_HOP + 1)
        for channel, gain in zip(signal, self._gains, strict=True):
            if len(channel) < _WINDOW:
                continue
            windows = np.lib.stride_tricks.sliding_window_view(channel, _WINDOW)[::_HOP]
            for at in range(0, len(windows), _BATCH):
                bins: npt.NDArray[np.complex64] = scipy.fft.rfft(
                    windows[at : at + _BATCH] * (self._window * np.float32(gain)), axis=1
                )
                total += (bins.real**2 + bins.imag**2).sum(axis=0, dtype=np.float64)
        return total
