"""Doppler: pitch by the speed, bit for bit at rest, the same in any blocks."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from soundscape.audio import Audio
from soundscape.dsp.doppler import FASTEST_M_S, SPEED_OF_SOUND, Curve, extra, heard, leads

RATE = 48_000
LENGTH = 3 * RATE


def blocks(signal: Audio, size: int) -> Iterator[Audio]:
    return (signal[:, at : at + size] for at in range(0, signal.shape[1], size))


def tone(frames: int) -> Audio:
    return np.stack([np.sin(2 * np.pi * 1000.0 * np.arange(frames) / RATE)] * 2).astype(np.float32)


def listened(curve: Curve, *, size: int = 10_000) -> Audio:
    signal = tone(LENGTH + extra(curve, LENGTH))
    return np.concatenate(list(heard(blocks(signal, size), curve, LENGTH)), axis=1)


@pytest.mark.parametrize("value", [0.0, 0.3, 0.7, 1.0])
def test_pitch_follows_the_speed(value: float) -> None:
    spectrum = np.abs(np.fft.rfft(listened(((0, value),))[0] * np.hanning(LENGTH)))
    found_hz = np.argmax(spectrum) * RATE / LENGTH
    speed = (value - 0.5) * 2.0 * FASTEST_M_S
    assert found_hz == pytest.approx(1000.0 * (1.0 + speed / SPEED_OF_SOUND), abs=0.4)
    spectrum[int(found_hz * LENGTH / RATE) - 60 : int(found_hz * LENGTH / RATE) + 60] = 0.0
    assert 20 * np.log10(spectrum.max() / (LENGTH / 4)) < -85.0, "no images"


def test_at_rest_every_sample_stays() -> None:
    np.testing.assert_array_equal(listened(((0, 0.5),)), tone(LENGTH))


def test_blocks_of_any_size_give_the_same_samples() -> None:
    curve = ((0, 0.5), (RATE, 0.9), (2 * RATE, 0.1))
    np.testing.assert_array_equal(listened(curve, size=777), listened(curve, size=LENGTH))


def test_what_comes_and_goes_arrives_where_it_began() -> None:
    assert leads(((0, 0.8), (RATE, 0.8), (2 * RATE, 0.2), (3 * RATE, 0.2)), LENGTH)[-1] == pytest.approx(
        0.0, abs=60.0
    )
