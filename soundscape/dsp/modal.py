"""Damped sinusoids: the modes of a struck body, and the grains of a crumbling one.

A mode is the real signal `gain * exp(-t / tau) * sin(2 pi f t + phase)`; it is computed as a complex phasor
whose next values stand side by side and are turned together, so that the loop runs in vector lanes.
Damping of a material by its loss angle: `1 / tau = pi f tan(phi)` (Wildes & Richards 1988).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from soundscape.audio import Audio

Values = npt.ArrayLike
LANES = 64
HIGHEST = 0.45
"""Highest frequency that is made, as a share of the sample rate."""


@njit(cache=True, nogil=True)
def _add_rings(out, rate, rings, floor):  # type: ignore[no-untyped-def]
    re = np.empty(LANES, np.float32)
    im = np.empty(LANES, np.float32)
    for event in range(rings.shape[1]):
        onset, frequency, t60, level, pan, phase = rings[:, event]
        if not (frequency < HIGHEST * rate and 0.0 <= onset < out.shape[1]):
            continue
        fall = math.log10(max(abs(level), 1e-12) / max(floor, 1e-12)) / 3.0
        first = int(onset)
        last = min(first + math.ceil(min(max(fall, 0.0), 1.5) * t60 * rate), out.shape[1])
        radius, angle = 10.0 ** (-3.0 / (t60 * rate)), 2.0 * math.pi * frequency / rate
        pole_re, pole_im = radius * math.cos(angle), radius * math.sin(angle)
        x, y = math.cos(phase), math.sin(phase)
        step_x, step_y = 1.0, 0.0
        for lane in range(LANES):
            re[lane], im[lane] = x, y
            x, y = x * pole_re - y * pole_im, x * pole_im + y * pole_re
            step_x, step_y = step_x * pole_re - step_y * pole_im, step_x * pole_im + step_y * pole_re
        a, b = np.float32(step_x), np.float32(step_y)
        place = (pan + 1.0) * (math.pi / 4.0)
        gain_left = np.float32(level * math.sqrt(2.0) * math.cos(place))
        gain_right = np.float32(level * math.sqrt(2.0) * math.sin(place))
        at = first
        while at + LANES <= last:
            left_part, right_part = out[0, at : at + LANES], out[1, at : at + LANES]
            for lane in range(LANES):
                left_part[lane] += gain_left * im[lane]
                right_part[lane] += gain_right * im[lane]
            for lane in range(LANES):
                turned = re[lane] * a - im[lane] * b
                im[lane] = re[lane] * b + im[lane] * a
                re[lane] = turned
            at += LANES
        for lane in range(last - at):
            out[0, at + lane] += gain_left * im[lane]
            out[1, at + lane] += gain_right * im[lane]


def ring(
    out: Audio,
    rate: int,
    *,
    start: Values = 0,
    frequency_hz: Values,
    t60_s: Values,
    gain: Values,
    pan: Values = 0.0,
    phase: Values = 0.0,
    floor: float = 0.0,
) -> None:
    """Add damped sinusoids to a stereo signal; every argument is one value or one for each of them.

    Parameters
    ----------
    out : float32 `(2, frames)`, changed in place
    start : frame of the onset, from 0
    frequency_hz : what lies above 0.45 of the rate is left out
    t60_s : time in which it falls by 60 dB; each is followed to -90 dB
    gain : amplitude at the onset in the middle
    pan : -1 left to 1 right, constant power
    phase : radians at the onset; 0 begins at silence
    floor : amplitude below which none of it needs to be followed
    """
    given = start, frequency_hz, t60_s, gain, pan, phase
    rings = np.empty((len(given), np.broadcast(*given).size))
    for row, item in zip(rings, given, strict=True):
        row[:] = item
    _add_rings(out, rate, rings, floor)


def pan_gains(pan: Values) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Gains of left and right for a place from -1 to 1: constant power, 1 in the middle."""
    angle = (np.asarray(pan, np.float64) + 1.0) * (math.pi / 4.0)
    return math.sqrt(2.0) * np.cos(angle), math.sqrt(2.0) * np.sin(angle)


def material_t60_s(frequency_hz: Values, loss: float, *, longest_s: float = 20.0) -> npt.NDArray[np.float64]:
    """T60 of modes of a material with loss angle tangent `loss` (metal 0.001, wood 0.03, flesh 0.5)."""
    frequency = np.asarray(frequency_hz, np.float64)
    return np.minimum(3.0 * math.log(10.0) / (math.pi * frequency * loss), longest_s)
