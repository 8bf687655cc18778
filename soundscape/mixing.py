"""What a film.toml says of its mix: buses, groups, automation, joins, narration and which stems are wanted."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, ClassVar

from soundscape.errors import FilmError
from soundscape.model import BUSES

_FORBID: dict[str, Any] = {"extra": "forbid"}
JOINS = ("cut", "crossfade", "j-lap", "l-lap", "dissolve", "morph")
"""How the sound of a place may pass into the next."""
LAYOUTS = ("stereo", "5.1")
STEMS = ("layers", "instruments", "sounds", "scenes", "places")
"""Stems finer than the buses."""
MIXES = ("m-and-e", "dialogue-only", "narration-free", "music-only")
"""Sums of stems, and the mix or its music as if nobody spoke."""
JOIN_S = 2.0
"""Length of a join that does not name one."""
LONGEST_JOIN_S = 30.0
LEVELS_DB = (-120.0, 24.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """How the place that begins with a shot takes over from the one before."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID
    shot: str
    kind: str
    seconds: float | None = None
    """Without it: as long as the picture's transition, else `JOIN_S`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Sounds that are moved together, as by one fader."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID
    sounds: tuple[str, ...]
    """Names or patterns such as `*engine*`."""
    gain_db: float = 0.0
    mute: bool = False
    send_db: float = 0.0
    """Into their space, against what they send anyway."""
    wetness: float | None = None
    """0 dry, 0.5 as their place has them, 1 the space alone."""
    space: str | None = None
    """Another space than that of their place; empty for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Automation:
    """A fader that moves: of a bus, a group, or all sounds whose name fits."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID
    on: str
    points: tuple[tuple[str, float], ...] = ()
    """Timecode and dB; straight lines between, held outside."""
    wetness: tuple[tuple[str, float], ...] = ()
    """Timecode and wetness, in the place of what the plan has."""
    mute: tuple[tuple[str, str], ...] = ()
    """Stretches of silence, from timecode to timecode."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MixSettings:
    """Levels of the buses, how places join, and what is delivered."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID
    dialogue_db: float = 0.0
    music_db: float = 0.0
    effects_db: float = 0.0
    ambience_db: float = 0.0
    sends: dict[str, float] = field(default_factory=dict)
    """Bus → dB by which all of it sends more into its spaces."""
    groups: dict[str, Group] = field(default_factory=dict)
    automation: tuple[Automation, ...] = ()
    joins: tuple[Join, ...] = ()
    prelap_s: float = 0.0
    """How long before a cut the next place is heard, where no join says otherwise."""
    duck: bool = True
    """Whether the other buses make room for narration."""
    layout: str = "stereo"
    lfe_db: float | None = None
    """Level of the lows of the effects in the LFE of a 5.1 mix; None leaves it silent."""
    stems: tuple[str, ...] = ()
    """Stems besides the buses."""
    also: tuple[str, ...] = ()
    """Further mixes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NarrationSource:
    """A recording of narration and where it lies: at a timecode, a shot or a cue of the subtitles."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID
    file: str
    at: str = ""
    shot: str = ""
    cue: int | None = None
    """Number of a subtitle, counted from 1."""
    gain_db: float = 0.0
    language: str = ""
    """Heard only when this language is mixed; empty: always."""
    speech: tuple[tuple[float, float], ...] = ()
    """Seconds of the file, from and to, in which somebody speaks; without it they are found."""


def check_mix(mix: MixSettings) -> None:
    """Raise FilmError with the key of the first value that is not allowed."""
    for bus in BUSES:
        _level(getattr(mix, f"{bus}_db"), f"mix.{bus}_db")
    for bus, gain_db in mix.sends.items():
        _one_of(bus, BUSES, f"mix.sends.{bus}")
        _level(gain_db, f"mix.sends.{bus}")
    for name, group in mix.groups.items():
        if name in BUSES:
            raise FilmError(f'"{name}" is a bus; give the group another name', column=f"mix.groups.{name}")
        _level(group.gain_db, f"mix.groups.{name}.gain_db")
        _level(group.send_db, f"mix.groups.{name}.send_db")
        if group.wetness is not None:
            _share(group.wetness, f"mix.groups.{name}.wetness")
    for index, automation in enumerate(mix.automation):
        for _, level_db in automation.points:
            _level(level_db, f"mix.automation.{index}.points")
        for _, wetness in automation.wetness:
            _share(wetness, f"mix.automation.{index}.wetness")
        if not (automation.points or automation.mute or automation.wetness):
            raise FilmError('needs "points", "mute" or "wetness"', column=f"mix.automation.{index}.on")
    for index, join in enumerate(mix.joins):
        _one_of(join.kind, JOINS, f"mix.joins.{index}.kind")
        _seconds(join.seconds, f"mix.joins.{index}.seconds")
    _seconds(mix.prelap_s, "mix.prelap_s")
    _one_of(mix.layout, LAYOUTS, "mix.layout")
    if mix.lfe_db is not None:
        _level(mix.lfe_db, "mix.lfe_db")
    for names, allowed, key in ((mix.stems, STEMS, "stems"), (mix.also, MIXES, "also")):
        for name in names:
            _one_of(name, allowed, f"mix.{key}")


def check_narration(entries: tuple[NarrationSource, ...]) -> None:
    """Raise FilmError with the key of the first entry that says too little, too much, or what cannot be."""
    for index, entry in enumerate(entries):
        if sum((bool(entry.at), bool(entry.shot), entry.cue is not None)) != 1:
            raise FilmError('needs one of "at", "shot" or "cue"', column=f"narration.{index}.file")
        _level(entry.gain_db, f"narration.{index}.gain_db")
        if any(end <= begin or begin < 0.0 for begin, end in entry.speech) or any(
            end > begin for (_, end), (begin, _) in pairwise(entry.speech)
        ):
            raise FilmError(
                "allowed: [from, to] in seconds, one after the other", column=f"narration.{index}.speech"
            )


def _level(level_db: float, column: str) -> None:
    low, high = LEVELS_DB
    if not low <= level_db <= high:
        raise FilmError(f"allowed: {low:g} to {high:g} dB", column=column)


def _share(value: float, column: str) -> None:
    if not 0.0 <= value <= 1.0:
        raise FilmError("allowed: 0 to 1", column=column)


def _seconds(seconds: float | None, column: str) -> None:
    if seconds is not None and not 0.0 <= seconds <= LONGEST_JOIN_S:
        raise FilmError(f"allowed: 0 to {LONGEST_JOIN_S:g} s", column=column)


def _one_of(word: str, allowed: tuple[str, ...], column: str) -> None:
    if word not in allowed:
        raise FilmError(f'"{word}" is not known; allowed: {", ".join(allowed)}', column=column)
