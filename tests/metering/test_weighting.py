from __future__ import annotations

import math

import pytest

from soundscape.metering.weighting import HIGH_PASS, SHELF, k_weighting

RATES = (8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 88_200, 96_000, 176_400, 192_000, 384_000)
FREQUENCIES_HZ = (10.0, 25.0, 38.0, 100.0, 500.0, 997.0, 1500.0, 2000.0, 3000.0, 5000.0, 10_000.0, 20_000.0)


def response_db(rate: int, frequency_hz: float) -> float:
    shelf, high_pass = k_weighting(rate)
    return 10.0 * math.log10(shelf.power(frequency_hz, rate) * high_pass.power(frequency_hz, rate))


def test_at_48_khz_it_is_the_print() -> None:
    assert k_weighting(48_000) == (SHELF, HIGH_PASS)


@pytest.mark.parametrize("rate", RATES)
def test_every_rate_has_the_response_of_the_print(rate: int) -> None:
    limit_db = 0.05 if rate < 16_000 else 0.003
    for frequency_hz in FREQUENCIES_HZ:
        if frequency_hz < 0.47 * rate:
            assert response_db(rate, frequency_hz) == pytest.approx(response_db(48_000, frequency_hz), abs=limit_db)


@pytest.mark.parametrize("rate", RATES)
def test_it_is_stable_and_silent_at_0_hz(rate: int) -> None:
    for stage in k_weighting(rate):
        assert abs(stage.a2) < 1.0
        assert abs(stage.a1) < 1.0 + stage.a2
    assert k_weighting(rate)[1].power(0.0, rate) < 1e-15


def test_997_hz_at_full_scale_in_one_channel_reads_minus_3_01() -> None:
    # BS.1770-5 Annex 1: the calibration that the whole standard hangs on.
    assert -0.691 + 10.0 * math.log10(0.5) + response_db(48_000, 997.0) == pytest.approx(-3.01, abs=0.005)
