"""What turns inside a machine: blades, gear mesh, mains and the flow noise the blades cut. Kernels for `hum`.

Within a tick every phase is a parabola of time (speed is a straight line), so that the loops have no memory
and run in vector lanes; what has memory, the noise slopes, runs beside them. Phases are kept in 64-bit floats and
moved on from tick to tick; the way within a tick is short enough for 32.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from soundscape.contract import TICK
from soundscape.dsp.noise import normal_at
from soundscape.dsp.onepole import INPUT, LOWS, SIZE, low_pass
from soundscape.dsp.sine import sin_turn
from soundscape.dsp.ticknoise import fill_tick

BUMP_WIDTH = 0.2
"""Half width of a blade's pulse, as a share of its period."""
CYCLE_NOISE = 0.18
"""How much one passage of a blade differs from its last."""
MAINS_LINES = 10
FRAME = 1.0 / TICK
TIME, TONE, CUT = 0, TICK, 2 * TICK
"""Offsets into a tick's workspace of lines: its frames' numbers, what sounds, and how the flow is cut."""
BED_HZ, SHARED_HZ = 80.0, 250.0
"""Above the first the bed falls by 6 dB/octave; below the second both sides hear the same."""


@njit(cache=True, nogil=True)
def fill_lines(out, beat, phases, blade_hz, mains_hz, gain, pattern, mesh, mains, ratio, rate, key):  # type: ignore[no-untyped-def]
    """Tonal sources into `out`, and how the blades cut the flow into `beat`; both `(frames,)`.

    `phases` holds the turns of blades and mains and is moved on; curves are values at tick edges; `ratio` is
    teeth per blade.
    """
    shaft = 1.0 / pattern.shape[0]
    # One flat array with rows at constant offsets: only then does the compiler see that they do not overlap.
    m = np.empty(3 * TICK, np.float32)
    for i in range(TICK):
        m[TIME + i] = np.float32(i)
    for tick in range(gain.shape[0] - 1):
        pace, bend = blade_hz[tick] / rate, 0.5 * (blade_hz[tick + 1] - blade_hz[tick]) / rate * FRAME
        blade_turn, shaft_turn, gear_turn = _part(phases[0]), _part(phases[0] * shaft), _part(phases[0] * ratio)
        first, second = np.float32(pace), np.float32(bend)
        shafts, gears = np.float32(shaft), np.float32(ratio)
        _pass_blades(m, pattern, key, phases[0], pace, bend)
        level, rise = gain[tick], (gain[tick + 1] - gain[tick]) * np.float32(FRAME)
        for i in range(TICK):
            way = (first + second * m[TIME + i]) * m[TIME + i]
            wobble = _sin_near(shaft_turn + way * shafts)
            gear = _sin_near(gear_turn + way * gears + np.float32(0.15) * wobble)
            teeth = gear + np.float32(0.35) * (np.float32(1.0) - np.float32(2.0) * gear * gear)
            # The slope of a smooth bump: no DC, upper harmonics that die out fast, and nothing where it is drawn anew.
            passed = blade_turn + way
            u = (passed - np.floor(passed) - np.float32(0.5)) * np.float32(1.0 / BUMP_WIDTH)
            w = max(np.float32(1.0) - u * u, np.float32(0.0))
            m[TONE + i] = mesh * (np.float32(0.3) + np.float32(0.1) * wobble) * teeth + m[TONE + i] * u * w * w * w
            m[TONE + i] *= level + rise * m[TIME + i]
            m[CUT + i] = np.float32(1.0) + np.float32(0.4) * _sin_near(passed)
        phases[0] += (pace + bend * TICK) * TICK
        if mains != 0.0:
            pace, bend = 2.0 * mains_hz[tick] / rate, (mains_hz[tick + 1] - mains_hz[tick]) / rate * FRAME
            _add_mains(m, mains, _part(phases[1]), np.float32(pace), np.float32(bend), level, rise)
            phases[1] += (pace + bend * TICK) * TICK
        tone, cut = out[tick * TICK : (tick + 1) * TICK], beat[tick * TICK : (tick + 1) * TICK]
        for i in range(TICK):
            tone[i] = m[TONE + i]
            cut[i] = m[CUT + i]


@njit(inline="always")
def _pass_blades(m, pattern, key, turns, pace, bend):  # type: ignore[no-untyped-def]
    # Apart from the rest because this loop cannot run in lanes: each passage of a blade is drawn once.
    passage = np.int64(turns)
    force = _force(pattern, key, passage)
    if passage == np.int64(turns + (pace + bend * (TICK - 1)) * (TICK - 1)):
        m[TONE : TONE + TICK] = force
        return
    for i in range(TICK):
        now = np.int64(turns + (pace + bend * i) * i)
        if now != passage:
            passage = now
            force = _force(pattern, key, passage)
        m[TONE + i] = force


@njit(inline="always")
def _add_mains(m, share, turn, pace, bend, level, rise):  # type: ignore[no-untyped-def]
    for i in range(TICK):
        passed = turn + (pace + bend * m[TIME + i]) * m[TIME + i]
        line_now, twice = _sin_near(passed), np.float32(2.0) * _sin_near(passed + np.float32(0.25))
        before = np.float32(0.0)
        series = np.float32(0.0)
        for line in range(MAINS_LINES):
            series += line_now / np.float32(line + 1.0)
            line_now, before = twice * line_now - before, line_now
        m[TONE + i] += share * (np.float32(2.0) * (level + rise * m[TIME + i]) * series - m[TONE + i])


