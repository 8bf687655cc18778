"""Stinger: the brass-like blast of a trailer, on a chord over the key's root.

Model: on every note a section of players whose lips find the pitch from below. How hard they blow decides level and
colour at once: the spectrum opens as the blast blooms, up to several kilohertz, and closes as the breath runs out.
Blown hard, the lips flutter some thirty times a second, never evenly, which is the growl. An accent strikes at the
start, a low tone carries it, and a large room keeps the last of it.

Sources: Risset & Mathews (1969) and Hirschberg et al. (1996): blown brass brightens with force, for its waves steepen.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from soundscape.audio import Audio
from soundscape.contract import TICK, Hit
from soundscape.dsp.blast import thump
from soundscape.dsp.burst import envelope, noise_band, unlike
from soundscape.dsp.doubling import doubled
from soundscape.dsp.drift import Drift
from soundscape.dsp.hall import Hall
from soundscape.dsp.shot import finish
from soundscape.dsp.stacks import Stacks, open_spectra
from soundscape.params import choice, number
from soundscape.rng import Seed
from soundscape.units import midi_to_hz

Floats = npt.NDArray[np.float64]
BUS = "effects"
SYNC = "onset"

CHORDS = {
    "unison": (0, 12),
    "fifth": (0, 7, 12),
    "minor": (0, 7, 12, 15),
    "major": (0, 7, 12, 16),
    "cluster": (0, 1, 7, 13),
}
PLAYERS_CENTS = (0.0, -7.0, 6.0)
HIGHEST_HZ, HARMONICS = 10_000.0, 110
CLOSED_HZ = 160.0
"""Corner of the spectrum at hardly any breath."""
FLUTTER_HZ = 29.0
WET = 0.35
STRUCK_S = 1.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """On which pitch it blasts, how long, how sharp."""

    size: float = number(0.6, low=0.0, high=1.0, help="larger is longer and an octave deeper")
    distance: float = number(0.0, low=0.0, high=1.0, help="near to far: softer, darker")
    intensity: float = number(0.8, low=0.0, high=1.0, help="level and brightness")
    root: int = number(33, low=21, high=60, help="tonic as MIDI pitch", follows="tonic")
    chord: str = choice("fifth", tuple(CHORDS), help="notes above the root")
    growl: float = number(0.5, low=0.0, high=1.0, help="lips that flutter: horns to a roar")


def render(params: Params, rate: int, seed: Seed) -> Hit:
    """The blast; sync is its accent, frame 0."""
    size, force = params.size, params.intensity
    length_s = 1.6 + 3.4 * size
    frames = math.ceil(length_s * rate / TICK) * TICK
    corner_hz = 500.0 * 8.0**force * 0.7**size
    brass = _brass(params, rate, seed, frames, corner_hz)
    loudest = max(float(brass.max()), -float(brass.min()))
    audio = np.float32((1.0 - WET) / loudest) * brass
    brass *= np.float32(WET / loudest)
    room = Hall(seed.child("room"), rate, t60_s=1.2 + 2.0 * size, high_t60_s=0.7 + 0.5 * size, size=1.5 + size)
    room.add(audio, brass)
    audio += 0.4 * thump(frames, rate, start_hz=95.0 - 30.0 * size, end_hz=38.0, t60_s=0.5 + 0.5 * size)
    struck = round(STRUCK_S * rate)
    strike = noise_band(
        struck, rate, seed.child("air"), low_hz=150.0, high_hz=[(0.0, 2.0 * corner_hz), (0.2, 600.0)]
    )
    fall = [(0.0, -22.0), (0.001, -11.0), (0.05, -24.0), (0.4 * STRUCK_S, -34.0), (STRUCK_S, -90.0)]
    audio[:, :struck] += strike * envelope(struck, rate, fall)
    audio *= envelope(frames, rate, [(0.0, 0.0), (0.75 * length_s, 0.0), (length_s, -60.0)])
    return finish(audio, rate, sync=0, intensity=force, size=size, distance=params.distance)


def _brass(params: Params, rate: int, seed: Seed, frames: int, corner_hz: float) -> Audio:
    """The section, `(2, frames)`: every player with a pitch, a breath and a place of its own."""
    rng = seed.generator("section")
    notes = params.root + np.array(CHORDS[params.chord]) - (12 if params.size > 0.5 else 0)
    tuned_hz = np.repeat([midi_to_hz(note) for note in notes], len(PLAYERS_CENTS))
    cents = np.tile(PLAYERS_CENTS, len(notes)) + 3.0 * rng.standard_normal(len(tuned_hz))
    ticks = frames // TICK
    time_s = np.arange(ticks + 1) * TICK / rate
    wander = Drift(seed.child("wander"), rate, motions=len(tuned_hz), low_hz=0.3, high_hz=6.0).advance(ticks)
    scoop = -70.0 * np.exp(-time_s / (0.03 * rng.uniform(0.8, 1.4))) - 14.0 * np.maximum(time_s - 0.5, 0.0)
    hz = tuned_hz * 2.0 ** ((cents + scoop[:, None] + 4.0 * wander) / 1200.0)
    breath = _breath(rng, time_s)
    blown = (
        breath[:, None] * np.exp(0.06 * wander) * _flutter(params, rate, seed.child("lips"), breath, len(tuned_hz))
    )
    # Half the rate holds it as well, at half the price.
    share = 2 if 0.21 * rate > HIGHEST_HZ else 1
    highest_hz = min(HIGHEST_HZ, 0.45 * rate)
    gain = open_spectra(
        hz,
        CLOSED_HZ + tuned_hz + corner_hz * blown**1.8,
        blown**1.2,
        orders=min(HARMONICS, int(highest_hz / tuned_hz.min())),
        highest_hz=highest_hz,
    )
    # The last of the harmonics that are made go out gradually.
    gain *= np.clip(3.0 - 3.0 * np.arange(gain.shape[2], dtype=np.float32) / gain.shape[2], 0.0, 1.0)
    pan = rng.permutation(np.linspace(-0.8, 0.8, len(tuned_hz)))
    step = TICK // share
    made = np.zeros((2, ticks * step), np.float32)
    Stacks(seed.child("phases"), rate / share, pan=pan, step=step).add(made, hz, gain)
    return np.concatenate(list(doubled((made,))), axis=1) if share == 2 else made


def _breath(rng: np.random.Generator, time_s: Floats) -> Floats:
    """How hard they blow at the tick edges, 1 in full bloom: at once, then more, long held, and out."""
    length_s = float(time_s[-1])
    bloom_s = (0.06 + 0.05 * length_s) * rng.uniform(0.8, 1.25)
    held_s = 0.35 * length_s * rng.uniform(0.9, 1.1)
    points = [(0.0, 0.62), (bloom_s, 1.0), (held_s, 0.8), (0.58 * length_s, 0.3), (0.8 * length_s, 0.0)]
    return np.interp(time_s, *np.array(points).T)


def _flutter(params: Params, rate: int, seed: Seed, breath: Floats, players: int) -> Floats:
    """How the lips give way and close: `(edges, players)`, all of them nearly together and never evenly."""
    pace = FLUTTER_HZ * unlike(seed.generator("pace"), 0.15) * TICK / rate
    *apart, hurry = Drift(seed, rate, motions=players + 1, low_hz=1.0, high_hz=12.0).advance(len(breath) - 1).T
    turns = np.cumsum(pace * (0.7 + 0.3 * breath) * np.exp(0.16 * hurry))[:, None] + 0.07 * np.stack(apart, axis=1)
    depth = 0.75 * params.growl * breath[:, None] ** 2
    return 1.0 - depth * (0.5 - 0.5 * np.cos(2.0 * np.pi * turns)) ** 2
