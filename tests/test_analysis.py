"""Listening to music whose beats, onsets and key are known because the test made it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from soundscape.analysis import Analysis, analyse
from soundscape.errors import AudioError
from soundscape.wav import open_wav

RATE = 48_000
BPM = 100.0
SCALE = (62, 65, 69, 62, 67, 70, 74, 69, 61, 64, 69, 62)  # D minor, with its leading note


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    """Plucked notes on every beat."""
    beats = np.arange(0.5, 24.0, 60.0 / BPM)
    signal = np.zeros(int(25 * RATE), np.float32)
    time = np.arange(int(0.5 * RATE)) / RATE
    for index, beat in enumerate(beats):
        pitch = 440.0 * 2.0 ** ((SCALE[index % len(SCALE)] - 69) / 12)
        tone = sum(np.sin(2 * np.pi * pitch * k * time) / k**2 for k in (1, 2, 3)) * np.exp(-6.0 * time)
        start = round(beat * RATE)
        signal[start : start + len(tone)] += 0.3 * tone.astype(np.float32)
    path = tmp_path_factory.mktemp("listen") / "music.wav"
    with open_wav(path, sample_rate=RATE, channels=1) as file:
        file.write(signal[None])
    return analyse(path)


def test_the_tempo_is_found(heard: Analysis) -> None:
    assert heard.bpm == pytest.approx(BPM, rel=0.02)
    assert heard.beat_confidence > 0.5


def test_onsets_are_found_where_they_are(heard: Analysis) -> None:
    expected = np.arange(0.5, 24.0, 60.0 / BPM)
    errors = [np.abs(expected - onset).min() for onset in heard.onsets_s]
    assert len(errors) >= 0.9 * len(expected)
    assert np.median(errors) < 0.02


def test_the_key_is_found(heard: Analysis) -> None:
    assert heard.key == "D minor"


def test_what_is_too_short_is_refused(tmp_path: Path) -> None:
    with open_wav(tmp_path / "a.wav", sample_rate=RATE) as file:
        file.write(np.zeros((2, RATE), np.float32))
    with pytest.raises(AudioError, match=r"lasts 1\.0 s; allowed: 2 to 1800 s"):
        analyse(tmp_path / "a.wav")


def test_silence_has_no_pulse_and_no_key(tmp_path: Path) -> None:
    with open_wav(tmp_path / "a.wav", sample_rate=RATE) as file:
        file.write(np.zeros((2, 3 * RATE), np.float32))
    found = analyse(tmp_path / "a.wav")
    assert (found.bpm, found.key, found.onsets_s) == (None, "unknown", ())
