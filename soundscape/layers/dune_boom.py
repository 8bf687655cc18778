"""Booming dune: sand that avalanches on a slope and makes the dune sing at 70 to 105 Hz.

Every slide begins with its hiss. Some seconds later the first burps come, short and broad, and gather until the
layer of dry sand falls into step: a line of a few hertz width with weak harmonics, which drifts with the speed of
the slide, beats slowly with a second place on the slope, and lasts until the slide runs out. Slides follow each
other like aftershocks. Below, the ground trembles. After S. Douady et al., *Song of the dunes as a self-synchronized
instrument* (Phys. Rev. Lett. 97, 2006), B. Andreotti (Phys. Rev. Lett. 93, 2004), whose f = 0.4 sqrt(g/d) gives the
pitch by the size of the grains, and N. Vriend et al. on burps and boom (Geophys. Res. Lett. 34, 2007).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numba import njit

from soundscape.audio import Audio
from soundscape.contract import TICK, ControlBlock
from soundscape.dsp.bands import BANDS, NoiseBands
from soundscape.dsp.drift import Drift
from soundscape.dsp.grains import Grains
from soundscape.dsp.highpass import HighPass
from soundscape.dsp.noise import normal_at, uniform
from soundscape.dsp.resonators import LANES, NoiseResonators
from soundscape.params import number
from soundscape.rng import Seed

BUS = "ambience"
CONTROLS = ("intensity", "brightness")

GRAVITY_M_S2 = 9.81
LINE, HARMONICS, BURPS, RUMBLE = 4, 10, 14, 16
"""Resonators: lines of the fundamental, then of its harmonics, the burps and the trembling of the ground."""
PARTIAL = (1, 1, 1, 1, 2, 2, 3, 3, 4, 5)
PARTIAL_DB = -9.0
"""Of each harmonic below the one before it."""
LINE_HZ, BURP_Q = 3.0, 1.6
"""Width of a line, sharpness of a burp."""
START, SIZE, HEAD, LENGTH = range(4)
"""Columns of the table of slides: second of the hiss, factor, seconds until the boom, seconds it lasts."""
SPEED, SWAY, COARSE, HISS, TREMBLE = range(5)
"""Slow motions: of the slide, of its strength, of the grains, of the hiss and of the ground."""
BED_HZ = (60.0, 900.0, 4_500.0)
SHARED = (0.95, 0.5, 0.1)
WIDTH = 0.6
LEVEL = 0.028
"""RMS of the boom of a slide of size 1 at neutral controls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """How the dune sings."""

    grain: float = number(0.22, low=0.14, high=0.4, unit="mm", help="size of the grains; finer sings higher")
    slides: float = number(2.5, low=0.5, high=12.0, unit="1/min", help="how often sand gives way")
    length: float = number(22.0, low=4.0, high=90.0, unit="s", help="how long a slide booms")
    boom: float = number(0.8, low=0.0, high=1.0, help="how far it gets into step; wet sand does not")
    burps: float = number(0.5, low=0.0, high=1.0, help="short grunts before the boom")
    beating: float = number(0.5, low=0.0, high=1.0, help="depth of the slow beats")
    harmonics: float = number(0.5, low=0.0, high=1.0, help="level of the harmonics; near is more")
    hiss: float = number(0.4, low=0.0, high=1.0, help="hiss of the sliding sand above")
    tremble: float = number(0.3, low=0.0, high=1.0, help="trembling of the ground below")


