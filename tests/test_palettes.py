"""The palettes that come along: what they name exists, and the words of the sample films choose as meant."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from soundscape.film import Film
from soundscape.model import Shot, Timeline
from soundscape.planning.palette import Palette, all_palettes
from soundscape.planning.places import FALLBACK, find_stays
from soundscape.registry import find_presets, preset_folders
from soundscape.timecode import Rate
from soundscape.timeline import read

SAMPLES = Path(__file__).parent.parent / "samples"
PALETTES = all_palettes(preset_folders())


@pytest.mark.parametrize("palette", PALETTES, ids=lambda palette: palette.name)
def test_a_palette_names_only_what_exists(palette: Palette) -> None:
    assert {layer.preset for layer in palette.layers} <= set(find_presets("layers"))
    assert palette.space in find_presets("spaces")
    assert set(palette.hits.values()) <= set(find_presets("hits"))
    assert {palette.music.lead, palette.music.pad} <= set(find_presets("instruments"))


@pytest.mark.parametrize("palette", PALETTES, ids=lambda palette: palette.name)
def test_a_palette_sounds_in_every_shot_and_is_balanced(palette: Palette) -> None:
    assert any(not layer.when for layer in palette.layers)
    assert palette.title
    assert bool(palette.words) is (palette.name != FALLBACK)
    for layer in palette.layers:
        assert -24.0 <= layer.gain_db <= 0.0
        assert -1.0 <= layer.pan <= 1.0
        assert 0.0 <= layer.intensity[0] < layer.intensity[1] <= 1.0


@pytest.mark.parametrize(
    ("film", "places"),
    [
        (
            "desert-crystal-mines",
            {
                "dune surface": "desert-surface",
                "collapsing shaft": "collapsing-shaft",
                "crystal chambers": "crystal-chambers",
            },
        ),
        (
            "gemini-ring",
            {
                "ruined server hall": "ruins",
                "neural network dream": "dream",
                "childhood house": "old-house",
                "beach of memory": "sea",
            },
        ),
        (
            "legacy",
            {
                "old house": "old-house",
                "clock workshop": "workshop-clockwork",
                "airship deck": "airship",
                "clockwork city": "workshop-clockwork",
                "sea of glass": "sea",
            },
        ),
    ],
)
def test_the_words_of_a_bare_shot_list_choose_the_palettes(film: str, places: dict[str, str]) -> None:
    timeline, _ = read(SAMPLES / film / "shots.csv")
    stays, _ = find_stays(timeline, Film(timeline="shots.csv"), preset_folders())
    assert {stay.place: stay.palette.name for stay in stays} == places


@pytest.mark.parametrize(
    ("place", "palette"),
    [
        ("a cave behind the falls", "cave"),
        ("cathedral nave", "stone-hall"),
        ("lighthouse stairwell", "stone-hall"),
        ("open-plan office", "office"),
        ("hotel lobby", "office"),
        ("village green", "forest"),
        ("ocean floor", "underwater"),
        ("inside the submarine", "underwater"),
        ("a sunken ship", "underwater"),
    ],
)
def test_common_places_have_a_sound(place: str, palette: str) -> None:
    shots = (Shot(label="1", start=0, end=96, place=place, scene="one"),)
    cut = Timeline(title="t", rate=Rate(fps=Fraction(24)), start=0, shots=shots)
    (stay,), _ = find_stays(cut, Film(timeline="t.csv"), preset_folders())
    assert stay.palette.name == palette
