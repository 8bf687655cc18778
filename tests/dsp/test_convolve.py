"""Streaming convolution against the direct one."""

from __future__ import annotations

import numpy as np
import pytest

from soundscape.audio import Audio
from soundscape.dsp.convolve import GRID, Convolver
from soundscape.errors import AudioError

RNG = np.random.default_rng(5)
RESPONSE = (RNG.normal(size=(2, 2 * GRID + 777)) * np.geomspace(1.0, 1e-3, 2 * GRID + 777)).astype(np.float32)
SPARSE = RNG.integers(0, 4 * GRID, 40)


def signal(blocks: int) -> Audio:
    """Sparse enough for a direct convolution in float64, with values on the borders of blocks."""
    audio = np.zeros((2, blocks * GRID), np.float32)
    for at in (*SPARSE, 0, GRID - 1, GRID, 2 * GRID - 1):
        audio[:, at] = RNG.normal(size=2)
    return audio


def direct(audio: Audio, response: Audio) -> np.ndarray:
    """numpy.convolve of both channels, tail and all, in float64."""
    wet = np.zeros((2, audio.shape[1] + response.shape[1] - 1))
    for channel in range(2):
        for at in np.flatnonzero(audio[channel]):
            click = audio[channel, at : at + 1].astype(np.float64)
            wet[channel, at : at + response.shape[1]] += np.convolve(click, response[channel].astype(np.float64))
    return wet


def error_db(measured: np.ndarray, expected: np.ndarray) -> float:
    return float(20.0 * np.log10(np.abs(measured - expected).max() / np.abs(expected).max()))


def streamed(audio: Audio, response: Audio, lengths: list[int]) -> Audio:
    convolver, at, wet = Convolver(response), 0, []
    for length in lengths:
        wet.append(convolver.push(audio[:, at : at + length]))
        at += length
    assert at == audio.shape[1]
    return np.concatenate([*wet, convolver.flush(convolver.tail)], axis=1)


def test_it_equals_the_direct_convolution_to_the_sample_with_its_tail() -> None:
    audio = signal(4)
    wet, expected = streamed(audio, RESPONSE, [GRID] * 4), direct(audio, RESPONSE)
    assert wet.shape == expected.shape
    assert error_db(wet, expected) < -110.0


@pytest.mark.parametrize("frames", [1, 2, 500, GRID - 1, GRID, GRID + 1])
def test_responses_of_any_length_agree_with_numpy(frames: int) -> None:
    audio, response = signal(4), RESPONSE[:, :frames]
    assert error_db(streamed(audio, response, [4 * GRID]), direct(audio, response)) < -110.0


def test_dense_noise_agrees_with_numpy() -> None:
    noise = RNG.normal(size=(2, GRID)).astype(np.float32)
    wet = streamed(noise, RESPONSE[:, :300], [GRID])
    expected = np.stack([np.convolve(noise[c].astype(np.float64), RESPONSE[c, :300]) for c in range(2)])
    assert error_db(wet, expected) < -110.0


def test_any_grouping_of_blocks_gives_the_same_bits() -> None:
    audio = signal(4)
    one_by_one = streamed(audio, RESPONSE, [GRID] * 4)
    for lengths in ([4 * GRID], [GRID, 3 * GRID], [2 * GRID, 0, 2 * GRID]):
        assert np.array_equal(streamed(audio, RESPONSE, lengths), one_by_one)


def test_the_channels_do_not_mix() -> None:
    audio = signal(4)
    audio[1] = 0.0
    wet = streamed(audio, RESPONSE, [4 * GRID])
    assert wet[0].any()
    assert not wet[1].any()


def test_silence_is_exact_zero_before_a_sound_and_after_its_tail() -> None:
    convolver = Convolver(RESPONSE[:, :100])
    silence = np.zeros((2, GRID), np.float32)
    assert not convolver.push(silence).any()
    burst = silence.copy()
    burst[:, 10] = 1.0
    assert convolver.push(burst).any()
    convolver.push(silence)
    assert not convolver.push(silence).any()


def test_the_caller_may_reuse_its_block() -> None:
    audio = signal(4)
    convolver, block, wet = Convolver(RESPONSE), np.empty((2, GRID), np.float32), []
    for at in range(0, audio.shape[1], GRID):
        block[:] = audio[:, at : at + GRID]
        wet.append(convolver.push(block))
        block[:] = 7.0
    assert np.array_equal(np.concatenate(wet, axis=1), streamed(audio, RESPONSE, [4 * GRID])[:, : 4 * GRID])


def test_an_empty_response_is_silent() -> None:
    convolver = Convolver(np.zeros((2, 0), np.float32))
    assert not convolver.push(np.ones((2, GRID), np.float32)).any()
    assert convolver.tail == 0


@pytest.mark.parametrize("shape", [(2, GRID - 1), (1, GRID)])
def test_blocks_off_the_grid_are_refused(shape: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="multiple"):
        Convolver(RESPONSE[:, :10]).push(np.zeros(shape, np.float32))


def test_a_response_that_is_no_signal_is_refused() -> None:
    with pytest.raises(AudioError, match="impulse response"):
        Convolver(np.full((2, 4), np.nan, np.float32))