@njit(inline="always")
def _force(pattern, key, passage):  # type: ignore[no-untyped-def]
    own = np.float32(1.0) + np.float32(CYCLE_NOISE) * normal_at(key, passage)
    return np.float32(3.0) * pattern[passage % pattern.shape[0]] * own


@njit(inline="always")
def _part(turns):  # type: ignore[no-untyped-def]
    return np.float32(turns - np.floor(turns))


@njit(inline="always")
def _sin_near(turns):  # type: ignore[no-untyped-def]
    # All in float32, twice as fast as `sin_turns`: wrong by some 6e-8 for every turn since the tick began.
    return sin_turn(turns - np.floor(turns + np.float32(0.5)))


@njit(cache=True, nogil=True, fastmath={"contract", "nsz"})
def fill_bed(out, beat, gain, state, shared, rate, key, at):  # type: ignore[no-untyped-def]
    """Flow noise into `out` `(2, frames)`: level `gain` at tick edges times `beat`; `state` is `(2, 2)`."""
    slope = np.float32(1.0 - math.exp(-2.0 * math.pi * BED_HZ / rate))
    lows = np.float32(1.0 - math.exp(-2.0 * math.pi * SHARED_HZ / rate))
    both, own = np.float32(shared), np.float32(math.sqrt(1.0 - shared * shared))
    one = np.float32(1.0)
    noise = np.empty(3 * TICK, np.float32)
    common, left, right = noise[:TICK], noise[TICK : 2 * TICK], noise[2 * TICK :]
    low_left, bed_left, low_right, bed_right = state.ravel()
    for tick in range(gain.shape[0] - 1):
        start = tick * TICK
        fill_tick(noise, key, at // TICK + tick)
        for i in range(TICK):
            left[i] = both * common[i] + own * left[i]
            right[i] = both * common[i] + own * right[i]
        for i in range(TICK):
            low_left = (one - lows) * low_left + lows * (common[i] - left[i])
            low_right = (one - lows) * low_right + lows * (common[i] - right[i])
            bed_left = (one - slope) * bed_left + slope * (left[i] + low_left)
            bed_right = (one - slope) * bed_right + slope * (right[i] + low_right)
            out[0, start + i] = bed_left
            out[1, start + i] = bed_right
        rise = (gain[tick + 1] - gain[tick]) * np.float32(FRAME)
        for i in range(TICK):
            level = beat[start + i] * (gain[tick] + rise * np.float32(i))
            out[0, start + i] *= level
            out[1, start + i] *= level
    state[0, 0], state[0, 1], state[1, 0], state[1, 1] = low_left, bed_left, low_right, bed_right


@njit(cache=True, nogil=True, fastmath={"contract", "nsz"})
def finish(out, highs, whine, whine_hz, phases, state, split_hz, rate):  # type: ignore[no-untyped-def]
    """Add the whine and tilt by `highs` above `split_hz`, in place.

    `highs` and `whine` are gains at tick edges, `phases[2]` the turns of the whine, `state` is `(2,)`.
    """
    split = np.float32(1.0 - math.exp(-2.0 * math.pi * split_hz / rate))
    m = np.empty(SIZE, np.float32)
    dark_left, dark_right = state
    for tick in range(highs.shape[0] - 1):
        pace, bend = whine_hz[tick] / rate, 0.5 * (whine_hz[tick + 1] - whine_hz[tick]) / rate * FRAME
        left, right = out[0, tick * TICK : (tick + 1) * TICK], out[1, tick * TICK : (tick + 1) * TICK]
        if whine[tick] > 0.0 or whine[tick + 1] > 0.0:
            turn, first, second = _part(phases[2]), np.float32(pace), np.float32(bend)
            for i in range(TICK):
                level = whine[tick] + (whine[tick + 1] - whine[tick]) * np.float32(i * FRAME)
                now = turn + (first + second * np.float32(i)) * np.float32(i)
                # The sides hear the whine a quarter turn apart: it seems to come from no one place.
                left[i] += level * _sin_near(now)
                right[i] += level * _sin_near(now + np.float32(0.25))
        for i in range(TICK):
            m[INPUT + i] = split * left[i]
            m[INPUT + TICK + i] = split * right[i]
        low_pass(m, 1.0 - split, dark_left, dark_right)
        dark_left, dark_right = m[LOWS + TICK - 1], m[LOWS + 2 * TICK - 1]
        gain, slope = highs[tick], (highs[tick + 1] - highs[tick]) * np.float32(FRAME)
        for i in range(TICK):
            highs_gain = gain + slope * np.float32(i)
            left[i] = m[LOWS + i] + highs_gain * (left[i] - m[LOWS + i])
            right[i] = m[LOWS + TICK + i] + highs_gain * (right[i] - m[LOWS + TICK + i])
        phases[2] += (pace + bend * TICK) * TICK
    state[0], state[1] = dark_left, dark_right
