"""Plan → Parts: the audio of one sound-maker in one cue, rendered in blocks and kept by content.

A part is float32 stereo at `SAMPLE_RATE` in a file named by the hash of everything that determines its samples,
so that a part is never rendered twice and never confused with another.
"""

from __future__ import annotations

import hashlib
import json
import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from soundscape.audio import BLOCK, Audio, AudioFile, check_signal
from soundscape.contract import TICK, ControlBlock, Hit, Tone
from soundscape.files import atomic, make_folder
from soundscape.model import SAMPLE_RATE, Clip, Curve, Sound
from soundscape.params import make_params
from soundscape.registry import unit
from soundscape.rng import Seed
from soundscape.serial import to_data

_HEADER = struct.Struct("<8sqqI36x")
_MAGIC = b"SSPART1\0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Rendered audio on disk."""

    path: Path
    frames: int
    sync: int = 0
    """Frame that lands on the `at` of its sound."""

    def samples(self) -> npt.NDArray[np.float32]:
        """The audio as a memory map of shape `(frames, 2)`; nothing is read until it is used."""
        if self.frames == 0:
            return np.zeros((0, 2), np.float32)
        return np.memmap(self.path, np.float32, "r", offset=_HEADER.size, shape=(self.frames, 2))


def default_cache() -> Path:
    """Where parts are kept unless said otherwise."""
    from platformdirs import user_cache_path

    return user_cache_path("soundscape") / "parts"


def part_key(source: Sound | Clip) -> str:
    """Hash of everything that determines the samples of a part; where and how loud it is placed does not."""
    if isinstance(source, Clip):
        facts: dict[str, object] = {"clip": _file_digest(Path(source.path))}
    else:
        data = to_data(source)
        kept = ("kind", "unit", "params", "seed", "length", "curves", "notes")
        facts = {name: data[name] for name in kept} | {"code": code_digest(source.kind, source.unit)}
    facts["rate"] = SAMPLE_RATE
    text = json.dumps(facts, sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=20).hexdigest()


@cache
def code_digest(kind: str, name: str) -> str:
    """Hash of the code that a unit's sound depends on: its module, `dsp`, and what renders it."""
    import numba

    here = Path(__file__).parent
    module = Path(str(unit(kind, name).__file__))
    files = [module, Path(__file__), here / "contract.py", here / "rng.py", *sorted((here / "dsp").glob("*.py"))]
    digest = hashlib.blake2b(f"{np.__version__} {numba.__version__}".encode(), digest_size=16)
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def part_path(source: Sound | Clip, folder: Path) -> Path:
    """File in which the part of a sound is kept."""
    key = part_key(source)
    return folder / key[:2] / f"{key}.part"


def find_part(source: Sound | Clip, folder: Path) -> Part | None:
    """The part when it has been rendered and is whole."""
    path = part_path(source, folder)
    try:
        with path.open("rb") as file:
            magic, frames, sync, checksum = _HEADER.unpack(file.read(_HEADER.size))
    except (OSError, struct.error):
        return None
    if magic != _MAGIC or path.stat().st_size != _HEADER.size + frames * 8:
        return None
    part = Part(path=path, frames=frames, sync=sync)
    return part if _checksum(part.samples()) == checksum else None


def render_part(source: Sound | Clip, folder: Path) -> Part:
    """The part of a sound, rendered unless the folder has it."""
    found = find_part(source, folder)
    if found is not None:
        return found
    blocks, sync = _render(source)
    return write_part(part_path(source, folder), blocks, sync=sync, what=source.name)


def write_part(path: Path, blocks: Iterable[Audio], *, sync: int = 0, what: str = "part") -> Part:
    """Keep blocks of float32 `(2, frames)` as a part; `what` names them when they are no signal."""
    make_folder(path.parent)
    frames, checksum = 0, 0
    with atomic(path) as file:
        file.write(bytes(_HEADER.size))
        for block in blocks:
            data = np.ascontiguousarray(check_signal(block, what=what).T)
            file.write(data.data)
            checksum = zlib.crc32(data.data, checksum)
            frames += data.shape[0]
        file.seek(0)
        file.write(_HEADER.pack(_MAGIC, frames, sync, checksum))
    return Part(path=path, frames=frames, sync=sync)


