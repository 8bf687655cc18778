"""The kernels under the layers, each against what its formula promises."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from soundscape.contract import TICK
from soundscape.dsp.air import Air
from soundscape.dsp.bands import BANDS, STEEPEN, NoiseBands
from soundscape.dsp.drift import Drift
from soundscape.dsp.grains import Grains
from soundscape.dsp.highpass import HighPass
from soundscape.dsp.resonators import LANES, NoiseResonators
from soundscape.dsp.ticknoise import fill_tick
from soundscape.rng import Seed

RATE = 48_000
TICKS = 6_000


def welch_db(audio: np.ndarray, size: int = 4096) -> tuple[np.ndarray, np.ndarray]:
    frequency, density = signal.welch(audio.astype(np.float64), RATE, nperseg=size)
    return frequency, 10.0 * np.log10(density + 1e-30)


@pytest.mark.parametrize("slope", [1.0, 5.0 / 3.0])
def test_drift_has_the_slope_asked_for_and_unit_variance(slope: float) -> None:
    values = Drift(Seed(1), RATE, motions=12, low_hz=0.05, high_hz=20.0, slope=slope).advance(60_000)
    assert values.std() == pytest.approx(1.0, abs=0.12)
    frequency, density = signal.welch(values.T, RATE / TICK, nperseg=8192)
    inside = (frequency > 0.2) & (frequency < 8.0)
    found = np.polyfit(np.log(frequency[inside]), np.log(density.mean(axis=0)[inside]), 1)[0]
    assert found == pytest.approx(-slope, abs=0.15)


def test_drifts_of_one_seed_go_on_where_the_block_before_ended() -> None:
    whole = Drift(Seed(1), RATE, motions=2, low_hz=0.1).advance(50)
    parts = Drift(Seed(1), RATE, motions=2, low_hz=0.1)
    first, second = parts.advance(20), parts.advance(30)
    assert np.array_equal(whole, np.concatenate((first, second[1:])))
    assert np.array_equal(first[-1], second[0])


def test_air_has_the_turbulence_asked_for_and_remembers_it() -> None:
    air = Air(Seed(2), RATE, speed=7.0, turbulence=0.15, gust_length=30.0, reach_s=1.0)
    first, second = air.advance(TICKS), air.advance(TICKS)
    assert len(first) == air.reach + TICKS + 1
    assert np.array_equal(second[: air.reach + 1], first[-air.reach - 1 :])
    assert np.log(np.concatenate((first, second))).std() == pytest.approx(0.15, rel=0.35)


def test_squalls_only_raise_the_speed() -> None:
    calm, squally = (
        Air(Seed(3), RATE, speed=7.0, turbulence=0.1, gust_length=30.0, squalls=height).advance(20_000)
        for height in (0.0, 1.0)
    )
    assert (squally >= calm).all()
    assert (squally / calm).max() > 1.3


def test_a_band_has_its_level_corner_and_share() -> None:
    out = np.zeros((2, TICKS * TICK), np.float32)
    corner, level = np.full((TICKS + 1, BANDS), 400.0), np.zeros((TICKS + 1, BANDS, 2))
    level[:, 0] = 0.1
    NoiseBands(Seed(4), RATE, shared=(0.6, 0.0, 0.0)).add(out, corner, level)
    assert out.std() == pytest.approx(0.1, rel=0.05)
    assert np.corrcoef(out)[0, 1] == pytest.approx(0.6, abs=0.02)
    frequency, found = welch_db(out[0])
    expected = -10.0 * np.log10((1.0 + (frequency / 400.0) ** 2) * (1.0 + (frequency / (STEEPEN * 400.0)) ** 2))
    inside = (frequency > 60.0) & (frequency < 6_000.0)
    error = (found - expected)[inside]
    assert np.abs(error - error.mean()).max() < 2.0


def test_a_resonator_has_its_pitch_bandwidth_level_and_place() -> None:
    out = np.zeros((2, TICKS * TICK), np.float32)
    level, pan = np.zeros((TICKS + 1, LANES)), np.zeros((TICKS + 1, LANES))
    level[:, 3], pan[:, 3] = 0.1, 0.5
    hz = np.full((TICKS + 1, LANES), 1_000.0)
    NoiseResonators(Seed(5), RATE, q=np.full(LANES, 10.0)).add(out, hz, level, pan)
    assert out.std() == pytest.approx(0.1, rel=0.05)
    assert np.mean(out[1] ** 2) / np.mean(out[0] ** 2) == pytest.approx(3.0, rel=1e-3)
    frequency, found = welch_db(out[0])
    ratio = 10.0 * (frequency / 1_000.0 - 1_000.0 / np.maximum(frequency, 1.0))
    expected = -10.0 * np.log10(1.0 + ratio**2)
    inside = (frequency > 300.0) & (frequency < 3_000.0)
    error = (found - expected)[inside]
    assert np.abs(error - error.mean()).max() < 2.5


def test_grains_fall_as_often_as_asked_and_ring_at_their_pitch() -> None:
    out = np.zeros((2, TICKS * TICK), np.float32)
    steady = np.ones(TICKS + 1)
    grains = Grains(Seed(6), RATE, ring_s=0.001, size_sd=0.0, pitch_sd=0.0, densest=2_000.0)
    grains.add(out, 20.0 * steady, 3_000.0 * steady, 0.1 * steady, 0.0 * steady)
    loud = np.convolve(np.abs(out).max(axis=0) > 0.01, np.ones(96), "same") > 0
    count = int((np.diff(loud.astype(int)) == 1).sum())
    assert count == pytest.approx(20.0 * TICKS * TICK / RATE, rel=0.15)
    frequency, found = welch_db(out.sum(axis=0))
    assert frequency[np.argmax(found)] == pytest.approx(3_000.0, rel=0.05)


def test_a_grain_rings_on_beyond_its_block() -> None:
    def render(sizes: list[int]) -> np.ndarray:
        grains, steady = Grains(Seed(6), RATE, ring_s=0.004, densest=500.0), np.ones(max(sizes) + 1)
        parts = []
        for size in sizes:
            part = np.zeros((2, size * TICK), np.float32)
            curve = steady[: size + 1]
            grains.add(part, 400.0 * curve, 2_000.0 * curve, 0.1 * curve, 0.0 * curve)
            parts.append(part)
        return np.concatenate(parts, axis=1)

    assert np.array_equal(render([40]), render([1, 0, 2, 30, 7]))


def test_the_high_pass_removes_the_constant_and_leaves_the_rest() -> None:
    time = np.arange(2 * RATE) / RATE
    audio = np.stack([0.3 + 0.1 * np.sin(2.0 * np.pi * 300.0 * time)] * 2).astype(np.float32)
    HighPass(RATE).run(audio)
    late = audio[:, RATE:]
    assert abs(late.mean()) < 1e-5
    assert late.std() == pytest.approx(0.1 / np.sqrt(2.0), rel=0.02)


def test_the_streams_of_a_tick_are_white_and_strangers() -> None:
    ticks = np.empty((400, 512), np.float32)
    for tick in range(len(ticks)):
        fill_tick(ticks[tick], np.uint32(9), tick)
    assert ticks.std() == pytest.approx(1.0 / np.sqrt(3.0), rel=0.01)
    assert np.abs(ticks).max() <= 1.0
    for one, other in ((ticks[:, :256], ticks[:, 256:]), (ticks[:-1], ticks[1:]), (ticks[:, :-1], ticks[:, 1:])):
        assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 0.01
