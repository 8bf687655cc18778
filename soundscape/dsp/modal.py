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
LANES, FIRST = 64, 8
"""Values of a phasor that stand side by side; eight of them are turned one by one, the others by eight at once."""
HIGHEST = 0.45
"""Highest frequency that is made, as a share of the sample rate."""


@njit(cache=True, nogil=True, fastmath={"contract", "nsz"})
def _add_rings(out, rate, rings, floor):  # type: ignore[no-untyped-def]
    m = np.empty(2 * LANES, np.float32)
    exact = np.empty(2 * LANES)
    for event in range(rings.shape[1]):
        onset, frequency, t60, level, pan, phase = rings[:, event]
        if not (frequency < HIGHEST * rate and 0.0 <= onset < out.shape[1]):
            continue
        fall = math.log10(max(abs(level), 1e-12) / max(floor, 1e-12)) / 3.0
        first = int(onset)
        last = min(first + math.ceil(min(max(fall, 0.0), 1.5) * t60 * rate), out.shape[1])
        if last == first:
            continue
        radius, angle = 10.0 ** (-3.0 / (t60 * rate)), 2.0 * math.pi * frequency / rate
        step_re, step_im = _stand(
            exact, math.cos(phase), math.sin(phase), radius * math.cos(angle), radius * math.sin(angle)
        )
        for i in range(2 * LANES):
            m[i] = exact[i]
        a, b = np.float32(step_re), np.float32(step_im)
        place = (pan + 1.0) * (math.pi / 4.0)
        gain_left = np.float32(level * math.sqrt(2.0) * math.cos(place))
        gain_right = np.float32(level * math.sqrt(2.0) * math.sin(place))
        at = first
        while at + LANES <= last:
            left_part, right_part = out[0, at : at + LANES], out[1, at : at + LANES]
            for lane in range(LANES):
                re, im = m[lane], m[LANES + lane]
                left_part[lane] += gain_left * im
                right_part[lane] += gain_right * im
                m[lane], m[LANES + lane] = re * a - im * b, re * b + im * a
            at += LANES
        for lane in range(last - at):
            out[0, at + lane] += gain_left * m[LANES + lane]
            out[1, at + lane] += gain_right * m[LANES + lane]


@njit(inline="always")
def _stand(lanes, re, im, pole_re, pole_im):  # type: ignore[no-untyped-def]
    """Fill the real and the imaginary parts of the first values of a phasor; returns its turn over all of them."""
    turn_re, turn_im = 1.0, 0.0
    for lane in range(FIRST):
        lanes[lane], lanes[LANES + lane] = re, im
        re, im = re * pole_re - im * pole_im, re * pole_im + im * pole_re
        turn_re, turn_im = turn_re * pole_re - turn_im * pole_im, turn_re * pole_im + turn_im * pole_re
    before, other = np.uint64(FIRST), np.uint64(LANES)
    for lane in range(before, other):
        re, im = lanes[lane - before], lanes[lane + other - before]
        lanes[lane], lanes[lane + other] = re * turn_re - im * turn_im, re * turn_im + im * turn_re
    for _ in range(3):  # from eight values to sixty-four
        turn_re, turn_im = turn_re * turn_re - turn_im * turn_im, 2.0 * turn_re * turn_im
    return turn_re, turn_im


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
    """Add damped sinusoids to a stereo signal; arguments are broadcast against one another.

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
    rings = np.empty((len(given), *np.broadcast(*given).shape))
    for row, item in enumerate(given):
        rings[row] = item
    _add_rings(out, rate, rings.reshape(len(given), -1), floor)


def pan_gains(pan: Values) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Gains of left and right for a place from -1 to 1: constant power, 1 in the middle."""
    angle = (np.asarray(pan, np.float64) + 1.0) * (math.pi / 4.0)
    return math.sqrt(2.0) * np.cos(angle), math.sqrt(2.0) * np.sin(angle)


def material_t60_s(frequency_hz: Values, loss: float, *, longest_s: float = 20.0) -> npt.NDArray[np.float64]:
    """T60 of modes of a material with loss angle tangent `loss` (metal 0.001, wood 0.03, flesh 0.5)."""
    frequency = np.asarray(frequency_hz, np.float64)
    return np.minimum(3.0 * math.log(10.0) / (math.pi * frequency * loss), longest_s)
