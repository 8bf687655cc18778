from __future__ import annotations

import numpy as np
import pytest

from soundscape.mastering.dither import Dither
from soundscape.rng import Seed

SEED = Seed(7)


@pytest.mark.parametrize("bits", [16, 24])
def test_the_error_is_triangular_noise_of_half_a_step_rms(bits: int) -> None:
    steps = float(1 << (bits - 1))
    level = np.full((1, 200_000), 1000.3 / steps, np.float32)
    error = Dither(SEED, 1, bits=bits).push(level)[0] - np.float64(level[0, 0]) * steps
    # TPDF of ±1 step plus the rounding of the result: variance 1/6 + 1/12, mean 0.
    assert error.mean() == pytest.approx(0.0, abs=0.01)
    assert error.var() == pytest.approx(0.25, rel=0.03)
    assert np.abs(error).max() <= 1.5


def test_the_error_does_not_follow_the_signal() -> None:
    quiet = 0.4 / 32768 * np.sin(2 * np.pi * np.arange(200_000) / 400)
    out = Dither(SEED, 1, bits=16).push(quiet[None].astype(np.float32))[0]
    folded = out.reshape(-1, 400).mean(axis=0)
    assert folded == pytest.approx(quiet[:400] * 32768, abs=0.12)


def test_channels_are_independent() -> None:
    out = Dither(SEED, 2, bits=16).push(np.full((2, 50_000), 0.25, np.float32)).astype(np.float64)
    left, right = out[0] - out[0].mean(), out[1] - out[1].mean()
    assert abs((left * right).mean() / (left.std() * right.std())) < 0.02


def test_digital_silence_stays_zero() -> None:
    assert not Dither(SEED, 2, bits=16).push(np.zeros((2, 1000), np.float32)).any()


def test_blocks_of_any_size_give_the_same_bits() -> None:
    audio = np.random.default_rng(1).uniform(-1, 1, (2, 5000)).astype(np.float32)
    whole = Dither(SEED, 2, bits=24).push(audio)
    pieces = Dither(SEED, 2, bits=24)
    parts = [pieces.push(audio[:, at : at + 333]) for at in range(0, 5000, 333)]
    assert np.array_equal(np.concatenate(parts, axis=1), whole)


def test_another_seed_gives_other_noise_around_the_same_signal() -> None:
    audio = np.random.default_rng(1).uniform(-1, 1, (1, 5000)).astype(np.float32)
    one, other = (Dither(seed, 1, bits=16).push(audio) for seed in (SEED, Seed(8)))
    assert not np.array_equal(one, other)
    assert np.abs(one - other).max() <= 3


def test_beyond_full_scale_is_clipped_and_counted() -> None:
    dither = Dither(SEED, 1, bits=16)
    out = dither.push(np.array([[1.5, -1.5, 0.5]], np.float32))
    assert out[0, :2].tolist() == [32767, -32768]
    assert dither.clipped == 2
