"""Singing bowls: a few bronze bowls, struck now and then or rubbed around the rim until they sing.

Model: every bowl has five modes at the ratios measured on a recorded one, 1 : 1.99 : 3.22 : 4.63 : 8.0, each a
doublet (no bowl is quite round) that beats at 3 to 5 Hz in the lowest mode, with unequal partners, so that the level
ripples by 1 to 6 dB. T60 falls from a minute and a half at 225 Hz as f**-0.45. A mallet of felt or wood strikes by
chance, bowls answer one another in twos and threes; a wand rubs one bowl after the other, which makes the lowest two
modes swell over seconds. Bowls stand on the notes of a key.

Sources: ratios, decay and beats as measured; O. Inacio, L. Henrique & J. Antunes, *The dynamics of Tibetan singing
bowls* (Acta Acustica 92, 2006) on rubbing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from soundscape.audio import Audio
from soundscape.contract import TICK, ControlBlock
from soundscape.dsp.bands import NoiseBands
from soundscape.dsp.blend import Voice
from soundscape.dsp.drift import Drift
from soundscape.dsp.modalbank import ModalBank
from soundscape.dsp.noise import white
from soundscape.dsp.voicing import Voicing
from soundscape.params import choice, number
from soundscape.rng import Seed
from soundscape.score.pitch import MODES
from soundscape.units import db_to_gain, midi_to_hz

BUS = "ambience"
CONTROLS = ("intensity", "brightness")
PERIODIC = True

VOICE = Voice(intensity_db=12.0, brightness_db=20.0, split_hz=700.0)
RATIOS = np.array((1.0, 1.99, 3.22, 4.63, 8.0))
MODE_LEVEL = np.array((1.0, 0.75, 0.42, 0.22, 0.08))
T60_SLOPE, REFERENCE_HZ = 0.45, 225.0
BEAT_HZ = (3.0, 5.1)
"""Of the lowest mode; the beat grows with frequency more slowly than the pitch."""
PARTNER = (0.06, 0.33)
"""Level of the weaker partner of a doublet: ripples of 1 to 6 dB."""
RUBBED = np.array((1.0, 0.35, 0.05, 0.0, 0.0))
LEVEL_DB = -28.0
FORCE_SD = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """Which bowls, how long they ring, and what is done to them."""

    root: int = number(57, low=24, high=96, help="tonic as MIDI pitch; its octave does not matter")
    mode: str = choice("aeolian", tuple(MODES), help="notes on which the bowls stand")
    height: float = number(160.0, low=70.0, high=700.0, unit="Hz", help="the largest bowl lies at or above")
    bowls: int = number(6, low=2, high=12, help="how many bowls")
    ring: float = number(60.0, low=6.0, high=93.0, unit="s", help="T60 at 225 Hz")
    strikes: float = number(9.0, low=0.5, high=60.0, unit="1/min", help="how often one is struck")
    hardness: float = number(0.35, low=0.0, high=1.0, help="of the mallet: felt to wood")
    rub: float = number(0.4, low=0.0, high=1.0, help="share of rubbed sound")
    rub_pace: float = number(14.0, low=4.0, high=60.0, unit="s", help="how long a bowl is rubbed")
    room: float = number(-34.0, low=-60.0, high=-12.0, unit="dB", help="air of the room against the bowls")
    width: float = number(0.8, low=0.0, high=1.0, help="how far the bowls stand apart")


def render(params: Params, controls: Iterable[ControlBlock], rate: int, seed: Seed) -> Iterator[Audio]:
    """The bowls, float32 `(2, block.frames)` for every control block."""
    bowls, air = Bowls(params, rate, seed), NoiseBands(seed.child("air"), rate, shared=(0.8, 0.4, 0.1))
    breath = Drift(seed.child("breath"), rate, motions=3, low_hz=0.05, high_hz=4.0)
    quiet = db_to_gain(LEVEL_DB + params.room) * np.array((0.9, 0.4, 0.2))
    voicing = Voicing(rate, VOICE)
    for block in controls:
        audio = bowls.run(block)
        level = quiet * np.exp(0.2 * breath.advance(block.ticks))
        corner = np.tile((120.0, 500.0, 2_500.0), (block.ticks + 1, 1))
        air.add(audio, corner, np.repeat(level[:, :, None], 2, axis=2))
        voicing.run(audio, block)
        yield audio


class Bowls:
    """The bowls and those who play them."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._params, self._rate, self._seed = params, rate, seed
        rng = seed.generator("bowls")
        count = params.bowls
        self.frequency_hz = (_pitches(params, rng)[:, None] * RATIOS * rng.uniform(0.99, 1.01, (count, 5))).ravel()
        self.t60_s = params.ring * (self.frequency_hz / REFERENCE_HZ) ** -T60_SLOPE
        self.t60_s *= rng.lognormal(0.0, 0.12, 5 * count)
        self.beat_hz = np.repeat(rng.uniform(*BEAT_HZ, count), 5) * np.tile(RATIOS**0.2, count)
        self._partner = rng.uniform(*PARTNER, 5 * count)
        place = params.width * rng.permutation(np.linspace(-0.8, 0.8, count)).repeat(5)
        apart = 0.25 * params.width * rng.choice((-1.0, 1.0), 5 * count)
        self._bank = ModalBank(
            rate,
            seed.key("wand"),
            frequency_hz=self.frequency_hz,
            beat_hz=self.beat_hz,
            t60_s=self.t60_s,
            gain=np.ones(5 * count),
            pan=np.clip(np.stack((place - apart, place + apart)), -1.0, 1.0),
        )
        self._wands = Drift(
            seed.child("wands"), rate, motions=count, low_hz=0.3 / params.rub_pace, high_hz=1.5 / params.rub_pace
        )
        self._life = Drift(seed.child("life"), rate, motions=5 * count, low_hz=0.02, high_hz=0.5)
        contact_hz = 320.0 * 8.0**params.hardness
        felt = np.exp(-((self.frequency_hz / contact_hz) ** 0.8))
        self._blow = np.tile(MODE_LEVEL, count) * felt / felt.reshape(count, 5).max(axis=1).repeat(5)
        struck, rubbed = math.sqrt(1.0 - 0.9 * params.rub), math.sqrt(params.rub)
        # What strikes keep ringing on average: power of one times how many overlap.
        per_s = params.strikes / 60.0 * math.exp(2.0 * FORCE_SD**2)
        ringing = np.sum(self._blow**2 * self.t60_s) / count * per_s / (6.0 * math.log(10.0))
        self._blow *= struck * db_to_gain(LEVEL_DB) / math.sqrt(max(ringing, 1e-9))
        self._bow = rubbed * db_to_gain(LEVEL_DB) * np.tile(RUBBED, count)
        self._start = np.sqrt(per_s / count * self.t60_s / (6.0 * math.log(10.0)))
        self._tick = 0

    def run(self, block: ControlBlock) -> Audio:
        """The bowls under these controls."""
        ticks, modes = block.ticks, len(self.frequency_hz)
        kicks = np.zeros((ticks, 2, modes), np.complex128)
        if self._tick == 0 and ticks:
            # They already ring when we come in.
            self._strike(kicks[0], self._start, self._seed.generator("before"))
        stir = 2.0 ** (2.0 * block["intensity"][:-1].astype(np.float64) - 1.0)
        chance = self._params.strikes / 60.0 * TICK / self._rate * stir
        draws = 0.5 + 0.5 * white(ticks, self._seed.key("strikes"), start=self._tick)
        for tick in np.flatnonzero(draws < chance):
            rng = self._seed.generator("strike", int(self._tick + tick))
            which = np.repeat(np.arange(modes // 5) == rng.integers(modes // 5), 5)
            force = min(float(rng.lognormal(0.0, FORCE_SD)), 2.0)
            self._strike(kicks[tick], which * force * rng.lognormal(0.0, 0.2, modes), rng)
        wands = np.maximum(self._wands.advance(ticks)[:-1] - 0.2, 0.0)
        tilt = np.exp(0.12 * self._life.advance(ticks))
        out = np.zeros((2, block.frames), np.float32)
        self._bank.add(out, kicks, self._bow * np.repeat(wands, 5, axis=1), tilt)
        self._tick += ticks
        return out

    def _strike(
        self, kick: npt.NDArray[np.complex128], force: npt.NDArray[np.float64], rng: np.random.Generator
    ) -> None:
        """Add a blow of this force on every mode to the phasors of both partners, `(2, modes)`."""
        phase = np.exp(2j * math.pi * rng.uniform(0.0, 1.0, kick.shape))
        kick += force * self._blow * np.stack((np.ones_like(self._partner), self._partner)) * phase


def _pitches(params: Params, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Lowest modes in Hz, rising, on notes of the key; tonic and fifth come more often."""
    lowest = params.height * 2.0 ** (math.log2(midi_to_hz(params.root) / params.height) % 1.0)
    notes = np.array([12 * octave + step for octave in range(2) for step in MODES[params.mode]])
    weight = np.where(np.isin(notes % 12, (0, 7)), 3.0, 1.0)
    others = rng.choice(notes[1:], params.bowls - 1, p=weight[1:] / weight[1:].sum(), replace=False)
    steps = np.sort(np.append(others, 0))
    return lowest * 2.0 ** (np.asarray(steps, np.float64) / 12.0)
