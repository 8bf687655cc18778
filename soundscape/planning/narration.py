"""Narration: the recordings that the film brings, each at its timecode, shot or subtitle."""

from __future__ import annotations

from itertools import takewhile

from soundscape import timeline as timelines
from soundscape.audio import AudioFile
from soundscape.errors import InputError
from soundscape.film import Film
from soundscape.mixing import NarrationSource
from soundscape.model import Clip, Cue, Diagnostic, Timeline
from soundscape.planning.clock import Clock
from soundscape.timecode import timecode_to_frame


def narration_clips(timeline: Timeline, film: Film, clock: Clock) -> tuple[Clip, ...]:
    """A `Clip` for every `[[narration]]` of the language that is mixed, in order of the film.

    Raises
    ------
    FilmError
        When one cannot be placed or read, with its line in film.toml.
    """
    language = spoken_language(film)
    cues = _cues(timeline, film)
    clips = []
    for index, entry in enumerate(film.narration):
        if entry.language and entry.language != language:
            continue
        key = ("narration", str(index))
        try:
            frame, where = _frame(entry, timeline, cues)
            path = film.folder / entry.file
            with AudioFile(path) as file:
                length = clock.samples(file.info.duration_s)
        except InputError as error:
            raise film.error(f"{entry.file}: {error.message}", *key) from error
        at = clock.sample(frame)
        if at < 0 or at + length > clock.length:
            raise film.error(
                f"{entry.file} does not fit: it lasts {length / 48_000:.1f} s from {clock.timecode(frame)}, the film "
                f"goes from {clock.timecode(timeline.start)} to {clock.timecode(timeline.end)}",
                *key,
            )
        speech = tuple((clock.samples(begin), clock.samples(end)) for begin, end in entry.speech)
        if speech and speech[-1][1] > length:
            raise film.error(f"{entry.file} lasts {length / 48_000:.2f} s, no longer", *key, "speech")
        clips.append(
            Clip(
                name=f"dialogue/{entry.file}" + (f" at {where}" if _repeated(entry, film) else ""),
                path=str(path.resolve()),
                at=at,
                length=length,
                gain_db=entry.gain_db,
                scene=next((shot.scene for shot in timeline.shots if shot.start <= frame < shot.end), ""),
                speech=speech,
                why=f"at {where}",
            )
        )
    return tuple(clips)


def spoken_language(film: Film) -> str:
    """The language that is mixed."""
    return film.language or next(iter(film.languages), "")


def overlaps(clips: tuple[Clip, ...]) -> tuple[Diagnostic, ...]:
    """A warning for every two clips that speak at once; both are heard."""
    ordered = sorted(clips, key=lambda clip: clip.at)
    return tuple(
        Diagnostic(
            message=f"{second.name} begins {(first.at + first.length - second.at) / 48_000:.2f} s before "
            f"{first.name} ends; both are heard"
        )
        for index, first in enumerate(ordered)
        for second in takewhile(lambda later: later.at < first.at + first.length, ordered[index + 1 :])  # noqa: B023
    )


def _repeated(entry: NarrationSource, film: Film) -> bool:
    return sum(entry.file == other.file for other in film.narration) > 1


def _cues(timeline: Timeline, film: Film) -> tuple[Cue, ...]:
    """The subtitles at which narration can be placed; those before the programme's start count from it."""
    path = film.folder / film.subtitles
    if film.subtitles and not path.is_file():
        raise film.error(f'there is no "{film.subtitles}" in {film.folder}', "subtitles")
    if not film.subtitles or all(entry.cue is None for entry in film.narration):
        return timeline.narration
    try:
        read, _ = timelines.read(path, fps=timeline.rate)
    except InputError as error:
        raise film.error(f"{film.subtitles}: {error.message}", "subtitles") from error
    shift = timeline.start if read.narration and read.narration[0].start < timeline.start else 0
    return tuple(Cue(start=cue.start + shift, end=cue.end + shift, text=cue.text) for cue in read.narration)


def _frame(entry: NarrationSource, timeline: Timeline, cues: tuple[Cue, ...]) -> tuple[int, str]:
    """Where a recording begins, as a frame and in words."""
    if entry.at:
        return timecode_to_frame(entry.at, timeline.rate), entry.at
    if entry.cue is not None:
        if not 1 <= entry.cue <= len(cues):
            raise InputError(
                f"there is no subtitle {entry.cue}; allowed: 1 to {len(cues)}"
                if cues
                else 'there are no subtitles; name them: subtitles = "film.srt"'
            )
        return cues[entry.cue - 1].start, f"subtitle {entry.cue}"
    for shot in timeline.shots:
        if shot.label == entry.shot:
            return shot.start, f"shot {entry.shot}"
    raise InputError(
        f'there is no shot "{entry.shot}"; allowed: {", ".join(shot.label for shot in timeline.shots)}'
    )
