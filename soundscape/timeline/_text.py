"""Bytes to text: whichever encoding an editing program wrote, with a word about it."""

from __future__ import annotations

import codecs
import re

from soundscape.errors import TimelineError
from soundscape.timeline._reading import Report

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
_GB2312 = re.compile(rb"(?:[\xa1-\xf7][\xa1-\xfe])+")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def decode(data: bytes, report: Report) -> str:
    """Text of a file with `\\n` line ends; warns when its encoding had to be guessed.

    Raises
    ------
    TimelineError
        When the bytes are no text.
    """
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "") or _utf16(data)
    try:
        text = data.decode(encoding or "utf-8")
    except UnicodeDecodeError:
        if encoding:
            raise TimelineError(f"is not the {encoding.upper()} text that its first bytes announce") from None
        encoding = _legacy(data)
        text = data.decode(encoding, errors="replace")
        report.warn(f"is not UTF-8 text; read as {encoding}: names may be wrong")
    found = len(_CONTROL.findall(text[:65536]))
    if found > 2 + len(text[:65536]) // 200:
        raise TimelineError("is not text; a timeline of this format is a text file")
    if found:
        text = text.replace("\x00", "")
        report.warn(f"has {found} control characters")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def head(data: bytes) -> str:
    """The first bytes of a file as text, for recognising a format; empty when they are none."""
    try:
        return decode(data[: len(data) // 4 * 4], Report())
    except TimelineError:
        return ""


def _utf16(data: bytes) -> str:
    """The byte order of UTF-16 text without a mark; empty when it is something else."""
    sample = data[:2000]
    half = len(sample) // 2
    if half >= 4:
        for name, zeros, letters in (("utf-16-le", 1, 0), ("utf-16-be", 0, 1)):
            if sample[zeros::2].count(0) > 0.7 * half and sample[letters::2].count(0) < 0.05 * half:
                return name
    return ""


def _legacy(data: bytes) -> str:
    """The likeliest of the old encodings, by where its letters lie.

    GB 2312 has both bytes of every character from A1 up. Cyrillic words in Windows-1251 are whole runs from
    C0 up, where accented letters of Windows-1252 stand alone; those of Mac Roman lie from 80 to 9F.
    """
    runs = _HIGH_RUN.findall(data[: 1 << 20])
    if all(_GB2312.fullmatch(run) for run in runs):
        return "gb18030"
    high = b"".join(runs)
    if len(high) > 2.5 * len(runs) and sum(byte >= 0xC0 for byte in high) > 0.8 * len(high):
        return "cp1251"
    mac = sum(0x80 <= byte <= 0x9F for byte in high)
    return "mac_roman" if mac > len(high) / 2 else "cp1252"
