"""Layers rendered for tests, each asked-for piece once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

import numpy as np

from soundscape.audio import Audio
from soundscape.contract import TICK, ControlBlock
from soundscape.params import ParamValue
from soundscape.registry import Preset, find_presets, load_preset, unit, units
from soundscape.rng import Seed

RATE = 48_000
SEED = Seed(20_26)
LAYERS = tuple(units("layers"))
PRESETS: dict[str, Preset] = {name: load_preset(path, "layers") for name, path in find_presets("layers").items()}


def presets_of(layer: str) -> list[Preset]:
    """The presets of a layer, by name."""
    return [preset for preset in PRESETS.values() if preset.unit == layer]


def ticks(seconds: float, rate: int = RATE) -> int:
    """Whole ticks nearest to a length."""
    return round(seconds * rate / TICK)


def blocks(curves: dict[str, np.ndarray], sizes: Iterable[int]) -> Iterator[ControlBlock]:
    """Whole control curves, `(ticks + 1,)` each, cut into blocks of these numbers of ticks."""
    at = 0
    for size in sizes:
        yield ControlBlock(size, {name: curve[at : at + size + 1] for name, curve in curves.items()})
        at += size


def render_curves(
    layer: str,
    params: object,
    curves: dict[str, np.ndarray],
    sizes: Iterable[int],
    *,
    rate: int = RATE,
    seed: Seed = SEED,
) -> Audio:
    """One signal from blocks of these numbers of ticks."""
    made = list(unit("layers", layer).render(params, blocks(curves, sizes), rate, seed))
    return np.concatenate(made, axis=1) if made else np.zeros((2, 0), np.float32)


@lru_cache(maxsize=96)
def render(
    preset: str,
    seconds: float,
    *,
    rate: int = RATE,
    seed: int = SEED.value,
    changes: tuple[tuple[str, ParamValue], ...] = (),
    **controls: float,
) -> Audio:
    """A preset, with parameters changed, at constant controls (neutral where none is given)."""
    count = ticks(seconds, rate)
    curves = {name: np.full(count + 1, value, np.float32) for name, value in controls.items()}
    sizes = [128] * (count // 128) + [count % 128]
    chosen = PRESETS[preset]
    return render_curves(chosen.unit, chosen.make(**dict(changes)), curves, sizes, rate=rate, seed=Seed(seed))
