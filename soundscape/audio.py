"""The one gate for signals: what a signal is, reading audio files in blocks, and nothing else.

A signal is float32, shape `(channels, frames)`, finite, with its rate in Hz carried beside it.
Files are read by libsndfile; what it cannot read (AAC, M4A, the sound of a video) is decoded by ffmpeg
into a temporary file first.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from soundscape.errors import AudioError

if TYPE_CHECKING:
    import soundfile

Audio: TypeAlias = npt.NDArray[np.float32]
"""float32, `(channels, frames)`."""

Sum: TypeAlias = npt.NDArray[np.float32] | npt.NDArray[np.float64]
"""Audio that is being added up; in float64 where many sources are."""

BLOCK = 1 << 17
"""Frames in which files are read and mixed."""

MAX_CHANNELS = 64
RATES = (8_000, 384_000)
SUFFIXES = frozenset(
    ".wav .wave .rf64 .bwf .w64 .aif .aiff .flac .ogg .opus .mp3 .m4a .aac .mp4 .m4v .mov .mkv .mxf .webm .avi".split()
)
"""File names that are taken for audio when a folder is given."""
SUBTYPES = frozenset(
    "PCM_S8 PCM_U8 PCM_16 PCM_24 PCM_32 FLOAT DOUBLE VORBIS OPUS ULAW ALAW "
    "MPEG_LAYER_I MPEG_LAYER_II MPEG_LAYER_III".split()
)
"""Encodings that are decoded; the rest of libsndfile's decoders are old and not hardened."""


LARGEST = 1e6
"""Samples beyond it, 120 dB above full scale, are taken for an error."""


def check_signal(audio: npt.NDArray[np.generic], *, what: str = "signal") -> Audio:
    """The signal itself, when it is one.

    Raises
    ------
    AudioError
        When the type or shape is wrong, or a sample is NaN, infinite or beyond `LARGEST` (the first is named).
    """
    if audio.dtype != np.float32 or audio.ndim != 2:
        raise AudioError(f"{what}: {audio.dtype} of shape {audio.shape}; allowed: float32 of (channels, frames)")
    # No sample is larger than the root of the sum of all squares; only a doubtful sum is searched.
    with np.errstate(over="ignore"):
        energy = np.dot(audio.ravel(), audio.ravel())
    if not energy <= LARGEST**2 and not (sound := _is_sound(audio)).all():
        channel, frame = (int(axis[0]) for axis in np.nonzero(~sound))
        value = audio[channel, frame]
        fault = f"{value:g}, which is no level of a sound" if np.isfinite(value) else "not a finite number"
        raise AudioError(f"{what}: sample {frame} of channel {channel + 1} is {fault}")
    return audio.astype(np.float32, copy=False)


