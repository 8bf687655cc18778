"""Radio: the spaces between stations; static, carriers that drift by, telemetry and Morse, voices without words.

Model: static in a voice band, whose level fades with a 1/f spectrum and whose bands fade by themselves, because waves
come on several paths; carriers a few hertz from the receiver's, which whistle and slide; far stations that key tones,
send Morse, chirps or rough fast data, with pauses of heavy tails, and fade too. Now and then someone presses a key and
speaks without words, overdriven, through a telephone band. The receiver turns itself down for him and slowly up again
after, so that the noise breathes between the words; or it has a squelch: then it is silent until a call comes, and at
its end the noise crashes in for a moment, before or after a short tone. Crackle of lightning far away lies over it all.

Sources: 1/f fading after long-wave propagation; telephone band of 300 to 3400 Hz (ITU-T G.712); letters of ITU-R
M.1677; keyings as in `soundscape.dsp.keying`, talk as in `soundscape.dsp.talk`.
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
from soundscape.dsp import broken, keying
from soundscape.dsp.blend import Voice
from soundscape.dsp.burst import between
from soundscape.dsp.drift import Drift
from soundscape.dsp.grains import Grains
from soundscape.dsp.highpass import HighPass
from soundscape.dsp.modal import pan_gains
from soundscape.dsp.overlay import Overlay
from soundscape.dsp.resonators import LANES as BANDS
from soundscape.dsp.resonators import NoiseResonators
from soundscape.dsp.sines import Sines
from soundscape.dsp.talk import Talk
from soundscape.dsp.voices import FORMANTS, LANES, Voices
from soundscape.dsp.voicing import Voicing
from soundscape.dsp.walls import Walls
from soundscape.params import number
from soundscape.rng import Seed
from soundscape.units import db_to_gain

BUS = "ambience"
CONTROLS = ("intensity", "brightness")

VOICE = Voice(intensity_db=12.0, brightness_db=18.0, split_hz=1_100.0)
CHANNEL = 0.35
"""What the receiver takes of the highs, as a wall would: 12 dB an octave above 5 kHz."""
LEVEL_DB = -29.0
"""Of the static at neutral controls."""
TWO_WAYS_S, DEEPENS_DB = 0.0012, 3.5
"""By how much later waves come that the sky sends back twice, and the fading at which they come by both ways alike."""
CARRIERS = 3
KINDS, LIKELY = ("tones", "Morse", "data", "chirps", "pips"), (0.4, 0.2, 0.18, 0.1, 0.12)
"""What far stations send."""
MORSE = ("01", "1000", "1010", "100", "0", "0010", "110", "0000", "00", "0111", "101", "0100", "11", "10", "111")
"""Letters A to O; 0 is a dot, 1 a dash."""
LONGEST_S = 6.0
OPEN_S, HANG_S, TAIL_S, BEEP_S = 0.012, 0.35, 0.22, 0.16
"""How soon a key opens; how long it is held after a word, the noise stays after it, and its tone lasts."""
UNDER_VOICE, RECOVERS_S = 0.14, 0.5
"""What is left of the static under a voice, and how slowly the receiver turns itself up again."""
HELD, KEYED, AFTER, TURNED = range(4)
"""State of the receiver: the key, how far it is heard as pressed, time since it was let go, own gain."""


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
    symbols: float = number(60.0, low=30.0, high=180.0, unit="1/s", help="symbols a second of keyed tones")
    speech: float = number(-6.0, low=-60.0, high=6.0, unit="dB", help="voices without words against the static")
    calls: float = number(6.0, low=1.0, high=60.0, unit="s", help="typical pause between calls")
    squelch: float = number(0.0, low=0.0, high=1.0, help="from always open to silent until someone calls")
    beep: float = number(-60.0, low=-60.0, high=3.0, unit="dB", help="tone as a call ends, against the static")
    width: float = number(0.5, low=0.0, high=1.0, help="how differently the two sides fade")


def render(params: Params, controls: Iterable[ControlBlock], rate: int, seed: Seed) -> Iterator[Audio]:
    """Radio, float32 `(2, block.frames)` for every control block."""
    air, carriers = Static(params, rate, seed.child("static")), Carriers(params, rate, seed.child("carriers"))
    packets, calls = Stations(params, rate, seed.child("packets")), Calls(params, rate, seed.child("calls"))
    band, voicing = Walls(rate), Voicing(rate, VOICE)
    for block in controls:
        audio = np.zeros((2, block.frames), np.float32)
        noise = calls.add(audio, block.ticks)
        air.add(audio, noise)
        carriers.add(audio, noise)
        packets.add(audio, block.ticks)
        # No receiver lets through more than the band of a channel, of the static neither.
        band.apply(audio, np.full(block.ticks + 1, CHANNEL, np.float32))
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
        self._ways = Drift(seed.child("ways"), rate, low_hz=0.05, high_hz=3.0, slope=1.6)
        second = 0.9 * math.tanh(params.fading / DEEPENS_DB)
        self._twice = 2.0 * second / (1.0 + second**2)
        self._depth, self._crackle, self._tuning = params.fading / 8.686, params.crackle, params.tuning

    def add(self, audio: Audio, gain: npt.NDArray[np.float64]) -> None:
        """Add the static, of which the receiver lets through so much at every tick edge."""
        *bands, storm, common = self._fades.advance(len(gain) - 1).T
        # Waves may cancel altogether but never add up to more than all of them.
        fade = np.exp(np.minimum(self._depth * 0.7 * (np.stack(bands, axis=1) + common[:, None]), 1.3))
        # By two ways at once: notches that wander through the band as one of them grows longer.
        longer_s = TWO_WAYS_S * (1.0 + 0.35 * self._ways.advance(len(gain) - 1))
        fade *= np.sqrt(1.0 + self._twice * np.cos(2.0 * math.pi * longer_s * self._hz))
        level = self._level * fade * gain[:, None]
        self._noise.add(audio, np.tile(self._hz, (len(gain), 1)), level, np.tile(self._pan, (len(gain), 1)))
        per_s = np.minimum(self._crackle * np.exp(0.9 * storm), 900.0)
        loud = 1.6 * db_to_gain(LEVEL_DB) * (0.1 + 0.9 * gain)
        self._grains.add(audio, per_s, np.full(len(gain), 1.6 * self._tuning), loud, 0.0 * gain)


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

    def add(self, audio: Audio, gain: npt.NDArray[np.float64]) -> None:
        """Add the whistles, of which the receiver lets through so much."""
        ticks = len(gain) - 1
        hz = self._hz * 2.0 ** (self._slide * self._dial.advance(ticks))
        level = self._level * np.exp(0.8 * self._fades.advance(ticks)) * gain[:, None]
        self._sines.add(audio, hz, level, np.tile(self._pan, (len(gain), 1)))


class Stations:
    """Far stations that send what nobody here understands."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._params, self._rate, self._seed = params, rate, seed
        self._gain = math.sqrt(2.0) * db_to_gain(LEVEL_DB + params.packets)
        self._gaps = seed.generator("gaps")
        self._next_s = float(self._gaps.uniform(0.1, 0.8)) * params.pause
        self._fades = Drift(seed.child("fades"), rate, low_hz=0.1, high_hz=8.0)
        self._sent = Overlay()
        self._count, self._frame = 0, 0

    def add(self, audio: Audio, ticks: int) -> None:
        """Add what is sent during these ticks."""
        while self._next_s * self._rate < self._frame + audio.shape[1]:
            rng = self._seed.generator("packet", self._count)
            # Lengths and pauses have heavy tails: most are short, a few go on and on.
            length_s = min(0.35 * math.exp(0.9 * float(rng.standard_normal())), LONGEST_S)
            mono = self.packet(length_s, rng)
            pan = self._params.width * float(rng.uniform(-1.0, 1.0))
            loud = self._gain * math.exp(0.4 * min(float(rng.standard_normal()), 1.2))
            sides = np.stack(pan_gains(pan)).astype(np.float32)[:, None]
            self._sent.lay(max(int(self._next_s * self._rate) - self._frame, 0), np.float32(loud) * sides * mono)
            self._count += 1
            self._next_s += len(mono) / self._rate + self._params.pause * math.exp(self._gaps.standard_normal())
        sound = np.zeros_like(audio)
        self._sent.add(sound)
        fade = np.exp(0.05 * self._params.fading * np.clip(self._fades.advance(ticks)[:, 0], -4.0, 1.5))
        audio += sound * between(audio.shape[1], fade, step=TICK)
        self._frame += audio.shape[1]

    def packet(self, length_s: float, rng: np.random.Generator) -> Audio:
        """One transmission, mono `(frames,)`."""
        rate, per_s = self._rate, self._params.symbols * float(rng.choice((0.75, 1.0, 1.5)))
        hz = self._params.tuning * 2.0 ** float(rng.uniform(-0.7, 0.8))
        kind = str(rng.choice(KINDS, p=LIKELY))
        frames = round(max(length_s, 0.1) * rate)
        count = math.ceil(frames / rate * per_s) + 1
        if kind == "tones":
            symbols = np.concatenate((np.arange(8) % 2, rng.integers(2, size=count)))[:count]
            mono = keying.pitch_keyed(frames, rate, symbols, per_s, hz + np.array((0.0, rng.uniform(170.0, 450.0))))
        elif kind == "Morse":
            return _morse(rate, rng, hz, dots_per_s=float(rng.uniform(9.0, 22.0)), length_s=2.0 * length_s)
        elif kind == "data":
            mono = keying.scrambled(frames, rate, rng, carrier_hz=max(hz, 900.0), per_s=10.0 * per_s)
        elif kind == "chirps":
            symbols = np.full(count, int(rng.integers(16)))
            mono = keying.chirped(frames, rate, symbols, 0.12 * per_s, low_hz=0.6 * hz, high_hz=2.2 * hz)
        else:
            mono = keying.level_keyed(
                frames, rate, (np.arange(count) % 8 == 0).astype(int), 0.2 * per_s, hz, (0.0, 1.0)
            )
        return broken.faded(mono, rate, fade_s=0.006)


