"""Pictures of sound: what is seen where, against signals whose picture is known."""

from __future__ import annotations

import re
import struct
import zlib
from xml.etree import ElementTree

import numpy as np
import pytest

from soundscape.deliver.picture import (
    HIGH_HZ,
    LOW_HZ,
    loudness_svg,
    png,
    spectrogram_db,
    spectrogram_png,
    spectrogram_svg,
)

RATE = 48_000
RNG = np.random.default_rng(8)
SVG = "{http://www.w3.org/2000/svg}"


def sine(frequency_hz: float, seconds: float = 2.0) -> np.ndarray:
    return np.sin(2.0 * np.pi * frequency_hz * np.arange(int(seconds * RATE)) / RATE).astype(np.float32)[None]


def row_of(frequency_hz: float, rows: int) -> int:
    return int(rows * np.log(frequency_hz / LOW_HZ) / np.log(HIGH_HZ / LOW_HZ))


def decode(data: bytes) -> np.ndarray:
    """Pixels of a PNG with a palette and unfiltered lines; checks signature, order and checksums of chunks."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, chunks = 8, {}
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + length]
        assert zlib.crc32(kind + body) == struct.unpack(">I", data[at + 8 + length : at + 12 + length])[0]
        chunks[kind] = body
        at += 12 + length
    assert list(chunks) == [b"IHDR", b"PLTE", b"IDAT", b"IEND"]
    width, height, depth, colour = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
    assert (depth, colour) == (8, 3)
    lines = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(height, 1 + width)
    assert not lines[:, 0].any()
    return np.frombuffer(chunks[b"PLTE"], np.uint8).reshape(-1, 3)[lines[:, 1:]]


def polyline(svg: str, index: int) -> np.ndarray:
    points = ElementTree.fromstring(svg).findall(f"{SVG}polyline")[index].attrib["points"]
    return np.array([[float(part) for part in point.split(",")] for point in points.split()])


def texts(svg: str) -> list[str]:
    return ["".join(node.itertext()) for node in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_a_png_holds_the_pixels_it_was_given() -> None:
    pixels = RNG.integers(0, 20, (7, 5), dtype=np.uint8)
    palette = RNG.integers(0, 256, (20, 3), dtype=np.uint8)
    assert np.array_equal(decode(png(pixels, palette)), palette[pixels])


@pytest.mark.parametrize("frequency_hz", [100.0, 997.0, 6_000.0])
def test_a_full_scale_sine_is_0_db_at_its_frequency(frequency_hz: float) -> None:
    levels = spectrogram_db(sine(frequency_hz), RATE, width=40, rows=300)[:, 4:-4]
    assert np.abs(levels.argmax(axis=0) - row_of(frequency_hz, 300)).max() <= 4
    assert 10.0 * np.log10((10.0 ** (levels / 10.0)).sum(axis=0)) == pytest.approx(0.0, abs=0.05)


def test_pink_noise_is_even_from_row_to_row() -> None:
    spectrum = np.fft.rfft(RNG.normal(size=20 * RATE))
    spectrum[1:] /= np.sqrt(np.arange(1, spectrum.size))
    noise = np.fft.irfft(spectrum).astype(np.float32)[None]
    power = 10.0 ** (spectrogram_db(noise, RATE, width=400, rows=27) / 10.0)
    levels = 10.0 * np.log10(power.mean(axis=1))[3:-2]
    assert np.ptp(levels) < 2.0


def test_a_click_is_seen_at_its_time_and_nowhere_else() -> None:
    audio = np.zeros((2, 4 * RATE), np.float32)
    audio[1, RATE] = 1.0
    level = spectrogram_db(audio, RATE, width=400).max(axis=0)
    assert level.argmax() == pytest.approx(100, abs=4)
    assert level[:90].max() == level[112:].max() == -150.0


def test_the_loudest_colour_is_the_brightest_and_silence_is_black() -> None:
    audio = np.concatenate((np.zeros((1, RATE), np.float32), sine(1_000.0, 1.0)), axis=1)
    pixels = decode(spectrogram_png(audio, RATE, width=100, rows=90)).sum(axis=2, dtype=int)
    assert pixels[:, :40].max() < 10
    assert pixels.max() > 600
    assert 89 - pixels[:, 75].argmax() == pytest.approx(row_of(1_000.0, 90), abs=2)


@pytest.mark.parametrize("frames", [0, 1, 100, 5_000])
def test_short_signals_have_a_picture_too(frames: int) -> None:
    svg = spectrogram_svg(RNG.normal(size=(2, frames)).astype(np.float32), RATE, width=300)
    ElementTree.fromstring(svg)
    assert decode(spectrogram_png(np.zeros((1, frames), np.float32), RATE, width=30, rows=20)).shape == (20, 30, 3)


def test_an_hour_is_pictured_from_a_few_windows_a_column() -> None:
    hour = np.broadcast_to(np.float32(0.0), (2, 3_600 * RATE))
    assert spectrogram_db(hour, RATE, width=50, rows=20).max() == -150.0


def test_names_are_escaped_and_stand_at_their_times() -> None:
    svg = spectrogram_svg(sine(440.0, 10.0), RATE, title="<Dunes & caves>", marks=[(5.0, 'the "end" < now')])
    assert "<Dunes & caves>" in texts(svg)
    assert 'the "end" < now' in texts(svg)
    line = re.search(r'<line x1="([\d.]+)" x2="\1" y1="34"', svg)
    assert line is not None
    plot = ElementTree.fromstring(svg).find(f"{SVG}image")
    assert plot is not None
    middle = float(plot.attrib["x"]) + float(plot.attrib["width"]) / 2.0
    assert float(line[1]) == pytest.approx(middle, abs=0.1)


@pytest.mark.parametrize(
    ("seconds", "labels"),
    [(0.5, ("0 s", "0.05 s", "0.5 s")), (10.0, ("0 s", "1 s", "10 s")), (4_000.0, ("0:00", "5:00", "1:05:00"))],
)
def test_the_time_axis_counts_in_the_unit_of_the_length(seconds: float, labels: tuple[str, ...]) -> None:
    svg = loudness_svg([0.0, seconds], [-20.0, -20.0], [-20.0, -20.0])
    assert set(labels) <= set(texts(svg))


def test_loudness_is_drawn_to_scale() -> None:
    times = np.linspace(0.0, 60.0, 601)
    momentary = np.where(times < 30.0, -30.0, -18.0)
    svg = loudness_svg(times, momentary, momentary - 6.0)
    fast, slow = polyline(svg, 0), polyline(svg, 1)
    six = slow[0, 1] - fast[0, 1]
    assert six > 10.0
    assert fast[0, 1] - fast[-1, 1] == pytest.approx(2.0 * six, abs=0.2)
    assert fast[300, 0] == pytest.approx((fast[0, 0] + fast[-1, 0]) / 2.0, abs=0.1)


def test_silence_lies_at_the_bottom_of_the_scale() -> None:
    svg = loudness_svg([0.0, 1.0, 2.0, 3.0], [-np.inf, -20.0, np.nan, -90.0], [-20.0] * 4)
    rows = polyline(svg, 0)[:, 1]
    assert rows[0] == rows[2] == rows[3] == rows.max()
    assert rows[1] < rows[0]


def test_target_and_integrated_loudness_are_named_when_they_are_known() -> None:
    named = " ".join(
        texts(loudness_svg([0.0, 1.0], [-20.0] * 2, [-20.0] * 2, integrated_lufs=-23.1, target_lufs=-23.0))
    )
    assert "integrated -23.1 LUFS" in named
    assert "target -23.0 LUFS" in named
    bare = " ".join(texts(loudness_svg([], [], [], integrated_lufs=-np.inf)))
    assert "integrated" not in bare


def test_names_that_would_cover_each_other_are_shown_once_and_kept_as_titles() -> None:
    svg = loudness_svg(
        [0.0, 100.0], [-20.0] * 2, [-20.0] * 2, marks=[(50.1, "late"), (50.0, "early"), (90.0, "far")]
    )
    assert [text for text in texts(svg) if text in {"early", "late", "far"}] == ["early", "far"]
    titles = [node.text for node in ElementTree.fromstring(svg).iter(f"{SVG}title")]
    assert titles == ["early", "late", "far"]
