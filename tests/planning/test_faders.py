"""Faders of a film: groups, sends, automation and mutes, on buses and on sounds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from soundscape.errors import FilmError
from soundscape.film import load_film
from soundscape.model import MUTE_DB, Curve, Plan
from soundscape.planning.faders import added
from tests.planning.test_plan import SECOND, layers, plan, shot

SHOTS = shot("1", 0, 6, "red dunes"), shot("2", 6, 14, "deep forest")


def made(folder: Path, mix: str) -> Plan:
    path = folder / "film.toml"
    path.write_text(f'timeline = "t.csv"\n\n{mix}')
    return plan(*SHOTS, film=load_film(path))


def at(curve: Curve, sample: int) -> float:
    return float(np.interp(sample, [point for point, _ in curve], [value for _, value in curve]))


def test_a_group_moves_its_sounds_and_no_others(tmp_path: Path) -> None:
    plain = {sound.name: sound for sound in plan(*SHOTS).sounds}
    grouped = made(
        tmp_path, '[mix.groups.air]\nsounds = ["*wind*"]\ngain_db = -4.0\nsend_db = 3.0\nspace = "canyon"\n'
    )
    changed = [sound for sound in grouped.sounds if sound != plain[sound.name]]
    assert changed
    for sound in changed:
        assert "wind" in sound.name
        assert sound.gain_db == plain[sound.name].gain_db - 4.0
        assert (sound.send_db, sound.space) == (3.0, "canyon")
    assert "canyon" in grouped.rooms


def test_a_muted_group_is_silent(tmp_path: Path) -> None:
    for sound in layers(made(tmp_path, '[mix.groups.air]\nsounds = ["*wind*"]\nmute = true\n'), "wind"):
        assert sound.level_db == ((0, MUTE_DB),)


def test_the_send_of_a_bus_is_that_of_all_its_sounds(tmp_path: Path) -> None:
    sends = {sound.bus: sound.send_db for sound in made(tmp_path, "[mix.sends]\nambience = -6.0\n").sounds}
    assert sends["ambience"] == -6.0
    assert sends["music"] == 0.0


def test_a_bus_is_automated_from_timecode_to_timecode(tmp_path: Path) -> None:
    found = made(
        tmp_path,
        '[[mix.automation]]\non = "music"\npoints = [["00:00:02:00", 0.0], ["00:00:04:00", -12.0]]\n'
        '\n[[mix.automation]]\non = "music"\nmute = [["00:00:08:00", "00:00:09:00"]]\n',
    ).bus_levels_db["music"]
    assert at(found, 0) == 0.0
    assert at(found, 3 * SECOND) == pytest.approx(-6.0)
    assert at(found, 5 * SECOND) == pytest.approx(-12.0)
    assert at(found, round(8.5 * SECOND)) <= MUTE_DB
    assert at(found, 10 * SECOND) == pytest.approx(-12.0)


def test_a_sound_is_automated_in_its_own_time(tmp_path: Path) -> None:
    automation = (
        '[[mix.automation]]\non = "*deep forest*"\npoints = [["00:00:08:00", 0.0], ["00:00:10:00", -20.0]]\n'
    )
    for bed in layers(made(tmp_path, automation), "deep forest"):
        assert at(bed.level_db, 9 * SECOND - bed.at) == pytest.approx(-10.0)


@pytest.mark.parametrize(
    ("mix", "line", "reason"),
    [
        ('[[mix.automation]]\non = "musik"\npoints = [["00:00:02:00", 0.0]]\n', 4, 'no sound is called "musik"'),
        ('[[mix.automation]]\non = "music"\npoints = [["2 s", 0.0]]\n', 3, "not a timecode"),
        (
            '[[mix.automation]]\non = "music"\npoints = [["00:00:02:00", 0.0], ["00:00:01:00", 0.0]]\n',
            3,
            "times must follow",
        ),
        ('[[mix.automation]]\non = "music"\n', 4, 'needs "points", "mute" or "wetness"'),
        ('[mix.groups.air]\nsounds = ["*wnd*"]\n', 4, 'no sound is called "\\*wnd\\*"'),
        ('[mix.groups.music]\nsounds = ["*"]\n', 3, "is a bus"),
        ('[mix.groups.air]\nsounds = ["*"]\nwetness = 1.5\n', 5, "allowed: 0 to 1"),
        ('[[mix.automation]]\non = "music"\nwetness = [["00:00:02:00", 2.0]]\n', 5, "allowed: 0 to 1"),
        ("[mix.sends]\nmusik = 1.0\n", 4, '"musik" is not known; allowed: dialogue, music'),
        ("[mix]\nmusic_db = 99.0\n", 4, "allowed: -120 to 24 dB"),
        ('[[mix.joins]]\nshot = "2"\nkind = "fade"\n', 5, '"fade" is not known; allowed: cut, crossfade'),
        ('[[mix.joins]]\nshot = "2"\nkind = "cut"\nseconds = -1.0\n', 6, "allowed: 0 to 30 s"),
        ('[mix]\nlayout = "7.1"\n', 4, "allowed: stereo, 5.1"),
        ('[mix]\nstems = ["layer"]\n', 4, "allowed: layers, instruments"),
        ('[mix]\nalso = ["me"]\n', 4, "allowed: m-and-e"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, mix: str, line: int, reason: str) -> None:
    with pytest.raises(FilmError, match=reason) as error:
        made(tmp_path, mix)
    assert error.value.line == line


def test_curves_add_up_where_either_has_a_point() -> None:
    assert added(((0, 0.0), (10, 10.0)), ((5, 1.0), (10, 3.0))) == ((0, 1.0), (5, 6.0), (10, 13.0))
    assert added((), ((5, 1.0),)) == ((5, 1.0),)
