from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pyloudnorm
import pytest
import soxr

from soundscape.audio import Audio
from soundscape.errors import AudioError
from soundscape.metering import meter as meter_module
from soundscape.metering.meter import Meter
from soundscape.wav import open_wav
from tests.metering.signals import band_limited, heard, stereo, tone

# Where CI is set, a missing ffmpeg is a failure.
needs_ffmpeg = pytest.mark.skipif(
    shutil.which("ffmpeg") is None and not os.environ.get("CI"), reason="ffmpeg, the oracle, is not installed"
)


def programme(rate: int, *, seconds: float = 12.0, channels: int = 2, seed: int = 3) -> Audio:
    """Noise bursts of all levels over a hum, different in every channel."""
    rng = np.random.default_rng(seed)
    frames = round(seconds * rate)
    time_s = np.arange(frames) / rate
    level = 10.0 ** (np.repeat(rng.uniform(-40.0, -8.0, int(seconds * 2) + 1), rate // 2 + 1)[:frames] / 20.0)
    noise = np.stack([rng.normal(size=frames) for _ in range(channels)]) * 0.3 * level
    return (noise + 0.05 * np.sin(2.0 * np.pi * 110.0 * time_s)).astype(np.float32)


@pytest.mark.parametrize("rate", [22_050, 44_100, 48_000, 96_000])
def test_integrated_loudness_agrees_with_pyloudnorm(rate: int) -> None:
    # Whole 100 ms only: pyloudnorm counts an incomplete last block. "DeMan" is the filter of the print.
    audio = programme(rate)[:, : 11 * rate]
    oracle = pyloudnorm.Meter(rate, filter_class="DeMan").integrated_loudness(audio.T.astype(np.float64))
    # The bilinear transform and a gain that is not brought along bias De Man's filter at other rates.
    allowed = 0.005 if rate == 48_000 else 0.06
    assert heard(audio, rate).result().integrated_lufs == pytest.approx(oracle, abs=allowed)


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100, 192_000])
def test_the_same_sound_measures_the_same_at_any_rate(rate: int) -> None:
    audio = band_limited(programme(8_000)).astype(np.float32)
    at_48_khz, at_rate = (soxr.resample(audio.T, 8_000, other, quality="VHQ").T for other in (48_000, rate))
    expected = heard(np.ascontiguousarray(at_48_khz), 48_000).result()
    found = heard(np.ascontiguousarray(at_rate), rate).result()
    assert found.integrated_lufs == pytest.approx(expected.integrated_lufs, abs=0.04)
    assert found.max_momentary_lufs == pytest.approx(expected.max_momentary_lufs, abs=0.06)
    assert found.loudness_range_lu == pytest.approx(expected.loudness_range_lu, abs=0.1)


@needs_ffmpeg
@pytest.mark.parametrize("rate", [44_100, 48_000])
def test_all_values_agree_with_ffmpeg(rate: int, tmp_path: Path) -> None:
    audio = programme(rate, seconds=20.0)
    with open_wav(tmp_path / "programme.wav", sample_rate=rate, bits=32) as wav:
        wav.write(audio)
    said = subprocess.run(
        "ffmpeg -hide_banner -nostats -i programme.wav -af ebur128=peak=true+sample -f null -".split(),
        cwd=tmp_path,
        capture_output=True, text=True, check=True,
    ).stderr.rpartition("Summary:")[2]  # fmt: skip
    values = {name: float(value) for name, value in re.findall(r"\b(I|LRA):\s+(-?[\d.]+) LU", said)}
    sample_peak, true_peak = (float(value) for value in re.findall(r"Peak:\s+(-?[\d.]+) dBFS", said))
    result = heard(audio, rate).result()
    # ffmpeg prints one decimal.
    assert result.integrated_lufs == pytest.approx(values["I"], abs=0.05 + 0.051)
    assert result.loudness_range_lu == pytest.approx(values["LRA"], abs=0.1 + 0.051)
    assert result.sample_peak_dbfs == pytest.approx(sample_peak, abs=0.051)
    assert result.true_peak_dbtp == pytest.approx(true_peak, abs=0.5)
    assert result.true_peak_dbtp is not None
    assert result.true_peak_dbtp > true_peak - 0.151


@pytest.mark.parametrize("rate", [44_100, 48_000, 11_025])
def test_blocks_of_any_size_give_the_same_bits(rate: int) -> None:
    audio = programme(rate, seconds=4.0)
    whole = heard(audio, rate, block=audio.shape[1])
    sizes = np.random.default_rng(4).integers(0, 3000, 400)
    pieces = Meter(rate, 2)
    at = 0
    for size in [1, 1, 0, *sizes.tolist(), audio.shape[1]]:
        pieces.push(audio[:, at : at + size])
        at += size
    assert pieces.result() == whole.result()
    assert np.array_equal(pieces.energies, whole.energies)


