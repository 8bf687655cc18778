"""EBU Tech 3341 (2023), minimum-requirement signals: loudness within 0.1 LU, true peak within +0.2 / -0.4 dB.

Signals 7 and 8 are recorded programmes and cannot be made from the text.
"""

from __future__ import annotations

import numpy as np
import pytest

from soundscape.metering.gating import MOMENTARY_BINS, SHORT_TERM_BINS, power_to_lufs, window_powers
from soundscape.model import Loudness
from tests.metering.signals import Segment, faded_sine, heard, overshooting_period, stereo, tone

RATES = (44_100, 48_000, 96_000, 192_000)
TOLERANCE_LU = 0.1

INTEGRATED: dict[int, tuple[float, list[Segment]]] = {
    1: (-23.0, [(20, -23)]),
    2: (-33.0, [(20, -33)]),
    3: (-23.0, [(10, -36), (60, -23), (10, -36)]),
    4: (-23.0, [(10, -72), (10, -36), (60, -23), (10, -36), (10, -72)]),
    5: (-23.0, [(20, -26), (20.1, -20), (20, -26)]),
}


@pytest.fixture(params=RATES)
def rate(request: pytest.FixtureRequest) -> int:
    value: int = request.param
    return value


@pytest.mark.parametrize("number", INTEGRATED)
def test_integrated_loudness(number: int, rate: int) -> None:
    expected, segments = INTEGRATED[number]
    result = heard(stereo(tone(segments, rate)), rate).result()
    assert result.integrated_lufs == pytest.approx(expected, abs=TOLERANCE_LU)
    if number <= 2:
        assert result.max_momentary_lufs == pytest.approx(expected, abs=TOLERANCE_LU)
        assert result.max_short_term_lufs == pytest.approx(expected, abs=TOLERANCE_LU)


def test_signal_6_weighs_the_five_channels(rate: int) -> None:
    channels = np.stack([tone([(20, level)], rate) for level in (-28, -28, -24, -30, -30)])
    assert heard(channels, rate).result().integrated_lufs == pytest.approx(-23.0, abs=TOLERANCE_LU)


def test_signal_9_has_constant_short_term_loudness(rate: int) -> None:
    energies = heard(stereo(tone([(1.34, -20), (1.66, -30)] * 5, rate)), rate).energies
    windows = window_powers(energies, SHORT_TERM_BINS, rate, hop=10)
    assert len(windows) >= 120
    assert [power_to_lufs(float(w)) for w in windows] == pytest.approx([-23.0] * len(windows), abs=TOLERANCE_LU)


def test_signal_12_has_constant_momentary_loudness(rate: int) -> None:
    energies = heard(stereo(tone([(0.18, -20), (0.22, -30)] * 25, rate)), rate).energies
    windows = window_powers(energies, MOMENTARY_BINS, rate)[60:]
    assert len(windows) >= 900
    assert [power_to_lufs(float(w)) for w in windows] == pytest.approx([-23.0] * len(windows), abs=TOLERANCE_LU)


@pytest.mark.parametrize("i", range(20))
def test_signals_10_and_11_find_the_short_term_maximum(i: int, rate: int) -> None:
    def loudest(segments: list[Segment]) -> float | None:
        return heard(stereo(tone(segments, rate)), rate).result().max_short_term_lufs

    assert loudest([(0.15 * i, None), (3, -23), (1, None)]) == pytest.approx(-23.0, abs=TOLERANCE_LU)
    live = [(0.15 * i, None), (3, -38 + i), (3 - 0.15 * i, None)]
    assert loudest(live) == pytest.approx(-38.0 + i, abs=TOLERANCE_LU)


@pytest.mark.parametrize("i", range(20))
def test_signals_13_and_14_find_the_momentary_maximum(i: int, rate: int) -> None:
    def loudest(segments: list[Segment]) -> float | None:
        return heard(stereo(tone(segments, rate)), rate).result().max_momentary_lufs

    assert loudest([(0.02 * i, None), (0.4, -23), (1, None)]) == pytest.approx(-23.0, abs=TOLERANCE_LU)
    live = [(0.02 * i, None), (0.4, -38 + i), (0.4 - 0.02 * i, None)]
    assert loudest(live) == pytest.approx(-38.0 + i, abs=TOLERANCE_LU)


def _true_peak(result: Loudness) -> float:
    assert result.true_peak_dbtp is not None
    return result.true_peak_dbtp


@pytest.mark.parametrize(
    ("number", "cycles_per_sample", "phase_degrees", "amplitude", "expected"),
    [
        (15, 1 / 4, 0.0, 0.50, -6.0),
        (16, 1 / 4, 45.0, 0.50, -6.0),
        (17, 1 / 6, 60.0, 0.50, -6.0),
        (18, 1 / 8, 67.5, 0.50, -6.0),
        (19, 1 / 4, 45.0, 1.41, 3.0),
    ],
)
def test_true_peak_of_a_sine(
    number: int, cycles_per_sample: float, phase_degrees: float, amplitude: float, expected: float, rate: int
) -> None:
    sine = stereo(faded_sine(cycles_per_sample, phase_degrees, amplitude, rate))
    assert -0.4 <= _true_peak(heard(sine, rate).result()) - expected <= 0.2, number


@pytest.mark.parametrize("offset", range(4))
def test_signals_20_to_23_find_a_peak_between_samples(offset: int, rate: int) -> None:
    signal = stereo(overshooting_period(offset, rate))
    assert -0.4 <= _true_peak(heard(signal, rate).result()) <= 0.2
