"""Stinger: the brass-like blast of a trailer, on a chord over the key's root.

Model: on every note a section of players, each with an attack of its own within some hundredths of a second; their
lips find the pitch from below, and some rip into it. How hard each blows decides level and colour at once: the
spectrum opens with the attack, up to several kilohertz, dips, swells again and closes as the breath runs out; bells
raise two humps of it, and what plays it back is driven. Blown hard, the lips flutter some thirty times a second, never
evenly, which is the growl. An accent strikes at the start, a low tone carries it, and a large room keeps the last.

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
LATEST_S = 0.05
"""After the first player comes the last."""
RIPS = 0.3
"""Share of players that rip into their pitch."""
SAG_CENTS, WANDER_CENTS = 14.0, 6.0
"""By how much pitches fall in a second as the breath runs out, and how they wander."""
DRIVE = (0.2, 1.0)
"""How far the weakest and the strongest are driven into the saturation of what records or plays them."""
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
    weakest, strongest = DRIVE
    brass *= np.float32(1.0 / max(float(brass.max()), -float(brass.min())))
    brass = _driven(brass, weakest + (strongest - weakest) * force)
    audio = np.float32(1.0 - WET) * brass
    brass *= np.float32(WET)
    room = Hall(seed.child("room"), rate, t60_s=1.2 + 2.0 * size, high_t60_s=0.7 + 0.5 * size, size=1.5 + size)
    room.add(audio, brass)
    audio += 0.42 * thump(frames, rate, start_hz=95.0 - 30.0 * size, end_hz=38.0, t60_s=0.5 + 0.5 * size)
    struck = round(STRUCK_S * rate)
    strike = noise_band(
        struck, rate, seed.child("air"), low_hz=150.0, high_hz=[(0.0, 2.0 * corner_hz), (0.2, 600.0)]
    )
    fall = [(0.0, -22.0), (0.001, -11.0), (0.05, -24.0), (0.4 * STRUCK_S, -34.0), (STRUCK_S, -90.0)]
    audio[:, :struck] += strike * envelope(struck, rate, fall)
    audio *= envelope(frames, rate, [(0.0, 0.0), (0.75 * length_s, 0.0), (length_s, -60.0)])
    return finish(audio, rate, sync=0, intensity=force, size=size, distance=params.distance)


def _driven(audio: Audio, drive: float) -> Audio:
    """A signal of peak 1 driven into saturation; at a `drive` of 1 its peaks are flat.

    Of the third order alone, so that what is made of ten kilohertz folds back to where nobody hears it.
    """
    saturated: Audio = audio * (np.float32(3.0) - np.float32(drive) * audio * audio)
    saturated *= np.float32(1.0 / (3.0 - drive))
    return saturated


def _brass(params: Params, rate: int, seed: Seed, frames: int, corner_hz: float) -> Audio:
    """The section, `(2, frames)`: every player with a pitch, a breath and a place of its own."""
    rng = seed.generator("section")
    notes = params.root + np.array(CHORDS[params.chord]) - (12 if params.size > 0.5 else 0)
    tuned_hz = np.repeat([midi_to_hz(note) for note in notes], len(PLAYERS_CENTS))
    cents = np.tile(PLAYERS_CENTS, len(notes)) + 3.0 * rng.standard_normal(len(tuned_hz))
    players = len(tuned_hz)
    ticks = frames // TICK
    time_s = np.arange(ticks + 1) * TICK / rate
    wander = Drift(seed.child("wander"), rate, motions=players, low_hz=0.3, high_hz=6.0).advance(ticks)
    starts_s = rng.permutation(np.append(0.0, LATEST_S * rng.beta(1.2, 1.8, players - 1)))
    # Each finds its pitch from below; some rip into it from far.
    after_s = np.maximum(time_s[:, None] - starts_s, 0.0)
    ripped = np.where(
        rng.random(players) < RIPS, rng.uniform(250.0, 600.0, players), rng.uniform(30.0, 110.0, players)
    )
    scoop = -ripped * np.exp(-after_s / rng.uniform(0.018, 0.05, players)) - SAG_CENTS * np.maximum(
        after_s - 0.4, 0.0
    )
    hz = tuned_hz * 2.0 ** ((cents + scoop + WANDER_CENTS * wander) / 1200.0)
    breath = _breath(rng, time_s, starts_s) * np.exp(0.12 * wander[::-1])
    blown = breath * _flutter(params, rate, seed.child("lips"), breath, notes=len(notes))
    # Half the rate holds it as well, at half the price.
    share = 2 if 0.21 * rate > HIGHEST_HZ else 1
    highest_hz = min(HIGHEST_HZ, 0.45 * rate)
    gain = open_spectra(
        hz,
        CLOSED_HZ + tuned_hz + corner_hz * rng.lognormal(0.0, 0.25, players) * blown**2.2,
        blown**1.2,
        orders=min(HARMONICS, int(highest_hz / tuned_hz.min())),
        highest_hz=highest_hz,
    )
    # The last of the harmonics that are made go out gradually.
    orders = np.arange(gain.shape[2])
    gain *= np.clip(3.0 - 3.0 * orders / gain.shape[2], 0.0, 1.0).astype(np.float32) * _bells(
        rng, tuned_hz, orders + 1
    )
    pan = rng.permutation(np.linspace(-0.8, 0.8, players))
    step = TICK // share
    made = np.zeros((2, ticks * step), np.float32)
    Stacks(seed.child("phases"), rate / share, pan=pan, step=step).add(made, hz, gain)
    return np.concatenate(list(doubled((made,))), axis=1) if share == 2 else made


def _breath(rng: np.random.Generator, time_s: Floats, starts_s: Floats) -> Floats:
    """How hard each blows, `(edges, players)`, 1 in full bloom: an attack, a dip, a swell, and out of breath."""
    length_s = float(time_s[-1])
    out = np.empty((len(time_s), len(starts_s)))
    for player, start_s in enumerate(starts_s):
        attack_s = rng.uniform(0.02, 0.075)
        dip_s, swell_s, out_s = np.array((0.11, 0.2, 0.42)) * length_s * rng.uniform(0.8, 1.2, 3)
        points = [
            (start_s, 0.0),
            (start_s + 0.4 * attack_s, 0.6),
            (start_s + attack_s, rng.uniform(1.1, 1.35)),
            (start_s + attack_s + dip_s, rng.uniform(0.68, 0.86)),
            (start_s + attack_s + dip_s + swell_s, rng.uniform(0.75, 0.98)),
            (start_s + attack_s + dip_s + max(out_s, 1.2 * swell_s), 0.08),
            (0.85 * length_s, 0.0),
        ]
        out[:, player] = np.interp(time_s, *np.array(sorted(points)).T)
    return out


def _bells(rng: np.random.Generator, tuned_hz: Floats, orders: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    """What each instrument lets out of every harmonic, `(players, orders)`: little of the lowest, a body, two humps."""
    hz = tuned_hz[:, None] * orders
    let_out = 1.0 / (1.0 + (50.0 / hz) ** 2)
    for middle_hz, width_oct, raised in ((130.0, 0.7, 0.9), (480.0, 0.5, 0.6), (1_400.0, 0.4, 0.5)):
        own_hz = middle_hz * rng.lognormal(0.0, 0.14, len(tuned_hz))[:, None]
        let_out *= 1.0 + raised * np.exp(-((np.log2(hz / own_hz) / width_oct) ** 2))
    return let_out.astype(np.float32)


def _flutter(params: Params, rate: int, seed: Seed, breath: Floats, *, notes: int) -> Floats:
    """How the lips give way and close, `(edges, players)`: players of a note nearly together, and never evenly."""
    edges, players = breath.shape
    rng = seed.generator("pace")
    pace = FLUTTER_HZ * unlike(rng, 0.15) * rng.uniform(0.98, 1.02, notes) * TICK / rate
    moved = Drift(seed, rate, motions=players + notes + 1, low_hz=1.0, high_hz=12.0).advance(edges - 1)
    apart, own, hurry = moved[:, :players], moved[:, players:-1], moved[:, -1:]
    hurried = np.exp(0.15 * hurry + 0.04 * own)
    turns = np.cumsum(pace * (0.7 + 0.3 * breath.mean(axis=1, keepdims=True)) * hurried, axis=0)
    turns = np.repeat(turns + 0.15 * rng.random(notes), players // notes, axis=1) + 0.07 * apart
    depth = 0.9 * params.growl * np.minimum(0.4 + 0.6 * breath, 1.0)
    return 1.0 - depth * (0.5 - 0.5 * np.cos(2.0 * np.pi * turns)) ** 2
