"""Variations of a hit by seed are never copies: in their colour, their course or their details."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from soundscape.contract import Hit
from soundscape.params import params_of
from soundscape.registry import unit
from tests import texture
from tests.hits.rendering import HITS, PRESETS, RATE, make, render

VARIATIONS = 3
LEAST_DB = 2.4
"""Two runs of stationary noise through one gesture differ by 1.5 to 2 dB here."""
HEARD_DB = 40.0
AFTER_S = 2.0


def picture_db(hit: Hit) -> np.ndarray:
    """Level of every cochlear band in every 50 ms, from a second before the sync point on: `(bands, frames)`."""
    first, last = max(0, hit.sync - RATE), hit.sync + round(AFTER_S * RATE)
    mono = np.pad(hit.audio[:, first:last].mean(axis=0), RATE // 10)
    level = texture.envelopes(mono, RATE) ** (1.0 / texture.COMPRESSION)
    size = round(0.05 * texture.ENVELOPE_HZ)
    count = level.shape[1] // size
    return 20.0 * np.log10(level[:, : count * size].reshape(len(level), count, size).mean(axis=2) + 1e-7)


def unlikeness_db(one: np.ndarray, other: np.ndarray) -> float:
    """Root mean square of their difference where either is heard."""
    frames = min(one.shape[1], other.shape[1])
    one, other = one[:, :frames], other[:, :frames]
    floor = max(one.max(), other.max()) - HEARD_DB
    heard = np.maximum(one, other) > floor
    return float(np.sqrt(np.mean((np.maximum(one, floor) - np.maximum(other, floor))[heard] ** 2)))


@pytest.mark.parametrize("preset", PRESETS)
def test_no_two_variations_are_copies(preset: str) -> None:
    pictures = [picture_db(render(preset, seed=seed)) for seed in range(1, VARIATIONS + 1)]
    assert min(unlikeness_db(*pair) for pair in combinations(pictures, 2)) >= LEAST_DB


@pytest.mark.parametrize(
    ("hit", "one", "other"),
    [
        (hit, *pair)
        for hit in HITS
        for param in params_of(unit("hits", hit).Params)
        if param.name == "material"
        for pair in combinations(param.options, 2)
    ],
)
def test_no_two_materials_sound_alike(hit: str, one: str, other: str) -> None:
    pictures = [picture_db(make(hit, material=material)) for material in (one, other)]
    assert unlikeness_db(*pictures) >= LEAST_DB


def test_the_measure_tells_a_copy_from_another_run_of_the_same_noise() -> None:
    rng = np.random.default_rng(1)
    fall = np.exp(-np.arange(RATE) / (0.2 * RATE))
    one, other = (Hit((fall * rng.standard_normal((2, RATE))).astype(np.float32), 0) for _ in range(2))
    louder = Hit(one.audio * np.float32(1.05), 0)
    assert unlikeness_db(picture_db(one), picture_db(louder)) < 0.6
    assert 1.0 < unlikeness_db(picture_db(one), picture_db(other)) < LEAST_DB
