"""Conversions between the units of the field, one function each way, named `x_to_y`."""

from __future__ import annotations

import math
from fractions import Fraction


def db_to_gain(level_db: float) -> float:
    """Amplitude factor of a level in dB; -inf dB is 0."""
    return 10.0 ** (level_db / 20.0)


def gain_to_db(gain: float) -> float:
    """Level in dB of an amplitude factor; 0 is -inf dB."""
    return 20.0 * math.log10(gain) if gain > 0.0 else -math.inf


def power_to_db(power: float) -> float:
    """Level in dB of a power ratio; 0 is -inf dB."""
    return 10.0 * math.log10(power) if power > 0.0 else -math.inf


def midi_to_hz(pitch: float) -> float:
    """Frequency in Hz of a MIDI pitch, A4 = 69 = 440 Hz, equal temperament."""
    return 440.0 * 2.0 ** ((pitch - 69.0) / 12.0)


def hz_to_midi(frequency_hz: float) -> float:
    """MIDI pitch of a frequency in Hz."""
    return 69.0 + 12.0 * math.log2(frequency_hz / 440.0)


def seconds_to_samples(seconds: Fraction | float | int, sample_rate: int) -> int:
    """Nearest sample of an exact time; halves are rounded up, once, here."""
    return math.floor(Fraction(seconds) * sample_rate + Fraction(1, 2))


def samples_to_seconds(samples: int, sample_rate: int) -> Fraction:
    """Exact time in seconds of a sample."""
    return Fraction(samples, sample_rate)


def t60_to_decay(t60_s: float, sample_rate: float) -> float:
    """Amplitude factor per sample of an exponential decay that falls by 60 dB in `t60_s` seconds."""
    return 10.0 ** (-3.0 / (t60_s * sample_rate))
