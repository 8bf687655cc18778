"""What is heard while it is made: the same samples as in a film, equally loud, and kept as a preset."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyloudnorm
import pytest

from soundscape import pipeline
from soundscape.contract import TICK
from soundscape.errors import PresetError
from soundscape.film import load_film
from soundscape.model import SAMPLE_RATE
from soundscape.pipeline.auditioning import Studio
from soundscape.pipeline.film_room import FilmRoom
from soundscape.pipeline.heard import COLUMNS, REFERENCE_LUFS, ROWS, hear, measured, whole
from soundscape.pipeline.keeping import film_line, keep_preset
from soundscape.pipeline.live import LayerVoice, live_sound
from soundscape.planning.audition import Audition, audition_plan
from soundscape.planning.variations import varied
from soundscape.registry import get_preset, load_preset, params_of, preset_folders, unit
from soundscape.synthesis import render_blocks
from soundscape.units import db_to_gain

FOLDERS = preset_folders()


def film_samples(wanted: Audition) -> np.ndarray:
    (sound,) = audition_plan(wanted, FOLDERS).sounds
    blocks, _ = render_blocks(sound)
    return np.concatenate(list(blocks), axis=1)


def live_samples(wanted: Audition, folder: Path, frames: int, block: int) -> np.ndarray:
    live = live_sound(wanted, FOLDERS, folder)
    controls = wanted.controls or {}
    return np.concatenate([live.read(block, controls)[0] for _ in range(-(-frames // block))], axis=1)[:, :frames]


@pytest.mark.parametrize("block", [TICK, 37 * TICK])
@pytest.mark.parametrize(
    "wanted",
    [
        Audition(preset="layers/desert-wind", seconds=2.0),
        Audition(
            preset="layers/desert-wind", seconds=2.0, controls={"intensity": 0.9, "distance": 0.4, "walls": 0.7}
        ),
        Audition(preset="layers/great-clock", seconds=2.0, seed=7),
    ],
    ids=["plain", "controls", "seed"],
)
def test_a_layer_sounds_live_as_in_a_film(wanted: Audition, block: int, tmp_path: Path) -> None:
    expected = film_samples(wanted)
    np.testing.assert_array_equal(live_samples(wanted, tmp_path, expected.shape[1], block), expected)


def test_a_drawn_curve_sounds_live_as_in_a_film_and_ends(tmp_path: Path) -> None:
    wanted = Audition(preset="layers/desert-wind", seconds=2.0, curves={"intensity": ((0.0, 0.1), (2.0, 1.0))})
    expected = film_samples(wanted)
    live = live_sound(wanted, FOLDERS, tmp_path)
    read = [live.read(40 * TICK, {})[0] for _ in range(12)]
    np.testing.assert_array_equal(np.concatenate(read, axis=1), expected)
    assert read[-1].shape[1] == 0
    quiet, loud = expected[:, : SAMPLE_RATE // 2], expected[:, -SAMPLE_RATE // 2 :]
    assert loud.std() > 2.0 * quiet.std()


def test_a_control_that_is_turned_is_heard_in_the_next_block_without_a_step() -> None:
    (sound,) = audition_plan(Audition(preset="layers/mains-hum"), FOLDERS).sounds
    voice = LayerVoice(replace(sound, curves={}))
    before = voice.read(64 * TICK, {"distance": 0.0})
    after = voice.read(64 * TICK, {"distance": 1.0})
    later = voice.read(64 * TICK, {"distance": 1.0})
    assert later.std() < 0.3 * before.std()
    step = np.abs(np.diff(np.concatenate([before, after, later], axis=1))).max()
    assert step <= 1.05 * np.abs(np.diff(before)).max()


@pytest.mark.parametrize("preset", ["layers/desert-wind", "hits/impact-metal", "instruments/harp"])
def test_a_preset_is_brought_to_the_reference(preset: str, tmp_path: Path) -> None:
    wanted = Audition(preset=preset)
    heard = hear(wanted, FOLDERS, tmp_path)
    audio = whole(live_sound(wanted, FOLDERS, tmp_path), heard.seconds, {}) * db_to_gain(heard.gain_db)
    loudness = pyloudnorm.Meter(SAMPLE_RATE, filter_class="DeMan").integrated_loudness(audio.T)
    assert loudness == pytest.approx(REFERENCE_LUFS, abs=0.2)


def test_what_clicks_is_brought_to_the_reference_behind_a_limiter() -> None:
    clicks = np.zeros((2, 10 * SAMPLE_RATE), np.float32)
    rng = np.random.default_rng(1)
    clicks += rng.normal(0.0, 0.004, clicks.shape).astype(np.float32)
    clicks[:, :: SAMPLE_RATE // 2] = 0.5
    heard = measured(clicks)
    assert heard.loudness_lufs is not None and heard.true_peak_dbtp is not None
    assert heard.true_peak_dbtp + heard.gain_db > 0.0
    assert heard.loudness_lufs + heard.gain_db >= REFERENCE_LUFS - 0.1


def test_a_picture_shows_where_the_sound_is() -> None:
    time = np.arange(4 * SAMPLE_RATE) / SAMPLE_RATE
    sine = (0.5 * np.sin(2.0 * np.pi * 1_000.0 * time) * (time > 2.0)).astype(np.float32)
    picture = np.frombuffer(base64.b64decode(measured(np.stack([sine, sine])).picture), np.uint8)
    picture = picture.reshape(COLUMNS, ROWS)
    row = int(ROWS * np.log(1_000.0 / 45.0) / np.log(18_000.0 / 45.0))
    assert picture[: COLUMNS // 2 - 3].max() == 0
    assert (picture[COLUMNS // 2 + 3 : -3].argmax(axis=1) == row).all()


def test_variations_stay_in_range_and_locked_parameters_stay() -> None:
    preset = get_preset("layers", "desert-wind", FOLDERS)
    params = {param.name: param for param in params_of(unit("layers", preset.unit).Params)}
    seen = set()
    for seed in range(30):
        changes = varied(
            "layers/desert-wind", {"dust": 0.9}, amount=0.2, seed=seed, folders=FOLDERS, locked=["speed", "dust"]
        )
        assert changes["dust"] == 0.9
        assert "speed" not in changes
        preset.make(**changes)
        for name, value in changes.items():
            if name != "dust":
                before = preset.params.get(name, params[name].default)
                assert abs(float(value) - float(before)) <= 0.2 * (params[name].high - params[name].low) * 1.001
        seen.add(changes["gustiness"])
    assert len(seen) > 25


def test_a_kept_preset_keeps_comments_and_order_of_its_parent_and_plays(tmp_path: Path) -> None:
    path = keep_preset(
        "layers/desert-wind",
        "my-wind",
        folders=(tmp_path, *FOLDERS),
        into=tmp_path,
        title="My wind",
        changes={"gustiness": 0.9},
    )
    text = path.read_text()
    assert "# Steady trade wind over open sand" in text
    assert text.index("title") < text.index("unit") < text.index("[params]") < text.index("gustiness")
    kept = load_preset(path, "layers")
    assert kept.title == "My wind"
    assert kept.params == {**get_preset("layers", "desert-wind", FOLDERS).params, "gustiness": 0.9}
    with pytest.raises(PresetError, match="already"):
        keep_preset("layers/desert-wind", "my-wind", folders=(tmp_path, *FOLDERS), into=tmp_path)


@pytest.mark.parametrize(
    ("name", "reason"), [("desert-wind", "packaged"), ("../evil", "not a preset name"), ("", "not a preset name")]
)
def test_no_packaged_preset_is_covered_and_no_path_is_a_name(name: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(PresetError, match=reason):
        keep_preset("layers/desert-wind", name, folders=(tmp_path, *FOLDERS), into=tmp_path)
    assert not list(tmp_path.rglob("*.toml"))


def test_a_kept_palette_has_its_faders_and_not_what_was_muted(tmp_path: Path) -> None:
    first, second = (layer["preset"] for layer in _palette_layers("airship")[:2])
    path = keep_preset(
        "palettes/airship",
        "quiet-ship",
        folders=(tmp_path, *FOLDERS),
        into=tmp_path,
        faders_db={second: -20.0},
        muted=[first],
    )
    import tomllib

    layers = tomllib.loads(path.read_text())["layers"]
    assert first not in [layer["preset"] for layer in layers]
    assert next(layer for layer in layers if layer["preset"] == second)["gain_db"] == -20.0


def _palette_layers(name: str) -> list[dict[str, str]]:
    import tomllib

    return tomllib.loads((FOLDERS[-1] / "palettes" / f"{name}.toml").read_text())["layers"]  # type: ignore[no-any-return]


@pytest.mark.parametrize("kind", ["layers", "hits", "instruments", "spaces", "palettes"])
def test_the_line_for_a_film_is_toml(kind: str) -> None:
    import tomllib

    from soundscape.registry import find_presets

    name = next(iter(find_presets(kind)))
    assert name in str(tomllib.loads(film_line(f"{kind}/{name}", FOLDERS, place='the "old" mine')))


def test_the_line_of_a_hit_names_what_the_film_calls_it(tmp_path: Path) -> None:
    line = film_line("hits/door-iron", FOLDERS, word='the "great" gate')
    (tmp_path / "film.toml").write_text(f'timeline = "cut.edl"\n{line}')
    assert load_film(tmp_path).hits == {"the great gate": "door-iron"}


def test_the_studio_remembers_what_its_owner_likes(tmp_path: Path, settings: pipeline.Settings) -> None:
    studio = Studio(settings, (tmp_path / "presets", *FOLDERS[1:]))
    assert studio.memory()["favourites"] == []
    studio.remember(favourites=["layers/desert-wind"])
    studio.remember(options={"hover": False})
    again = Studio(settings, (tmp_path / "presets", *FOLDERS[1:])).memory()
    assert (again["favourites"], again["options"]) == (["layers/desert-wind"], {"hover": False})


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, parts_folder: Path) -> FilmRoom:
    from tests.conftest import SHOTS

    folder = tmp_path_factory.mktemp("film")
    (folder / "shots.csv").write_text(SHOTS)
    return FilmRoom(folder / "shots.csv", pipeline.Settings(jobs=1, cache=parts_folder))


def test_a_film_is_heard_from_any_moment_as_it_is_mixed(room: FilmRoom) -> None:
    from_start = room.play(0.0, 12.0, swaps={}).read(6 * SAMPLE_RATE, {})
    later = room.play(3.0, 12.0, swaps={}).read(2 * SAMPLE_RATE, {})
    assert later.shape == (len(room.overview()["buses"]), 2, 2 * SAMPLE_RATE)
    np.testing.assert_allclose(later, from_start[:, :, 3 * SAMPLE_RATE : 5 * SAMPLE_RATE], atol=2e-4)


def test_another_sound_in_a_film_changes_its_bus_alone(room: FilmRoom) -> None:
    overview = room.overview()
    sound = next(item for item in overview["sounds"] if item["bus"] == "ambience")
    other = "layers/city-rain" if sound["preset"] != "layers/city-rain" else "layers/desert-wind"
    other = other if (FOLDERS[-1] / f"{other}.toml").exists() else "layers/mains-hum"
    before = room.play(1.0, 4.0, swaps={}).read(SAMPLE_RATE, {})
    after = room.play(1.0, 4.0, swaps={sound["name"]: (other, {})}).read(SAMPLE_RATE, {})
    for bus, old, new in zip(overview["buses"], before, after, strict=True):
        assert np.array_equal(old, new) == (bus != "ambience"), bus


def test_a_sound_is_swapped_only_for_one_of_its_kind(room: FilmRoom) -> None:
    sound = next(item for item in room.overview()["sounds"] if item["bus"] == "ambience")
    with pytest.raises(Exception, match="is of the kind layers"):
        room.play(0.0, 1.0, swaps={sound["name"]: ("hits/impact-metal", {})})


def test_a_notebook_shows_a_player_of_the_sound_as_it_is(tmp_path: Path, settings: pipeline.Settings) -> None:
    import io
    import re

    import soundfile

    made = pipeline.audition("hits/impact-metal", out=tmp_path, seconds=2.0, settings=settings)
    shown = made._repr_html_()
    assert f"{made.loudness.integrated_lufs:.1f} LUFS" in shown
    packed = re.search(r"data:audio/flac;base64,([^\"]+)", shown)
    assert packed
    played, rate = soundfile.read(io.BytesIO(base64.b64decode(packed[1])))
    written, _ = soundfile.read(made.path)
    assert rate == SAMPLE_RATE
    np.testing.assert_allclose(played, written, atol=1.01 / 32_768)


def test_a_long_sound_is_shown_in_part_and_says_so(tmp_path: Path, settings: pipeline.Settings) -> None:
    made = pipeline.audition("layers/mains-hum", out=tmp_path, seconds=31.0, settings=settings)
    assert "31.0 s" in made._repr_html_()
    assert "the first 30 s are played" in made._repr_html_()


def test_a_palette_begins_near_the_reference_before_it_is_measured(tmp_path: Path) -> None:
    studio = Studio(pipeline.Settings(cache=tmp_path), FOLDERS, ahead=False)
    for name in ("desert-surface", "dream"):
        wanted = Audition(preset=f"palettes/{name}")
        estimated, exact = studio.gain_db(wanted, studio.play(wanted))
        assert not exact
        assert estimated == pytest.approx(studio.hear(wanted).gain_db, abs=2.0)
        assert studio.gain_db(wanted, studio.play(wanted)) == (studio.hear(wanted).gain_db, True)


def test_a_single_sound_is_dry_until_its_wetness_is_asked_for() -> None:
    folders = preset_folders()
    for preset in ("desert-wind", "impact-stone", "celesta"):
        assert audition_plan(Audition(preset=preset), folders).rooms == {}
        wet = audition_plan(Audition(preset=preset, controls={"wetness": 0.8}), folders)
        (sound,) = wet.sounds
        assert sound.space in wet.rooms
        assert sound.curves == {"wetness": ((0, 0.8),)}
