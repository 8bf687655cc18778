"""SoundFont: a sampled instrument of the user's own, from an .sf2 or .sf3 file.

Played by TinySoundFont (MIT), sample-accurately and the same each time. The directory of presets is read here from
the file's `phdr` chunk (SoundFont Technical Specification 2.04, 7.2), so that what is broken or missing is said
before anything sounds.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt

from soundscape.audio import Audio
from soundscape.contract import Tone
from soundscape.errors import PresetError
from soundscape.instruments._modal import faded
from soundscape.params import given_file, number
from soundscape.rng import Seed

RANGE = (21, 108)
SAMPLED = True
GAIN_DB = -17.0
"""Sampled instruments are recorded at full level; this leaves room for the hardest stroke."""
LUCK_CENTS = 1.5
CHUNK = 4096
QUIET = 1e-4
"""A tone is over when it stays below this share of its peak."""
LONGEST_RING_S = 12.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """Which instrument of which file."""

    file: str = given_file(help="an .sf2 or .sf3 file")
    program: int = number(0, low=0, high=127, help="instrument of the file, counted from 0 as General MIDI does")
    bank: int = number(0, low=0, high=128, help="bank of the file; drums are 128")


def onset_s(params: Params, tone: Tone) -> float:
    """As it is measured on the sample itself, for notes of about this height and strength."""
    return _onset_s(params, 3 * round(tone.pitch / 3), round(4 * tone.velocity) / 4 or 0.25)


@lru_cache(maxsize=1024)
def _onset_s(params: Params, pitch: int, velocity: float) -> float:
    rate, window = 48_000, 240
    pitch = min(max(pitch, RANGE[0]), RANGE[1])
    sound = _played(params, Tone(pitch=pitch, length_s=1.5, velocity=velocity), rate, 0.0)[:, : 2 * rate]
    frames = sound.shape[1] // window * window
    level = np.sqrt((sound[:, :frames] ** 2).mean(axis=0).reshape(-1, window).mean(axis=1))
    return float(np.argmax(level >= 0.5 * level.max()) * window / rate) if frames and level.max() > 0 else 0.0


def tone(params: Params, tone: Tone, rate: int, seed: Seed) -> Audio:
    """A note with its release; no two are tuned quite alike."""
    return _played(params, tone, rate, LUCK_CENTS * float(seed.generator("luck").uniform(-1.0, 1.0)))


def _played(params: Params, tone: Tone, rate: int, cents: float) -> Audio:
    font = _font(params.file, rate)
    font.need(params)
    key = round(tone.pitch)
    with font.lock:
        synth = font.synth
        synth.program_select(0, font.handle, params.bank, params.program, params.bank == 128)
        synth.set_tuning(0, tone.pitch - key + cents / 100.0)
        synth.noteon(0, key, min(127, max(1, round(127 * tone.velocity))))
        blocks = [_generated(synth, max(1, round(tone.length_s * rate)))]
        synth.noteoff(0, key)
        peak = float(np.abs(blocks[0]).max())
        for _ in range(int(LONGEST_RING_S * rate / CHUNK)):
            blocks.append(_generated(synth, CHUNK))
            loudest = float(np.abs(blocks[-1]).max())
            peak = max(peak, loudest)
            if loudest <= QUIET * peak:
                break
        synth.sounds_off()
        _generated(synth, CHUNK)  # what was cut off fades inside the player
    return faded(np.ascontiguousarray(np.concatenate(blocks).T), rate)


def _generated(synth: Any, frames: int) -> Audio:
    return np.frombuffer(synth.generate(frames), np.float32).reshape(-1, 2).copy()


# ---------------------------------------------------------------- files


@dataclass(frozen=True, slots=True, kw_only=True)
class _Font:
    """An open file; one tone at a time is played on it."""

    path: Path
    programs: dict[tuple[int, int], str]
    """(bank, program) → name."""
    synth: Any
    handle: int
    lock: Lock = field(default_factory=Lock)

    def need(self, params: Params) -> None:
        """Raise PresetError when the file has no such instrument."""
        if (params.bank, params.program) in self.programs:
            return
        own = [
            f"{program} {name}" for (bank, program), name in sorted(self.programs.items()) if bank == params.bank
        ]
        shown = f"{', '.join(own[:8])}{' ...' if len(own) > 8 else ''}" if own else "none"
        banks = ", ".join(str(bank) for bank in sorted({bank for bank, _ in self.programs}))
        raise PresetError(
            f"has no program {params.program} in bank {params.bank}; "
            f"programs of that bank: {shown}; banks of the file: {banks}",
            path=self.path,
        )


def _font(file: str, rate: int) -> _Font:
    if not file:
        raise PresetError('a soundfont needs a file: file = "strings.sf2"', column="file")
    path = Path(file)
    try:
        facts = path.stat()
    except OSError as error:
        raise PresetError(f"cannot be read: {error.strerror or error}", path=path) from error
    return _opened(path, rate, facts.st_mtime_ns, facts.st_size)


@lru_cache(maxsize=4)
def _opened(path: Path, rate: int, _changed: int, _size: int) -> _Font:
    """The file, opened once for as long as it does not change."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise PresetError(f"cannot be read: {error.strerror or error}", path=path) from error
    programs = _programs(data, path)
    try:
        import tinysoundfont
    except ImportError:
        raise PresetError(
            "needs TinySoundFont: python3 -m pip install --no-deps tinysoundfont (it works without PyAudio)",
            path=path,
        ) from None
    synth = tinysoundfont.Synth(gain=GAIN_DB, samplerate=rate)
    try:
        handle = synth.sfload(data)
    except Exception as error:  # the binding raises RuntimeError and its own exception
        raise PresetError("is a broken SoundFont: its samples cannot be loaded", path=path) from error
    return _Font(path=path, programs=programs, synth=synth, handle=handle)


