"""What the `sounds` of a shot ask for is answered, given by the film, or said not to be heard."""

from __future__ import annotations

from typing import Any

import pytest

from soundscape.errors import FilmError
from soundscape.film import Film
from soundscape.model import HitPoint, Plan
from tests.planning.test_plan import FPS, plan, shot

HITS = (HitPoint(frame=FPS, label="door bursts open", strength="strong", line=2),)


def made_of(*sounds: str, hits: tuple[HitPoint, ...] = HITS, place: str = "zzyzx", **film: Any) -> Plan:
    return plan(
        shot("1", 0, 4, place, sounds=sounds, line=2), hits=hits, film=Film(timeline="t.csv", title="t", **film)
    )


def notes(made: Plan) -> list[str]:
    return [str(note) for note in made.diagnostics if "not heard" in str(note) or "film.toml names" in str(note)]


def presets(made: Plan, kind: str) -> set[str]:
    return {sound.preset for sound in made.sounds if sound.kind == kind}


def test_a_wish_that_no_preset_knows_is_told_with_its_line() -> None:
    told = notes(made_of("gulls", "rain"))
    assert told == [
        't.csv:2: "gulls" in sounds of shot 1 is not heard: no preset knows a word of it; '
        "[sounds] in film.toml may name a layer for it"
    ]


def test_a_wish_for_a_single_sound_asks_for_its_moment() -> None:
    (told,) = notes(made_of("heartbeat"))
    assert "single sound; say in the column hits when it comes" in told


@pytest.mark.parametrize("wish", ["silence", "no echo", "iron door"])
def test_wishes_that_a_silence_a_wetness_or_a_hit_answers_are_not_told(wish: str) -> None:
    assert notes(made_of(wish)) == []


def test_without_any_hits_wishes_for_single_sounds_are_the_hits() -> None:
    made = made_of("heartbeat", hits=())
    assert notes(made) == []
    assert presets(made, "hits")


def test_steps_are_those_on_the_ground_that_is_seen() -> None:
    for place, preset in (("stone stairs", "stone-hall-steps"), ("gravel path", "gravel-patrol")):
        assert preset in presets(made_of("footsteps", place=place), "layers")


def test_a_longer_phrase_outweighs_a_word() -> None:
    assert "tin-roof-rain" in presets(made_of("rain on a tin roof"), "layers")


def test_the_film_has_the_last_word_on_a_wish() -> None:
    made = made_of("gulls", "rain", sounds={"gulls": "distant-surf", "rain": ""})
    assert notes(made) == []
    assert "distant-surf" in presets(made, "layers")
    assert not {name for name in presets(made, "layers") if "rain" in name}


def test_the_film_has_the_last_word_on_a_hit() -> None:
    assert presets(made_of("rain"), "hits") == {"door-wooden"}
    film = Film(timeline="t.csv", hits={"door": "door-iron"})
    assert presets(plan(shot("1", 0, 4, "zzyzx"), hits=HITS, film=film), "hits") == {"door-iron"}
    film = Film(timeline="t.csv", hits={"door": ""})
    made = plan(shot("1", 0, 4, "zzyzx"), hits=HITS, film=film)
    assert presets(made, "hits") == set()
    assert not any("no hit preset knows" in str(note) for note in made.diagnostics)
    assert [mark.sound for mark in made.marks if mark.name == "door bursts open"] == [""]


def test_a_word_that_the_cut_does_not_have_is_told() -> None:
    film = Film(timeline="t.csv", hits={"gong": "church-bell"}, sounds={"gulls": "distant-surf"})
    assert notes(plan(shot("1", 0, 4, "zzyzx"), hits=HITS, film=film)) == [
        'film.toml names "gong" in [hits], but no hit of the cut has it',
        'film.toml names "gulls" in [sounds], but no shot has it among its sounds',
    ]


@pytest.mark.parametrize(("table", "near"), [("hits", "door-iron"), ("sounds", "desert-wind")])
def test_a_preset_that_does_not_exist_is_refused(table: str, near: str) -> None:
    film = Film(timeline="t.csv", **{table: {"door": near + "x"}})
    with pytest.raises(FilmError, match=f"did you mean {near}") as error:
        plan(shot("1", 0, 4, "zzyzx"), hits=HITS, film=film)
    assert error.value.column == f"{table}.door"
