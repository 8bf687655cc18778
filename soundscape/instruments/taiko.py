"""Taiko: a large drum with a thick skin, struck in the middle or on the rim.

Modes of a circular membrane stand at 1 : 1.593 : 2.136 : 2.296 : 2.653 : 2.918 (Fletcher & Rossing, ch. 3); a hard
blow stretches the skin, so that the pitch falls in the first moments.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from soundscape.audio import Audio
from soundscape.contract import Tone
from soundscape.dsp.noise import white
from soundscape.dsp.sine import sin_turn
from soundscape.instruments._modal import faded
from soundscape.params import number
from soundscape.rng import Seed
from soundscape.units import midi_to_hz

RANGE = (29, 60)
DRUM = True
LEVEL = 0.8
RATIOS = (1.0, 1.593, 2.136, 2.296, 2.653, 2.918, 3.156, 3.5, 4.06)
LEVELS = (1.0, 0.5, 0.4, 0.25, 0.22, 0.16, 0.14, 0.1, 0.08)
PIECE = 16
"""Frames between two steps of the pitch."""
UNHEARD = 1e-5
"""A mode is followed down to -100 dB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """The drum and the stick."""

    ring: float = number(1.1, low=0.1, high=4.0, unit="s", help="decay by 60 dB of the lowest mode at 65 Hz")
    stick: float = number(0.5, low=0.0, high=1.0, help="padded to wooden: how much slap")
    bend: float = number(0.6, low=0.0, high=2.0, unit="semitones", help="fall of the pitch after a hard blow")
    rim: float = number(0.2, low=0.0, high=1.0, help="middle to rim: share of the upper modes")
    width: float = number(0.3, low=0.0, high=1.0, help="spread between left and right")


def onset_s(params: Params, tone: Tone) -> float:  # noqa: ARG001
    """Struck: begun at once."""
    return 0.0


@njit(cache=True, nogil=True, fastmath={"contract", "nsz"})
def _skin(out, turns, amplitude, decay, bend, bend_decay, left, right, blocker):  # type: ignore[no-untyped-def]
    """Add decaying sines whose frequencies fall together, by a step every `PIECE` frames, until none hears them."""
    fall = np.empty(PIECE, np.float32)
    for mode in range(turns.shape[0]):
        for i in range(PIECE):
            fall[i] = decay[mode] ** i
        phase, rise, gain = 0.0, bend, amplitude[mode]
        for start in range(0, out.shape[1] - PIECE + 1, PIECE):
            if gain < UNHEARD * amplitude[mode]:
                break
            step = turns[mode] * (1.0 + rise)
            first, pace = np.float32(phase), np.float32(step)
            gain_left, gain_right = np.float32(gain * left[mode]), np.float32(gain * right[mode])
            out_left, out_right = out[0, start : start + PIECE], out[1, start : start + PIECE]
            for i in range(PIECE):
                turn = first + pace * np.float32(i)
                value = fall[i] * sin_turn(turn - np.floor(turn + np.float32(0.5)))
                out_left[i] += gain_left * value
                out_right[i] += gain_right * value
            phase += PIECE * step
            phase -= np.floor(phase + 0.5)
            gain *= decay[mode] ** PIECE
            rise *= bend_decay
    # A sine that dies at once after it begins leaves an offset behind: nothing below 12 Hz is kept.
    x, y, left_held, right_held = 0.0, 0.0, 0.0, 0.0
    for i in range(out.shape[1]):
        left_held = blocker * left_held + (out[0, i] - x)
        right_held = blocker * right_held + (out[1, i] - y)
        x, y = out[0, i], out[1, i]
        out[0, i], out[1, i] = left_held, right_held


def tone(params: Params, tone: Tone, rate: int, seed: Seed) -> Audio:
    """One blow; a drum is not damped."""
    frequency_hz = midi_to_hz(tone.pitch)
    random = seed.generator("blow")
    ratios = np.array(RATIOS)
    rim = params.rim + (1.0 - params.rim) * 0.35 * tone.velocity
    amplitudes = np.array(LEVELS) ** (1.6 - 1.2 * rim) * (1.0 + 0.1 * random.uniform(-1.0, 1.0, len(ratios)))
    contact_hz = 60.0 * 2.0 ** (1.5 * params.stick + 3.0 * tone.velocity)
    amplitudes /= 1.0 + (frequency_hz * ratios / contact_hz) ** 2
    level = LEVEL * tone.velocity**1.3
    amplitudes *= level / amplitudes.sum()
    t60_s = params.ring * (65.4 / frequency_hz) ** 0.5 / ratios**1.1
    pans = params.width * np.where(np.arange(len(ratios)) % 2, 1.0, -1.0) * (ratios > 1.0)
    out = np.zeros((2, PIECE * round(1.35 * float(t60_s[0]) * rate / PIECE)), np.float32)
    _skin(
        out,
        frequency_hz * ratios / rate,
        amplitudes,
        10.0 ** (-3.0 / (t60_s * rate)),
        2.0 ** (params.bend * tone.velocity / 12.0) - 1.0,
        10.0 ** (-16.0 / (0.06 * rate)),
        (np.sqrt(2.0) * np.cos((pans + 1.0) * np.pi / 4)).astype(np.float32),
        (np.sqrt(2.0) * np.sin((pans + 1.0) * np.pi / 4)).astype(np.float32),
        1.0 - 2.0 * np.pi * 12.0 / rate,
    )
    slap = _slap(round(0.05 * rate), contact_hz, rate, seed)
    frames = min(out.shape[1], len(slap))
    out[:, :frames] += np.float32(level * (0.05 + 0.25 * params.stick) * tone.velocity) * slap[:frames]
    return faded(out, rate)


def _slap(frames: int, contact_hz: float, rate: int, seed: Seed) -> Audio:
    """The stick on the skin: a burst of noise, the brighter the harder."""
    noise = white(frames, seed.key("slap"))
    width = max(2, round(0.12 * rate / contact_hz))
    shaped = np.convolve(noise, np.hanning(width + 2)[1:-1], mode="same")
    at = np.arange(frames) / rate
    shaped *= np.minimum(at / 0.001, 1.0) * np.exp(-at / 0.007)
    shaped -= shaped.mean()
    slap: Audio = (shaped / max(1e-9, float(np.abs(shaped).max())) * np.hanning(2 * frames)[frames:]).astype(
        np.float32
    )
    return slap
