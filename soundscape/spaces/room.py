"""A room, a cave or an open landscape: reflections of a shoebox that turn into a diffuse field and die away.

Image sources give the first reflections, velvet noise of growing density the rest (`_reflections`); walls and air
then take from every third-octave band what its reverberation time says (`_decay`). The late field is one for lows
and two independent ones for highs, as two ears hear a diffuse field. Resonances are drawn into the late field as
spectral lines as narrow as their decay: standing waves of a small room (`ring`) and the many high lines of
crystal walls (`shimmer`), which beat with each other slowly as they die.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from soundscape.audio import Audio
from soundscape.params import choice, number
from soundscape.rng import Seed
from soundscape.spaces import _decay, _reflections
from soundscape.units import db_to_gain

SHAPES = {"room": (1.0, 0.83, 0.65), "corridor": (1.0, 0.2, 0.3), "shaft": (0.2, 0.17, 1.0)}
"""Length, width and height as parts of the longest; those of a room after L. W. Sepmeyer, JASA 37, 1965."""
T60_AT_HZ = (125.0, 1_000.0, 8_000.0)
RING_BELOW_HZ = 400.0
SHIMMER_LOW_HZ, SHIMMER_HIGH_HZ = 1_200.0, 12_000.0
SHIMMER_LINES = 240
FADE = 0.1
"""Part of the longest reverberation time that is added, and over which the end is faded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """What is known of a space."""

    shape: str = choice("room", tuple(SHAPES), help="proportions of length, width and height")
    size_m: float = number(12.0, low=2.0, high=400.0, unit="m", help="longest edge; spreads the first reflections")
    t60_low_s: float = number(1.2, low=0.05, high=20.0, unit="s", help="reverberation time at and below 125 Hz")
    t60_mid_s: float = number(1.0, low=0.05, high=20.0, unit="s", help="reverberation time at 1 kHz")
    t60_high_s: float = number(0.6, low=0.05, high=20.0, unit="s", help="reverberation time at and above 8 kHz")
    predelay_ms: float = number(0.0, low=0.0, high=250.0, unit="ms", help="silence before the first reflection")
    diffusion: float = number(0.4, low=0.0, high=1.0, help="first reflections: single echoes to a soft cloud")
    bloom_ms: float = number(0.0, low=0.0, high=1500.0, unit="ms", help="how slowly the late field swells")
    ring: float = number(0.0, low=0.0, high=1.0, help="how far the standing waves of the lows stand out")
    shimmer: float = number(0.0, low=0.0, high=1.0, help="how far single lines of the highs ring on and beat")
    width: float = number(1.0, low=0.0, high=1.0, help="mono to the stereo of a diffuse field")
    level_db: float = number(0.0, low=-40.0, high=6.0, unit="dB", help="pink noise in the space against it dry")

    @property
    def longest_s(self) -> float:
        """Longest of the reverberation times."""
        return max(self.t60_low_s, self.t60_mid_s, self.t60_high_s)

    def t60_s(self, frequency_hz: float) -> float:
        """Reverberation time at a frequency: straight lines in log time over log frequency, held outside."""
        times = np.log((self.t60_low_s, self.t60_mid_s, self.t60_high_s))
        return float(np.exp(np.interp(np.log(frequency_hz), np.log(T60_AT_HZ), times)))


def impulse_response(params: Params, rate: int, seed: Seed) -> Audio:
    """float32 `(2, frames)`: the wet sound of a click at frame 0; one seed is one position in one room."""
    length, width, height = (params.size_m * part for part in SHAPES[params.shape])
    box = _reflections.Box.furnish((length, width, height), seed.generator("positions"))
    start = round(params.predelay_ms * 1e-3 * rate)
    seconds = params.longest_s * (1.0 + FADE) + params.bloom_ms * 1e-3
    early, late = _pulses(params, box, seed, start + round(seconds * rate), start, rate)
    field = _decay.decay(
        early,
        late,
        start=start,
        rate=rate,
        t60_s=params.t60_s,
        texture=lambda frequencies: _texture(params, box, seed, frequencies),
        width=params.width,
    )
    field = _decay.without_subsonics(field, rate)
    fade = min(round(params.longest_s * FADE * rate), field.shape[1])
    field[:, field.shape[1] - fade :] *= np.cos(np.linspace(0.0, np.pi / 2.0, fade, dtype=np.float32)) ** 2
    field *= np.float32(db_to_gain(params.level_db) / _decay.pink_level(field, rate))
    return field


def _pulses(
    params: Params, box: _reflections.Box, seed: Seed, frames: int, start: int, rate: int
) -> tuple[Audio, Audio]:
    """Early reflections left and right, and two independent late fields, each `(2, frames)`."""
    times, gains = _reflections.early(box, width=params.width)
    handover_s = times.max()
    delay_s = start / rate
    single = np.sqrt(1.0 - params.diffusion)
    early = np.stack([_reflections.place(times[c] + delay_s, gains[c] * single, frames, rate) for c in range(2)])
    fields = []
    for name in ("middle", "side"):
        at, pulses = _reflections.late(
            box, (frames - start) / rate, seed.generator("late", name), diffusion=params.diffusion
        )
        pulses = np.where(at < handover_s, np.sqrt(params.diffusion), 1.0) * pulses
        if params.bloom_ms:
            pulses *= 1.0 - np.exp(-at / (params.bloom_ms * 1e-3))
        fields.append(_reflections.place(at + delay_s, pulses, frames, rate))
    return early, np.stack(fields)


def _texture(params: Params, box: _reflections.Box, seed: Seed, frequencies: _decay.Curve) -> _decay.Curve:
    """Gain of the late field over frequency: resonances mixed into it at an unchanged power."""
    rng = seed.generator("resonances")
    modes = box.modes_hz(min(RING_BELOW_HZ, 2_000.0 * np.sqrt(params.t60_mid_s / box.volume_m3)))
    lines = SHIMMER_LOW_HZ * (SHIMMER_HIGH_HZ / SHIMMER_LOW_HZ) ** rng.uniform(size=SHIMMER_LINES)
    texture = np.ones(frequencies.size)
    for amount, found in ((params.ring, modes), (params.shimmer, lines)):
        if amount and found.size:
            weights = rng.lognormal(0.0, 0.8, found.size)
            power = _decay.resonances(frequencies, found, weights, params.t60_s) ** 2
            inside = (frequencies >= found.min()) & (frequencies <= found.max())
            texture *= np.sqrt(np.where(inside, 1.0 - amount + amount * power, 1.0))
    return texture
