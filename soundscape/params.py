"""Parameters of units: a frozen dataclass whose fields carry unit, range, default and a line of help.

One truth: validation, the reference page and the sliders of the audition page all read it.

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Params:
        speed: float = number(7.0, low=0.5, high=30.0, unit="m/s", help="mean wind speed")
        surface: str = choice("sand", ("sand", "rock"), help="what the wind blows over")
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, TypeVar

from soundscape.errors import InputError, PresetError

ParamValue = float | int | str | bool
P = TypeVar("P")
FOLLOWED = ("tonic", "mode", "motif")
"""What of the score a parameter can follow; see `soundscape.planning.tuning`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Param:
    """What is known of one parameter."""

    name: str
    default: ParamValue
    help: str
    unit: str = ""
    low: float = -math.inf
    high: float = math.inf
    options: tuple[str, ...] = ()
    file: bool = False
    """Whether it names a file of the user's: a preset's relative path begins at its own folder."""
    reads: Callable[[str], object] | None = None
    """What reads it where it is a text in some notation; raises InputError when it cannot."""
    notation: str = ""
    """That notation, for a person."""
    follows: str = ""
    """One of `FOLLOWED`: in a film it takes its value from the score unless the palette says another."""

    @property
    def allowed(self) -> str:
        """What is allowed, for a person."""
        if self.options:
            return " or ".join(f'"{option}"' for option in self.options)
        if self.file:
            return "a path"
        if self.reads:
            return self.notation
        if isinstance(self.default, bool):
            return "true or false"
        kind = "a whole number" if isinstance(self.default, int) else "a number"
        return f"{kind} from {self.low:g} to {self.high:g}{f' {self.unit}' if self.unit else ''}"

    def check(self, value: object) -> ParamValue:
        """The value in the type of the default; raises PresetError when it is not allowed."""
        if self.options:
            if value in self.options:
                return str(value)
        elif self.file:
            if isinstance(value, str):
                return value
        elif self.reads:
            if isinstance(value, str):
                return self._read(value)
        elif isinstance(self.default, bool):
            if isinstance(value, bool):
                return value
        elif isinstance(value, int | float) and not isinstance(value, bool) and self.low <= value <= self.high:
            if not isinstance(self.default, int):
                return float(value)
            if value == int(value):
                return int(value)
        raise PresetError(f"{value!r} is not allowed; allowed: {self.allowed}", column=self.name)

    def _read(self, text: str) -> str:
        """The text, empty or readable."""
        try:
            if text and self.reads:
                self.reads(text)
        except InputError as error:
            raise PresetError(error.message, column=self.name) from None
        return text


def number(default: float, *, low: float, high: float, unit: str = "", help: str, follows: str = "") -> Any:
    """A field for a number; a whole-number default makes whole-number values."""
    described = {"help": help, "unit": unit, "low": low, "high": high, "follows": follows}
    return field(default=default, metadata=described)


def choice(default: str, options: tuple[str, ...], *, help: str, follows: str = "") -> Any:
    """A field for one word of several."""
    return field(default=default, metadata={"help": help, "options": options, "follows": follows})


def text(*, reads: Callable[[str], object], notation: str, help: str, follows: str = "") -> Any:
    """A field for a text in a notation that `reads` understands; empty until something is said."""
    described = {"help": help, "reads": reads, "notation": notation, "follows": follows}
    return field(default="", metadata=described)


def switch(default: bool, *, help: str) -> Any:
    """A field that is on or off."""
    return field(default=default, metadata={"help": help})


def given_file(*, help: str) -> Any:
    """A field for the path of a file that the user gives; empty until then."""
    return field(default="", metadata={"help": help, "file": True})


def params_of(cls: type) -> tuple[Param, ...]:
    """The parameters of a `Params` class, in the order they are written."""
    found = []
    for item in fields(cls):
        if item.default is MISSING or "help" not in item.metadata:
            raise TypeError(f"{cls.__module__}.{item.name} needs a default and help: use number, choice or switch")
        found.append(Param(name=item.name, default=item.default, **item.metadata))
    return tuple(found)


def make_params(cls: type[P], values: Mapping[str, object]) -> P:
    """A `Params` object from names and values; the rest take their defaults.

    Raises
    ------
    PresetError
        For a name that does not exist (with the nearest that does) or a value out of range.
    """
    known = {param.name: param for param in params_of(cls)}
    for name in values:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f'; did you mean "{near[0]}"?' if near else f"; allowed: {', '.join(known)}"
            raise PresetError(f"there is no such parameter{hint}", column=name)
    return cls(**{name: known[name].check(value) for name, value in values.items()})
