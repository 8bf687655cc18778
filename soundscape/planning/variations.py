"""Variations of a preset: the same sound, its parameters moved by a share of their ranges."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from soundscape.errors import PresetError
from soundscape.params import ParamValue, params_of
from soundscape.planning.audition import find_kind
from soundscape.registry import Preset, get_preset, unit
from soundscape.rng import Seed


def varied(
    preset: str,
    changes: Mapping[str, ParamValue],
    *,
    amount: float,
    seed: int,
    folders: Sequence[Path],
    locked: Collection[str] = (),
) -> dict[str, ParamValue]:
    """Changes of the variation with a seed; a palette has no parameters, so that none of it change."""
    kind, name = find_kind(preset, folders)
    if kind == "palettes":
        return {}
    found = get_preset(kind, name, folders)
    return vary(found, changes, amount=amount, seed=Seed(seed).child("variation"), locked=locked)


def vary(
    preset: Preset,
    changes: Mapping[str, ParamValue],
    *,
    amount: float,
    seed: Seed,
    locked: Collection[str] = (),
) -> dict[str, ParamValue]:
    """Changes of a variation: every number moved by up to `amount` of its range, evenly; words and switches stay.

    Parameters
    ----------
    preset : Preset
        Whose parameters vary.
    changes : mapping
        What is already changed; the variation starts from there.
    amount : float
        0 to 1; 0.2 moves a number by at most a fifth of its range to either side.
    seed : Seed
        Another seed, another variation.
    locked : collection of str
        Parameters that stay as they are.

    Raises
    ------
    PresetError
        When the amount is not from 0 to 1.
    """
    if not 0.0 <= amount <= 1.0:
        raise PresetError(f"{amount:g} is not allowed; allowed: 0 to 1", column="amount")
    varied = dict(changes)
    for param in params_of(unit(preset.kind, preset.unit).Params):
        number = isinstance(param.default, int | float) and not isinstance(param.default, bool)
        if not number or param.name in locked:
            continue
        value = varied.get(param.name, preset.params.get(param.name, param.default))
        # By name, so that a lock on one parameter moves no other.
        draw = float(seed.generator(param.name).uniform(-amount, amount))
        moved = min(max(float(value) + draw * (param.high - param.low), param.low), param.high)
        varied[param.name] = round(moved) if isinstance(param.default, int) else float(f"{moved:.4g}")
        varied[param.name] = min(max(varied[param.name], param.low), param.high)
    return varied
