"""Radio: the spaces between stations; static, carriers that drift by, packets of telemetry, a voice behind a gate.

Model: static in a voice band, whose level fades with a 1/f spectrum and whose bands fade by themselves, because waves
come on several paths; carriers a few hertz from the receiver's, which whistle and slide; bursts of frequency-shift
keying, header and payload, with pauses of heavy tails; now and then someone presses a key, the noise is pushed down
and speaks without words, until the key is let go and the squelch tail crashes in. Crackle lies over everything.

Sources: 1/f fading after long-wave propagation; frequency-shift keying at 30 to 240 symbols a second; telephone
band of 300 to 3400 Hz (ITU-T G.712); talk as in `soundscape.dsp.talk`.
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
from soundscape.dsp.blend import Voice
from soundscape.dsp.drift import Drift
from soundscape.dsp.grains import Grains
from soundscape.dsp.noise import normal_at, uniform
from soundscape.dsp.resonators import LANES as BANDS
from soundscape.dsp.resonators import NoiseResonators
from soundscape.dsp.sines import Sines
from soundscape.dsp.talk import Talk
from soundscape.dsp.voices import FORMANTS, LANES, Voices
from soundscape.dsp.voicing import Voicing
from soundscape.params import number
from soundscape.rng import Seed
from soundscape.units import db_to_gain

BUS = "ambience"
CONTROLS = ("intensity", "brightness")

VOICE = Voice(intensity_db=12.0, brightness_db=18.0, split_hz=1_100.0)
LEVEL_DB = -29.0
"""Of the static at neutral controls."""
CARRIERS = 3
LEFT, SENDS, RATE, TONE, SHIFT, AGE, PLACE, COUNT = range(8)
"""State of the sender of packets."""
GATE_S = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """What is on the air."""

    tuning: float = number(1_000.0, low=350.0, high=3000.0, unit="Hz", help="where the band is centred")
    fading: float = number(3.0, low=0.5, high=8.0, unit="dB", help="how deep the waves fade")
    crackle: float = number(8.0, low=0.0, high=80.0, unit="1/s", help="crackles a second")
    whistle: float = number(-14.0, low=-60.0, high=0.0, unit="dB", help="carriers against the static")
    slide: float = number(0.25, low=0.02, high=1.5, unit="octaves", help="how far carriers drift")
    packets: float = number(-8.0, low=-60.0, high=3.0, unit="dB", help="telemetry against the static")
    pause: float = number(2.5, low=0.3, high=20.0, unit="s", help="typical pause between packets")
    symbols: float = number(75.0, low=30.0, high=180.0, unit="1/s", help="symbols a second in a packet")
    speech: float = number(-6.0, low=-60.0, high=6.0, unit="dB", help="voices without words against the static")
    calls: float = number(6.0, low=1.0, high=60.0, unit="s", help="typical pause between calls")
    width: float = number(0.5, low=0.0, high=1.0, help="how differently the two sides fade")


def render(params: Params, controls: Iterable[ControlBlock], rate: int, seed: Seed) -> Iterator[Audio]:
    """Radio, float32 `(2, block.frames)` for every control block."""
    air, carriers = Static(params, rate, seed.child("static")), Carriers(params, rate, seed.child("carriers"))
    packets, calls = Packets(params, rate, seed.child("packets")), Calls(params, rate, seed.child("calls"))
    voicing = Voicing(rate, VOICE)
    for block in controls:
        audio = np.zeros((2, block.frames), np.float32)
        gate = calls.add(audio, block.ticks)
        air.add(audio, gate)
        carriers.add(audio, gate)
        packets.add(audio, block.ticks)
        voicing.run(audio, block)
        yield audio


class Static:
    """Noise in the band of the receiver, and crackle."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._hz = np.repeat(params.tuning * np.geomspace(0.4, 3.2, BANDS // 2), 2)
        self._level = np.repeat(np.geomspace(1.0, 0.35, BANDS // 2), 2) * db_to_gain(LEVEL_DB) / 2.6
        side = np.tile((-1.0, 1.0), BANDS // 2) * np.repeat(np.linspace(0.3, 0.95, BANDS // 2), 2)
        self._pan = params.width * side
        self._noise = NoiseResonators(seed.child("noise"), rate, q=np.full(BANDS, 2.2))
        self._grains = Grains(
            seed.child("crackle"), rate, ring_s=0.0008, size_sd=0.9, pitch_sd=0.4, densest=1_000.0
        )
        self._fades = Drift(seed.child("fades"), rate, motions=BANDS + 2, low_hz=0.05, high_hz=12.0)
        self._depth, self._crackle, self._tuning = params.fading / 8.686, params.crackle, params.tuning

    def add(self, audio: Audio, gate: npt.NDArray[np.float64]) -> None:
        """Add the static while the gate is closed (0); little of it is left while a call is on (1)."""
        *bands, storm, common = self._fades.advance(len(gate) - 1).T
        # Waves may cancel altogether but never add up to more than all of them.
        fade = np.exp(np.minimum(self._depth * 0.7 * (np.stack(bands, axis=1) + common[:, None]), 1.3))
        level = self._level * fade * (1.0 - 0.8 * gate[:, None])
        self._noise.add(audio, np.tile(self._hz, (len(gate), 1)), level, np.tile(self._pan, (len(gate), 1)))
        per_s = np.minimum(self._crackle * np.exp(0.9 * storm), 900.0)
        loud = np.full(len(gate), 1.6 * db_to_gain(LEVEL_DB)) * (1.0 - 0.6 * gate)
        self._grains.add(audio, per_s, np.full(len(gate), 1.6 * self._tuning), loud, 0.0 * gate)


class Carriers:
    """Whistles of stations nearby on the dial."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        rng = seed.generator("dial")
        self._hz = params.tuning * np.array((0.62, 1.1, 1.9)) * rng.uniform(0.85, 1.15, CARRIERS)
        self._level = np.array((1.0, 0.8, 0.5)) * db_to_gain(LEVEL_DB + params.whistle)
        self._pan = params.width * np.array((-0.5, 0.4, 0.1))
        self._slide = params.slide
        self._sines = Sines(rate, phase=rng.uniform(0.0, 1.0, CARRIERS))
        self._dial = Drift(seed.child("dial"), rate, motions=CARRIERS, low_hz=0.02, high_hz=1.0, slope=2.0)
        self._fades = Drift(seed.child("fades"), rate, motions=CARRIERS, low_hz=0.05, high_hz=6.0)

    def add(self, audio: Audio, gate: npt.NDArray[np.float64]) -> None:
        """Add the whistles while the gate is closed."""
        ticks = len(gate) - 1
        hz = self._hz * 2.0 ** (self._slide * self._dial.advance(ticks))
        level = self._level * np.exp(0.8 * self._fades.advance(ticks)) * (1.0 - 0.9 * gate[:, None])
        self._sines.add(audio, hz, level, np.tile(self._pan, (len(gate), 1)))


class Packets:
    """Telemetry: two tones by turns, a header and then the news."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._numbers = (params.pause, params.symbols, params.tuning)
        self._gain = math.sqrt(2.0) * db_to_gain(LEVEL_DB + params.packets)
        self._width = params.width
        self._sines = Sines(rate, phase=np.zeros(1))
        self._key, self._tick_s = np.uint32(seed.key("packets")), TICK / rate
        self._state = np.zeros(8)
        self._state[[LEFT, TONE]] = 0.3 * params.pause, params.tuning

    def add(self, audio: Audio, ticks: int) -> None:
        """Add what is sent during these ticks."""
        hz, level, pan = np.empty((3, ticks + 1, 1))
        send(hz[:, 0], level[:, 0], pan[:, 0], self._state, self._numbers, self._key, self._tick_s)
        self._sines.add(audio, hz, self._gain * level, self._width * pan)


@njit(cache=True, nogil=True)
def send(hz, level, pan, state, numbers, key, tick_s):  # type: ignore[no-untyped-def]
    """Tone, level and place of the sender at tick edges; `state` is moved on."""
    pause, symbols, tuning = numbers
    for edge in range(hz.shape[0]):
        at = int(state[COUNT]) * 8
        if edge > 0:
            state[LEFT] -= tick_s
            state[AGE] += tick_s
            if state[LEFT] <= 0.0:
                state[COUNT] += 1.0
                at = int(state[COUNT]) * 8
                state[SENDS], state[AGE] = 1.0 - state[SENDS], 0.0
                # Lengths and pauses have heavy tails: most are short, a few go on and on.
                length = 0.28 * math.exp(0.9 * normal_at(key, at))
                state[LEFT] = length if state[SENDS] == 1.0 else pause * math.exp(1.0 * normal_at(key, at))
                state[TONE] = tuning * (0.7 + 1.1 * uniform(key, at + 1))
                state[SHIFT] = 1.12 + 0.5 * uniform(key, at + 2)
                state[RATE] = symbols * (0.8 if uniform(key, at + 3) < 0.5 else 1.25)
                state[PLACE] = 2.0 * uniform(key, at + 4) - 1.0
        symbol = int(state[AGE] * state[RATE])
        high = symbol % 2 == 0 if state[AGE] < 0.08 else uniform(key, 8_388_608 + at * 512 + symbol) < 0.5
        hz[edge] = state[TONE] * (state[SHIFT] if high else 1.0)
        level[edge] = min(1.0, state[LEFT] / 0.012, state[AGE] / 0.012) if state[SENDS] == 1.0 else 0.0
        pan[edge] = state[PLACE]


class Calls:
    """Someone presses a key and speaks, from the throat of the first pair of `Talk`; its level opens the gate."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        gain = np.zeros((FORMANTS, LANES))
        # A telephone band: little of the first formant, much of the others.
        gain[:, :2] = np.array((0.6, 3.0, 4.0, 3.0))[:, None] * 3.0 * db_to_gain(LEVEL_DB + params.speech)
        self._voices = Voices(seed.child("voices"), rate, gain=gain, pan=np.zeros(LANES), shimmer=0.2)
        self._talk = Talk(
            seed.child("talk"),
            rate,
            pitch_hz=150.0,
            syllables_hz=5.0,
            phrase_s=1.8,
            pause_s=params.calls,
            breathiness=0.1,
        )
        self._on = params.speech > -60.0
        self._open = 0.0
        self._ease = 1.0 - math.exp(-TICK / rate / GATE_S)
        self._hang = math.exp(-TICK / rate / 0.35)
        self._held = 0.0

    def add(self, audio: Audio, ticks: int) -> npt.NDArray[np.float64]:
        """Add the voices; gives how far the gate is open at tick edges, 0 to 1."""
        gate = np.zeros(ticks + 1)
        if not self._on:
            return gate
        spoken = self._talk.advance(np.ones(ticks + 1))
        loud = spoken.level[:, :2].sum(axis=1)
        gate[0] = self._open
        for edge in range(1, ticks + 1):
            # The key is held through a word's gaps and let go a moment after the last one.
            self._held = max(min(2.0 * loud[edge], 1.0), self._hang * self._held)
            self._open += self._ease * (float(self._held > 0.3) - self._open)
            gate[edge] = self._open
        level, hiss = spoken.level.copy(), 0.035 * spoken.hiss
        level[:, 2:], hiss[:, 2:] = 0.0, 0.0
        self._voices.add(audio, spoken.pitch_hz, level, spoken.breath, spoken.formant_hz, hiss)
        return gate
