"""Murmur: many people speaking at once, near enough to hear that they do, too far to hear what.

Model: sixteen speakers in pairs, each with a throat of its own, talk without words (`soundscape.dsp.talk`), some
near, most farther off, where less of their consonants arrives; behind them a crowd too large to count, which is
noise in the shape of the long-term spectrum of speech, moved by the syllables of nobody in particular. A wall or a
distance takes the upper formants away, never the rhythm; the room gives all of it back from all sides.

Sources: Klatt & Klatt (1990) for the throats; long-term spectrum of speech of Byrne et al. (J. Acoust. Soc. Am. 96,
1994), flat to 500 Hz and -9 dB/octave above; modulation of speech strongest at 3 to 6 Hz.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from soundscape.audio import Audio
from soundscape.contract import ControlBlock
from soundscape.dsp.blend import Voice
from soundscape.dsp.drift import Drift
from soundscape.dsp.hall import Hall
from soundscape.dsp.resonators import LANES as BANDS
from soundscape.dsp.resonators import NoiseResonators
from soundscape.dsp.talk import Talk
from soundscape.dsp.voices import LANES, Voices
from soundscape.dsp.voicing import Voicing
from soundscape.dsp.walls import Walls
from soundscape.params import number
from soundscape.rng import Seed
from soundscape.units import db_to_gain

BUS = "ambience"
CONTROLS = ("intensity", "brightness")

VOICE = Voice(intensity_db=11.0, brightness_db=16.0, split_hz=900.0)
CLOSED = 0.5
"""Of a wall, where the crowd is wholly muffled."""
LEVELS_DB = (-8.0, -29.0)
"""Of speakers and crowd, alone."""
FORMANT_GAIN = (1.0, 3.0, 5.0, 5.5)
"""Of a near voice: radiation from the lips lifts what is high."""
HISS = 0.035
"""Of a consonant against the pulses of a vowel of the same speaker."""
KNEE_HZ = 450.0
SYLLABLES_DB = 2.6
"""How far single bands of the crowd rise and fall with somebody's syllables."""
CALLERS, CALL_DB = 4, 7.0
"""Of the crowd, those whom a moment lifts above it, and how far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """Who speaks, how, and through what they are heard."""

    pitch: float = number(155.0, low=80.0, high=320.0, unit="Hz", help="median pitch; children are higher")
    syllables: float = number(4.4, low=3.0, high=6.0, unit="1/s", help="syllables of a speaker")
    phrase: float = number(1.8, low=0.5, high=6.0, unit="s", help="typical length of a phrase")
    pause: float = number(1.6, low=0.3, high=12.0, unit="s", help="typical length of a pause")
    breath: float = number(0.05, low=0.0, high=1.0, help="from voices to whispers")
    muffle: float = number(0.35, low=0.0, high=1.0, help="walls or hoods between them and us")
    crowd: float = number(-5.0, low=-40.0, high=12.0, unit="dB", help="uncounted crowd against the speakers")
    swell: float = number(1.6, low=0.3, high=4.0, unit="dB", help="how the crowd rises and falls")
    room: float = number(0.4, low=0.0, high=1.0, help="open air to a hall that answers")
    depth: float = number(0.5, low=0.0, high=1.0, help="how unequally far the speakers stand")
    width: float = number(0.8, low=0.0, high=1.0, help="how far to the sides they stand")


def render(params: Params, controls: Iterable[ControlBlock], rate: int, seed: Seed) -> Iterator[Audio]:
    """Murmur, float32 `(2, block.frames)` for every control block."""

    speakers, crowd = Speakers(params, rate, seed.child("speakers")), Crowd(params, rate, seed.child("crowd"))
    # Higher voices send more pulses; and both together are no louder than either alone.
    whole = math.hypot(1.0, db_to_gain(params.crowd))
    near = np.float32(db_to_gain(LEVELS_DB[0]) * 155.0 / params.pitch / whole)
    far = np.float32(db_to_gain(LEVELS_DB[1] + params.crowd) / whole)
    walls, closed = Walls(rate), np.float32(CLOSED * params.muffle)
    voicing = Voicing(rate, VOICE)
    for block in controls:
        audio = far * crowd.run(block)
        walls.apply(audio, np.full(block.ticks + 1, closed))
        audio += near * speakers.run(block)
        voicing.run(audio, block)
        yield audio


class Speakers:
    """Those who can be told apart."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        rng = seed.generator("places")
        near = np.exp(0.9 * params.depth * np.sort(np.clip(rng.standard_normal(LANES // 2), -1.5, 0.9)))
        # By turns to one side and the other, so that the nearest do not all stand on one.
        side = rng.choice((-1.0, 1.0)) * np.tile((-1.0, 1.0), LANES // 4)
        place = params.width * side * np.repeat(rng.permutation(np.linspace(0.1, 0.9, LANES // 4)), 2)
        # Both of a pair stand together; what is farther off is darker.
        # Nothing falls with pitch in a whisper, so nothing needs to be raised.
        gain = np.repeat(near, 2) * np.array(FORMANT_GAIN)[:, None] ** (1.0 - 0.8 * params.breath)
        gain *= np.array((1.0, 0.3, 0.1, 0.03))[:, None] ** (1.4 * params.muffle) * np.repeat(near, 2) ** np.array(
            ((0.0,), (0.3,), (0.5,), (0.8,))
        )
        pan = np.clip(np.repeat(place, 2) + 0.08 * params.width * np.tile((-1.0, 1.0), LANES // 2), -1.0, 1.0)
        self._voices = Voices(seed.child("voices"), rate, gain=gain, pan=pan, shimmer=0.15)
        self._talk = Talk(
            seed.child("talk"),
            rate,
            pitch_hz=params.pitch,
            syllables_hz=params.syllables,
            phrase_s=params.phrase,
            pause_s=params.pause,
            breathiness=0.9 * params.breath**2,
        )
        self._voiced, self._hiss = 1.0 - 0.85 * params.breath, HISS * (1.0 - 0.5 * params.breath)
        self._room = params.room
        self._hall = Hall(
            seed.child("hall"),
            rate,
            t60_s=0.4 + 1.6 * params.room,
            high_t60_s=0.3 + 0.7 * params.room,
            size=0.6 + params.room,
        )
        self._mood = Drift(seed.child("mood"), rate, low_hz=0.02, high_hz=0.5)

    def run(self, block: ControlBlock) -> Audio:
        """Their talk under these controls."""
        mood = self._mood.advance(block.ticks)[:, 0]
        busy = 2.0 ** (2.0 * (block["intensity"].astype(np.float64) - 0.5)) * np.exp(0.35 * mood)
        said = self._talk.advance(busy)
        out = np.zeros((2, block.frames), np.float32)
        self._voices.add(
            out,
            said.pitch_hz,
            said.level * self._voiced,
            said.breath / self._voiced,
            said.formant_hz,
            self._hiss * said.hiss,
        )
        heard = np.float32(1.0 - 0.45 * self._room) * out
        self._hall.add(heard, np.float32(0.65 * self._room) * out)
        return heard


class Crowd:
    """Those who cannot: bands of noise, each moved by its own syllables and by the mood of all."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        rng = seed.generator("bands")
        hz = np.repeat(np.geomspace(140.0, 4_200.0, BANDS // 2), 2) * rng.uniform(0.93, 1.07, BANDS)
        # A band-pass falls by 6 dB/octave only: what muffles lowers the bands themselves.
        self._hz = hz * (params.pitch / 155.0) ** 0.3 * 0.5**params.muffle
        self._level = (hz / KNEE_HZ) ** 0.4 / (1.0 + (hz / KNEE_HZ) ** 2) ** (0.8 + 0.5 * params.muffle)
        self._level /= math.sqrt(np.sum(self._level**2))
        spread = np.repeat(np.linspace(0.15, 0.9, BANDS // 2), 2)
        self._pan = params.width * spread * np.tile((-1.0, 1.0), BANDS // 2)
        self._swell = params.swell
        self._noise = NoiseResonators(seed.child("noise"), rate, q=np.full(BANDS, 1.3))
        self._slow = Drift(seed.child("slow"), rate, motions=BANDS + 1, low_hz=0.03, high_hz=1.0)
        # Turning in a narrow range around the rate of syllables.
        self._callers = Drift(seed.child("callers"), rate, motions=CALLERS, low_hz=0.5, high_hz=9.0)
        # Each voice lies in a few neighbouring bands.
        at = np.linspace(0.15, 0.75, CALLERS)[:, None] - np.linspace(0.0, 1.0, BANDS)
        self._reach = CALL_DB * np.exp(-((at / 0.16) ** 2))
        self._quick = Drift(
            seed.child("quick"), rate, motions=BANDS, low_hz=0.5 * params.syllables, high_hz=params.syllables
        )

    def run(self, block: ControlBlock) -> Audio:
        """The crowd under these controls."""
        slow, quick = self._slow.advance(block.ticks), self._quick.advance(block.ticks)
        level_db = self._swell * (slow[:, -1:] + 0.6 * slow[:, :-1]) + SYLLABLES_DB * quick
        called = np.clip(self._callers.advance(block.ticks) - 0.9, 0.0, 1.5)
        # Term by term: a matrix product is rounded by the length of the block.
        for caller in range(CALLERS):
            level_db = level_db + called[:, caller, None] * self._reach[caller]
        level = self._level * 10.0 ** (level_db / 20.0)
        out = np.zeros((2, block.frames), np.float32)
        self._noise.add(out, self._hz * np.ones_like(level), level, np.tile(self._pan, (len(level), 1)))
        return out
