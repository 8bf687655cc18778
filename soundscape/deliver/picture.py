"""Pictures of sound: waveform over spectrogram, and loudness over time.

Both are SVG, whose text stays sharp and can be searched; a spectrogram is a PNG inside it. The spectrogram stands
on a logarithmic frequency axis and shows energy per row, so that pink noise is even and a hum is as wide as a hiss.
"""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from soundscape.audio import Audio
from soundscape.deliver._drawing import MARK, Frame, Marks

ROWS = 320
LOW_HZ, HIGH_HZ = 30.0, 20_000.0
SILENCE_DB = -150.0
SPAN_DB = 80.0
"""From the loudest spot of a spectrogram to black."""
WINDOW, WINDOWS = 4096, 4
"""Frames of an analysis window, and windows that a column looks at."""
FREQUENCIES_HZ = (50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000)

SHADES = 64
"""Colours of a spectrogram: steps of little more than 1 dB."""
MAP = (0x000004, 0x1C1044, 0x4F127B, 0x812581, 0xB5367A, 0xE55064, 0xFB8761, 0xFEC287, 0xFCFDBF)
"""Colours from silence to full scale: nine steps of *magma* (N. Smith, S. van der Walt, matplotlib, CC0)."""
FIRST, SECOND = "#b5577a", "#fec287"
"""Colours of curves: what moves fast, what moves slowly."""

Values = npt.NDArray[np.float64]


def spectrogram_svg(
    audio: Audio, rate: int, *, title: str = "", marks: Marks = (), width: int = 1200, rows: int = ROWS
) -> str:
    """Waveform and spectrogram of a signal, with axes and named moments.

    Parameters
    ----------
    audio : Audio
        float32 `(channels, frames)`.
    marks : sequence of (seconds, name)
        Moments to be named, such as hits.
    width, rows : int
        Width of the picture and height of its spectrogram in pixels.
    """
    frame = Frame(width=width, heights=(90, rows), seconds=audio.shape[1] / rate, title=title)

    def row(frequency_hz: float) -> float:
        return float(rows * (1.0 - np.log(frequency_hz / LOW_HZ) / np.log(HIGH_HZ / LOW_HZ)))

    image = base64.b64encode(spectrogram_png(audio, rate, width=frame.inner, rows=rows)).decode()
    parts = [_outline(audio, frame), frame.image(1, f"data:image/png;base64,{image}")]
    for frequency in FREQUENCIES_HZ:
        label = f"{frequency // 1000} kHz" if frequency >= 1000 else f"{frequency} Hz"
        parts.append(frame.level(1, row(frequency), label))
    return frame.svg([*parts, *frame.moments(marks)])


def loudness_svg(
    times_s: Sequence[float],
    momentary_lufs: Sequence[float],
    short_term_lufs: Sequence[float],
    *,
    integrated_lufs: float | None = None,
    target_lufs: float | None = None,
    title: str = "",
    marks: Marks = (),
    width: int = 1200,
) -> str:
    """Momentary and short-term loudness over time, with integrated loudness and target as levels.

    Values below the scale, -inf among them, are drawn at its bottom.
    """
    times, momentary, short = (np.asarray(v, np.float64) for v in (times_s, momentary_lufs, short_term_lufs))
    known = [v for v in (integrated_lufs, target_lufs) if v is not None and np.isfinite(v)]
    high = 6.0 * np.ceil(max([-24.0, *momentary[np.isfinite(momentary)], *known]) / 6.0 + 1e-9)
    low = high - 48.0
    seconds = float(times[-1]) if times.size else 0.0
    frame = Frame(width=width, heights=(240,), seconds=seconds, title=title)

    def row(lufs: float | Values) -> Values:
        return frame.heights[0] * (high - np.clip(lufs, low, high)) / (high - low)

    parts = [frame.level(0, float(row(lufs)), f"{lufs:.0f} LUFS") for lufs in np.arange(low, high + 1.0, 6.0)]
    parts.append(frame.curve(0, times, row(np.nan_to_num(momentary, nan=low)), FIRST, 1.0))
    parts.append(frame.curve(0, times, row(np.nan_to_num(short, nan=low)), SECOND, 2.0))
    names = [("momentary", FIRST), ("short-term", SECOND)]
    for value, name, dashes in ((target_lufs, "target", "2 4"), (integrated_lufs, "integrated", "9 4")):
        if value is not None and np.isfinite(value):
            names.append((f"{name} {value:.1f} LUFS", MARK))
            parts.append(frame.level(0, float(row(value)), "", colour=MARK, dashes=dashes))
    return frame.svg([*parts, frame.legend(names), *frame.moments(marks)])


