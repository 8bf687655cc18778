"""Everything there is to hear, with what can be shaped of it: what a page or a table of presets needs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from soundscape.contract import CONTROLS
from soundscape.mix.wetness import BEND, SPACE
from soundscape.params import Param, params_of
from soundscape.planning.audition import NEUTRAL_SPACE, followed
from soundscape.planning.palette import Palette, all_palettes
from soundscape.registry import KINDS, Preset, all_presets, unit


def catalogue(folders: Sequence[Path]) -> dict[str, Any]:
    """Presets and palettes, the units they are of, and the controls, as plain data.

    Returns
    -------
    dict
        `presets`: a list in order of kind and name; `units`: by `kind/unit`; `controls`: by name; `wetness`: the
        space of sounds without a place, and what the law of `soundscape.mix.wetness` is made of.
    """
    presets = all_presets(folders)
    used = sorted({(preset.kind, preset.unit) for preset in presets})
    own = folders[0]
    entries = [
        *(_preset(item, own) for item in presets),
        *(_palette(item, folders) for item in all_palettes(folders)),
    ]
    return {
        "kinds": KINDS,
        "presets": entries,
        "units": {f"{kind}/{name}": _unit(kind, name) for kind, name in used},
        "controls": {name: {"neutral": neutral, "help": help} for name, (neutral, help) in CONTROLS.items()},
        "wetness": {"space": NEUTRAL_SPACE, "space_gain": SPACE, "bend": BEND},
    }


def _preset(preset: Preset, own: Path) -> dict[str, Any]:
    shaped = {param.name for param in shapeable(preset.kind, preset.unit)}
    return {
        "id": f"{preset.kind}/{preset.name}",
        "kind": preset.kind,
        "name": preset.name,
        "title": preset.title,
        "unit": preset.unit,
        "tags": preset.tags,
        "words": preset.words,
        "params": {name: value for name, value in preset.params.items() if name in shaped},
        "own": preset.path.is_relative_to(own),
    }


def _palette(palette: Palette, folders: Sequence[Path]) -> dict[str, Any]:
    own = (folders[0] / "palettes" / f"{palette.name}.toml").exists()
    return {
        "id": f"palettes/{palette.name}",
        "kind": "palettes",
        "name": palette.name,
        "title": palette.title or palette.name,
        "unit": "",
        "tags": palette.tags,
        "words": palette.words,
        "params": {},
        "own": own,
        "space": palette.space,
        "layers": [{"preset": layer.preset, "gain_db": layer.gain_db} for layer in palette.layers],
        "lead": palette.music.lead,
    }


def shapeable(kind: str, name: str) -> tuple[Param, ...]:
    """Parameters of a unit that a page may set: all but files of its owner, which stay where they are, and texts."""
    return tuple(param for param in params_of(unit(kind, name).Params) if not param.file and not param.reads)


def _unit(kind: str, name: str) -> dict[str, Any]:
    module = unit(kind, name)
    return {
        "help": (module.__doc__ or "").strip().split("\n\n")[0].replace("\n", " "),
        "params": [_param(param) for param in shapeable(kind, name)],
        # Where something goes to is a matter of the picture.
        "controls": [name for name in followed(kind, module) if name != "speed"],
        "range": module.RANGE if kind == "instruments" else None,
        "bus": getattr(module, "BUS", "music"),
    }


def _param(param: Param) -> dict[str, Any]:
    form: dict[str, Any]
    if param.options:
        form = {"type": "choice", "options": param.options}
    elif isinstance(param.default, bool):
        form = {"type": "switch"}
    else:
        form = {"type": "number", "low": param.low, "high": param.high, "whole": isinstance(param.default, int)}
    return {"name": param.name, "default": param.default, "unit": param.unit, "help": param.help, **form}
