"""K-weighted level without gates: by which a sound-maker sets its own working level.

Filters of ITU-R BS.1770-4, redesigned for any rate from their analogue parameters (as in libebur128). The
gated meter of a programme is another matter: see `soundscape.master`.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from soundscape.audio import Audio
from soundscape.units import power_to_db

SHELF_HZ, SHELF_Q, SHELF_DB = 1681.974450955533, 0.7071752369554196, 3.999843853973347
HIGHPASS_HZ, HIGHPASS_Q = 38.13547087602444, 0.5003270373238773


@njit(cache=True, nogil=True)
def _mean_square(signal, shelf, highpass):  # type: ignore[no-untyped-def]
    a, b, c, d = 0.0, 0.0, 0.0, 0.0
    total = 0.0
    for i in range(signal.shape[0]):
        x = signal[i]
        y = shelf[0] * x + a
        a = shelf[1] * x - shelf[3] * y + b
        b = shelf[2] * x - shelf[4] * y
        z = highpass[0] * y + c
        c = highpass[1] * y - highpass[3] * z + d
        d = highpass[2] * y - highpass[4] * z
        total += z * z
    return total / max(signal.shape[0], 1)


def _coefficients(rate: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    k = math.tan(math.pi * SHELF_HZ / rate)
    high = 10.0 ** (SHELF_DB / 20.0)
    middle = high**0.4996667741545416
    norm = 1.0 + k / SHELF_Q + k * k
    poles = (2.0 * (k * k - 1.0) / norm, (1.0 - k / SHELF_Q + k * k) / norm)
    shelf = (
        (high + middle * k / SHELF_Q + k * k) / norm,
        2.0 * (k * k - high) / norm,
        (high - middle * k / SHELF_Q + k * k) / norm,
        *poles,
    )
    k = math.tan(math.pi * HIGHPASS_HZ / rate)
    norm = 1.0 + k / HIGHPASS_Q + k * k
    poles = (2.0 * (k * k - 1.0) / norm, (1.0 - k / HIGHPASS_Q + k * k) / norm)
    return shelf, (1.0, -2.0, 1.0, *poles)


def loudness_lufs(audio: Audio, rate: int) -> float:
    """Ungated loudness in LUFS of a signal `(channels, frames)`; -inf for silence."""
    shelf, highpass = _coefficients(rate)
    power = sum(_mean_square(np.ascontiguousarray(channel), shelf, highpass) for channel in audio)
    return -0.691 + power_to_db(power)
