"""film.toml: what the maker of a film says about its sound, checked, with defaults for all of it.

A shot list or EDL alone is a film too: everything then follows from its words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from soundscape.errors import FilmError, InputError, PresetError
from soundscape.keys import keys_beside, line_of
from soundscape.mixing import MixSettings, NarrationSource, check_mix, check_narration
from soundscape.model import Ducking
from soundscape.registry import did_you_mean, read_toml
from soundscape.serial import adapter

T = TypeVar("T")
FILE = "film.toml"
"""What a folder is a film by."""
_FORBID: dict[str, Any] = {"extra": "forbid", "arbitrary_types_allowed": True}
NOTE_NAMES = ("C", "C#", "Db", "D", "D#", "Eb", "E", "F", "F#", "Gb", "G", "G#", "Ab", "A", "A#", "Bb", "B")
MODES = ("ionian", "dorian", "phrygian", "lydian", "mixolydian", "aeolian", "locrian", "major", "minor")
CHARACTERS = ("wonder", "nostalgia", "threat", "loss")
ENDINGS = ("button", "tail", "fade", "overlap", "cut")
_DUCKING = {
    "music_lu": 40.0,
    "ambience_lu": 40.0,
    "effects_lu": 40.0,
    "attack_s": 2.0,
    "hold_s": 10.0,
    "release_s": 10.0,
    "deepest_db": 60.0,
    "clarity_db": 20.0,
    "deepest_dip_db": 20.0,
}
"""Highest values of the ducking settings; the lowest is 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """What the music of a scene should be; None leaves it to the palette."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID
    key: str | None = None
    mode: str | None = None
    bpm: tuple[float, float] | None = None
    beats_per_bar: int | None = None
    music: bool = True
    """False: the scene is meant to be without music."""
    gain_db: float = 0.0
    density: float | None = None
    """0 to 1: how busy the accompaniment may get."""
    character: str | None = None
    """`wonder`, `nostalgia`, `threat` or `loss`: which chord changes are sought; otherwise the mode suggests it."""
    modulation: bool | None = None
    """Whether the tempo may change at a hit by 3 : 2 or 4 : 3."""
    ritardando: float | None = None
    """0 to 0.5: how much slower the last beat of two bars is than their first."""
    ending: str | None = None
    """`button`, `tail`, `fade`, `overlap` or `cut`; otherwise the picture says it."""
    prelap_s: float | None = None
    """How long before its scene the music begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceSound:
    """What a place is given by hand."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID
    palette: str
    motif: str = ""
    """The motif that its crystals and other resonances remember; empty: that of whoever is seen there longest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MotifSource:
    """A motif and those it belongs to."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID
    name: str
    owners: tuple[str, ...]
    file: str = ""
    """A MIDI file, or …"""
    notes: str = ""
    """… degrees and beats: `1:1 5:3/2 b6:1/2 ^1:2` (see `soundscape.score.notation`)."""
    instrument: str = ""
    """A preset, or an instrument of a SoundFont: `strings.sf2`, `orchestra.sf3:48`."""
    mode: str = ""
    """The mode it is written in, where neither a file's key signature nor the film's music says it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """A film as its maker describes it."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID
    timeline: str
    title: str = ""
    seed: int = 1
    fps: str = ""
    target: str = "ebu-r128"
    language: str = ""
    """Which of the alternative narrations is mixed; empty: the first that is named."""
    shot_list: str = ""
    """What the shots of the timeline show, where it only names their clips."""
    markers: tuple[str, ...] = ()
    """Lists of markers whose hits are added to those of the timeline."""
    subtitles: str = ""
    """File of the cues at which narration may be placed; without it those of the timeline."""
    places: dict[str, PlaceSound] = field(default_factory=dict)
    motifs: tuple[MotifSource, ...] = ()
    music: Brief = field(default_factory=Brief)
    scenes: dict[str, Brief] = field(default_factory=dict)
    hits: dict[str, str] = field(default_factory=dict)
    """Word of a hit's label → preset of the hit, before all other choices; empty for none."""
    sounds: dict[str, str] = field(default_factory=dict)
    """Word among the `sounds` of a shot → preset of the layer, likewise."""
    tempo_candidate: int = 0
    """Which of three tempo maps: 0 steady metre, 1 steady tempo, 2 another tempo."""
    turning_point: str = ""
    """The shot in which the story turns: there motifs return completely."""
    mix: MixSettings = field(default_factory=MixSettings)
    narration: tuple[NarrationSource, ...] = ()
    ducking: Ducking = field(default_factory=Ducking)
    folder: Path = Path()
    """Where relative paths begin."""
    path: Path | None = None
    """The film.toml, when there is one."""

    def brief(self, scene: str) -> Brief:
        """The brief of a scene: its own words over the film's."""
        own = self.scenes.get(scene, Brief())
        return Brief(
            key=own.key or self.music.key,
            mode=own.mode or self.music.mode,
            bpm=own.bpm or self.music.bpm,
            beats_per_bar=own.beats_per_bar or self.music.beats_per_bar,
            music=own.music and self.music.music,
            gain_db=own.gain_db + self.music.gain_db,
            density=_first(own.density, self.music.density),
            character=_first(own.character, self.music.character),
            modulation=_first(own.modulation, self.music.modulation),
            ritardando=_first(own.ritardando, self.music.ritardando),
            ending=_first(own.ending, self.music.ending),
            prelap_s=_first(own.prelap_s, self.music.prelap_s),
        )

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages of the narration, in the order in which they are named."""
        return tuple(dict.fromkeys(entry.language for entry in self.narration if entry.language))

    def error(self, message: str, *key: str) -> FilmError:
        """An error of this film, with the line of the key in film.toml."""
        if self.path is None:
            return FilmError(message, column=".".join(key))
        line = line_of(self.path.read_text(encoding="utf-8-sig"), key)
        return FilmError(message, path=self.path, line=line, column=".".join(key))

    @property
    def preset_folder(self) -> Path:
        """Presets that belong to this film alone."""
        return self.folder / "presets"


def load_film(path: Path | str) -> Film:
    """The film in a film.toml or in a folder that has one, or the film that a bare shot list or EDL is.

    Raises
    ------
    FilmError
        With file, line and key of what is wrong: syntax, an unknown key, a wrong type, a value out of range.
    """
    path = _film_file(Path(path))
    if path.suffix.lower() != ".toml":
        return Film(timeline=path.name, folder=path.parent)
    try:
        data = read_toml(path)
    except PresetError as error:
        raise FilmError(error.message, path=error.path, line=error.line) from error
    film = _validate(data, path)
    try:
        _check(film)
    except InputError as error:
        line = line_of(path.read_text(encoding="utf-8-sig"), tuple((error.column or "").split(".")))
        raise error.at(path=path, line=line) from None
    return film


def _film_file(path: Path) -> Path:
    """The file that is meant by a path; a folder with a suffix may be a bundle, which readers of cuts know."""
    if not path.exists():
        raise FilmError("there is no such file; give a film.toml, a shot list or an EDL", path=path)
    if not path.is_dir():
        return path
    if (path / FILE).is_file():
        return path / FILE
    if not path.suffix:
        raise FilmError(f"there is no {FILE} in this folder; give one, a shot list or an EDL", path=path)
    return path


def _first(own: T | None, film: T | None) -> T | None:
    return film if own is None else own


UNKNOWN = "unexpected_keyword_argument"
OURS = {"folder", "path"}
"""Fields of a film that no file can set."""
REASONS = {
    "missing": "nothing is given",
    "tuple_type": 'allowed: a list in brackets, as [80, 96] or ["one", "two"]',
    "dict_type": "allowed: a table of keys and values",
    "dataclass_type": "allowed: a table of keys and values",
}
"""What is wrong, in the words of TOML."""


def _validate(data: dict[str, Any], path: Path) -> Film:
    from pydantic import ValidationError

    if reserved := sorted(OURS & set(data)):
        raise FilmError(_unknown(reserved[:1]), path=path, column=reserved[0])
    try:
        film: Film = adapter(Film).validate_python({**data, "folder": path.parent, "path": path})
        return film
    except ValidationError as error:
        # A misspelt key is also one that is missing: what is there says more.
        first = min(error.errors(), key=lambda each: each["type"] != UNKNOWN)
        keys = tuple(str(part) for part in first["loc"])
        reason = REASONS.get(first["type"], str(first["msg"]))
        if first["type"] == UNKNOWN:
            reason = _unknown(keys)
        raise FilmError(
            f"{reason[0].lower()}{reason[1:]}",
            path=path,
            line=line_of(path.read_text(encoding="utf-8-sig"), keys),
            column=".".join(keys),
        ) from None


def _unknown(keys: Sequence[str]) -> str:
    return f"unknown key{did_you_mean(keys[-1], set(keys_beside(Film, tuple(keys))) - OURS)}"


def _check(film: Film) -> None:
    """Raise InputError with the key of the first value that is not allowed."""
    _check_brief(film.music, "music")
    for name, brief in film.scenes.items():
        _check_brief(brief, f"scenes.{name}")
    for name, high in _DUCKING.items():
        _check_range(getattr(film.ducking, name), high, f"ducking.{name}")
    if not 0 <= film.seed < 2**64:
        raise FilmError(f"{film.seed} is not a seed; allowed: 0 to {2**64 - 1}", column="seed")
    if film.tempo_candidate not in (0, 1, 2):
        raise FilmError("allowed: 0, 1 or 2", column="tempo_candidate")
    _check_motifs(film)
    check_mix(film.mix)
    check_narration(film.narration)
    if film.language and film.language not in film.languages:
        raise FilmError(
            f'no narration is in "{film.language}"; '
            f"allowed: {', '.join(film.languages) or 'none, for no narration names a language'}",
            column="language",
        )


def _check_brief(brief: Brief, where: str) -> None:
    if brief.key is not None and brief.key not in NOTE_NAMES:
        raise FilmError(f'"{brief.key}" is not a key; allowed: {", ".join(NOTE_NAMES)}', column=f"{where}.key")
    _check_mode(brief.mode, f"{where}.mode")
    if brief.bpm is not None and not 20 <= brief.bpm[0] <= brief.bpm[1] <= 300:
        raise FilmError("allowed: [lowest, highest] with 20 ≤ lowest ≤ highest ≤ 300", column=f"{where}.bpm")
    if brief.beats_per_bar is not None and not 2 <= brief.beats_per_bar <= 12:
        raise FilmError("allowed: 2 to 12", column=f"{where}.beats_per_bar")
    for name, high in (("density", 1.0), ("ritardando", 0.5), ("prelap_s", 30.0)):
        _check_range(getattr(brief, name), high, f"{where}.{name}")
    for name, words in (("character", CHARACTERS), ("ending", ENDINGS)):
        word = getattr(brief, name)
        if word is not None and word not in words:
            raise FilmError(f'"{word}" is none; allowed: {", ".join(words)}', column=f"{where}.{name}")


def _check_motifs(film: Film) -> None:
    names: list[str] = []
    for index, motif in enumerate(film.motifs):
        _check_mode(motif.mode or None, f"motifs.{index}.mode")
        if bool(motif.file) == bool(motif.notes):
            raise FilmError('needs either "file" or "notes"', column=f"motifs.{index}.name")
        if motif.name in names:
            raise FilmError(f'there is a motif "{motif.name}" already', column=f"motifs.{index}.name")
        names.append(motif.name)
    for place, sound in film.places.items():
        if sound.motif and sound.motif not in names:
            near = did_you_mean(sound.motif, names) if names else "; name it in [[motifs]]"
            raise FilmError(f'there is no motif "{sound.motif}"{near}', column=f"places.{place}.motif")


def _check_mode(mode: str | None, column: str) -> None:
    if mode is not None and mode not in MODES:
        raise FilmError(f'"{mode}" is not a mode; allowed: {", ".join(MODES)}', column=column)


def _check_range(value: float | None, high: float, column: str) -> None:
    if value is not None and not 0.0 <= value <= high:
        raise FilmError(f"allowed: 0 to {high:g}", column=column)
