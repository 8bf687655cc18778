"""The report of a run: loudness as measured on the written file, and where every hit point landed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from soundscape.deliver.stems import NullReceipt
from soundscape.mastering.chain import Fit
from soundscape.metering.gating import BINS_PER_SECOND
from soundscape.mix.ducking import Passage
from soundscape.model import BUSES, SAMPLE_RATE, Loudness, Mark, Plan
from soundscape.parts import Part
from soundscape.timecode import frame_to_timecode

LEAST_MISSING_LU = 0.5
"""Speech that is covered by less than this is not worth a line."""
WIDEST_LU = 5.0
"""How far speech may lie under the programme (EBU R 128 s4); beyond, listeners reach for the volume."""
SEARCH_S = 0.1
"""How far from the marker a hit is searched for in the written stem."""
BEFORE_S, AFTER_S = 0.02, 0.25
"""Stretch of a hit, around its sync point, by which it is recognised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Landing:
    """A hit point of the picture and what became of it."""

    name: str
    timecode: str
    sample: int
    strength: str
    sound: str
    """The sound that was placed there; empty when its words asked for none."""
    landed_sample: int | None
    """Where that sound's sync point is found in the written stem; None when it cannot be told apart."""
    error_ms: float | None
    beat_error_ms: float | None
    """Music after (+) or before (-) the picture: the nearest downbeat, for a soft hit the nearest beat."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mastering:
    """What the master did."""

    target: str
    status: str
    """`on target`, or why not."""
    gain_db: float
    """Static gain from the mix to the master; exact, so that it can be held."""
    ceiling_dbtp: float
    largest_reduction_db: float
    """By the limiter, beyond the static gain."""
    shortfall_lu: float
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A passage of speech, and how far the rest was lowered for it."""

    begin: str
    """Timecode."""
    end: str
    depth_db: dict[str, float]
    """Bus → decibels."""
    dip_db: float
    """Between 1 and 4 kHz besides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One page about one run."""

    title: str
    version: str
    seed: int
    duration_s: float
    rate: str
    start: str
    programme: Loudness
    """Measured on the samples of the written file."""
    stems: dict[str, Loudness]
    mastering: Mastering
    null: NullReceipt
    finer: dict[str, NullReceipt]
    """The same of the stems besides the buses, by their kind."""
    speech: tuple[Spoken, ...]
    hits: tuple[Landing, ...]
    files: tuple[str, ...]
    chosen: tuple[str, ...]
    """Every sound and what chose it."""
    parts: dict[str, str]
    """Name of a sound → hash of everything that determines its samples."""
    notes: tuple[str, ...]


def mastering_of(fitted: Fit) -> Mastering:
    """What the master did, for the report."""
    return Mastering(
        target=fitted.target.name,
        status=fitted.status,
        gain_db=fitted.gain_db,
        ceiling_dbtp=fitted.ceiling_dbtp,
        largest_reduction_db=round(fitted.limiting.max_db, 2),
        shortfall_lu=round(fitted.shortfall_lu, 2),
        notes=fitted.notes,
    )


def spoken(plan: Plan, passages: Sequence[Passage]) -> tuple[Spoken, ...]:
    """The passages of speech with their timecodes."""

    def timecode(bin_10_ms: int) -> str:
        return frame_to_timecode(plan.start + round(bin_10_ms * plan.rate.fps / BINS_PER_SECOND), plan.rate)

    return tuple(
        Spoken(
            begin=timecode(passage.start),
            end=timecode(passage.end),
            depth_db=passage.depth_db,
            dip_db=passage.dip_db,
        )
        for passage in passages
    )


def covered(plan: Plan, passages: Sequence[Passage]) -> tuple[str, ...]:
    """A line for every bus that still covers speech more than is wanted, because it is lowered no deeper."""
    lines = []
    for bus in BUSES:
        short = [passage for passage in passages if passage.missing_lu.get(bus, 0.0) >= LEAST_MISSING_LU]
        if short and plan.ducking is not None:
            worst = max(short, key=lambda passage: passage.missing_lu[bus])
            lines.append(
                f"speech stands out of the {bus} by up to {worst.missing_lu[bus]:.1f} LU less than asked, in "
                f"{len(short)} of {len(passages)} passages, worst at {spoken(plan, [worst])[0].begin}: "
                f"deepest_db = {plan.ducking.deepest_db:g} lowers it no further"
            )
    return tuple(lines)


