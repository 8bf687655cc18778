"""Our meter beside libebur128 and ffmpeg, on files as they are met."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile

from soundscape.audio import Audio
from soundscape.mastering.batch import measure_file
from soundscape.wav import open_wav
from tests.metering.signals import band_limited

SAMPLES = Path(__file__).parents[2] / "samples"
FILES = sorted(path for path in SAMPLES.rglob("*.wav"))
RATE = 48_000


def mixes() -> dict[str, Audio]:
    """Mixes of several kinds without what lies above 0.4 of the rate, where meters of 4 times differ."""
    rng = np.random.default_rng(11)
    frames = 8 * RATE
    seconds = np.arange(frames) / RATE
    noise = band_limited(rng.normal(size=(2, frames)), edge=0.2)
    pulses = band_limited((np.arange(frames) % 9000 == 4500) * 3.0, edge=0.2)
    chord = sum(np.sin(2 * np.pi * hz * seconds + hz) for hz in (110.0, 277.2, 415.3, 1244.5)) * 0.2
    return {
        "noise that swells": (noise * 0.1 * (1.0 + 0.9 * np.sin(2.0 * seconds))).astype(np.float32),
        "hits over a bed": (0.01 * noise + pulses * 0.5).astype(np.float32),
        "a chord at full level": np.stack([chord, chord[::-1]]).astype(np.float32),
        "mono": (noise[:1] * 0.2).astype(np.float32),
    }


@pytest.fixture(params=[*(path.name for path in FILES), *mixes()])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    for path in FILES:
        if path.name == request.param:
            return path
    audio = mixes()[request.param]
    with open_wav(tmp_path / "mix.wav", sample_rate=RATE, channels=len(audio)) as wav:
        wav.write(audio)
    return tmp_path / "mix.wav"


def test_there_are_sample_files() -> None:
    assert FILES


def test_loudness_range_and_peaks_agree_with_libebur128(file: Path) -> None:
    ebur128 = pytest.importorskip("pyebur128")
    audio, rate = soundfile.read(file, dtype="float32", always_2d=True)
    mode = (
        ebur128.MeasurementMode.MODE_I | ebur128.MeasurementMode.MODE_LRA | ebur128.MeasurementMode.MODE_TRUE_PEAK
    )
    state = ebur128.R128State(audio.shape[1], rate, mode)
    state.add_frames(np.ascontiguousarray(audio).ravel(), len(audio))
    peak = max(ebur128.get_true_peak(state, channel) for channel in range(audio.shape[1]))
    found = measure_file(file)
    assert found.integrated_lufs == pytest.approx(ebur128.get_loudness_global(state), abs=0.05)
    assert found.true_peak_dbtp == pytest.approx(20.0 * np.log10(peak), abs=0.1)
    # Of some windows only, the range depends on where each meter begins them.
    if found.loudness_range_lu is not None and found.duration_s > 6.0:
        assert found.loudness_range_lu == pytest.approx(ebur128.get_loudness_range(state), abs=0.2)


@pytest.mark.skipif(
    shutil.which("ffmpeg") is None and not os.environ.get("CI"), reason="ffmpeg, the oracle, is not installed"
)
def test_loudness_and_true_peak_agree_with_ffmpeg(file: Path) -> None:
    command = f"ffmpeg -hide_banner -nostats -i {file} -af ebur128=peak=true -f null -"
    said = subprocess.run(command.split(), capture_output=True, text=True, check=True).stderr.rpartition(
        "Summary:"
    )[2]
    integrated = float(re.findall(r"I:\s+(-?[\d.]+) LUFS", said)[0])
    peak = float(re.findall(r"Peak:\s+(-?[\d.]+) dBFS", said)[0])
    found = measure_file(file)
    # ffmpeg prints one decimal: half of it is its rounding.
    assert found.integrated_lufs == pytest.approx(integrated, abs=0.05 + 0.051)
    assert found.true_peak_dbtp == pytest.approx(peak, abs=0.1 + 0.051)
