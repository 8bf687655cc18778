"""The K-weighting of BS.1770 at any sample rate.

The standard prints two biquads for 48 kHz and asks of other rates "the same frequency response". The poles of
the print are moved to the new rate as they stand (`p ** (48000 / rate)`), and the numerators are chosen so that
the magnitude is that of the print: the shelf at three frequencies, the high-pass at one (its zeros stay at 0 Hz).
That keeps the +0.043 dB of the second stage, whose numerator is not normalised, and has no bilinear warping: the
response differs by less than 0.003 dB from 16 to 384 kHz (0.05 dB at 8 kHz) where the bilinear transform is off
by 0.2 dB at 8 kHz.

Source of the matching: M. Vicanek, *Matched second order digital filters* (2016).
"""

from __future__ import annotations

import cmath
import math
from dataclasses import dataclass

PRINTED_RATE = 48_000
_MATCHED_HZ = 1000.0


@dataclass(frozen=True, slots=True)
class Biquad:
    """`H(z) = (b0 + b1/z + b2/z²) / (1 + a1/z + a2/z²)`."""

    b0: float
    b1: float
    b2: float
    a1: float
    a2: float

    @property
    def coefficients(self) -> tuple[float, float, float, float, float]:
        """`b0, b1, b2, a1, a2`."""
        return self.b0, self.b1, self.b2, self.a1, self.a2

    def power(self, frequency_hz: float, sample_rate: int) -> float:
        """`|H|²` at a frequency."""
        z = cmath.exp(-2j * math.pi * frequency_hz / sample_rate)
        ratio = (self.b0 + (self.b1 + self.b2 * z) * z) / (1.0 + (self.a1 + self.a2 * z) * z)
        return abs(ratio) ** 2


SHELF = Biquad(1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585)
HIGH_PASS = Biquad(1.0, -2.0, 1.0, -1.99004745483398, 0.99007225036621)


def k_weighting(sample_rate: int) -> tuple[Biquad, Biquad]:
    """Head shelf and high-pass for a rate in Hz; at 48 kHz those of the print."""
    if sample_rate == PRINTED_RATE:
        return SHELF, HIGH_PASS
    return _shelf(sample_rate), _high_pass(sample_rate)


def _moved_poles(printed: Biquad, sample_rate: int) -> tuple[float, float]:
    """`a1, a2` of the same resonance at another rate."""
    pole = (-printed.a1 + cmath.sqrt(printed.a1**2 - 4.0 * printed.a2)) / 2.0
    moved = pole ** (PRINTED_RATE / sample_rate)
    return -2.0 * moved.real, abs(moved) ** 2


def _high_pass(sample_rate: int) -> Biquad:
    a1, a2 = _moved_poles(HIGH_PASS, sample_rate)
    plain = Biquad(1.0, -2.0, 1.0, a1, a2)
    gain = math.sqrt(HIGH_PASS.power(_MATCHED_HZ, PRINTED_RATE) / plain.power(_MATCHED_HZ, sample_rate))
    return Biquad(gain, -2.0 * gain, gain, a1, a2)


def _shelf(sample_rate: int) -> Biquad:
    a1, a2 = _moved_poles(SHELF, sample_rate)
    poles = Biquad(1.0, 0.0, 0.0, a1, a2)

    def wanted(frequency_hz: float) -> float:
        """Power of the numerator: `zero * (1 - s) + top * s + 4 * mixed * s * (1 - s)`, `s = sin²(π f / rate)`."""
        return SHELF.power(frequency_hz, PRINTED_RATE) / poles.power(frequency_hz, sample_rate)

    zero = wanted(0.0)
    rows = []
    for frequency_hz in (_MATCHED_HZ, min(sample_rate, PRINTED_RATE) / 2.0):
        s = math.sin(math.pi * frequency_hz / sample_rate) ** 2
        rows.append((s, 4.0 * s * (1.0 - s), wanted(frequency_hz) - zero * (1.0 - s)))
    (s1, m1, w1), (s2, m2, w2) = rows
    determinant = s1 * m2 - s2 * m1
    top, mixed = (w1 * m2 - w2 * m1) / determinant, (s1 * w2 - s2 * w1) / determinant
    half_sum = (math.sqrt(zero) + math.sqrt(top)) / 2.0
    b0 = (half_sum + math.sqrt(half_sum**2 + mixed)) / 2.0
    return Biquad(b0, (math.sqrt(zero) - math.sqrt(top)) / 2.0, -mixed / (4.0 * b0), a1, a2)
