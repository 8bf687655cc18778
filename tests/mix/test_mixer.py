"""Mixing: every source at its sample, with its gain, in its bus; stems sum to the programme."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from soundscape.audio import BLOCK, Audio
from soundscape.mix.gains import pan_gains, source_gain, source_pan
from soundscape.mix.mixer import END_FADE, mix
from soundscape.mix.source import Source
from soundscape.mix.store import StemStore, programme_of
from soundscape.mix.tracks import tracks_of
from soundscape.model import MUTE_DB, Clip, Morph, Plan, Sound
from soundscape.parts import Part, PartCache
from soundscape.timecode import Rate

LENGTH = 3 * BLOCK + 1234
LONG = 20_000
RNG = np.random.default_rng(9)
NOISE = np.random.default_rng(3).normal(0.0, 0.1, (1, BLOCK + 777)).astype(np.float32).repeat(2, axis=0)
"""Equal on both sides, for the lows of what is not are changed."""


def sound(**changes: object) -> Sound:
    base = Sound(
        name="a",
        kind="layers",
        unit="u",
        preset="p",
        params={},
        seed=1,
        at=1000,
        length=NOISE.shape[1],
        bus="ambience",
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def plan(*sounds: Sound, **changes: object) -> Plan:
    base = Plan(
        title="t",
        version="0",
        seed=1,
        rate=Rate(fps=Fraction(24)),
        start=0,
        length=LENGTH,
        target="x",
        sounds=sounds,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def part(folder: Path, audio: Audio = NOISE, *, sync: int = 0, name: str = "a") -> Part:
    return PartCache(folder).keep(name, [audio], sync=sync)


def stems(made: Plan, parts: dict[str, Part]) -> dict[str, Audio]:
    blocks = list(mix(made, parts))
    return {bus: np.concatenate([block[bus] for block in blocks], axis=1) for bus in blocks[0]}


def test_a_source_lies_at_its_sample_unchanged(tmp_path: Path) -> None:
    ambience = stems(plan(sound()), {"a": part(tmp_path)})["ambience"]
    assert ambience.shape == (2, LENGTH)
    np.testing.assert_array_equal(ambience[:, 1000 : 1000 + NOISE.shape[1]], NOISE)
    assert not ambience[:, :1000].any()
    assert not ambience[:, 1000 + NOISE.shape[1] :].any()


def test_a_hit_lands_with_its_sync_frame_on_the_marker(tmp_path: Path) -> None:
    click = np.zeros((2, 500), np.float32)
    click[:, 123] = 1.0
    made = plan(sound(kind="hits", at=BLOCK, bus="effects", length=0))
    effects = stems(made, {"a": part(tmp_path, click, sync=123)})["effects"]
    assert np.flatnonzero(effects[0]).tolist() == [BLOCK]


def test_what_begins_before_the_programme_is_cut_not_moved(tmp_path: Path) -> None:
    made = plan(sound(kind="hits", at=100, length=0))
    ambience = stems(made, {"a": part(tmp_path, sync=150)})["ambience"]
    np.testing.assert_array_equal(ambience[:, :1000], NOISE[:, 50:1050])


def test_gain_calibration_and_bus_gain_add_up(tmp_path: Path) -> None:
    made = plan(sound(gain_db=-6.0, calibration_db=4.0), bus_gains_db={"ambience": -10.0})
    ambience = stems(made, {"a": part(tmp_path)})["ambience"]
    expected = NOISE * 10 ** (-12.0 / 20)
    np.testing.assert_allclose(ambience[:, 1000 : 1000 + NOISE.shape[1]], expected, rtol=2e-6, atol=1e-9)


def test_stems_sum_to_the_programme(tmp_path: Path) -> None:
    sounds = [sound(name=bus, bus=bus, at=at) for bus, at in (("music", 0), ("effects", 70_000), ("ambience", 500))]
    made = plan(*sounds)
    found = stems(made, {item.name: part(tmp_path) for item in sounds})
    total = sum(stem.astype(np.float64) for stem in found.values())
    assert np.abs(programme_of(found) - total).max() < 10 ** (-140 / 20)


def test_narration_is_the_dialogue_bus_and_absent_without_it(tmp_path: Path) -> None:
    clip = Clip(name="voice", path="v.wav", at=2000, gain_db=-6.0)
    found = stems(plan(narration=(clip,)), {"voice": part(tmp_path, name="voice")})
    np.testing.assert_allclose(found["dialogue"][:, 2000:3000], NOISE[:, :1000] * 10 ** (-0.3), rtol=1e-6)
    assert "dialogue" not in stems(plan(sound()), {"a": part(tmp_path)})


def test_the_programme_ends_without_a_click(tmp_path: Path) -> None:
    steady = np.ones((2, LENGTH), np.float32)
    ambience = stems(plan(sound(at=0, length=LENGTH)), {"a": part(tmp_path, steady)})["ambience"]
    assert ambience[0, -1] < 1e-3
    assert ambience[0, -END_FADE - 1] == 1.0
    assert np.abs(np.diff(ambience[0])).max() < 2.0 / END_FADE


def test_stored_stems_come_back_bit_for_bit(tmp_path: Path) -> None:
    made, parts = plan(sound()), {"a": part(tmp_path)}
    store = StemStore(tmp_path, ("music", "effects", "ambience"))
    counted: list[None] = []
    store.fill(mix(made, parts), done=lambda: counted.append(None))
    again = np.concatenate([block["ambience"] for block in store.blocks()], axis=1)
    np.testing.assert_array_equal(again, stems(made, parts)["ambience"])
    assert len(counted) == 4


@pytest.mark.parametrize("pan", [-1.0, -0.4, 0.0, 0.7, 1.0])
def test_panning_keeps_the_power(pan: float) -> None:
    left, right = pan_gains(pan)
    assert left**2 + right**2 == pytest.approx(2.0)
    assert (left > right + 1e-9) == (pan < 0)


def test_pan_beyond_the_speakers_is_refused() -> None:
    with pytest.raises(ValueError, match="not from -1 to 1"):
        pan_gains(1.01)


def test_crossfaded_neighbours_keep_the_power() -> None:
    fade, length = 4800, 96_000
    out = source_gain(sound(length=length, fade_out=fade), np.arange(length - fade, length))
    into = source_gain(sound(length=length, fade_in=fade), np.arange(fade))
    np.testing.assert_allclose(out**2 + into**2, 1.0, atol=1e-5)


MOVING = {
    "level_db": ((0, 0.0), (9000, -12.0), (9000, -3.0), (9100, MUTE_DB), (9200, 0.0)),
    "pans": ((0, -0.7), (12_000, 0.7), (12_010, -0.2)),
    "widths": ((500, 0.0), (14_000, 1.0)),
}


@pytest.mark.parametrize("cut", [1, 480, 5000])
def test_what_is_placed_does_not_depend_on_how_it_is_cut(cut: int, tmp_path: Path) -> None:
    shaped = sound(at=0, length=LONG, fade_in=3000, fade_out=7000, gain_db=-1.0, **MOVING)
    item = Source(shaped, part(tmp_path, np.ones((2, LONG), np.float32)), "ambience", "", 0)
    whole, pieces = np.zeros((2, LONG)), np.zeros((2, LONG))
    item.add(0, whole, None)
    for at in range(0, LONG, cut):
        item.add(at, pieces[:, at : at + cut], None)
    np.testing.assert_array_equal(whole, pieces)


def test_lines_between_knots_are_fades_steps_and_turns_to_a_hundredth_of_a_decibel(tmp_path: Path) -> None:
    shaped = sound(at=0, length=LONG, fade_in=300, fade_out=7000, gain_db=-1.0, **MOVING)
    item = Source(shaped, part(tmp_path, np.ones((2, LONG), np.float32)), "ambience", "", 0)
    placed, every = np.zeros((2, LONG)), np.arange(LONG)
    item.add(0, placed, None)
    exact = source_gain(shaped, every) * np.stack(pan_gains(source_pan(shaped, every)))
    np.testing.assert_allclose(placed, exact, rtol=1.2e-3, atol=1e-5)


def test_automation_is_followed_in_decibels() -> None:
    shaped = sound(length=1001, level_db=((0, 0.0), (1000, -20.0)))
    assert source_gain(shaped, np.array([500]))[0] == pytest.approx(10 ** (-10 / 20), rel=1e-5)


def test_automation_of_a_hit_counts_from_its_sync_point(tmp_path: Path) -> None:
    made = plan(sound(kind="hits", at=5000, length=0, level_db=((0, 0.0), (1000, MUTE_DB))))
    ambience = stems(made, {"a": part(tmp_path, sync=700)})["ambience"]
    np.testing.assert_array_equal(ambience[:, 4300:5000], NOISE[:, :700])
    assert not ambience[:, 6000:].any(), "muted is silent, not merely quiet"


def test_a_bus_follows_its_automation(tmp_path: Path) -> None:
    made = plan(sound(at=0), bus_levels_db={"ambience": ((0, -6.0), (10_000, -6.0), (20_000, MUTE_DB))})
    ambience = stems(made, {"a": part(tmp_path)})["ambience"]
    np.testing.assert_allclose(ambience[:, :10_000], NOISE[:, :10_000] * 10 ** (-6 / 20), rtol=1e-5)
    assert not ambience[:, 20_000:].any()


def test_a_source_that_moves_keeps_its_power(tmp_path: Path) -> None:
    moving = sound(at=0, pans=((0, -1.0), (NOISE.shape[1], 1.0)))
    ambience = stems(plan(moving), {"a": part(tmp_path)})["ambience"]
    heard = ambience[:, : NOISE.shape[1]]
    highs = np.diff(heard)  # lows stay in the middle
    assert np.abs(highs[1, :2000]).max() < 0.05 * np.abs(highs[0, :2000]).max()
    assert np.abs(highs[0, -2000:]).max() < 0.05 * np.abs(highs[1, -2000:]).max()
    powers = [np.mean(heard[:, at : at + 8000] ** 2) / np.mean(NOISE[:, at : at + 8000] ** 2) for at in (0, 30_000)]
    np.testing.assert_allclose(powers, 1.0, atol=0.1)  # the lows of the difference are taken out


def test_no_width_is_mono_and_the_sum_stays(tmp_path: Path) -> None:
    wide = np.random.default_rng(4).normal(0.0, 0.1, (2, 20_000)).astype(np.float32)
    narrow = sound(at=0, widths=((0, 0.0), (20_000, 0.0)))
    ambience = stems(plan(narrow), {"a": part(tmp_path, wide)})["ambience"][:, :20_000]
    np.testing.assert_array_equal(ambience[0], ambience[1])
    np.testing.assert_allclose(ambience.sum(axis=0), wide.sum(axis=0), atol=1e-6)


def test_finer_tracks_sum_to_their_bus(tmp_path: Path) -> None:
    sounds = [
        sound(name="a", preset="wind", scene="one"),
        sound(name="b", preset="sand", scene="two", at=40_000),
        sound(name="c", preset="drum", bus="music", kind="instruments", at=90_000),
    ]
    made, parts = plan(*sounds), {name: part(tmp_path) for name in "abc"}
    whole = stems(made, parts)
    for kind, names in {
        "layers": ["music", "ambience-sand", "ambience-wind"],
        "instruments": ["music-drum", "ambience"],
        "scenes": ["music", "ambience-one", "ambience-two"],
    }.items():
        blocks = list(mix(made, parts, tracks_of(made, kind)))
        assert list(blocks[0]) == names
        found = {name: np.concatenate([block[name] for block in blocks], axis=1) for name in names}
        for bus in ("music", "ambience"):
            total = sum(stem.astype(np.float64) for name, stem in found.items() if name.split("-")[0] == bus)
            assert np.abs(total - whole[bus]).max() < 10 ** (-140 / 20)


def test_a_morph_stands_for_its_sounds_and_joins_them_seamlessly(tmp_path: Path) -> None:
    second, at, length = 48_000, 60_000, 48_000
    shaped = [(RNG.normal(0.0, 0.1, (1, 3 * second)) * gain).repeat(2, 0).astype(np.float32) for gain in (1.0, 0.5)]
    old = sound(name="old", at=0, length=at + length, fade_out=length)
    new = sound(name="new", at=at, length=LENGTH - at, fade_in=length)
    made = plan(
        old,
        new,
        morphs=(Morph(name="m", bus="ambience", at=at, length=length, out=("old",), into=("new",)),),
    )
    parts = {
        "old": part(tmp_path, shaped[0][:, : at + length], name="old"),
        "new": part(tmp_path, shaped[1], name="new"),
    }
    ambience = stems(made, parts)["ambience"]
    np.testing.assert_array_equal(ambience[:, :at], shaped[0][:, :at])
    np.testing.assert_allclose(ambience[:, at : at + 1000], shaped[0][:, at : at + 1000], atol=1e-6)
    end = at + length
    np.testing.assert_allclose(ambience[:, end - 1000 : end], shaped[1][:, length - 1000 : length], atol=1e-6)
    np.testing.assert_array_equal(ambience[:, end : end + 1000], shaped[1][:, length : length + 1000])
    levels = [20 * np.log10(ambience[:, start : start + 4800].std()) for start in range(at, end, 4800)]
    assert all(-26.5 < level < -19.5 for level in levels), levels
    assert levels[0] > levels[-1] + 5.0
