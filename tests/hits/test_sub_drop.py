"""Sub drops: pitch falls, the fundamental is alike on both sides, harmonics tell of it."""

from __future__ import annotations

import numpy as np
from scipy import signal

from tests.hits.rendering import RATE, make


def pitch_hz(audio: np.ndarray) -> float:
    low = signal.sosfilt(signal.butter(6, 95.0, fs=RATE, output="sos"), audio.mean(axis=0))
    crossings = np.flatnonzero((low[:-1] < 0.0) & (low[1:] >= 0.0))
    return float(RATE / np.mean(np.diff(crossings)))


def test_the_pitch_falls_by_more_than_an_octave() -> None:
    audio = make("sub_drop", intensity=0.3).audio
    early, late = pitch_hz(audio[:, RATE // 20 : RATE // 3]), pitch_hz(audio[:, 3 * RATE // 2 : 2 * RATE])
    assert early > 1.8 * late
    assert late >= 24.0


def test_lows_are_alike_on_both_sides() -> None:
    low = signal.sosfilt(signal.butter(4, 70.0, fs=RATE, output="sos"), make("sub_drop").audio)
    assert np.corrcoef(low)[0, 1] > 0.98


def test_force_brings_out_harmonics_that_small_loudspeakers_play() -> None:
    shares = []
    for force in (0.1, 1.0):
        power = (np.abs(np.fft.rfft(make("sub_drop", intensity=force).audio)) ** 2).sum(axis=0)
        frequency = np.fft.rfftfreq(make("sub_drop", intensity=force).audio.shape[1], 1.0 / RATE)
        shares.append(power[(frequency > 110.0) & (frequency < 500.0)].sum() / power.sum())
    assert shares[1] > 3.0 * shares[0]
