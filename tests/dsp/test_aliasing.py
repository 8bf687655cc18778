"""The sources of all held pitches make nothing but what is meant, to -80 dB."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from soundscape.contract import TICK
from soundscape.dsp.burst import tone
from soundscape.dsp.sines import Sines
from soundscape.dsp.stacks import Stacks
from soundscape.rng import Seed

RATE, TICKS = 48_000, 300
PITCHES_HZ = pytest.mark.parametrize("pitch_hz", [110.0, 997.0, 3_012.0])


def residue_db(audio: np.ndarray, pitch_hz: float, harmonics: int) -> float:
    """Power away from the harmonics over all power."""
    power = np.abs(np.fft.rfft(audio.astype(np.float64) * signal.windows.blackmanharris(len(audio)))) ** 2
    frequency = np.fft.rfftfreq(len(audio), 1.0 / RATE)
    nearest = np.clip(np.round(frequency / pitch_hz), 1, harmonics)
    off = np.abs(frequency - nearest * pitch_hz) > 6.0
    return float(10.0 * np.log10(power[off].sum() / power.sum()))


@PITCHES_HZ
def test_a_stack_that_makes_a_sawtooth_holds_its_harmonics_and_nothing_else(pitch_hz: float) -> None:
    count = int(0.45 * RATE / pitch_hz)
    gain = np.broadcast_to(np.arange(1.0, count + 1.0) ** -1.0, (TICKS + 1, 1, count)).copy()
    out = np.zeros((2, TICKS * TICK), np.float32)
    Stacks(Seed(1), RATE, pan=np.zeros(1)).add(out, np.full((TICKS + 1, 1), pitch_hz), gain)
    assert residue_db(out[0], pitch_hz, count) <= -80.0


@PITCHES_HZ
def test_a_sine_is_a_sine(pitch_hz: float) -> None:
    out = np.zeros((2, TICKS * TICK), np.float32)
    still = np.ones((TICKS + 1, 1))
    Sines(RATE, phase=np.array((0.3,))).add(out, pitch_hz * still, still, 0.0 * still)
    assert residue_db(out[0], pitch_hz, 1) <= -80.0
    assert residue_db(tone(TICKS * TICK, RATE, [(0.0, pitch_hz)]), pitch_hz, 1) <= -80.0


def test_the_measure_finds_what_folds_back() -> None:
    time = np.arange(TICKS * TICK) / RATE
    assert residue_db(2.0 * (997.0 * time % 1.0) - 1.0, 997.0, 21) > -30.0
