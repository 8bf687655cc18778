"""Places: where each stretch of the film is, and which palette gives that place its sound.

A *stay* is a run of shots at one place; the sound of a place runs through all cuts of a stay.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from soundscape.errors import InputError
from soundscape.film import Film
from soundscape.model import Diagnostic, Shot, Timeline
from soundscape.planning.palette import Palette, all_palettes, check_palette, get_palette
from soundscape.planning.words import FIELD_WEIGHTS, field_text, found_words, stems

FALLBACK = "void"
"""Palette of a place of which no word is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A run of shots at one place."""

    name: str
    """`scene/place`, with a number from the second such run on."""
    place: str
    shots: tuple[Shot, ...]
    palette: Palette
    why: str

    @property
    def start(self) -> int:
        """First frame."""
        return self.shots[0].start

    @property
    def end(self) -> int:
        """First frame after it."""
        return self.shots[-1].end


def place_of(shot: Shot) -> str:
    """Where a shot is: its place, or else its scene."""
    return shot.place or shot.scene or "everywhere"


def find_stays(
    timeline: Timeline, film: Film, folders: Sequence[Path]
) -> tuple[tuple[Stay, ...], tuple[Diagnostic, ...]]:
    """The stays of a film in order, and which words chose which palette."""
    runs: list[list[Shot]] = []
    for shot in timeline.shots:
        if runs and place_of(runs[-1][0]) == place_of(shot):
            runs[-1].append(shot)
        else:
            runs.append([shot])
    palettes = all_palettes(folders)
    chosen: dict[str, tuple[Palette, str]] = {}
    for place in dict.fromkeys(place_of(shot) for shot in timeline.shots):
        shots = [shot for shot in timeline.shots if place_of(shot) == place]
        chosen[place] = _choose(place, shots, film, palettes, folders)
    for palette, _ in chosen.values():
        check_palette(palette, folders)
    seen: Counter[str] = Counter()
    stays = []
    for run in runs:
        place = place_of(run[0])
        name = f"{run[0].scene or place}/{place}"
        seen[name] += 1
        palette, why = chosen[place]
        number = f" {seen[name]}" if seen[name] > 1 else ""
        stays.append(Stay(name=name + number, place=place, shots=tuple(run), palette=palette, why=why))
    notes = [
        Diagnostic(message=f'place "{place}" sounds like {palette.name}: {why}', severity="info")
        for place, (palette, why) in chosen.items()
    ]
    notes += [_never(place, chosen, film, folders) for place in film.places if place not in chosen]
    return tuple(stays), tuple(notes)


def _never(place: str, chosen: Iterable[str], film: Film, folders: Sequence[Path]) -> Diagnostic:
    """What is to be said of a place that film.toml names and no shot has: another reel may have it."""
    _given(place, film, folders)
    known = ", ".join(f'"{name}"' for name in chosen)
    return Diagnostic(message=f'film.toml names the place "{place}", but no shot is there; the places are {known}')


def _given(place: str, film: Film, folders: Sequence[Path]) -> Palette:
    """The palette that film.toml gives a place."""
    try:
        return get_palette(film.places[place].palette, folders)
    except InputError as error:
        raise film.error(error.message, "places", place, "palette") from error


def _choose(
    place: str, shots: Sequence[Shot], film: Film, palettes: Sequence[Palette], folders: Sequence[Path]
) -> tuple[Palette, str]:
    """The palette of a place and the reason: the film's word for it, or the words of its shots."""
    if place in film.places:
        return _given(place, film, folders), "given in film.toml"
    best: tuple[int, str, Palette] | None = None
    for palette in palettes:
        weight, words = _score(palette, shots)
        if weight and (best is None or weight > best[0]):
            best = (weight, ", ".join(words), palette)
    if best is None:
        return get_palette(FALLBACK, folders), "no word of its shots is known to any palette"
    return best[2], best[1]


def _score(palette: Palette, shots: Sequence[Shot]) -> tuple[int, list[str]]:
    """How strongly the words of shots ask for a palette, and which words these are, with their field."""
    total, reasons = 0, []
    for field, weight in FIELD_WEIGHTS.items():
        text = " | ".join(dict.fromkeys(field_text(shot, field) for shot in shots))
        words = found_words(palette.words, text)
        total += weight * sum(len(stems(word)) for word in words)  # the ocean floor is another place than the ocean
        reasons += [f'"{word}" in {field}' for word in words]
    return total, reasons


def prevailing(shots: Sequence[Shot], palettes: Mapping[int, Palette]) -> Palette:
    """The palette that lasts longest in these shots."""
    frames: Counter[str] = Counter()
    for shot in shots:
        frames[palettes[id(shot)].name] += shot.end - shot.start
    name = frames.most_common(1)[0][0]
    return next(palettes[id(shot)] for shot in shots if palettes[id(shot)].name == name)
