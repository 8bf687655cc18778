"""Wishes: what the `sounds` of a shot ask for, which preset answers, and what is said where none does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from soundscape.errors import InputError
from soundscape.film import Film
from soundscape.model import Diagnostic, HitPoint, Shot
from soundscape.planning.palette import Palette
from soundscape.planning.places import Stay
from soundscape.planning.wetness import says_wetness
from soundscape.planning.words import SILENCE, found_words, shot_text, stems
from soundscape.registry import Entry, get_preset

IN_THE_BED = ""
"""Answer to a wish that the bed of the place fulfils already, or that the film leaves out."""


def best_known(library: Sequence[Entry], text: str, around: str = "") -> tuple[Entry | None, tuple[str, ...]]:
    """The preset that knows most of a text, and the words it knows.

    A phrase counts as much as its words do. Among equals the one wins of which more words and tags stand around
    (so that steps are steps on stone where stone is seen), then the earlier name.
    """
    best: tuple[int, int] = (0, 0)
    chosen: Entry | None = None
    words: tuple[str, ...] = ()
    for preset in library:
        found = found_words(preset.words, text)
        weight = len({part for word in found for part in stems(word)})
        if weight and weight >= best[0]:
            rank = weight, len(found_words({*preset.words, *preset.tags}, around))
            if rank > best:
                best, chosen, words = rank, preset, found
    return chosen, words


def surroundings(shot: Shot, palette: Palette) -> str:
    """All words of a shot and of the kind of place it is in."""
    return f"{shot_text(shot)} | {' | '.join(palette.tags)}"


def layer_for(wish: str, shot: Shot, stay: Stay, film: Film, library: Sequence[Entry]) -> tuple[str, str] | None:
    """The preset of the layer that answers a wish (or `IN_THE_BED`) and why; None where nothing knows a word of it."""
    for word, name in film.sounds.items():
        if found_words([word], wish):
            return name, f'"{word}" in sounds of shot {shot.label}, given in film.toml'
    by_name = {preset.name: preset for preset in library}
    for layer in stay.palette.layers:
        known = by_name[layer.preset].words if layer.preset in by_name else ()
        if found_words((*known, *layer.when), wish):
            return IN_THE_BED, ""
    best, words = best_known(library, wish, surroundings(shot, stay.palette))
    return (best.name, f'"{words[0]}" in sounds of shot {shot.label}') if best else None


def unheard(
    stays: Sequence[Stay], hits: Sequence[HitPoint], film: Film, layers: Sequence[Entry], one_shots: Sequence[Entry]
) -> Iterator[Diagnostic]:
    """What is to be said of wishes that nothing answers: no layer, no hit of their shot, no instrument of a motif."""
    asked: dict[str, list[Shot]] = {}
    played = {part for motif in film.motifs for part in stems(motif.instrument)}
    for stay in stays:
        for shot in stay.shots:
            here = {part for hit in hits if shot.start <= hit.frame < shot.end for part in stems(hit.label)}
            for wish in shot.sounds:
                answered = (here | played) & set(stems(wish)) or found_words(SILENCE, wish) or says_wetness(wish)
                if not answered and layer_for(wish, shot, stay, film, layers) is None:
                    asked.setdefault(wish, []).append(shot)
    for wish, shots in asked.items():
        single, _ = best_known(one_shots, wish)
        if single is not None and not hits:
            continue  # without any hits the wishes are the hits
        why = (
            f"{single.name} is a single sound; say in the column hits when it comes"
            if single
            else "no preset knows a word of it; [sounds] in film.toml may name a layer for it"
        )
        labels = ", ".join(shot.label for shot in shots)
        yield Diagnostic(
            message=f'"{wish}" in sounds of shot{"s" * (len(shots) > 1)} {labels} is not heard: {why}',
            path=film.timeline,
            line=shots[0].line,
        )


def named(
    film: Film, hits: Sequence[HitPoint], stays: Sequence[Stay], folders: Sequence[Path]
) -> Iterator[Diagnostic]:
    """What is to be said of words that film.toml gives a sound and no shot or hit has.

    Raises
    ------
    FilmError
        When a preset that is given does not exist.
    """
    wishes = [wish for stay in stays for shot in stay.shots for wish in shot.sounds]
    texts = {"hits": [hit.label for hit in hits] or wishes, "sounds": wishes}
    for table, kind, given in (("hits", "hits", film.hits), ("sounds", "layers", film.sounds)):
        for word, preset in given.items():
            try:
                if preset:
                    get_preset(kind, preset, folders)
            except InputError as error:
                raise film.error(error.message, table, word) from error
            if not any(found_words([word], text) for text in texts[table]):
                what = "no hit of the cut has it" if table == "hits" else "no shot has it among its sounds"
                yield Diagnostic(message=f'film.toml names "{word}" in [{table}], but {what}')
