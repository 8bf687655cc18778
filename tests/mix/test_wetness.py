"""Wetness: from a sound alone to its space alone, evenly, at one loudness, without a step."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from soundscape.audio import BLOCK, Audio
from soundscape.mix.wetness import SPACE, wet_gains
from soundscape.model import SAMPLE_RATE, Morph, Room, Sound
from soundscape.synthesis import part_key
from tests.mix.test_mixer import LENGTH, part, plan, sound, stems

STEPS = np.linspace(0.0, 1.0, 9)
ROOM = Room(unit="room", params={"t60_low_s": 0.5, "t60_mid_s": 0.5, "t60_high_s": 0.4, "level_db": -9.0}, seed=3)
RNG = np.random.default_rng(4)
STEADY = RNG.normal(0.0, 0.1, (2, LENGTH)).astype(np.float32)


def heard(folder: Path, audio: Audio, wetness: float | None, **changes: object) -> Audio:
    """A part in the room at a wetness."""
    curves = {} if wetness is None else {"wetness": ((0, wetness),)}
    item = sound(at=0, length=audio.shape[1], space="room", bus="effects", **{"curves": curves, **changes})
    return stems(plan(item, rooms={"room": ROOM}), {"a": part(folder, audio)})["effects"]


def click(frames: int = LENGTH) -> Audio:
    audio = np.zeros((2, frames), np.float32)
    audio[:, 4800] = 0.5
    return audio


def direct_db(audio: Audio) -> float:
    """Energy of the first 2 ms of a click against all that follows."""
    power = (audio.astype(np.float64) ** 2).sum(axis=0)[4800:]
    return float(10.0 * np.log10((power[:96].sum() + 1e-30) / (power[96:].sum() + 1e-30)))


def early_decay_s(audio: Audio) -> float:
    """Time in which the energy that is still to come falls by 10 dB."""
    left = np.cumsum((audio.astype(np.float64) ** 2).sum(axis=0)[::-1])[::-1][4800:]
    return float(np.argmax(left < 0.1 * left[0]) / SAMPLE_RATE)


def test_wetter_is_less_direct_and_decays_later_over_nine_steps(tmp_path: Path) -> None:
    made = [heard(tmp_path, click(), step) for step in STEPS]
    direct = [direct_db(audio) for audio in made]
    assert stats.spearmanr(STEPS, direct)[0] == -1.0
    assert max(np.diff(direct[1:-1])) < -4.0
    assert stats.spearmanr(STEPS, [early_decay_s(audio) for audio in made])[0] >= 0.9


def test_the_neutral_value_is_what_the_place_has(tmp_path: Path) -> None:
    np.testing.assert_allclose(heard(tmp_path, STEADY, 0.5), heard(tmp_path, STEADY, None), rtol=1e-5, atol=1e-7)


def test_at_the_ends_is_the_sound_alone_and_the_space_alone(tmp_path: Path) -> None:
    assert not heard(tmp_path, click(), 0.0)[:, 4900:].any()
    alone = heard(tmp_path, click(), 1.0)
    assert np.abs(alone[:, 4800]).max() < 0.003 < np.abs(alone[:, 4900:]).max()


def test_a_space_of_usual_level_leaves_the_loudness_as_it_is(tmp_path: Path) -> None:
    level = [10.0 * np.log10(np.mean(heard(tmp_path, STEADY, step)[:, BLOCK : 3 * BLOCK] ** 2)) for step in STEPS]
    assert np.ptp(level) < 3.0
    direct, send = wet_gains(STEPS.astype(np.float32))
    np.testing.assert_allclose(direct**2 + (SPACE * send) ** 2, 1.0 + SPACE**2, rtol=1e-5)


def test_a_curve_is_followed_without_zipper_noise(tmp_path: Path) -> None:
    tone = np.sin(2.0 * np.pi * 1000.0 * np.arange(LENGTH) / SAMPLE_RATE) * np.hanning(LENGTH)
    audio = np.tile(0.4 * tone, (2, 1)).astype(np.float32)
    curve = ((0, 0.1), (BLOCK, 0.1), (BLOCK + 12_000, 0.9), (LENGTH, 0.2))
    moved = heard(tmp_path, audio, None, curves={"wetness": curve})
    spectrum = np.abs(np.fft.rfft(moved[0] * np.hanning(LENGTH))) ** 2
    frequency = np.fft.rfftfreq(LENGTH, 1.0 / SAMPLE_RATE)
    far = np.abs(frequency - 1000.0) > 300.0
    assert 10.0 * np.log10(spectrum[far].sum() / spectrum.sum()) < -80.0
    early = moved[:, :BLOCK] - heard(tmp_path, audio, 0.1)[:, :BLOCK]
    assert np.abs(early).max() < 1e-6


def test_what_sounds_in_no_space_is_neither_dry_nor_wet(tmp_path: Path) -> None:
    item = sound(at=0, length=LENGTH, curves={"wetness": ((0, 0.9),)})
    np.testing.assert_array_equal(
        stems(plan(item), {"a": part(tmp_path, STEADY)})["ambience"][:, :-960],
        stems(plan(replace(item, curves={})), {"a": part(tmp_path, STEADY)})["ambience"][:, :-960],
    )


def test_a_morph_takes_over_at_the_wetness_of_its_sounds(tmp_path: Path) -> None:
    curves = {"wetness": ((0, 0.75),)}
    old = sound(name="old", at=0, length=2 * BLOCK, space="room", curves=curves)
    new = sound(name="new", at=BLOCK, length=LENGTH - BLOCK, space="room", curves=curves)
    morph = Morph(name="m", bus="ambience", at=BLOCK, length=BLOCK, out=("old",), into=("new",))
    tone = np.sin(2.0 * np.pi * 500.0 * np.arange(LENGTH) / SAMPLE_RATE)
    audio = np.tile(0.2 * tone, (2, 1)).astype(np.float32)
    parts = {
        "old": part(tmp_path, audio[:, : 2 * BLOCK], name="old"),
        "new": part(tmp_path, audio[:, BLOCK:], name="new"),
    }
    made = stems(plan(old, new, rooms={"room": ROOM}, morphs=(morph,)), parts)["ambience"]
    around = [np.sqrt(np.mean(made[:, at : at + 4800] ** 2)) for at in (BLOCK - 4800, BLOCK)]
    assert 20.0 * np.log10(around[1] / around[0]) == pytest.approx(0.0, abs=1.0)


def test_wetness_renders_nothing_anew() -> None:
    item = Sound(
        name="a", kind="layers", unit="wind", preset="p", params={}, seed=1, at=0, length=9600, bus="ambience"
    )
    wet = replace(item, curves={"wetness": ((0, 0.9),)})
    assert part_key(wet) == part_key(item)
    assert part_key(replace(item, curves={"intensity": ((0, 0.9),)})) != part_key(item)
