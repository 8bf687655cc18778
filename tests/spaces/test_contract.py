"""What holds for every space that the registry finds, at every preset of it and at the ends of its parameters."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from soundscape.audio import Audio, check_signal
from soundscape.params import ParamValue, params_of
from soundscape.registry import all_presets, find_presets, get_preset, unit, units
from soundscape.rng import Seed

RATE = 48_000
SEED = Seed(11)
SPACES = sorted(units("spaces"))
PRESETS = sorted(find_presets("spaces"))
EACH_SPACE = pytest.mark.parametrize("space", SPACES)
EACH_PRESET = pytest.mark.parametrize("preset", PRESETS)
EXTREMES = [
    (space, param.name, value)
    for space in SPACES
    for param in params_of(unit("spaces", space).Params)
    for value in (param.options or (param.low, param.high))
]


@cache
def render(preset: str, *, seed: Seed = SEED, rate: int = RATE) -> Audio:
    """A preset's response, made once."""
    found = get_preset("spaces", preset)
    return unit("spaces", found.unit).impulse_response(found.make(), rate, seed)


def check(response: Audio) -> None:
    """What every impulse response must be."""
    check_signal(response)
    assert response.shape[0] == 2
    assert response.shape[1] > 100
    power = np.abs(np.fft.rfft(response.astype(np.float64), axis=1)) ** 2
    assert power.mean() > 0.0
    assert power[:, 0].max() < 1e-5 * power.max()


@EACH_SPACE
def test_it_says_what_it_is_and_has_a_test_and_presets(space: str) -> None:
    assert len(unit("spaces", space).__doc__.split()) > 20
    assert (Path(__file__).parent / f"test_{space}.py").is_file()
    assert sum(preset.unit == space for preset in all_presets() if preset.kind == "spaces") >= 2


@EACH_PRESET
def test_a_preset_is_a_finite_stereo_response_without_dc(preset: str) -> None:
    check(render(preset))


@EACH_PRESET
def test_it_ends_smoothly_below_hearing(preset: str) -> None:
    response = np.abs(render(preset))
    last = response[:, -RATE // 100 :]
    assert last.max() < 1e-3 * response.max()
    assert last[:, -1].max() < 1e-6 * response.max()


@EACH_PRESET
def test_the_same_seed_gives_the_same_samples_and_another_seed_others(preset: str) -> None:
    first = render(preset)
    assert np.array_equal(first, render.__wrapped__(preset))
    other = render(preset, seed=SEED.child("another"))
    frames = min(first.shape[1], other.shape[1])
    assert abs(np.corrcoef(first[0, :frames], other[0, :frames])[0, 1]) < 0.5


@EACH_PRESET
def test_both_sides_are_about_as_loud(preset: str) -> None:
    left, right = np.sqrt((render(preset).astype(np.float64) ** 2).sum(axis=1))
    assert abs(20.0 * np.log10(left / right)) < 2.0


@EACH_PRESET
def test_any_rate_gives_the_same_length_in_seconds(preset: str) -> None:
    other = render(preset, rate=44_100)
    check(other)
    assert other.shape[1] / 44_100 == pytest.approx(render(preset).shape[1] / RATE, abs=2e-4)


@pytest.mark.parametrize(("space", "name", "value"), EXTREMES)
def test_every_parameter_may_stand_at_its_ends(space: str, name: str, value: ParamValue) -> None:
    module = unit("spaces", space)
    check(module.impulse_response(module.Params(**{name: value}), RATE, SEED))


def test_every_test_of_a_space_has_a_space() -> None:
    tested = {path.stem.removeprefix("test_") for path in Path(__file__).parent.glob("test_*.py")}
    assert tested - {"contract"} <= set(SPACES)
