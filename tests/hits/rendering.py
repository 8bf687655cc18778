"""Hits rendered for tests, each asked-for one once, and what is measured on them."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy import fft

from soundscape.contract import Hit
from soundscape.params import ParamValue
from soundscape.registry import Preset, find_presets, load_preset, unit, units
from soundscape.rng import Seed
from tests import descriptors

RATE = 48_000
SEED = 20_26
HITS = tuple(units("hits"))
PRESETS: dict[str, Preset] = {name: load_preset(path, "hits") for name, path in find_presets("hits").items()}


def presets_of(hit: str) -> list[Preset]:
    """The presets of a hit, by name."""
    return [preset for preset in PRESETS.values() if preset.unit == hit]


@lru_cache(maxsize=128)
def render(preset: str, *, rate: int = RATE, seed: int = SEED, **changes: ParamValue) -> Hit:
    """A preset with parameters changed."""
    chosen = PRESETS[preset]
    hit: Hit = unit("hits", chosen.unit).render(chosen.make(**changes), rate, Seed(seed))
    return hit


@lru_cache(maxsize=128)
def make(hit: str, *, rate: int = RATE, seed: int = SEED, **changes: ParamValue) -> Hit:
    """A hit at its default parameters, some of them changed."""
    module = unit("hits", hit)
    made: Hit = module.render(module.Params(**changes), rate, Seed(seed))
    return made


def loudest_db(hit: Hit, rate: int = RATE) -> float:
    """Level of the loudest 50 ms."""
    return float(descriptors.levels_db(hit.audio, rate, frame_s=0.05).max())


def length_s(hit: Hit, rate: int = RATE, *, down_db: float = 30.0) -> float:
    """Time in which the level stays within `down_db` of the loudest 20 ms."""
    level = descriptors.levels_db(hit.audio, rate, frame_s=0.02)
    heard = np.flatnonzero(level > level.max() - down_db)
    return float(heard[-1] - heard[0] + 1) * 0.02


def centroid_hz(hit: Hit, rate: int = RATE) -> float:
    """Mean frequency from 30 Hz to 16 kHz, weighted by power."""
    size = fft.next_fast_len(hit.audio.shape[1], real=True)
    power = (np.abs(fft.rfft(hit.audio.astype(np.float64), size)) ** 2).sum(axis=0)
    frequency = np.fft.rfftfreq(size, 1.0 / rate)
    inside = (frequency > 30.0) & (frequency < 16_000.0)
    return float(np.sum(frequency[inside] * power[inside]) / power[inside].sum())


def onset_frame(hit: Hit, rate: int = RATE) -> int:
    """First frame within 100 ms of the sync point that reaches a tenth of the peak around it."""
    first = max(0, hit.sync - rate // 10)
    around = np.abs(hit.audio[:, first : hit.sync + rate // 10]).max(axis=0)
    return first + int(np.flatnonzero(around >= 0.1 * around.max())[0])


def loudest_frame(hit: Hit, rate: int = RATE) -> int:
    """Middle of the loudest 100 ms."""
    power = (hit.audio.astype(np.float64) ** 2).sum(axis=0)
    size = round(0.1 * rate)
    return int(np.argmax(np.convolve(power, np.hanning(size), "same")))