def faint(programme: Loudness, stems: Mapping[str, Loudness]) -> tuple[str, ...]:
    """A line when speech lies far under the programme, which is as loud as its target all the same."""
    speech = stems["dialogue"].integrated_lufs if "dialogue" in stems else None
    if speech is None or programme.integrated_lufs is None or programme.integrated_lufs - speech <= WIDEST_LU:
        return ()
    return (
        f"speech is at {speech:.1f} LUFS, {programme.integrated_lufs - speech:.1f} LU under the programme; more than "
        f"{WIDEST_LU:g} LU are hard to follow: raise dialogue_db in [mix], or lower music_db and effects_db",
    )


def landings(plan: Plan, parts: Mapping[str, Part], stems: Mapping[str, Path]) -> tuple[Landing, ...]:
    """Where every hit point of the plan landed: its sound in the written stem, its beat in the tempo map.

    Parameters
    ----------
    plan : Plan
        Its marks of kind `strong` and `soft` are the hit points.
    parts : mapping of str to Part
        The rendered sounds by name.
    stems : mapping of str to Path
        The written stem of every bus.
    """
    sounds = {sound.name: sound for sound in plan.sounds}
    found = []
    for mark in plan.marks:
        if mark.kind == "shot":
            continue
        landed = None
        if mark.sound:
            landed = _find(parts[mark.sound], mark.sample, stems[sounds[mark.sound].bus])
        found.append(
            Landing(
                name=mark.name,
                timecode=mark.timecode,
                sample=mark.sample,
                strength=mark.kind,
                sound=mark.sound,
                landed_sample=landed,
                error_ms=None if landed is None else _ms(landed - mark.sample),
                beat_error_ms=_beat_error(mark, plan),
            )
        )
    return tuple(found)


def _find(part: Part, sample: int, stem: Path) -> int | None:
    """Sample at which a part's sync point lies in a stem: the lag of the highest cross-correlation."""
    before, after, search = (round(seconds * SAMPLE_RATE) for seconds in (BEFORE_S, AFTER_S, SEARCH_S))
    first = max(0, part.sync - before)
    pattern = part.read(first, part.sync + after).sum(axis=1, dtype=np.float64)
    begin = sample - (part.sync - first) - search
    signal = _stretch(stem, begin, len(pattern) + 2 * search)
    size = 1 << (len(signal) + len(pattern)).bit_length()
    spectrum = np.fft.rfft(signal, size) * np.conj(np.fft.rfft(pattern, size))
    correlation = np.fft.irfft(spectrum, size)[: 2 * search + 1]
    if not np.abs(correlation).max(initial=0.0) > 0.0:
        return None
    return int(np.argmax(correlation)) - search + sample


def _stretch(path: Path, begin: int, frames: int) -> npt.NDArray[np.float64]:
    """Mono samples of a file; zeros before its start and after its end."""
    import soundfile

    with soundfile.SoundFile(path) as file:
        start, stop = max(0, begin), min(begin + frames, file.frames)
        signal = np.zeros(frames)
        if start < stop:
            file.seek(start)
            signal[start - begin : stop - begin] = file.read(stop - start, dtype="float64", always_2d=True).sum(
                axis=1
            )
    return signal


def _beat_error(mark: Mark, plan: Plan) -> float | None:
    """Distance in ms of the nearest downbeat (of a soft hit: beat) of the cue in which a mark lies."""
    beats = [
        beat.sample
        for cue in plan.music
        if cue.at <= mark.sample < cue.at + cue.length
        for beat in cue.beats
        if beat.beat == 1 or mark.kind == "soft"
    ]
    return _ms(min((beat - mark.sample for beat in beats), key=abs)) if beats else None


def _ms(samples: int) -> float:
    return round(1000.0 * samples / SAMPLE_RATE, 3)


def chosen(plan: Plan) -> tuple[str, ...]:
    """Every sound and clip of a plan with what chose it."""
    sources: Sequence[tuple[str, str]] = [
        *((sound.name, sound.why) for sound in plan.sounds),
        *((clip.name, clip.why) for clip in plan.narration),
    ]
    return tuple(f"{name}: {why}" for name, why in sources)