def test_the_kernel_is_plain_python_too() -> None:
    audio = programme(8_000, seconds=0.05)
    coefficients = Meter(8_000, 1)._coefficients
    found = []
    for kernel in (meter_module._weigh, meter_module._weigh.py_func):
        energies, states = np.zeros(5), np.zeros((2, 5))
        kernel(audio[0], audio[1], (1.0, 1.41), coefficients, states, 0, 0, 8_000, energies)
        found.append(energies)
    assert found[0] == pytest.approx(found[1], rel=1e-9)
    assert found[0].min() > 0.0


def test_a_static_gain_can_be_measured_without_another_pass() -> None:
    audio = programme(48_000)
    predicted = heard(audio, 48_000).result(gain_db=-17.0)
    measured = heard((audio * np.float32(10 ** (-17 / 20))).astype(np.float32), 48_000).result()
    for name in ("integrated_lufs", "loudness_range_lu", "true_peak_dbtp", "max_short_term_lufs"):
        assert getattr(predicted, name) == pytest.approx(getattr(measured, name), abs=1e-4)


@pytest.mark.parametrize(
    ("speaker", "expected"),
    [("L", -3.01), ("C", -3.01), ("LFE", None), ("Lrs", -3.01), ("Lss", -1.52)],
)
def test_each_channel_of_7_1_counts_by_its_place(speaker: str, expected: float | None) -> None:
    order = ("L", "R", "C", "LFE", "Lrs", "Rrs", "Lss", "Rss")
    audio = np.zeros((8, 48_000), np.float32)
    audio[order.index(speaker)] = tone([(1, 0.0)], 48_000, hz=997)
    result = heard(audio, 48_000).result()
    assert result.integrated_lufs == (None if expected is None else pytest.approx(expected, abs=0.02))
    assert result.true_peak_dbtp == pytest.approx(0.0, abs=0.1)


def test_the_layout_of_film_mixers_can_be_named() -> None:
    audio = np.zeros((6, 48_000), np.float32)
    audio[5] = tone([(1, -20.0)], 48_000)
    assert heard(audio, 48_000, layout="5.1-film").result().integrated_lufs is None
    assert heard(audio, 48_000, layout="L R C LFE Ls Rs").result().integrated_lufs is not None


def test_a_layout_that_cannot_be_is_refused() -> None:
    with pytest.raises(AudioError, match="9 channels have no usual layout"):
        Meter(48_000, 9)
    with pytest.raises(AudioError, match="has 6 channels, the signal has 2"):
        Meter(48_000, 2, "5.1")
    with pytest.raises(AudioError, match='"upside down" is not a layout'):
        Meter(48_000, 2, "upside down")


def test_mono_is_3_lu_below_the_same_in_two_channels() -> None:
    channel = tone([(5, -20.0)], 48_000)
    one = heard(channel[None], 48_000).result().integrated_lufs
    two = heard(stereo(channel), 48_000).result().integrated_lufs
    assert one is not None
    assert two is not None
    assert two - one == pytest.approx(3.01, abs=0.001)


def test_silence_has_no_values() -> None:
    result = heard(np.zeros((2, 5 * 48_000), np.float32), 48_000).result()
    assert result.duration_s == 5.0
    assert (result.integrated_lufs, result.true_peak_dbtp, result.sample_peak_dbfs) == (None, None, None)
    assert (result.loudness_range_lu, result.max_momentary_lufs, result.max_short_term_lufs) == (None, None, None)


@pytest.mark.parametrize("seconds", [0.39, 0.41, 2.9, 3.1])
def test_short_signals_have_the_values_that_are_defined(seconds: float) -> None:
    result = heard(stereo(tone([(seconds, -23.0)], 48_000)), 48_000).result()
    assert (result.integrated_lufs is None) == (seconds < 0.4)
    assert (result.max_short_term_lufs is None) == (seconds < 3.0)
    assert (result.loudness_range_lu is None) == (seconds < 3.0)
    if seconds > 3.0:
        assert result.loudness_range_lu == pytest.approx(0.0, abs=0.05)


def test_an_offset_moves_the_peak_and_not_the_loudness() -> None:
    channel = tone([(5, -23.0)], 48_000)
    plain, offset = (heard(stereo(x), 48_000).result() for x in (channel, channel + np.float32(0.3)))
    assert plain.integrated_lufs is not None
    assert offset.integrated_lufs == pytest.approx(plain.integrated_lufs, abs=0.01)
    assert offset.sample_peak_dbfs == pytest.approx(20 * np.log10(0.3 + 10 ** (-23 / 20)), abs=0.01)


def test_denormals_do_not_disturb() -> None:
    audio = programme(48_000, seconds=3.0)
    audio[:, 48_000:] = 1e-42
    silent = audio.copy()
    silent[:, 48_000:] = 0.0
    assert heard(audio, 48_000).result().integrated_lufs == heard(silent, 48_000).result().integrated_lufs


def test_levels_above_full_scale_are_measured() -> None:
    result = heard(stereo(tone([(3, 12.0)], 48_000)), 48_000).result()
    assert result.integrated_lufs == pytest.approx(12.0, abs=0.05)
    assert result.sample_peak_dbfs == pytest.approx(12.0, abs=0.01)
