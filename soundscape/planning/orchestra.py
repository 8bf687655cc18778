"""The orchestra of a cue: which instrument plays each role, and which role states each motif."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from soundscape.errors import InputError, PresetError
from soundscape.film import Film
from soundscape.params import ParamValue
from soundscape.planning.palette import Palette
from soundscape.registry import Preset, get_preset, unit
from soundscape.score.request import Appearance, Voice

MELODIC = ("lead", "counter")
"""Roles that state motifs, in the order in which those of a cue are given to them."""
_SOUNDFONT = re.compile(r"(?P<file>.+\.sf[23])(?::(?P<program>\d{1,3}))?", re.IGNORECASE)


def orchestra(
    appearances: Sequence[Appearance], film: Film, palette: Palette, folders: Sequence[Path]
) -> tuple[dict[str, Preset], dict[str, str]]:
    """The instrument of every role, and the role that states each motif: the first two have one of their own."""
    music = palette.music
    names = {"lead": music.lead, "pad": music.pad, "bass": music.bass, "pulse": music.pulse, "accent": music.accent}
    instruments = {entry.name: entry.instrument for entry in film.motifs}
    players: dict[str, str] = {}
    for motif in dict.fromkeys(item.motif for item in appearances):
        role = MELODIC[min(len(players), len(MELODIC) - 1)]
        players[motif] = role
        names[role] = instruments.get(motif) or names.get(role, music.lead)
    try:
        return {role: _instrument(name, film, folders) for role, name in names.items() if name}, players
    except PresetError as error:  # those of the film's motifs were looked at before
        raise error.at(path=palette.path, column="music") from error


def check_instruments(film: Film, folders: Sequence[Path]) -> None:
    """Raise FilmError for an instrument of a motif that does not exist, whether or not the motif is played."""
    for index, entry in enumerate(film.motifs):
        try:
            if entry.instrument:
                _instrument(entry.instrument, film, folders).make()
        except InputError as error:
            raise film.error(error.message, "motifs", str(index), "instrument") from error


def _instrument(name: str, film: Film, folders: Sequence[Path]) -> Preset:
    """A preset by name, or an instrument of a SoundFont beside the film: `strings.sf2`, `fonts/orchestra.sf3:48`."""
    named = _SOUNDFONT.fullmatch(name)
    if named is None:
        return get_preset("instruments", name, folders)
    params: dict[str, ParamValue] = {"file": str((film.folder / named["file"]).resolve())}
    if named["program"]:
        params["program"] = int(named["program"])
    return Preset(
        kind="instruments",
        name=re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-"),
        title=name,
        unit="soundfont",
        params=params,
        tags=(),
        words=(),
        path=film.path or film.folder,
    )


def voice(preset: Preset) -> Voice:
    module = unit("instruments", preset.unit)
    low, high = module.RANGE
    onset_s = partial(module.onset_s, preset.make())
    return Voice(low=low, high=high, onset_s=onset_s, drum=getattr(module, "DRUM", False))
