"""Sub drops: a thud, a pitch that falls, a beat that slows, harmonics that tell small loudspeakers of it."""

from __future__ import annotations

import numpy as np
import pytest
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


@pytest.mark.parametrize("seed", range(3))
def test_a_thud_begins_it_that_the_fall_alone_has_not(seed: int) -> None:
    audio = make("sub_drop", seed=seed).audio.mean(axis=0)
    above = signal.sosfilt(signal.butter(4, (300.0, 1_200.0), "band", fs=RATE, output="sos"), audio)
    power = np.convolve(above**2, np.full(RATE // 20, 20.0 / RATE), "valid")[:: RATE // 20]
    assert power[0] > 2.0 * power[6:].max()


@pytest.mark.parametrize("seed", [0, 2, 4])
def test_its_beat_slows_as_it_falls(seed: int) -> None:
    audio = make("sub_drop", size=1.0, intensity=0.0, seed=seed).audio.mean(axis=0)
    low = signal.hilbert(signal.sosfilt(signal.butter(2, (25.0, 200.0), "band", fs=RATE, output="sos"), audio))
    level = 20.0 * np.log10(np.convolve(np.abs(low), np.full(RATE // 12, 12.0 / RATE), "valid")[:: RATE // 100])
    level = level[40:280]
    fall = np.polyval(np.polyfit(range(len(level)), level, 3), range(len(level)))
    dips = signal.find_peaks(fall - level, prominence=1.5)[0]
    assert len(dips) >= 3
    assert np.diff(dips)[-1] > 1.2 * np.diff(dips)[0]


def test_its_harmonics_go_before_it_does() -> None:
    audio = make("sub_drop", size=0.8, intensity=1.0).audio
    shares = []
    for start_s in (0.4, 2.2):
        part = audio[0, round(start_s * RATE) : round((start_s + 0.5) * RATE)]
        power = np.abs(np.fft.rfft(part * np.hanning(len(part)))) ** 2
        hz = np.fft.rfftfreq(len(part), 1.0 / RATE)
        first_hz = hz[np.argmax(power)]
        shares.append(power[hz > 1.6 * first_hz].sum() / power.sum())
    assert shares[0] > 2.0 * shares[1]
