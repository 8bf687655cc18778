"""Parts of a sound at stated levels: how a machine's ticks, tones and flow come out as loud as meant.

What a part measures depends on its parameters in ways no formula tells; so each is tried for a moment at neutral
controls, set to its level against the first, and the whole to the working loudness that its layer states. Only
energies are taken from a trial: how high the next peak will be, no moment tells, so what stands out far from the rest
has a lower working loudness to begin with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from soundscape.audio import Audio
from soundscape.contract import TICK, ControlBlock, neutral
from soundscape.dsp.burst import between
from soundscape.dsp.drift import Drift
from soundscape.dsp.highpass import HighPass
from soundscape.dsp.loudness import loudness_lufs
from soundscape.dsp.machine import finish
from soundscape.units import db_to_gain

LEVEL_LUFS = -30.0
"""Working loudness of what is no more than 17 dB higher at its peaks, at neutral controls."""
TRIAL_S = 8
SILENT_DB = -90.0
"""A part at this level or below is left out."""
AS_BEFORE = None
"""Level of a part too rare to be tried: it takes the gain of the part before it."""


class Part(Protocol):
    """One of the sounds that make a layer."""

    def run(self, block: ControlBlock) -> Audio:
        """float32 `(2, block.frames)`: what it does under these controls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """What the controls do to the whole."""

    intensity_db: float = 12.0
    """Level over the whole range of intensity."""
    brightness_db: float = 20.0
    """Level above `split_hz` over the whole range of brightness."""
    split_hz: float = 900.0


def blend(
    make: Callable[[], Sequence[tuple[float | None, Part]]],
    controls: Iterable[ControlBlock],
    rate: int,
    voice: Voice,
    *,
    level_lufs: float = LEVEL_LUFS,
    swell: Drift | None = None,
    swell_db: float = 0.0,
) -> Iterator[Audio]:
    """The sum of parts for every control block.

    Parameters
    ----------
    make : gives fresh parts, each with its level in dB against the first, or `AS_BEFORE`
    level_lufs : loudness of their sum at neutral controls, so low that it has room for peaks at full intensity
    swell, swell_db : slow motion of the whole and its standard deviation; too slow for a trial to know its mean
    """
    gains = _gains(make(), rate, level_lufs)
    parts = [(gain, part) for gain, (_, part) in zip(gains, make(), strict=True) if gain > 0.0]
    highpass, dark, still = HighPass(rate, corner_hz=28.0), np.zeros(2, np.float32), np.zeros(3)
    for block in controls:
        audio = np.zeros((2, block.frames), np.float32)
        for gain, part in parts:
            audio += np.float32(gain) * part.run(block)
        level = _curve(voice.intensity_db, block["intensity"])
        if swell is not None:
            level = level * 10.0 ** (swell_db / 20.0 * 1.5 * np.tanh(swell.advance(block.ticks)[:, 0] / 1.5))
        audio *= between(block.frames, level, step=TICK)
        highs, none = _curve(voice.brightness_db, block["brightness"]), np.zeros(block.ticks + 1, np.float32)
        finish(audio, highs, none, none, still, dark, voice.split_hz, rate)
        highpass.run(audio)
        yield audio


def _curve(range_db: float, control: np.ndarray) -> np.ndarray:
    return (10.0 ** (range_db / 20.0 * (control - 0.5))).astype(np.float32)


def _gains(parts: Sequence[tuple[float | None, Part]], rate: int, level_lufs: float) -> list[float]:
    total = np.zeros((2, TRIAL_S * rate // TICK * TICK), np.float32)
    gains: list[float] = []
    reference = 0.0
    for level_db, part in parts:
        if level_db is None:
            gains.append(gains[-1])
            continue
        if level_db <= SILENT_DB:
            gains.append(0.0)
            continue
        audio = _trial(part, rate)
        rms = max(float(np.std(audio)), 1e-9)
        reference = reference or rms
        gains.append(db_to_gain(level_db) * reference / rms)
        total += np.float32(gains[-1]) * audio
    level = db_to_gain(level_lufs - loudness_lufs(total, rate))
    return [level * gain for gain in gains]


def _trial(part: Part, rate: int) -> Audio:
    audio = np.concatenate(list(map(part.run, neutral(TRIAL_S * rate // TICK))), axis=1)
    HighPass(rate, corner_hz=28.0).run(audio)
    return audio
