from __future__ import annotations

import numpy as np
import pytest

from soundscape.audio import Audio
from soundscape.metering import true_peak
from soundscape.metering.true_peak import STEP, TruePeak, peaks_above
from tests.metering.signals import band_limited, faded_sine, true_peak_16x_db


def found_db(audio: Audio, *, block: int = 1 << 16) -> float:
    detector = TruePeak(audio.shape[0])
    for at in range(0, audio.shape[1], block):
        detector.push(audio[:, at : at + block])
    return float(20.0 * np.log10(detector.result()))


@pytest.mark.parametrize("cycles_per_sample", [0.02, 0.1, 0.25, 0.3, 0.35, 0.4, 0.43, 0.45])
def test_a_sine_of_any_phase_reads_its_amplitude(cycles_per_sample: float) -> None:
    for phase in np.linspace(0.0, 180.0, 25):
        sine = faded_sine(cycles_per_sample, phase, 0.5, 48_000)[None].astype(np.float32)
        assert found_db(sine) == pytest.approx(-6.02, abs=0.04)


@pytest.mark.parametrize("seed", range(4))
def test_band_limited_noise_agrees_with_fourier_interpolation(seed: int) -> None:
    noise = band_limited(np.random.default_rng(seed).normal(size=(2, 20_000))).astype(np.float32)
    assert found_db(noise) == pytest.approx(true_peak_16x_db(noise), abs=0.06)


def test_a_click_rings_between_the_samples_as_the_band_demands() -> None:
    click = np.zeros((1, 400), np.float32)
    click[0, 200], click[0, 201] = 0.7, 0.7
    assert found_db(band_limited(click).astype(np.float32)) == pytest.approx(
        true_peak_16x_db(band_limited(click)), abs=0.03
    )


def test_blocks_of_any_size_give_the_same_peak() -> None:
    noise = np.random.default_rng(5).normal(size=(2, 9_973)).astype(np.float32)
    peaks = {found_db(noise, block=block) for block in (1, 7, 63, 64, 65, 1000, 9_973)}
    assert len(peaks) == 1


@pytest.mark.parametrize("kind", ["noise", "sine", "decay", "sparse"])
def test_pruning_changes_nothing(kind: str) -> None:
    rng = np.random.default_rng(6)
    n = np.arange(STEP * 200 + true_peak.CONTEXT)
    signal = {
        "noise": rng.normal(size=len(n)),
        "sine": np.sin(0.13 * n) * np.sin(0.0002 * n),
        "decay": rng.normal(size=len(n)) * np.exp(-n / 2000.0),
        "sparse": np.where(rng.random(len(n)) < 0.002, rng.normal(size=len(n)), 0.0),
    }[kind].astype(np.float32)[None]
    everything = peaks_above(signal, 0.0)
    threshold = float(np.quantile(everything, 0.999))
    expected = np.where(everything > threshold, everything, np.float32(0.0))
    assert np.array_equal(peaks_above(signal, threshold), expected)
    detector = TruePeak(1)
    detector.push(signal)
    assert detector.result() >= everything.max()


def test_the_loudest_channel_decides() -> None:
    audio = np.zeros((6, 4800), np.float32)
    audio[3] = faded_sine(0.25, 45.0, 0.5, 9_600)
    assert found_db(audio) == pytest.approx(-6.02, abs=0.03)


def test_a_peak_at_the_very_start_or_end_is_found() -> None:
    for place in (0, -1):
        audio = np.full((1, 1000), 0.01, np.float32)
        audio[0, place] = 0.8
        assert found_db(audio) >= 20.0 * np.log10(0.8) - 1e-4
