"""Listening to music that exists already: tempo, beats, strong onsets and key of a file, as suggestions.

For cutting picture to a track, or writing a cue beside one. Beats and onsets are found by librosa (onset strength,
dynamic-programming beat tracking after Ellis 2007); the key is the best of 24 Krumhansl–Kessler profiles over its
chroma. What is found in foreign music is a guess and carries a confidence; our own scores know their beats.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from soundscape.audio import AudioFile
from soundscape.errors import AudioError

RATE = 22_050
HOP = 256
LATENCY_S = 0.006
"""Onset strength at this hop is late by so much; measured on clicks and plucks."""
LONGEST_S = 1800.0
STRONG = 0.35
"""Onsets at least this strong, relative to the strongest twentieth, are named."""
_MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
_MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
_NAMES = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """What is heard in a file."""

    duration_s: float
    bpm: float | None
    """None where there is no steady pulse."""
    beat_confidence: float
    """0 to 1: how much stronger onsets are on the beats than between them."""
    beats_s: tuple[float, ...]
    onsets_s: tuple[float, ...]
    """Strong onsets: candidates for cuts and hit points."""
    key: str
    """Such as `D minor`."""
    key_confidence: float
    """0 to 1: how far the best key is ahead of the next."""


def analyse(path: Path | str) -> Analysis:
    """Tempo, beats, onsets and key of an audio file of up to half an hour.

    Raises
    ------
    AudioError
        When the file cannot be read, is longer, or shorter than two seconds.
    """
    from librosa.beat import beat_track
    from librosa.feature import chroma_stft
    from librosa.onset import onset_detect, onset_strength

    mono = _mono(Path(path))
    if not mono.any():
        return Analysis(
            duration_s=round(len(mono) / RATE, 3),
            bpm=None,
            beat_confidence=0.0,
            beats_s=(),
            onsets_s=(),
            key="unknown",
            key_confidence=0.0,
        )
    strength = onset_strength(y=mono, sr=RATE, hop_length=HOP)
    tempo, beat_frames = beat_track(onset_envelope=strength, sr=RATE, hop_length=HOP)
    onset_frames = onset_detect(onset_envelope=strength, sr=RATE, hop_length=HOP, backtrack=True, units="frames")
    confidence = _beat_confidence(strength, beat_frames)
    key, ahead = _key(chroma_stft(y=mono, sr=RATE, n_fft=8192, hop_length=4096).mean(axis=1))
    return Analysis(
        duration_s=round(len(mono) / RATE, 3),
        bpm=round(float(np.atleast_1d(tempo)[0]), 1) if confidence > 0.0 else None,
        beat_confidence=confidence,
        beats_s=_times(beat_frames),
        onsets_s=_times(_strong(onset_frames, strength)),
        key=key,
        key_confidence=ahead,
    )


def _mono(path: Path) -> npt.NDArray[np.float32]:
    import soxr

    with AudioFile(path) as file:
        if not 2.0 <= file.info.duration_s <= LONGEST_S:
            raise AudioError(f"lasts {file.info.duration_s:.1f} s; allowed: 2 to {LONGEST_S:.0f} s", path=path)
        resample = soxr.ResampleStream(file.info.sample_rate, RATE, 1, dtype="float32")
        pieces = [resample.resample_chunk(block.mean(axis=0)) for block in file.blocks()]
        pieces.append(resample.resample_chunk(np.zeros(0, np.float32), last=True))
        return np.concatenate(pieces)


def _beat_confidence(strength: npt.NDArray[np.float32], beats: npt.NDArray[np.int64]) -> float:
    if len(beats) < 4 or not strength.any():
        return 0.0
    on_beat = np.mean([strength[max(0, beat - 2) : beat + 3].max() for beat in beats])
    return round(float(np.clip(1.0 - strength.mean() / max(on_beat, 1e-9), 0.0, 1.0)), 2)


def _strong(onsets: npt.NDArray[np.int64], strength: npt.NDArray[np.float32]) -> npt.NDArray[np.int64]:
    if not len(onsets):
        return onsets
    heights = np.array([strength[onset : onset + 6].max() for onset in onsets])
    return onsets[heights >= STRONG * np.percentile(heights, 95)]


def _times(frames: npt.NDArray[np.int64]) -> tuple[float, ...]:
    return tuple(round(max(0.0, float(frame) * HOP / RATE - LATENCY_S), 3) for frame in frames)


def _key(chroma: npt.NDArray[np.float32]) -> tuple[str, float]:
    scores = sorted(
        (
            (float(np.corrcoef(np.roll(profile, tonic), chroma)[0, 1]), f"{_NAMES[tonic]} {mode}")
            for tonic in range(12)
            for profile, mode in ((_MAJOR, "major"), (_MINOR, "minor"))
        ),
        reverse=True,
    )
    (best, name), (second, _) = scores[:2]
    return name, round(float(np.clip(4.0 * (best - second), 0.0, 1.0)), 2)
