from __future__ import annotations

import numpy as np
import pytest

from soundscape.metering.leq import SpectralMeter, power_of_a, power_of_m
from soundscape.metering.meter import Meter
from tests.metering.signals import tone

# Nominal responses in dB by frequency in Hz.
ISO_21727 = {31.5: -35.5, 63: -29.5, 100: -25.4, 200: -19.4, 400: -13.4, 800: -7.5, 1000: -5.6, 2000: 0.0,
             3150: 3.4, 4000: 4.9, 5000: 6.1, 6300: 6.6, 7100: 6.4, 8000: 5.8, 9000: 4.5, 10000: 2.5,
             12500: -5.6, 14000: -10.9, 16000: -17.3, 20000: -27.8}  # fmt: skip
IEC_61672 = {31.5: -39.4, 63: -26.2, 125: -16.1, 250: -8.6, 500: -3.2, 1000: 0.0, 2000: 1.2, 4000: 1.0,
             8000: -1.1, 16000: -6.6}  # fmt: skip


def level(audio: np.ndarray, rate: int = 48_000, *, layout: str | None = None, block: int = 10_000):
    meter = SpectralMeter(rate, audio.shape[0], layout)
    for at in range(0, audio.shape[1], block):
        meter.push(audio[:, at : at + block])
    return meter.result()


@pytest.mark.parametrize(("weighting", "table"), [(power_of_m, ISO_21727), (power_of_a, IEC_61672)])
def test_the_weighting_is_that_of_its_standard(weighting, table: dict[float, float]) -> None:
    response_db = 10.0 * np.log10(weighting(np.array(list(table))))
    # The tables are rounded; the one of BS.468 allows some tenths of a dB of its own network.
    assert response_db == pytest.approx(np.array(list(table.values())), abs=0.35)


@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000])
def test_a_sine_at_the_reference_level_plays_at_85_db(rate: int) -> None:
    m, _ = level(tone([(2, -20.0)], rate, hz=2000)[None], rate)
    _, a = level(tone([(2, -20.0)], rate, hz=1000)[None], rate)
    assert (m, a) == pytest.approx((85.0, 85.0), abs=0.02)


def test_channels_add_by_power_and_surrounds_play_3_db_lower() -> None:
    channel = tone([(2, -20.0)], 48_000, hz=2000)
    audio = np.zeros((6, len(channel)), np.float32)
    audio[:2] = channel
    assert level(audio)[0] == pytest.approx(88.01, abs=0.02)
    audio[:2], audio[4] = 0.0, channel
    assert level(audio)[0] == pytest.approx(82.0, abs=0.02)


def test_the_whole_programme_counts_with_its_ends_and_pauses() -> None:
    rng = np.random.default_rng(2)
    audio = rng.normal(size=(1, 30_001)).astype(np.float32) * 0.1
    spectrum = np.abs(np.fft.rfft(audio[0].astype(np.float64))) ** 2
    spectrum[1:] *= 2.0  # an odd length has no bin at half the rate
    power = np.dot(spectrum, power_of_m(np.fft.rfftfreq(30_001, 1 / 48_000))) / 30_001**2
    assert level(audio)[0] == pytest.approx(108.0103 + 10.0 * np.log10(power), abs=0.02)
    twice_as_long = np.concatenate((audio, np.zeros_like(audio)), axis=1)
    assert level(twice_as_long)[0] == pytest.approx(level(audio)[0] - 3.01, abs=0.01)


def test_blocks_of_any_size_give_the_same() -> None:
    audio = np.random.default_rng(3).normal(size=(2, 50_000)).astype(np.float32)
    assert level(audio, block=777) == pytest.approx(level(audio, block=50_000), abs=1e-5)


def test_silence_has_no_level_and_a_gain_adds() -> None:
    assert level(np.zeros((2, 9_000), np.float32)) == (None, None)
    meter = Meter(48_000, 1, cinema=True)
    meter.push(tone([(2, -20.0)], 48_000, hz=2000)[None])
    assert meter.result(gain_db=-3.0).leq_m_db == pytest.approx(82.0, abs=0.02)
    assert Meter(48_000, 1).result().leq_m_db is None
