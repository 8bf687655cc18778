"""What holds for every hit that the registry finds, at every preset of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from soundscape.contract import Hit
from soundscape.model import BUSES
from soundscape.params import Param, params_of
from soundscape.registry import unit
from tests import descriptors
from tests.hits.rendering import (
    HITS,
    PRESETS,
    RATE,
    centroid_hz,
    length_s,
    loudest_db,
    loudest_frame,
    make,
    onset_frame,
    presets_of,
    render,
)

EACH_HIT = pytest.mark.parametrize("hit", HITS)
EACH_PRESET = pytest.mark.parametrize("preset", PRESETS)
STEPS = tuple(float(step) for step in np.linspace(0.0, 1.0, 9))
SEEDS = (1, 2, 3)

EXTREMES = [
    (hit, param, value)
    for hit in HITS
    for param in params_of(unit("hits", hit).Params)
    for value in (param.options or ([True, False] if isinstance(param.default, bool) else [param.low, param.high]))
]


def name_of(part: object) -> str:
    return part.name if isinstance(part, Param) else str(part)


@EACH_HIT
def test_it_says_what_it_is(hit: str) -> None:
    module = unit("hits", hit)
    assert len(module.__doc__.split()) > 20
    assert module.BUS in BUSES
    assert module.SYNC in ("onset", "peak", "end")
    assert {"size", "distance", "intensity"} <= {param.name for param in params_of(module.Params)}


@EACH_HIT
def test_it_has_a_test_and_at_least_two_presets(hit: str) -> None:
    assert (Path(__file__).parent / f"test_{hit}.py").is_file()
    assert len(presets_of(hit)) >= 2
    assert all(preset.words and preset.title for preset in presets_of(hit))


@EACH_PRESET
def test_it_is_a_clean_signal(preset: str) -> None:
    hit = render(preset)
    assert hit.audio.dtype == np.float32
    assert hit.audio.shape[0] == 2
    assert np.isfinite(hit.audio).all()
    peak = np.abs(hit.audio).max()
    assert 10.0 ** (-40.0 / 20.0) < peak <= 10.0 ** (-0.1 / 20.0)
    assert descriptors.dc_db(hit.audio, RATE) <= -50.0
    assert descriptors.low_share(hit.audio, RATE) <= 0.15
    assert 0.05 <= hit.audio.shape[1] / RATE <= 30.0


@EACH_PRESET
def test_it_begins_and_ends_in_silence(preset: str) -> None:
    audio = render(preset).audio
    peak = np.abs(audio).max()
    assert np.abs(audio[:, 0]).max() <= 0.02 * peak
    assert np.abs(audio[:, -RATE // 2000 :]).max() <= 10.0 ** (-90.0 / 20.0)
    assert np.abs(audio[:, -RATE // 500 :]).max() <= 10.0 ** (-60.0 / 20.0) * peak


@EACH_PRESET
def test_it_lands_on_its_sync_point(preset: str) -> None:
    hit = render(preset)
    assert 0 <= hit.sync < hit.audio.shape[1]
    kind = unit("hits", PRESETS[preset].unit).SYNC
    if kind == "onset":
        assert abs(onset_frame(hit) - hit.sync) <= RATE // 1000
    elif kind == "peak":
        assert abs(loudest_frame(hit) - hit.sync) <= 0.06 * RATE
    else:
        level = descriptors.levels_db(hit.audio, RATE, frame_s=0.02)
        at = round(hit.sync / (0.02 * RATE))
        assert at - 15 <= np.argmax(level) <= at
        assert level[at + 3 :].max(initial=-200.0) <= level.max() - 18.0


@EACH_PRESET
def test_the_same_seed_gives_the_same_samples_and_another_seed_others(preset: str) -> None:
    first = render(preset)
    chosen = PRESETS[preset]
    render.cache_clear()
    again, other = render(preset), render(preset, seed=7)
    assert first.sync == again.sync
    assert np.array_equal(first.audio, again.audio)
    size = min(first.audio.shape[1] - first.sync, other.audio.shape[1] - other.sync)
    ahead = min(first.sync, other.sync)
    pair = [hit.audio[:, hit.sync - ahead : hit.sync + size].ravel() for hit in (first, other)]
    assert abs(np.corrcoef(*pair)[0, 1]) < 0.9, chosen.name


def energy_db(hit: Hit) -> float:
    """Energy of the whole sound."""
    return float(10.0 * np.log10(np.sum(hit.audio.astype(np.float64) ** 2)))


def trend(hit: str, control: str, measure: str) -> float:
    """Spearman's rho of a control and the mean of what it should move, over a few seeds."""
    measures = {
        "level": loudest_db,
        "energy": energy_db,
        "centroid": lambda made: np.log(centroid_hz(made)),
        "length": lambda made: np.log(length_s(made)),
    }
    found = [
        np.mean([measures[measure](make(hit, seed=seed, **{control: step})) for seed in SEEDS]) for step in STEPS
    ]
    return float(stats.spearmanr(STEPS, found)[0])


@EACH_HIT
def test_intensity_makes_it_louder_and_brighter(hit: str) -> None:
    assert trend(hit, "intensity", "level") >= 0.9
    assert trend(hit, "intensity", "centroid") >= 0.9


@EACH_HIT
def test_distance_makes_it_softer_and_darker(hit: str) -> None:
    assert trend(hit, "distance", "level") <= -0.9
    assert trend(hit, "distance", "centroid") <= -0.9


@EACH_HIT
def test_size_gives_it_more_energy_and_makes_it_longer_or_deeper(hit: str) -> None:
    assert trend(hit, "size", "energy") >= 0.9
    longer, deeper = trend(hit, "size", "length"), -trend(hit, "size", "centroid")
    assert max(longer, deeper) >= 0.9
    assert min(longer, deeper) >= -0.5


@pytest.mark.parametrize(("hit", "param", "value"), EXTREMES, ids=name_of)
def test_every_parameter_at_its_extremes_is_sound(hit: str, param: Param, value: float | str | bool) -> None:
    made = make(hit, **{param.name: value})
    assert np.isfinite(made.audio).all()
    peak = np.abs(made.audio).max()
    assert 1e-4 < peak <= 10.0 ** (-0.1 / 20.0)
    assert 0 <= made.sync < made.audio.shape[1]
    assert np.abs(made.audio[:, 0]).max() <= 0.02 * peak
    assert np.abs(made.audio[:, -RATE // 500 :]).max() <= 10.0 ** (-60.0 / 20.0) * peak
    assert descriptors.dc_db(made.audio, RATE) <= -50.0


@EACH_HIT
@pytest.mark.parametrize("rate", [44_100, 24_000])
def test_other_sample_rates_sound_alike(hit: str, rate: int) -> None:
    usual, other = make(hit), make(hit, rate=rate)
    assert other.sync / rate == pytest.approx(usual.sync / RATE, abs=0.002)
    assert loudest_db(other, rate) == pytest.approx(loudest_db(usual), abs=4.0)
    assert length_s(other, rate) == pytest.approx(length_s(usual), rel=0.4, abs=0.1)
