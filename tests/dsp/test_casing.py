"""A casing at rest: it dies away, and never into denormal numbers, which cost a hundred times as much."""

from __future__ import annotations

import numpy as np

from soundscape.dsp.casing import MODES, Casing

RATE = 48_000


def casing() -> Casing:
    frequency = np.tile(np.geomspace(60.0, 12_000.0, MODES), (2, 1))
    return Casing(RATE, frequency_hz=frequency, quality=np.full((2, MODES), 6.0), gain=np.ones((2, MODES)))


def test_silence_after_a_blow_stays_among_normal_numbers() -> None:
    struck, drive = casing(), np.zeros((2, 4 * RATE), np.float32)
    drive[:, 0] = 1.0
    out = np.zeros_like(drive)
    struck.add(out, drive)
    state = np.abs(struck._state)
    assert not ((state > 0.0) & (state < np.finfo(np.float32).tiny)).any()
    assert np.abs(out[:, 2 * RATE :]).max() < 1e-12


def test_a_mode_rings_at_its_frequency() -> None:
    frequency = np.full((2, MODES), 700.0)
    gain = np.zeros((2, MODES))
    gain[:, 0] = 1.0
    body = Casing(RATE, frequency_hz=frequency, quality=np.full((2, MODES), 40.0), gain=gain)
    drive = np.zeros((2, RATE), np.float32)
    drive[:, 0] = 1.0
    out = np.zeros_like(drive)
    body.add(out, drive)
    power = np.abs(np.fft.rfft(out[0].astype(np.float64), 1 << 18))
    assert abs(np.argmax(power) * RATE / (1 << 18) - 700.0) < 3.0
