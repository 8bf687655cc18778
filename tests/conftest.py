"""Films for tests, and a cache of rendered parts that the tests of one run share."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from soundscape import pipeline

SAMPLES = Path(__file__).parent.parent / "samples"

SHOTS = """\
# title: Small Film
# fps: 24
# start: 01:00:00:00
shot,scene,place,start,end,description,mood,intensity,owners,sounds,hits,transition
1,Arrival,dune surface,01:00:00:00,01:00:03:00,Dunes,calm,0.2,,wind,,cut
2,Arrival,dune surface,01:00:03:00,01:00:06:12,Armour,tense,0.7,strike team,"wind, servo",+1.5s armour slams down,
3,Cave,crystal chambers,01:00:06:12,01:00:12:00,Crystals glow,wonder,0.4,memory,,+2s crystal struck,dissolve 24
"""


@pytest.fixture(scope="session", autouse=True)
def interruptible() -> None:
    """Ctrl-C is heeded, also by what is started here, when the tests themselves run in the background."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def parts_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache of parts for the tests of this worker."""
    return tmp_path_factory.mktemp("parts")


@pytest.fixture
def settings(parts_folder: Path) -> pipeline.Settings:
    """Work with one worker and the shared cache."""
    return pipeline.Settings(jobs=1, cache=parts_folder)


@pytest.fixture
def small_film(tmp_path: Path) -> Path:
    """A twelve-second film in three shots with two motifs."""
    folder = tmp_path / "film"
    folder.mkdir()
    (folder / "shots.csv").write_text(SHOTS)
    motifs = SAMPLES / "desert-crystal-mines" / "motifs"
    film = folder / "film.toml"
    film.write_text(
        f"""\
title = "Small Film"
seed = 3
timeline = "shots.csv"

[places."dune surface"]
palette = "desert-surface"

[[motifs]]
name = "memory"
file = "{motifs / "memory.mid"}"
owners = ["memory"]
"""
    )
    return film
