"""Narration: the recordings that the film brings, each at its timecode or shot."""

from __future__ import annotations

from soundscape.audio import AudioFile
from soundscape.errors import FilmError, InputError
from soundscape.film import Film, NarrationSource
from soundscape.model import Clip, Timeline
from soundscape.planning.clock import Clock
from soundscape.timecode import timecode_to_frame


def narration_clips(timeline: Timeline, film: Film, clock: Clock) -> tuple[Clip, ...]:
    """A `Clip` for every `[[narration]]`; raises FilmError when one cannot be placed or read."""
    clips = []
    for index, entry in enumerate(film.narration):
        try:
            frame = _frame(entry, timeline)
            path = film.folder / entry.file
            with AudioFile(path) as file:
                length = clock.samples(file.info.duration_s)
        except InputError as error:
            raise FilmError(
                f"{entry.file}: {error.message}", path=film.path, column=f"narration.{index}"
            ) from error
        at = clock.sample(frame)
        if at < 0 or at + length > clock.length:
            raise FilmError(
                f"{entry.file} does not fit: it lasts {length / 48_000:.1f} s from {clock.timecode(frame)}, the film "
                f"goes from {clock.timecode(timeline.start)} to {clock.timecode(timeline.end)}",
                path=film.path,
                column=f"narration.{index}",
            )
        where = f"shot {entry.shot}" if entry.shot else entry.at
        clips.append(
            Clip(
                name=f"dialogue/{entry.file}",
                path=str(path.resolve()),
                at=at,
                length=length,
                gain_db=entry.gain_db,
                why=f"at {where}",
            )
        )
    return tuple(clips)


def _frame(entry: NarrationSource, timeline: Timeline) -> int:
    if entry.at:
        return timecode_to_frame(entry.at, timeline.rate)
    for shot in timeline.shots:
        if shot.label == entry.shot:
            return shot.start
    raise FilmError(f'there is no shot "{entry.shot}"; allowed: {", ".join(shot.label for shot in timeline.shots)}')
