"""Finding presets by word and tag."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from soundscape.planning.palette import all_palettes
from soundscape.planning.words import stems
from soundscape.registry import all_presets


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A preset as it is listed."""

    kind: str
    name: str
    title: str
    unit: str
    tags: tuple[str, ...]
    words: tuple[str, ...]


def search_presets(words: Sequence[str], folders: Sequence[Path], *, kind: str = "", tag: str = "") -> list[Entry]:
    """Presets of every kind in which each word begins a word of name, title, tags or words; all without words."""
    entries = [
        *(
            Entry(
                kind=preset.kind,
                name=preset.name,
                title=preset.title,
                unit=preset.unit,
                tags=preset.tags,
                words=preset.words,
            )
            for preset in all_presets(folders)
        ),
        *(
            Entry(
                kind="palettes",
                name=palette.name,
                title=palette.title,
                unit="",
                tags=palette.tags,
                words=palette.words,
            )
            for palette in all_palettes(folders)
        ),
    ]
    wanted = [stem for word in words for stem in stems(word)]
    return [
        entry
        for entry in entries
        if (not kind or entry.kind == kind) and (not tag or tag in entry.tags) and _has(entry, wanted)
    ]


def _has(entry: Entry, wanted: Sequence[str]) -> bool:
    text = stems(" ".join([entry.name, entry.title, entry.unit, *entry.tags, *entry.words]))
    return all(any(word.startswith(part) for word in text) for part in wanted)
