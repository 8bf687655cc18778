"""What can go wrong, and where.

    SoundscapeError
    ├── InputError          something that was given is wrong: one line, exit status 2
    │   ├── TimecodeError   a timecode or a frame rate
    │   ├── TimelineError   a shot list, an EDL or another timeline
    │   ├── FilmError       film.toml
    │   ├── PresetError     a preset, a palette or one of their parameters
    │   ├── ScoreError      a MIDI file, a motif or what is asked of the score
    │   ├── AudioError      an audio file that is read
    │   └── TargetError     a loudness target
    └── OutputError         something cannot be written: one line, exit status 2

Every message says what was given, where, what is allowed, and what to do next where that is not plain.
"""

from __future__ import annotations

from pathlib import Path


class SoundscapeError(Exception):
    """Root of all errors that soundscape raises on purpose.

    Parameters
    ----------
    message : str
        What was given and what is allowed, in one line.
    path : Path or str, optional
        The file at fault.
    line : int, optional
        Its line, counted from 1.
    column : str, optional
        The column, field or key at fault.
    """

    def __init__(
        self,
        message: str,
        *,
        path: Path | str | None = None,
        line: int | None = None,
        column: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.path = None if path is None else Path(path)
        self.line = line
        self.column = column

    def __reduce__(self) -> tuple[object, ...]:
        # Errors cross process borders; the default reduction would lose the keyword arguments.
        return _rebuild, (type(self), self.message, self.path, self.line, self.column)

    @property
    def where(self) -> str:
        """The place as `file:line, column "x"` (in TOML, `key "x"`), as far as it is known."""
        place = "" if self.path is None else str(self.path)
        if self.line is not None:
            place += f":{self.line}" if place else f"line {self.line}"
        if self.column is None:
            return place
        if not place:
            return self.column
        kind = "key" if self.path is not None and self.path.suffix == ".toml" else "column"
        return f'{place}, {kind} "{self.column}"'

    def at(
        self, *, path: Path | str | None = None, line: int | None = None, column: str | None = None
    ) -> SoundscapeError:
        """The same error with the parts of its place that were not known yet."""
        return type(self)(
            self.message,
            path=self.path if self.path is not None else path,
            line=self.line if self.line is not None else line,
            column=self.column if self.column is not None else column,
        )

    def __str__(self) -> str:
        text = " ".join(self.message.split())
        return f"{self.where}: {text}" if self.where else text


def _rebuild(
    kind: type[SoundscapeError], message: str, path: Path | None, line: int | None, column: str | None
) -> SoundscapeError:
    return kind(message, path=path, line=line, column=column)


class InputError(SoundscapeError):
    """Something that was given is wrong."""


class TimecodeError(InputError):
    """A timecode or a frame rate that cannot be."""


class TimelineError(InputError):
    """A shot list, an EDL or another timeline that cannot be read."""


class FilmError(InputError):
    """A film.toml that cannot be used."""


class PresetError(InputError):
    """A preset, a palette or a parameter that does not exist or is out of range."""


class ScoreError(InputError):
    """A MIDI file or a motif that cannot be used, or a score that cannot be made."""


class AudioError(InputError):
    """An audio file that cannot be read, or a signal that is not one."""


class TargetError(InputError):
    """A loudness target that does not exist or contradicts itself."""


class OutputError(SoundscapeError):
    """Something cannot be written."""
