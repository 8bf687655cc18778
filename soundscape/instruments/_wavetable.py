"""Sustained voices: several detuned readers of band-limited single-cycle tables, from dark to bright.

A table holds only harmonics that stay below the band limit, so that nothing aliases; how bright a voice sounds is a
crossfade between neighbouring tables (band-limited wavetables: Massie, *Wavetable sampling synthesis*, 1998).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from numba import njit

from soundscape.audio import Audio
from soundscape.dsp.sine import sin_turn
from soundscape.rng import Seed

FINENESS, SMALLEST = 16, 2048
"""Samples of a table for every harmonic, and at least: what lies between them is taken for straight."""
TICK = 64
"""Frames between two values of the control curves."""
STRETCH = 32
"""Ticks that a player plays before the next one does: what is added to stays near the processor."""
BAND = 0.44
"""Highest harmonic, as a share of the sample rate."""
MOST = 512
"""Harmonics of the lowest notes."""
MIDDLE = 0.5
"""Gain of the other players against the one in the middle, who gives the pitch and keeps the level steady."""
TURN = 1 << 32
"""A phase is a whole number of so many to a turn: it wraps by itself."""
PARTS, FOUND, ROWS = TICK, 2 * TICK, 6 * TICK
"""Offsets into a tick's workspace: behind the places how far beyond them to look, and what was found."""

