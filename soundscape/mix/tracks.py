"""Tracks: which stem every sound goes to — its bus, or a part of its bus by preset, scene, place or instrument."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from soundscape.files import slug
from soundscape.model import BUSES, Morph, Plan, Sound


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """A stem: its name begins with that of its bus, and is fit for a file."""

    name: str
    bus: str


def buses_of(plan: Plan) -> tuple[str, ...]:
    """The buses on which anything sounds; music, effects and ambience always, dialogue when there is narration."""
    used = {sound.bus for sound in plan.sounds} | {"music", "effects", "ambience"}
    return tuple(bus for bus in BUSES if bus in used or (bus == "dialogue" and plan.narration))


def tracks_of(plan: Plan, kind: str = "buses") -> dict[str, Track]:
    """Name of every sound, clip and morph of a plan → the track it goes to.

    Parameters
    ----------
    plan : Plan
        Its sounds are what the tracks are made of.
    kind : str
        `buses`; or `layers`, `instruments`, `sounds` (one a preset of these), `scenes`, `places`: what is none of
        them goes to what is left of its bus.
    """
    found = {sound.name: _track(sound.bus, _part(sound, kind)) for sound in plan.sounds}
    for clip in plan.narration:
        found[clip.name] = _track("dialogue", clip.scene if kind == "scenes" else "")
    for morph in plan.morphs:
        found[morph.name] = _morphed(morph, kind, found)
    return found


def ordered(tracks: Mapping[str, Track]) -> tuple[Track, ...]:
    """Every track once, by bus."""
    return tuple(sorted(dict.fromkeys(tracks.values()), key=lambda track: (BUSES.index(track.bus), track.name)))


def _part(sound: Sound, kind: str) -> str:
    """What of its bus a sound belongs to; empty for the rest."""
    if kind == "scenes":
        return sound.scene
    if kind == "places":
        return sound.place
    return sound.preset if kind in ("sounds", sound.kind) else ""


def _morphed(morph: Morph, kind: str, tracks: dict[str, Track]) -> Track:
    """A morph is a layer of its own; between scenes and places it belongs to those that come."""
    if kind in ("layers", "sounds"):
        return _track(morph.bus, "morph")
    return tracks[morph.into[0]]


def _track(bus: str, part: str) -> Track:
    return Track(name=f"{bus}-{slug(part)}" if part else bus, bus=bus)
