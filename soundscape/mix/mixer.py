"""Parts → stems: every source placed, faded, panned, sent to its space and summed into its bus, block by block.

Blocks lie on one grid from the start of the programme, sources are summed in the order of the plan, and every
space has one convolver a track: the result depends on nothing but the plan. Memory holds one block a track.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from soundscape.ahead import Lanes, begun
from soundscape.audio import BLOCK, Audio
from soundscape.dsp.convolve import Convolver, convolved
from soundscape.mix.gains import curve_gain
from soundscape.mix.lows import MonoLows
from soundscape.mix.morphing import Morphing
from soundscape.mix.rooms import room_response
from soundscape.mix.source import Source
from soundscape.mix.tracks import Track, buses_of, ordered, tracks_of
from soundscape.model import SAMPLE_RATE, Plan
from soundscape.parts import Part
from soundscape.units import db_to_gain

END_FADE = SAMPLE_RATE // 50
"""Samples over which whatever still sounds at the end of the programme is taken away."""
DRAFT_TAIL = SAMPLE_RATE // 2
"""Samples of a room that are heard in a draft."""


def mix(
    plan: Plan, parts: Mapping[str, Part], tracks: Mapping[str, Track] | None = None
) -> Iterator[dict[str, Audio]]:
    """The stems of a plan before room is made for speech, and before mastering.

    Parameters
    ----------
    plan : Plan
        What sounds where.
    parts : mapping of str to Part
        The part of every sound and clip, by its name.
    tracks : mapping of str to Track, optional
        The track of every sound, clip and morph, by its name; without it a track is a bus.

    Yields
    ------
    dict of str to Audio
        Track → float32 `(2, frames)`, in blocks of `BLOCK` frames and a shorter last one.
    """
    given = tracks or tracks_of(plan)
    sources = _sources(plan, parts)
    morphs = [Morphing(morph, sources) for morph in plan.morphs]
    responses = _responses(plan, {item.space for item in sources.values() if item.space})
    wanted = ordered(given) if tracks else tuple(Track(name=bus, bus=bus) for bus in buses_of(plan))
    made = [
        _Strip(
            track,
            plan,
            [item for name, item in sources.items() if given[name] == track],
            [morph for morph in morphs if given[morph.name] == track],
            responses,
        )
        for track in wanted
    ]
    with Lanes() as lanes:
        # Each strip has a state of its own: threads change nothing. The most work is begun first.
        jobs = (
            (start, {strip: lanes.submit(strip, strip.block, start) for strip in _by_work(made, start)})
            for start in range(0, plan.length, BLOCK)
        )
        for start, stems in begun(jobs):
            frames = min(BLOCK, plan.length - start)
            blocks = {strip.name: stems[strip].result()[:, :frames] for strip in made}
            yield blocks if start + frames <= plan.length - END_FADE else _faded(blocks, plan.length - start)


def _by_work(strips: list[_Strip], start: int) -> list[_Strip]:
    return sorted(strips, key=lambda strip: -strip.work(start))


class _Strip:
    """The sources of a track, and what their spaces return to it."""

    def __init__(
        self,
        track: Track,
        plan: Plan,
        sources: list[Source],
        morphs: list[Morphing],
        responses: Mapping[str, Audio],
    ) -> None:
        self.name = track.name
        self._sources, self._morphs = sources, morphs
        self._gain = np.float32(db_to_gain(plan.bus_gains_db.get(track.bus, 0.0)))
        self._level_db = plan.bus_levels_db.get(track.bus, ())
        spaces = {item.space for item in sources} | {space for morph in morphs for space in morph.spaces}
        self._convolvers = {space: Convolver(responses[space]) for space in sorted(spaces - {""})}
        self._lows = MonoLows(SAMPLE_RATE)

    def work(self, start: int) -> int:
        """How many sources sound in the block from `start` on."""
        return sum(item.sounds(start, start + BLOCK) for item in self._sources)

    def block(self, start: int) -> Audio:
        """The `BLOCK` frames from `start` on; every block in turn."""
        # Summed in float64, so that it hardly matters which sources share a strip: finer stems null as buses do.
        stem = np.zeros((2, BLOCK))
        sends: defaultdict[str, Audio] = defaultdict(lambda: np.zeros((2, BLOCK), np.float32))
        for item in self._sources:
            if item.sounds(start, start + BLOCK):
                item.add(start, stem, sends[item.space] if item.space else None)
        for morph in self._morphs:
            morph.add(start, stem, sends)
        wet = convolved({convolver: sends.get(space) for space, convolver in self._convolvers.items()})
        if wet is None and self._lows.rests and not stem.any():
            return np.zeros((2, BLOCK), np.float32)
        if wet is not None:
            stem += wet
        stem *= self._gain
        if self._level_db:
            stem *= curve_gain(self._level_db, np.arange(start, start + BLOCK))
        self._lows.apply(stem)
        return stem.astype(np.float32)


def _sources(plan: Plan, parts: Mapping[str, Part]) -> dict[str, Source]:
    """Every sound and clip by name, in the order of the plan."""
    taken: dict[str, list[tuple[int, int]]] = {}
    for morph in plan.morphs:
        for name in (*morph.out, *morph.into):
            taken.setdefault(name, []).append((morph.at, morph.at + morph.length))
    sounds = {
        sound.name: Source(
            sound,
            parts[sound.name],
            sound.bus,
            sound.space,
            sound.at - parts[sound.name].sync,
            tuple(sorted(taken.get(sound.name, ()))),
        )
        for sound in plan.sounds
    }
    clips = {clip.name: Source(clip, parts[clip.name], "dialogue", "", clip.at) for clip in plan.narration}
    return sounds | clips


def _responses(plan: Plan, spaces: Iterable[str]) -> dict[str, Audio]:
    """The impulse response of every space that is used."""

    def response(name: str) -> Audio:
        whole = room_response(plan.rooms[name])
        return _short(whole) if plan.draft else whole

    names = sorted(spaces)
    with ThreadPoolExecutor(max_workers=2) as pool:
        return dict(zip(names, pool.map(response, names), strict=True))


def _short(response: Audio) -> Audio:
    """The beginning of a response, faded out."""
    kept = response[:, :DRAFT_TAIL]
    return (kept * np.linspace(1.0, 0.0, kept.shape[1]) ** 2).astype(np.float32)


def _faded(blocks: Mapping[str, Audio], left: int) -> dict[str, Audio]:
    """Blocks that fall to 0 over the last of the `left` samples that are still to come."""
    frames = next(iter(blocks.values())).shape[1]
    fade = np.clip((left - np.arange(frames) - 0.5) / END_FADE, 0.0, 1.0).astype(np.float32)
    return {name: block * fade for name, block in blocks.items()}
