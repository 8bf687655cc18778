"""Parameters: checked against their declaration, with the allowed range in every refusal."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from soundscape.errors import PresetError, ScoreError
from soundscape.params import choice, make_params, number, params_of, switch, text


def _tune(written: str) -> None:
    if set(written) - set("abcdefg"):
        raise ScoreError(f'"{written}" is no tune')


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    speed: float = number(7.0, low=0.5, high=30.0, unit="m/s", help="mean speed")
    blades: int = number(6, low=1, high=64, help="blades")
    surface: str = choice("sand", ("sand", "rock"), help="what it blows over")
    gusts: bool = switch(True, help="whether it gusts")
    tune: str = text(reads=_tune, notation="letters a to g", help="what it whistles", follows="motif")


def test_values_take_the_type_of_the_default() -> None:
    made = make_params(Params, {"speed": 8, "blades": 4.0, "surface": "rock", "gusts": False})
    assert made == Params(speed=8.0, blades=4, surface="rock", gusts=False)
    assert isinstance(made.speed, float)
    assert isinstance(made.blades, int)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"speed": 31}, "a number from 0.5 to 30 m/s"),
        ({"speed": float("nan")}, "a number from 0.5 to 30 m/s"),
        ({"speed": True}, "a number from"),
        ({"speed": "fast"}, "a number from"),
        ({"blades": 2.5}, "a whole number from 1 to 64"),
        ({"surface": "ice"}, '"sand" or "rock"'),
        ({"gusts": 1}, "true or false"),
        ({"tune": 3}, "allowed: letters a to g"),
        ({"tune": "xyz"}, '"xyz" is no tune'),
        ({"sped": 3}, 'did you mean "speed"'),
        ({"zzz": 3}, "allowed: speed, blades, surface, gusts, tune"),
    ],
)
def test_what_is_not_allowed_is_refused_with_what_is(values: dict[str, object], reason: str) -> None:
    with pytest.raises(PresetError, match=reason) as error:
        make_params(Params, values)
    assert error.value.column == next(iter(values))


def test_a_text_may_be_empty_or_what_its_notation_allows() -> None:
    assert make_params(Params, {"tune": "gag"}).tune == "gag"
    assert make_params(Params, {"tune": ""}).tune == ""
    assert [param.follows for param in params_of(Params)] == ["", "", "", "", "motif"]


def test_every_parameter_is_described() -> None:
    assert next((param.name, param.unit, param.help) for param in params_of(Params)) == (
        "speed",
        "m/s",
        "mean speed",
    )


def test_a_field_without_help_is_a_mistake_of_the_unit() -> None:
    @dataclass
    class Bad:
        speed: float = 1.0

    with pytest.raises(TypeError, match="needs a default and help"):
        params_of(Bad)