Curve: TypeAlias = npt.NDArray[np.floating[Any]]
Pairs: TypeAlias = npt.NDArray[np.complex64]
Spectrum: TypeAlias = Callable[[Curve, Any], Curve]
PHASES = Seed(0).child("phases")
"""Of the harmonics: where a player begins in them is chosen for every note."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Motion:
    """How a voice moves, tick by tick; every curve has `ticks + 1` values."""

    level: Curve
    colour: Curve
    """0 the darkest table, `tables - 1` the brightest."""
    cents: Curve
    """Pitch of all voices together: vibrato, scoops."""


@lru_cache(maxsize=64)
def tables(
    frequency_hz: float, spectrum: Spectrum, shades: tuple[Any, ...], rate: int, *, players: int = 1
) -> Pairs:
    """Single-cycle tables, complex64 `(players, pairs, size + 1)`, each of RMS 1.

    The real part of a pair is a table, the imaginary part what the next brighter one is more, so that one look
    finds both; a single table is paired with itself. `spectrum` gives the amplitude of harmonics at frequencies in
    Hz for each of the shades, the darkest first. Tables of one player are in phase with one another; players differ,
    or their harmonics would all beat together. What reading along straight lines takes from the highest harmonics
    is given to them here; the last sample is the first again.
    The notes of a piece are few, so that tables are kept: they are not to be written to.
    """
    from scipy import fft

    count = min(MOST, max(1, int(BAND * rate / (frequency_hz * 1.02))))
    size = max(SMALLEST, 1 << (FINENESS * count - 1).bit_length())
    orders = np.arange(1, count + 1)
    turns = PHASES.generator().uniform(0.0, 1.0, (players, 1, count))
    amplitudes = (
        np.stack([spectrum(frequency_hz * orders, shade) for shade in shades]) / np.sinc(orders / size) ** 2
    )
    bins = np.zeros((players, len(shades), size // 2 + 1), np.complex64)
    bins[:, :, 1 : count + 1] = amplitudes * np.exp(2j * np.pi * turns.astype(np.float32))
    cycles = fft.irfft(bins / np.float32(np.abs(amplitudes).max()), overwrite_x=True)
    cycles /= np.maximum(1e-12, np.sqrt(np.mean(cycles**2, axis=2, keepdims=True)))
    pairs = np.zeros((players, max(1, len(shades) - 1), size + 1), np.complex64)
    pairs.real[..., :-1] = cycles[:, : pairs.shape[1]]
    if len(shades) > 1:
        pairs.imag[..., :-1] = np.diff(cycles, axis=1)
    pairs[..., -1] = pairs[..., 0]
    pairs.flags.writeable = False
    return pairs


def beside(pairs: Pairs) -> npt.NDArray[np.complex128]:
    """The same memory, every pair with the one after it: real and imaginary part of `(players, pairs, size)`."""
    players, shades, size = pairs.shape
    return np.ndarray((players, shades, size - 1), np.complex128, pairs, strides=pairs.strides)


@njit(cache=True, nogil=True, fastmath={"contract", "nsz"})
def _read(out, pairs, level, colour, increments, phases, left, right):  # type: ignore[no-untyped-def]
    """Fill with the sum of all voices: all curves linear within a tick, steps and phases in turns.

    A tick takes three loops, of which the first and the last vectorise: where to look, looking there, and the
    straight line between what was found; `pairs` are those of `beside`, of which two are moved at once. One flat
    array with rows at constant offsets, seen as what it holds: only then does the compiler see that they do not
    overlap.
    """
    m = np.empty(ROWS, np.float32)
    places, found = m.view(np.uint32), m.view(np.complex128)
    bits = 0
    while (TURN >> bits) > pairs.shape[2]:
        bits += 1
    shift, below = np.uint32(bits), np.uint32((1 << bits) - 1)
    unit = np.float32(1.0 / (1 << bits))
    ticks, frames = level.shape[0] - 1, np.uintp(TICK)
    for first in range(0, ticks, STRETCH):
        last = min(first + STRETCH, ticks)
        out[:, first * TICK : last * TICK] = np.float32(0.0)
        for voice in range(increments.shape[0]):
            gain_left, gain_right, phase = left[voice], right[voice], phases[voice]
            for tick in range(np.uintp(first), np.uintp(last)):
                step, then = increments[voice, tick], increments[voice, tick + np.uintp(1)]
                bend = 0.5 * (then - step) / TICK
                start, pace = np.int32(TURN * phase), np.int32(TURN * (step - bend))
                curve = np.float32(TURN * bend)
                for i in range(TICK):
                    time = np.int32(i)
                    at = np.uint32(start + time * pace + np.int32(curve * np.float32(time * time)))
                    # The compiler stays within 32 bits once it knows that the shift does.
                    places[i] = np.uint32(at >> np.uint32(shift & np.uint32(31)))
                    m[PARTS + i] = np.float32(np.int32(at & below)) * unit
                phase += TICK * (step + bend * (TICK - 1))
                phase -= np.floor(phase + 0.5)

                pair = min(int(colour[tick]), pairs.shape[1] - 1)
                table = pairs[voice, pair]
                for i in range(TICK):
                    found[FOUND // 4 + i] = table[np.uintp(places[i])]

                mix = colour[tick] - np.float32(pair)
                mix_slope = (colour[tick + np.uintp(1)] - colour[tick]) / np.float32(TICK)
                begin = tick * frames
                for i in range(frames):
                    bright = mix + np.float32(i) * mix_slope
                    near = np.uintp(FOUND) + np.uintp(4) * i
                    here = m[near] + bright * m[near + np.uintp(1)]
                    there = m[near + np.uintp(2)] + bright * m[near + np.uintp(3)]
                    sample = here + m[PARTS + i] * (there - here)
                    out[0, begin + i] += gain_left * sample
                    out[1, begin + i] += gain_right * sample
            phases[voice] = phase
        for tick in range(first, last):
            gain, slope = level[tick], (level[tick + 1] - level[tick]) / np.float32(TICK)
            for side in range(2):
                part = out[side, tick * TICK : (tick + 1) * TICK]
                for i in range(TICK):
                    part[i] *= gain + np.float32(i) * slope


def ticks_of(seconds: float, rate: int) -> int:
    """Ticks that hold a duration, at least one."""
    return max(1, -(-round(seconds * rate) // TICK))


def ensemble(
    cycle: Pairs,
    motion: Motion,
    *,
    frequency_hz: float,
    detune_cents: npt.NDArray[np.float64],
    width: float,
    drift_cents: float,
    rate: int,
    seed: Seed,
) -> Audio:
    """Several players of the same tables, float32 `(2, ticks * TICK)`.

    Parameters
    ----------
    detune_cents : array
        Pitch of each player; the first stands in the middle.
    width : float
        0 to 1: spread of the players between left and right.
    drift_cents : float
        Standard deviation of each player's own slow wandering.
    """
    players = len(detune_cents)
    random = seed.generator("players")
    gain = np.where(np.arange(players), MIDDLE, 1.0)
    gain *= np.sqrt(2.0) / np.sqrt((gain**2).sum())
    detune_cents = detune_cents * random.uniform(0.8, 1.2, players)
    detune_cents -= (gain**2 * detune_cents).sum() / 2.0  # in tune as a whole
    times = np.arange(len(motion.level)) * TICK / rate
    increments = np.empty((players, len(times)))
    _bend(increments, motion.cents, detune_cents, drift_cents * wander(players, times, random), frequency_hz / rate)
    places = (
        width * np.linspace(-1.0, 1.0, players)[np.argsort(np.argsort(detune_cents))]
        if players > 1
        else np.zeros(1)
    )
    angle = (places + 1.0) * np.pi / 4
    out = np.empty((2, (len(motion.level) - 1) * TICK), np.float32)
    _read(
        out,
        beside(cycle),
        motion.level.astype(np.float32),
        motion.colour.astype(np.float32),
        increments,
        random.uniform(-0.5, 0.5, players),
        (gain * np.cos(angle)).astype(np.float32),
        (gain * np.sin(angle)).astype(np.float32),
    )
    return out


def wander(rows: int, times: npt.NDArray[np.float64], random: np.random.Generator) -> npt.NDArray[np.float32]:
    """Slow random curves of mean 0 and deviation about 1, `(rows, len(times))`: four incommensurate slow waves."""
    rates = random.uniform(0.1, 1.3, (rows, 4))
    curves = np.zeros((rows, len(times)), np.float32)
    _add_waves(curves, times.astype(np.float32), rates.astype(np.float32), random.random((rows, 4), np.float32))
    return curves


@njit(cache=True, nogil=True, fastmath={"contract", "nsz"})
def _add_waves(out, times, rates, phases):  # type: ignore[no-untyped-def]
    gain = np.float32(1.0 / math.sqrt(2.0))
    for row in range(out.shape[0]):
        for k in range(rates.shape[1]):
            for i in range(times.shape[0]):
                turn = phases[row, k] + rates[row, k] * times[i]
                out[row, i] += gain * sin_turn(turn - np.floor(turn + np.float32(0.5)))


@njit(cache=True, nogil=True, fastmath={"contract", "nsz"})
def _bend(out, cents, detune, drift, step):  # type: ignore[no-untyped-def]
    """Steps of every player: `step` bent by what all do, by what it is off, and by its wandering, in cents.

    The exponential is its Taylor polynomial: right to 0.005 cents up to an octave.
    """
    for player in range(out.shape[0]):
        steps, off, wandering = out[player], detune[player], drift[player]
        for i in range(out.shape[1]):
            x = math.log(2.0) / 1200.0 * (cents[i] + off + wandering[i])
            y = 1.0 / 720.0 + x * (1.0 / 5040.0)
            y = 1.0 / 120.0 + x * y
            y = 1.0 / 24.0 + x * y
            y = 1.0 / 6.0 + x * y
            steps[i] = step * (1.0 + x * (1.0 + x * (0.5 + x * y)))


def envelope(times: npt.NDArray[np.float64], *, attack_s: float, length_s: float, release_s: float) -> Curve:
    """Level curve: a raised cosine up, held, a raised cosine down from the release.

    Half level is reached at half the attack.
    """
    level = np.empty(len(times), np.float32)
    _shape(level, times, attack_s, length_s, release_s)
    return level


@njit(cache=True, nogil=True)
def _shape(level, times, attack_s, length_s, release_s):  # type: ignore[no-untyped-def]
    for i in range(times.shape[0]):
        rise = 0.5 - 0.5 * math.cos(math.pi * times[i] / attack_s) if times[i] < attack_s else 1.0
        since = min(max((times[i] - length_s) / release_s, 0.0), 1.0)
        fall = 0.5 + 0.5 * math.cos(math.pi * since) if since > 0.0 else 1.0
        level[i] = rise * fall
