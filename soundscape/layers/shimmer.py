"""Shimmer: light in a sound. What glints returns an octave higher, softer and slower, again and again.

Model: crystals on the notes of a key, in four layers an octave or a fifth apart. A glint strikes a note of the
lowest layer; what its neighbourhood has sounded is passed upwards, blurred and late, as in a reverberator whose
return is pitched up: every layer rings from its own small store of energy, which fills from the one below and runs
dry. The upper layers swell, their modes bands of noise as narrow as they ring long, in doublets that beat; and they
sparkle, because what is pitched up comes back in grains: now and then a store lets go of a little at once, the more
often the fuller the stores are, so that sparks follow a glint upwards in a cloud. A faint breath lies above, a soft
drone below, and the width wanders. After B. Eno & D. Lanois's pitched-up reverberation, as described by S. Costello,
*Shimmer* (Valhalla DSP, 2010), with modes instead of delay lines, and G. Essl & P. Cook (2002) on doublets in
rubbed glass.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from soundscape.audio import Audio
from soundscape.contract import TICK, ControlBlock
from soundscape.dsp.bands import NoiseBands
from soundscape.dsp.drift import Drift
from soundscape.dsp.glint import glints
from soundscape.dsp.highpass import HighPass
from soundscape.dsp.modalbank import Doublets, ModalBank
from soundscape.dsp.noise import white, white_at
from soundscape.dsp.overlay import Overlay
from soundscape.params import choice, number
from soundscape.rng import Seed
from soundscape.score.pitch import MODES
from soundscape.units import db_to_gain, midi_to_hz

Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]
BUS = "ambience"
CONTROLS = ("intensity", "brightness")
PERIODIC = True

LAYERS, NOTES = 4, 20
"""Layers of pitch, and notes in each."""
INTERVALS = {"octaves": (0.0, 12.0, 24.0, 36.0), "fifths": (0.0, 7.0, 19.0, 31.0), "mixed": (0.0, 12.0, 19.0, 31.0)}
DRONES = 3
LIVES = 16
"""Slow motions that the notes share by chance: some swell together, none with its neighbours."""
STABLE = 3.0
"""How much more often a note is the tonic or its fifth."""
RETURN_S = 0.9
"""Time in which a layer fills from the one below, at middle spread."""
PASSED = 0.42
"""Share of its energy that a layer passes upwards."""
SPARKS = 8.0
"""Sparks a second at full sparkle while the stores are as full as usual."""
CROWDING = 0.6
"""Exponent of how many more there are when the stores are fuller."""
LEVEL_RANGE_DB, TILT, KEENER_DB = 8.0, 2.6, 4.0
"""What the whole range of intensity and of brightness moves: level, exponent of frequency; and how far the upper half
of either makes glints and sparks stand out."""
OFTEN = 2.2
"""Factor of how often it glints, each way from the middle of intensity."""
LEVEL = 0.018


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """On what notes it shimmers, how it rises, how long it stays."""

    root: int = number(62, low=24, high=96, help="tonic as MIDI pitch; its octave does not matter", follows="tonic")
    mode: str = choice("lydian", tuple(MODES), help="notes on which it shimmers", follows="mode")
    height: float = number(420.0, low=180.0, high=1200.0, unit="Hz", help="the lowest note lies at or above")
    rise: str = choice("octaves", tuple(INTERVALS), help="how far a return is pitched up")
    glints: float = number(1.2, low=0.05, high=8.0, unit="1/s", help="how often something glints")
    hardness: float = number(0.5, low=0.0, high=1.0, help="of the glints: soft ones only set it off")
    returns: float = number(0.6, low=0.0, high=1.0, help="how much comes back higher")
    sparkle: float = number(0.5, low=0.0, high=1.0, help="how much of it comes back in sparks instead of swelling")
    spread: float = number(0.5, low=0.0, high=1.0, help="how slowly it comes back")
    ring: float = number(5.0, low=1.0, high=20.0, unit="s", help="T60 of a note at 500 Hz")
    beating: float = number(1.0, low=0.2, high=3.0, help="speed of the beats")
    breath: float = number(0.3, low=0.02, high=1.0, help="air above it")
    drone: float = number(0.2, low=0.0, high=1.0, help="soft tone below")
    width: float = number(1.0, low=0.0, high=1.0, help="how far apart the notes stand")


def render(params: Params, controls: Iterable[ControlBlock], rate: int, seed: Seed) -> Iterator[Audio]:
    """Shimmer for every control block, float32 `(2, block.frames)`."""
    light = Light(params, rate, seed)
    breath = NoiseBands(seed.child("breath"), rate, shared=(0.9, 0.5, 0.0))
    air = Drift(seed.child("air"), rate, motions=6, low_hz=0.05, high_hz=16.0, slope=1.1)
    high_pass = HighPass(rate, corner_hz=60.0)
    for block in controls:
        audio = np.zeros((2, block.frames), np.float32)
        intensity, brightness = (block[name].astype(np.float64) for name in CONTROLS)
        strength = 10.0 ** (LEVEL_RANGE_DB / 20.0 * (intensity - 0.5))
        bright = 2.0 ** (1.6 * (brightness - 0.5))
        light.add(audio, intensity, brightness, strength)
        moved = air.advance(block.ticks).reshape(-1, 3, 2)
        level = 0.22 * LEVEL * params.breath * np.array((0.1, 0.5, 1.0))[:, None] * np.exp(0.45 * moved)
        corner = np.array((700.0, 3_000.0, 8_500.0)) * bright[:, None]
        breath.add(audio, corner, level * (strength * bright)[:, None, None])
        high_pass.run(audio)
        yield audio


class Light:
    """The notes of all layers, what strikes them and what rises through them."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._params, self._seed, self._rate, self._tick_s = params, seed, rate, TICK / rate
        rng = seed.generator("notes")
        lowest = params.height * 2.0 ** (math.log2(midi_to_hz(params.root) / params.height) % 1.0)
        semitones = _notes(params.mode, rng)
        lift = np.array(INTERVALS[params.rise])
        notes = (lowest * 2.0 ** ((lift[:, None] + semitones) / 12.0)).ravel()
        drone = 0.25 * lowest * np.array((1.0, 1.5, 2.0))
        hz = np.concatenate((notes, drone)) * (1.0 + 0.0025 * rng.standard_normal(LAYERS * NOTES + DRONES))
        t60 = np.minimum(params.ring * (hz / 500.0) ** -0.5 * rng.lognormal(0.0, 0.2, len(hz)), 40.0)
        self._nepers = np.log(hz / 1_800.0).astype(np.float32)
        # Lows stay together, highs spread: between two ears it is so of any diffuse sound.
        place = rng.uniform(-0.4, 0.4, len(hz))
        apart = rng.choice((-1.0, 1.0), len(hz)) * np.clip(0.2 * np.log2(hz / 150.0), 0.1, 0.95)
        # Fading towards the end of hearing: what rises is lost in light.
        self._fade = (1.0 / (1.0 + (notes / 7_000.0) ** 4)).astype(np.float32)
        self._hardness = (notes[:NOTES] / 900.0) ** (-0.8 + 1.2 * params.hardness) * rng.lognormal(0.0, 0.3, NOTES)
        fill = RETURN_S * 4.0 ** (params.spread - 0.5)
        self._bank = ModalBank(
            rate,
            seed.key("bow"),
            Doublets(
                frequency_hz=hz,
                beat_hz=params.beating * np.exp(rng.uniform(math.log(0.25), math.log(4.5), len(hz))),
                t60_s=t60,
            ),
            gain=np.full(len(hz), LEVEL * (1.2 / max(params.glints, 0.6) * RETURN_S / fill) ** 0.5),
            pan=params.width * np.clip(np.stack((place - apart, place + apart)), -1.0, 1.0),
        )
        self._fill = self._tick_s / (fill * np.arange(1, LAYERS))
        self._drain = self._tick_s / (1.8 * fill)
        # As if it had been going on for long.
        usual = 1.7 * params.glints / NOTES * 1.8 * fill * PASSED ** np.arange(LAYERS)[:, None]
        self._store = usual * rng.exponential(1.0, (LAYERS, NOTES))
        self._usual = NOTES * float(usual[1:].sum()) * 0.8
        self._life = Drift(seed.child("life"), rate, motions=LIVES + 2, low_hz=0.03, high_hz=1.5, slope=1.4)
        self._own = rng.permutation(np.arange(LAYERS * NOTES) % LIVES)
        partials = (0.2 + 0.5 * params.hardness) ** np.arange(LAYERS)
        self._partials = partials / np.linalg.norm(partials)
        swell = 1.1 * params.returns * (1.0 - 0.6 * params.sparkle)
        self._swell = (swell * np.repeat((0.25, 1.0, 1.0, 1.0), NOTES) * self._fade).astype(np.float32)
        self._drone = np.array((0.5, 0.22, 0.3)) * params.drone
        streams = [seed.key("sparks", name) for name in ("chance", "which", "size", "phase")]
        self._streams = np.array(streams, np.uint32)
        self._ticks = Overlay()
        self._tick = 0

    def add(self, out: Audio, intensity: Floats, brightness: Floats, strength: Floats) -> None:
        """Add the next ticks to `out`, with these controls and this level at the tick edges."""
        ticks, params = len(intensity) - 1, self._params
        motion = self._life.advance(ticks)
        lives, (colour, mood) = np.exp(0.5 * motion[:-1, :-2].astype(np.float32)), motion[:, -2:].T
        often = OFTEN ** (2.0 * intensity - 1.0) * np.exp(0.5 * mood)
        due = self._due(often, ticks)
        kicks = np.zeros((len(due), 2, len(self._nepers)), np.complex64)
        glinted = np.zeros((ticks, NOTES))
        for tick, kick in zip(due, kicks, strict=True):
            rng = self._seed.generator("glint", self._tick + int(tick))
            force = self._strike(kick, glinted[tick], rng)
            level = np.array((0.55 * LEVEL * (0.2 + params.hardness) * force * strength[tick],))
            pan = params.width * rng.uniform(-0.9, 0.9, 1)
            self._ticks.lay(int(tick) * TICK, glints(self._rate, rng, level=level, pan=pan)[0])
        rising = np.empty((ticks, LAYERS, NOTES), np.float32)
        _rise(rising, self._store, glinted, self._fill, self._drain)
        stored = rising.reshape(ticks, LAYERS * NOTES)
        bow = np.empty((ticks, len(self._nepers)), np.float32)
        _swell(bow, stored, self._swell, lives, self._own)
        bow[:, LAYERS * NOTES :] = self._drone * (0.75 + 0.25 * np.tanh(mood[:-1, None]))
        sparks, kicked = self._spark(rising)
        slope = TILT * (brightness - 0.5) + 0.1 * colour
        tilt = np.exp(np.outer(slope.astype(np.float32), self._nepers))
        tilt *= strength.astype(np.float32)[:, None]
        at = np.concatenate((due, sparks))
        order = np.argsort(at, kind="stable")
        beyond = np.maximum(intensity, 0.5) + np.maximum(brightness, 0.5) - 1.0
        keen = (db_to_gain(KEENER_DB) ** (2.0 * beyond)).astype(np.float32)
        kicks = (np.concatenate((kicks, kicked)) * keen[at, None, None])[order]
        bow /= np.sqrt(keen[:-1, None])
        self._bank.add(out, at=at[order], kicks=kicks, bow=bow, tilt=tilt)
        self._ticks.add(out)
        self._tick += ticks

    def _due(self, often: Floats, ticks: int) -> npt.NDArray[np.int64]:
        """Ticks at which something glints."""
        draws = 0.5 + 0.5 * white(ticks, self._seed.key("glints"), start=self._tick)
        return np.flatnonzero(draws < self._params.glints * self._tick_s * often[:-1])

    def _spark(self, stored: Singles) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.complex64]]:
        """Ticks at which a store of an upper layer lets go of a little, and what each adds to the modes."""
        upper = stored[:, 1:].reshape(len(stored), (LAYERS - 1) * NOTES)
        often = SPARKS * self._params.sparkle * self._tick_s / self._usual**CROWDING
        at, note, size, phase = _let_go(upper, self._fade[NOTES:], self._streams, self._tick, often)
        # The reciprocal of a uniform number: many small ones, few large.
        force = 2.0 / np.maximum(size, 0.05) ** 0.5 * self._params.returns
        kicks = np.zeros((len(at), 2, len(self._nepers)), np.complex64)
        struck = force * np.sqrt(upper[at, note]) * np.exp(2j * math.pi * phase)
        for share, above in zip(self._partials, range(LAYERS - 1), strict=False):
            sounds = note + above * NOTES < upper.shape[1]
            mode = NOTES + note[sounds] + above * NOTES
            kicks[sounds, :, mode] = (share * struck[sounds] * self._fade[mode])[:, None]
        return at, kicks

    def _strike(self, kick: npt.NDArray[np.complex64], glinted: Floats, rng: np.random.Generator) -> float:
        """A few notes struck at once; returns how hard."""
        hardest = 0.0
        for note in rng.integers(NOTES, size=1 + int(rng.poisson(0.7))):
            force = math.exp(0.5 * min(max(rng.standard_normal(), -2.5), 1.5))
            phase = rng.uniform(0.0, 2.0 * math.pi, 2)
            struck = 0.8 * (0.15 + self._params.hardness) * force * self._hardness[note]
            level = struck * rng.uniform(0.5, 1.0, 2) * np.exp(1j * phase)
            kick[:, note : LAYERS * NOTES : NOTES] += level[:, None] * (self._partials * self._fade[note::NOTES])
            glinted[note] += force * force
            hardest = max(hardest, force)
        return hardest


