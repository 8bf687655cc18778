"""Keeping what was found: a sound as a preset of one's own, and the line that uses it in a film."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from soundscape.errors import PresetError
from soundscape.files import make_folder, write_text
from soundscape.params import ParamValue
from soundscape.planning.audition import find_kind
from soundscape.registry import find_presets, forget_presets, get_preset, preset_folders

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


def own_folder() -> Path:
    """The user's presets, which the program never changes unasked."""
    return preset_folders()[0]


def keep_preset(
    parent: str,
    name: str,
    *,
    folders: Sequence[Path],
    into: Path,
    title: str = "",
    tags: Sequence[str] | None = None,
    changes: Mapping[str, ParamValue] | None = None,
    faders_db: Mapping[str, float] | None = None,
    muted: Sequence[str] = (),
    replace: bool = False,
) -> Path:
    """Write a preset that is its parent with changes; comments and the order of the parent's file are kept.

    Parameters
    ----------
    parent : str
        `kind/name` of the preset from which it was shaped.
    name : str
        Of the new one: a-z, 0-9 and -.
    into : Path
        The folder of presets in which it is written.
    changes : mapping, optional
        Parameters that are not the parent's.
    faders_db, muted : optional
        Of a palette: levels that are not the parent's, and layers that go.
    replace : bool
        Write over a preset of the same name in that folder.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    PresetError
        For a name that is none or taken (packaged presets are never covered), or a change that is not allowed.
    """
    kind, parent_name = find_kind(parent, folders)
    if not _NAME.fullmatch(name):
        raise PresetError(f'"{name}" is not a preset name; allowed: a-z, 0-9 and -, at most 64', column="name")
    path = into / kind / f"{name}.toml"
    taken = find_presets(kind, [folder for folder in folders if folder != into])
    if name in taken:
        raise PresetError(f'there is a packaged preset "{name}"; choose another name', column="name")
    if path.exists() and not replace:
        raise PresetError(f'you have a preset "{name}" already; choose another name or replace it', column="name")
    changed: Mapping[str, ParamValue] = {}
    if kind != "palettes":
        # In the types of the parameters: 1 is 1.0 where a number need not be whole.
        made = get_preset(kind, parent_name, folders).make(**(changes or {}))
        changed = {key: getattr(made, key) for key in changes or {}}
    text = _text(find_presets(kind, folders)[parent_name], title, tags, changed, faders_db or {}, muted)
    make_folder(path.parent)
    write_text(path, text)
    forget_presets()
    return path


def _text(
    source: Path,
    title: str,
    tags: Sequence[str] | None,
    changes: Mapping[str, ParamValue],
    faders_db: Mapping[str, float],
    muted: Sequence[str],
) -> str:
    """The parent's file with what is new in it."""
    import tomlkit

    document = tomlkit.parse(source.read_text(encoding="utf-8-sig"))
    if title:
        document["title"] = title
    if tags is not None:
        document["tags"] = list(tags)
    if changes:
        params = document.setdefault("params", tomlkit.table())
        for key, value in changes.items():
            params[key] = value
    if faders_db or muted:
        layers = document["layers"]
        for index in reversed(range(len(layers))):
            layer = layers[index]
            if layer["preset"] in muted:
                del layers[index]
            elif layer["preset"] in faders_db:
                layer["gain_db"] = faders_db[layer["preset"]]
    return tomlkit.dumps(document)


def film_line(preset: str, folders: Sequence[Path], *, place: str = "dune surface", word: str = "") -> str:
    """What to write so that a film uses a preset: into film.toml, or into the palette of a place.

    Parameters
    ----------
    place : str
        The place of the film that is meant.
    word : str
        What the film calls the sound; without it the first word that the preset knows.
    """
    kind, name = find_kind(preset, folders)
    place, word = (text.replace("\\", "").replace('"', "") for text in (place, word))
    if kind == "palettes":
        return f'[places."{place}"]\npalette = "{name}"\n'
    if kind == "instruments":
        return (
            f'instrument = "{name}"  # in [[motifs]] of film.toml, or lead, pad, bass ... in [music] of a palette\n'
        )
    if kind == "spaces":
        return f'space = "{name}"  # at the top of a palette\n'
    if kind == "hits":
        word = word or next(iter(get_preset(kind, name, folders).words), name)
        return f'[hits]  # of film.toml or a palette: word of the marker = preset\n"{word}" = "{name}"\n'
    word = word or next(iter(get_preset(kind, name, folders).words), name)
    return (
        f'[sounds]  # of film.toml: word among the sounds of a shot = preset\n"{word}" = "{name}"\n'
        f'\n[[layers]]  # or of a palette\npreset = "{name}"\ngain_db = 0.0\nintensity = [0.2, 0.8]\n'
    )
