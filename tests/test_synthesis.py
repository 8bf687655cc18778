"""Parts: the same content is the same file, whatever else is in the film; a damaged part is rendered again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from soundscape.contract import TICK
from soundscape.model import SAMPLE_RATE, Clip, Note, Sound
from soundscape.parts import PartCache
from soundscape.registry import units
from soundscape.synthesis import control_blocks, on_ticks, part_key, render_part
from soundscape.wav import open_wav

LAYER = Sound(
    name="ambience/x",
    kind="layers",
    unit=next(iter(units("layers"))),
    preset="p",
    params={},
    seed=5,
    at=0,
    length=SAMPLE_RATE + 100,
    bus="ambience",
)


def test_a_part_has_the_length_of_its_sound_to_the_end_of_its_last_tick(tmp_path: Path) -> None:
    part = render_part(LAYER, PartCache(tmp_path)).part
    assert part.read().shape == (-(-LAYER.length // TICK) * TICK, 2)
    assert np.abs(part.read()).max() > 0.0


def test_place_and_level_do_not_change_the_part_but_content_does() -> None:
    same = [
        replace(LAYER, at=99, gain_db=-3.0, pan=0.5, name="y", fade_in=10, space="s", why="w", preset="q"),
        replace(LAYER, length=LAYER.length + 1),  # by which a scene differs where it begins elsewhere
    ]
    other = [
        replace(LAYER, seed=6),
        replace(LAYER, length=LAYER.length + TICK),
        replace(LAYER, curves={"intensity": ((0, 0.1),)}),
        replace(LAYER, unit=list(units("layers"))[-1]),
    ]
    key = part_key(LAYER)
    assert [part_key(sound) == key for sound in same] == [True] * 2
    assert [part_key(sound) == key for sound in other] == [False] * 4


@pytest.mark.parametrize("draft", [False, True])
def test_sounds_with_one_key_have_the_same_samples(draft: bool, tmp_path: Path) -> None:
    curves = [{"intensity": ((at, 0.1), (8 * TICK, 0.9))} for at in (TICK // 2 + 2, TICK - 2, TICK + 100)]
    sounds = [replace(LAYER, length=LAYER.length + n, curves=curve) for n, curve in enumerate(curves)]
    assert len({part_key(sound, draft=draft) for sound in sounds}) == 1
    parts = [render_part(sound, PartCache(tmp_path / str(n)), draft).part for n, sound in enumerate(sounds)]
    assert len({part.path.read_bytes() for part in parts}) == 1


def test_a_part_is_rendered_once(tmp_path: Path) -> None:
    first = render_part(LAYER, PartCache(tmp_path))
    made = first.part.path.stat().st_ino
    again = render_part(LAYER, PartCache(tmp_path))
    assert (first.fresh, again.fresh, again.part) == (True, False, first.part)
    assert first.part.path.stat().st_ino == made


@pytest.mark.parametrize("damage", ["truncated", "flipped", "empty"])
def test_a_damaged_part_is_noticed_and_rendered_again(tmp_path: Path, damage: str) -> None:
    part = render_part(LAYER, PartCache(tmp_path)).part
    whole = part.path.read_bytes()
    broken = {"truncated": whole[:-100], "flipped": whole[:5000] + b"\xff" + whole[5001:], "empty": b""}[damage]
    part.path.write_bytes(broken)
    assert PartCache(tmp_path).find(part_key(LAYER)) is None
    assert render_part(LAYER, PartCache(tmp_path)).part.path.read_bytes() == whole


def test_nothing_is_left_when_a_unit_fails(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="no such parameter"):
        render_part(replace(LAYER, params={"nonsense": 1}), PartCache(tmp_path))
    assert list(tmp_path.glob("[!.]*/*")) == []


@pytest.mark.parametrize("ticks", [1, 7, 256])
def test_curves_are_straight_between_their_points_in_any_block(ticks: int) -> None:
    curve = ((0, 0.0), (10 * TICK, 1.0), (20 * TICK, 0.5))
    blocks = list(control_blocks(30 * TICK + 5, {"intensity": curve}, ticks=ticks))
    edges = np.concatenate([blocks[0]["intensity"][:1], *(block["intensity"][1:] for block in blocks)])
    assert sum(block.ticks for block in blocks) == 31
    np.testing.assert_allclose(edges[[0, 5, 10, 15, 20, 31]], [0.0, 0.5, 1.0, 0.75, 0.5, 0.5])


def test_distance_makes_a_layer_quieter_and_darker(tmp_path: Path) -> None:
    near = render_part(LAYER, PartCache(tmp_path)).part.read()[:, 0]
    far = render_part(replace(LAYER, curves={"distance": ((0, 0.5),)}), PartCache(tmp_path)).part.read()[:, 0]
    assert 20 * np.log10(np.std(near) / np.std(far)) == pytest.approx(12.0, abs=3.0)

    def brightness(signal: np.ndarray) -> float:
        power = np.abs(np.fft.rfft(signal)) ** 2
        return float((power * np.arange(power.size)).sum() / power.sum())

    assert brightness(far) < brightness(near)


def test_notes_are_summed_where_they_begin(tmp_path: Path) -> None:
    instrument = next(iter(units("instruments")))
    notes = (
        Note(start=0, length=4800, pitch=62.0, velocity=0.5),
        Note(start=30_000, length=4800, pitch=69.0, velocity=0.9),
    )
    sound = replace(LAYER, kind="instruments", unit=instrument, notes=notes)
    both = render_part(sound, PartCache(tmp_path)).part.read()
    first = render_part(replace(sound, notes=notes[:1]), PartCache(tmp_path)).part.read()
    np.testing.assert_array_equal(both[:30_000], first[:30_000])
    assert np.abs(both[30_000:50_000] - first[30_000:50_000]).max() > 1e-3
    assert len(both) >= 34_800


def test_narration_of_any_rate_becomes_stereo_at_48_khz(tmp_path: Path) -> None:
    time = np.arange(44_100) / 44_100
    tone = (0.5 * np.sin(2 * np.pi * 1000 * time)).astype(np.float32)[None]
    with open_wav(tmp_path / "v.wav", sample_rate=44_100, channels=1) as file:
        file.write(tone)
    samples = render_part(Clip(name="v", path=str(tmp_path / "v.wav"), at=0), PartCache(tmp_path)).part.read()
    expected = 0.5 * np.sin(2 * np.pi * 1000 * np.arange(48_000) / 48_000)
    assert samples.shape == (48_000, 2)
    np.testing.assert_allclose(samples[2000:-2000, 1], expected[2000:-2000], atol=1e-4)


def test_what_is_skipped_is_left_out_and_nothing_else_changes(tmp_path: Path) -> None:
    skip, cache = 32 * TICK, PartCache(tmp_path)
    whole = render_part(replace(LAYER, length=LAYER.length + skip), cache).part.read()
    later = render_part(replace(LAYER, skip=skip), cache).part.read()
    np.testing.assert_array_equal(later, whole[skip:])


@pytest.mark.parametrize(("control", "value"), [("distance", 0.8), ("walls", 1.0)])
def test_what_is_far_or_behind_walls_is_quieter_and_darker(tmp_path: Path, control: str, value: float) -> None:
    cache = PartCache(tmp_path)
    near = render_part(LAYER, cache).part.read()
    far = render_part(replace(LAYER, curves={control: ((0, value),)}), cache).part.read()
    assert far.shape == near.shape
    assert far.std() < 0.7 * near.std()
    assert np.diff(far, axis=0).std() / far.std() < np.diff(near, axis=0).std() / near.std()


def test_a_fast_source_has_the_length_of_its_sound(tmp_path: Path) -> None:
    passing = replace(LAYER, curves={"speed": ((0, 0.9), (LAYER.length, 0.1))})
    part = render_part(passing, PartCache(tmp_path)).part
    assert part.frames == on_ticks(LAYER).length
    assert np.isfinite(part.read()).all()
