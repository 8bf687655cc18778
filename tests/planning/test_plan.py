"""What a plan makes of a cut: places, joins, perspective, hits, silence and narration."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from soundscape.errors import FilmError, TimelineError
from soundscape.film import Brief, Film, PlaceSound
from soundscape.mixing import MixSettings, NarrationSource
from soundscape.model import HitPoint, Plan, Shot, Sound, Timeline, Transition
from soundscape.planning.make import make_plan
from soundscape.timecode import Rate
from soundscape.wav import open_wav

FPS = 24
SECOND = 48_000


def shot(label: str, start_s: float, end_s: float, place: str, **more: Any) -> Shot:
    more.setdefault("scene", "one")
    return Shot(label=label, start=round(start_s * FPS), end=round(end_s * FPS), place=place, **more)


def plan(*shots: Shot, hits: tuple[HitPoint, ...] = (), film: Film | None = None) -> Plan:
    cut = Timeline(title="t", rate=Rate(fps=Fraction(FPS)), start=0, shots=shots, hits=hits)
    return make_plan(film or Film(timeline="t.csv"), cut)


def layers(made: Plan, place: str) -> list[Sound]:
    return [sound for sound in made.sounds if sound.kind == "layers" and place in sound.name]


def test_a_place_sounds_through_its_cuts_and_is_found_by_its_words() -> None:
    made = plan(shot("1", 0, 4, "red dunes"), shot("2", 4, 9, "red dunes"))
    beds = layers(made, "red dunes")
    assert {bed.preset for bed in beds} >= {"desert-wind"}
    assert {(bed.at, bed.length) for bed in beds if not bed.why.count("in shot")} == {(0, 9 * SECOND)}
    assert any('sounds like desert-surface: "dune" in place' in str(note) for note in made.diagnostics)


def test_a_place_of_which_nothing_is_known_is_quiet_but_not_silent() -> None:
    made = plan(shot("1", 0, 4, "zzyzx"))
    assert any("sounds like void" in str(note) for note in made.diagnostics)


def test_the_film_has_the_last_word_on_a_place() -> None:
    film = Film(timeline="t.csv", places={"red dunes": PlaceSound(palette="sea")})
    made = plan(shot("1", 0, 4, "red dunes"), film=film)
    assert any("sounds like sea: given in film.toml" in str(note) for note in made.diagnostics)


def test_an_unknown_palette_is_refused_with_the_nearest() -> None:
    for place in ("red dunes", "the moon"):
        film = Film(timeline="t.csv", places={place: PlaceSound(palette="desert-surfce")})
        with pytest.raises(FilmError, match="did you mean desert-surface") as error:
            plan(shot("1", 0, 4, "red dunes"), film=film)
        assert error.value.column == f"places.{place}.palette"


def test_a_scene_in_which_no_shot_is_is_told() -> None:
    film = Film(timeline="t.csv", scenes={"Flight": Brief(mode="dorian")})
    made = plan(shot("1", 0, 4, "red dunes"), film=film)
    assert any('names the scene "Flight", but no shot is in it' in str(note) for note in made.diagnostics)


def test_a_place_in_which_no_shot_is_is_told() -> None:
    film = Film(timeline="t.csv", places={"the moon": PlaceSound(palette="sea")})
    made = plan(shot("1", 0, 4, "red dunes"), film=film)
    assert any('"the moon", but no shot is there; the places are "red dunes"' in str(n) for n in made.diagnostics)


def test_at_a_hard_cut_neighbours_cross_within_20_ms() -> None:
    made = plan(shot("1", 0, 4, "red dunes"), shot("2", 4, 9, "deep forest"))
    for out in layers(made, "red dunes"):
        assert (out.at + out.length, out.fade_out) == (4 * SECOND + 480, 960)
    for into in layers(made, "deep forest"):
        assert (into.at, into.fade_in) == (4 * SECOND - 480, 960)


def test_a_dissolve_of_the_picture_is_one_of_the_sound() -> None:
    second = shot("2", 4, 9, "deep forest", transition=Transition(kind="dissolve", frames=36))
    made = plan(shot("1", 0, 4, "red dunes"), second)
    for out in layers(made, "red dunes"):
        assert (out.at + out.length, out.fade_out) == (round(5.5 * SECOND), round(1.5 * SECOND))
    for into in layers(made, "deep forest"):
        assert (into.at, into.fade_in) == (4 * SECOND, round(1.5 * SECOND))


def test_a_pre_lap_is_heard_before_its_cut() -> None:
    film = Film(timeline="t.csv", mix=MixSettings(prelap_s=0.5))
    made = plan(shot("1", 0, 4, "red dunes"), shot("2", 4, 9, "deep forest"), film=film)
    assert {into.at for into in layers(made, "deep forest")} == {round(3.5 * SECOND)}
    assert {bed.at for bed in layers(made, "red dunes")} == {0}


def test_a_place_that_returns_is_named_again_and_keeps_its_palette() -> None:
    made = plan(shot("1", 0, 4, "red dunes"), shot("2", 4, 9, "deep forest"), shot("3", 9, 12, "red dunes"))
    names = [bed.name for bed in layers(made, "red dunes") if bed.preset == "desert-wind"]
    assert names == ["ambience/desert-wind/one/red dunes", "ambience/desert-wind/one/red dunes 2"]


def test_intensity_glides_after_every_cut() -> None:
    made = plan(shot("1", 0, 4, "red dunes", intensity=0.0), shot("2", 4, 9, "red dunes", intensity=1.0))
    (bed,) = [bed for bed in layers(made, "red dunes") if bed.preset == "desert-wind"]
    at, value = zip(*bed.curves["intensity"], strict=True)
    assert at == (0, 4 * SECOND, 4 * SECOND + SECOND // 2)
    assert value[0] == value[1] < value[2]


def test_a_push_in_brings_the_place_nearer() -> None:
    made = plan(shot("1", 0, 4, "red dunes", movement="slow push in"))
    (bed,) = [bed for bed in layers(made, "red dunes") if bed.preset == "desert-wind"]
    distance = np.array([value for _, value in bed.curves["distance"]])
    assert distance[0] > distance[-1] == 0.0


def test_silence_takes_the_place_away_and_ends_the_music() -> None:
    made = plan(shot("1", 0, 8, "red dunes"), shot("2", 8, 14, "red dunes", sounds=("silence",)))
    for bed in layers(made, "red dunes"):
        if bed.at + bed.length > 9 * SECOND:
            assert bed.level_db[-1][1] <= -80.0
    assert [(cue.at, cue.length) for cue in made.music] == [(0, 8 * SECOND)]


def test_what_is_asked_for_sounds_in_its_shots_and_comes_and_goes_around_their_cuts() -> None:
    made = plan(
        shot("1", 0, 4, "red dunes"),
        shot("2", 4, 8, "red dunes", sounds=("mains hum",)),
        shot("3", 8, 9, "red dunes"),
    )
    (hum,) = [sound for sound in made.sounds if sound.preset == "mains-hum"]
    middle = hum.at + hum.fade_in // 2, hum.at + hum.length - hum.fade_out // 2
    assert middle == (4 * SECOND, 8 * SECOND), "fades lie around the cuts"
    assert '"' in hum.why
    assert "shot 2" in hum.why


def hit(at_s: float, label: str, strength: str = "strong") -> HitPoint:
    return HitPoint(frame=round(at_s * FPS), label=label, strength=strength)


def test_a_hit_sounds_where_and_as_its_words_say() -> None:
    hits = (hit(2.5, "a guardian erupts"), hit(3, "armour slams down", "soft"), hit(3.5, "qqq"))
    made = plan(shot("1", 0, 4, "red dunes", intensity=1.0), hits=hits)
    first, second = (sound for sound in made.sounds if sound.kind == "hits")
    assert (first.unit, first.at, first.gain_db) == ("eruption", 120_000, 0.0)
    assert (second.at, second.gain_db) == (144_000, -6.0)
    assert [mark.sound for mark in made.marks if mark.kind != "shot"] == [first.name, second.name, ""]
    assert any('"qqq"' in str(note) for note in made.diagnostics)


def test_without_any_hit_points_the_sounds_of_a_shot_become_hits() -> None:
    shots = (shot("1", 0, 4, "red dunes"), shot("2", 4, 8, "red dunes", sounds=("explosion",)))
    (placed,) = [sound for sound in plan(*shots).sounds if sound.kind == "hits"]
    assert placed.at == 4 * SECOND
    assert not [sound for sound in plan(*shots, hits=(hit(1, "qqq"),)).sounds if sound.kind == "hits"]


def test_every_sound_has_a_name_of_its_own_and_a_reason() -> None:
    hits = tuple(hit(at, "armour slams down") for at in (1, 2, 3))
    made = plan(shot("1", 0, 4, "red dunes"), shot("2", 4, 9, "deep forest"), hits=hits)
    assert len({sound.name for sound in made.sounds}) == len(made.sounds)
    assert len({sound.seed for sound in made.sounds}) == len(made.sounds)
    assert all(sound.why for sound in made.sounds)


def test_a_scene_meant_to_be_without_music_has_none() -> None:
    film = Film(timeline="t.csv", scenes={"one": Brief(music=False)})
    assert plan(shot("1", 0, 8, "red dunes"), film=film).music == ()
    assert len(plan(shot("1", 0, 8, "red dunes")).music) == 1


def test_a_cut_without_shots_cannot_be_scored() -> None:
    with pytest.raises(TimelineError, match="no shot in it"):
        plan()


@pytest.fixture
def voice(tmp_path: Path) -> Film:
    with open_wav(tmp_path / "v.wav", sample_rate=24_000, channels=1) as file:
        file.write(np.full((1, 48_000), 0.1, np.float32))
    return Film(timeline="t.csv", folder=tmp_path)


@pytest.mark.parametrize(("where", "at"), [({"at": "00:00:01:12"}, 72_000), ({"shot": "2"}, 4 * SECOND)])
def test_narration_lies_at_its_timecode_or_shot(voice: Film, where: dict[str, str], at: int) -> None:
    film = replace(voice, narration=(NarrationSource(file="v.wav", **where),))
    (clip,) = plan(shot("1", 0, 4, "red dunes"), shot("2", 4, 9, "red dunes"), film=film).narration
    assert clip.at == at


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (NarrationSource(file="none.wav", shot="1"), "no such file"),
        (NarrationSource(file="v.wav", shot="9"), 'no shot "9"; allowed: 1'),
        (NarrationSource(file="v.wav", at="00:00:03:00"), "does not fit: it lasts 2.0 s"),
        (NarrationSource(file="v.wav", at="3 s"), "not a timecode"),
    ],
)
def test_narration_that_cannot_be_placed_is_refused(voice: Film, source: NarrationSource, reason: str) -> None:
    with pytest.raises(FilmError, match=reason) as error:
        plan(shot("1", 0, 4, "red dunes"), film=replace(voice, narration=(source,)))
    assert error.value.column == "narration.0"