def render(params: Params, controls: Iterable[ControlBlock], rate: int, seed: Seed) -> Iterator[Audio]:
    """The dune for every control block, float32 `(2, block.frames)`."""
    pitch_hz = 0.4 * math.sqrt(GRAVITY_M_S2 / (params.grain * 1e-3))
    pitch, q, pan = _place(pitch_hz, seed)
    slow = Drift(seed.child("slow"), rate, motions=5, low_hz=0.05, high_hz=4.0, slope=1.3)
    beats = Drift(seed.child("beats"), rate, motions=HARMONICS, low_hz=0.4, high_hz=4.0, slope=0.8)
    singing = NoiseResonators(seed.child("singing"), rate, q=q)
    sand = Grains(seed.child("sand"), rate, ring_s=0.0007, densest=6_000.0)
    bed = NoiseBands(seed.child("bed"), rate, shared=SHARED)
    high_pass = HighPass(rate, corner_hz=26.0)
    slides = Slides(params, seed.child("slides"))
    shape = (params.boom, params.burps, params.beating)
    colour = (params.harmonics, params.hiss, params.tremble)
    key, tick = np.uint32(seed.key("burps")), 0
    for block in controls:
        edges = block.ticks + 1
        hz, level = np.empty((edges, LANES)), np.empty((edges, LANES))
        falling, corner, under = np.empty((4, edges)), np.empty((edges, BANDS)), np.empty((edges, BANDS, 2))
        motion, beat = slow.advance(block.ticks), beats.advance(block.ticks)
        curves = (block["intensity"], block["brightness"])
        running = slides.between(tick * TICK / rate, (tick + block.ticks) * TICK / rate)
        _sing(hz, level, falling, running, motion, beat, curves, pitch, shape, colour, key, tick, TICK / rate)
        _hiss(corner, under, falling, curves, motion, params.hiss)
        audio = np.zeros((2, block.frames), np.float32)
        singing.add(audio, hz, level, np.broadcast_to(pan, (edges, LANES)))
        sand.add(audio, *falling)
        bed.add(audio, corner, under)
        high_pass.run(audio)
        tick += block.ticks
        yield audio


