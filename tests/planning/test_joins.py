"""Joins: how one place passes into the next, by the picture or by the film's own word."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from soundscape.errors import FilmError
from soundscape.film import Film
from soundscape.mixing import Join, MixSettings
from soundscape.model import Plan, Sound, Transition
from tests.planning.test_plan import SECOND, layers, plan, shot

FIRST, SECOND_SHOT = shot("1", 0, 6, "red dunes"), shot("2", 6, 14, "deep forest")


def joined(kind: str, seconds: float | None = None) -> Plan:
    mix = MixSettings(joins=(Join(shot="2", kind=kind, seconds=seconds),))
    return plan(FIRST, SECOND_SHOT, film=Film(timeline="t.csv", mix=mix))


def edges(made: Plan) -> tuple[int, int, int, int]:
    """Where the forest begins, its fade, where the dunes end, their fade."""
    (into,) = {(bed.at, bed.fade_in) for bed in layers(made, "deep forest")}
    (out,) = {(bed.at + bed.length, bed.fade_out) for bed in layers(made, "red dunes")}
    return (*into, *out)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("cut", (6 * SECOND - 480, 960, 6 * SECOND + 480, 960)),
        ("crossfade", (5 * SECOND, 2 * SECOND, 7 * SECOND, 2 * SECOND)),
        ("j-lap", (4 * SECOND, 2 * SECOND, 6 * SECOND + 480, 960)),
        ("l-lap", (6 * SECOND - 480, 960, 8 * SECOND, 2 * SECOND)),
        ("dissolve", (6 * SECOND, 2 * SECOND, 8 * SECOND, 2 * SECOND)),
        ("morph", (5 * SECOND, 2 * SECOND, 7 * SECOND, 2 * SECOND)),
    ],
)
def test_a_join_lies_where_its_kind_says(kind: str, expected: tuple[int, int, int, int]) -> None:
    assert edges(joined(kind)) == expected
    assert bool(joined(kind).morphs) is (kind == "morph")


def test_no_join_takes_more_than_half_of_a_stay() -> None:
    assert edges(joined("crossfade", 20.0)) == (3 * SECOND, 7 * SECOND, 10 * SECOND, 7 * SECOND)


def test_a_morph_names_all_sounds_of_a_bus_on_both_sides() -> None:
    made = joined("morph", 3.0)
    sounds = {sound.name: sound for sound in made.sounds}
    (morph,) = [morph for morph in made.morphs if morph.bus == "ambience"]
    assert (morph.at, morph.length) == (round(4.5 * SECOND), 3 * SECOND)

    def on_bus(place: str) -> set[str]:
        return {bed.name for bed in layers(made, place) if bed.bus == "ambience"}

    assert set(morph.out) == on_bus("red dunes")
    assert set(morph.into) == on_bus("deep forest")
    assert {sounds[name].at for name in morph.into} == {morph.at}
    assert {sounds[name].at + sounds[name].length for name in morph.out} == {morph.at + morph.length}


def test_the_picture_asks_for_a_morph_as_long_as_its_own() -> None:
    second = shot("2", 6, 14, "deep forest", transition=Transition(kind="morph", frames=48))
    (morph, *_) = plan(FIRST, second).morphs
    assert (morph.at, morph.length) == (6 * SECOND, 2 * SECOND)


def test_a_morph_too_short_to_be_heard_is_a_crossfade() -> None:
    assert joined("morph", 0.2).morphs == ()


def test_a_join_of_a_shot_that_begins_no_place_is_refused_with_its_line(tmp_path: Path) -> None:
    from soundscape.film import load_film

    path = tmp_path / "film.toml"
    path.write_text('timeline = "t.csv"\n\n[[mix.joins]]\nshot = "1"\nkind = "morph"\n')
    with pytest.raises(FilmError, match='no place begins with shot "1"; allowed: 2') as error:
        plan(FIRST, SECOND_SHOT, film=load_film(path))
    assert (error.value.line, error.value.column) == (4, "mix.joins.0.shot")


def test_a_place_that_returns_goes_on_where_nobody_heard_it() -> None:
    made = plan(
        FIRST,
        SECOND_SHOT,
        shot("3", 14, 40, "red dunes"),
        shot("4", 40, 50, "zzyzx"),
        shot("5", 50, 60, "red dunes"),
    )
    beds: list[Sound] = [bed for bed in layers(made, "red dunes") if bed.preset == "desert-wind"]
    assert len({bed.seed for bed in beds}) == 1, "it is the same wind"
    assert [bed.skip for bed in beds] == [0, 10 * SECOND, 40 * SECOND]
    assert all(bed.skip + bed.length <= later.skip for bed, later in pairwise(beds))
    sand: list[Sound] = [bed for bed in layers(made, "red dunes") if bed.unit == "sand"]
    assert len({bed.seed for bed in sand}) == len(sand) > 1, "no sand falls as it did before"
    assert not any(bed.skip for bed in sand)
