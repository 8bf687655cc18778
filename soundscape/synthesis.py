"""Plan → Parts: the audio of one sound-maker in one cue, rendered in blocks and kept by content.

A part is float32 stereo at `SAMPLE_RATE` in a file named by the hash of everything that determines its samples,
so that a part is never rendered twice and never confused with another.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain, islice
from pathlib import Path

import numpy as np
import numpy.typing as npt

from soundscape.audio import BLOCK, Audio, AudioFile
from soundscape.code import code_digest
from soundscape.contract import TICK, ControlBlock, Tone
from soundscape.model import SAMPLE_RATE, Clip, Curve, Sound
from soundscape.oneshots import oneshot
from soundscape.params import make_params, params_of
from soundscape.parts import Part, PartCache
from soundscape.registry import unit
from soundscape.rng import Seed
from soundscape.serial import to_data

DRAFT_RATE = SAMPLE_RATE // 2
"""Rate in Hz at which the sounds of a draft are rendered."""


def part_key(source: Sound | Clip, *, draft: bool = False) -> str:
    """Hash of everything that determines the samples of a part; where and how loud it is placed does not."""
    if isinstance(source, Clip):
        facts: dict[str, object] = {"clip": _file_digest(Path(source.path)), "code": code_digest(__name__)}
    else:
        data = to_data(on_ticks(source))
        kept = ("kind", "unit", "params", "seed", "length", "skip", "notes")
        facts = {name: data[name] for name in kept} | {"code": code_of(source.kind, source.unit)}
        facts["curves"] = {name: curve for name, curve in data["curves"].items() if name != "wetness"}
        facts |= given_files(source)
    facts["rate"] = DRAFT_RATE if draft and isinstance(source, Sound) else SAMPLE_RATE
    text = json.dumps(facts, sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=20).hexdigest()


def code_of(kind: str, name: str) -> str:
    """Hash of the code that the sound of a unit depends on: its own, and what renders it."""
    return code_digest(__name__, unit(kind, name).__name__)


def on_ticks(sound: Sound) -> Sound:
    """A layer as it is rendered: to the end of its last tick, its curves bent at ticks; other sounds as they are.

    At 29.97 fps a scene is a sample longer or shorter by where it begins. So its layers stay the same nearly always.
    """
    if sound.kind != "layers":
        return sound
    curves = {
        name: tuple((round(at / TICK) * TICK, value) for at, value in curve) for name, curve in sound.curves.items()
    }
    return replace(sound, length=-(-sound.length // TICK) * TICK, curves=curves)


def given_files(sound: Sound) -> dict[str, object]:
    """Hashes of the files that a user gave to the unit of a sound, by parameter; a path may change its content."""
    named = [param.name for param in params_of(unit(sound.kind, sound.unit).Params) if param.file]
    return {name: _file_digest(Path(str(sound.params[name]))) for name in named if sound.params.get(name)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A part, and whether it had to be made."""

    part: Part
    fresh: bool


def render_part(source: Sound | Clip, cache: PartCache, draft: bool = False) -> Rendered:
    """The part of a sound, rendered unless the cache has it; a draft is rendered at half rate and then doubled."""
    key = part_key(source, draft=draft)
    found = cache.find(key)
    if found is not None:
        return Rendered(part=found, fresh=False)
    with cache.making(key):
        found = cache.find(key)  # another run may have made it while this one waited
        if found is not None:
            return Rendered(part=found, fresh=False)
        blocks, sync = draft_blocks(source) if draft and isinstance(source, Sound) else render_blocks(source)
        return Rendered(part=cache.keep(key, blocks, sync=sync, what=source.name), fresh=True)


def render_blocks(source: Sound | Clip, *, rate: int = SAMPLE_RATE) -> tuple[Iterator[Audio], int]:
    """Blocks of a part, and its sync frame; positions in a sound are frames at `rate`."""
    if isinstance(source, Clip):
        return _narration(source), 0
    params = make_params(unit(source.kind, source.unit).Params, source.params)
    if source.kind == "hits":
        hit = oneshot(source.unit, params, rate, source.seed)
        return iter([hit.audio]), hit.sync
    return (_layer if source.kind == "layers" else _instrument)(on_ticks(source), params, rate), 0


def draft_blocks(sound: Sound) -> tuple[Iterator[Audio], int]:
    """The same, rendered at half the rate: a fast look without the upper octave."""
    from soundscape.dsp.doubling import doubled

    whole = on_ticks(sound)  # as its key has it
    curves = {name: tuple((at // 2, value) for at, value in curve) for name, curve in whole.curves.items()}
    notes = tuple(replace(note, start=note.start // 2, length=max(1, note.length // 2)) for note in sound.notes)
    length, skip = -(-whole.length // 2), sound.skip // 2 // TICK * TICK
    half = replace(sound, length=length, skip=skip, curves=curves, notes=notes)
    blocks, sync = render_blocks(half, rate=DRAFT_RATE)
    return doubled(blocks), 2 * sync


def control_blocks(
    length: int, curves: dict[str, Curve], *, start: int = 0, ticks: int = BLOCK // TICK
) -> Iterator[ControlBlock]:
    """Control blocks that cover the frames from `start` to `length`, their curves taken at the tick edges."""
    total = -(-length // TICK)
    points = {name: np.array(curve, np.float64).T for name, curve in curves.items() if curve}
    for first in range(start // TICK, total, ticks):
        size = min(ticks, total - first)
        edges = np.arange(first, first + size + 1) * TICK
        yield ControlBlock(
            size,
            {name: np.interp(edges, at, value).astype(np.float32) for name, (at, value) in points.items()},
        )


def _layer(sound: Sound, params: object, rate: int) -> Iterator[Audio]:
    """A layer over the curves of its sound; speed, distance and walls are applied here, to all layers alike."""
    from soundscape.dsp import doppler
    from soundscape.dsp.distance import Distance
    from soundscape.dsp.walls import Walls

    speed = sound.curves.get("speed")
    if speed:
        performed = _performance(sound, params, rate, sound.length + doppler.extra(speed, sound.length))
        blocks = doppler.heard(performed, speed, sound.length)
    else:
        blocks = _performance(sound, params, rate, sound.length)
    passed = {
        name: effect(rate) for name, effect in (("distance", Distance), ("walls", Walls)) if sound.curves.get(name)
    }
    if not passed:
        yield from blocks
        return
    curves = {name: sound.curves[name] for name in passed}
    for controls, block in zip(control_blocks(sound.length, curves), blocks, strict=True):
        audio = block.copy()
        for name, effect in passed.items():
            effect.apply(audio, controls[name])
        yield audio


def _performance(sound: Sound, params: object, rate: int, length: int) -> Iterator[Audio]:
    """What the layer plays, after what is skipped, in the blocks of `control_blocks(length, …)`."""
    before = list(control_blocks(0, sound.curves, start=-sound.skip))
    blocks = chain(before, control_blocks(length, sound.curves))
    rendered = unit("layers", sound.unit).render(params, blocks, rate, Seed(sound.seed))
    return islice(rendered, len(before), None)


def _instrument(sound: Sound, params: object, rate: int) -> Iterator[Audio]:
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
            tone = Tone(pitch=note.pitch, length_s=note.length / rate, velocity=note.velocity)
            ringing.append((note.start, instrument.tone(params, tone, rate, seed.child("note", index))))
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
