from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from soundscape.errors import TargetError
from soundscape.mastering.target import FOLDER, GRADES, load_target, targets

WANTED = (
    "ebu-r128 ebu-r128-s1 atsc-a85 netflix youtube spotify podcast arib op-59 amazon aes77 dpp-uk discovery".split()
)


@pytest.mark.parametrize("name", sorted({*targets(), *WANTED}))
def test_every_target_says_where_it_comes_from(name: str) -> None:
    target = load_target(name)
    assert target.name == name
    assert target.title
    assert target.source
    assert target.grade in GRADES
    assert target.grade != "own"
    assert target.unreachable == "nearest"


@pytest.mark.parametrize("name", targets())
def test_nothing_unverified_looks_official(name: str) -> None:
    target = load_target(name)
    assert target.official == (target.grade in "PO")
    if target.grade == "U":
        assert "unverified" in target.title


def test_the_numbers_of_r128_are_those_of_the_document() -> None:
    target = load_target("ebu-r128-s1")
    assert (target.integrated_lufs, target.true_peak_dbtp, target.max_short_term_lufs) == (-23.0, -1.0, -18.0)
    assert load_target("ebu-r128").tolerance_lu == 0.2
    assert load_target("netflix").gate == "dialogue"


def test_numbers_are_targets() -> None:
    assert load_target("-16").integrated_lufs == -16.0
    assert load_target("-16").true_peak_dbtp == -1.0
    both = load_target("-19.5/-2.1")
    assert (both.integrated_lufs, both.true_peak_dbtp) == (-19.5, -2.1)


def test_an_unknown_name_gets_the_nearest_ones() -> None:
    with pytest.raises(TargetError, match='no target "netflicks"; did you mean netflix'):
        load_target("netflicks")
    with pytest.raises(TargetError, match=r"there are .*ebu-r128"):
        load_target("qqqq")


@pytest.mark.parametrize("text", ["16", "-80", "-16/1", "-16/-30"])
def test_numbers_that_cannot_be_are_refused(text: str) -> None:
    with pytest.raises(TargetError, match="is not allowed"):
        load_target(text)


def test_a_file_of_ones_own_is_a_target(tmp_path: Path) -> None:
    path = tmp_path / "house.toml"
    path.write_text('title = "House"\nintegrated_lufs = -20\nunreachable = "stop"\n')
    target = load_target(str(path))
    assert (target.name, target.integrated_lufs, target.unreachable) == ("house", -20.0, "stop")
    assert not target.official


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("integrated_lufs = -20", 'key "title": is missing'),
        ('title = "x"\nloudness = -20', 'key "loudness": is not known; allowed: .*integrated_lufs'),
        ('title = "x"\nintegrated_lufs = "loud"', "key \"integrated_lufs\": 'loud' is not a number"),
        ('title = "x"\nunreachable = "squash"', '"squash" is not allowed; allowed: stop, nearest, compress'),
        ('title = "x"\ntrue_peak_dbtp = 3', 'key "true_peak_dbtp": 3 is not allowed; allowed: -20 to 0'),
        ("title = ", "is no TOML"),
    ],
)
def test_a_file_that_is_no_target_is_refused_with_its_place(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "house.toml"
    path.write_text(text)
    with pytest.raises(TargetError, match=message) as caught:
        load_target(str(path))
    assert caught.value.path == path


def test_a_file_that_is_missing_is_named() -> None:
    with pytest.raises(TargetError, match=r"nowhere.toml: cannot be read"):
        load_target("nowhere.toml")


def test_every_file_in_the_folder_is_plain_toml() -> None:
    assert len(targets()) >= 20
    for path in FOLDER.iterdir():
        assert path.suffix == ".toml"
        tomllib.loads(path.read_text())
