"""The formats that are written: WAV by `soundscape.wav`, others by libsndfile or ffmpeg, all whole or not at all."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from soundscape.audio import Audio
from soundscape.errors import InputError, OutputError
from soundscape.files import atomic
from soundscape.mastering.dither import Integers

if TYPE_CHECKING:
    import soundfile

SAME = "same"
"""As the input, where that is one of `FORMATS`; WAV otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A kind of file."""

    suffix: str
    inputs: frozenset[str]
    """Suffixes of inputs that are taken for this format."""
    container: str = ""
    """Its name in libsndfile; none where another writes it."""
    codec: str = ""
    """Of libsndfile or ffmpeg; none where it follows from the word length."""
    lossy: bool = False
    compression: float | None = None
    """0 is the best that the codec can do."""


FORMATS = {
    "wav": Format(suffix=".wav", inputs=frozenset((".wav", ".wave", ".rf64", ".bwf", ".w64"))),
    "flac": Format(suffix=".flac", inputs=frozenset((".flac",)), container="FLAC"),
    "aiff": Format(suffix=".aiff", inputs=frozenset((".aif", ".aiff")), container="AIFF"),
    "ogg": Format(
        suffix=".ogg", inputs=frozenset((".ogg",)), container="OGG", codec="VORBIS", lossy=True, compression=0.2
    ),
    "opus": Format(suffix=".opus", inputs=frozenset((".opus",)), container="OGG", codec="OPUS", lossy=True),
    "mp3": Format(
        suffix=".mp3", inputs=frozenset((".mp3",)), container="MP3", codec="MPEG_LAYER_III", lossy=True,
        compression=0.0,
    ),
    "m4a": Format(suffix=".m4a", inputs=frozenset((".m4a", ".aac")), codec="aac", lossy=True),
}  # fmt: skip


class Writer(Protocol):
    """Takes a signal block by block."""

    def write(self, audio: Audio) -> None:
        """Float32 `(channels, frames)`."""

    def write_integers(self, samples: Integers) -> None:
        """`(channels, frames)` in the range of the word length."""


def format_of(path: Path, name: str) -> Format:
    """The format of a name of `FORMATS`, or with `same` that of a path.

    Raises
    ------
    InputError
        When there is no such format.
    """
    if name == SAME:
        found = (form for form in FORMATS.values() if path.suffix.lower() in form.inputs)
        return next(found, FORMATS["wav"])
    if name not in FORMATS:
        raise InputError(f'"{name}" is not written; allowed: {", ".join((SAME, *FORMATS))}', column="format")
    return FORMATS[name]


@contextlib.contextmanager
def open_encoded(
    path: Path, form: Format, *, sample_rate: int, channels: int, bits: int, tags: Mapping[str, str]
) -> Iterator[Writer]:
    """A file of another format than WAV for writing.

    Raises
    ------
    OutputError
        When rate, channels or word length are not for this format, or it cannot be written.
    """
    with atomic(path) as file:
        temporary = Path(file.name)
        if form.container:
            with _open_sndfile(temporary, path, form, sample_rate, channels, bits) as sound:
                for name, value in tags.items():
                    if value:
                        setattr(sound, name, value)
                yield _Sndfile(sound, path, bits)
        else:
            with _Ffmpeg(temporary, path, form, sample_rate, channels) as encoder:
                yield encoder


def _open_sndfile(
    temporary: Path, path: Path, form: Format, sample_rate: int, channels: int, bits: int
) -> soundfile.SoundFile:
    import soundfile

    codec = form.codec or ("FLOAT" if bits == 32 else f"PCM_{bits}")
    try:
        return soundfile.SoundFile(
            temporary, "w", sample_rate, channels, codec, format=form.container, compression_level=form.compression,
            bitrate_mode="CONSTANT" if form.container == "MP3" else None,
        )  # fmt: skip
    except (soundfile.SoundFileError, ValueError) as error:
        raise OutputError(
            f"{sample_rate} Hz with {channels} channels cannot be written as {codec} in {form.suffix}; "
            "choose another format or rate",
            path=path,
        ) from error


class _Sndfile:
    def __init__(self, sound: soundfile.SoundFile, path: Path, bits: int) -> None:
        self._sound, self._path, self._shift = sound, path, 32 - bits

    def write(self, audio: Audio) -> None:
        self._write(np.ascontiguousarray(audio.T))

    def write_integers(self, samples: Integers) -> None:
        self._write(np.ascontiguousarray(samples.T) << self._shift)

    def _write(self, frames: np.ndarray[tuple[int, ...], np.dtype[np.float32 | np.int32]]) -> None:
        import soundfile

        try:
            self._sound.write(frames)
        except (soundfile.SoundFileError, AssertionError) as error:
            raise OutputError(
                "cannot be written: the encoder failed; is the disk full?", path=self._path
            ) from error


class _Ffmpeg:
    """An encoder in a process of its own that is fed through a pipe."""

    def __init__(self, temporary: Path, path: Path, form: Format, sample_rate: int, channels: int) -> None:
        self._path = path
        command = (
            f"ffmpeg -v error -nostdin -y -f f32le -ar {sample_rate} -ac {channels} -i pipe:0 -c:a {form.codec}"
        )
        command += f" -b:a {128 * channels}k -f ipod"
        try:
            self._process = subprocess.Popen(
                [*command.split(), str(temporary)], stdin=subprocess.PIPE, stderr=subprocess.PIPE
            )
        except OSError as error:
            raise OutputError(f"{form.suffix} is written by ffmpeg, which is not installed", path=path) from error

    def __enter__(self) -> _Ffmpeg:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self._process.kill()
        said = self._process.communicate()[1].decode(errors="replace").strip()
        if kind is None and self._process.returncode:
            self._fail(said)

    def write(self, audio: Audio) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(np.ascontiguousarray(audio.T, "<f4").tobytes())
        except BrokenPipeError:
            said = self._process.communicate()[1].decode(errors="replace").strip()
            self._fail(said)

    def write_integers(self, samples: Integers) -> None:
        raise NotImplementedError("a lossy encoder takes the signal as it is, before any rounding")

    def _fail(self, said: str) -> None:
        raise OutputError(f"cannot be written: {(said.splitlines() or ['ffmpeg failed'])[-1]}", path=self._path)
