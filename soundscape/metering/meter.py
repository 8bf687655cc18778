"""The loudness meter: BS.1770-5, EBU Tech 3341 and 3342, in one pass over blocks of any size.

The state of the filters and the energies are float64. The memory that grows is one number per 10 ms.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from soundscape.audio import Audio
from soundscape.metering import gating
from soundscape.metering.dialogue import Regions, dialogue_loudness
from soundscape.metering.gating import MOMENTARY_BINS, SHORT_TERM_BINS, Powers, bin_count
from soundscape.metering.layout import weights
from soundscape.metering.leq import SpectralMeter
from soundscape.metering.true_peak import TruePeak
from soundscape.metering.weighting import k_weighting
from soundscape.model import Loudness
from soundscape.units import gain_to_db

_TINY = 1e-60  # state below it is flushed: it is far under any power that counts, and denormals are slow


@njit(cache=True, nogil=True, fastmath={"contract"})
def _weigh(x, y, weights, coefficients, states, position, index, sample_rate, energies):  # type: ignore[no-untyped-def]
    """Add the K-weighted energy of two channels to the bins that are completed.

    Two at once, because each sample waits for the one before it, and two that wait take no longer than one.
    `position` is the first frame, which lies in bin `index`; `energies` begins with that bin. A row of `states`
    holds the two delays of each biquad and the energy of the bin that is not complete yet.
    """
    b0, b1, b2, a1, a2, d0, d1, d2, c1, c2 = coefficients
    p1, p2, q1, q2, energy = states[0]
    r1, r2, s1, s2, other_energy = states[1]
    filled = 0
    start = 0
    while start < x.shape[0]:
        edge = ((index + filled + 1) * sample_rate + 50) // 100 - position
        stop = min(x.shape[0], edge)
        for n in range(start, stop):
            # Direct form II: the shortest way from one sample's state to the next, which is what costs time.
            inner = (np.float64(x[n]) - a2 * p2) - a1 * p1
            shelved = (b1 * p1 + b2 * p2) + b0 * inner
            p2, p1 = p1, inner
            inner = (shelved - c2 * q2) - c1 * q1
            passed = (d1 * q1 + d2 * q2) + d0 * inner
            q2, q1 = q1, inner
            energy += passed * passed
            inner = (np.float64(y[n]) - a2 * r2) - a1 * r1
            shelved = (b1 * r1 + b2 * r2) + b0 * inner
            r2, r1 = r1, inner
            inner = (shelved - c2 * s2) - c1 * s1
            passed = (d1 * s1 + d2 * s2) + d0 * inner
            s2, s1 = s1, inner
            other_energy += passed * passed
        start = stop
        if stop == edge:
            energies[filled] += weights[0] * energy + weights[1] * other_energy
            energy = other_energy = 0.0
            filled += 1
            # At bin edges, not at block edges: the same samples in other blocks must give the same bits. Each biquad
            # for itself: the shelf is down to denormals long before the high-pass is.
            if abs(p1) + abs(p2) < _TINY:
                p1 = p2 = 0.0
            if abs(q1) + abs(q2) < _TINY:
                q1 = q2 = 0.0
            if abs(r1) + abs(r2) < _TINY:
                r1 = r2 = 0.0
            if abs(s1) + abs(s2) < _TINY:
                s1 = s2 = 0.0
    states[0, 0], states[0, 1], states[0, 2], states[0, 3], states[0, 4] = p1, p2, q1, q2, energy
    states[1, 0], states[1, 1], states[1, 2], states[1, 3], states[1, 4] = r1, r2, s1, s2, other_energy


class EnergyMeter:
    """K-weighted energy in bins of 10 ms: all that loudness follows from.

    Parameters
    ----------
    sample_rate : int
        In Hz.
    channels : int
        Channels of the signal.
    layout : str, optional
        Which speakers they feed; see `soundscape.metering.layout`.
    """

    def __init__(self, sample_rate: int, channels: int, layout: str | None = None) -> None:
        self.sample_rate = sample_rate
        self._weights = weights(channels, layout)
        self._coefficients = tuple(value for stage in k_weighting(sample_rate) for value in stage.coefficients)
        heard = [channel for channel, weight in enumerate(self._weights) if weight]
        # The last of an odd number goes with itself, once without weight.
        self._pairs = [tuple((heard[i : i + 2] * 2)[:2]) for i in range(0, len(heard), 2)]
        self._states = np.zeros((len(self._pairs), 2, 5))
        self._energies: list[Powers] = []
        self._bins = 0
        self._frames = 0

    def push(self, audio: Audio) -> None:
        """Take the next block, float32 `(channels, frames)`, finite."""
        if not audio.shape[1]:
            return
        end = self._frames + audio.shape[1]
        completed = bin_count(end, self.sample_rate) - self._bins
        energies = np.zeros(completed)
        for (one, other), states in zip(self._pairs, self._states, strict=True):
            pair_weights = (self._weights[one], self._weights[other] if other != one else 0.0)
            _weigh(
                audio[one], audio[other], pair_weights, self._coefficients, states, self._frames, self._bins,
                self.sample_rate, energies,
            )  # fmt: skip
        self._energies.append(energies)
        self._bins += completed
        self._frames = end

    @property
    def energies(self) -> Powers:
        """K-weighted energy of every whole 10 ms, summed over the channels."""
        return np.concatenate([np.empty(0), *self._energies])


class Meter(EnergyMeter):
    """A loudness meter.

    Parameters
    ----------
    sample_rate, channels, layout
        As of `EnergyMeter`.
    cinema : bool
        Whether to measure Leq(m) and LAeq, too, which takes as long again.

    Examples
    --------
    >>> meter = Meter(48_000, 2)
    >>> meter.push(np.zeros((2, 48_000), np.float32))
    >>> meter.result().integrated_lufs is None
    True
    """

    def __init__(self, sample_rate: int, channels: int, layout: str | None = None, *, cinema: bool = False) -> None:
        super().__init__(sample_rate, channels, layout)
        self._spectrum = SpectralMeter(sample_rate, channels, layout) if cinema else None
        self._true_peak = TruePeak(channels)
        self._sample_peak = 0.0

    def push(self, audio: Audio) -> None:
        """Take the next block, float32 `(channels, frames)`, finite."""
        if not audio.shape[1]:
            return
        super().push(audio)
        self._sample_peak = max(self._sample_peak, float(audio.max()), -float(audio.min()))
        self._true_peak.push(audio)
        if self._spectrum is not None:
            self._spectrum.push(audio)

    def result(self, *, gain_db: float = 0.0, dialogue: Regions | None = None) -> Loudness:
        """What the signal so far measures, or would measure after a static gain.

        Values that the standards do not define for this signal are None: all of them in silence, short-term
        loudness and range below 3 s, integrated and momentary loudness below 400 ms. That of the dialogue needs
        the frames in which somebody speaks.
        """
        energies = self.energies * 10.0 ** (gain_db / 10.0)
        leq_m_db, leq_a_db = (None, None) if self._spectrum is None else self._spectrum.result()
        return Loudness(
            integrated_lufs=gating.integrated(energies, self.sample_rate),
            true_peak_dbtp=_peak_db(self._true_peak.result(), gain_db),
            sample_peak_dbfs=_peak_db(self._sample_peak, gain_db),
            loudness_range_lu=gating.loudness_range(energies, self.sample_rate),
            max_momentary_lufs=gating.maximum(energies, MOMENTARY_BINS, self.sample_rate),
            max_short_term_lufs=gating.maximum(energies, SHORT_TERM_BINS, self.sample_rate),
            duration_s=self._frames / self.sample_rate,
            sample_rate=self.sample_rate,
            channels=len(self._weights),
            dialogue_lufs=dialogue_loudness(energies, self.sample_rate, dialogue or ()),
            leq_m_db=None if leq_m_db is None else leq_m_db + gain_db,
            leq_a_db=None if leq_a_db is None else leq_a_db + gain_db,
        )


def _peak_db(peak: float, gain_db: float) -> float | None:
    return gain_to_db(peak) + gain_db if peak > 0.0 else None