def _notes(mode: str, rng: np.random.Generator) -> Floats:
    """Semitones over the lowest of the notes of one layer, rising over two octaves."""
    steps = np.array([12 * octave + step for octave in range(2) for step in MODES[mode]])
    weight = np.where(np.isin(steps % 12, (0, 7)), STABLE, 1.0)
    chosen: Floats = np.sort(rng.choice(steps, NOTES, p=weight / weight.sum())).astype(np.float64)
    return chosen


@njit(cache=True, nogil=True)
def _rise(stored, store, glinted, fill, drain):  # type: ignore[no-untyped-def]
    layers, notes = store.shape
    for tick in range(stored.shape[0]):
        for layer in range(layers - 1, 0, -1):
            for note in range(notes):
                # Half from the note below, half from its neighbours: it spreads as it rises.
                left, right = store[layer - 1, (note - 1) % notes], store[layer - 1, (note + 1) % notes]
                below = 0.5 * store[layer - 1, note] + 0.25 * (left + right)
                store[layer, note] += fill[layer - 1] * (PASSED * below - store[layer, note])
        for note in range(notes):
            store[0, note] += glinted[tick, note] - drain * store[0, note]
        for layer in range(layers):
            for note in range(notes):
                stored[tick, layer, note] = store[layer, note]


