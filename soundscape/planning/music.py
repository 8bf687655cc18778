"""Music: the cues of a film composed, and every instrument of each as a `Sound`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from soundscape.model import MUTE_DB, Curve, Diagnostic, MusicCue, Note, Sound
from soundscape.planning.clock import Clock
from soundscape.planning.cues import WantedCue
from soundscape.planning.orchestra import MELODIC
from soundscape.registry import Preset, unit
from soundscape.rng import Seed
from soundscape.score.compose import compose
from soundscape.score.request import CueScore

ROLE_GAIN_DB = {"lead": 1.0, "counter": 1.5, "pad": -9.0, "bass": -6.0, "pulse": -7.0, "accent": -3.0}
"""Balance of an orchestra whose instruments are all equally loud by themselves: what leads is heard."""


SUSTAINED_DB = -6.0
FADED_DB = -48.0


def music_sounds(
    cues: Sequence[WantedCue], clock: Clock, seed: Seed
) -> tuple[tuple[Sound, ...], tuple[MusicCue, ...], tuple[Diagnostic, ...]]:
    """The sounds of every cue, the cues with their tempo maps, and what the score had to give up."""
    sounds: list[Sound] = []
    music: list[MusicCue] = []
    notes: list[Diagnostic] = []
    for cue in cues:
        score = compose(cue.request)
        music.append(score.music)
        notes += [Diagnostic(message=f'cue "{cue.request.name}": {line}') for line in score.report.given_up]
        sounds += [_sound(cue, score, role, clock, seed) for role, played in score.parts.items() if played]
    return tuple(sounds), tuple(music), tuple(notes)


def _sound(cue: WantedCue, score: CueScore, role: str, clock: Clock, seed: Seed) -> Sound:
    """The notes of one role; it begins early where a slow instrument does."""
    preset, notes = cue.presets[role], score.parts[role]
    name = f"music/{preset.name}/{cue.request.name}/{role}"
    at = max(0, score.music.at + min(0, *(note.start for note in notes)))
    shift = score.music.at - at
    length = min(score.music.length + shift, clock.length - at)
    stated = dict.fromkeys(f"motif {item.motif} ({item.form})" for item in score.statements if item.role == role)
    return Sound(
        name=name,
        kind="instruments",
        unit=preset.unit,
        preset=preset.name,
        params=preset.params,
        seed=seed.child("instruments", name).value,
        at=at,
        length=length,
        bus="music",
        scene=cue.scene,
        cue=cue.request.name,
        notes=_moved(notes, shift),
        gain_db=cue.gain_db + ROLE_GAIN_DB[role] + _held_db(preset, role),
        level_db=_faded(length, cue.fade),
        space=cue.space,
        why=f"scene {cue.request.name}: {', '.join(stated) or role}",
    )


def _held_db(preset: Preset, role: str) -> float:
    """A melody on held notes is louder over its length than on struck ones of the same momentary loudness."""
    held = getattr(unit("instruments", preset.unit), "SUSTAINED", False)
    return SUSTAINED_DB if held and role in MELODIC else 0.0


def _faded(length: int, fade: int) -> Curve:
    """A fall at the end of a cue that also takes what still rings."""
    if not fade:
        return ()
    start = max(0, length - fade)
    return ((start, 0.0), (start + (length - start) // 2, -9.0), (length, FADED_DB), (length + 1, MUTE_DB))


def _moved(notes: Sequence[Note], shift: int) -> tuple[Note, ...]:
    """Notes counted from the start of their sound; none can begin before the programme does."""
    return tuple(replace(note, start=max(0, note.start + shift)) for note in notes)
