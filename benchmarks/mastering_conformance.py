"""Four meters on the signals of EBU Tech 3341 and 3342 and of ITU-R BS.1770: how many each reads within tolerance.

python benchmarks/mastering_conformance.py        a table in Markdown; needs ffmpeg, pyloudnorm and pyebur128

The signals are made from the published definitions, by the functions that the tests use. A dash says that a meter has
no such reading; an error counts as missed.
"""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyebur128
import pyloudnorm

sys.path.insert(0, str(Path(__file__).parents[1]))

from soundscape.metering.gating import MOMENTARY_BINS, SHORT_TERM_BINS, power_to_lufs, window_powers
from soundscape.metering.meter import Meter
from soundscape.wav import open_wav
from tests.metering.signals import faded_sine, overshooting_period, stereo, tone

RATE = 48_000
Reading = float | None


@dataclass(frozen=True, slots=True)
class Signal:
    """One signal, the reading that is asked of it, and what is right."""

    audio: np.ndarray
    reading: str
    """`I`, `LRA`, `TP`, `max S`, `max M`, or `S`, `M`: the reading furthest from what is right, once it is steady."""
    expected: float
    low: float
    high: float
    rate: int = RATE
    mask: int = 0


def groups() -> Iterator[tuple[str, list[Signal]]]:
    """The rows of the table."""

    def lufs(segments: list, expected: float, reading: str = "I") -> Signal:
        return Signal(stereo(tone(segments, RATE)), reading, expected, -0.1, 0.1)

    five = np.stack([tone([(20, level)], RATE) for level in (-28, -28, -24, -30, -30)])
    yield (
        "3341 1–6, integrated",
        [
            lufs([(20, -23)], -23.0),
            lufs([(20, -33)], -33.0),
            lufs([(10, -36), (60, -23), (10, -36)], -23.0),
            lufs([(10, -72), (10, -36), (60, -23), (10, -36), (10, -72)], -23.0),
            lufs([(20, -26), (20.1, -20), (20, -26)], -23.0),
            Signal(five, "I", -23.0, -0.1, 0.1, mask=0x607),
        ],
    )
    short = [lufs([(1.34, -20), (1.66, -30)] * 5, -23.0, "S")]
    momentary = [lufs([(0.18, -20), (0.22, -30)] * 25, -23.0, "M")]
    for i in range(20):
        short.append(lufs([(0.15 * i, None), (3, -23), (1, None)], -23.0, "max S"))
        short.append(lufs([(0.15 * i, None), (3, -38 + i), (3 - 0.15 * i, None)], -38.0 + i, "max S"))
        momentary.append(lufs([(0.02 * i, None), (0.4, -23), (1, None)], -23.0, "max M"))
        momentary.append(lufs([(0.02 * i, None), (0.4, -38 + i), (0.4 - 0.02 * i, None)], -38.0 + i, "max M"))
    yield "3341 9–11, short-term", short
    yield "3341 12–14, momentary", momentary
    for rate in (44_100, 48_000, 96_000, 192_000):
        sines = ((1 / 4, 0.0, 0.5), (1 / 4, 45.0, 0.5), (1 / 6, 60.0, 0.5), (1 / 8, 67.5, 0.5), (1 / 4, 45.0, 1.41))
        peaks = [(faded_sine(f, phase, a, rate), -6.0 if a < 1 else 3.0) for f, phase, a in sines]
        peaks += [(overshooting_period(offset, rate), 0.0) for offset in range(4)]
        yield (
            f"3341 15–23, true peak, {rate / 1000:g} kHz",
            [Signal(stereo(x), "TP", expected, -0.4, 0.2, rate) for x, expected in peaks],
        )
    ranges = [(10.0, [-20, -30]), (5.0, [-20, -15]), (20.0, [-40, -20]), (15.0, [-50, -35, -20, -35, -50])]
    yield (
        "3342 1–4, range",
        [Signal(stereo(tone([(20, db) for db in levels], RATE)), "LRA", lu, -1.0, 1.0) for lu, levels in ranges],
    )
    loud_end = stereo(tone([(10, -23), (0.099, 0)], RATE))
    yield "incomplete last block is not used", [Signal(loud_end, "I", -23.0, -0.1, 0.1)]
    surround = np.zeros((4, 8, 5 * RATE), np.float32)
    for audio, channel in zip(surround, (3, 4, 6, 7), strict=True):
        audio[channel] = tone([(5, -20)], RATE, hz=997)
    sevens = [
        Signal(audio, "I", expected, -0.1, 0.1, mask=0x63F)
        for audio, expected in zip(surround[1:], (-23.01, -21.52, -21.52), strict=True)
    ]
    yield "7.1: rears 1.00, sides 1.41", sevens


