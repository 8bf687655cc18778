"""Sub drop: the floor gives way under the picture.

Model: a blow whose low thud is felt, then a deep tone and a weaker twin a little apart from it, which fall together by
an octave and a half towards the lowest that a room can play; as they come nearer to each other their beat slows. What
plays them is driven into saturation while they are loud: its harmonics tell small loudspeakers of them, and are gone
when they are soft. Air that has been moved rumbles along.

Source: the missing fundamental: harmonics 2 to 5 carry the pitch where the fundamental cannot be heard.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from soundscape.audio import Audio
from soundscape.contract import Hit
from soundscape.dsp.blast import thump
from soundscape.dsp.burst import envelope, flutter, noise_band, tone, unlike
from soundscape.dsp.shot import finish
from soundscape.params import number
from soundscape.rng import Seed

BUS = "effects"
SYNC = "onset"

TWIN, APART = 0.45, (0.075, 0.045, 0.016)
"""Level of the twin, and by how much of the pitch it lies above: where they begin, bend, and end."""
DRIVE, BIAS = (0.35, 3.2), 0.45
"""How hard the weakest and the strongest drive what plays them, and how far it rests from the middle of its way."""
LATE_S = 0.0004
"""By which harmonics reach one side after the other; the fundamental is alike, as a subwoofer needs it."""
GONE = ((0.0, 0.0), (0.45, 0.0), (0.62, -3.5), (0.8, -10.5), (1.0, -24.0), (1.3, -88.0))
"""Level in dB at these shares of its length: it lets go ever faster, without a moment at which one hears that."""
RUMBLE_DB = -21.0
STRUCK_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """How deep it falls, how long, how much of it small loudspeakers hear."""

    size: float = number(0.5, low=0.0, high=1.0, help="larger is longer and deeper")
    distance: float = number(0.0, low=0.0, high=1.0, help="near to far: softer, darker")
    intensity: float = number(0.8, low=0.0, high=1.0, help="level and upper harmonics")
    start: float = number(85.0, low=50.0, high=160.0, unit="Hz", help="pitch from which it falls")


def render(params: Params, rate: int, seed: Seed) -> Hit:
    """The drop; sync is its first frame."""
    size, force = params.size, params.intensity
    rng = seed.generator("drop")
    length_s = (0.8 + 2.8 * size) * unlike(rng, 0.12)
    frames = round(GONE[-1][0] * length_s * rate)
    start_hz = params.start * 1.25 * 0.7**size * unlike(rng, 0.08)
    end_hz = max(27.0, 0.36 * start_hz * unlike(rng, 0.1))
    falls = [(0.0, start_hz), (0.12 * length_s * unlike(rng, 0.5), 0.8 * start_hz), (length_s, end_hz)]
    apart = unlike(rng, 0.25)
    twin = [(at, hz * (1.0 + apart * share)) for (at, hz), share in zip(falls, APART, strict=True)]
    low = tone(frames, rate, falls) + np.float32(TWIN) * tone(frames, rate, twin, phase=rng.uniform(-0.1, 0.1))
    gone = [(share * length_s, level_db) for share, level_db in GONE]
    low *= envelope(frames, rate, [(0.0, -12.0), (0.004, 0.0), *gone[1:]])
    weakest, strongest = DRIVE
    audio = _played(low, rate, weakest + (strongest - weakest) * force**1.5)
    rumble = noise_band(
        frames, rate, seed.child("rumble"), low_hz=32.0, high_hz=[(0.0, 130.0), (length_s, 55.0)], width=0.2
    )
    rumble *= flutter(frames, rate, seed.child("air"), 3.0, low_hz=0.5, high_hz=12.0)
    rumble *= envelope(frames, rate, [(0.0, RUMBLE_DB - 24.0), *((at, RUMBLE_DB + db) for at, db in gone[1:])])
    audio += rumble
    _strike(audio, params, rate, rng, seed.child("blow"), start_hz)
    return finish(audio, rate, sync=0, intensity=force, size=size, distance=params.distance)


def _strike(audio: Audio, params: Params, rate: int, rng: np.random.Generator, seed: Seed, start_hz: float) -> None:
    """Add the blow at the start: a thud that falls through the pitch of the drop, and what gives way."""
    t60_s = (0.16 + 0.14 * params.size) * unlike(rng, 0.2)
    frames = min(round(STRUCK_S * rate), audio.shape[1])
    thud = thump(frames, rate, start_hz=2.2 * start_hz, end_hz=0.7 * start_hz, t60_s=t60_s)
    blow = noise_band(frames, rate, seed, low_hz=60.0, high_hz=250.0 + 900.0 * params.intensity, width=0.5)
    blow *= envelope(frames, rate, [(0.0, -34.0), (0.001, -9.0), (0.03, -19.0), (0.12, -34.0), (0.35, -90.0)])
    blow += np.float32((0.35 + 0.3 * params.intensity) * unlike(rng, 0.2)) * thud
    audio[:, :frames] += blow


def _played(low: Audio, rate: int, drive: float) -> Audio:
    """What is driven by `low` `(frames,)` into saturation gives to both sides, `(2, frames)`."""
    driven = np.tanh(np.float32(drive) * low + np.float32(BIAS)) - np.float32(math.tanh(BIAS))
    driven *= np.float32(1.0 / max(float(driven.max()), -float(driven.min())))
    pure = np.float32(np.dot(driven, low) / np.dot(low, low)) * low
    late = round(LATE_S * rate)
    audio = np.stack((driven, pure))
    audio[1, late:] += (driven - pure)[:-late]
    return audio