def _programs(data: bytes, path: Path) -> dict[tuple[int, int], str]:
    """The instruments of a SoundFont, from its directory."""
    if data[:4] != b"RIFF" or data[8:12] != b"sfbk":
        raise PresetError("is not a SoundFont; allowed: an .sf2 or .sf3 file", path=path)
    if len(data) < 8 + int.from_bytes(data[4:8], "little"):
        raise PresetError("is a truncated SoundFont; copy or download it again", path=path)
    lists = dict(_chunks(data[12:], path))
    inner = dict(_chunks(lists.get(b"pdta", b""), path))
    headers = inner.get(b"phdr", b"")
    if b"sdta" not in lists or len(headers) < 2 * 38:
        raise PresetError("is a SoundFont without samples or instruments", path=path)
    if not _is_sound(inner, len(dict(_chunks(lists[b"sdta"], path)).get(b"smpl", b""))):
        raise PresetError("is a broken SoundFont: its tables do not agree", path=path)
    found = {}
    for at in range(0, len(headers) // 38 * 38 - 38, 38):  # the last one ends the list
        name, program, bank = struct.unpack_from("<20sHH", headers, at)
        found[bank, program] = name.split(b"\0")[0].decode("latin-1").strip()
    return found


_RECORDS = {b"phdr": 38, b"pbag": 4, b"pgen": 4, b"inst": 22, b"ibag": 4, b"igen": 4, b"shdr": 46}
"""Bytes of a record of each table."""
_POINTERS = ((b"phdr", 24, b"pbag"), (b"pbag", 0, b"pgen"), (b"inst", 20, b"ibag"), (b"ibag", 0, b"igen"))
"""Table, place of its index, and the table into which that points."""
_NAMED = ((b"pgen", 41, b"inst"), (b"igen", 53, b"shdr"))
"""Table of generators, the generator that names a record, and the table that holds it."""
_OFFSETS = frozenset({0, 1, 2, 3, 4, 12, 45, 50})
"""Generators that move the ends of a sample; they are small, or the sample is left."""


def _is_sound(tables: dict[bytes, bytes], sample_bytes: int) -> bool:
    """Whether every index of a file's tables points into them: the player trusts them all."""
    rows = {name: np.frombuffer(tables.get(name, b""), np.uint8) for name in _RECORDS}
    if any(len(rows[name]) < size or len(rows[name]) % size for name, size in _RECORDS.items()):
        return False
    table = {name: rows[name].reshape(-1, size) for name, size in _RECORDS.items()}

    def numbers(name: bytes, at: int, kind: str) -> npt.NDArray[np.int64]:
        size = np.dtype(kind).itemsize
        return np.ascontiguousarray(table[name][:, at : at + size]).view(kind)[:, 0].astype(np.int64)

    for name, at, into in _POINTERS:
        index = numbers(name, at, "<u2")
        if np.any(np.diff(index) < 0) or index[-1] >= len(table[into]):
            return False
    for name, generator, into in _NAMED:
        asked = numbers(name, 2, "<u2")[numbers(name, 0, "<u2") == generator]
        if np.any(asked >= len(table[into]) - 1):
            return False
    for name in (b"pgen", b"igen"):
        moves = np.isin(numbers(name, 0, "<u2"), list(_OFFSETS))
        if np.any(np.abs(numbers(name, 2, "<i2")[moves]) > sample_bytes // 2):
            return False
    start, end = (numbers(b"shdr", at, "<u4")[:-1] for at in (20, 24))
    rates = numbers(b"shdr", 36, "<u4")[:-1]
    return bool(np.all((start <= end) & (end <= sample_bytes) & (rates > 0)))


def _chunks(data: bytes, path: Path) -> list[tuple[bytes, bytes]]:
    """Chunks of a RIFF list; a LIST goes by the name of its kind."""
    found, at = [], 0
    while at + 8 <= len(data):
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        body = data[at + 8 : at + 8 + size]
        if len(body) < size:
            raise PresetError("is a broken SoundFont: a part of it is longer than the file", path=path)
        found.append((body[:4], body[4:]) if name == b"LIST" else (name, body))
        at += 8 + size + size % 2
    return found
