"""What is done to a file before it is mastered, each only when it is asked for.

An offset is removed, silence at the ends is cut, the rate is changed, the ends are faded: in this order, because an
offset hides silence, and a fade belongs to the ends that are left. Timecode and cue points follow.

The offset is what is slower than about 2 Hz: the mean of every 10 ms under overlapping triangles, smoothed over 0.5 s
and subtracted. That is known from a pass over the file, so it has no delay, no phase, and nothing rings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from numba import njit

from soundscape.audio import RATES, Audio, AudioInfo
from soundscape.errors import AudioError, InputError
from soundscape.mastering.riff import Riff, moved
from soundscape.mastering.source import Source
from soundscape.metering.dialogue import Regions
from soundscape.units import db_to_gain

_OFFSETS_PER_SECOND = 100
_SMOOTHED_OVER = 51
"""Points of 10 ms."""

Offsets = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edits:
    """What is asked for."""

    remove_offset: bool = False
    """Whether an offset (DC) is removed."""
    trim_dbfs: float | None = None
    """Silence at the ends below this level is cut, -120 to -20."""
    fade_in_s: float = 0.0
    fade_out_s: float = 0.0
    """Length of raised-cosine fades, 0 to 60."""
    sample_rate: int | None = None
    """To resample to, in Hz; by soxr at its highest quality."""

    def __post_init__(self) -> None:
        for name, low, high in (
            ("trim_dbfs", -120.0, -20.0),
            ("fade_in_s", 0.0, 60.0),
            ("fade_out_s", 0.0, 60.0),
            ("sample_rate", *RATES),
        ):
            value = getattr(self, name)
            if value is not None and not low <= value <= high:
                raise InputError(f"{value:g} is not allowed; allowed: {low:g} to {high:g}", column=name)


class Edited:
    """A source as it is to be mastered; without edits the source itself.

    Raises
    ------
    AudioError
        When nothing is left of it.
    """

    def __init__(self, source: Source, edits: Edits) -> None:
        self._source, self._edits = source, edits
        self._offsets = _offsets_of(source) if edits.remove_offset else None
        whole = source.info.frames
        self._start, self._stop = 0, whole
        if edits.trim_dbfs is not None:
            self._start, self._stop = _sounding(self._without_offset(), whole, db_to_gain(edits.trim_dbfs))
        rate = edits.sample_rate or source.info.sample_rate
        frames = round((self._stop - self._start) * rate / source.info.sample_rate)
        if not frames:
            raise AudioError("is too short to be resampled", path=source.path)
        self.info: AudioInfo = replace(source.info, sample_rate=rate, frames=frames)
        self.path, self.layout, self.mask = source.path, source.layout, source.mask

    @property
    def riff(self) -> Riff | None:
        """The header of a WAV, as it is for what is left."""
        riff, rate = self._source.riff, self.info.sample_rate
        if riff is None or (self._start == 0 and rate == riff.sample_rate):
            return riff
        return replace(riff, chunks=moved(riff.chunks, self._start, riff.sample_rate, rate))

    @property
    def notes(self) -> tuple[str, ...]:
        """What was assumed about the file, and done to it."""
        found, rate = list(self._source.notes), self._source.info.sample_rate
        if self._offsets is not None and self._offsets.any():
            found.append(f"an offset of up to {20 * np.log10(np.abs(self._offsets).max()):.0f} dBFS is removed")
        cut = (self._start, self._source.info.frames - self._stop)
        if any(cut):
            found.append(f"{cut[0] / rate:.3f} s are cut from the start and {cut[1] / rate:.3f} s from the end")
        if self.info.sample_rate != rate:
            found.append(f"resampled from {rate} to {self.info.sample_rate} Hz")
        return tuple(found)

    @property
    def changed(self) -> bool:
        """Whether the samples are other ones than in the file."""
        faded = self._edits.fade_in_s > 0.0 or self._edits.fade_out_s > 0.0
        return faded or self._offsets is not None or self.info.sample_rate != self._source.info.sample_rate

    @property
    def tags(self) -> dict[str, str]:
        """Title, artist and so on."""
        return self._source.tags

    def placed(self, regions: Regions, sample_rate: int) -> Regions:
        """Regions of the whole file, in frames of another rate, as frames of what is left."""
        ratio = self.info.sample_rate / sample_rate
        start = self._start * self.info.sample_rate / self._source.info.sample_rate
        moved_regions = ((round(a * ratio - start), round(b * ratio - start)) for a, b in regions)
        return [(max(0, a), min(b, self.info.frames)) for a, b in moved_regions if b > 0 and a < self.info.frames]

    def blocks(self) -> Iterator[Audio]:
        """The signal from its start."""
        blocks: Iterable[Audio] = self._without_offset()
        if (self._start, self._stop) != (0, self._source.info.frames):
            blocks = _cut(blocks, self._start, self._stop)
        if self.info.sample_rate != self._source.info.sample_rate:
            blocks = _resampled(blocks, self._source.info, self.info)
        if self._edits.fade_in_s or self._edits.fade_out_s:
            blocks = _faded(blocks, self.info, self._edits)
        yield from blocks

    def _without_offset(self) -> Iterator[Audio]:
        if self._offsets is None:
            yield from self._source.blocks()
            return
        position, points = 0, np.arange(self._offsets.shape[1])
        for block in self._source.blocks():
            at = (position + np.arange(block.shape[1])) * (_OFFSETS_PER_SECOND / self._source.info.sample_rate)
            yield np.stack(
                [
                    x - np.interp(at, points, row).astype(np.float32)
                    for x, row in zip(block, self._offsets, strict=True)
                ]
            )
            position += block.shape[1]


@njit(cache=True, nogil=True)
def _add_triangles(channel, position, points_per_frame, sums, weights):  # type: ignore[no-untyped-def]
    """Add every sample to the two points that it lies between, by its nearness."""
    for n in range(channel.shape[0]):
        at = (position + n) * points_per_frame
        point = int(at)
        nearness = at - point
        sums[point] += channel[n] * (1.0 - nearness)
        sums[point + 1] += channel[n] * nearness
        weights[point] += 1.0 - nearness
        weights[point + 1] += nearness


def _offsets_of(source: Source) -> Offsets:
    """Offset of every channel at every 10 ms."""
    points_per_frame = _OFFSETS_PER_SECOND / source.info.sample_rate
    points = int(source.info.frames * points_per_frame) + 2
    sums, weights = (np.zeros((source.info.channels, points)) for _ in range(2))
    position = 0
    for block in source.blocks():
        for c, channel in enumerate(block):
            _add_triangles(channel, position, points_per_frame, sums[c], weights[c])
        position += block.shape[1]
    window = np.hanning(_SMOOTHED_OVER + 2)[1:-1]
    smoothed = [np.convolve(s, window)[_SMOOTHED_OVER // 2 :][:points] for s in sums]
    heard = [np.convolve(w, window)[_SMOOTHED_OVER // 2 :][:points] for w in weights]
    return np.array(smoothed) / np.maximum(np.array(heard), 1e-9)


def _sounding(blocks: Iterable[Audio], frames: int, threshold: float) -> tuple[int, int]:
    """First frame above a threshold and the one after the last; all frames when there is none."""
    first, last, position = -1, -1, 0
    for block in blocks:
        loud = np.flatnonzero(np.abs(block).max(axis=0) > threshold)
        if len(loud):
            first = position + int(loud[0]) if first < 0 else first
            last = position + int(loud[-1])
        position += block.shape[1]
    return (0, frames) if first < 0 else (first, last + 1)


def _cut(blocks: Iterable[Audio], start: int, stop: int) -> Iterator[Audio]:
    position = 0
    for block in blocks:
        part = block[:, max(0, start - position) : max(0, stop - position)]
        position += block.shape[1]
        if part.shape[1]:
            yield np.ascontiguousarray(part)


def _resampled(blocks: Iterable[Audio], before: AudioInfo, after: AudioInfo) -> Iterator[Audio]:
    """At another rate and exactly as long as `after` says."""
    import soxr

    stream = soxr.ResampleStream(before.sample_rate, after.sample_rate, before.channels, "float32", "VHQ")
    left = after.frames

    def given(frames: npt.NDArray[np.float32]) -> Audio:
        nonlocal left
        part = np.ascontiguousarray(frames[:left].T)
        left -= part.shape[1]
        return part

    for block in blocks:
        yield given(stream.resample_chunk(np.ascontiguousarray(block.T)))
    yield given(stream.resample_chunk(np.empty((0, before.channels), np.float32), last=True))
    yield np.zeros((before.channels, left), np.float32)


def _faded(blocks: Iterable[Audio], info: AudioInfo, edits: Edits) -> Iterator[Audio]:
    in_frames, out_frames = (edits.fade_in_s * info.sample_rate, edits.fade_out_s * info.sample_rate)
    position = 0
    for block in blocks:
        end = position + block.shape[1]
        if position < in_frames or end > info.frames - out_frames:
            n = position + np.arange(block.shape[1]) + 0.5
            near_start = np.clip(n / max(in_frames, 0.5), 0.0, 1.0)
            near_end = np.clip((info.frames - n) / max(out_frames, 0.5), 0.0, 1.0)
            curve = np.sin(0.5 * np.pi * near_start) ** 2 * np.sin(0.5 * np.pi * near_end) ** 2
            block = block * curve.astype(np.float32)
        yield block
        position = end
