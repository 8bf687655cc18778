"""Glitch burst: a fault in the signal that is meant: a flurry of broken data, stuck buffers and holes.

Model: cells of 20 to 120 ms on a quantised grid, each a tone burst, a chirp, frequency-shift keyed data, stepped
noise or a hole; a cell may stick and repeat two to eight times; every cell begins and ends with a short fade, so
that only the design clicks. Lengths of packets are heavy-tailed.

Sources: Roads, *Microsound* (2001), on micro-rhythm; FSK modems of 30 to 240 symbols a second.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from soundscape.contract import Hit
from soundscape.dsp.burst import tone
from soundscape.dsp.modal import pan_gains
from soundscape.dsp.shot import finish
from soundscape.params import number
from soundscape.rng import Seed

BUS = "effects"
SYNC = "onset"


FADE_S = 0.003


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """How long the fault lasts, how fast and how broken it is."""

    size: float = number(0.4, low=0.0, high=1.0, help="longer and deeper")
    distance: float = number(0.0, low=0.0, high=1.0, help="near to far: softer, darker")
    intensity: float = number(0.6, low=0.0, high=1.0, help="level and brightness")
    grid: float = number(45.0, low=20.0, high=120.0, unit="ms", help="length of a cell")
    stuck: float = number(0.4, low=0.0, high=1.0, help="how often a cell repeats")
    holes: float = number(0.2, low=0.0, high=0.8, help="share of silent cells")


def render(params: Params, rate: int, seed: Seed) -> Hit:
    """The burst; sync is its first cell, frame 0."""
    size, force = params.size, params.intensity
    rng = seed.generator("glitch")
    cell = round(params.grid / 1000.0 * rate)
    cells = max(3, round((0.25 + 1.6 * size) * rate / cell))
    audio = np.zeros((2, cells * cell), np.float32)
    pitch_hz = 500.0 * 5.0**force * 0.5**size
    at = 0
    while at < cells:
        count = 1
        if rng.uniform() < params.stuck:
            count = int(min(8, 2 + rng.pareto(1.2)))
        # A repeated buffer is cut to half or a quarter of the cell: the stutter is faster than the grid.
        frames = cell // int(rng.choice((1, 2, 4))) if count > 1 else cell
        sound = _cell(frames, rate, rng, pitch_hz)
        quiet = at > 0 and rng.uniform() < params.holes
        gains = np.stack(pan_gains(rng.uniform(-0.8, 0.8))).astype(np.float32)[:, None]
        level = 0.0 if quiet else float(rng.lognormal(-0.2, 0.4)) if at else 1.5
        for repeat in range(count):
            start = at * cell + repeat * frames
            room = min(frames, audio.shape[1] - start)
            if room <= 0:
                break
            audio[:, start : start + room] += np.float32(level * 0.93**repeat) * gains * sound[:room]
        at += -(-count * frames // cell)
    decay = np.linspace(0.0, -10.0, audio.shape[1], dtype=np.float32)
    return finish(
        audio * 10.0 ** (decay / 20.0), rate, sync=0, intensity=force, size=size, distance=params.distance
    )


def _cell(frames: int, rate: int, rng: np.random.Generator, pitch_hz: float) -> npt.NDArray[np.float32]:
    """One cell with its fades, peak near 1."""
    length_s = frames / rate
    base_hz = pitch_hz * 2.0 ** rng.uniform(-1.0, 1.0)
    kind = rng.integers(4)
    if kind == 0:
        sound = tone(frames, rate, [(0.0, base_hz)])
    elif kind == 1:
        sound = tone(frames, rate, [(0.0, base_hz), (length_s, base_hz * 2.0 ** rng.uniform(-2.0, 2.0))])
    elif kind == 2:
        symbol_s = 1.0 / rng.uniform(60.0, 240.0)
        steps = np.arange(0.0, length_s + symbol_s, 0.5 * symbol_s)
        pitches = np.repeat(base_hz * rng.choice((1.0, 1.5, 2.0), len(steps)), 2)[: len(steps)]
        sound = tone(frames, rate, list(zip(steps, pitches, strict=True)))
    else:
        # Noise held for several samples, with straight lines between: stepped, yet without images up to the band's end.
        hold = max(2, round(rate / (4.0 * base_hz)))
        values = rng.uniform(-1.0, 1.0, frames // hold + 2)
        sound = np.interp(np.arange(frames), np.arange(len(values)) * hold, values).astype(np.float32)
    fade = min(round(FADE_S * rate), frames // 3)
    ramp = np.linspace(0.0, 1.0, fade, dtype=np.float32) ** 0.5
    sound[:fade] *= ramp
    sound[-fade:] *= ramp[::-1]
    return sound