def _place(pitch_hz: float, seed: Seed) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of every resonator: pitch in Hz, Q, pan."""
    draw = seed.generator("place")
    # No two slopes are sorted alike.
    pitch_hz *= draw.uniform(0.975, 1.025)
    hz = np.full(LANES, pitch_hz)
    hz[:HARMONICS] *= np.array(PARTIAL) * (1.0 + 0.006 * draw.uniform(-1.0, 1.0, HARMONICS))
    hz[HARMONICS:BURPS] *= draw.uniform(0.8, 1.05, BURPS - HARMONICS) * (1.0, 1.0, 1.9, 2.8)
    hz[BURPS:] = 31.0, 46.0
    q = np.full(LANES, BURP_Q)
    q[:HARMONICS] = np.array(PARTIAL) * pitch_hz / (LINE_HZ * np.array(PARTIAL) ** 0.5)
    q[BURPS:] = 1.2
    side = np.where(np.arange(LANES) % 2, 1.0, -1.0)
    apart = np.concatenate((np.full(LINE, 0.25), np.full(HARMONICS - LINE, WIDTH), np.full(LANES - HARMONICS, 0.2)))
    return hz, q, side * apart


class Slides:
    """What gives way, when, for how long; the first as the dune is found."""

    def __init__(self, params: Params, seed: Seed) -> None:
        self._params = params
        self._draw = seed.generator("slides")
        self._next_s = self._draw.uniform(-0.5, 0.5)
        self._running = np.zeros((0, 4))

    def between(self, start_s: float, end_s: float) -> np.ndarray:
        """Those that run at some time between these: `(slides, 4)`, in their order."""
        ended = self._running[:, START] + self._running[:, HEAD] + 2.0 * self._running[:, LENGTH]
        found = list(self._running[ended > start_s])
        while self._next_s < end_s:
            size = math.exp(0.4 * min(max(self._draw.standard_normal(), -1.2), 1.2))
            head_s = self._draw.uniform(1.5, 4.0)
            length_s = self._params.length * size**0.5 * self._draw.uniform(0.8, 1.3)
            found.append(np.array((self._next_s, size, head_s, length_s)))
            self._next_s += self._draw.exponential(60.0 / self._params.slides)
        self._running = np.array(found).reshape(-1, 4)
        return self._running


@njit(cache=True, nogil=True)
def _sing(hz, level, falling, slides, slow, beats, curves, pitch_hz, shape, colour, key, tick, tick_s):  # type: ignore[no-untyped-def]
    intensity, brightness = curves
    boom, burps, beating = shape
    harmonics, hiss, tremble = colour
    for edge in range(hz.shape[0]):
        at = tick + edge
        sliding, booming, stirring = _sum(slides, at * tick_s)
        strength = LEVEL * 2.8 ** (2.0 * intensity[edge] - 1.0)
        bright = brightness[edge] - 0.5
        speed = 1.0 + 0.008 * slow[edge, SPEED] + 0.02 * (intensity[edge] - 0.5)
        sway = math.exp(0.2 * slow[edge, SWAY])
        for lane in range(HARMONICS):
            partial = round(pitch_hz[lane] / pitch_hz[0])
            swell = math.exp(0.6 * beating * min(max(beats[edge, lane], -2.5), 1.2))
            fall_db = PARTIAL_DB * (partial - 1)
            if partial > 1:
                fall_db += 12.0 * (harmonics - 0.5) + 14.0 * bright
            share = 0.5 if lane < LINE else 0.7
            hz[edge, lane] = pitch_hz[lane] * speed
            level[edge, lane] = strength * boom * booming * sway * swell * share * 10.0 ** (fall_db / 20.0)
        grunting = 0.0
        for lane in range(HARMONICS, BURPS):
            grunt, pitch = _burp(key, lane, at, tick_s, stirring)
            hz[edge, lane] = pitch_hz[lane] * pitch * (1.0 + 0.1 * slow[edge, SPEED])
            level[edge, lane] = 1.2 * strength * burps * grunt
            grunting += grunt
        for lane in range(BURPS, RUMBLE):
            hz[edge, lane] = pitch_hz[lane]
            level[edge, lane] = 0.35 * strength * tremble * (0.25 + sliding) * math.exp(0.6 * slow[edge, TREMBLE])
        # Every grunt shakes sand loose.
        loose = sliding * math.exp(0.5 * slow[edge, COARSE]) + 0.3 * burps * min(grunting, 4.0)
        falling[0, edge] = min(4_500.0 * hiss * (loose + 0.01), 6_000.0)
        falling[1, edge] = 3_400.0 * 2.0 ** (1.6 * bright)
        falling[2, edge] = 0.11 * strength * hiss * math.exp(0.4 * slow[edge, HISS]) * (0.15 + sliding) ** 0.5
        falling[3, edge] = 0.4 * math.tanh(slow[edge, COARSE])


@njit(cache=True, nogil=True)
def _sum(slides, now_s):  # type: ignore[no-untyped-def]
    # How much slides, how much of it booms, how near it is to getting into step.
    sliding, booming, stirring = 0.02, 0.0, 0.0
    for slide in range(slides.shape[0]):
        age, size = now_s - slides[slide, START], slides[slide, SIZE]
        head, length = slides[slide, HEAD], slides[slide, LENGTH]
        if age <= 0.0 or age > head + 2.0 * length:
            continue
        run = (1.0 - math.exp(-age / (0.5 * head))) / (1.0 + math.exp(7.0 * ((age - head) / length - 1.0)))
        sliding += size * run
        inside = max(0.0, age - head)
        booming += size * run * (1.0 - math.exp(-((inside / 1.6) ** 2)))
        stirring += size * run * min(1.0, age / head) * math.exp(-((inside / 3.0) ** 2))
    return sliding, min(booming, 2.0), min(stirring, 1.5)


@njit(cache=True, nogil=True)
def _burp(key, lane, tick, tick_s, stirring):  # type: ignore[no-untyped-def]
    # Grunts of a tenth to a third of a second, each in its own window; the nearer the boom, the more there are.
    period = int((0.24 + 0.05 * (lane - HARMONICS)) / tick_s)
    turn, phase = tick // period, (tick % period) / period
    at = ((turn * LANES + lane) * 8 + 5) & 0x7FFFFFFF
    if uniform(key, at) >= 0.75 * stirring:
        return 0.0, 1.0
    # It sets in fast, somewhere in its window, and sinks as it runs out.
    begin = 0.4 * uniform(key, at + 3)
    x = max(phase - begin, 0.0) / ((1.0 - begin) * (0.4 + 0.6 * uniform(key, at + 2)))
    if x >= 1.0:
        return 0.0, 1.0
    window = (1.0 - math.exp(-((x / 0.1) ** 2))) * (1.0 - x) ** 1.5
    size = math.exp(0.6 * min(normal_at(key, at + 1), 1.5)) * math.sqrt(stirring)
    return size * window, math.exp(0.18 * normal_at(key, at + 4)) * (1.12 - 0.25 * x)


@njit(cache=True, nogil=True)
def _hiss(corner, under, falling, curves, slow, hiss):  # type: ignore[no-untyped-def]
    intensity, brightness = curves
    for edge in range(corner.shape[0]):
        bright = 2.0 ** (1.6 * (brightness[edge] - 0.5))
        strength = LEVEL * 2.8 ** (2.0 * intensity[edge] - 1.0)
        far = strength * (0.002 + 0.010 * hiss) * math.exp(0.5 * slow[edge, HISS])
        moving = 0.6 * falling[2, edge]
        for band in range(BANDS):
            corner[edge, band] = BED_HZ[band] * bright
        for channel in range(2):
            under[edge, 0, channel] = 2.0 * far
            under[edge, 1, channel] = far + 0.5 * moving
            under[edge, 2, channel] = 0.6 * far + moving
