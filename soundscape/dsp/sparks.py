"""Sparks: streamers within some milliseconds, the thump of the channel that they open, now and then a fizz after it.

Each is a handful of snaps as broad as hearing. They come in flurries, for whatever has just let one through lets the
next one through more easily. After Y. Raizer, *Gas Discharge Physics* (1991), for streamers and channels.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from soundscape.audio import Audio
from soundscape.contract import TICK, ControlBlock
from soundscape.dsp.drift import Drift
from soundscape.dsp.grains import Grains
from soundscape.dsp.noise import normal_at, uniform
from soundscape.rng import Seed

STREAMERS, FIZZ = 3_200.0, 700.0
"""Streamers of a median spark a second while it lasts, and of the fizz after it."""
FIZZES = 0.3
"""Share of sparks that fizz."""


class Sparks:
    """Snaps in flurries, each somewhere else.

    Parameters
    ----------
    per_s : float
        Sparks a second at neutral density, on average.
    width : float
        0 to 1: how far to the sides they happen.
    """

    def __init__(self, seed: Seed, rate: int, *, per_s: float, width: float) -> None:
        self._per_s, self._width, self._tick_s = per_s, width, TICK / rate
        self._streamers = Grains(
            seed.child("streamers"), rate, ring_s=0.00012, size_sd=0.7, pitch_sd=0.6, densest=8_000.0
        )
        self._channel = Grains(seed.child("channel"), rate, ring_s=0.0011, size_sd=0.3, pitch_sd=0.3, densest=400.0)
        self._flurries = Drift(seed.child("flurries"), rate, motions=2, low_hz=0.3, high_hz=30.0)
        self._key, self._tick = np.uint32(seed.key("snaps")), 0
        self._fizz = np.zeros(2)

    def run(self, block: ControlBlock) -> Audio:
        """The sparks under these controls."""
        out = np.zeros((2, block.frames), np.float32)
        flurry, place = self._flurries.advance(block.ticks).T
        density = block["density"].astype(np.float64)
        per_s = self._per_s * 4.0 ** (2.0 * density - 1.0) * np.exp(1.2 * flurry - 0.7)
        streamers, level, size = np.empty((3, block.ticks + 1))
        snap(streamers, level, size, per_s, self._fizz, self._key, self._tick, self._tick_s)
        self._tick += block.ticks
        pan = np.clip(0.6 * self._width * place, -1.0, 1.0)
        self._streamers.add(out, streamers, np.full(len(pan), 5_500.0), level, pan)
        # The larger the channel, the lower its thump.
        self._channel.add(
            out, np.where(size > 0.0, 260.0, 0.0), 800.0 / np.maximum(size, 0.2) ** 0.5, 0.5 * size, pan
        )
        return out


@njit(cache=True, nogil=True)
def snap(streamers, level, size, per_s, fizz, key, tick, tick_s):  # type: ignore[no-untyped-def]
    """Streamers a second, their level, and the size of what has just sparked (else 0), at tick edges.

    Every tick asks by itself whether it sparks, so that sparks at a low rate are among those at a high one; `fizz`
    holds what is left of the last one and its fall, and is moved on.
    """
    for edge in range(per_s.shape[0]):
        at = (tick + edge) * 4
        sparks = uniform(key, at) < 1.0 - math.exp(-per_s[edge] * tick_s)
        # The last edge is the first of the next block: what is left of a spark moves on once.
        last = edge == per_s.shape[0] - 1
        size[edge] = math.exp(0.7 * min(normal_at(key, at + 1), 2.2)) if sparks else 0.0
        if sparks:
            streamers[edge], level[edge] = STREAMERS * size[edge] ** 0.4, size[edge]
        else:
            streamers[edge], level[edge] = (FIZZ, fizz[0]) if fizz[0] > 0.01 else (0.0, 0.0)
        if not last:
            fizz[0] *= fizz[1]
            if sparks:
                fizz[0] = 0.22 * size[edge] if uniform(key, at + 2) < FIZZES else 0.0
                fizz[1] = math.exp(-tick_s / (0.015 + 0.06 * uniform(key, at + 3)))
