"""Resonance of a crystal cave: one crystal is struck, others answer, and what was played is remembered.

Model: a dozen crystals, each with a stretched series of modes, every mode a doublet that beats at 0.3 to 5 Hz
with partners in different places; long T60 falling with frequency. They sound in phrases with pauses between, in
which they ring out: a touch, after a moment its answer from the other side; or the memory, the same melody each
time, and once more from elsewhere, softer and slower, as from far away; or a bow that swells. Splinters of
light fall around a phrase. Neighbours in pitch answer a strike faintly, and in the pauses the whole cave goes on
whispering, rubbed by moving air, over a drone. The crystals stand on the notes of a key, among them all those of the
melody that they remember: in a film, the key of the score and the motif of whom their place has seen most.

Sources: van den Doel & Pai, modal contact sounds (1998); Essl & Cook on doublets in bowed glass (2002);
T60 law f**-0.45 and beats of 3 to 5 Hz as measured on singing bowls.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from soundscape.audio import Audio
from soundscape.contract import TICK, ControlBlock
from soundscape.dsp.drift import Drift
from soundscape.dsp.glint import glints
from soundscape.dsp.modalbank import Doublets, ModalBank
from soundscape.dsp.overlay import Overlay
from soundscape.dsp.pauses import Pauses
from soundscape.layers._phrases import FIFTHS, Phrase, Player, remembered, scale
from soundscape.params import choice, number, text
from soundscape.rng import Seed
from soundscape.score.notation import NOTATION, parse_motif
from soundscape.score.pitch import MODES
from soundscape.units import db_to_gain, midi_to_hz

Floats = npt.NDArray[np.float64]
BUS = "ambience"
CONTROLS = ("intensity", "brightness", "density")
PERIODIC = True

LEVEL_DB = -30.5
LEVEL_RANGE_DB = 9.0
TILT = 1.5
"""Exponent of frequency that the whole range of brightness moves."""
APART = 0.4
"""Places of the partners of a doublet: near enough that their beats are heard, far enough that they wander."""
PARTIALS = 5
T60_SLOPE = 0.62
SYMPATHY_DB = -25.0
WHISPER_DB, DRONE_DB = -23.5, -24.0
"""Of the air over all crystals and of a full drone, beside the phrases."""
BOWED = 0.3
"""RMS of a crystal while it is bowed at its full force, beside the amplitude of a strike."""
UNLIKE = 0.25
"""Of every mode, from one strike to the next (logarithm)."""
PARTNER = (0.4, 1.0)
"""Levels of the partners of a doublet."""
GLINT = 0.06
"""Of the contact, a mode of it beside the whole of a strike."""
OFTEN = 1.5
"""Factor of how often phrases come, each way over the range of density."""
HIGHEST = 31
"""Semitones above the lowest crystal; only a memory goes higher."""
DRAFTS = 5
"""Of the air in a cave: a crystal whispers in one of them."""
TRIALS = 16
"""Phrases by which the level of all is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """How the crystals are tuned, how long they ring, and what makes them sound."""

    root: int = number(57, low=24, high=96, help="tonic as MIDI pitch; its octave does not matter", follows="tonic")
    mode: str = choice(
        "aeolian", (*MODES, "fifths", "free"), help="notes on which the crystals stand", follows="mode"
    )
    motif: str = text(
        reads=parse_motif, notation=NOTATION, help="what they remember; else a melody of their own", follows="motif"
    )
    height: float = number(330.0, low=150.0, high=1200.0, unit="Hz", help="the lowest crystal lies at or above")
    modes: int = number(60, low=40, high=200, help="modes of the whole cave")
    stretch: float = number(1.3, low=1.0, high=1.9, help="inharmonicity: 1 is nearly harmonic, 1.75 a plate")
    ring: float = number(9.0, low=1.0, high=40.0, unit="s", help="T60 at 220 Hz")
    beating: float = number(1.0, low=0.2, high=2.0, help="speed of the beats")
    pause: float = number(2.3, low=0.5, high=30.0, unit="s", help="from one phrase to the next")
    hardness: float = number(0.5, low=0.0, high=1.0, help="of what strikes: soft is dark")
    bow: float = number(0.3, low=0.0, high=1.0, help="share of phrases that are bowed")
    memory: float = number(0.3, low=0.0, high=1.0, help="share of the other phrases that play the memory")
    drone: float = number(0.3, low=0.0, high=1.0, help="level of the drone")
    width: float = number(0.8, low=0.0, high=1.0, help="how far the crystals stand apart")