@njit(cache=True, nogil=True)
def _swell(bow, stored, level, lives, own):  # type: ignore[no-untyped-def]
    for tick in range(stored.shape[0]):
        for m in range(stored.shape[1]):
            bow[tick, m] = np.sqrt(stored[tick, m]) * level[m] * lives[tick, own[m]]


@njit(cache=True, nogil=True)
def _let_go(stored, share, streams, first, often):  # type: ignore[no-untyped-def]
    """Ticks of sparks, whose each is, and two numbers from 0 to 1 for each."""
    ticks, stores = stored.shape
    at, which = np.empty(ticks, np.int64), np.empty(ticks, np.int64)
    size, phase = np.empty(ticks), np.empty(ticks)
    count = 0
    for tick in range(ticks):
        full = 0.0
        for m in range(stores):
            full += stored[tick, m] * share[m]
        if _drawn(streams[0], first + tick) >= often * full**CROWDING:
            continue
        left, m = _drawn(streams[1], first + tick) * full - stored[tick, 0] * share[0], 0
        while left > 0.0 and m < stores - 1:
            m += 1
            left -= stored[tick, m] * share[m]
        at[count], which[count] = tick, m
        size[count], phase[count] = _drawn(streams[2], first + tick), _drawn(streams[3], first + tick)
        count += 1
    return at[:count], which[:count], size[:count], phase[:count]


@njit(inline="always")
def _drawn(stream, index):  # type: ignore[no-untyped-def]
    return np.float32(0.5) + np.float32(0.5) * white_at(stream, index)
