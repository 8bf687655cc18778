"""The mastered programme and its stems as 24-bit Broadcast Wave, all under one gain curve, with a null receipt."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from functools import partial
from itertools import repeat
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from soundscape.ahead import Lanes, ahead, begun
from soundscape.audio import Audio
from soundscape.files import slug
from soundscape.mastering.dither import Dither
from soundscape.metering.meter import Meter
from soundscape.mix.store import StemStore, programme_of
from soundscape.model import SAMPLE_RATE, Loudness, Plan
from soundscape.rng import Seed
from soundscape.timecode import frame_to_sample, frame_to_timecode
from soundscape.units import gain_to_db
from soundscape.wav import Bext, WavWriter, open_wav

BITS = 24
FULL_SCALE = float(1 << (BITS - 1))
PROGRAMME = "programme"
LOUDEST = 1.0 - 4.0 / FULL_SCALE
"""What no file exceeds in which nothing was clipped, but for its dither."""
MASKS = {6: 0x3F}
"""Channels → mask of the speakers in a WAV: L R C LFE Ls Rs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StemFile:
    """A delivered file and what the meter said of the very samples in it."""

    name: str
    """Bus, part of a bus, further mix, or `programme`."""
    path: Path
    loudness: Loudness
    energies: npt.NDArray[np.float64]
    """K-weighted energy of every 10 ms, from which loudness over time follows."""
    clipped: int
    """Samples beyond full scale: never in the programme, but a stem may be louder than the sum that it is part of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NullReceipt:
    """How far the stems are from summing to the programme: peak of the difference in dBFS, None for exactly 0."""

    float_dbfs: float | None
    """After mastering, before dither."""
    rounded_dbfs: float | None
    """Of 24-bit samples without dither."""
    files_dbfs: float | None
    """Of the dithered 24-bit samples as written."""


def stem_path(out: Path, plan: Plan, name: str, *, stretch: tuple[int, int] | None = None) -> Path:
    """Where a stem or the programme is written; the name of a stretch says from which timecode on."""
    begins = "" if stretch is None else f"_{_timecode(plan, stretch[0])}"
    return out / f"{slug(plan.title)}_{name}{begins}.wav"


def _timecode(plan: Plan, sample: int) -> str:
    frame = plan.start + round(sample * plan.rate.fps / SAMPLE_RATE)
    return frame_to_timecode(frame, plan.rate).replace(":", "-").replace(";", "-")


def write_stems(
    store: StemStore,
    gains: Iterable[npt.NDArray[np.float32]],
    plan: Plan,
    out: Path,
    *,
    finer: StemStore | None = None,
    mixes: Mapping[str, Sequence[str]] | None = None,
    only: Sequence[str] = (),
    stretch: tuple[int, int] | None = None,
    done: Callable[[], None],
) -> tuple[tuple[StemFile, ...], NullReceipt]:
    """Write programme and stems, all of them or none.

    Parameters
    ----------
    store : StemStore
        The stems before mastering.
    gains : iterable of ndarray
        The master's gain curve g(t), `(frames,)` a block, aligned with the store's blocks.
    plan : Plan
        For titles, timecode and the seed of the dither.
    out : Path
        The folder.
    finer : StemStore, optional
        Other stems of the same programme, which are written instead of it and its own.
    mixes : mapping of str to sequence of str, optional
        Further files, each the sum of some stems.
    only : sequence of str
        Programme and stems that are wanted; all without it.
    stretch : (int, int), optional
        Samples of the programme that are wanted, from and to: the very ones of the whole.
    done : callable
        Told of every finished block.
    """
    sums = mixes or {}
    parts = (finer or store).buses
    whole = (*(() if finer else (PROGRAMME,)), *parts)
    wanted = [*(name for name in whole if not only or name in only), *sums]
    path = partial(stem_path, out, plan, stretch=stretch)
    with ExitStack() as files:
        tracks = {
            name: _Track(
                files.enter_context(_open(path(name), plan, name, channels=store.channels, stretch=stretch))
                if name in wanted
                else None,
                Seed(plan.seed).child("dither", name),
                channels=store.channels,
                stretch=stretch,
            )
            for name in dict.fromkeys((PROGRAMME, *parts, *wanted))
        }
        lanes = files.enter_context(Lanes())
        writing = (
            (signals, {name: lanes.submit(track, track.write, signals[name]) for name, track in tracks.items()})
            for signals in ahead(_mastered(store, gains, finer, sums))
        )
        # While the next block is written, this one is summed up.
        rest = begun(
            lanes.submit(
                _residuals,
                _residuals,
                signals,
                {name: samples.result() for name, samples in written.items()},
                parts,
            )
            for signals, written in begun(writing)
        )
        peaks = np.zeros(3)
        for residuals in rest:
            peaks = np.maximum(peaks, residuals.result())
            done()
        results = tuple(tracks[name].finish(name, path(name)) for name in wanted)
    return results, NullReceipt(
        **dict(zip(("float_dbfs", "rounded_dbfs", "files_dbfs"), map(_dbfs, peaks), strict=True))
    )


def _mastered(
    store: StemStore,
    gains: Iterable[npt.NDArray[np.float32]],
    finer: StemStore | None,
    sums: Mapping[str, Sequence[str]],
) -> Iterator[dict[str, Audio]]:
    """Blocks of the programme, of its stems or the finer ones, and of sums of stems, under the gain of the master."""
    others = _blocks(finer)
    for stems, gain in zip(store.blocks(), gains, strict=True):
        mastered = {bus: stem * gain for bus, stem in stems.items()}
        signals = {PROGRAMME: programme_of(mastered)}
        signals |= mastered if finer is None else {name: stem * gain for name, stem in next(others).items()}
        yield signals | {name: programme_of({bus: mastered[bus] for bus in sums[name]}) for name in sums}


def _blocks(finer: StemStore | None) -> Iterator[Mapping[str, Audio]]:
    """The blocks of the finer stems; without any, empty ones."""
    return repeat({}) if finer is None else finer.blocks()


def write_programme(
    blocks: Iterable[Audio],
    gains: Iterable[npt.NDArray[np.float32]],
    plan: Plan,
    path: Path,
    *,
    name: str = PROGRAMME,
    channels: int = 2,
    stretch: tuple[int, int] | None = None,
) -> StemFile:
    """Write a programme alone, under its gain curve."""
    with _open(path, plan, name, channels=channels, stretch=stretch) as writer:
        track = _Track(writer, Seed(plan.seed).child("dither", name), channels=channels, stretch=stretch)
        for block, gain in zip(blocks, gains, strict=True):
            track.write((block * gain).astype(np.float32))
        return track.finish(name, path)


def _open(
    path: Path, plan: Plan, name: str, *, channels: int, stretch: tuple[int, int] | None = None
) -> AbstractContextManager[WavWriter]:
    layout = {2: "stereo", 6: "multichannel"}[channels]
    bext = Bext(
        description=f"{plan.title}: {name}",
        reference=f"{slug(plan.title)[:20]}_{name}"[:32],
        time_reference=frame_to_sample(plan.start, plan.rate, SAMPLE_RATE) + (stretch[0] if stretch else 0),
        history=f"A=PCM,F={SAMPLE_RATE},W={BITS},M={layout},T=soundscape {plan.version}\r\n",
    )
    return open_wav(
        path, sample_rate=SAMPLE_RATE, channels=channels, bits=BITS, bext=bext, mask=MASKS.get(channels, 0)
    )


class _Track:
    """One signal as integers: dithered, written, measured, and its loudness put into its header at the end."""

    def __init__(
        self, writer: WavWriter | None, seed: Seed, *, channels: int, stretch: tuple[int, int] | None = None
    ) -> None:
        self.writer = writer
        self._dither = Dither(seed, channels=channels, bits=BITS)
        self._meter = Meter(SAMPLE_RATE, channels)
        self._stretch = stretch
        self._position = 0
        self.clipped = 0

    def write(self, audio: npt.NDArray[np.float32]) -> npt.NDArray[np.int32]:
        """Take a block; returns the integers of the same shape that go into the file."""
        samples: npt.NDArray[np.int32] = self._dither.push(audio)
        if self.writer is not None:
            begin, end = self._stretch or (0, self._position + audio.shape[1])
            inside = slice(max(0, begin - self._position), max(0, end - self._position))
            kept = np.ascontiguousarray(samples[:, inside])
            self.writer.write_integers(kept)
            heard = kept.astype(np.float32)
            heard *= np.float32(1.0 / FULL_SCALE)
            self._meter.push(heard)
            if _peak(heard) > LOUDEST:
                self.clipped += int(np.count_nonzero(np.abs(audio[:, inside]) > 1.0))
        self._position += audio.shape[1]
        return samples

    def finish(self, name: str, path: Path) -> StemFile:
        """The file, with what the meter says of it."""
        found: Loudness = self._meter.result()
        assert self.writer is not None
        assert self.writer.bext is not None
        self.writer.bext = replace(
            self.writer.bext,
            integrated=found.integrated_lufs,
            loudness_range=found.loudness_range_lu,
            true_peak=found.true_peak_dbtp,
            momentary=found.max_momentary_lufs,
            short_term=found.max_short_term_lufs,
        )
        return StemFile(name=name, path=path, loudness=found, energies=self._meter.energies, clipped=self.clipped)


def _residuals(
    signals: Mapping[str, Audio], written: Mapping[str, npt.NDArray[np.int32]], parts: Sequence[str]
) -> tuple[float, float, float]:
    """Peak of what is left of the programme when all its parts are taken from it: float, rounded, as written."""
    rest = signals[PROGRAMME].astype(np.float64)
    rounded = np.rint(rest * FULL_SCALE)
    integers = written[PROGRAMME].copy()
    for name in parts:
        for channel, (part, whole) in enumerate(zip(signals[name], written[name], strict=True)):
            _take(part, whole, rest[channel], rounded[channel], integers[channel])
    return _peak(rest), _peak(rounded) / FULL_SCALE, _peak(integers) / FULL_SCALE


@njit(cache=True, nogil=True)
def _take(part, written, rest, rounded, integers):  # type: ignore[no-untyped-def]
    """Take a part from what is left of a programme: as it is, rounded, and as it was written."""
    for n in range(part.shape[0]):
        sample = np.float64(part[n])
        rest[n] -= sample
        rounded[n] -= np.rint(sample * FULL_SCALE)
        integers[n] -= written[n]


def _peak(signal: npt.NDArray[np.floating[Any]] | npt.NDArray[np.int32]) -> float:
    return max(float(signal.max(initial=0)), -float(signal.min(initial=0)))


def _dbfs(peak: float) -> float | None:
    return round(gain_to_db(peak), 1) if peak > 0.0 else None
