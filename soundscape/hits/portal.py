"""Portal: a door opens where there was none, or falls shut: the air is sucked in, and turns.

Model: a vortex (`soundscape.dsp.vortex`) that is drawn in ever faster and higher until the sync point, over a band of
noise that rises with it. There an opening door bursts softly, a sub tone falls, the vortex lets go and turns on,
slower and slower, around crystal doublets that swell and die and glides that part from one note, bent together. A
closing door does the reverse: glides come together in one note until it slams, and only the sub tone and the room are
left.

Sources: Selfridge et al. (2018) for the vortex; Shepard's crossing glides.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from soundscape.audio import Audio
from soundscape.contract import TICK, Hit
from soundscape.dsp.bend import bent
from soundscape.dsp.burst import envelope, noise_band, tone
from soundscape.dsp.hall import Hall
from soundscape.dsp.modal import pan_gains, ring
from soundscape.dsp.resonators import NoiseResonators
from soundscape.dsp.shot import finish
from soundscape.dsp.vortex import SPIN, Vortex
from soundscape.params import choice, number
from soundscape.rng import Seed
from soundscape.units import midi_to_hz

BUS = "effects"
SYNC = "peak"


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """How large a door, how it sounds, in which key."""

    size: float = number(0.6, low=0.0, high=1.0, help="larger is longer and deeper")
    distance: float = number(0.05, low=0.0, high=1.0, help="near to far: softer, darker")
    intensity: float = number(0.7, low=0.0, high=1.0, help="level and brightness")
    way: str = choice("open", ("open", "close"), help="whether the door opens or falls shut")
    root: int = number(57, low=36, high=84, help="tonic of its tones as MIDI pitch", follows="tonic")
    suck: float = number(0.6, low=0.0, high=1.0, help="length of the breath before it opens")


def render(params: Params, rate: int, seed: Seed) -> Hit:
    """The portal; sync is the moment it opens or slams."""
    size, force, opens = params.size, params.intensity, params.way == "open"
    lead_s = 0.2 + 0.8 * params.suck
    lead = round(lead_s * rate)
    tail_s = (1.6 + 3.2 * size) * (1.0 if opens else 0.55)
    frames = -(-(lead + round(tail_s * rate)) // TICK) * TICK
    top_hz = 1_400.0 * 4.0**force * 0.6**size
    audio = 0.5 * _suck(frames, rate, seed.child("suck"), lead_s, top_hz)
    audio += _turning(frames, rate, seed.child("vortex"), params, lead_s, tail_s, 0.35 * top_hz)
    tones = _glides(frames, rate, seed.generator("glides"), params, lead_s, tail_s)
    rest = frames - lead
    drop = tone(rest, rate, [(0.0, 78.0 - 18.0 * size), (0.25, 44.0), (0.7, 36.0), (tail_s, 28.0)])
    drop *= envelope(rest, rate, [(0.0, -30.0), (0.008, -5.0), (0.5, -18.0), (tail_s, -74.0)])
    tones[:, lead:] += drop
    audio += bent(tones, 0.6)
    if opens:
        _doublets(audio[:, lead:], rate, seed.generator("doublets"), params, tail_s)
    hall = Hall(seed.child("hall"), rate, t60_s=1.2 + 2.2 * size, high_t60_s=0.7 + 0.8 * size, size=0.8 + size)
    hall.add(audio, np.float32(0.25) * audio)
    return finish(audio, rate, sync=lead, intensity=force, size=size, distance=params.distance)


def _suck(frames: int, rate: int, seed: Seed, lead_s: float, top_hz: float) -> Audio:
    """The air that goes with it: a band that rises, bursts and is gone."""
    band = noise_band(
        frames,
        rate,
        seed,
        low_hz=[(0.0, 120.0), (lead_s, 0.5 * top_hz), (lead_s + 0.4, 120.0)],
        high_hz=[(0.0, 200.0), (lead_s, 1.6 * top_hz), (lead_s + 0.6, 300.0)],
        width=0.8,
    )
    gone = [(lead_s, -1.0), (lead_s + 0.12, -14.0), (lead_s + 1.0, -60.0)]
    return band * envelope(frames, rate, [(0.0, -55.0), (0.6 * lead_s, -28.0), (lead_s - 0.01, -8.0), *gone])


def _turning(
    frames: int, rate: int, seed: Seed, params: Params, lead_s: float, tail_s: float, centre_hz: float
) -> Audio:
    """The vortex, and another of half its pitch around it."""
    ticks = frames // TICK
    since_s = np.arange(ticks + 1) * TICK / rate - lead_s
    before = np.clip(1.0 + since_s / lead_s, 0.0, 1.0)
    after = np.maximum(since_s, 0.0)
    lets_go = 0.7 * np.exp(-after / 0.25) + 0.4 * np.exp(-after / (0.4 * tail_s))
    pull = np.where(since_s < 0.0, 1.1 * before**1.8, lets_go)
    turn_s = 2.0 + 2.0 * params.size
    turns = np.cumsum(np.outer(0.35 + 2.0 * pull, SPIN) * (TICK / rate / turn_s), axis=0)
    # All arms come by together as it opens or slams, and part from there; it turns one way or the other.
    way = float(seed.generator("way").choice((-1.0, 1.0)))
    angle = way * (turns - turns[np.searchsorted(since_s, 0.0)] + 0.06)
    vortices = [
        Vortex(seed.child(name), rate, centre_hz=share * centre_hz, level=0.5, unsteady=0.2, width=1.0)
        for name, share in (("inner", 1.0), ("outer", 0.5))
    ]
    out = np.zeros((2, frames), np.float32)
    both = [vortex.add(out, angle, pull, np.ones(ticks + 1)) for vortex in vortices]
    quality = np.concatenate([vortex.quality for vortex in vortices])
    bands = NoiseResonators(seed.child("bands"), rate, q=quality)
    bands.add(out, *(np.concatenate(pair, axis=1) for pair in zip(*both, strict=True)))
    gone = (
        [(lead_s + 0.15, -3.0), (lead_s + 0.4 * tail_s, -6.0), (lead_s + tail_s, -75.0)]
        if params.way == "open"
        else [(lead_s + 0.06, -16.0), (lead_s + 0.25, -60.0), (lead_s + tail_s, -80.0)]
    )
    return out * envelope(frames, rate, [(0.0, -50.0), (0.6 * lead_s, -22.0), (lead_s, 0.0), *gone])


def _notes_hz(params: Params) -> np.ndarray:
    return midi_to_hz(params.root) * np.array([1.0, 1.5, 2.0, 2.997, 4.49, 6.3]) * 0.75**params.size


def _glides(
    frames: int, rate: int, rng: np.random.Generator, params: Params, lead_s: float, tail_s: float
) -> Audio:
    """Four glides that part from one note as it opens, or meet in it as it closes."""
    out = np.zeros((2, frames), np.float32)
    note_hz, end_s = _notes_hz(params)[1], lead_s + tail_s
    opens = params.way == "open"
    for voice in range(4):
        away_hz = note_hz * 2.0 ** ((-1.0) ** voice * rng.uniform(0.5, 1.3))
        if opens:
            hz = [(0.0, note_hz), (lead_s, note_hz), (end_s, away_hz)]
            level = [(0.0, -60.0), (lead_s - 0.02, -30.0), (lead_s + 0.06, -14.0), (end_s, -70.0)]
        else:
            hz = [(0.0, away_hz), (lead_s, note_hz), (end_s, 0.9 * note_hz)]
            level = [(0.0, -45.0), (lead_s, -13.0), (lead_s + 0.08, -40.0), (end_s, -80.0)]
        sides = np.stack(pan_gains(rng.uniform(-0.8, 0.8)))[:, None].astype(np.float32)
        glide = tone(frames, rate, hz, phase=float(rng.uniform())) * envelope(frames, rate, level)
        out += sides * glide
    return out


def _doublets(out: Audio, rate: int, rng: np.random.Generator, params: Params, tail_s: float) -> None:
    """Crystal that the opening sets ringing."""
    notes, force = _notes_hz(params), params.intensity
    ring(
        out,
        rate,
        frequency_hz=np.outer(notes, 1.0 + rng.uniform(0.0005, 0.003, 2)).ravel(),
        t60_s=0.8 * tail_s * np.repeat((notes / notes[0]) ** -0.5, 2),
        gain=0.06 * np.repeat(rng.lognormal(0.0, 0.3, 6) * (0.5 + 0.5 * force) ** np.arange(6), 2),
        pan=rng.uniform(-0.9, 0.9, 12),
    )
