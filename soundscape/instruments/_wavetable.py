"""Sustained voices: several detuned readers of band-limited single-cycle tables, from dark to bright.

A table holds only harmonics that stay below the band limit, so that nothing aliases; how bright a voice sounds is a
crossfade between neighbouring tables (band-limited wavetables: Massie, *Wavetable sampling synthesis*, 1998).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from numba import njit

from soundscape.audio import Audio
from soundscape.rng import Seed

SIZE = 4096
TICK = 64
"""Frames between two values of the control curves."""
BAND = 0.44
"""Highest harmonic, as a share of the sample rate."""
MIDDLE = 0.5
"""Gain of the other players against the one in the middle, who gives the pitch and keeps the level steady."""

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


@lru_cache(maxsize=32)
def tables(
    frequency_hz: float, spectrum: Spectrum, shades: tuple[Any, ...], rate: int, *, players: int = 1
) -> Pairs:
    """Single-cycle tables, complex64 `(players, pairs, SIZE + 3)`, each of RMS 1.

    The real part of a pair is a table, the imaginary part what the next brighter one is more, so that one look
    finds both; a single table is paired with itself. `spectrum` gives the amplitude of harmonics at frequencies in
    Hz for each of the shades, the darkest first. Tables of one player are in phase with one another; players differ,
    or their harmonics would all beat together. Three samples of wrap-around are added for the cubic interpolation.
    The notes of a piece are few, so that tables are kept: they are not to be written to.
    """
    from scipy import fft

    count = min(SIZE // 8, max(1, int(BAND * rate / (frequency_hz * 1.02))))
    frequencies = frequency_hz * np.arange(1, count + 1)
    turns = PHASES.generator().uniform(0.0, 1.0, (players, 1, count))
    amplitudes = np.stack([spectrum(frequencies, shade) for shade in shades])
    bins = np.zeros((players, len(shades), SIZE // 2 + 1), np.complex64)
    bins[:, :, 1 : count + 1] = amplitudes * np.exp(2j * np.pi * turns.astype(np.float32))
    cycles = fft.irfft(bins / np.float32(np.abs(amplitudes).max()), overwrite_x=True)
    cycles /= np.maximum(1e-12, np.sqrt(np.mean(cycles**2, axis=2, keepdims=True)))
    cycles = np.concatenate([cycles[..., -1:], cycles, cycles[..., :2]], axis=2)
    pairs = np.zeros((players, max(1, len(shades) - 1), SIZE + 3), np.complex64)
    pairs.real = cycles[:, : pairs.shape[1]]
    if len(shades) > 1:
        pairs.imag = np.diff(cycles, axis=1)
    pairs.flags.writeable = False
    return pairs


@njit(cache=True, nogil=True)
def _read(out, pairs, level, colour, increments, phases, left, right):  # type: ignore[no-untyped-def]
    """Add every voice: all curves linear within a tick.

    A tick takes three loops, of which the first and the last vectorise: where to look, looking there, and the
    cubic through what was found.
    """
    places, parts = np.empty(TICK, np.uint16), np.empty(TICK, np.float32)
    found = np.empty((4, TICK), np.complex64)
    near = found.view(np.float32)
    half = np.float32(0.5)
    for voice in range(increments.shape[0]):
        phase = phases[voice]
        gain_left, gain_right = left[voice], right[voice]
        for tick in range(level.shape[0] - 1):
            step = increments[voice, tick]
            bend = (increments[voice, tick + 1] - step) / TICK
            for i in range(TICK):
                at = phase + i * (step + 0.5 * bend * (i - 1))
                index = np.int32(at)
                places[i] = index & (SIZE - 1)
                parts[i] = np.float32(at - index)
            phase = (phase + TICK * (step + 0.5 * bend * (TICK - 1))) % SIZE

            pair = min(int(colour[tick]), pairs.shape[1] - 1)
            table = pairs[voice, pair]
            for i in range(TICK):
                place = np.uintp(places[i])
                for k in range(4):
                    found[k, i] = table[place + np.uintp(k)]

            gain, mix = level[tick], colour[tick] - np.float32(pair)
            gain_slope = (level[tick + 1] - gain) / np.float32(TICK)
            mix_slope = (colour[tick + 1] - colour[tick]) / np.float32(TICK)
            out_left, out_right = out[0, tick * TICK : (tick + 1) * TICK], out[1, tick * TICK : (tick + 1) * TICK]
            for i in range(TICK):
                x, bright = parts[i], mix + np.float32(i) * mix_slope
                s0 = near[0, 2 * i] + bright * near[0, 2 * i + 1]
                s1 = near[1, 2 * i] + bright * near[1, 2 * i + 1]
                s2 = near[2, 2 * i] + bright * near[2, 2 * i + 1]
                s3 = near[3, 2 * i] + bright * near[3, 2 * i + 1]
                c1 = half * (s2 - s0)
                c2 = s0 - np.float32(2.5) * s1 + np.float32(2.0) * s2 - half * s3
                c3 = half * (s3 - s0) + np.float32(1.5) * (s1 - s2)
                sample = (gain + np.float32(i) * gain_slope) * (((c3 * x + c2) * x + c1) * x + s1)
                out_left[i] += gain_left * sample
                out_right[i] += gain_right * sample


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
    cents = motion.cents[None, :] + detune_cents[:, None] + drift_cents * wander(players, times, random)
    increments = frequency_hz * SIZE / rate * np.exp2(cents / 1200.0)
    places = (
        width * np.linspace(-1.0, 1.0, players)[np.argsort(np.argsort(detune_cents))]
        if players > 1
        else np.zeros(1)
    )
    angle = (places + 1.0) * np.pi / 4
    out = np.zeros((2, (len(motion.level) - 1) * TICK), np.float32)
    _read(
        out,
        cycle,
        motion.level.astype(np.float32),
        motion.colour.astype(np.float32),
        increments,
        random.uniform(0.0, SIZE - 1.0, players),
        (gain * np.cos(angle)).astype(np.float32),
        (gain * np.sin(angle)).astype(np.float32),
    )
    return out


def wander(rows: int, times: npt.NDArray[np.float64], random: np.random.Generator) -> npt.NDArray[np.float64]:
    """Slow random curves of mean 0 and deviation about 1, `(rows, len(times))`: four incommensurate slow waves."""
    rates = random.uniform(0.1, 1.3, (rows, 4, 1))
    phases = random.uniform(0.0, 2.0 * np.pi, (rows, 4, 1))
    angles = (2.0 * np.pi * rates * times + phases).astype(np.float32)
    curves: npt.NDArray[np.float64] = np.sin(angles).sum(axis=1, dtype=np.float64) / np.sqrt(2.0)
    return curves


def envelope(
    times: npt.NDArray[np.float64], *, attack_s: float, length_s: float, release_s: float, sustain: float = 1.0
) -> Curve:
    """Level curve: a raised cosine up, held at `sustain` after a slow fall, a raised cosine down from the release.

    Half level is reached at half the attack.
    """
    rise = 0.5 - 0.5 * np.cos(np.pi * np.clip(times / attack_s, 0.0, 1.0))
    held = sustain + (1.0 - sustain) * np.exp(-np.maximum(0.0, times - attack_s) / 0.6)
    fall = 0.5 + 0.5 * np.cos(np.pi * np.clip((times - length_s) / release_s, 0.0, 1.0))
    level: Curve = (rise * held * fall).astype(np.float32)
    return level
