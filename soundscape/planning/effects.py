"""Effects: the hit points of the picture, each with the one-shot its words ask for, and wishes in `sounds`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from soundscape.film import Film
from soundscape.model import Diagnostic, HitPoint, Mark, Shot, Sound, Timeline
from soundscape.planning.clock import Clock
from soundscape.planning.places import Stay
from soundscape.planning.tuning import Tuning, Tunings
from soundscape.planning.wetness import AS_THE_PLACE, hit_wetness
from soundscape.planning.wishes import best_known
from soundscape.planning.words import found_words
from soundscape.registry import Entry, Preset, entries, get_preset, unit
from soundscape.rng import Seed
from soundscape.units import gain_to_db

SOFT_DB = -6.0
"""Level of a soft hit below a strong one."""


def effect_sounds(
    timeline: Timeline,
    stays: Sequence[Stay],
    film: Film,
    clock: Clock,
    tunings: Tunings,
    folders: Sequence[Path],
    seed: Seed,
) -> tuple[tuple[Sound, ...], tuple[Mark, ...], tuple[Diagnostic, ...]]:
    """A `Sound` for every hit whose words are known, a `Mark` for every hit, and what was not understood."""
    library = entries("hits", folders)
    names: Counter[str] = Counter()
    sounds, marks, notes = [], [], []
    for hit in _with_wishes(timeline, library):
        stay, shot = _where(hit, stays)
        preset, why = _choose(hit, stay, film, library, folders)
        sound_name = ""
        if preset is None and not why:
            message = f'no hit preset knows a word of "{hit.label}"; only the music answers it (name one in [hits])'
            notes.append(Diagnostic(message=message, line=hit.line, severity="info"))
        if preset is not None:
            base = f"{preset.name}/{stay.name}/{hit.label}"
            names[base] += 1
            sound_name = base if names[base] == 1 else f"{base} {names[base]}"
            at = clock.sample(hit.frame)
            sound = _sound(sound_name, hit, shot, stay, preset, why, at, tunings.at(stay, at, at + 1), seed)
            sounds.append(sound)
            sound_name = sound.name
        marks.append(
            Mark(
                name=hit.label,
                sample=clock.sample(hit.frame),
                timecode=clock.timecode(hit.frame),
                kind=hit.strength,
                sound=sound_name,
            )
        )
    return tuple(sounds), tuple(marks), tuple(notes)


def _with_wishes(timeline: Timeline, library: Sequence[Entry]) -> list[HitPoint]:
    """The hits of the timeline; where it has none at all, the one-shots its `sounds` ask for, at each shot's start."""
    if timeline.hits:
        return sorted(timeline.hits, key=lambda hit: (hit.frame, hit.label))
    return [
        HitPoint(frame=shot.start, label=wish, strength="soft", line=shot.line)
        for shot in timeline.shots
        for wish in shot.sounds
        if best_known(library, wish)[0] is not None
    ]


def _where(hit: HitPoint, stays: Sequence[Stay]) -> tuple[Stay, Shot]:
    """The stay and shot in which a hit lies; one outside all shots belongs to the nearest."""
    pairs = [(stay, shot) for stay in stays for shot in stay.shots]
    inside = [pair for pair in pairs if pair[1].start <= hit.frame < pair[1].end]
    return inside[0] if inside else min(pairs, key=lambda pair: abs(pair[1].start - hit.frame))


def _choose(
    hit: HitPoint, stay: Stay, film: Film, library: Sequence[Entry], folders: Sequence[Path]
) -> tuple[Preset | None, str]:
    """The preset of a hit and why: the film's word for it, the palette's, or what knows its label best."""
    for words, where in ((film.hits, "given in film.toml"), (stay.palette.hits, f"palette {stay.palette.name}")):
        for word, name in words.items():
            if found_words([word], hit.label):
                return get_preset("hits", name, folders) if name else None, f'"{word}" in "{hit.label}", {where}'
    best, known = best_known(library, hit.label)
    if best is None:
        return None, ""
    return get_preset("hits", best.name, folders), ", ".join(f'"{word}"' for word in known) + f' in "{hit.label}"'


def _sound(
    name: str, hit: HitPoint, shot: Shot, stay: Stay, preset: Preset, why: str, at: int, tuning: Tuning, seed: Seed
) -> Sound:
    bus = unit("hits", preset.unit).BUS
    wetness = round(hit_wetness(hit, shot, preset.make().distance), 6)
    force = 0.5 + 0.5 * (0.5 if shot.intensity is None else shot.intensity)
    return Sound(
        name=f"{bus}/{name}",
        kind="hits",
        unit=preset.unit,
        preset=preset.name,
        params={**preset.params, **tuning.of(preset)},
        seed=seed.child("hits", name).value,
        at=at,
        length=0,
        bus=bus,
        scene=shot.scene,
        place=stay.place,
        curves={} if wetness == AS_THE_PLACE else {"wetness": ((0, wetness),)},
        gain_db=round(gain_to_db(force) + (SOFT_DB if hit.strength == "soft" else 0.0), 3),
        space=stay.palette.space,
        why=why + tuning.why(preset),
    )
