"""Freeze: a chord of partials held for ever in a spectral blur, which goes on changing as it stands.

Model: a spectrum of partials, between a harmonic series and a stretched, bell-like one, on a few notes of a key, each
partial a narrow hump with a level and a place of its own that wander for minutes, under a formant that drifts; the
phases of all bins are thrown anew in every long frame, which takes away every onset and leaves the colour. It is
never the same for two frames and never moves.

Sources: spectral freezing and phase randomisation after N. Paul (2006); inharmonic stretching as in J.-C. Risset's
bells (1969).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from soundscape.audio import Audio
from soundscape.contract import TICK, ControlBlock
from soundscape.dsp.blend import Part, Voice, blend
from soundscape.dsp.blur import Blur
from soundscape.dsp.drift import Drift
from soundscape.params import choice, number
from soundscape.rng import Seed
from soundscape.units import midi_to_hz

BUS = "ambience"
CONTROLS = ("intensity", "brightness")
PERIODIC = True

VOICE = Voice(intensity_db=12.0, brightness_db=20.0, split_hz=700.0)
CHORDS = {
    "unison": (0, 12, 24),
    "fifth": (0, 7, 12, 19),
    "minor": (0, 7, 12, 15, 22),
    "major": (0, 7, 12, 16, 23),
    "cluster": (0, 1, 7, 13, 18),
}
"""Semitones over the root."""
PARTIALS = 16
SWING = (-2.5, 1.8)
"""Standard deviations by which a partial sinks and swells at most."""
LIVELIER = 0.35
"""How much farther a partial swells and sinks than one an octave below it: what is high comes and goes."""
HIGHEST_HZ = 9_000.0
HEARD = 5.0
"""Standard deviations from its centre until a hump is 108 dB down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """What is held, how blurred, and how it goes on changing."""

    root: int = number(45, low=24, high=72, help="lowest note as MIDI pitch", follows="tonic")
    chord: str = choice("fifth", tuple(CHORDS), help="notes that are held")
    stretch: float = number(1.0, low=1.0, high=1.6, help="from a harmonic series (1) to bells")
    tilt: float = number(-6.0, low=-15.0, high=0.0, unit="dB/octave", help="fall of the partials")
    blur: float = number(0.4, low=0.1, high=1.5, unit="s", help="length of a frame; longer is smoother")
    breadth: float = number(12.0, low=2.0, high=90.0, unit="cents", help="width of a partial")
    formant: float = number(800.0, low=200.0, high=4000.0, unit="Hz", help="where the colour drifts around")
    motion: float = number(6.0, low=1.0, high=14.0, unit="dB", help="how far partials swell and sink")
    slowness: float = number(12.0, low=2.0, high=60.0, unit="s", help="time in which they do")
    breath: float = number(0.2, low=0.0, high=1.0, help="share of noise between the partials")
    width: float = number(0.8, low=0.0, high=1.0, help="how differently the two sides sound")


def render(params: Params, controls: Iterable[ControlBlock], rate: int, seed: Seed) -> Iterator[Audio]:
    """The frozen sound, float32 `(2, block.frames)` for every control block."""

    def parts() -> list[tuple[float, Part]]:
        return [(0.0, Frozen(params, rate, seed.child("frozen")))]

    return blend(parts, controls, rate, VOICE)


