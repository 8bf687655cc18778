"""Music: one cue a scene, with the motifs of those who appear in it, in the scene's key, mode and tempo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from soundscape.errors import FilmError
from soundscape.film import Film
from soundscape.model import SAMPLE_RATE, Curve, Diagnostic, Mark, MusicCue, Note, Shot, Sound, Timeline
from soundscape.planning.ambience import is_silent
from soundscape.planning.clock import Clock
from soundscape.planning.palette import Palette
from soundscape.planning.places import Stay
from soundscape.planning.words import found_words, shot_text
from soundscape.registry import Preset, get_preset, unit
from soundscape.rng import Seed
from soundscape.score.compose import compose
from soundscape.score.motif import Motif, load_motif
from soundscape.score.request import Appearance, Brief, CueHit, CueRequest, CueScore, Voice

SHORTEST_S = 4.0
"""A scene shorter than this has no cue of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A run of shots of one scene, and the palette of the place where it is longest."""

    name: str
    shots: tuple[Shot, ...]
    palette: Palette


def music_sounds(
    timeline: Timeline,
    stays: Sequence[Stay],
    marks: Sequence[Mark],
    film: Film,
    clock: Clock,
    folders: Sequence[Path],
    seed: Seed,
) -> tuple[tuple[Sound, ...], tuple[MusicCue, ...], tuple[Diagnostic, ...]]:
    """The sounds of every cue (one an instrument), the cues, and what the score had to give up."""
    motifs = _motifs(film)
    instruments = {entry.name: entry.instrument for entry in film.motifs}
    sounds: list[Sound] = []
    cues: list[MusicCue] = []
    notes: list[Diagnostic] = []
    for scene in _scenes(timeline, stays):
        shots = _sounding(scene.shots)
        brief = film.brief(scene.shots[0].scene)
        if (
            not brief.music
            or not shots
            or clock.sample(shots[-1].end) - clock.sample(shots[0].start) < (SHORTEST_S * SAMPLE_RATE)
        ):
            continue
        appearances = _appearances(shots, motifs, clock)
        lead = next((instruments[item.motif] for item in appearances if instruments[item.motif]), "")
        presets = {
            "lead": get_preset("instruments", lead or scene.palette.music.lead, folders),
            "pad": get_preset("instruments", scene.palette.music.pad, folders),
        }
        request = CueRequest(
            name=scene.name,
            start=clock.sample(shots[0].start),
            end=clock.sample(shots[-1].end),
            brief=_brief(film, scene),
            rate=timeline.rate,
            voices={role: _voice(preset) for role, preset in presets.items()},
            seed=seed.child("score", scene.name),
            hits=_hits(shots, marks, clock),
            tension=_tension(shots, clock),
            appearances=appearances,
            motifs=tuple(motifs),
        )
        score = compose(request)
        cues.append(score.music)
        notes += [Diagnostic(message=f'cue "{scene.name}": {line}') for line in score.report.given_up]
        sounds += _sounds(scene, score, presets, brief.gain_db, clock, seed)
    return tuple(sounds), tuple(cues), tuple(notes)


def _motifs(film: Film) -> list[Motif]:
    motifs = []
    for index, entry in enumerate(film.motifs):
        path = film.folder / entry.file
        if not path.is_file():
            raise FilmError(
                f'the motif file "{entry.file}" does not exist', path=film.path, column=f"motifs.{index}.file"
            )
        motifs.append(load_motif(path, name=entry.name, owners=entry.owners))
    return motifs


def _scenes(timeline: Timeline, stays: Sequence[Stay]) -> list[Scene]:
    runs: list[list[Shot]] = []
    for shot in timeline.shots:
        if runs and runs[-1][0].scene == shot.scene:
            runs[-1].append(shot)
        else:
            runs.append([shot])
    palettes = {id(shot): stay.palette for stay in stays for shot in stay.shots}
    names: dict[str, int] = {}
    scenes = []
    for run in runs:
        name = run[0].scene or "film"
        names[name] = names.get(name, 0) + 1
        longest: dict[str, int] = {}
        for shot in run:
            longest[palettes[id(shot)].name] = longest.get(palettes[id(shot)].name, 0) + shot.end - shot.start
        winner = max(longest, key=lambda item: longest[item])
        palette = next(palettes[id(shot)] for shot in run if palettes[id(shot)].name == winner)
        number = f" {names[name]}" if names[name] > 1 else ""
        scenes.append(Scene(name=name + number, shots=tuple(run), palette=palette))
    return scenes


def _sounding(shots: Sequence[Shot]) -> list[Shot]:
    """The shots without the silent ones at the end: music stops where silence is asked for."""
    kept = list(shots)
    while kept and is_silent(kept[-1]):
        kept.pop()
    return kept


def _brief(film: Film, scene: Scene) -> Brief:
    own = film.brief(scene.shots[0].scene)
    low, high = own.bpm or scene.palette.music.bpm
    return Brief(
        key=own.key or scene.palette.music.key,
        mode=own.mode or scene.palette.music.mode,
        bpm_low=low,
        bpm_high=high,
        beats_per_bar=own.beats_per_bar or 4,
    )


def _voice(preset: Preset) -> Voice:
    module = unit("instruments", preset.unit)
    low, high = module.RANGE
    return Voice(low=low, high=high, onset_s=partial(module.onset_s, preset.make()))


def _hits(shots: Sequence[Shot], marks: Sequence[Mark], clock: Clock) -> tuple[CueHit, ...]:
    start, end = clock.sample(shots[0].start), clock.sample(shots[-1].end)
    return tuple(
        CueHit(sample=mark.sample, strength=mark.kind, label=mark.name)
        for mark in marks
        if mark.kind in ("strong", "soft") and start <= mark.sample < end
    )


def _tension(shots: Sequence[Shot], clock: Clock) -> Curve:
    """Tension follows the intensity of the shots, from middle to middle."""
    return tuple(
        (
            (clock.sample(shot.start) + clock.sample(shot.end)) // 2,
            0.5 if shot.intensity is None else shot.intensity,
        )
        for shot in shots
    )


def _appearances(shots: Sequence[Shot], motifs: Sequence[Motif], clock: Clock) -> tuple[Appearance, ...]:
    """Every run of shots in which an owner of a motif is seen or named."""
    found = []
    for motif in motifs:
        run: list[Shot] = []
        for shot in (*shots, None):
            if shot is not None and found_words(motif.owners, shot_text(shot)):
                run.append(shot)
            elif run:
                found.append(
                    Appearance(
                        motif=motif.name,
                        start=clock.sample(run[0].start),
                        end=clock.sample(run[-1].end),
                        intensity=max(0.5 if shot.intensity is None else shot.intensity for shot in run),
                    )
                )
                run = []
    return tuple(sorted(found, key=lambda item: (item.start, item.motif)))


def _sounds(
    scene: Scene, score: CueScore, presets: dict[str, Preset], gain_db: float, clock: Clock, seed: Seed
) -> list[Sound]:
    sounds = []
    for role, notes in score.parts.items():
        if not notes:
            continue
        preset = presets[role if role in presets else "pad"]
        name = f"music/{preset.name}/{scene.name}/{role}"
        at = max(0, score.music.at + min(0, notes[0].start))
        shift = score.music.at - at
        sounds.append(
            Sound(
                name=name,
                kind="instruments",
                unit=preset.unit,
                preset=preset.name,
                params=preset.params,
                seed=seed.child("instruments", name).value,
                at=at,
                length=min(score.music.length + shift, clock.length - at),
                bus="music",
                notes=tuple(_moved(note, shift) for note in notes if note.start + shift >= 0),
                gain_db=gain_db,
                space=scene.palette.space,
                why=f"scene {scene.name}: {', '.join(_reasons(score, role)) or role}",
            )
        )
    return sounds


def _moved(note: Note, shift: int) -> Note:
    return Note(start=note.start + shift, length=note.length, pitch=note.pitch, velocity=note.velocity)


def _reasons(score: CueScore, role: str) -> list[str]:
    return list(dict.fromkeys(f"motif {item.motif}" for item in score.statements if item.role == role))
