"""Palettes: the sound of a place — its layers, space, hits and the music that suits it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

from soundscape.errors import PresetError
from soundscape.params import ParamValue
from soundscape.registry import did_you_mean, find_presets, get_preset, read_toml
from soundscape.serial import adapter

_FORBID: dict[str, Any] = {"extra": "forbid"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PaletteLayer:
    """One layer of a place."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID
    preset: str
    gain_db: float = 0.0
    pan: float = 0.0
    intensity: tuple[float, float] = (0.2, 0.8)
    """Intensity of the layer where the shot's is 0 and where it is 1."""
    when: tuple[str, ...] = ()
    """Words of a shot that let the layer sound; empty: always."""
    params: dict[str, ParamValue] = field(default_factory=dict)
    """Changes on top of the preset."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaletteMusic:
    """The music that suits a place."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID
    key: str = "D"
    mode: str = "dorian"
    bpm: tuple[float, float] = (60.0, 100.0)
    lead: str = "crystal-bell"
    pad: str = "warm-pad"
    bass: str = "sub"
    pulse: str = "harp"
    accent: str = "frame-drum"
    """Presets of instruments; an empty one leaves its role out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """The sound of a place."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID
    name: str
    title: str = ""
    tags: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    """Words of a shot list that choose it; a palette without words is never chosen by words."""
    space: str = ""
    layers: tuple[PaletteLayer, ...] = ()
    music: PaletteMusic = field(default_factory=PaletteMusic)
    hits: dict[str, str] = field(default_factory=dict)
    """Word of a hit's label → preset of the hit, before the presets' own words."""
    notes: str = ""
    path: Path | None = None
    """The file it was read from."""


@lru_cache(maxsize=256)
def load_palette(path: Path) -> Palette:
    """The palette in a TOML file; raises PresetError with the key at fault."""
    from pydantic import ValidationError

    try:
        data = {**read_toml(path), "name": path.stem, "path": path}
        palette: Palette = adapter(Palette).validate_python(data)
        return palette
    except ValidationError as error:
        first = error.errors()[0]
        keys = ".".join(str(part) for part in first["loc"])
        raise PresetError(str(first["msg"]), path=path, column=keys) from None


def get_palette(name: str, folders: Iterable[Path]) -> Palette:
    """The palette of this name; raises PresetError with the nearest names when there is none."""
    found = find_presets("palettes", folders)
    if name not in found:
        raise PresetError(
            f'there is no palette "{name}"{did_you_mean(name, found, listed_by="`soundscape presets --kind palettes`")}'
        )
    return load_palette(found[name])


def check_palette(palette: Palette, folders: Sequence[Path]) -> None:
    """Raise PresetError with file and key for a layer, a hit or a space of a palette that does not exist."""
    named = [("layers", layer.preset, f"layers.{index}.preset") for index, layer in enumerate(palette.layers)]
    named += [("hits", preset, f"hits.{word}") for word, preset in palette.hits.items()]
    named += [("spaces", palette.space, "space")] if palette.space else []
    for kind, preset, key in named:
        try:
            get_preset(kind, preset, folders)
        except PresetError as error:
            raise error.at(path=palette.path, column=key) from error


def all_palettes(folders: Iterable[Path]) -> list[Palette]:
    """Every palette, by name."""
    return [load_palette(path) for path in find_presets("palettes", folders).values()]
