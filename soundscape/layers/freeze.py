"""Freeze: a chord of partials held for ever in a spectral blur, which goes on changing as it stands.

Model: a spectrum of partials, between a harmonic series and a stretched, bell-like one, on a few notes of a key, each
partial a narrow hump with a level and a place of its own that wander for minutes, under a formant that drifts; the
phases of all bins are thrown anew in every long frame, which takes away every onset and leaves the colour. It is
never the same for two frames and never moves. Low partials can be held as tones instead: neighbours then beat against
each other, rumble in waves of all lengths, and what is blurred above them shudders along.

Sources: spectral freezing and phase randomisation after N. Paul (2006); inharmonic stretching as in J.-C. Risset's
bells (1969).
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
from soundscape.dsp.blend import Part, Voice, blend
from soundscape.dsp.blur import Blur
from soundscape.dsp.burst import between
from soundscape.dsp.drift import Drift
from soundscape.dsp.sines import Sines
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
"""Of partials; what lies between them falls away from there on."""
HELD_HZ, HELD_STEEP = 260.0, 4.0
"""Below it partials are held as tones where they are, and the exponent with which that ends."""
LEAST_HELD = 0.1
"""Of a partial's power; the others are blurred as a whole."""
WAVES = 0.55
"""Standard deviation of the waves of what is held, in nepers."""
ALONG = 0.5
"""Share of them in what is blurred."""
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
    held: float = number(0.0, low=0.0, high=1.0, help="low partials held as tones, which beat and rumble in waves")
    width: float = number(0.8, low=0.0, high=1.0, help="how differently the two sides sound")


def render(params: Params, controls: Iterable[ControlBlock], rate: int, seed: Seed) -> Iterator[Audio]:
    """The frozen sound, float32 `(2, block.frames)` for every control block."""

    def parts() -> list[tuple[float, Part]]:
        frozen = Frozen(params, rate, seed.child("frozen"))
        return [(0.0, Shuddering(frozen, params, rate, seed.child("held")) if params.held else frozen)]

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
        weight = weight[kept] / _swollen(self._motion_db)
        held = params.held / (1.0 + (self._hz / HELD_HZ) ** HELD_STEEP)
        held[held < LEAST_HELD] = 0.0
        self._weight = weight * np.sqrt(1.0 - held)
        heard = held > 0.0
        self.held_hz, self.held_level = self._hz[heard], (weight * np.sqrt(held))[heard]
        self._side = params.width * rng.uniform(-0.8, 0.8, kept.sum())
        frequency = np.maximum(np.arange(self._size // 2 + 1) * rate / self._size, 1.0)
        # No hump is narrower than a bin.
        spread = np.maximum(params.breadth / 1200.0 * math.log(2.0) * self._hz, 0.6 * rate / self._size)
        self._humps, self._first, self._starts = _humps(self._hz, spread, rate / self._size)
        bed = np.where(frequency > 40.0, (frequency / 100.0) ** (0.5 * params.tilt / 6.02 - 0.5), 0.0)
        bed /= 1.0 + (frequency / HIGHEST_HZ) ** 4
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
        _lay(magnitude, sides.astype(np.float32), self._humps, self._first, self._starts)
        return magnitude


class Shuddering:
    """A frozen sound whose low partials are tones, and the waves in which all of it rumbles."""

    def __init__(self, frozen: Frozen, params: Params, rate: int, seed: Seed) -> None:
        self._frozen, self._motion = frozen, params.held * WAVES
        count = len(frozen.held_hz)
        rng = seed.generator("tones")
        self._place = 0.5 * params.width * rng.uniform(-1.0, 1.0, count)
        self._tones = Sines(rate, phase=rng.uniform(size=count))
        self._waves = Drift(seed.child("waves"), rate, low_hz=0.12, high_hz=9.0, slope=1.1)
        self._own = Drift(
            seed.child("own"), rate, motions=count, low_hz=0.3 / params.slowness, high_hz=4.0, slope=1.3
        )

    def run(self, block: ControlBlock) -> Audio:
        """The sound under these controls."""
        wave = self._motion * np.clip(self._waves.advance(block.ticks)[:, 0], *SWING)
        own = np.exp(0.5 * np.clip(self._own.advance(block.ticks), *SWING) + wave[:, None])
        audio = self._frozen.run(block)
        audio *= between(block.frames, np.exp(ALONG * wave), step=TICK)
        hz, place = (np.broadcast_to(values, own.shape) for values in (self._frozen.held_hz, self._place))
        self._tones.add(audio, hz, math.sqrt(2.0) * self._frozen.held_level * own, place)
        return audio


def _swollen(motion_db: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """RMS of what swells and sinks by so much, that it may keep its mean power however far it does."""
    swing = np.linspace(-4.0, 4.0, 161)
    share = np.exp(-0.5 * swing**2)
    power = 10.0 ** (motion_db[:, None] / 10.0 * np.clip(swing, *SWING))
    return np.sqrt(power @ share / share.sum())


def _humps(
    hz: npt.NDArray[np.float64], spread: npt.NDArray[np.float64], bin_hz: float
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The magnitudes of every partial, of power 1, one after another: narrow humps, far apart.

    Then come the first bin on which each is heard, and where each starts among the magnitudes, with their end.
    """
    first = np.maximum(0, np.ceil((hz - HEARD * spread) / bin_hz)).astype(np.int64)
    humps = []
    for centre, width, begin in zip(hz, spread, first, strict=True):
        frequency = np.arange(begin, int((centre + HEARD * width) / bin_hz) + 1) * bin_hz
        hump = np.exp(-0.5 * ((frequency - centre) / width) ** 2)
        humps.append((hump / np.sqrt(np.sum(hump**2))).astype(np.float32))
    return np.concatenate(humps), first, np.cumsum([0] + [len(hump) for hump in humps])


@njit(cache=True, nogil=True)
def _lay(magnitude, sides, humps, first, starts):  # type: ignore[no-untyped-def]
    for side in range(2):
        for partial in range(len(first)):
            begin = starts[partial]
            for i in range(starts[partial + 1] - begin):
                magnitude[side, first[partial] + i] += sides[side, partial] * humps[begin + i]