def ours(signal: Signal) -> Reading:
    meter = Meter(signal.rate, len(signal.audio), "L R C Ls Rs" if len(signal.audio) == 5 else None)
    meter.push(signal.audio)
    if signal.reading in ("S", "M"):
        width, skipped = (SHORT_TERM_BINS, 0) if signal.reading == "S" else (MOMENTARY_BINS, 60)
        powers = window_powers(meter.energies, width, signal.rate)[skipped:]
        return furthest([power_to_lufs(float(power)) for power in powers], signal.expected)
    result = meter.result()
    names = {"I": "integrated", "LRA": "loudness_range", "max S": "max_short_term", "max M": "max_momentary"}
    field = "true_peak_dbtp" if signal.reading == "TP" else names[signal.reading]
    return getattr(
        result, field if field.endswith("p") else field + ("_lu" if signal.reading == "LRA" else "_lufs")
    )


def with_pyloudnorm(signal: Signal) -> Reading:
    if signal.reading == "I":
        return float(pyloudnorm.Meter(signal.rate).integrated_loudness(signal.audio.T.astype(np.float64)))
    if signal.reading == "LRA":
        return float(pyloudnorm.Meter(signal.rate).loudness_range(signal.audio.T.astype(np.float64)))
    return None


def with_libebur128(signal: Signal) -> Reading:
    mode = pyebur128.MeasurementMode
    flags = mode.MODE_I | mode.MODE_LRA | mode.MODE_S | mode.MODE_M | mode.MODE_TRUE_PEAK
    state = pyebur128.R128State(len(signal.audio), signal.rate, flags)
    read = {"S": pyebur128.get_loudness_shortterm, "M": pyebur128.get_loudness_momentary}.get(signal.reading[-1])
    series = []
    step = signal.rate // 100
    interleaved = np.ascontiguousarray(signal.audio.T)
    for at in range(0, len(interleaved), step):
        part = interleaved[at : at + step]
        state.add_frames(part.ravel(), len(part))
        if read is not None:
            series.append(read(state))
    if signal.reading in ("S", "M"):
        steady = series[300:] if signal.reading == "S" else series[100:]
        return furthest(steady, signal.expected)
    if read is not None:
        return max(series)
    if signal.reading == "TP":
        return 20 * np.log10(max(pyebur128.get_true_peak(state, c) for c in range(len(signal.audio))))
    return {"I": pyebur128.get_loudness_global, "LRA": pyebur128.get_loudness_range}[signal.reading](state)


def with_ffmpeg(signal: Signal) -> Reading:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "signal.wav"
        with open_wav(path, sample_rate=signal.rate, channels=len(signal.audio), bits=32, mask=signal.mask) as wav:
            wav.write(signal.audio)
        filters = f"ebur128=peak=true:metadata=1,ametadata=mode=print:file={folder}/series"
        command = ["ffmpeg", "-hide_banner", "-nostats", "-i", str(path), "-af", filters, "-f", "null", "-"]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stderr.rpartition("Summary:")[2]
        if signal.reading[-1] in ("S", "M"):
            key = "S" if signal.reading[-1] == "S" else "M"
            text = (Path(folder) / "series").read_text()
            series = [float(value) for value in re.findall(rf"lavfi\.r128\.{key}=(\S+)", text)]
            if signal.reading in ("S", "M"):
                return furthest(series[30:] if key == "S" else series[10:], signal.expected)
            return float("nan") if np.isnan(series).any() else max(series)
        pattern = {"I": r"I:\s+(-?[\d.]+) LUFS", "LRA": r"LRA:\s+(-?[\d.]+) LU", "TP": r"Peak:\s+(-?[\d.]+) dBFS"}
        return float(re.findall(pattern[signal.reading], said)[0])


def furthest(values: list[float], expected: float) -> float:
    """The reading that is furthest from what is right."""
    return max(values, key=lambda value: abs(value - expected))


def cell(meter: Callable[[Signal], Reading], signals: list[Signal]) -> str:
    passed, none = 0, 0
    for signal in signals:
        value: Reading = float("nan")
        with contextlib.suppress(Exception), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = meter(signal)
        if value is None:
            none += 1
        else:
            # One decimal is what ffmpeg prints; its rounding is not held against it.
            passed += signal.low - 0.0501 * (meter is with_ffmpeg) <= value - signal.expected <= signal.high + 1e-3
    return "–" if none == len(signals) else f"{passed} of {len(signals)}"


def main() -> None:
    meters = (ours, with_pyloudnorm, with_libebur128, with_ffmpeg)
    print("| signals | soundscape | pyloudnorm | libebur128 | ffmpeg `ebur128` |\n|---|---|---|---|---|")
    for name, signals in groups():
        print(f"| {name} |", " | ".join(cell(meter, signals) for meter in meters), "|", flush=True)


if __name__ == "__main__":
    main()
