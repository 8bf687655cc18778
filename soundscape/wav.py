"""Writing WAV: whole or not at all, Broadcast Wave with a timecode, RF64 above 4 GiB.

The only writer of audio. Integers are rounded here (libsndfile would floor them), dither is the caller's.
Sources: EBU Tech 3285 (BWF, bext version 2), EBU Tech 3306 (RF64).
"""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
from numba import njit

from soundscape.audio import Audio, check_signal
from soundscape.files import atomic

_RIFF_LIMIT = 0xFFFF_FFFF - 8
_NOT_SET = 0x7FFF
_EXTENSIBLE = 0xFFFE
_SUBTYPE_REST = bytes.fromhex("000000001000800000aa00389b71")
"""What follows the format tag in the identifier of a subtype (`WAVEFORMATEXTENSIBLE`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bext:
    """What a Broadcast Wave says of itself; loudness in LUFS, LU and dBTP, or None."""

    description: str = ""
    originator: str = "soundscape"
    reference: str = ""
    time_reference: int = 0
    """Samples since midnight of the first frame."""
    history: str = ""
    integrated: float | None = None
    loudness_range: float | None = None
    true_peak: float | None = None
    momentary: float | None = None
    short_term: float | None = None

    def chunk(self) -> bytes:
        """The `bext` chunk; the date is left empty so that the same plan gives the same bytes."""
        values = (self.integrated, self.loudness_range, self.true_peak, self.momentary, self.short_term)
        loudness = [_NOT_SET if value is None else max(-32768, min(32766, round(100 * value))) for value in values]
        body = struct.pack(
            "<256s32s32s10s8sQH64s5h180s",
            *(text.encode("ascii", "replace") for text in (self.description, self.originator, self.reference)),
            b"",
            b"",
            self.time_reference,
            2,
            b"",
            *loudness,
            b"",
        )
        history = self.history.encode("ascii", "replace")
        return body + history + b"\0" * (len(history) % 2)


@njit(cache=True, nogil=True)
def _pack(samples, out):  # type: ignore[no-untyped-def]
    """Integers as three bytes each, the lowest first, into `(frames, 3)`."""
    for n in range(samples.shape[0]):
        sample = samples[n]
        out[n, 0] = sample & 0xFF
        out[n, 1] = (sample >> 8) & 0xFF
        out[n, 2] = (sample >> 16) & 0xFF


class WavWriter:
    """A WAV file that grows by blocks inside `open_wav`.

    `write` takes float32 `(channels, frames)`; with 16 or 24 bits, 1.0 is full scale and what lies beyond is
    clipped and counted in `clipped`.
    """

    def __init__(
        self,
        file: BinaryIO,
        *,
        sample_rate: int,
        channels: int,
        bits: int,
        bext: Bext | None,
        mask: int = 0,
        chunks: Sequence[tuple[bytes, bytes]] = (),
    ) -> None:
        self._file = file
        self._rate, self._channels, self._bits = sample_rate, channels, bits
        self._mask, self._chunks = mask, chunks
        self.bext = bext
        """May be completed until the file is closed."""
        self.frames = 0
        self.clipped = 0
        file.write(self._header())

    def write(self, audio: Audio) -> None:
        """Append a block."""
        check_signal(audio)
        if audio.shape[0] != self._channels:
            raise ValueError(f"{audio.shape[0]} channels given to a file of {self._channels}")
        if self._bits == 32:
            self._file.write(np.ascontiguousarray(audio.T, "<f4").data)
            self.frames += audio.shape[1]
            return
        scale = float(1 << (self._bits - 1))
        scaled = np.rint(audio.astype(np.float64) * scale)
        self.clipped += int(np.count_nonzero((scaled < -scale) | (scaled > scale - 1)))
        self.write_integers(np.clip(scaled, -scale, scale - 1).astype("<i4"))

    def write_integers(self, samples: npt.NDArray[np.int32]) -> None:
        """Append integers `(channels, frames)` that are already in the range of the file's bits."""
        self.frames += samples.shape[1]
        if self._bits == 16:
            self._file.write(np.ascontiguousarray(samples.T, "<i2").data)
        else:
            packed = np.empty((samples.shape[1], samples.shape[0], 3), np.uint8)
            for c, channel in enumerate(samples):
                _pack(channel, packed[:, c])
            self._file.write(packed.data)

    def close(self) -> None:
        """Complete the header now that the length is known."""
        if self._data_bytes % 2:
            self._file.write(b"\0")
        self._file.seek(0)
        self._file.write(self._header())

    @property
    def _data_bytes(self) -> int:
        return self.frames * self._channels * self._bits // 8

    def _header(self) -> bytes:
        frame_bytes = self._channels * self._bits // 8
        tag = 3 if self._bits == 32 else 1
        layout = struct.pack(
            "<HIIHH", self._channels, self._rate, self._rate * frame_bytes, frame_bytes, self._bits
        )
        if self._mask:
            subtype = struct.pack("<H", tag) + _SUBTYPE_REST
            layout = (
                struct.pack("<H", _EXTENSIBLE) + layout + struct.pack("<HHI", 22, self._bits, self._mask) + subtype
            )
        else:
            layout = struct.pack("<H", tag) + layout
        bext = b"" if self.bext is None else _chunk(b"bext", self.bext.chunk())
        body = bext + b"".join(_chunk(*chunk) for chunk in self._chunks) + _chunk(b"fmt ", layout)
        riff_bytes = 4 + 36 + len(body) + 8 + self._data_bytes + self._data_bytes % 2
        if riff_bytes <= _RIFF_LIMIT:
            head = struct.pack("<4sI4s", b"RIFF", riff_bytes, b"WAVE") + _chunk(b"JUNK", bytes(28))
            return head + body + struct.pack("<4sI", b"data", self._data_bytes)
        sizes = struct.pack("<QQQI", riff_bytes, self._data_bytes, self.frames, 0)
        head = struct.pack("<4sI4s", b"RF64", 0xFFFF_FFFF, b"WAVE") + _chunk(b"ds64", sizes)
        return head + body + struct.pack("<4sI", b"data", 0xFFFF_FFFF)


@contextlib.contextmanager
def open_wav(
    path: Path,
    *,
    sample_rate: int,
    channels: int = 2,
    bits: int = 24,
    bext: Bext | None = None,
    mask: int = 0,
    chunks: Sequence[tuple[bytes, bytes]] = (),
) -> Iterator[WavWriter]:
    """A WAV file for writing, whole or not at all; 16- or 24-bit integers, or 32-bit float.

    `mask` is its channel mask, 0 for none; `chunks` are further chunks, name and body, to stand before the samples.
    """
    with atomic(path) as file:
        writer = WavWriter(
            file, sample_rate=sample_rate, channels=channels, bits=bits, bext=bext, mask=mask, chunks=chunks
        )
        yield writer
        writer.close()


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack("<4sI", name, len(body)) + body + b"\0" * (len(body) % 2)
