"""A dream: warm voices on worn tape that come and go, blurred, in tune with the score, and never the same.

Model: six voices, each a pair of detuned stacks of harmonics that fall by 9 to 12 dB/octave, breathe in for one
note of the key at a time and are replaced by another. Two broad formants drift through them as if someone were
about to speak. Behind every voice lies its blur: bands of noise on its lowest harmonics, as a spectrum stretched
many times in time becomes; and through the blur shines now and then a fragment of melody in the same key, the more
the farther all has dissolved. All of it runs on a tape whose speed has wow and flutter, that saturates softly,
hisses, and is worn: its highs flutter, and it drops out where it is creased (`soundscape.dsp.worntape`). A cubic has
only third-order products, so voices that end at a sixth of the rate cannot alias in it.

After P. Nasca's extreme stretching (2006) for the blur, and J. Chowning, *Frequency synthesis of the singing
voice* (1989), for pairs that wander together before they are heard as one voice.
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
from soundscape.dsp.bands import BANDS, NoiseBands
from soundscape.dsp.drift import Drift
from soundscape.dsp.highpass import HighPass
from soundscape.dsp.noise import normal_at, uniform
from soundscape.dsp.resonators import LANES, NoiseResonators
from soundscape.dsp.stacks import Stacks
from soundscape.dsp.worntape import WornTape
from soundscape.layers._fragments import LINES, fragments
from soundscape.params import choice, number
from soundscape.rng import Seed
from soundscape.score.pitch import MODES
from soundscape.units import midi_to_hz

BUS = "ambience"
CONTROLS = ("intensity", "brightness")
PERIODIC = True

VOICES = 6
HARMONICS = 16
TWINS = 2
DEGREES = (0, 4, 0, 2, 4, 1, 6, 2)
"""Scale steps among which a voice chooses, the first two for the lowest: the tonic chord with its colours."""
BLURRED = 2
"""Harmonics of a voice that have a blur; what resonators remain are breath at the formants."""
BREATH = 0.05
APART = (0.75, 1.0, 1.2)
"""Of the twins of a voice, at full width: of their first four harmonics, the next four, and the highest."""
VOICES_HZ = 260.0
"""Middle of the voices."""
FAINTEST = 3e-4
"""Harmonics below it are left out."""
FORMANT_HZ = (480.0, 1_150.0)
FORMANT_OCT = 0.45
"""Half width of a formant."""
HISS_HZ = (70.0, 700.0, 7_000.0)
HISS_SHARE, HISS_BRIGHT = (0.45, 0.3, 1.0), (0.0, 0.4, 0.8)
"""Of every band: its level, and how much of the brightness it follows with its corner and again with its level."""
BLUR_Q, BREATH_Q = 55.0, 3.0
LEVEL = 0.026
INTENSITY_DB, BRIGHTNESS_OCT = 12.0, 2.0
LOUDER_SD, COLOUR_SD, SPEECH_SD = 0.09, 0.15, 0.3
"""Standard deviations of the slow motions: level (logarithm), cutoff (octaves), formants (octaves)."""
BLUR_GAIN = 0.8
SHINE = 4.0
"""Of fragments beside voices, where all is dissolved."""
INTO_TAPE = 0.15
"""Brings the loudest moments of the voices to where the tape bends them most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """What the dream is tuned to, how worn its tape is, how far it has dissolved."""

    root: int = number(53, low=24, high=96, help="tonic as MIDI pitch; its octave does not matter", follows="tonic")
    mode: str = choice("lydian", tuple(MODES), help="scale from which the voices choose", follows="mode")
    height: float = number(98.0, low=55.0, high=330.0, unit="Hz", help="the lowest voice lies at or above")
    note: float = number(11.0, low=3.0, high=40.0, unit="s", help="how long a voice stays on its note")
    detune: float = number(6.0, low=2.0, high=25.0, unit="cents", help="wandering of the twins of a voice")
    wow: float = number(0.4, low=0.05, high=1.5, unit="%", help="slow wandering of the tape's speed")
    flutter: float = number(0.1, low=0.0, high=0.5, unit="%", help="fast trembling of the tape's speed")
    cutoff: float = number(2_200.0, low=500.0, high=5_000.0, unit="Hz", help="where the voices end")
    tilt: float = number(9.0, low=5.0, high=14.0, unit="dB", help="fall of the harmonics in an octave")
    speech: float = number(0.5, low=0.0, high=1.0, help="how far the formants stand out")
    blur: float = number(0.45, low=0.0, high=1.0, help="voices dissolved into noise of their own pitch")
    warmth: float = number(0.4, low=0.0, high=1.0, help="saturation of the tape")
    wear: float = number(0.25, low=0.0, high=1.0, help="creases and lost oxide: drop-outs, highs that flutter")
    hiss: float = number(0.3, low=0.02, high=1.0, help="noise of the tape")
    width: float = number(0.8, low=0.0, high=1.0, help="how far the voices stand apart")


