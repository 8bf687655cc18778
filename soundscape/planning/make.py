"""Timeline + film + presets + seed → Plan: everything that will sound, as frozen data with its reasons."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from soundscape import __version__
from soundscape.errors import InputError, TimelineError
from soundscape.film import Film
from soundscape.model import BUSES, Diagnostic, Mark, Plan, Room, Sound, Timeline
from soundscape.planning.ambience import ambience_sounds
from soundscape.planning.clock import Clock
from soundscape.planning.cues import WantedCue, wanted_cues
from soundscape.planning.effects import effect_sounds
from soundscape.planning.faders import fade
from soundscape.planning.music import music_sounds
from soundscape.planning.narration import narration_clips, overlaps, spoken_language
from soundscape.planning.places import find_stays
from soundscape.planning.tuning import Tunings
from soundscape.planning.wishes import named, unheard
from soundscape.registry import entries, get_preset, preset_folders
from soundscape.rng import Seed


def make_plan(film: Film, timeline: Timeline, diagnostics: tuple[Diagnostic, ...] = ()) -> Plan:
    """The plan of a film.

    Parameters
    ----------
    film : Film
        What its maker says of it.
    timeline : Timeline
        The cut.
    diagnostics : tuple of Diagnostic
        What the reader of the timeline had to say; the plan's own come after.

    Raises
    ------
    InputError
        When a preset, palette, motif or narration that is named does not exist or cannot be used.
    """
    if not timeline.shots:
        raise TimelineError(
            "there is no shot in it, so there is nothing to score"
            + ("; name it as one of the markers of a film.toml whose timeline is the cut" if timeline.hits else ""),
            path=film.folder / film.timeline,
        )
    clock = Clock(timeline)
    folders = preset_folders(film.preset_folder)
    seed = Seed(film.seed)
    stays, place_notes = find_stays(timeline, film, folders)
    named_notes = tuple(named(film, timeline.hits, stays, folders))
    narration = narration_clips(timeline, film, clock)
    if "dialogue-only" in film.mix.also and not narration:
        raise InputError(
            f'"dialogue-only" is asked for, but there is no narration in {film.title or film.timeline}'
        )
    wanted, motif_notes = wanted_cues(timeline, stays, narration, film, clock, folders, seed)
    tunings = Tunings(film=film, stays=stays, cues=wanted)
    ambience, morphs = ambience_sounds(stays, film, clock, tunings, folders, seed)
    effects, hit_marks, effect_notes = effect_sounds(timeline, stays, film, clock, tunings, folders, seed)
    music, cues, music_notes = music_sounds(wanted, clock, seed)
    faded = fade((*ambience, *effects, *music), narration, film, clock)
    return Plan(
        title=film.title or timeline.title or (film.folder / film.timeline).stem,
        version=__version__,
        seed=film.seed,
        rate=timeline.rate,
        start=timeline.start,
        length=clock.length,
        target=film.target,
        sounds=faded.sounds,
        rooms=_rooms(faded.sounds, folders),
        music=cues,
        narration=faded.clips,
        ducking=film.ducking if narration and film.mix.duck else None,
        marks=_marks(timeline, clock, hit_marks),
        bus_gains_db={bus: getattr(film.mix, f"{bus}_db") for bus in BUSES},
        bus_levels_db=faded.bus_levels_db,
        morphs=morphs,
        language=spoken_language(film),
        layout=film.mix.layout,
        lfe_db=film.mix.lfe_db,
        stems=film.mix.stems,
        also=film.mix.also,
        diagnostics=(
            *diagnostics,
            *place_notes,
            *named_notes,
            *_at(film.timeline, effect_notes),
            *unheard(stays, timeline.hits, film, entries("layers", folders), entries("hits", folders)),
            *motif_notes,
            *music_notes,
            *overlaps(narration),
        ),
    )


def cues_of(film: Film, timeline: Timeline) -> tuple[WantedCue, ...]:
    """The cues of a film as they are asked of the score, without the rest of the plan."""
    clock, folders = Clock(timeline), preset_folders(film.preset_folder)
    stays, _ = find_stays(timeline, film, folders)
    narration = narration_clips(timeline, film, clock)
    return wanted_cues(timeline, stays, narration, film, clock, folders, Seed(film.seed))[0]


def _marks(timeline: Timeline, clock: Clock, hits: tuple[Mark, ...]) -> tuple[Mark, ...]:
    """Shots and hits in order of time."""
    shots = [
        Mark(
            name=f"{shot.label} {shot.description}".strip(),
            sample=clock.sample(shot.start),
            timecode=clock.timecode(shot.start),
            kind="shot",
        )
        for shot in timeline.shots
    ]
    return tuple(sorted([*shots, *hits], key=lambda mark: (mark.sample, mark.kind, mark.name)))


def _rooms(sounds: tuple[Sound, ...], folders: tuple[Path, ...]) -> dict[str, Room]:
    """The rooms that the sounds name; a room is the same in every film."""
    rooms = {}
    for name in sorted({sound.space for sound in sounds if sound.space}):
        preset = get_preset("spaces", name, folders)
        seed = Seed(0).child("spaces", name)
        rooms[name] = Room(unit=preset.unit, params=preset.params, seed=seed.value)
    return rooms


def _at(timeline: str, notes: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    """Notes, those about lines of the timeline with its name."""
    return tuple(replace(note, path=timeline) if note.line else note for note in notes)
