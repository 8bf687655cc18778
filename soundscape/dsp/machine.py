"""What turns inside a machine: blades, gear mesh, mains and the flow noise the blades cut. Kernels for `hum`.

Within a tick every phase is a parabola of time (speed is a straight line), so that the loops have no memory
and run in vector lanes; what has memory, the noise slopes, runs beside them.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from soundscape.contract import TICK
from soundscape.dsp.noise import normal_at, white_at
from soundscape.dsp.sine import sin_turns

BUMP_WIDTH = 0.2
"""Half width of a blade's pulse, as a share of its period."""
CYCLE_NOISE = 0.18
"""How much one passage of a blade differs from its last."""
MAINS_LINES = 10
FRAME = 1.0 / TICK
BED_HZ, SHARED_HZ = 55.0, 250.0
"""Above the first the bed falls by 6 dB/octave; below the second both sides hear the same."""


@njit(cache=True, nogil=True)
def fill_lines(out, beat, phases, blade_hz, mains_hz, gain, pattern, mesh, mains, ratio, rate, key):  # type: ignore[no-untyped-def]
    """Tonal sources into `out`, and how the blades cut the flow into `beat`; both `(frames,)`.

    `phases` holds the turns of blades and mains and is moved on; curves are values at tick edges; `ratio` is
    teeth per blade.
    """
    blades = pattern.shape[0]
    shaft = 1.0 / blades
    for tick in range(gain.shape[0] - 1):
        pace, bend = blade_hz[tick] / rate, 0.5 * (blade_hz[tick + 1] - blade_hz[tick]) / rate * FRAME
        start = tick * TICK
        for i in range(TICK):
            turn = phases[0] + (pace + bend * i) * i
            wobble = sin_turns(turn * shaft)
            gear = sin_turns(turn * ratio + 0.15 * wobble)
            teeth = gear + np.float32(0.35) * (np.float32(1.0) - np.float32(2.0) * gear * gear)
            out[start + i] = mesh * (np.float32(0.3) + np.float32(0.1) * wobble) * teeth
            beat[start + i] = np.float32(1.0) + np.float32(0.4) * sin_turns(turn)
        # Apart from the rest because this loop cannot run in lanes: each passage of a blade is drawn once.
        passage, strength = np.int64(-1), np.float32(0.0)
        for i in range(TICK):
            turn = phases[0] + (pace + bend * i) * i
            now = np.int64(turn)
            if now != passage:
                passage = now
                strength = np.float32(3.0) * pattern[passage % blades]
                strength *= np.float32(1.0) + np.float32(CYCLE_NOISE) * normal_at(key, passage)
            # The slope of a smooth bump: no DC, and upper harmonics that die out fast.
            u = np.float32((turn - now - 0.5) * (1.0 / BUMP_WIDTH))
            w = max(np.float32(1.0) - u * u, np.float32(0.0))
            out[start + i] += strength * u * w * w * w
        for i in range(TICK):
            out[start + i] *= gain[tick] + (gain[tick + 1] - gain[tick]) * np.float32(i * FRAME)
        phases[0] += (pace + bend * TICK) * TICK
        if mains == 0.0:
            continue
        pace, bend = 2.0 * mains_hz[tick] / rate, (mains_hz[tick + 1] - mains_hz[tick]) / rate * FRAME
        for i in range(TICK):
            turn = phases[1] + (pace + bend * i) * i
            now, twice = sin_turns(turn), np.float32(2.0) * sin_turns(turn + 0.25)
            before = np.float32(0.0)
            series = np.float32(0.0)
            for line in range(MAINS_LINES):
                series += now / np.float32(line + 1.0)
                now, before = twice * now - before, now
            level = gain[tick] + (gain[tick + 1] - gain[tick]) * np.float32(i * FRAME)
            out[start + i] += mains * (np.float32(2.0) * level * series - out[start + i])
        phases[1] += (pace + bend * TICK) * TICK


@njit(cache=True, nogil=True)
def fill_bed(out, beat, gain, state, shared, rate, key, at):  # type: ignore[no-untyped-def]
    """Flow noise into `out` `(2, frames)`: level `gain` at tick edges times `beat`; `state` is `(2, 2)`."""
    slope = np.float32(1.0 - math.exp(-2.0 * math.pi * BED_HZ / rate))
    lows = np.float32(1.0 - math.exp(-2.0 * math.pi * SHARED_HZ / rate))
    both, own = np.float32(shared), np.float32(math.sqrt(1.0 - shared * shared))
    common, left, right = np.empty((3, TICK), np.float32)
    low_left, bed_left, low_right, bed_right = state.ravel()
    for tick in range(gain.shape[0] - 1):
        start = tick * TICK
        for i in range(TICK):
            common[i] = white_at(key, 3 * (at + start + i))
            left[i] = both * common[i] + own * white_at(key, 3 * (at + start + i) + 1)
            right[i] = both * common[i] + own * white_at(key, 3 * (at + start + i) + 2)
        for i in range(TICK):
            low_left += lows * (common[i] - left[i] - low_left)
            low_right += lows * (common[i] - right[i] - low_right)
            bed_left += slope * (left[i] + low_left - bed_left)
            bed_right += slope * (right[i] + low_right - bed_right)
            level = beat[start + i] * (gain[tick] + (gain[tick + 1] - gain[tick]) * np.float32(i * FRAME))
            out[0, start + i] = level * bed_left
            out[1, start + i] = level * bed_right
    state[0, 0], state[0, 1], state[1, 0], state[1, 1] = low_left, bed_left, low_right, bed_right


@njit(cache=True, nogil=True)
def finish(out, highs, whine, whine_hz, phases, state, split_hz, rate):  # type: ignore[no-untyped-def]
    """Add the whine and tilt by `highs` above `split_hz`, in place.

    `highs` and `whine` are gains at tick edges, `phases[2]` the turns of the whine, `state` is `(2,)`.
    """
    split = np.float32(1.0 - math.exp(-2.0 * math.pi * split_hz / rate))
    dark_left, dark_right = state
    for tick in range(highs.shape[0] - 1):
        pace, bend = whine_hz[tick] / rate, 0.5 * (whine_hz[tick + 1] - whine_hz[tick]) / rate * FRAME
        left, right = out[0, tick * TICK : (tick + 1) * TICK], out[1, tick * TICK : (tick + 1) * TICK]
        for i in range(TICK):
            level = whine[tick] + (whine[tick + 1] - whine[tick]) * np.float32(i * FRAME)
            turn = phases[2] + (pace + bend * i) * i
            # The sides hear the whine a quarter turn apart: it seems to come from no one place.
            left[i] += level * sin_turns(turn)
            right[i] += level * sin_turns(turn + 0.25)
        for i in range(TICK):
            gain = highs[tick] + (highs[tick + 1] - highs[tick]) * np.float32(i * FRAME)
            dark_left += split * (left[i] - dark_left)
            dark_right += split * (right[i] - dark_right)
            left[i] = dark_left + gain * (left[i] - dark_left)
            right[i] = dark_right + gain * (right[i] - dark_right)
        phases[2] += (pace + bend * TICK) * TICK
    state[0], state[1] = dark_left, dark_right
