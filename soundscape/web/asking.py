"""What the page may ask for, checked before anything is done."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import Field, ValidationError

from soundscape.errors import InputError
from soundscape.serial import from_json

_FORBID: dict[str, Any] = {"extra": "forbid", "allow_inf_nan": False}
T = TypeVar("T")

Unit = Annotated[float, Field(ge=0.0, le=1.0)]
Value = Annotated[bool | int | float | Annotated[str, Field(max_length=64)], Field(union_mode="smart")]
Name = Annotated[str, Field(max_length=80, pattern=r"^[a-z]+/[a-z0-9][a-z0-9-]{0,63}$")]
Word = Annotated[str, Field(max_length=80)]
Seconds = Annotated[float, Field(ge=0.0, le=86_400.0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteAsked:
    """A note of a melody."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID
    at: Annotated[float, Field(ge=0.0, le=600.0)]
    length: Annotated[float, Field(gt=0.0, le=60.0)]
    pitch: Annotated[float, Field(ge=0.0, le=127.0)]
    velocity: Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundAsked:
    """A sound: a preset and all that was done to it."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID
    preset: Name
    seed: Annotated[int, Field(ge=0, lt=1 << 64)] = 1
    changes: Annotated[dict[Word, Value], Field(max_length=100)] = field(default_factory=dict)
    controls: Annotated[dict[Word, Unit], Field(max_length=10)] = field(default_factory=dict)
    curves: Annotated[
        dict[Word, Annotated[list[tuple[Seconds, Unit]], Field(max_length=256)]], Field(max_length=10)
    ] = field(default_factory=dict)
    seconds: Annotated[float, Field(ge=0.5, le=14_400.0)] = 12.0
    melody: Annotated[list[NoteAsked], Field(max_length=512)] = field(default_factory=list)
    faders_db: Annotated[dict[Word, Annotated[float, Field(ge=-80.0, le=24.0)]], Field(max_length=64)] = field(
        default_factory=dict
    )
    muted: Annotated[list[Word], Field(max_length=64)] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayAsked:
    """A sound to be played from a time on."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID
    sound: SoundAsked
    at: Annotated[float, Field(ge=0.0, le=600.0)] = 0.0
    frames: Annotated[int, Field(ge=256, le=65_536)] = 16_384
    as_set: bool = False
    """Measure the loudness with the controls as they are set, not at neutral: for comparing."""
    as_in_film: bool = False
    """As loud as a film would set it, and not as loud as all others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoreAsked:
    """The next frames of what plays."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID
    frames: Annotated[int, Field(ge=256, le=65_536)]
    controls: Annotated[dict[Word, Unit], Field(max_length=10)] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardAsked:
    """What sounds measure; for the contact sheet only from what is known already, unless `now`."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID
    sound: SoundAsked
    as_set: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FacesAsked:
    """Pictures of the contact sheet, those in view first."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID
    presets: Annotated[list[Name], Field(max_length=64)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToneAsked:
    """One note under a finger."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID
    preset: Name
    changes: Annotated[dict[Word, Value], Field(max_length=100)] = field(default_factory=dict)
    pitch: Annotated[float, Field(ge=0.0, le=127.0)]
    velocity: Unit = 0.7
    seed: Annotated[int, Field(ge=0, lt=1 << 64)] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomAsked:
    """A space, as its impulse response."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID
    space: Word
    changes: Annotated[dict[Word, Value], Field(max_length=100)] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class VariationsAsked:
    """Variations of a sound."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID
    sound: SoundAsked
    count: Annotated[int, Field(ge=1, le=50)] = 10
    amount: Unit = 0.2
    locked: Annotated[list[Word], Field(max_length=100)] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepAsked:
    """A sound as a preset of one's own."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID
    sound: SoundAsked
    name: Annotated[str, Field(max_length=64)]
    title: Annotated[str, Field(max_length=120)] = ""
    tags: Annotated[list[Word], Field(max_length=20)] | None = None
    replace: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LineAsked:
    """The line that uses a preset in a film."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID
    preset: Name
    place: Word = "dune surface"
    word: Word = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryAsked:
    """What the page remembers for its owner."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID
    favourites: Annotated[list[Name], Field(max_length=2000)] | None = None
    recent: Annotated[list[Name], Field(max_length=40)] | None = None
    options: Annotated[dict[Word, Value], Field(max_length=30)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """Another sound in place of one of the film's."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID
    preset: Name
    changes: Annotated[dict[Word, Value], Field(max_length=100)] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneAsked:
    """The film from a time on, with what was changed in it."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID
    start: Seconds
    stop: Seconds
    swaps: Annotated[dict[Annotated[str, Field(max_length=200)], Swap], Field(max_length=50)] = field(
        default_factory=dict
    )
    muted: Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=200)] = field(
        default_factory=list
    )
    frames: Annotated[int, Field(ge=256, le=65_536)] = 16_384


def asked(kind: type[T], body: bytes) -> T:
    """What a request asks for.

    Raises
    ------
    InputError
        In one line, when it is not what it should be.
    """
    try:
        return from_json(kind, body)
    except ValidationError as error:
        first = error.errors()[0]
        raise InputError(str(first["msg"]), column=".".join(str(part) for part in first["loc"])) from None