def render(params: Params, controls: Iterable[ControlBlock], rate: int, seed: Seed) -> Iterator[Audio]:
    """The dream, float32 `(2, block.frames)` for every control block."""
    tape = Drift(seed.child("tape"), rate, low_hz=0.5, high_hz=1.2, slope=0.0)
    tremble = Drift(seed.child("tremble"), rate, low_hz=6.0, high_hz=10.0, slope=0.0)
    twins = Drift(seed.child("twins"), rate, motions=(VOICES + LINES) * TWINS, low_hz=0.05, high_hz=1.5, slope=1.5)
    slow = Drift(seed.child("slow"), rate, motions=4, low_hz=0.03, high_hz=1.5, slope=1.2)
    place = params.width * seed.generator("place").permutation(np.linspace(-0.25, 0.25, VOICES))
    apart = params.width * np.array(APART)
    sides = np.tile((-1.0, 1.0), VOICES + LINES)
    places = np.append(place, params.width * np.linspace(-0.2, 0.2, LINES))
    pan = np.clip(np.repeat(places, TWINS)[:, None] + sides[:, None] * apart, -1.0, 1.0)
    stacks = Stacks(seed.child("stacks"), rate, pan=pan)
    sharpness = np.where(np.arange(LANES) < VOICES * BLURRED, BLUR_Q, BREATH_Q)
    blur = NoiseResonators(seed.child("blur"), rate, q=sharpness)
    breath_pan = APART[2] * params.width * np.resize((-1.0, 1.0, 1.0, -1.0), LANES - VOICES * BLURRED)
    # Noise of higher voices has skirts that reach far up: they stand as far apart as what is up there.
    blurs = params.width * np.repeat(np.interp(np.arange(VOICES), (0, 2), APART[::2]), BLURRED)
    blurs = np.repeat(place, BLURRED) + blurs * np.tile((1.0, -1.0, -1.0, 1.0), VOICES // 2)
    lane_pan = np.clip(np.append(blurs, breath_pan), -1.0, 1.0)
    noise = NoiseBands(seed.child("noise"), rate, shared=(0.9, 0.5, 0.0))
    worn, high_pass = WornTape(seed.child("worn"), rate, wear=params.wear), HighPass(rate, corner_hz=30.0)
    notes, melody = _notes(params), _melody(params)
    shining = np.repeat([math.sqrt(1.0 - params.blur)] * VOICES + [SHINE * params.blur**2] * LINES, TWINS)[:, None]
    key, shine_key, tick = np.uint32(seed.key("voices")), np.uint32(seed.key("fragments")), 0
    fall = np.arange(1.0, HARMONICS + 1) ** (-params.tilt / 6.02)
    numbers = (params.note * rate / TICK, params.cutoff, params.speech)
    share = 1.0 / _strength(params, fall)
    for block in controls:
        edges = block.ticks + 1
        louder, colour, *formants = slow.advance(block.ticks).T
        bright = 2.0 ** (BRIGHTNESS_OCT * (block["brightness"].astype(np.float64) - 0.5) + COLOUR_SD * colour)
        strength = LEVEL * 10.0 ** (INTENSITY_DB / 20.0 * (block["intensity"].astype(np.float64) - 0.5))
        strength = strength * np.exp(LOUDER_SD * louder)
        cents = 17.3 * (params.wow * tape.advance(block.ticks) + params.flutter * tremble.advance(block.ticks))
        cents = cents + params.detune * twins.advance(block.ticks)
        hz, gain = np.empty((edges, len(pan))), np.empty((edges, len(pan), HARMONICS))
        lane_hz, lane_level = np.empty((edges, LANES)), np.empty((edges, LANES))
        spoken = np.log2(FORMANT_HZ) + 0.7 * np.log2(bright)[:, None] + SPEECH_SD * np.stack(formants, axis=1)
        shone = fragments(melody, shine_key, rate, tick, edges)
        _sing(hz, gain, lane_hz, lane_level, cents, bright, spoken, notes, shone, fall, numbers, rate, key, tick)
        audio = np.zeros((2, block.frames), np.float32)
        stacks.add(audio, hz, share * shining * gain)
        lane_level *= share * BLUR_GAIN * math.sqrt(params.blur)
        blur.add(audio, lane_hz, lane_level, np.broadcast_to(lane_pan, lane_hz.shape))
        _saturate(audio, 0.9 * params.warmth, strength)
        # A dark tape hisses darkly.
        hissed = (0.11 * params.hiss**1.3 * strength)[:, None] * HISS_SHARE * bright[:, None] ** HISS_BRIGHT
        level = np.broadcast_to(hissed[:, :, None], (edges, BANDS, 2))
        noise.add(audio, np.array(HISS_HZ) * bright[:, None] ** HISS_BRIGHT, level)
        worn.play(audio)
        high_pass.run(audio)
        tick += block.ticks
        yield audio


def _strength(params: Params, fall: npt.NDArray[np.float64]) -> float:
    """RMS of a voice in the middle of its range, up to a factor: voices of any spectrum drive the tape alike."""
    formants = np.log2(FORMANT_HZ)
    levels = [
        level
        * _colour(
            2.0 * params.height * (k + 1),
            1.0 + math.log2(params.height * (k + 1)),
            formants,
            params.speech,
            params.cutoff,
        )
        for k, level in enumerate(fall)
    ]
    return float(np.sqrt(np.sum(np.square(levels))))


def _notes(params: Params) -> npt.NDArray[np.float64]:
    """What each voice may sing, in Hz: `(VOICES, choices)`, higher for higher voices."""
    tonic_hz = params.height * 2.0 ** (math.log2(midi_to_hz(params.root) / params.height) % 1.0)
    steps = MODES[params.mode]
    lowest = [steps[degree] for degree in (DEGREES[:2] * len(DEGREES))[: len(DEGREES)]]
    upper = [steps[degree] for degree in DEGREES]
    octaves = (0, 0, 12, 12, 12, 24)
    rows = [[octave + step for step in (lowest if voice == 0 else upper)] for voice, octave in enumerate(octaves)]
    return tonic_hz * 2.0 ** (np.array(rows) / 12.0)


def _melody(params: Params) -> npt.NDArray[np.float64]:
    """What fragments may play, in Hz: two octaves of the scale above the middle voices' tonic, rising."""
    tonic_hz = params.height * 2.0 ** (math.log2(midi_to_hz(params.root) / params.height) % 1.0)
    steps = [octave + step for octave in (12, 24) for step in sorted(MODES[params.mode])]
    return tonic_hz * 2.0 ** (np.array(steps) / 12.0)


@njit(cache=True, nogil=True)
def _sing(hz, gain, lane_hz, lane_level, cents, bright, spoken, notes, shone, fall, numbers, rate, key, tick):  # type: ignore[no-untyped-def]
    period, cutoff, speech = numbers
    end = rate / 6.0
    pitch, amounts = np.empty(VOICES + LINES), np.empty(VOICES + LINES)
    octave = np.log2(np.arange(1.0, HARMONICS + 1))
    for edge in range(hz.shape[0]):
        breath = 0.0
        for voice in range(VOICES):
            pitch[voice], amounts[voice] = _turn(notes[voice], voice, period, key, tick + edge)
            breath += amounts[voice] ** 2
        for line in range(LINES):
            pitch[VOICES + line], amounts[VOICES + line] = shone[0][edge, line], shone[1][edge, line]
        for voice in range(VOICES + LINES):
            # Many voices make room for one another.
            note, amount = pitch[voice], amounts[voice] * (2.5 / (0.5 + breath)) ** 0.35
            # Where it is bright the higher voices come forward; fragments shine in the dark as well.
            if voice < VOICES or bright[edge] > 1.0:
                amount *= (note / VOICES_HZ) ** (0.6 * math.log2(bright[edge]))
            pitched = math.log2(note)
            for k in range(HARMONICS):
                at = note * (k + 1)
                level = 0.0
                if at < end:
                    level = (
                        amount
                        * fall[k]
                        * _colour(at, pitched + octave[k], spoken[edge], speech, cutoff * bright[edge])
                    )
                level = level if level > FAINTEST else 0.0
                for twin in range(TWINS):
                    gain[edge, voice * TWINS + twin, k] = level * min(1.0, 8.0 * (end - at) / end)
                if k < BLURRED and voice < VOICES:
                    lane_level[edge, voice * BLURRED + k] = level
            for twin in range(TWINS):
                hz[edge, voice * TWINS + twin] = note * 2.0 ** (cents[edge, voice * TWINS + twin] / 1200.0)
            for k in range(BLURRED if voice < VOICES else 0):
                lane_hz[edge, voice * BLURRED + k] = (k + 1) * hz[edge, voice * TWINS]
        for lane in range(VOICES * BLURRED, LANES):
            which = lane % 2
            lane_hz[edge, lane] = min(2.0 ** spoken[edge, which], 0.4 * rate)
            lane_level[edge, lane] = BREATH * math.sqrt(breath) / (1.0 + 2.0 * which)


@njit(cache=True, nogil=True)
def _colour(hz, octave, formants, speech, cutoff):  # type: ignore[no-untyped-def]
    # Gain at this frequency, which is 2**octave; the formants stand at octaves too.
    stands_out = 0.0
    for formant in range(formants.shape[0]):
        away = (octave - formants[formant]) / FORMANT_OCT
        stands_out += 3.0 * math.exp(-0.5 * away * away)
    ratio = hz / cutoff
    return (1.0 + speech * (stands_out - 0.5)) / (1.0 + ratio * ratio * ratio * ratio)


@njit(cache=True, nogil=True)
def _turn(notes, voice, period, key, tick):  # type: ignore[no-untyped-def]
    # Notes of a voice end to end, of unequal length: which one this is, and how far it is in.
    own = period * (0.8 + 0.13 * voice)
    at = tick + own * (0.37 * voice + 1.0)
    turn = int(at / own)
    if at < own * (turn + 0.6 * uniform(key, 8 * (turn * VOICES + voice))):
        turn -= 1
    here = 8 * (turn * VOICES + voice)
    begin = own * (turn + 0.6 * uniform(key, here))
    until = own * (turn + 1 + 0.6 * uniform(key, here + 8 * VOICES))
    swell = math.sin(math.pi * (at - begin) / (until - begin))
    size = math.exp(0.3 * normal_at(key, here + 2))
    return notes[(3 * turn + int(3.0 * uniform(key, here + 1))) % notes.shape[0]], size * swell**0.8


@njit(cache=True, nogil=True)
def _saturate(audio, drive, level):  # type: ignore[no-untyped-def]
    # Softly bent, then set to its level: the bend follows the music, not the control.
    for side in range(audio.shape[0]):
        for tick in range(level.shape[0] - 1):
            gain, step = np.float32(level[tick]), np.float32((level[tick + 1] - level[tick]) / TICK)
            for i in range(TICK):
                x = audio[side, tick * TICK + i] * np.float32(INTO_TAPE)
                bent = x - np.float32(drive / 3.0) * x * x * x
                audio[side, tick * TICK + i] = np.float32(1.0 / INTO_TAPE) * bent * (gain + step * np.float32(i))
