from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from soundscape.audio import Audio
from soundscape.mastering.limiter import LOOK_AHEAD_S, Curve, Limiter, with_gains
from tests.metering.signals import band_limited, true_peak_16x_db

RATE = 48_000
FRAMES = RATE // 2
RNG = np.random.default_rng


def curve_of(
    audio: Audio, *, ceiling_dbtp: float, gain_db: float = 0.0, rate: int = RATE, block: int = 7_000
) -> Curve:
    limiter = Limiter(audio.shape[0], rate, ceiling_dbtp, gain_db=gain_db)
    blocks = (audio[:, at : at + block] for at in range(0, audio.shape[1], block))
    pairs = list(with_gains(blocks, limiter))
    assert all(part.shape[1] == len(curve) for part, curve in pairs)
    return np.concatenate([curve for _, curve in pairs])


def bursts(wave: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    out = np.zeros(FRAMES)
    for at in RNG(1).integers(1000, FRAMES - 2000, 12):
        out[at : at + 600] = wave(np.arange(600)) * np.hanning(600)
    return out


def maximum_length_sequence() -> np.ndarray:
    bits, register = [], 1
    for _ in range(1023):
        bits.append(register & 1)
        register = register >> 1 ^ (0x240 if register & 1 else 0)
    return 2.0 * np.array(bits) - 1.0


def steady(cycles_per_sample: float, phase_degrees: float) -> np.ndarray:
    n = np.arange(FRAMES)
    fade = np.minimum(1.0, np.minimum(n, n[::-1]) / 480.0)
    return fade * np.sin(2.0 * np.pi * cycles_per_sample * n + np.radians(phase_degrees))


TORTURE = {
    "fs/4 at 45 degrees": steady(1 / 4, 45.0),
    "fs/6 at 60 degrees": steady(1 / 6, 60.0),
    "fs/4 bursts": bursts(lambda n: np.sin(np.pi / 2 * n + np.pi / 4)),
    "clicks": band_limited(np.where(RNG(2).random(FRAMES) < 0.002, RNG(3).choice([-1.5, 1.5], FRAMES), 0.0)),
    "maximum-length sequences": band_limited(np.resize(maximum_length_sequence(), FRAMES)),
    "clipped noise": band_limited(np.clip(RNG(4).normal(size=FRAMES), -0.7, 0.7)),
    "switched tone": band_limited(np.sin(1.95 * np.arange(FRAMES)) * RNG(5).random(FRAMES // 500).repeat(500)),
    "bass with hits": 0.5 * steady(50 / RATE, 0.0) + band_limited(np.where(RNG(6).random(FRAMES) < 3e-4, 0.9, 0.0)),
}


@pytest.mark.parametrize("drive_db", [0.0, 6.0, 12.0])
@pytest.mark.parametrize("name", TORTURE)
def test_no_peak_between_the_samples_passes_the_ceiling(name: str, drive_db: float) -> None:
    audio = np.stack([TORTURE[name], -0.5 * TORTURE[name]]).astype(np.float32)
    limited = audio * curve_of(audio, ceiling_dbtp=-1.0, gain_db=drive_db)
    assert true_peak_16x_db(limited) <= -1.0 + 0.05


@pytest.mark.parametrize("ceiling_dbtp", [-2.0, -3.0])
@pytest.mark.parametrize("rate", [44_100, 96_000, 192_000])
def test_it_holds_at_other_rates_and_ceilings(rate: int, ceiling_dbtp: float) -> None:
    audio = TORTURE["clipped noise"][None].astype(np.float32)
    limited = audio * curve_of(audio, ceiling_dbtp=ceiling_dbtp, gain_db=6.0, rate=rate)
    assert ceiling_dbtp - 0.3 <= true_peak_16x_db(limited) <= ceiling_dbtp + 0.05


def test_below_the_ceiling_the_curve_is_exactly_the_static_gain() -> None:
    audio = (0.2 * TORTURE["clipped noise"])[None].astype(np.float32)
    assert set(curve_of(audio, ceiling_dbtp=-1.0)) == {np.float32(1.0)}
    assert set(curve_of(audio, ceiling_dbtp=-1.0, gain_db=6.0)) == {np.float32(10.0**0.3)}


def test_only_the_surroundings_of_a_peak_are_touched() -> None:
    audio = np.full((1, RATE), 0.01, np.float32)
    audio[0, RATE // 2 : RATE // 2 + 40] += np.hanning(40).astype(np.float32)
    curve = curve_of(audio, ceiling_dbtp=-6.0)
    touched = np.flatnonzero(curve != np.float32(1.0))
    reach = round(2 * LOOK_AHEAD_S * RATE) + 2
    assert touched[0] >= RATE // 2 - reach
    assert curve[RATE // 2 + 20] == pytest.approx(0.5, abs=0.01)
    after_ms = {ms: float(20 * np.log10(curve[RATE // 2 + ms * RATE // 1000])) for ms in (100, 400)}
    assert after_ms[100] > -1.5, "a single peak must not leave a hole"
    assert after_ms[400] > -0.7


def test_a_steady_tone_over_the_ceiling_is_turned_down_and_not_distorted() -> None:
    n = np.arange(RATE)
    for hz in (50, 1000):
        audio = (np.sin(2.0 * np.pi * hz / RATE * n))[None].astype(np.float32)
        settled = (audio * curve_of(audio, ceiling_dbtp=-1.0))[0, RATE // 2 :]
        spectrum = np.abs(np.fft.rfft(settled * np.hanning(len(settled)))) ** 2
        fundamental = hz * len(settled) // RATE
        near = slice(fundamental - 4, fundamental + 5)
        rest = spectrum.sum() - spectrum[near].sum()
        assert 10.0 * np.log10(rest / spectrum[near].sum()) < -60.0


def test_dense_peaks_do_not_make_the_gain_pump() -> None:
    # Eight hits a second into the ceiling: between them the gain must not swing back all the way.
    audio = np.zeros((1, 4 * RATE), np.float32)
    audio[0, RATE // 8 :: RATE // 8] = 1.0
    audio = band_limited(audio).astype(np.float32)
    curve = curve_of(audio, ceiling_dbtp=-6.0)[3 * RATE :]
    depth_db = -20.0 * np.log10(curve.min())
    recovered_db = -20.0 * np.log10(curve.max())
    assert depth_db == pytest.approx(true_peak_16x_db(audio) + 6.0, abs=0.1)
    assert 0.15 * depth_db < recovered_db < 0.6 * depth_db


def test_the_channels_are_linked() -> None:
    loud, quiet = TORTURE["clicks"], 0.01 * TORTURE["clipped noise"]
    alone = curve_of(loud[None].astype(np.float32), ceiling_dbtp=-3.0)
    both = curve_of(np.stack([quiet, loud]).astype(np.float32), ceiling_dbtp=-3.0)
    assert np.array_equal(alone, both)


@pytest.mark.parametrize("block", [1, 97, 4096, FRAMES])
def test_blocks_of_any_size_give_the_same_curve(block: int) -> None:
    audio = TORTURE["switched tone"][None, : FRAMES // 4].astype(np.float32)
    expected = curve_of(audio, ceiling_dbtp=-1.0, gain_db=9.0)
    assert np.array_equal(curve_of(audio, ceiling_dbtp=-1.0, gain_db=9.0, block=block), expected)
    assert expected.min() < 2.0


@pytest.mark.parametrize("frames", [0, 1, 100, 5_000])
def test_signals_shorter_than_the_look_ahead_are_limited_too(frames: int) -> None:
    audio = np.full((2, frames), 0.9, np.float32)
    curve = curve_of(audio, ceiling_dbtp=-6.0) if frames else np.empty(0)
    assert len(curve) == frames
    assert np.all(audio[0] * curve < 10 ** (-6 / 20) + 0.003)


def test_a_programme_that_starts_or_ends_at_full_level_is_limited_from_its_first_to_its_last_frame() -> None:
    audio = np.tile(TORTURE["clipped noise"], 1)[None].astype(np.float32)
    audio[:, :3] = audio[:, -3:] = 1.0
    limited = audio * curve_of(audio, ceiling_dbtp=-3.0)
    assert np.abs(limited[:, :5]).max() <= 10 ** (-2.95 / 20)
    assert np.abs(limited[:, -5:]).max() <= 10 ** (-2.95 / 20)
