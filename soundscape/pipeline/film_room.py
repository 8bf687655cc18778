"""A film to listen into: its timeline, and its sound from any moment on, with other sounds in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np

from soundscape.audio import BLOCK, Audio
from soundscape.calibration import calibration_db
from soundscape.errors import InputError
from soundscape.mix.mixer import mix
from soundscape.mix.tracks import buses_of
from soundscape.model import SAMPLE_RATE, Plan, Sound, Timeline
from soundscape.params import ParamValue
from soundscape.parts import Part, PartCache
from soundscape.pipeline.films import cut_of, open_film, plan
from soundscape.pipeline.live import Track, Tracks
from soundscape.pipeline.rendering import render_parts
from soundscape.pipeline.settings import Settings
from soundscape.planning.audition import find_kind
from soundscape.progress import Silent
from soundscape.registry import get_preset, preset_folders
from soundscape.synthesis import render_part
from soundscape.timecode import frame_to_sample, frame_to_timecode

REACH_S = 12.0
"""How long before and after its mark a hit may sound."""
FIRST, THEN, BEFORE = 8 * SAMPLE_RATE, 20 * SAMPLE_RATE, 3 * SAMPLE_RATE
"""Frames of the first stretch that is mixed, of those after it, and of what is mixed before each for its spaces."""

FILM_DB = -6.0
"""Gain at which a mix is heard before its master: about what mastering to -23 LUFS takes from it."""

Swaps = Mapping[str, tuple[str, Mapping[str, ParamValue]]]
"""Sound of the plan → preset and changes that are heard in its place."""


class SceneSound:
    """A stretch of a film as its buses, read block by block."""

    def __init__(self, blocks: Iterator[dict[str, Audio]], buses: Sequence[str]) -> None:
        self._blocks, self._buses = blocks, tuple(buses)
        self._ready: Tracks = np.zeros((len(self._buses), 2, 0), np.float32)
        self.tracks = tuple(Track(name=bus, title=bus, gain_db=0.0, endless=False) for bus in buses)

    def read(self, frames: int, controls: Mapping[str, float]) -> Tracks:
        """The next frames of every bus; fewer at the end. No control reaches a film."""
        del controls
        while self._ready.shape[2] < frames and (stems := next(self._blocks, None)) is not None:
            block = np.stack([stems[bus] for bus in self._buses])
            self._ready = np.concatenate((self._ready, block), axis=2)
        read, self._ready = self._ready[:, :, :frames], self._ready[:, :, frames:]
        return read


class FilmRoom:
    """A film that sounds are tried in.

    Parameters
    ----------
    path : Path
        A film.toml, shot list or EDL.
    settings : Settings
        How to work.
    """

    def __init__(self, path: Path, settings: Settings) -> None:
        self._film, self._settings = open_film(path), settings
        self._folders = preset_folders(self._film.preset_folder)

    @cached_property
    def _plan(self) -> Plan:
        return plan(self._film, settings=self._settings)

    @cached_property
    def _timeline(self) -> Timeline:
        return cut_of(self._film)[0]

    def overview(self) -> dict[str, Any]:
        """Shots, markers and sounds as plain data, in seconds from the start of the programme."""
        cut, made = self._timeline, self._plan

        def seconds(frame: int) -> float:
            return frame_to_sample(frame - cut.start, cut.rate, SAMPLE_RATE) / SAMPLE_RATE

        return {
            "title": made.title,
            "rate": str(made.rate),
            "seconds": made.length / SAMPLE_RATE,
            "shots": [
                {
                    "label": shot.label,
                    "scene": shot.scene,
                    "place": shot.place,
                    "description": shot.description,
                    "mood": shot.mood,
                    "start": seconds(shot.start),
                    "end": seconds(shot.end),
                    "timecode": frame_to_timecode(shot.start, cut.rate),
                }
                for shot in cut.shots
            ],
            "marks": [
                {"name": mark.name, "at": mark.sample / SAMPLE_RATE, "kind": mark.kind, "sound": mark.sound}
                for mark in made.marks
                if mark.kind != "shot"
            ],
            "sounds": [
                {
                    "name": sound.name,
                    "preset": f"{sound.kind}/{sound.preset}",
                    "bus": sound.bus,
                    "start": sound.at / SAMPLE_RATE,
                    "end": (sound.at + max(sound.length, SAMPLE_RATE)) / SAMPLE_RATE,
                    "why": sound.why,
                }
                for sound in made.sounds
            ],
            "buses": buses_of(made),
        }

    def play(self, start_s: float, stop_s: float, *, swaps: Swaps, muted: Sequence[str] = ()) -> SceneSound:
        """The film between two times, through its own mix before the master.

        Parameters
        ----------
        swaps : mapping
            Other presets in place of sounds of the plan, of the same kind.
        muted : sequence of str
            Sounds of the plan that are left out.
        """
        made = self._plan
        start = round(start_s * SAMPLE_RATE)
        stop = min(made.length, round(stop_s * SAMPLE_RATE))
        if not 0 <= start < stop:
            raise InputError(
                f"allowed: times within the film, 0 to {made.length / SAMPLE_RATE:g} s", column="start"
            )
        heard = replace(
            made, sounds=tuple(self._swapped(sound, swaps) for sound in made.sounds if sound.name not in muted)
        )
        return SceneSound(self._stretches(heard, start, stop), buses_of(made))

    def _stretches(self, heard: Plan, start: int, stop: int) -> Iterator[dict[str, Audio]]:
        """The mix from `start` on, stretch by stretch: what follows is rendered while a stretch is heard."""
        length = FIRST
        while start < stop:
            end = min(start + length, stop)
            # Begun earlier and not heard until it is due, so that spaces ring on from before.
            before = min(start, BEFORE)
            stretch = _stretch(heard, start - before, min(heard.length, end + BLOCK))
            parts = self._parts(stretch)
            following = _stretch(heard, end, min(heard.length, end + THEN))
            Thread(target=self._parts, args=(following,), daemon=True).start()
            yield from _between(mix(stretch, parts), before, before + end - start)
            start, length = end, THEN

    def _parts(self, stretch: Plan) -> dict[str, Part]:
        return {name: result.part for name, result in render_parts(stretch, self._settings, Silent()).items()}

    def prepare(self) -> Iterator[str]:
        """Render the parts of the whole film, one at every step."""
        cache = PartCache(self._settings.folder)
        for sound in sorted(self._plan.sounds, key=lambda sound: sound.at):
            render_part(sound, cache)
            yield sound.name

    def _swapped(self, sound: Sound, swaps: Swaps) -> Sound:
        if sound.name not in swaps:
            return sound
        given, changes = swaps[sound.name]
        kind, name = find_kind(given, self._folders)
        if kind != sound.kind:
            raise InputError(f"{sound.name} is of the kind {sound.kind}, {given} is not", column="swaps")
        preset = get_preset(kind, name, self._folders)
        preset.make(**changes)
        swapped = replace(sound, unit=preset.unit, preset=preset.name, params={**preset.params, **changes})
        return replace(swapped, calibration_db=calibration_db(swapped, self._settings.folder))


def _stretch(made: Plan, start: int, stop: int) -> Plan:
    """The part of a plan between two samples, as a plan of its own."""
    reach = round(REACH_S * SAMPLE_RATE)

    def sounds(sound: Sound) -> bool:
        first = sound.at - (reach if sound.kind == "hits" else 0)
        return first < stop and sound.at + sound.length + reach > start

    return replace(
        made,
        length=stop - start,
        sounds=tuple(replace(sound, at=sound.at - start) for sound in made.sounds if sounds(sound)),
        narration=tuple(
            replace(clip, at=clip.at - start)
            for clip in made.narration
            if clip.at < stop and clip.at + clip.length > start
        ),
        # A morph that is not heard whole is left out: its sounds cross as they fade.
        morphs=tuple(
            replace(morph, at=morph.at - start)
            for morph in made.morphs
            if start <= morph.at and morph.at + morph.length <= stop
        ),
        bus_levels_db={
            bus: tuple((at - start, value) for at, value in curve) for bus, curve in made.bus_levels_db.items()
        },
    )


def _between(blocks: Iterator[dict[str, Audio]], first: int, stop: int) -> Iterator[dict[str, Audio]]:
    """The frames from `first` to `stop` of a stream of stems."""
    at = 0
    for stems in blocks:
        frames = next(iter(stems.values())).shape[1]
        low, high = max(first - at, 0), min(stop - at, frames)
        if low < high:
            yield {name: stem[:, low:high] for name, stem in stems.items()}
        at += frames
        if at >= stop:
            return
