"""Parts → stems: every source placed, faded, panned, sent to its space and summed into its bus, block by block.

Blocks lie on one grid from the start of the programme, sources are summed in the order of the plan, and every
space has one convolver a bus: the result depends on nothing but the plan. Memory holds one block a bus.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numba import njit

from soundscape.audio import BLOCK, Audio
from soundscape.dsp.convolve import Convolver
from soundscape.mix.gains import pan_gains, source_gain
from soundscape.model import BUSES, SAMPLE_RATE, Clip, Plan, Sound
from soundscape.params import make_params
from soundscape.parts import Part
from soundscape.registry import unit
from soundscape.rng import Seed
from soundscape.units import db_to_gain

END_FADE = SAMPLE_RATE // 50
"""Samples over which whatever still sounds at the end of the programme is taken away."""


@dataclass(frozen=True, slots=True)
class Source:
    """A sound or clip with its part, and where the part lies in the programme."""

    source: Sound | Clip
    part: Part
    bus: str
    space: str
    start: int

    @property
    def stop(self) -> int:
        """First sample after it."""
        return self.start + self.part.frames


def buses_of(plan: Plan) -> tuple[str, ...]:
    """The buses on which anything sounds; music, effects and ambience always, dialogue when there is narration."""
    used = {sound.bus for sound in plan.sounds} | {"music", "effects", "ambience"}
    return tuple(bus for bus in BUSES if bus in used or (bus == "dialogue" and plan.narration))


def mix(plan: Plan, parts: Mapping[str, Part]) -> Iterator[dict[str, Audio]]:
    """The stems of a plan before mastering.

    Parameters
    ----------
    plan : Plan
        What sounds where.
    parts : mapping of str to Part
        The part of every sound and clip, by its name.

    Yields
    ------
    dict of str to Audio
        Bus → float32 `(2, frames)`, in blocks of `BLOCK` frames and a shorter last one.
    """
    sources = _sources(plan, parts)
    responses = _responses(plan, {item.space for item in sources if item.space})
    buses = [_Bus(bus, plan, [item for item in sources if item.bus == bus], responses) for bus in buses_of(plan)]
    with ThreadPoolExecutor(max_workers=2) as pool:
        for start in range(0, plan.length, BLOCK):
            # Each bus has a state of its own: threads change nothing.
            stems = pool.map(lambda bus: bus.block(start), buses)  # noqa: B023
            frames = min(BLOCK, plan.length - start)
            fade = _end_fade(plan.length, start, frames)
            yield {bus.name: stem[:, :frames] * fade for bus, stem in zip(buses, stems, strict=True)}


class _Bus:
    """The sources of a bus, and what their spaces return to it."""

    def __init__(self, name: str, plan: Plan, sources: list[Source], responses: Mapping[str, Audio]) -> None:
        self.name = name
        self._sources = sources
        self._gain = np.float32(db_to_gain(plan.bus_gains_db.get(name, 0.0)))
        spaces = dict.fromkeys(item.space for item in sources if item.space)
        self._convolvers = {space: Convolver(responses[space]) for space in sorted(spaces)}

    def block(self, start: int) -> Audio:
        """The `BLOCK` frames from `start` on; every block in turn."""
        stem = np.zeros((2, BLOCK), np.float32)
        sends = {space: np.zeros((2, BLOCK), np.float32) for space in self._convolvers}
        for item in self._sources:
            if item.start < start + BLOCK and item.stop > start:
                _add(item, start, stem, sends.get(item.space))
        for space, convolver in self._convolvers.items():
            stem += convolver.push(sends[space])
        stem *= self._gain
        return stem


def _sources(plan: Plan, parts: Mapping[str, Part]) -> list[Source]:
    sounds = [
        Source(sound, parts[sound.name], sound.bus, sound.space, sound.at - parts[sound.name].sync)
        for sound in plan.sounds
    ]
    clips = [Source(clip, parts[clip.name], "dialogue", "", clip.at) for clip in plan.narration]
    return sounds + clips


def _responses(plan: Plan, spaces: Iterable[str]) -> dict[str, Audio]:
    """The impulse response of every space that is used."""
    responses = {}
    for name in sorted(spaces):
        room = plan.rooms[name]
        module = unit("spaces", room.unit)
        params = make_params(module.Params, room.params)
        responses[name] = module.impulse_response(params, SAMPLE_RATE, Seed(room.seed))
    return responses


def _add(item: Source, start: int, stem: Audio, send: Audio | None) -> None:
    """Add what a source contributes to the block that begins at `start`."""
    begin, end = max(item.start, start), min(item.stop, start + BLOCK)
    own = begin - item.start, end - item.start
    samples = item.part.read(*own)
    gain = np.atleast_1d(np.asarray(source_gain(item.source, *own), np.float32))
    sound = item.source if isinstance(item.source, Sound) else None
    left, right = pan_gains(sound.pan if sound else 0.0)
    share = db_to_gain(sound.send_db) if sound and send is not None else 0.0
    to = slice(begin - start, end - start)
    wet = stem if send is None else send
    _place(samples, gain, np.float32(left), np.float32(right), np.float32(share), stem[:, to], wet[:, to])


@njit(cache=True, nogil=True)
def _place(samples, gain, left, right, share, stem, send):  # type: ignore[no-untyped-def]
    """Add `(frames, 2)` samples to a stem, and a share of them to a send; `gain` has one value or one a frame."""
    moving = gain.shape[0] > 1
    g = gain[0]
    for i in range(samples.shape[0]):
        if moving:
            g = gain[i]
        a, b = samples[i, 0] * g * left, samples[i, 1] * g * right
        stem[0, i] += a
        stem[1, i] += b
        if share > 0.0:
            send[0, i] += a * share
            send[1, i] += b * share


def _end_fade(length: int, start: int, frames: int) -> Audio | np.float32:
    """1, but falling to 0 over the last samples of the programme."""
    if start + frames <= length - END_FADE:
        return np.float32(1.0)
    left = (length - start - np.arange(frames) - 0.5) / END_FADE
    return np.clip(left, 0.0, 1.0).astype(np.float32)[None, :]