def _morse(rate: int, rng: np.random.Generator, hz: float, *, dots_per_s: float, length_s: float) -> Audio:
    """Letters of no word, in Morse."""
    bits: list[int] = []
    while len(bits) < length_s * dots_per_s:
        for sign in MORSE[int(rng.integers(len(MORSE)))]:
            bits += [1, 1, 1, 0] if sign == "1" else [1, 0]
        bits += [0, 0] if rng.uniform() < 0.8 else [0, 0, 0, 0, 0, 0]
    frames = round(len(bits) / dots_per_s * rate)
    return broken.faded(keying.level_keyed(frames, rate, np.array(bits), dots_per_s, hz, (0.0, 1.0)), rate)


class Calls:
    """Someone presses a key and speaks, from the throat of the first pair of `Talk`; his level opens the receiver."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._params = params
        gain = np.zeros((FORMANTS, LANES))
        # A telephone band: little of the first formant, much of the others.
        gain[:, :2] = np.array((1.5, 7.0, 9.0, 6.0))[:, None]
        self._voices = Voices(seed.child("voices"), rate, gain=gain, pan=np.zeros(LANES), shimmer=0.2)
        self._band = HighPass(rate, corner_hz=260.0)
        self._talk = Talk(
            seed.child("talk"),
            rate,
            pitch_hz=150.0,
            syllables_hz=5.0,
            phrase_s=1.8,
            pause_s=params.calls,
            breathiness=0.1,
        )
        self._level = db_to_gain(LEVEL_DB + params.speech)
        self._fades = Drift(seed.child("fades"), rate, low_hz=0.05, high_hz=4.0)
        self._beep = Sines(rate, phase=np.zeros(1))
        self._beep_hz = 2.2 * params.tuning * (1.0 + 0.1 * float(seed.generator("beep").uniform(-1.0, 1.0)))
        self._beep_gain = math.sqrt(2.0) * db_to_gain(LEVEL_DB + params.beep) * (params.beep > -60.0)
        self._on = params.speech > -60.0
        self._state = np.array((0.0, 0.0, 1e3, 1.0))
        self._tick_s = TICK / rate

    def add(self, audio: Audio, ticks: int) -> npt.NDArray[np.float64]:
        """Add the voices; gives how much of the static the receiver lets through at tick edges."""
        if not self._on:
            return np.ones(ticks + 1)
        said = self._talk.advance(np.ones(ticks + 1))
        level, hiss = said.level.copy(), 0.035 * said.hiss
        level[:, 2:], hiss[:, 2:] = 0.0, 0.0
        # What comes from far away fades as the static does.
        fade = np.exp(0.11 * self._params.fading * np.minimum(self._fades.advance(ticks), 1.3))
        level *= fade
        hiss *= fade
        voice = np.zeros_like(audio)
        self._voices.add(voice, said.pitch_hz, level, said.breath, said.formant_hz, hiss)
        self._band.run(voice)
        # A microphone held too close: what is loud is bent, what is soft is raised.
        audio += np.float32(1.6 * self._level) * np.tanh(np.float32(4.0) * voice)
        noise, beep = np.empty((2, ticks + 1))
        receive(noise, beep, level[:, :2].sum(axis=1), self._state, self._params.squelch, self._tick_s)
        hz = np.full((ticks + 1, 1), self._beep_hz)
        self._beep.add(audio, hz, self._beep_gain * beep[:, None], np.zeros_like(hz))
        return noise


@njit(cache=True, nogil=True)
def receive(noise, beep, loud, state, squelch, tick_s):  # type: ignore[no-untyped-def]
    """How much of the static comes through and of the closing tone, at tick edges; `state` is moved on."""
    ease, fall = 1.0 - math.exp(-tick_s / OPEN_S), math.exp(-tick_s / HANG_S)
    recover = 1.0 - math.exp(-tick_s / RECOVERS_S)
    for edge in range(loud.shape[0]):
        if edge > 0:
            # The key is held through a word's gaps and let go a moment after the last one.
            state[HELD] = max(min(2.0 * loud[edge], 1.0), fall * state[HELD])
            pressed = 1.0 if state[HELD] > 0.3 else 0.0
            state[AFTER] = 0.0 if pressed == 1.0 else state[AFTER] + tick_s
            state[KEYED] += ease * (pressed - state[KEYED])
            # Turned down at once by what is loud, up again slowly.
            wanted = 1.0 / (1.0 + 3.5 * loud[edge])
            state[TURNED] += (ease if wanted < state[TURNED] else recover) * (wanted - state[TURNED])
        crash = 1.0 if state[AFTER] < TAIL_S else max(0.0, 1.0 - (state[AFTER] - TAIL_S) / 0.02)
        rest = state[KEYED] * UNDER_VOICE + (1.0 - state[KEYED]) * max(crash, 0.02)
        noise[edge] = (1.0 - squelch) * state[TURNED] + squelch * rest
        inside = min(state[AFTER], BEEP_S - state[AFTER]) / 0.01
        beep[edge] = min(max(inside, 0.0), 1.0)
