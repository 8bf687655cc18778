"""A SoundFont of one looped sawtooth and one struck tone, written by code (SoundFont Technical Specification 2.04)."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

RATE = 48_000
ROOT = 69
CYCLES, CYCLE = 440, RATE  # a second of 440 Hz loops without a seam


def write_soundfont(path: Path, *, attack_s: float = 0.0) -> Path:
    """Program 0 "Saw" holds, program 5 "Pluck" of bank 0 dies away; both sound at 440 Hz on key 69."""
    at = np.arange(CYCLE) / RATE
    saw = sum(np.sin(2 * np.pi * 440 * n * at) / n for n in range(1, 20))
    pluck = np.sin(2 * np.pi * 440 * at) * np.exp(-6 * at)
    blocks = [np.concatenate([0.5 * x / np.abs(x).max(), np.zeros(46)]) for x in (saw, pluck)]
    samples = np.concatenate(blocks)
    starts = [0, len(blocks[0])]
    headers = b"".join(
        struct.pack("<20sIIIIIBbHH", name, start, start + CYCLE, start, start + CYCLE, RATE, ROOT, 0, 0, 1)
        for name, start in zip((b"Saw", b"Pluck"), starts, strict=True)
    ) + struct.pack("<20sIIIIIBbHH", b"EOS", 0, 0, 0, 0, 0, 0, 0, 0, 0)
    attack = round(1200 * np.log2(max(attack_s, 0.001)))
    # Instrument generators: attack 34, release 38, loop mode 54, sample 53.
    inst_gens = [(34, attack), (38, -2400), (54, 1), (53, 0), (38, -2400), (54, 0), (53, 1), (0, 0)]
    presets = [(b"Saw", 0, 0, 0), (b"Pluck", 5, 0, 1), (b"EOP", 0, 0, 2)]
    pdta = [
        (b"phdr", b"".join(struct.pack("<20sHHHIII", n, p, b, bag, 0, 0, 0) for n, p, b, bag in presets)),
        (b"pbag", struct.pack("<6H", 0, 0, 1, 0, 2, 0)),
        (b"pmod", bytes(10)),
        (b"pgen", struct.pack("<HhHhHh", 41, 0, 41, 1, 0, 0)),
        (b"inst", b"".join(struct.pack("<20sH", n, bag) for n, bag in ((b"Saw", 0), (b"Pluck", 1), (b"EOI", 2)))),
        (b"ibag", struct.pack("<6H", 0, 0, 4, 0, 7, 0)),
        (b"imod", bytes(10)),
        (b"igen", b"".join(struct.pack("<Hh", *gen) for gen in inst_gens)),
        (b"shdr", headers),
    ]
    info = _list(b"INFO", [(b"ifil", struct.pack("<HH", 2, 1)), (b"isng", b"EMU8000\0"), (b"INAM", b"Tiny\0\0")])
    data = _list(b"sdta", [(b"smpl", (32767 * samples).astype("<i2").tobytes())])
    path.write_bytes(_chunk(b"RIFF", b"sfbk" + info + data + _list(b"pdta", pdta)))
    return path


def _list(kind: bytes, chunks: list[tuple[bytes, bytes]]) -> bytes:
    return _chunk(b"LIST", kind + b"".join(_chunk(name, body) for name, body in chunks))


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + len(body).to_bytes(4, "little") + body + bytes(len(body) % 2)
