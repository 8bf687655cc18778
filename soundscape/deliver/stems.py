"""The mastered programme and its stems as 24-bit Broadcast Wave, all under one gain curve, with a null receipt."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from soundscape.audio import Audio
from soundscape.mastering.dither import Dither
from soundscape.metering.meter import Meter
from soundscape.mix.store import StemStore, programme_of
from soundscape.model import SAMPLE_RATE, Loudness, Plan
from soundscape.rng import Seed
from soundscape.timecode import frame_to_sample
from soundscape.units import gain_to_db
from soundscape.wav import Bext, WavWriter, open_wav

BITS = 24
PROGRAMME = "programme"


@dataclass(frozen=True, slots=True, kw_only=True)
class StemFile:
    """A delivered file and what the meter said of the very samples in it."""

    name: str
    """Bus, or `programme`."""
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
    files_dbfs: float | None
    """Of the dithered 24-bit samples as written."""


def slug(title: str) -> str:
    """A title as the beginning of file names: small ASCII letters, digits and hyphens, 40 at most."""
    plain = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in title.lower())
    return "-".join(part for part in plain.split("-") if part)[:40] or "film"


def stem_path(out: Path, plan: Plan, name: str) -> Path:
    """Where a stem or the programme is written."""
    return out / f"{slug(plan.title)}_{name}.wav"


def write_stems(
    store: StemStore, gains: Iterable[npt.NDArray[np.float32]], plan: Plan, out: Path, *, done: Callable[[], None]
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
    done : callable
        Told of every finished block.
    """
    names = (PROGRAMME, *store.buses)
    with ExitStack() as files:
        tracks = {
            name: _Track(
                files.enter_context(_open(stem_path(out, plan, name), plan, name)),
                Seed(plan.seed).child("dither", name),
            )
            for name in names
        }
        float_peak, file_peak = 0.0, 0.0
        pool = files.enter_context(ThreadPoolExecutor(max_workers=2))
        for stems, gain in zip(store.blocks(), gains, strict=True):
            mastered = {PROGRAMME: programme_of(stems) * gain} | {bus: stem * gain for bus, stem in stems.items()}
            # Each file has a state of its own: threads change nothing.
            written = pool.map(lambda name: tracks[name].write(mastered[name]), names)  # noqa: B023
            float_peak = max(float_peak, _residual(mastered))
            file_peak = max(file_peak, _residual(dict(zip(names, written, strict=True))) / (1 << (BITS - 1)))
            done()
        results = tuple(track.finish(name, stem_path(out, plan, name)) for name, track in tracks.items())
    return results, NullReceipt(float_dbfs=_dbfs(float_peak), files_dbfs=_dbfs(file_peak))


def write_programme(
    blocks: Iterable[Audio], gains: Iterable[npt.NDArray[np.float32]], plan: Plan, path: Path
) -> StemFile:
    """Write a programme alone, under its gain curve."""
    with _open(path, plan, PROGRAMME) as writer:
        track = _Track(writer, Seed(plan.seed).child("dither", PROGRAMME))
        for block, gain in zip(blocks, gains, strict=True):
            track.write((block * gain).astype(np.float32))
        return track.finish(PROGRAMME, path)


def _open(path: Path, plan: Plan, name: str) -> AbstractContextManager[WavWriter]:
    bext = Bext(
        description=f"{plan.title}: {name}",
        reference=f"{slug(plan.title)[:20]}_{name}",
        time_reference=frame_to_sample(plan.start, plan.rate, SAMPLE_RATE),
        history=f"A=PCM,F={SAMPLE_RATE},W={BITS},M=stereo,T=soundscape {plan.version}\r\n",
    )
    return open_wav(path, sample_rate=SAMPLE_RATE, bits=BITS, bext=bext)


class _Track:
    """One file being written: dithered, measured, and its loudness put into its header at the end."""

    def __init__(self, writer: WavWriter, seed: Seed) -> None:
        self.writer = writer
        self._dither = Dither(seed, channels=2, bits=BITS)
        self._meter = Meter(SAMPLE_RATE, 2)
        self.clipped = 0

    def write(self, audio: npt.NDArray[np.float32]) -> npt.NDArray[np.int32]:
        """Write a block; returns the integers of the same shape that went into the file."""
        self.clipped += int(np.count_nonzero(np.abs(audio) > 1.0))
        samples: npt.NDArray[np.int32] = self._dither.push(audio)
        self.writer.write_integers(samples)
        self._meter.push(samples.astype(np.float32) * np.float32(1.0 / (1 << (BITS - 1))))
        return samples

    def finish(self, name: str, path: Path) -> StemFile:
        """The file, with what the meter says of it."""
        found: Loudness = self._meter.result()
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


def _residual(signals: Mapping[str, Audio | npt.NDArray[np.int32]]) -> float:
    """Peak of what is left of the programme when all others are taken from it."""
    rest = signals[PROGRAMME].copy()
    for name, signal in signals.items():
        if name != PROGRAMME:
            rest -= signal
    return max(float(rest.max(initial=0)), -float(rest.min(initial=0)))


def _dbfs(peak: float) -> float | None:
    return round(gain_to_db(peak), 1) if peak > 0.0 else None
