"""A creak: something under load that sticks and slips, and the body that answers.

What is dragged sticks until the pull exceeds what holds it, slips and sticks again: the interval is the force that was
held over stiffness and speed, so that seldom slips are hard ones (A. Akay, *Acoustics of friction*, J. Acoust. Soc. Am.
111, 2002). The speed glides as the load moves and stalls now and then; slips come in unequal pairs. All of them push
at one place the same way: slow ones are heard one by one, fast ones run together into a voice whose pitch is their
rate, sung through the modes of the body, with the breath of surfaces that rub.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from soundscape.audio import Audio
from soundscape.dsp.casing import MODES, Casing
from soundscape.dsp.modal import HIGHEST, pan_gains
from soundscape.dsp.noise import white_at
from soundscape.dsp.struck import PLACES_SD, Body

Floats = npt.NDArray[np.float64]

FLICKER = 0.11
"""Standard deviation of the logarithm of the intervals between slips."""
WANDER, WANDER_S = 0.2, 0.12
"""Standard deviation of the logarithm of the speed, and how long it lasts."""
STALLS_PER_S, STALL_S, STALLED = 0.9, 0.1, 0.35
"""How often the load all but stops, for how long, and what speed is left."""
HELD = 0.6
"""Exponent of the interval in the force of the slip that ends it."""
BREATH, BREATH_S = 0.5, 0.003
"""Level of the rubbing against the slips, and how long each slip rubs."""
STEP_S = 0.002


def slips(rng: np.random.Generator, length_s: float, *, first_hz: float, last_hz: float) -> tuple[Floats, Floats]:
    """Moments in s at which it slips, and forces around 1; the rate glides from the first to the last.

    Parameters
    ----------
    length_s : over which it is dragged
    first_hz, last_hz : slips a second at either end; it may speed up or slow down
    """
    steps = max(2, math.ceil(length_s / STEP_S))
    speed = np.geomspace(first_hz, last_hz, steps) * np.exp(_wander(rng, steps))
    for stall in rng.uniform(0.1, 0.9, rng.poisson(STALLS_PER_S * length_s)) * steps:
        away = np.abs(np.arange(steps) - stall) * STEP_S / STALL_S
        speed *= 1.0 - (1.0 - STALLED) * np.exp(-(away**2))
    phase = np.concatenate(([0.0], np.cumsum(speed * length_s / steps)))
    gaps = np.exp(FLICKER * rng.standard_normal(int(1.5 * phase[-1]) + 8))
    times = np.interp(np.cumsum(gaps), phase, np.linspace(0.0, length_s, steps + 1), right=np.inf)
    times = times[times < length_s]
    interval = np.diff(times, prepend=times[0] - 1.0 / first_hz) if len(times) else times
    typical = length_s / max(float(phase[-1]), 1.0)
    uneven = 1.0 + rng.uniform(0.0, 0.45) * (-1.0) ** np.arange(len(times))
    return times, (interval / typical) ** HELD * uneven * rng.lognormal(0.0, 0.15, len(times))


def rub(
    out: Audio,
    rate: int,
    rng: np.random.Generator,
    body: Body,
    *,
    time_s: Floats,
    force: Floats,
    level: float,
    corner_hz: float,
    pan: float = 0.0,
    width: float = 0.15,
) -> None:
    """Add a body that is pushed by slips.

    Parameters
    ----------
    out : float32 `(2, frames)`, changed in place
    body : its `MODES` lowest modes are heard
    time_s, force : of every slip
    level : peak of what is added
    corner_hz : where the spectrum of a slip begins to fall
    pan, width : place, and by how much the body's modes stand apart
    """
    if not len(time_s) or level == 0.0:
        return
    drive = np.zeros((2, out.shape[1]), np.float32)
    pole = 1.0 - math.exp(-2.0 * math.pi * min(corner_hz, 0.2 * rate) / rate)
    breath = math.exp(-1.0 / (BREATH_S * rate))
    slow = 1.0 - math.exp(-math.pi * float(body.frequency_hz[0]) / rate)
    _push(drive, time_s * rate, force, (pole, slow, breath), np.uint32(rng.integers(1 << 32)))
    sound = np.zeros_like(drive)
    _casing(rate, rng, body, pan=pan, width=width).add(sound, drive)
    out += np.float32(level / max(float(np.abs(sound).max()), 1e-12)) * sound


def creak(
    rate: int,
    rng: np.random.Generator,
    body: Body,
    *,
    length_s: float,
    slips_hz: tuple[float, float],
    corner_hz: float,
    pan: float = 0.0,
) -> Audio:
    """One creak of a body, float32 `(2, frames)`, its loudest moment 1.

    Parameters
    ----------
    length_s : over which it slips; the body rings on
    slips_hz : slips a second at the start and at the end
    corner_hz : where the spectrum of a slip begins to fall
    """
    times, force = slips(rng, length_s, first_hz=slips_hz[0], last_hz=slips_hz[1])
    out = np.zeros((2, round((length_s + 1.2 * float(body.t60_s.max())) * rate)), np.float32)
    force *= np.sin(np.pi * times / length_s) ** 0.7
    rub(out, rate, rng, body, time_s=times, force=force, level=1.0, corner_hz=corner_hz, pan=pan)
    return out


def _wander(rng: np.random.Generator, steps: int) -> Floats:
    """Logarithm of the speed over its course: what moves slowly moves far."""
    keep = math.exp(-STEP_S / WANDER_S)
    values = np.empty(steps)
    _relax(values, WANDER * rng.standard_normal(steps), keep, math.sqrt(1.0 - keep * keep))
    return values


@njit(cache=True, nogil=True)
def _relax(values, kicks, keep, into):  # type: ignore[no-untyped-def]
    state = kicks[0]
    for i in range(values.shape[0]):
        state = keep * state + into * kicks[i]
        values[i] = state


def _casing(rate: int, rng: np.random.Generator, body: Body, *, pan: float, width: float) -> Casing:
    """The body as it answers from one place: modes that a unit push makes ring at their gains."""
    modes = min(MODES, len(body.frequency_hz))
    frequency, t60 = body.frequency_hz[:modes], body.t60_s[:modes]
    spot = rng.lognormal(0.0, PLACES_SD, modes) * rng.choice((-1.0, 1.0), modes)
    gain = np.where(frequency < HIGHEST * rate, body.gain[:modes] * spot, 0.0)
    sides = np.stack(pan_gains(np.clip(pan + width * rng.uniform(-1.0, 1.0, modes), -1.0, 1.0)))
    quality = math.pi * frequency * t60 / math.log(1_000.0)
    # The casing's gain is that of a steady tone.
    steady = gain / (2.0 * (1.0 - 10.0 ** (-3.0 / (t60 * rate))))
    unused = ((0, 0), (0, MODES - modes))
    return Casing(
        rate,
        frequency_hz=np.pad(np.tile(frequency, (2, 1)), unused, constant_values=100.0),
        quality=np.pad(np.tile(quality, (2, 1)), unused, constant_values=1.0),
        gain=np.pad(sides * steady, unused),
    )


@njit(cache=True, nogil=True)
def _push(drive, at, force, poles, key):  # type: ignore[no-untyped-def]
    pole, slow, breath = np.float32(poles[0]), np.float32(poles[1]), np.float32(poles[2])
    frames = drive.shape[1]
    for k in range(at.shape[0]):
        whole = int(at[k])
        if whole + 1 < frames:
            part = np.float32(at[k] - whole)
            drive[0, whole] += np.float32(force[k]) * (np.float32(1.0) - part)
            drive[0, whole + 1] += np.float32(force[k]) * part
    first, second, mean, rubbed = np.float32(0.0), np.float32(0.0), np.float32(0.0), np.float32(0.0)
    rough = np.float32(BREATH * math.sqrt(2.0 / (BREATH_S * 48_000.0)))
    for i in range(frames):
        rubbed = breath * rubbed + drive[0, i]
        push = drive[0, i] + rough * rubbed * white_at(key, i)
        first += pole * (push - first)
        second += pole * (first - second)
        # Without what would push the body as a whole.
        mean += slow * (second - mean)
        drive[0, i] = second - mean
        drive[1, i] = second - mean
