"""Calibration: every preset is equally loud at its neutral settings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyloudnorm
import pytest

from soundscape.calibration import HIT_LUFS, LAYER_LUFS, calibration_db, loudest
from soundscape.contract import TICK, neutral
from soundscape.model import SAMPLE_RATE
from soundscape.params import make_params
from soundscape.registry import all_presets, unit
from soundscape.rng import Seed

LAYERS = [preset for preset in all_presets() if preset.kind == "layers"]
HITS = [preset for preset in all_presets() if preset.kind == "hits"]


@pytest.mark.parametrize("preset", LAYERS[:: max(1, len(LAYERS) // 6)], ids=lambda preset: preset.name)
def test_a_layer_is_brought_to_its_reference_with_any_seed(preset: object, tmp_path: Path) -> None:
    gain = 10 ** (calibration_db("layers", preset.unit, preset.params, tmp_path) / 20)  # type: ignore[attr-defined]
    module = unit("layers", preset.unit)  # type: ignore[attr-defined]
    rendered = module.render(preset.make(), neutral(30 * SAMPLE_RATE // TICK), SAMPLE_RATE, Seed(77))  # type: ignore[attr-defined]
    audio = np.concatenate(list(rendered), axis=1) * gain
    meter = pyloudnorm.Meter(SAMPLE_RATE, filter_class="DeMan")
    assert meter.integrated_loudness(audio.T.astype(np.float64)) == pytest.approx(LAYER_LUFS, abs=3.0)


@pytest.mark.parametrize("preset", HITS[:: max(1, len(HITS) // 6)], ids=lambda preset: preset.name)
def test_a_hit_is_brought_to_its_reference(preset: object, tmp_path: Path) -> None:
    gain = 10 ** (calibration_db("hits", preset.unit, preset.params, tmp_path) / 20)  # type: ignore[attr-defined]
    audio = unit("hits", preset.unit).render(preset.make(), SAMPLE_RATE, Seed(77)).audio * np.float32(gain)  # type: ignore[attr-defined]
    assert loudest(audio) == pytest.approx(HIT_LUFS, abs=3.0)


def test_a_measured_gain_is_kept_and_read_again(tmp_path: Path) -> None:
    preset = LAYERS[0]
    first = calibration_db("layers", preset.unit, preset.params, tmp_path)
    (kept,) = (tmp_path / "calibration").iterdir()
    kept.write_text("1.25")
    calibration_db.__globals__["_known"].cache_clear()
    assert calibration_db("layers", preset.unit, preset.params, tmp_path) == 1.25
    kept.write_text("broken")
    calibration_db.__globals__["_known"].cache_clear()
    assert calibration_db("layers", preset.unit, preset.params, tmp_path) == first


def test_other_parameters_have_a_gain_of_their_own(tmp_path: Path) -> None:
    preset = LAYERS[0]
    params = unit("layers", preset.unit).Params
    assert make_params(params, preset.params) is not None
    calibration_db("layers", preset.unit, preset.params, tmp_path)
    calibration_db("layers", preset.unit, {}, tmp_path)
    assert len(list((tmp_path / "calibration").iterdir())) == (2 if preset.params else 1)
