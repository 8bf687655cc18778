"""Faders: groups, sends and automation of a film, laid on the sounds and buses they are meant for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from soundscape.errors import InputError
from soundscape.film import Film
from soundscape.mixing import Automation
from soundscape.model import BUSES, MUTE_DB, Clip, Curve, Sound
from soundscape.planning.clock import Clock
from soundscape.registry import did_you_mean
from soundscape.timecode import timecode_to_frame

Source = TypeVar("Source", Sound, Clip)

MUTE_S = 0.03
"""Ramp into and out of a mute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Faded:
    """What the faders of a film make of its plan."""

    sounds: tuple[Sound, ...]
    clips: tuple[Clip, ...]
    bus_levels_db: dict[str, Curve]


def fade(sounds: Sequence[Sound], clips: Sequence[Clip], film: Film, clock: Clock) -> Faded:
    """Groups, sends and automation applied.

    Raises
    ------
    FilmError
        When one of them is meant for a sound that is not there, or at a time that cannot be.
    """
    sounds, clips = list(sounds), list(clips)
    names = [sound.name for sound in sounds] + [clip.name for clip in clips]
    members = {
        group: {
            name
            for pattern in settings.sounds
            for name in _matching(pattern, names, film, ("mix", "groups", group, "sounds"))
        }
        for group, settings in film.mix.groups.items()
    }
    for group, settings in film.mix.groups.items():
        for index, sound in enumerate(sounds):
            if sound.name in members[group]:
                sounds[index] = replace(
                    sound,
                    gain_db=sound.gain_db + settings.gain_db,
                    send_db=sound.send_db + settings.send_db,
                    space=sound.space if settings.space is None else settings.space,
                    level_db=((0, MUTE_DB),) if settings.mute else sound.level_db,
                )
                if settings.wetness is not None:
                    sounds[index] = _wetted(sounds[index], ((sound.at, settings.wetness),))
        for index, clip in enumerate(clips):
            if clip.name in members[group]:
                muted = ((0, MUTE_DB),) if settings.mute else clip.level_db
                clips[index] = replace(clip, gain_db=clip.gain_db + settings.gain_db, level_db=muted)
    if film.mix.sends:
        sounds = [replace(sound, send_db=sound.send_db + film.mix.sends.get(sound.bus, 0.0)) for sound in sounds]
    buses: dict[str, Curve] = {}
    for number, automation in enumerate(film.mix.automation):
        key = ("mix", "automation", str(number))
        curve, wetness = _curves(automation, film, clock, key)
        if automation.on in BUSES:
            buses[automation.on] = added(buses.get(automation.on, ()), curve)
            sounds = [_wetted(sound, wetness) if sound.bus == automation.on else sound for sound in sounds]
            continue
        chosen = members.get(automation.on) or set(_matching(automation.on, names, film, (*key, "on")))
        sounds = [_automated(_wetted(sound, wetness), curve) if sound.name in chosen else sound for sound in sounds]
        clips = [_automated(clip, curve) if clip.name in chosen else clip for clip in clips]
    return Faded(sounds=tuple(sounds), clips=tuple(clips), bus_levels_db=buses)


def added(first: Curve, second: Curve) -> Curve:
    """The sum of two curves, exact where both are straight."""
    if not first or not second:
        return first or second
    at = sorted({sample for sample, _ in (*first, *second)})
    values = _at(first, at) + _at(second, at)
    return tuple((sample, round(float(value), 6)) for sample, value in zip(at, values, strict=True))


def _at(curve: Curve, samples: Sequence[int]) -> npt.NDArray[np.float64]:
    return np.interp(samples, [at for at, _ in curve], [value for _, value in curve])


def _automated(source: Source, curve: Curve) -> Source:
    shifted = tuple((sample - source.at, value) for sample, value in curve)
    return replace(source, level_db=added(source.level_db, shifted))


def _wetted(sound: Sound, curve: Curve) -> Sound:
    """A sound with this wetness over the programme; without a curve as it is."""
    if not curve:
        return sound
    shifted = tuple((sample - sound.at, value) for sample, value in curve)
    return replace(sound, curves={**sound.curves, "wetness": shifted})


def _matching(pattern: str, names: Sequence[str], film: Film, key: tuple[str, ...]) -> list[str]:
    found = [name for name in names if fnmatchcase(name.lower(), pattern.lower())]
    if not found:
        known = {part for name in names for part in (name, name.split("/")[1])}
        raise film.error(
            f'no sound is called "{pattern}"{did_you_mean(pattern, known, listed_by="--dry-run")}', *key
        )
    return found


def _curves(automation: Automation, film: Film, clock: Clock, key: tuple[str, ...]) -> tuple[Curve, Curve]:
    """Level in dB and wetness of an automation over the programme."""

    def sample(timecode: str) -> int:
        return clock.sample(timecode_to_frame(timecode, clock.timeline.rate))

    try:
        points = tuple((sample(at), level) for at, level in automation.points)
        wetness = tuple((sample(at), value) for at, value in automation.wetness)
        mutes = [(sample(begin), sample(end)) for begin, end in automation.mute]
    except InputError as error:
        raise film.error(error.message, *key) from error
    courses = [[at for at, _ in course] for course in (points, wetness)]
    if any(times != sorted(set(times)) for times in courses) or any(end <= begin for begin, end in mutes):
        raise film.error("the times must follow each other", *key)
    curve: Curve = points
    ramp = clock.samples(MUTE_S)
    for begin, end in mutes:
        curve = added(curve, ((begin - ramp, 0.0), (begin, MUTE_DB), (end, MUTE_DB), (end + ramp, 0.0)))
    return curve, wetness
