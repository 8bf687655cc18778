"""The chunks of a WAV, RF64 or BW64 file: where its samples are, and what it says of itself.

Sources: EBU Tech 3285 (bext), EBU Tech 3306 and ITU-R BS.2088 (RF64, BW64), Microsoft `WAVEFORMATEXTENSIBLE`.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from soundscape.errors import AudioError
from soundscape.model import Loudness

CARRIED = (b"bext", b"iXML", b"axml", b"cue ", b"LIST", b"smpl")
"""Chunks that are brought along to a file of the same frames."""

_UNKNOWN_SIZE = (0, 0xFFFF_FFFF)
"""What programs write that could not go back to complete the header."""
_LARGEST_CARRIED = 16 << 20
_BEXT_FIXED_BYTES = 602
_BEXT_TIME_AT = 338
_BEXT_VERSION_AT = 346
_BEXT_LOUDNESS_AT = 412
_BEXT_NOT_SET = 0x7FFF
_SPEAKERS = "L R C LFE Lrs Rrs Lc Rc Cs Lss Rss".split()
"""Names of the first bits of a channel mask."""

_INFO = {
    "title": b"INAM",
    "artist": b"IART",
    "album": b"IPRD",
    "comment": b"ICMT",
    "copyright": b"ICOP",
    "date": b"ICRD",
    "genre": b"IGNR",
    "tracknumber": b"ITRK",
}
"""Fields of a `LIST` of the kind `INFO`, by the names of libsndfile."""

Chunks = tuple[tuple[bytes, bytes], ...]
"""Name and body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Riff:
    """What the header of a WAV says."""

    tag: int
    """1 PCM, 3 float."""
    channels: int
    sample_rate: int
    bits: int
    mask: int
    """Channel mask, 0 where there is none."""
    data_at: int
    data_bytes: int
    chunks: Chunks
    """Those of `CARRIED`."""

    @property
    def frames(self) -> int:
        """Whole frames in the file."""
        return self.data_bytes // (self.channels * self.bits // 8)

    @property
    def layout(self) -> str | None:
        """The speakers by the channel mask, in the words of `soundscape.metering.layout`; None where it has none."""
        names = [name for bit, name in enumerate(_SPEAKERS) if self.mask >> bit & 1]
        if len(names) != self.channels or self.mask >> len(_SPEAKERS) or {"Lc", "Rc"} & set(names):
            return None
        if "Lss" not in names or "Lrs" not in names:
            alone = {"Lrs": "Ls", "Rrs": "Rs", "Lss": "Ls", "Rss": "Rs"}
            names = [alone.get(name, name) for name in names]
        return "M" if names == ["C"] else " ".join(names)


def read_riff(path: Path) -> Riff | None:
    """What the header of a file says, or None when it is no WAV.

    Raises
    ------
    AudioError
        When the file ends before the samples that its header promises.
    """
    with path.open("rb") as file:
        head = file.read(12)
        if len(head) < 12 or head[:4] not in (b"RIFF", b"RF64", b"BW64") or head[8:] != b"WAVE":
            return None
        return _read_chunks(file, path)


def _read_chunks(file: BinaryIO, path: Path) -> Riff | None:
    end = path.stat().st_size
    layout = b""
    sizes: bytes | None = None
    place: tuple[int, int] | None = None
    carried = []
    while len(header := file.read(8)) == 8:
        name, size = struct.unpack("<4sI", header)
        at = file.tell()
        if name == b"data":
            if sizes is not None and size == 0xFFFF_FFFF:
                size = struct.unpack("<Q", sizes[8:16])[0]
            if size in _UNKNOWN_SIZE and place is None:
                size = end - at
            place = at, size
        elif name == b"fmt ":
            layout = file.read(size)
        elif name == b"ds64":
            sizes = file.read(size)
        elif name in CARRIED and size <= _LARGEST_CARRIED:
            carried.append((name, file.read(size)))
        file.seek(at + size + size % 2)
    if place is None or len(layout) < 16:
        return None
    tag, channels, rate, _, _, bits = struct.unpack("<HHIIHH", layout[:16])
    mask = 0
    if tag == 0xFFFE and len(layout) >= 40:
        mask, tag = struct.unpack("<IH", layout[20:26])
    if not channels or bits % 8 or not bits:
        return None
    riff = Riff(
        tag=tag, channels=channels, sample_rate=rate, bits=bits, mask=mask,
        data_at=place[0], data_bytes=place[1], chunks=tuple(carried),
    )  # fmt: skip
    if tag in (1, 3) and place[0] + place[1] > end:
        there = (end - place[0]) // (channels * bits // 8)
        raise AudioError(
            f"ends at frame {there}, but its header promises {riff.frames}; is it truncated?", path=path
        )
    return riff


