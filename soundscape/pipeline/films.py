"""From a film to its plan, and what can be said of its score before anything sounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from soundscape.errors import InputError
from soundscape.film import Film, load_film
from soundscape.mixing import check_mix
from soundscape.model import Diagnostic, Plan, Timeline
from soundscape.pipeline.settings import Settings
from soundscape.progress import Progress, Silent

if TYPE_CHECKING:
    from soundscape.audio import Audio
    from soundscape.score.checks import Finding
    from soundscape.score.ledger import Entry
    from soundscape.score.request import TempoReport
    from soundscape.score.spotting import SpottedCue


def open_film(
    path: Path | str,
    *,
    target: str | None = None,
    fps: str | None = None,
    seed: int | None = None,
    tempo_candidate: int | None = None,
    layout: str | None = None,
    stems: Sequence[str] | None = None,
    also: Sequence[str] | None = None,
) -> Film:
    """The film at a path, with what is given here instead of what it says itself."""
    from soundscape.mastering.target import load_target
    from soundscape.timecode import Rate

    film = load_film(path)
    # What is given here is looked at here: behind this nothing tells it from what the film says.
    if target is not None:
        load_target(target)
    if fps is not None:
        Rate.parse(fps)
    mix = replace(
        film.mix,
        layout=film.mix.layout if layout is None else layout,
        stems=film.mix.stems if stems is None else tuple(stems),
        also=film.mix.also if also is None else tuple(also),
    )
    check_mix(mix)
    return replace(
        film,
        mix=mix,
        target=film.target if target is None else target,
        fps=film.fps if fps is None else fps,
        seed=film.seed if seed is None else seed,
        tempo_candidate=film.tempo_candidate if tempo_candidate is None else tempo_candidate,
    )


def languages(film: Film, wanted: str | None = None) -> tuple[str, ...]:
    """The languages to be mixed: the one that is wanted, or `all`, or else the film's own.

    Raises
    ------
    InputError
        When no narration is in it.
    """
    if wanted == "all" and film.languages:
        return film.languages
    if wanted is not None and wanted not in film.languages:
        allowed = f"allowed: {', '.join(film.languages)}" if film.languages else "no narration names a language"
        raise InputError(f'no narration is in "{wanted}"; {allowed}')
    return (film.language if wanted is None else wanted,)


def in_language(film: Film, language: str) -> Film:
    """The film with its narration in a language."""
    return replace(film, language=language)


def read_cut(
    path: Path, *, fps: str | None = None, format: str | None = None
) -> tuple[Timeline, tuple[Diagnostic, ...]]:
    """The cut in a file as it is seen (of layers the upper), with everything its reader had to say."""
    from soundscape import timeline
    from soundscape.timecode import Rate

    cut, diagnostics = timeline.read(path, fps=Rate.parse(fps) if fps else None, format=format)
    seen, hidden = timeline.picture(cut)
    return seen, (*diagnostics, *hidden)


def cut_of(film: Film) -> tuple[Timeline, tuple[Diagnostic, ...]]:
    """The cut of a film as it is seen, with everything its reader had to say."""
    from soundscape.planning.markers import with_markers
    from soundscape.planning.shot_list import with_shot_list
    from soundscape.timecode import Rate

    path = film.folder / film.timeline
    if film.path is not None and not path.exists():
        raise film.error(f'there is no "{film.timeline}" in {film.folder}; give a shot list or an EDL', "timeline")
    try:
        Rate.parse(film.fps or "24")
    except InputError as error:
        raise film.error(error.message, "fps") from error
    cut, diagnostics = read_cut(path, fps=film.fps)
    described, said = with_shot_list(cut, film)
    marked, told = with_markers(described, film)
    return marked, (*diagnostics, *said, *told)


def _with_target(film: Film) -> Film:
    """The film with a loudness target that there is; a file is looked for beside the film."""
    from soundscape.mastering.target import load_target

    beside = film.folder / film.target
    if film.target.endswith(".toml") and beside.is_file():
        film = replace(film, target=str(beside))
    try:
        load_target(film.target)
    except InputError as error:
        if error.path is not None:
            raise
        raise film.error(error.message, "target") from error
    return film


def plan(film: Film | Path | str, *, settings: Settings | None = None, progress: Progress | None = None) -> Plan:
    """Everything that will sound in a film, as data.

    Parameters
    ----------
    film : Film or Path or str
        A film, or the path of a film.toml, its folder, a shot list or an EDL.

    Raises
    ------
    InputError
        When anything that the film names does not exist or cannot be used.
    """
    from soundscape.planning.make import make_plan

    film = _with_target(film if isinstance(film, Film) else load_film(film))
    progress = progress or Silent()
    timeline, diagnostics = cut_of(film)
    progress.stage("plan", 1)
    return calibrated(make_plan(film, timeline, diagnostics), settings or Settings(), progress)


def calibrated(made: Plan, settings: Settings, progress: Progress | None = None) -> Plan:
    """The plan with the gain that brings every preset to its reference loudness, and narration to its anchor."""
    from soundscape.calibration import anchor_db, calibration_db, facts_of
    from soundscape.executors import threads
    from soundscape.pipeline.kernels import compilation_told

    progress = progress or Silent()
    facts = [facts_of(sound) for sound in made.sounds]
    distinct = dict(zip(facts, made.sounds, strict=True))
    progress.stage("calibration", len(distinct))
    with compilation_told(progress):
        measured = threads.run(
            partial(calibration_db, folder=settings.folder),
            list(distinct.values()),
            workers=settings.workers,
            done=lambda sound: progress.step(sound.preset),
        )
    gains = dict(zip(distinct, measured, strict=True))
    clips = tuple(replace(clip, calibration_db=anchor_db(Path(clip.path))) for clip in made.narration)
    return replace(
        made,
        narration=clips,
        sounds=tuple(
            replace(sound, calibration_db=gains[of]) for sound, of in zip(made.sounds, facts, strict=True)
        ),
    )


def spotting(film: Film) -> tuple[tuple[SpottedCue, ...], Timeline, tuple[Diagnostic, ...]]:
    """The cues of a film as a spotting session would note them, its cut, and what the reader of the cut had to say."""
    from soundscape.planning.cues import without_music
    from soundscape.score.spotting import spot

    timeline, diagnostics = cut_of(film)
    return spot(timeline, silent=without_music(film)), timeline, diagnostics


def check_score(film: Film, stems: Path | None = None) -> tuple[Finding, ...]:
    """What the checks of the score find in every cue of a film.

    Parameters
    ----------
    stems : Path, optional
        The folder into which the film was scored; without it, what needs audio is not measured.

    Raises
    ------
    AudioError
        When there is no music stem in the folder, or one of another length.
    """
    from soundscape.planning.clock import Clock
    from soundscape.planning.make import cues_of
    from soundscape.score.checks import check_audio
    from soundscape.score.checks import check_score as check
    from soundscape.score.compose import compose

    timeline, _ = cut_of(film)
    music = speech = None
    if stems is not None:
        music = _stem(stems, "music", Clock(timeline).length)
        speech = _stem(stems, "dialogue", Clock(timeline).length) if film.narration else None
    found: list[Finding] = []
    for request in (cue.request for cue in cues_of(film, timeline)):
        found += check(request, compose(request))
        starts, ends = zip((request.start, request.end), *request.narration, strict=True)
        at = max(0, min(starts) - AROUND)
        parts = [None if path is None else _stretch(path, at, max(ends) + AROUND) for path in (music, speech)]
        found += check_audio(request, *parts, at=at)
    return tuple(found)


AROUND = 24_000
"""Samples around a cue and what is said over it that are read with it."""


def _stem(folder: Path, name: str, length: int) -> Path:
    """The stem of a scored film, checked to be as long as the film is now."""
    from soundscape.audio import AudioFile
    from soundscape.errors import AudioError

    paths = sorted(folder.glob(f"*_{name}.wav"))
    if len(paths) != 1:
        raise AudioError(
            f"there {'is no' if not paths else 'is more than one'} {name} stem here; "
            "give the folder of one film that `soundscape score` made",
            path=folder,
        )
    with AudioFile(paths[0]) as file:
        if file.info.frames != length:
            raise AudioError(
                f"has {file.info.frames} frames where the film has {length}; score it again", path=paths[0]
            )
    return paths[0]


def _stretch(path: Path, start: int, stop: int) -> Audio:
    import soundfile

    audio: Audio = soundfile.read(path, start=start, stop=stop, dtype="float32", always_2d=True)[0].T
    return audio


def motif_ledger(film: Film) -> tuple[Entry, ...]:
    """Every statement of a motif in a film, in order of time."""
    from soundscape.planning.make import cues_of
    from soundscape.score.compose import compose
    from soundscape.score.ledger import ledger_of

    timeline, _ = cut_of(film)
    return ledger_of(compose(cue.request) for cue in cues_of(film, timeline))


def tempo_reports(film: Film) -> list[tuple[str, TempoReport]]:
    """For every cue of a film, what its three tempo maps say for themselves."""
    from soundscape.planning.make import cues_of
    from soundscape.score.compose import compose

    timeline, _ = cut_of(film)
    return [
        (cue.request.name, compose(replace(cue.request, candidate=candidate)).report)
        for cue in cues_of(film, timeline)
        for candidate in range(3)
    ]