def _checksum(samples: npt.NDArray[np.float32]) -> int:
    value = 0
    for start in range(0, len(samples), 1 << 20):
        value = zlib.crc32(samples[start : start + (1 << 20)].data, value)
    return value


def _render(source: Sound | Clip) -> tuple[Iterator[Audio], int]:
    """Blocks of a part, and its sync frame."""
    if isinstance(source, Clip):
        return _narration(source), 0
    params = make_params(unit(source.kind, source.unit).Params, source.params)
    if source.kind == "hits":
        hit: Hit = unit("hits", source.unit).render(params, SAMPLE_RATE, Seed(source.seed))
        return iter([hit.audio]), hit.sync
    return (_layer if source.kind == "layers" else _instrument)(source, params), 0


def control_blocks(length: int, curves: dict[str, Curve], *, ticks: int = BLOCK // TICK) -> Iterator[ControlBlock]:
    """Control blocks that cover `length` frames, their curves taken at the tick edges."""
    total = -(-length // TICK)
    for start in range(0, total, ticks):
        size = min(ticks, total - start)
        edges = np.arange(start, start + size + 1) * TICK
        yield ControlBlock(
            size,
            {
                name: np.interp(edges, [at for at, _ in curve], [value for _, value in curve]).astype(np.float32)
                for name, curve in curves.items()
                if curve
            },
        )


def _layer(sound: Sound, params: object) -> Iterator[Audio]:
    """A layer over the curves of its sound; `distance` is applied here, to all layers alike."""
    from soundscape.dsp.distance import Distance

    blocks = list(control_blocks(sound.length, sound.curves))
    distance = Distance(SAMPLE_RATE) if sound.curves.get("distance") else None
    left = sound.length
    rendered = unit("layers", sound.unit).render(params, iter(blocks), SAMPLE_RATE, Seed(sound.seed))
    for controls, block in zip(blocks, rendered, strict=True):
        audio: Audio = block
        if distance is not None:
            audio = audio.copy()
            distance.apply(audio, controls["distance"])
        yield audio[:, :left]
        left -= audio.shape[1]


def _instrument(sound: Sound, params: object) -> Iterator[Audio]:
    """The notes of a sound, each a tone with a seed of its own, summed block by block."""
    instrument = unit("instruments", sound.unit)
    seed = Seed(sound.seed)
    notes = sorted(enumerate(sound.notes), key=lambda item: (item[1].start, item[1].pitch))
    ringing: list[tuple[int, Audio]] = []
    position = 0
    while notes or ringing or position < sound.length:
        block = np.zeros((2, BLOCK), np.float32)
        while notes and notes[0][1].start < position + BLOCK:
            index, note = notes.pop(0)
            tone = Tone(pitch=note.pitch, length_s=note.length / SAMPLE_RATE, velocity=note.velocity)
            ringing.append((note.start, instrument.tone(params, tone, SAMPLE_RATE, seed.child("note", index))))
        for start, audio in ringing:
            begin, end = max(start, position), min(start + audio.shape[1], position + BLOCK)
            if begin < end:
                block[:, begin - position : end - position] += audio[:, begin - start : end - start]
        position += BLOCK
        ringing = [(start, audio) for start, audio in ringing if start + audio.shape[1] > position]
        yield block


def _narration(clip: Clip) -> Iterator[Audio]:
    """A narration file as stereo at `SAMPLE_RATE`; of more than two channels the mean."""
    import soxr

    with AudioFile(Path(clip.path)) as file:
        resampler = soxr.ResampleStream(file.info.sample_rate, SAMPLE_RATE, 1, dtype="float32", quality="VHQ")
        for block in file.blocks():
            mono = block.mean(axis=0)
            yield _stereo(resampler.resample_chunk(mono))
        yield _stereo(resampler.resample_chunk(np.zeros(0, np.float32), last=True))


def _stereo(mono: npt.NDArray[np.float32]) -> Audio:
    return np.stack([mono, mono]).astype(np.float32, copy=False)


@cache
def _file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
