"""Singing bowls: a few bronze bowls, struck now and then or rubbed around the rim until they sing.

Model: every bowl has five modes at the ratios measured on a recorded one, 1 : 1.99 : 3.22 : 4.63 : 8.0, each a
doublet (no bowl is quite round) that beats three to five times a second; struck, its partners are unequal, so that
the level ripples by 1 to 6 dB. T60 is up to a minute and a half at 225 Hz for a bowl that hangs free, less on a
cushion, and falls as f**-0.45. Whoever plays them strikes one with felt or wood, lets another answer, once or twice,
while all the others ring along faintly, and listens until they have nearly rung out; or goes around the rim of one
with the mallet, which slips and sticks (`soundscape.dsp.stickslip`): after seconds the bowl sings, beats, grows as
the hand goes faster, turns with it, and chatters where the hand becomes too slow for it. In between the bowls stir
faintly in the air of the room. They stand on the notes of a key.

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
from soundscape.dsp.drift import Drift
from soundscape.dsp.modal import ring
from soundscape.dsp.modalbank import Doublets, ModalBank
from soundscape.dsp.noise import white
from soundscape.dsp.overlay import Overlay
from soundscape.dsp.pauses import Pauses
from soundscape.layers._rubbing import SUNG, Hands, Rubbed
from soundscape.params import choice, number
from soundscape.rng import Seed
from soundscape.score.pitch import MODES
from soundscape.units import db_to_gain, midi_to_hz

Floats = npt.NDArray[np.float64]
BUS = "ambience"
CONTROLS = ("intensity", "brightness")
PERIODIC = True

LEVEL_RANGE_DB, TILT = 12.0, 1.1
"""What the whole range of intensity and of brightness moves: level, exponent of frequency."""
RATIOS = np.array((1.0, 1.99, 3.22, 4.63, 8.0))
MODE_LEVEL = np.array((1.0, 0.8, 0.55, 0.34, 0.16))
MIDDLE_HZ = 700.0
"""Where brightness changes nothing."""
T60_SLOPE, REFERENCE_HZ = 0.45, 225.0
BEAT_HZ = (3.0, 5.1)
"""Of any mode, as measured: where a rim is not round, every mode finds it otherwise."""
PARTNER = (0.06, 0.33)
"""Level of the weaker partner of a doublet: ripples of 1 to 6 dB."""
APART = 0.45
"""Places of the partners of a doublet, which stand between each other around the rim."""
ROUGH = np.array((0.0, 0.009, 0.012, 0.012, 0.009))
"""What friction stirs in every mode, beside the mallet's speed."""
SCRAPE, SCRAPED = 0.02, np.array((0.15, 0.5, 1.0))
"""Of the mallet on the rim itself, beside its speed: as a whole, in three bands."""
CHATTER_HZ, CHATTER = 30.0, 0.25
"""Blows a second, and their force, of a mallet that is thrown off."""
LEVEL_DB = -33.0
FORCE_SD, MOST_FORCE = 0.25, 1.5
ANSWERED = 0.6
SYMPATHY = 0.05
"""Of a blow, what reaches every mode of every other bowl through what they stand on."""
STIRRED_DB = -27.0
"""Of bowls that nobody touches, beside the phrases."""
TOCK, LAID_ON = 0.5, 0.25
"""Of a hard mallet's contact, beside the bowl; of one that is laid on to rub, beside that."""
TOCK_MODES, TOCK_S = 10, (0.012, 0.03)
HARDER = 0.8
"""Exponent of the strength in how high a mallet reaches: hard blows are bright."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """Which bowls, how long they ring, and what is done to them."""

    root: int = number(57, low=24, high=96, help="tonic as MIDI pitch; its octave does not matter", follows="tonic")
    mode: str = choice("aeolian", tuple(MODES), help="notes on which the bowls stand", follows="mode")
    height: float = number(160.0, low=70.0, high=700.0, unit="Hz", help="the largest bowl lies at or above")
    bowls: int = number(6, low=2, high=12, help="how many bowls")
    ring: float = number(20.0, low=6.0, high=93.0, unit="s", help="T60 at 225 Hz: from a thick cushion to free")
    pause: float = number(5.0, low=0.5, high=40.0, unit="s", help="from one phrase to the next")
    hardness: float = number(0.4, low=0.0, high=1.0, help="of the mallet: felt to wood")
    rub: float = number(0.3, low=0.0, high=1.0, help="share of phrases that are rubbed")
    rub_pace: float = number(5.0, low=2.0, high=30.0, unit="s", help="how long a bowl is rubbed")
    room: float = number(-34.0, low=-60.0, high=-12.0, unit="dB", help="air of the room against the bowls")
    width: float = number(0.8, low=0.0, high=1.0, help="how far the bowls stand apart")


def render(params: Params, controls: Iterable[ControlBlock], rate: int, seed: Seed) -> Iterator[Audio]:
    """The bowls, float32 `(2, block.frames)` for every control block."""
    bowls, air = Bowls(params, rate, seed), NoiseBands(seed.child("air"), rate, shared=(0.8, 0.4, 0.1))
    breath = Drift(seed.child("breath"), rate, motions=3, low_hz=0.05, high_hz=4.0)
    quiet = db_to_gain(LEVEL_DB + params.room) * np.array((0.4, 0.5, 0.35))
    for block in controls:
        strength = db_to_gain(LEVEL_RANGE_DB) ** (block["intensity"].astype(np.float64) - 0.5)
        slope = TILT * (block["brightness"].astype(np.float64) - 0.5)
        audio = bowls.run(block, strength, slope)
        corner = np.array((150.0, 500.0, 2_500.0)) * 2.0 ** slope[:, None]
        level = quiet * np.exp(0.3 * breath.advance(block.ticks)) * np.sqrt(strength)[:, None]
        level *= (corner / MIDDLE_HZ) ** slope[:, None]  # as bright as the bowls in it; soft playing leaves it
        scraped = SCRAPED[:, None] * (bowls.scrape * strength[:, None])[:, None, :]
        air.add(audio, corner, np.hypot(level[:, :, None], scraped))
        yield audio


@dataclass(frozen=True, slots=True)
class Touch:
    """One bowl struck or, where `rub_s` is not 0, rubbed: after the beginning of a phrase, how hard."""

    time_s: float
    bowl: int
    force: float
    rub_s: float = 0.0


class Bowls:
    """The bowls and whoever plays them."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._params, self._rate, self._seed = params, rate, seed
        rng = seed.generator("bowls")
        count = params.bowls
        self.frequency_hz = (_pitches(params, rng)[:, None] * RATIOS * rng.uniform(0.99, 1.01, (count, 5))).ravel()
        self.t60_s = params.ring * (self.frequency_hz / REFERENCE_HZ) ** -T60_SLOPE
        self.t60_s *= rng.lognormal(0.0, 0.12, 5 * count)
        beat_hz = BEAT_HZ[0] * (BEAT_HZ[1] / BEAT_HZ[0]) ** rng.uniform(size=5 * count)
        doublets = Doublets(frequency_hz=self.frequency_hz, beat_hz=beat_hz, t60_s=self.t60_s)
        self._partner = rng.uniform(*PARTNER, 5 * count)
        # Large ones stand in the middle, smaller ones around them.
        place = np.linspace(-0.8, 0.8, count) * params.width * rng.choice((-1.0, 1.0))
        place = place[np.argsort(np.abs(place), kind="stable")]
        apart = APART * params.width * rng.choice((-1.0, 1.0), 5 * count)
        power = self._power()
        self._gain = db_to_gain(LEVEL_DB) / math.sqrt(power)
        self._place = place
        self._bank = ModalBank(
            rate,
            seed.key("stirred"),
            doublets,
            gain=np.full(5 * count, self._gain),
            pan=np.clip(np.stack((place.repeat(5) - apart, place.repeat(5) + apart)), -1.0, 1.0),
        )
        stirred = np.tile(MODE_LEVEL, count) * math.sqrt(power / float(np.sum(np.tile(MODE_LEVEL, count) ** 2)))
        self._stirred = (db_to_gain(STIRRED_DB) * stirred).astype(np.float32)
        self._life = Drift(seed.child("life"), rate, motions=count, low_hz=0.02, high_hz=4.0)
        self._pauses, self._phrases = Pauses(seed.child("phrases")), 0
        self._waiting: list[tuple[int, npt.NDArray[np.complex64]]] = []
        self._hands = Hands(rate, seed.child("rubbed"), doublets.reshape(count, 5))
        self._rough = np.tile(ROUGH, count)
        self.scrape = np.zeros((1, 2))
        self._tocks, self._chatter = Overlay(), seed.key("chatter")
        self._tick = 0

    def run(self, block: ControlBlock, strength: Floats, slope: Floats) -> Audio:
        """The bowls under these controls, at a level and with an exponent of frequency at the tick edges."""
        ticks = block.ticks
        pace = np.full(ticks, TICK / self._rate / self._params.pause)
        for tick in self._pauses.over(pace):
            length_s = self._begin(tick, float(strength[tick]), float(slope[tick]))
            self._pauses.wait(length_s / self._params.pause)
        alive = np.exp(0.12 * self._life.advance(ticks))
        life = alive.astype(np.float32).repeat(5, axis=1)
        bow = life[:-1] * self._stirred
        rubbed = self._hands.advance(self._tick, alive)
        bow += (rubbed.speed[:-1].repeat(5, axis=1) * self._rough).astype(np.float32)
        self._scrape(rubbed, strength, slope)
        steep = np.outer(slope, np.log(self.frequency_hz / MIDDLE_HZ)).astype(np.float32)
        tilt = life * np.exp(steep) * strength.astype(np.float32)[:, None]
        end = self._tick + ticks
        due = sorted((item for item in self._waiting if item[0] < end), key=lambda item: item[0])
        self._waiting = [item for item in self._waiting if item[0] >= end]
        kicks, touched = rubbed.kicks, np.asarray(rubbed.speed[:-1].any(axis=1))
        for tick, kick in due:
            kicks[tick - self._tick] += kick
            touched[tick - self._tick] = True
        out = np.zeros((2, block.frames), np.float32)
        at = np.flatnonzero(touched)
        self._bank.add(out, at=at, kicks=kicks[at], bow=bow, tilt=tilt)
        self._tocks.add(out)
        self._tick = end
        return out

    def _begin(self, tick: int, strength: float, slope: float) -> float:
        """Begin the next phrase in this tick of the block; returns its length in seconds."""
        rng = self._seed.generator("phrase", self._phrases)
        self._phrases += 1
        touches = self._phrase(rng)
        for touch in touches:
            wait = tick + round(touch.time_s * self._rate / TICK)
            reach = strength**HARDER * touch.force**0.35
            if touch.rub_s:
                hardness = self._params.hardness
                self._hands.begin(
                    self._tick + wait, touch.rub_s, touch.bowl, force=touch.force, hardness=hardness, rng=rng
                )
            else:
                self._waiting.append((self._tick + wait, self.strike(touch, rng, reach)))
            loud = np.float32(strength * 3.0**slope * (LAID_ON if touch.rub_s else 1.0))
            self._tocks.lay(wait * TICK, loud * self._tock(touch, rng, reach))
        return max(touch.time_s + touch.rub_s for touch in touches)

    def _phrase(self, rng: np.random.Generator) -> list[Touch]:
        """A blow and its answers, or a bowl that is rubbed and perhaps another that joins."""
        count, pace = self._params.bowls, self._params.rub_pace
        force = min(float(rng.lognormal(0.0, FORCE_SD)), MOST_FORCE)
        bowl, time_s = int(rng.integers(count)), 0.0
        if rng.uniform() < self._params.rub:
            bowl = int(count * rng.uniform() ** 2.0)  # small ones are hard to rub
            touches = [Touch(0.0, bowl, force, pace * rng.uniform(0.7, 1.4))]
            if rng.uniform() < ANSWERED:
                other = (bowl + int(rng.integers(1, min(count, 3)))) % count
                touches.append(
                    Touch(pace * rng.uniform(0.4, 0.7), other, 0.7 * force, pace * rng.uniform(0.7, 1.2))
                )
            return touches
        touches = [Touch(0.0, bowl, force)]
        for _ in range(2):
            if rng.uniform() < ANSWERED:
                time_s += float(rng.uniform(0.7, 2.4))
                bowl = (bowl + int(rng.integers(1, count))) % count
                touches.append(Touch(time_s, bowl, force * float(rng.uniform(0.4, 0.95))))
        return touches

    def strike(self, touch: Touch, rng: np.random.Generator, reach: float) -> npt.NDArray[np.complex64]:
        """What a blow adds to the phasors of both partners, `(2, modes)`; `reach` is a factor of its corner."""
        reached = np.where(np.arange(self._params.bowls) == touch.bowl, 1.0, SYMPATHY)
        level = np.repeat(reached, 5) * self._blow(reach)
        level = touch.force * level * np.exp(0.2 * rng.standard_normal(len(level)))
        phase = np.exp(2j * math.pi * rng.uniform(size=(2, len(level))))
        return (level * np.stack((np.ones_like(self._partner), self._partner)) * phase).astype(np.complex64)

    def _blow(self, reach: float = 1.0) -> Floats:
        """Level of every mode of a bowl that is struck with force 1; every bowl is as loud."""
        felt = np.exp(-((self.frequency_hz / (reach * self._corner_hz())) ** 0.8)).reshape(-1, 5) * MODE_LEVEL
        plain = np.exp(-((self.frequency_hz / self._corner_hz()) ** 0.8)).reshape(-1, 5) * MODE_LEVEL
        return (felt / plain.sum(axis=1, keepdims=True)).ravel()

    def _corner_hz(self) -> float:
        return 400.0 * 8.0**self._params.hardness

    def _tock(self, touch: Touch, rng: np.random.Generator, reach: float) -> Audio:
        """The mallet itself."""
        sound = np.zeros((2, round(0.06 * self._rate)), np.float32)
        level = TOCK * self._gain * touch.force * (0.3 + self._params.hardness)
        ring(
            sound,
            self._rate,
            start=rng.integers(TICK, size=TOCK_MODES),
            frequency_hz=reach * self._corner_hz() * np.exp(rng.uniform(-0.7, 1.6, TOCK_MODES)),
            t60_s=rng.uniform(*TOCK_S, TOCK_MODES),
            gain=level * rng.standard_normal(TOCK_MODES) / TOCK_MODES**0.5,
            pan=float(self._place[touch.bowl]),
        )
        return sound

    def _scrape(self, rubbed: Rubbed, strength: Floats, slope: Floats) -> None:
        """What is heard of the mallets themselves: noise that turns with them, chatter where they are thrown off."""
        if not rubbed.speed.any():
            self.scrape = np.zeros((len(rubbed.speed), 2))
            return
        level = SCRAPE * self._gain * (0.4 + self._params.hardness) * rubbed.speed
        side = 0.5 * (self._place + self._params.width * rubbed.side)
        self.scrape = (level[:, None] * np.stack((1.0 - side, 1.0 + side), axis=1)).sum(axis=2)
        far = np.minimum(2.0 * rubbed.thrown, 1.0)
        chance = 0.5 + 0.5 * white(len(far), self._chatter, start=self._tick)
        for tick, bowl in zip(*np.nonzero(chance[:, None] < CHATTER_HZ * TICK / self._rate * far), strict=True):
            rng = self._seed.generator("chatter", self._tick + int(tick), int(bowl))
            blow = Touch(0.0, int(bowl), CHATTER * float(far[tick, bowl] * rubbed.speed[tick, bowl]) / SUNG)
            loud = np.float32(strength[tick] * 3.0 ** slope[tick])
            self._tocks.lay(int(tick) * TICK, loud * self._tock(blow, rng, 1.5))

    def _power(self) -> float:
        """Mean square of all modes under the phrases that are played."""
        rng = self._seed.generator("trial")
        energy, length_s = 0.0, 0.0
        of_blow = np.sum((self._blow() ** 2 * self.t60_s).reshape(-1, 5), axis=1) / (12.0 * math.log(10.0))
        of_blow = (1.0 - SYMPATHY**2) * of_blow + SYMPATHY**2 * of_blow.sum()
        for _ in range(24):
            touches = self._phrase(rng)
            for touch in touches:
                rubbed = SUNG**2 * (0.35 * touch.rub_s + 0.05 * float(self.t60_s[5 * touch.bowl]))
                energy += touch.force**2 * (rubbed if touch.rub_s else float(of_blow[touch.bowl]))
            length_s += self._params.pause + max(touch.time_s + touch.rub_s for touch in touches)
        return energy / length_s


def _pitches(params: Params, rng: np.random.Generator) -> Floats:
    """Lowest modes in Hz, rising, on notes of the key; tonic and fifth come more often."""
    lowest = params.height * 2.0 ** (math.log2(midi_to_hz(params.root) / params.height) % 1.0)
    notes = np.array([12 * octave + step for octave in range(2) for step in MODES[params.mode]])
    weight = np.where(np.isin(notes % 12, (0, 7)), 3.0, 1.0)
    others = rng.choice(notes[1:], params.bowls - 1, p=weight[1:] / weight[1:].sum(), replace=False)
    steps = np.sort(np.append(others, 0))
    return lowest * 2.0 ** (np.asarray(steps, np.float64) / 12.0)
