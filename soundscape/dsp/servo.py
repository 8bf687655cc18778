"""One move of a servo motor: gears and commutator that follow a speed curve, a clunk at either end.

Gear mesh is teeth times revolutions with sidebands at the shaft rate; pitch follows the speed, the level its
square root; the curve accelerates, holds and brakes like a motion controller's S-curve. No gear is cut round: teeth
that are worn unlike repeat with every turn of the shaft, which spreads each line of the mesh into a bundle at its
multiples, and every tooth scrapes as it takes the load. Play is taken up with a tick before anything moves, and the
load changes on the way.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from soundscape.audio import Audio
from soundscape.dsp.modal import HIGHEST, ring
from soundscape.dsp.noise import white_at
from soundscape.dsp.sine import sin_turn, sin_turns

TEETH = 17
"""Of the pinion: mesh frequency over shaft rate."""
SEGMENTS = 14
"""Of the commutator: brush noise pulses a revolution."""
HARMONICS = 6
STRETCH, HUNT = 256, 32
"""Frames that are computed side by side, and between two looks at what the speed hunts by."""
WAY, LEVEL, RUB = 0, STRETCH, 2 * STRETCH
PITCHES_HZ = np.geomspace(600.0, 4_000.0, 12)
"""Of the brake."""
FAINTEST = 10.0 ** (-90.0 / 20.0)


@njit(cache=True, nogil=True, fastmath={"contract", "nsz"})
def _whirr(out, rate, mesh_hz, rise, fall, load, whine_hz, harmonics, teeth, key):  # type: ignore[no-untyped-def]
    # One flat array with rows at constant offsets, a stretch each: only then does the compiler see that they do not
    # overlap. Turns are counted in float64 from stretch to stretch; within one they are few enough for 32.
    m = np.empty(3 * STRETCH, np.float32)
    pace = np.float32(0.5) + np.float32(0.03) * white_at(key, -1)
    # What the shaft has turned says how fast it was: the whine follows it a little.
    follows = 0.02 / 0.88 * TEETH / mesh_hz
    steady = (1.0 - 0.02 * 0.12 / 0.88) / rate
    whine_step, whine_way = np.float32(whine_hz * steady), np.float32(whine_hz * follows)
    h0, h1, h2, h3, h4, h5 = harmonics
    e1, e2, e3, e5, p2, p3, p5, rough = teeth
    turn, brush = 0.0, np.float32(0.0)
    for first in range(0, out.shape[0], STRETCH):
        mesh, shaft, arc = _part(TEETH * turn), _part(turn), _part(SEGMENTS * turn)
        whined = _part(whine_hz * (steady * first + follows * turn))
        turn = _turn(m, first, out.shape[0], rate, mesh_hz, rise, fall, load, pace, turn)
        for i in range(STRETCH):
            m[RUB + i] = white_at(key, first + i)
        for i in range(STRETCH):
            brush = np.float32(0.75) * brush + np.float32(0.25) * m[RUB + i]
            m[RUB + i] -= brush
        part = out[first : first + STRETCH]
        for i in range(part.shape[0]):
            way = m[WAY + i]
            wobble = _sine(shaft + way)
            meshed = mesh + np.float32(TEETH) * way + e1 * wobble
            now = _sine(meshed)
            twice = np.float32(2.0) * _sine(meshed + np.float32(0.25))
            second = twice * now
            third = twice * second - now
            fourth = twice * third - second
            fifth = twice * fourth - third
            sixth = twice * fifth - fourth
            tone = h0 * now + h1 * second + h2 * third + h3 * fourth + h4 * fifth + h5 * sixth
            spark = np.float32(0.5) + np.float32(0.5) * _sine(arc + np.float32(SEGMENTS) * way)
            uneven = np.float32(1.15) + np.float32(0.35) * wobble - np.float32(0.3) * wobble * wobble
            uneven += e2 * _sine(np.float32(2.0) * (shaft + way) + p2) + e3 * _sine(
                np.float32(3.0) * (shaft + way) + p3
            )
            uneven += e5 * _sine(np.float32(5.0) * (shaft + way) + p5)
            tone *= uneven
            bite = np.float32(0.5) + np.float32(0.5) * now
            whine = _sine(whined + whine_step * np.float32(i) + whine_way * way)
            part[i] = m[LEVEL + i] * (
                tone
                + (np.float32(0.12) * spark * spark + rough * bite * bite * uneven) * m[RUB + i]
                + np.float32(0.03) * whine
            )


@njit(inline="always")
def _part(turns):  # type: ignore[no-untyped-def]
    return np.float32(turns - np.floor(turns))


@njit(inline="always")
def _sine(turns):  # type: ignore[no-untyped-def]
    return sin_turn(turns - np.floor(turns + np.float32(0.5)))


@njit(cache=True, nogil=True, fastmath={"contract", "nsz"})
def _turn(m, first, frames, rate, mesh_hz, rise, fall, load, pace, turn):  # type: ignore[no-untyped-def]
    """Fill what the shaft turns within a stretch, and the root of its speed; returns its turns until then."""
    per_frame, per_rise, per_fall = 1.0 / frames, 1.0 / rise, 1.0 / fall
    scale = mesh_hz / (TEETH * rate)
    way = 0.0
    for hunt in range(0, STRETCH, HUNT):
        # Under load the motor sags while it accelerates, and hunts a little at speed.
        hunting = 1.0 + 0.012 * sin_turns(pace * (turn + way))
        hunting += 0.02 * load * sin_turns(0.37 * pace * (turn + way) + pace)
        for i in range(hunt, hunt + HUNT):
            t = (first + i) * per_frame
            up, down = min(t * per_rise, 1.0), min((1.0 - t) * per_fall, 1.0)
            speed = up * up * (3.0 - 2.0 * up) * down * down * (3.0 - 2.0 * down)
            speed *= hunting - 0.08 * load * (1.0 - up)
            m[WAY + i] = scale * (0.12 + 0.88 * speed)
            m[LEVEL + i] = np.sqrt(np.float32(speed))
        for i in range(hunt, hunt + HUNT):
            way += m[WAY + i]
            m[WAY + i] = way
    return turn + way


def servo_move(
    rate: int,
    rng: np.random.Generator,
    *,
    length_s: float,
    mesh_hz: float,
    load: float = 0.5,
    clunk: float = 0.5,
    wear: float = 0.4,
) -> Audio:
    """One move, float32 `(2, frames)`, alike on both sides, peak near 1; no two are the same.

    Parameters
    ----------
    length_s : length of the movement; varied by 15 %
    mesh_hz : tooth frequency at full speed; varied by 8 %
    load : 0 to 1: pulls the speed down at the start and brings out the upper harmonics
    clunk : 0 to 1: level of the brake at either end
    wear : 0 to 1: how unlike the teeth are, how they scrape, and how much play there is
    """
    length_s *= rng.uniform(0.85, 1.15)
    mesh_hz *= rng.uniform(0.92, 1.08)
    moving = max(64, round(length_s * rate))
    order = np.arange(1, HARMONICS + 1)
    harmonics = order ** -(1.5 - 0.6 * load) * rng.lognormal(0.0, 0.3, HARMONICS)
    harmonics = np.where(1.05 * mesh_hz * order < HIGHEST * rate, harmonics, 0.0).astype(np.float32)
    whirr = np.empty(moving, np.float32)
    whine_hz = min(rng.uniform(8_000.0, 12_000.0), 0.42 * rate)
    rise, fall = rng.uniform(0.15, 0.35), rng.uniform(0.12, 0.3)
    uneven = wear * np.array((0.06, 0.5, 0.4, 0.35)) * rng.uniform(0.5, 1.3, 4)
    teeth = np.concatenate((uneven, rng.uniform(size=3), [0.25 * wear])).astype(np.float32)
    _whirr(whirr, rate, mesh_hz, rise, fall, load, whine_hz, harmonics, teeth, np.uint32(rng.integers(1 << 32)))
    whirr *= np.float32(0.8 / max(float(whirr.max()), -float(whirr.min()), 1e-6))
    move = np.zeros((2, moving + round(0.16 * rate)), np.float32)
    move[:, :moving] = whirr
    play = round(0.3 * rise * moving)
    for at, level in ((0, 0.35 * clunk), (play, 0.5 * wear * clunk), (moving - round(0.01 * rate), clunk)):
        modes = len(PITCHES_HZ)
        pitch = PITCHES_HZ * rng.uniform(0.9, 1.1, modes)
        ring(
            move,
            rate,
            start=at + rng.integers(0, max(1, rate // 400), modes),
            frequency_hz=pitch,
            t60_s=rng.uniform(0.06, 0.1, modes) * (pitch / 600.0) ** -0.2,
            gain=level * rng.uniform(0.85, 1.15) * 0.3 * (pitch / 600.0) ** -0.6 * rng.lognormal(0.0, 0.4, modes),
            floor=FAINTEST,
        )
    return move
