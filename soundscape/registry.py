"""Units and presets, found by looking: modules in a folder (and entry points), TOML files in a folder.

Adding a unit is adding a file; nothing is listed by hand.
"""

from __future__ import annotations

import difflib
import importlib
import pkgutil
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from soundscape.errors import PresetError
from soundscape.params import ParamValue, make_params, params_of

KINDS = ("layers", "hits", "instruments", "spaces", "palettes")
"""Kinds of presets; all but palettes are presets of a unit of that kind."""

MANY = 20
"""More names than this are not listed in an error message."""
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_KEYS = {"title", "unit", "tags", "words", "params", "notes"}


@cache
def units(kind: str) -> dict[str, str]:
    """Unit names of a kind, each with the module that holds it: `{"wind": "soundscape.layers.wind"}`."""
    package = importlib.import_module(f"soundscape.{kind}")
    found = {
        info.name: f"{package.__name__}.{info.name}"
        for info in pkgutil.iter_modules(package.__path__)
        if not info.name.startswith("_")
    }
    found |= {point.name: point.value for point in entry_points(group=f"soundscape.{kind}")}
    return dict(sorted(found.items()))


def unit(kind: str, name: str) -> Any:
    """The module of a unit."""
    modules = units(kind)
    if name not in modules:
        raise PresetError(f'there is no unit "{name}" in {kind}{did_you_mean(name, modules)}')
    return importlib.import_module(modules[name])


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A preset as it is listed and searched: what its file says without the unit."""

    kind: str
    name: str
    title: str
    unit: str
    """Empty for a palette."""
    tags: tuple[str, ...]
    words: tuple[str, ...]
    """Words of a shot list that ask for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset(Entry):
    """A named set of parameters of a unit, with the words by which it is found."""

    params: dict[str, ParamValue]
    path: Path

    def make(self, **changes: ParamValue) -> Any:
        """The unit's `Params` with this preset's values, checked; `changes` go on top."""
        try:
            return make_params(unit(self.kind, self.unit).Params, {**self.params, **changes})
        except PresetError as error:
            raise error.at(path=self.path) from None


def preset_folders(*extra: Path) -> tuple[Path, ...]:
    """Where presets are looked for; what stands earlier wins: the film's, the user's, the packaged ones."""
    from platformdirs import user_data_path

    here = Path(__file__).parent
    packaged = here / "presets"
    return (
        *extra,
        user_data_path("soundscape") / "presets",
        packaged if packaged.is_dir() else here.parent / "presets",
    )


def find_presets(kind: str, folders: Iterable[Path] | None = None) -> dict[str, Path]:
    """Names of a kind's presets and the file of each, sorted by name."""
    found: dict[str, Path] = {}
    for folder in preset_folders() if folders is None else folders:
        for path in sorted((folder / kind).glob("*.toml")):
            found.setdefault(path.stem, path)
    return dict(sorted(found.items()))


@cache
def load_preset(path: Path, kind: str) -> Preset:
    """A preset file (of any kind but palettes), checked against its unit."""
    entry, params = _read(path, kind)
    preset = Preset(
        kind=kind,
        name=entry.name,
        title=entry.title,
        unit=entry.unit,
        tags=entry.tags,
        words=entry.words,
        params=_from_folder(path.parent, kind, entry.unit, params),
        path=path,
    )
    preset.make()
    return preset


def forget_presets() -> None:
    """Read preset files anew from here on, because one was written."""
    load_preset.cache_clear()
    _read.cache_clear()


@cache
def _read(path: Path, kind: str) -> tuple[Entry, dict[str, ParamValue]]:
    data = read_toml(path)
    if not _NAME.fullmatch(path.stem):
        raise PresetError("the file name is not a preset name; allowed: a-z, 0-9 and -", path=path)
    unknown = sorted(set(data) - _KEYS)
    if unknown:
        raise PresetError(f"unknown key{did_you_mean(unknown[0], _KEYS)}", path=path, column=unknown[0])
    if "unit" not in data:
        raise PresetError(f"names no unit; allowed: {', '.join(units(kind))}", path=path, column="unit")
    entry = Entry(
        kind=kind,
        name=path.stem,
        title=str(data.get("title", path.stem)),
        unit=str(data["unit"]),
        tags=tuple(data.get("tags", ())),
        words=tuple(data.get("words", ())),
    )
    return entry, dict(data.get("params", {}))


def _from_folder(folder: Path, kind: str, name: str, params: dict[str, ParamValue]) -> dict[str, ParamValue]:
    """Parameters whose relative paths begin at the folder of their preset."""
    files = {param.name for param in params_of(unit(kind, name).Params) if param.file}
    return {
        key: str((folder / value).resolve()) if key in files and isinstance(value, str) and value else value
        for key, value in params.items()
    }


def get_preset(kind: str, name: str, folders: Iterable[Path] | None = None) -> Preset:
    """The preset of this kind and name; raises PresetError with the nearest names when there is none."""
    places = preset_folders() if folders is None else tuple(folders)
    if _NAME.fullmatch(name):
        for folder in places:
            path = folder / kind / f"{name}.toml"
            if path.is_file():
                return load_preset(path, kind)
    near = did_you_mean(name, find_presets(kind, places), listed_by=f"`soundscape presets --kind {kind}`")
    raise PresetError(f'there is no preset "{name}" in {kind}{near}')


def entries(kind: str, folders: Iterable[Path] | None = None) -> list[Entry]:
    """Every preset of a kind that has units, by name; no unit is loaded for it."""
    return [_read(path, kind)[0] for path in find_presets(kind, folders).values()]


def all_presets(folders: Iterable[Path] | None = None) -> list[Preset]:
    """Every preset of every kind that has units, by kind and name."""
    places = None if folders is None else tuple(folders)
    return [
        load_preset(path, kind)
        for kind in KINDS
        if kind != "palettes"
        for path in find_presets(kind, places).values()
    ]


def read_toml(path: Path) -> dict[str, Any]:
    """A TOML file; raises PresetError that names the line of a syntax error."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise PresetError(f"cannot be read: {error}", path=path) from error
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        raise PresetError(f"is not TOML: {error}", path=path, line=int(line[1]) if line else None) from error


def did_you_mean(name: str, known: Iterable[str], *, listed_by: str = "") -> str:
    """The end of an error message: the nearest known names, or else the first of them, or what lists them all."""
    names = sorted(set(known))
    near = difflib.get_close_matches(name, names, n=3)
    if near:
        return f"; did you mean {' or '.join(near)}?"
    if len(names) > MANY and listed_by:
        return f"; {listed_by} lists all {len(names)}"
    return f"; allowed: {', '.join(names[:MANY])}{' ...' if len(names) > MANY else ''}"