def with_loudness(bext: bytes, loudness: Loudness, history: str) -> bytes:
    """A `bext` chunk with its loudness fields filled and a line added to its coding history; the rest stays."""
    body = bytearray(bext.ljust(_BEXT_FIXED_BYTES, b"\0"))
    if struct.unpack_from("<H", body, _BEXT_VERSION_AT)[0] < 2:
        struct.pack_into("<H", body, _BEXT_VERSION_AT, 2)
    values = (
        loudness.integrated_lufs,
        loudness.loudness_range_lu,
        loudness.true_peak_dbtp,
        loudness.max_momentary_lufs,
        loudness.max_short_term_lufs,
    )
    hundredths = [_BEXT_NOT_SET if v is None else max(-32768, min(32766, round(100 * v))) for v in values]
    struct.pack_into("<5h", body, _BEXT_LOUDNESS_AT, *hundredths)
    told = bytes(body[_BEXT_FIXED_BYTES:]).rstrip(b"\0")
    if told and not told.endswith(b"\r\n"):
        told += b"\r\n"
    told += history.encode("ascii", "replace") + b"\r\n"
    return bytes(body[:_BEXT_FIXED_BYTES]) + told + b"\0" * (len(told) % 2)


def info_list(tags: Mapping[str, str]) -> Chunks:
    """Title, artist and so on as a chunk; none without any."""
    fields = b""
    for name, key in _INFO.items():
        if tags.get(name):
            text = tags[name].encode() + b"\0"
            fields += struct.pack("<4sI", key, len(text)) + text + b"\0" * (len(text) % 2)
    return ((b"LIST", b"INFO" + fields),) if fields else ()


def moved(chunks: Chunks, start: int, rate_before: int, rate_after: int) -> Chunks:
    """Chunks of a file that now begins `start` frames later, at another rate: timecode and cue points follow.

    What else names frames (`smpl`) is left out, and so are cue points before the start.
    """
    bodies = {b"bext": _bext_moved, b"cue ": _cues_moved, b"iXML": _ixml_moved}
    return tuple(
        (name, bodies[name](body, start, rate_before, rate_after) if name in bodies else body)
        for name, body in chunks
        if name != b"smpl"
    )


def _bext_moved(body: bytes, start: int, rate_before: int, rate_after: int) -> bytes:
    moved_body = bytearray(body.ljust(_BEXT_FIXED_BYTES, b"\0"))
    frames = struct.unpack_from("<Q", moved_body, _BEXT_TIME_AT)[0] + start
    struct.pack_into("<Q", moved_body, _BEXT_TIME_AT, round(frames * rate_after / rate_before))
    return bytes(moved_body)


def _cues_moved(body: bytes, start: int, rate_before: int, rate_after: int) -> bytes:
    points = []
    for name, position, chunk, chunk_at, block_at, offset in struct.iter_unpack(
        "<II4sIII", body[4:][: (len(body) - 4) // 24 * 24]
    ):
        if offset >= start:
            at, played = (
                round((frame - start) * rate_after / rate_before) for frame in (offset, max(start, position))
            )
            points.append(struct.pack("<II4sIII", name, played, chunk, chunk_at, block_at, at))
    return struct.pack("<I", len(points)) + b"".join(points)


def _ixml_moved(body: bytes, start: int, rate_before: int, rate_after: int) -> bytes:
    """Time of the first frame and the rates; iXML splits the first into two halves of 32 bits."""
    high, low = (re.search(rb"<TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_%s>(\d+)<" % half, body) for half in (b"HI", b"LO"))
    if low is not None:
        frames = (int(high[1]) << 32 if high else 0) + int(low[1]) + start
        frames = round(frames * rate_after / rate_before)
        for half, value in ((b"HI", frames >> 32), (b"LO", frames & 0xFFFF_FFFF)):
            tag = b"TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_" + half
            body = re.sub(rb"(<%s>)\d+(<)" % tag, rb"\g<1>%d\g<2>" % value, body)
    rates = rb"(<(?:FILE_SAMPLE_RATE|TIMESTAMP_SAMPLE_RATE|DIGITIZER_SAMPLE_RATE)>)%d(<)" % rate_before
    return re.sub(rates, rb"\g<1>%d\g<2>" % rate_after, body)
