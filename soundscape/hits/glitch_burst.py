"""Glitch burst: a fault in the signal that is meant: one programme, read by a player that fails.

Model: the programme is a row of short scenes, a chord that slides, keyed data, chirps, a scrambled band, a buzz. It is
played in cells of 20 to 120 ms on a quantised grid. In each the player goes on, jumps elsewhere, reads backwards, runs
down, loses bits, falls silent, or sticks: then a fragment of half or a quarter of a cell repeats two to eight times,
some of them ever shorter. A fault is in both channels alike, unless one of them drops out. Every cell begins and ends
with a short fade, so that only the design clicks; lengths of repeats are heavy-tailed.

Sources: Roads, *Microsound* (2001), on micro-rhythm; K. Cascone, *The aesthetics of failure* (Computer Music Journal
24, 2000), on what failing players do; `soundscape.dsp.keying` and `soundscape.dsp.broken`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from soundscape.audio import Audio
from soundscape.contract import Hit
from soundscape.dsp import broken, keying
from soundscape.dsp.burst import tone
from soundscape.dsp.shot import finish
from soundscape.params import number
from soundscape.rng import Seed

BUS = "effects"
SYNC = "onset"

AFTER_S = 0.04
"""Silence in which the last cell is cut off, so that it is not faded."""
FADE_S = 0.002
FAULTS = ("none", "jump", "backwards", "run down", "few bits")
LIKELY = (0.25, 0.25, 0.12, 0.13, 0.25)
CHORD = (1.0, 1.335, 1.782, 2.0, 3.01, 4.49)
DROPS_OUT = 0.25
"""Share of cells in which one channel is much softer."""


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
    pitch_hz = 480.0 * 5.0**force * 0.5**size
    programme = _programme(cells * cell, rate, seed.child("programme"), pitch_hz)
    audio = np.zeros((2, cells * cell + round(AFTER_S * rate)), np.float32)
    at, onset = 0, round(0.004 * rate)
    while at < cells:
        count = 1
        if rng.uniform() < params.stuck and at:
            count = int(min(8, 2 + rng.pareto(1.2)))
        # A repeated buffer is cut to half or a quarter of the cell: the stutter is faster than the grid.
        frames = cell // int(rng.choice((1, 2, 4))) if count > 1 else cell
        # It breaks in at once: the first cell begins where the first scene is loud.
        sound = _read(programme, at * cell, frames, rate, rng) if at else programme[onset : onset + cell]
        if count > 1:
            shrink = float(rng.choice((1.0, 1.0, 0.8)))
            sound = broken.stuck(sound, rate, start=0, frames=frames, times=count - 1, shrink=shrink)
        quiet = at > 0 and rng.uniform() < params.holes
        level = 0.0 if quiet else float(rng.lognormal(-0.2, 0.4)) if at else 1.5
        sides = np.ones(2)
        if rng.uniform() < DROPS_OUT:
            sides[rng.integers(2)] = 0.15
        room = min(len(sound), (cells - at) * cell)
        part = broken.faded(sound[:room], rate, fade_s=FADE_S if at else 0.25 * FADE_S)
        audio[:, at * cell : at * cell + room] += (level * sides[:, None]).astype(np.float32) * part
        at += -(-len(sound) // cell)
    decay = np.linspace(0.0, -10.0, audio.shape[1], dtype=np.float32)
    return finish(
        audio * 10.0 ** (decay / 20.0), rate, sync=0, intensity=force, size=size, distance=params.distance
    )


def _programme(frames: int, rate: int, seed: Seed, pitch_hz: float) -> Audio:
    """What would be played if nothing were broken, `(frames,)`: scenes of 60 to 300 ms, each about as loud."""
    scenes: list[Audio] = []
    while sum(len(scene) for scene in scenes) < frames:
        rng = seed.generator("scene", len(scenes))
        scene = _scene(round(float(rng.uniform(0.06, 0.3)) * rate), rate, rng, pitch_hz)
        scene *= np.float32(0.35 / max(float(np.std(scene)), 1e-3))
        scenes.append(broken.faded(scene, rate, fade_s=0.5 * FADE_S))
    return np.concatenate(scenes)[:frames]


def _scene(frames: int, rate: int, rng: np.random.Generator, pitch_hz: float) -> Audio:
    base_hz = pitch_hz * 2.0 ** rng.uniform(-0.6, 0.8)
    length_s = frames / rate
    kind = int(rng.integers(5))
    if kind == 0:
        slide = 2.0 ** rng.uniform(-0.4, 0.4)
        chord = np.zeros(frames, np.float32)
        for order, ratio in enumerate(CHORD):
            points = [(0.0, ratio * base_hz), (length_s, ratio * base_hz * slide)]
            chord += tone(frames, rate, points, phase=float(rng.uniform())) / np.float32(1.0 + 0.5 * order)
        return chord
    if kind == 1:
        per_s = float(rng.uniform(60.0, 240.0))
        symbols = rng.integers(3, size=int(length_s * per_s) + 2)
        return keying.pitch_keyed(frames, rate, symbols, per_s, base_hz * np.array((1.0, 1.5, 2.0)))
    if kind == 2:
        per_s = float(rng.uniform(15.0, 45.0))
        symbols = rng.integers(16, size=int(length_s * per_s) + 2)
        return keying.chirped(frames, rate, symbols, per_s, low_hz=0.7 * base_hz, high_hz=2.5 * base_hz)
    if kind == 3:
        return keying.scrambled(frames, rate, rng, carrier_hz=1.6 * base_hz, per_s=1.2 * base_hz)
    # A loose plug: the mains and its harmonics, cut hard.
    hum = tone(frames, rate, [(0.0, 0.25 * base_hz)], phase=float(rng.uniform()))
    return np.tanh(np.float32(3.0) * hum) + np.float32(0.1) * rng.normal(0.0, 1.0, frames).astype(np.float32)


def _read(programme: Audio, start: int, frames: int, rate: int, rng: np.random.Generator) -> Audio:
    """What the player makes of a cell."""
    fault = str(rng.choice(FAULTS, p=LIKELY))
    if fault == "jump":
        start = int(rng.uniform() * len(programme))
    sound = np.resize(programme[start : start + frames], frames)
    if fault == "backwards":
        return sound[::-1]
    if fault == "run down":
        return broken.run_down(sound, to=float(rng.uniform(0.1, 0.5)))
    if fault == "few bits":
        hold = round(rate * float(rng.uniform(0.0001, 0.0004)))
        return broken.crushed(sound, bits=float(rng.uniform(1.6, 3.2)), hold=max(hold, 1))
    return sound
