"""Wetness from words of a shot list, from distance, and from film.toml."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from soundscape.model import HitPoint, Shot
from soundscape.planning.wetness import AS_THE_PLACE, farther, hit_wetness, shot_wetness
from tests.planning.test_faders import at, made
from tests.planning.test_movement import at as at_s
from tests.planning.test_movement import seen
from tests.planning.test_plan import SECOND, hit, layers, plan, shot


def words(**fields: object) -> float:
    return shot_wetness(Shot(label="1", start=0, end=24, **fields))  # type: ignore[arg-type]


def test_moods_and_sounds_ask_for_it_in_their_order() -> None:
    dry, plain, echoing, drenched = (words(mood=mood) for mood in ("dry", "tense", "echoing", "drenched, awash"))
    assert dry < plain == AS_THE_PLACE < echoing < drenched
    assert words(sounds=("cavernous hum",)) == drenched
    assert words(sounds=("footsteps, no echo",)) == dry


@pytest.mark.parametrize(
    "fields",
    [{"sounds": ("dry grass",)}, {"description": "a dry lake, drenched in light"}, {"place": "echo valley"}],
)
def test_what_is_dry_in_the_picture_is_not(fields: dict[str, object]) -> None:
    assert words(**fields) == AS_THE_PLACE


def test_a_hit_is_asked_for_by_its_own_words_before_those_of_its_shot() -> None:
    quiet = Shot(label="1", start=0, end=24, mood="echoing")
    own = [hit_wetness(HitPoint(frame=3, label=label), quiet, 0.0) for label in ("dry crack", "crack")]
    assert own[0] < AS_THE_PLACE < own[1]
    assert hit_wetness(HitPoint(frame=3, label="crack"), quiet, 0.8) > own[1]


def test_what_is_farther_is_wetter() -> None:
    found = [farther(AS_THE_PLACE, distance) for distance in np.linspace(0.0, 1.0, 9)]
    assert (np.diff(found) > 0.0).all()
    assert found[0] == AS_THE_PLACE
    back = seen("slow pull back")
    assert at_s(back.wetness, 4) > at_s(back.wetness, 0) == AS_THE_PLACE
    assert seen("static").wetness == ()


def test_a_film_plans_it_for_layers_and_hits() -> None:
    shots = shot("1", 0, 6, "red dunes", mood="dry"), shot("2", 6, 12, "red dunes", mood="cavernous")
    made_plan = plan(*shots, hits=(hit(8.0, "stone impact"),))
    for bed in layers(made_plan, "red dunes"):
        curve = bed.curves.get("wetness", ())
        if bed.kind == "layers":
            assert at(curve, 3 * SECOND) < AS_THE_PLACE < at(curve, 9 * SECOND)
    (blow,) = [sound for sound in made_plan.sounds if sound.kind == "hits"]
    assert blow.curves["wetness"][0][1] > 0.8


def test_a_group_has_a_wetness_and_automation_moves_it(tmp_path: Path) -> None:
    group = made(tmp_path, '[mix.groups.air]\nsounds = ["*wind*"]\nwetness = 0.8\n')
    for bed in layers(group, "wind"):
        assert at(bed.curves["wetness"], 0) == at(bed.curves["wetness"], bed.length) == 0.8
    moved = made(
        tmp_path,
        '[[mix.automation]]\non = "ambience"\nwetness = [["00:00:08:00", 0.5], ["00:00:10:00", 0.9]]\n',
    )
    assert not moved.bus_levels_db.get("ambience")
    for bed in layers(moved, "deep forest"):
        assert at(bed.curves["wetness"], 9 * SECOND - bed.at) == pytest.approx(0.7)