def spectrogram_png(audio: Audio, rate: int, *, width: int = 1200, rows: int = ROWS) -> bytes:
    """The bare spectrogram as a PNG of `width` x `rows` pixels: time to the right, log frequency upwards."""
    level_db = spectrogram_db(audio, rate, width=width, rows=rows)
    level = np.clip(1.0 + (level_db - max(level_db.max(), SILENCE_DB + SPAN_DB)) / SPAN_DB, 0.0, 1.0)
    return png(np.rint(level[::-1] * (SHADES - 1)).astype(np.uint8), _shades())


def _shades() -> npt.NDArray[np.uint8]:
    """The colours of `MAP` in `SHADES` even steps, `(SHADES, 3)`."""
    colours = np.array([[colour >> 16, colour >> 8 & 255, colour & 255] for colour in MAP], np.float64)
    at, steps = np.linspace(0.0, 1.0, SHADES), np.linspace(0.0, 1.0, len(MAP))
    return np.stack([np.interp(at, steps, colours[:, c]) for c in range(3)], axis=-1).round().astype(np.uint8)


def spectrogram_db(audio: Audio, rate: int, *, width: int, rows: int = ROWS) -> Values:
    """Level in dBFS of every row (low to high) in every column, `(rows, width)`.

    The power of all channels between the edges of a row is summed; 0 dB is a full-scale sine in one channel.
    However long the signal is, only `WINDOWS` windows a column are looked at.
    """
    frames = audio.shape[1]
    count = min(WINDOWS * width, 16 * frames // WINDOW + 1)
    edges = LOW_HZ * (HIGH_HZ / LOW_HZ) ** (np.arange(rows + 1) / rows) * WINDOW / rate
    levels = np.concatenate(
        [_rows(power, edges) for power in _powers(audio, np.linspace(0, frames, count))], axis=1
    )
    columns = np.linspace(0, count, width + 1).astype(np.int64)
    loudest = [levels[:, a : max(a + 1, b)].max(axis=1) for a, b in pairwise(columns)]
    return 10.0 * np.log10(np.maximum(np.stack(loudest, axis=1), 10.0 ** (SILENCE_DB / 10.0)))


def _powers(audio: Audio, centres: Values) -> Iterator[Values]:
    """Power spectra `(bins, windows)` around frames of the signal, in batches; silence lies around it."""
    from scipy import fft

    hann = (0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(WINDOW) / WINDOW)).astype(np.float32)
    for some in np.array_split(centres.astype(np.int64), centres.size // 64 + 1):
        windows = np.zeros((some.size, audio.shape[0], WINDOW), np.float32)
        for window, centre in zip(windows, some, strict=True):
            first = centre - WINDOW // 2
            part = audio[:, max(0, first) : first + WINDOW]
            window[:, max(0, -first) :][:, : part.shape[1]] = part
        power = (np.abs(fft.rfft(windows * hann)).astype(np.float64) ** 2).sum(axis=1).T
        # A full-scale sine fills 1.5 bins of the height WINDOW / 4.
        yield power / (1.5 * (WINDOW / 4) ** 2)


def _rows(power: Values, edges: Values) -> Values:
    """Power between edges, which are given in bins: whole bins are summed, parts of one shared out."""
    total = np.concatenate((np.zeros((1, power.shape[1])), np.cumsum(power, axis=0)))
    place = np.clip(edges + 0.5, 0.0, power.shape[0])
    below = np.minimum(place.astype(np.int64), power.shape[0] - 1)
    part = (place - below)[:, None]
    return np.diff(total[below] * (1.0 - part) + total[below + 1] * part, axis=0)


def _outline(audio: Audio, frame: Frame) -> str:
    """Least and greatest sample of all channels in every column, as one shape."""
    if not audio.shape[1]:
        return ""
    edges = np.linspace(0, audio.shape[1], frame.inner + 1).astype(np.int64)
    columns = [audio[:, min(a, audio.shape[1] - 1) : max(a + 1, b)] for a, b in pairwise(edges)]
    peaks = np.array([column.max() for column in columns], np.float64)
    dips = np.array([column.min() for column in columns], np.float64)
    half = frame.heights[0] / 2.0
    return frame.band(0, half * (1.0 - np.clip(peaks, -1.0, 1.0)), half * (1.0 - np.clip(dips, -1.0, 1.0)), SECOND)


def png(pixels: npt.NDArray[np.uint8], palette: npt.NDArray[np.uint8]) -> bytes:
    """An image `(height, width)` of indices into a palette `(colours, 3)` as PNG (W3C, *PNG*, 2003)."""
    height, width = pixels.shape
    lines = np.concatenate((np.zeros((height, 1), np.uint8), pixels), axis=1)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"PLTE", palette.tobytes())
    return b"\x89PNG\r\n\x1a\n" + body + chunk(b"IDAT", zlib.compress(lines.tobytes(), 9)) + chunk(b"IEND", b"")