def _is_sound(audio: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    return np.asarray(np.abs(audio) <= LARGEST)  # false for NaN, too


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioInfo:
    """What a file says of itself."""

    path: Path
    sample_rate: int
    channels: int
    frames: int
    subtype: str

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.frames / self.sample_rate


class AudioFile:
    """An audio file that is read in blocks; a context manager.

    Raises
    ------
    AudioError
        When the file does not exist, is no audio, has a rate, channel count or encoding that is not allowed,
        or holds samples that are no sound (unless `sanitize`).
    """

    def __init__(self, path: Path | str, *, sanitize: bool = False) -> None:
        self._path = Path(path)
        self._sanitize = sanitize
        self.silenced = 0
        """Samples that were not finite or beyond `LARGEST` in the last reading, and are zero by `sanitize`."""
        self._held = ExitStack()
        with ExitStack() as opening:
            self._file, read_from, sounds = _open(self._path, opening)
            self._held = opening.pop_all()
        self.read_from = read_from
        """The file that is really read: a decoded one where libsndfile cannot read the file itself."""
        self.sounds = sounds
        """How many sounds there are; it is the first."""
        self.info = AudioInfo(
            path=self._path,
            sample_rate=self._file.samplerate,
            channels=self._file.channels,
            frames=self._file.frames,
            subtype=self._file.subtype,
        )
        self.tags: dict[str, str] = self._file.copy_metadata()
        """Title, artist and so on, by the names of libsndfile."""

    def __enter__(self) -> AudioFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()

    def blocks(self, frames: int = BLOCK) -> Iterator[Audio]:
        """The signal from its start, in blocks of `frames` frames and a shorter last one."""
        import soundfile

        self._file.seek(0)
        self.silenced = position = 0
        while position < self.info.frames:
            try:
                block = self._file.read(frames, dtype="float32", always_2d=True)
            except soundfile.SoundFileError as error:
                raise AudioError(
                    f"cannot be decoded at {position / self.info.sample_rate:.1f} s", path=self._path
                ) from error
            if not len(block):
                raise AudioError(
                    f"ends at frame {position}, but its header promises {self.info.frames}; is it truncated?",
                    path=self._path,
                )
            position += len(block)
            audio = np.ascontiguousarray(block.T)
            if self._sanitize:
                sound = _is_sound(audio)
                self.silenced += audio.size - int(np.count_nonzero(sound))
                audio[~sound] = 0.0
            try:
                yield check_signal(audio)
            except AudioError as error:
                raise error.at(path=self._path) from None


def read(path: Path | str) -> tuple[Audio, int]:
    """A whole file as `(signal, sample_rate)`: for what is known to be short."""
    with AudioFile(path) as file:
        blocks = list(file.blocks())
        audio = np.concatenate(blocks, axis=1) if blocks else np.zeros((file.info.channels, 0), np.float32)
        return audio, file.info.sample_rate


def _open(path: Path, held: ExitStack) -> tuple[soundfile.SoundFile, Path, int]:
    """The file, where it is and how many sounds there are; in `held` what must be closed after it."""
    import tempfile

    import soundfile

    if not path.is_file():
        raise AudioError("there is no such file", path=path)
    read_from, sounds = path, 1
    try:
        file = held.enter_context(soundfile.SoundFile(path))
    except (soundfile.SoundFileError, TypeError):
        read_from = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="soundscape-"))) / "decoded.wav"
        sounds = _decode(path, read_from)
        file = held.enter_context(soundfile.SoundFile(read_from))
    low, high = RATES
    if not 1 <= file.channels <= MAX_CHANNELS or not low <= file.samplerate <= high:
        raise AudioError(
            f"{file.channels} channels at {file.samplerate} Hz; allowed: 1 to {MAX_CHANNELS} channels, "
            f"{low} to {high} Hz",
            path=path,
        )
    if file.subtype not in SUBTYPES:
        raise AudioError(f"the encoding {file.subtype} is not allowed; convert it to PCM first", path=path)
    return file, read_from, sounds


def _decode(path: Path, out: Path) -> int:
    """Decode the first sound of a compressed file or a video into a float WAV, in ffmpeg's small memory.

    Returns how many sounds there are.
    """
    import shutil
    import subprocess

    if path.stat().st_size == 0 or shutil.which("ffmpeg") is None:
        reason = "is empty" if path.stat().st_size == 0 else "is no audio file that can be read without ffmpeg"
        raise AudioError(
            f"{reason}; allowed: WAV, RF64, AIFF, FLAC, OGG, MP3, and with ffmpeg M4A and video", path=path
        )
    from pydub.utils import mediainfo_json

    # An absolute path is never taken for an option or a protocol.
    streams = mediainfo_json(str(path.resolve())).get("streams", ())
    sounds = sum(stream["codec_type"] == "audio" for stream in streams)
    if not sounds:
        reason = "has no sound" if streams else "is not an audio file that libsndfile or ffmpeg can read"
        raise AudioError(reason, path=path)
    # A layout that the file does not name is not to be guessed.
    command = ["ffmpeg", "-v", "error", "-nostdin", "-guess_layout_max", "2", "-i", str(path.resolve())]
    command += ["-map", "0:a:0"]
    command += ["-c:a", "pcm_f32le", "-rf64", "auto", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["ffmpeg failed"])[-1]
        raise AudioError(f"cannot be decoded: {said}", path=path)
    return sounds
