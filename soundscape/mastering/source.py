"""A file that is measured or mastered: its signal in blocks, its speakers, and what it carries besides.

PCM in a WAV of 16 or 24 bits is decoded here, straight into planar float32, because reading is most of the time
that measuring takes; everything else is read by `soundscape.audio`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numba import njit

from soundscape.audio import BLOCK, Audio, AudioFile, AudioInfo
from soundscape.errors import AudioError
from soundscape.mastering.riff import Riff, read_riff


@njit(cache=True, nogil=True)
def _decode_24(words, out):  # type: ignore[no-untyped-def]
    """Four samples from every three words of 32 bits: a third of the loads that single bytes would take."""
    step = np.float32(2.0**-31)
    for i in range(words.shape[0] // 3):
        a, b, c = words[3 * i], words[3 * i + 1], words[3 * i + 2]
        first = np.uint32(a << np.uint32(8))
        second = np.uint32(((a >> np.uint32(16)) & np.uint32(0xFF00)) | np.uint32(b << np.uint32(16)))
        third = np.uint32(((b >> np.uint32(8)) & np.uint32(0xFFFF00)) | np.uint32(c << np.uint32(24)))
        fourth = np.uint32(c & np.uint32(0xFFFFFF00))
        out[4 * i] = np.float32(np.int32(first)) * step
        out[4 * i + 1] = np.float32(np.int32(second)) * step
        out[4 * i + 2] = np.float32(np.int32(third)) * step
        out[4 * i + 3] = np.float32(np.int32(fourth)) * step


class Source:
    """An audio file that can be read again and again; a context manager.

    Parameters
    ----------
    path : Path or str
        The file.
    layout : str, optional
        Which speakers its channels feed; without it, what its channel mask says.
    sanitize : bool
        Whether samples that are not finite are silenced instead of refused.

    Raises
    ------
    AudioError
        When the file cannot be read, holds no samples, or ends before its header says.
    """

    def __init__(self, path: Path | str, *, layout: str | None = None, sanitize: bool = False) -> None:
        self.path = Path(path)
        self._file = AudioFile(self.path, sanitize=sanitize)
        self.info: AudioInfo = self._file.info
        """What the file says of itself."""
        try:
            _check_form(self.path)
            self.riff: Riff | None = read_riff(self.path)
            """Its header, when it is a WAV."""
            if not self.info.frames:
                raise AudioError("holds no samples", path=self.path)
        except BaseException:
            self.close()
            raise
        self.tags = self._file.tags
        """Title, artist and so on."""
        decoded = None if self._file.read_from == self.path else read_riff(self._file.read_from)
        header = self.riff or decoded
        self.mask = header.mask if header else 0
        """Channel mask, 0 where there is none."""
        self.layout = layout or (header.layout if header else None)

    def __enter__(self) -> Source:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Release the file."""
        self._file.__exit__()

    @property
    def notes(self) -> tuple[str, ...]:
        """What was assumed about the file, and after a reading what was wrong with it."""
        found = []
        if self.info.channels > 2 and self.layout is None:
            found.append(f"{self.info.channels} channels without a channel mask: taken in the order of a WAV")
        if self._file.sounds > 1:
            found.append(f"the first of {self._file.sounds} sounds is taken")
        if self._file.silenced:
            found.append(
                f"{self._file.silenced} samples that are not finite numbers, or no level of a sound, are silenced"
            )
        return tuple(found)

    def blocks(self) -> Iterator[Audio]:
        """The signal from its start."""
        if self.riff is not None and self.riff.tag == 1 and self.riff.bits in (16, 24):
            return self._pcm_blocks(self.riff)
        return self._file.blocks()

    def _pcm_blocks(self, riff: Riff) -> Iterator[Audio]:
        frame_bytes = riff.channels * riff.bits // 8
        with self.path.open("rb") as file:
            file.seek(riff.data_at)
            left = riff.frames
            while left > 0:
                frames = min(BLOCK, left)
                raw = np.fromfile(file, np.uint8, frames * frame_bytes)
                if len(raw) < frames * frame_bytes:
                    raise AudioError("was shortened while it was read", path=self.path)
                yield _decoded(raw, riff, frames)
                left -= frames


def _check_form(path: Path) -> None:
    """Refuse an AIFF that is shorter than it says, which libsndfile would read to where it ends."""
    with path.open("rb") as file:
        head = file.read(12)
    if head[:4] == b"FORM" and head[8:11] == b"AIF":
        promised = 8 + int.from_bytes(head[4:8], "big")
        if path.stat().st_size < promised:
            raise AudioError(f"ends before the {promised} bytes that it promises; is it truncated?", path=path)


def _decoded(raw: np.ndarray[tuple[int], np.dtype[np.uint8]], riff: Riff, frames: int) -> Audio:
    if riff.bits == 16:
        planar = raw.view("<i2").reshape(frames, riff.channels).T
        return np.ascontiguousarray(planar, np.float32) * np.float32(2.0**-15)
    whole = np.concatenate((raw, np.zeros(-len(raw) % 12, np.uint8))) if len(raw) % 12 else raw
    flat = np.empty(len(whole) // 3, np.float32)
    _decode_24(whole.view("<u4"), flat)
    return np.ascontiguousarray(flat[: frames * riff.channels].reshape(frames, riff.channels).T)
