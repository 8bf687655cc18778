"""Finding presets by word and tag."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from soundscape.planning.palette import all_palettes
from soundscape.planning.words import stems
from soundscape.registry import KINDS, Entry, entries


def search_presets(words: Sequence[str], folders: Sequence[Path], *, kind: str = "", tag: str = "") -> list[Entry]:
    """Presets of every kind in which each word begins a word of name, title, tags or words; all without words."""
    found = [
        *(entry for each in KINDS if each != "palettes" for entry in entries(each, folders)),
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
        for entry in found
        if (not kind or entry.kind == kind) and (not tag or tag in entry.tags) and _has(entry, wanted)
    ]


def _has(entry: Entry, wanted: Sequence[str]) -> bool:
    text = stems(" ".join([entry.name, entry.title, entry.unit, *entry.tags, *entry.words]))
    return all(any(word.startswith(part) for word in text) for part in wanted)