def render(params: Params, controls: Iterable[ControlBlock], rate: int, seed: Seed) -> Iterator[Audio]:
    """The cave, float32 `(2, block.frames)` for every control block."""
    cave = Cave(params, rate, seed)
    for block in controls:
        yield cave.run(block)


class Cave:
    """The crystals, who plays them, the air in which they whisper, and the drone."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._params, self._rate, self._seed = params, rate, seed
        rng = seed.generator("crystals")
        memory = remembered(params.motif, params.mode, seed.generator("memory"))
        semitones = _pitches(params, memory.semitones, params.modes // PARTIALS, rng)
        self.player = Player(semitones, memory, bow=params.bow, recall=params.memory, pause_s=params.pause)
        lowest_hz = params.height * 2.0 ** (math.log2(midi_to_hz(params.root) / params.height) % 1.0)
        pitch_hz = lowest_hz * 2.0 ** (semitones / 12.0)
        self._crystals = len(pitch_hz)
        ratios = ((np.arange(PARTIALS) + 1.35) / 1.35) ** params.stretch
        drone_hz = 60.0 * 2.0 ** (math.log2(midi_to_hz(params.root) / 60.0) % 1.0) * np.array((1.0, 1.5, 2.0))
        frequency = np.concatenate((np.outer(pitch_hz, ratios).ravel(), drone_hz))
        frequency *= 1.0 + 0.004 * rng.uniform(-1.0, 1.0, len(frequency))
        count = len(frequency)
        self.frequency_hz = frequency
        self._struck = count - 3
        # The drone does not grow out of the dark as brightness falls.
        self._above = np.where(np.arange(count) < self._struck, np.log(frequency / 900.0), 0.0)
        self.t60_s = np.minimum(
            params.ring * (frequency / 220.0) ** -T60_SLOPE * rng.lognormal(0.0, 0.25, count), 60.0
        )
        crystal_pan = params.width * rng.permutation(np.linspace(-0.7, 0.7, self._crystals))
        place = np.append(np.repeat(crystal_pan, PARTIALS), np.zeros(3))
        apart = APART * params.width * rng.choice((-1.0, 1.0), count)
        self._spectra = _spectra(params, frequency[: self._struck].reshape(-1, PARTIALS), rng)
        self._begin_at = np.exp(2j * math.pi * rng.uniform(size=self._struck)).astype(np.complex64)
        power = self._power_per_s()
        self._gain = db_to_gain(LEVEL_DB) / math.sqrt(power)
        own = self._spectra.max(axis=0)
        level = math.sqrt(power / float(np.sum(own**2)))
        # What a crystal has while it is bowed at full force, and the air over all of them.
        sung = own.reshape(-1, PARTIALS) * np.sqrt((1.0, 0.55, 0.3, 0.2, 0.12))
        self._bowed = BOWED * (sung / np.sqrt(np.sum(sung**2, axis=1, keepdims=True))).ravel()
        drone = db_to_gain(DRONE_DB) * params.drone * math.sqrt(power) * np.array((1.0, 0.5, 0.6))
        self._air = np.append(db_to_gain(WHISPER_DB + 3.0 * params.bow) * level * own, drone).astype(np.float32)
        self._bank = ModalBank(
            rate,
            seed.key("bow"),
            Doublets(
                frequency_hz=frequency,
                beat_hz=params.beating * np.geomspace(0.3, 5.0, count)[rng.permutation(count)],
                t60_s=self.t60_s,
            ),
            gain=np.full(count, self._gain),
            pan=np.clip(np.stack((place - apart, place + apart)), -1.0, 1.0),
        )
        self._drafts = Drift(seed.child("drafts"), rate, motions=DRAFTS + 1, low_hz=0.02, high_hz=2.0)
        self._draft = np.append(np.repeat(np.arange(self._crystals) % DRAFTS, PARTIALS), np.full(3, DRAFTS))
        self._light = Drift(seed.child("light"), rate, motions=2, low_hz=0.01, high_hz=8.0)
        self._pauses, self._phrases = Pauses(seed.child("phrases")), 0
        self._at = np.empty(0, np.int64)
        self._kicks = np.empty((0, 2, count), np.complex64)
        self._bows: list[tuple[float, float, int, float]] = []
        self._glints = Overlay()
        self._tick = 0

    def run(self, block: ControlBlock) -> Audio:
        """The cave under these controls."""
        ticks = block.ticks
        drafts = self._drafts.advance(ticks)[:-1]
        light, life = self._light.advance(ticks).T
        level_db = LEVEL_RANGE_DB * (block["intensity"] - 0.5) + 1.2 * life
        slope = TILT * (block["brightness"] - 0.5) + 0.12 * light
        # In float32, whose exponential runs in vector lanes.
        steep = np.outer(slope, self._above).astype(np.float32)
        tilt = (10.0 ** (level_db[:, None] / 20.0)).astype(np.float32) * np.exp(steep)
        hurry = OFTEN ** (2.0 * block["density"][:-1].astype(np.float64) - 1.0)
        pace = hurry * (TICK / self._rate / self._params.pause)
        for tick in self._pauses.over(pace):
            length_s = self._begin(tick, float(block["density"][tick]), tilt[tick])
            self._pauses.wait(length_s / self._params.pause)
        bow = np.exp(0.6 * drafts).astype(np.float32)[:, self._draft] * self._air
        self._rub(bow)
        audio = np.zeros((2, block.frames), np.float32)
        due = self._at < self._tick + ticks
        order = np.argsort(self._at[due], kind="stable")
        self._bank.add(
            audio, at=self._at[due][order] - self._tick, kicks=self._kicks[due][order], bow=bow, tilt=tilt
        )
        self._at, self._kicks = self._at[~due], self._kicks[~due]
        self._glints.add(audio)
        self._tick += ticks
        return audio

    def _begin(self, tick: int, density: float, tilt: npt.NDArray[np.float32]) -> float:
        """Begin the next phrase in this tick of the block; returns its length in seconds."""
        rng = self._seed.generator("phrase", self._phrases)
        self._phrases += 1
        phrase = self.player.phrase(rng, density)
        at = self._tick + tick + np.round(phrase.time_s * (self._rate / TICK)).astype(np.int64)
        struck = phrase.bow_s == 0.0
        self._at = np.concatenate((self._at, at[struck]))
        self._kicks = np.concatenate((self._kicks, self._struck_by(phrase, rng)[struck]))
        for start, crystal, force, bow_s in zip(
            at[~struck], phrase.crystal[~struck], phrase.force[~struck], phrase.bow_s[~struck], strict=True
        ):
            self._bows.append((float(start), float(bow_s) * self._rate / TICK, int(crystal), float(force)))
        bright = tilt[1 : self._struck : PARTIALS][phrase.crystal[struck]].astype(np.float64)
        level = GLINT * self._gain * (0.3 + self._params.hardness) * phrase.force[struck] * bright
        pan = self._params.width * rng.uniform(-0.9, 0.9, len(level))
        for when, contact in zip(at[struck], glints(self._rate, rng, level=level, pan=pan), strict=True):
            self._glints.lay(int(when - self._tick) * TICK, contact)
        return phrase.length_s

    def _struck_by(self, phrase: Phrase, rng: np.random.Generator) -> npt.NDArray[np.complex64]:
        """What every strike gives to the phasors: `(strikes, 2, modes)`."""
        strikes = len(phrase.force)
        kicks = np.zeros((strikes, 2, len(self.frequency_hz)), np.complex64)
        spectrum = phrase.force[:, None] * self._spectra[phrase.crystal]
        spectrum *= np.exp(UNLIKE * rng.standard_normal(spectrum.shape))
        split = rng.uniform(*PARTNER, (strikes, 2, self._struck)) * spectrum[:, None]
        # Its modes begin together, but never the same way.
        turn = np.exp(2j * math.pi * rng.uniform(size=(strikes, 2, 1)))
        kicks[:, :, : self._struck] = split * (turn * self._begin_at)
        return kicks

    def _rub(self, bow: npt.NDArray[np.float32]) -> None:
        """Add what is bowed to the RMS `(ticks, modes)`; a bow swells and is lifted."""
        now = self._tick + np.arange(len(bow))
        for start, length, crystal, force in self._bows:
            swell = force * np.sin(math.pi * np.clip((now - start) / length, 0.0, 1.0)) ** 2
            modes = slice(crystal * PARTIALS, (crystal + 1) * PARTIALS)
            bow[:, modes] += swell[:, None] * self._bowed[modes]
        self._bows = [one for one in self._bows if one[0] + one[1] > self._tick + len(bow)]

    def _power_per_s(self) -> float:
        """Mean square of all modes under the phrases that are played at neutral density."""
        rng = self._seed.generator("trial")
        energy, length_s = 0.0, 0.0
        of_strike = (self._spectra**2 @ self.t60_s[: self._struck]) / (6.0 * math.log(10.0))
        of_strike *= (
            math.exp(2.0 * UNLIKE**2) * (PARTNER[1] ** 3 - PARTNER[0] ** 3) / (PARTNER[1] - PARTNER[0]) / 3.0
        )
        for _ in range(TRIALS):
            phrase = self.player.phrase(rng, 0.5)
            each = np.where(phrase.bow_s > 0.0, phrase.bow_s * 0.375 * BOWED**2, of_strike[phrase.crystal])
            energy += float(np.sum(phrase.force**2 * each))
            length_s += self._params.pause + phrase.length_s
        return energy / length_s


def _pitches(params: Params, memory: Floats, count: int, rng: np.random.Generator) -> Floats:
    """What the crystals are tuned to, rising, in semitones above the lowest octave's tonic; few are alike.

    The memory comes first, then the same an octave higher if there are enough crystals, then the rest of the key.
    """
    first = np.unique(memory)
    both = np.unique(np.append(first, first + 12.0))
    first = both if 3 * len(both) <= 2 * count and both[-1] <= HIGHEST else first[:count]
    if params.mode == "free":
        return np.sort(np.append(first, rng.uniform(0.0, HIGHEST, count - len(first))))
    notes = np.array([12.0 * octave + step for octave in range(3) for step in scale(params.mode)])
    notes = notes[notes <= HIGHEST]
    others = np.setdiff1d(notes, first)
    weight = np.where(np.isin(others % 12, FIFTHS), 3.0, 1.0)
    others = others[np.argsort(rng.exponential(size=len(others)) / weight)]
    return np.sort(np.concatenate((first, others, np.tile(notes, count // len(notes) + 1)))[:count])


def _spectra(params: Params, frequency: Floats, rng: np.random.Generator) -> Floats:
    """What a strike on each crystal gives to every mode: `(crystals, modes)`, its own and, faintly, its neighbours'."""
    cutoff_hz = 1_000.0 * 5.0**params.hardness * 1.4
    mallet = np.exp(-((frequency / cutoff_hz) ** 1.2)) * rng.lognormal(0.0, 0.2, frequency.shape)
    # A small crystal is struck no less loudly than a large one.
    mallet /= mallet.sum(axis=1, keepdims=True)
    crystals, partials = frequency.shape
    own = np.kron(np.eye(crystals), np.ones(partials))
    distance = np.abs(np.log2(frequency.ravel()[None, None, :] / frequency[:, :, None])).min(axis=1) * 12.0
    return (own + (1.0 - own) * db_to_gain(SYMPATHY_DB) / (1.0 + (distance / 0.3) ** 2)) * mallet.ravel()