class Frozen:
    """The spectrum that is held, and its blur."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._params = params
        rng = seed.generator("partials")
        self._size = 1 << round(math.log2(params.blur * rate))
        order = np.arange(1, PARTIALS + 1) ** params.stretch
        notes = midi_to_hz(params.root) * 2.0 ** (np.array(CHORDS[params.chord]) / 12.0)
        hz = (notes[:, None] * order).ravel()
        weight = np.repeat(0.85 ** np.arange(len(notes)), PARTIALS) * 10.0 ** (
            params.tilt / 20.0 * np.log2(np.tile(order, len(notes)))
        )
        kept = hz < min(HIGHEST_HZ, 0.4 * rate)
        octave = np.log2(np.tile(np.arange(1, PARTIALS + 1), len(notes)))
        self._motion_db = params.motion * (1.0 + LIVELIER * octave)[kept]
        self._hz = hz[kept] * 2.0 ** (4.0 / 1200.0 * rng.standard_normal(kept.sum()))
        self._weight = weight[kept] / _swollen(self._motion_db)
        self._side = params.width * rng.uniform(-0.8, 0.8, kept.sum())
        frequency = np.maximum(np.arange(self._size // 2 + 1) * rate / self._size, 1.0)
        # No hump is narrower than a bin.
        spread = np.maximum(params.breadth / 1200.0 * math.log(2.0) * self._hz, 0.6 * rate / self._size)
        self._humps, self._reach = _humps(self._hz, spread, rate / self._size)
        audible = (frequency > 40.0) & (frequency < HIGHEST_HZ)
        bed = np.where(audible, (frequency / 100.0) ** (0.5 * params.tilt / 6.02 - 0.5), 0.0)
        self._bed = (0.6 * params.breath**1.5 * bed / math.sqrt(float(np.sum(bed**2)))).astype(np.float32)
        self._step = self._size // 2 // TICK
        slow_hz = 0.3 / params.slowness
        self._drift = Drift(
            seed.child("motion"), rate, motions=2 * len(self._hz) + 2, low_hz=slow_hz, high_hz=8.0 * slow_hz
        )
        self._blur = Blur(seed.child("phases"), rate, size=self._size, width=params.width)

    def run(self, block: ControlBlock) -> Audio:
        """The sound under these controls."""
        return self._blur.run(block.frames, self._spectrum)

    def _spectrum(self) -> npt.NDArray[np.float32]:
        """Magnitudes of the next frame."""
        params, count = self._params, len(self._hz)
        now = self._drift.advance(self._step)[-1]
        own, turn, (colour, air) = now[:count], now[count : 2 * count], now[2 * count :]
        centre = params.formant * 2.0 ** (0.6 * colour)
        lit = 10.0 ** (9.0 / 20.0 * np.exp(-0.5 * (np.log2(self._hz / centre) / 0.8) ** 2))
        level = self._weight * lit * 10.0 ** (self._motion_db / 20.0 * np.clip(own, *SWING))
        place = np.clip(self._side + 0.3 * params.width * turn, -0.95, 0.95)
        sides = np.stack((np.sqrt(1.0 - place), np.sqrt(1.0 + place))) * level
        air_gain = np.float32(np.exp(0.3 * air) * math.sqrt(float(np.sum(level**2))))
        magnitude: npt.NDArray[np.float32] = np.stack((air_gain * self._bed,) * 2)
        for hump, reach, gains in zip(self._humps, self._reach, sides.astype(np.float32).T, strict=True):
            magnitude[:, reach] += gains[:, None] * hump
        return magnitude


def _swollen(motion_db: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """RMS of what swells and sinks by so much, that it may keep its mean power however far it does."""
    swing = np.linspace(-4.0, 4.0, 161)
    share = np.exp(-0.5 * swing**2)
    power = 10.0 ** (motion_db[:, None] / 10.0 * np.clip(swing, *SWING))
    return np.sqrt(power @ share / share.sum())


def _humps(
    hz: npt.NDArray[np.float64], spread: npt.NDArray[np.float64], bin_hz: float
) -> tuple[list[npt.NDArray[np.float32]], list[slice]]:
    """The magnitudes of every partial, of power 1, and the bins on which they are heard: narrow humps, far apart."""
    humps, reach = [], []
    for centre, width in zip(hz, spread, strict=True):
        first, last = max(0, math.ceil((centre - HEARD * width) / bin_hz)), int((centre + HEARD * width) / bin_hz)
        frequency = np.arange(first, last + 1) * bin_hz
        hump = np.exp(-0.5 * ((frequency - centre) / width) ** 2)
        humps.append((hump / np.sqrt(np.sum(hump**2))).astype(np.float32))
        reach.append(slice(first, last + 1))
    return humps, reach
