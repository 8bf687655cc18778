"""Calibration: every preset is equally loud at its neutral settings, so that chance sets no level."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest

from soundscape import calibration
from soundscape.calibration import calibration_db
from soundscape.contract import TICK, Tone, neutral
from soundscape.dsp.loudness import loudness_lufs
from soundscape.levels import HIT_LUFS, LAYER_LUFS, TONE_LUFS, loudest
from soundscape.model import SAMPLE_RATE, Sound
from soundscape.registry import Preset, all_presets, get_preset, unit
from soundscape.rng import Seed

LAYERS = [preset for preset in all_presets() if preset.kind == "layers"]
HITS = [preset for preset in all_presets() if preset.kind == "hits"]
SLOW = ("glass-bowl-rubbed", "warm-pad-dark", "brass-soft", "strings-slow")


def sound(preset: Preset, seed: int) -> Sound:
    return Sound(
        name=preset.name,
        kind=preset.kind,
        unit=preset.unit,
        preset=preset.name,
        params=preset.params,
        seed=seed,
        at=0,
        length=0,
        bus="effects",
    )


@pytest.mark.parametrize("preset", LAYERS[:: max(1, len(LAYERS) // 6)], ids=lambda preset: preset.name)
def test_a_layer_is_brought_to_its_reference_with_any_seed(preset: Preset, tmp_path: Path) -> None:
    gain = 10 ** (calibration_db(sound(preset, 77), tmp_path) / 20)
    module = unit("layers", preset.unit)
    rendered = module.render(preset.make(), neutral(30 * SAMPLE_RATE // TICK), SAMPLE_RATE, Seed(77))
    audio = np.concatenate(list(rendered), axis=1) * gain
    # Ungated, as calibration is: the pauses of a sparse layer are part of it. Another seed has other events.
    assert loudness_lufs(audio.astype(np.float32), SAMPLE_RATE) == pytest.approx(LAYER_LUFS, abs=6.0)


@pytest.mark.parametrize("preset", HITS[:: max(1, len(HITS) // 6)], ids=lambda preset: preset.name)
def test_a_hit_is_brought_to_its_reference_exactly(preset: Preset, tmp_path: Path) -> None:
    gain = 10 ** (calibration_db(sound(preset, 77), tmp_path) / 20)
    audio = unit("hits", preset.unit).render(preset.make(), SAMPLE_RATE, Seed(77)).audio * np.float32(gain)
    assert loudest(audio) == pytest.approx(HIT_LUFS, abs=0.05)


def test_a_measured_gain_is_kept_and_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration, "shipped", dict)
    wanted = sound(LAYERS[0], 1)
    first = calibration_db(wanted, tmp_path)
    (kept,) = (tmp_path / "calibration").iterdir()
    for content, expected in (("1.25", 1.25), ("broken", first)):
        kept.write_text(content)
        calibration._known.cache_clear()
        assert calibration_db(wanted, tmp_path) == expected


def test_other_parameters_and_other_hits_have_gains_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calibration, "shipped", dict)
    for preset, seed in ((LAYERS[0], 1), (LAYERS[0], 2), (LAYERS[-1], 1), (HITS[0], 1), (HITS[0], 2)):
        calibration_db(sound(preset, seed), tmp_path)
    assert len(list((tmp_path / "calibration").iterdir())) == 4


@pytest.mark.parametrize("name", SLOW)
def test_an_instrument_that_takes_its_time_is_as_loud_in_the_end_as_one_that_speaks_at_once(
    name: str, tmp_path: Path
) -> None:
    preset = get_preset("instruments", name)
    module = unit("instruments", preset.unit)
    tone = Tone(pitch=62.0, length_s=5.0, velocity=0.7)
    takes = [loudest(module.tone(preset.make(), tone, SAMPLE_RATE, Seed(take))) for take in range(6)]
    assert np.mean(takes) + calibration_db(sound(preset, 3), tmp_path) == pytest.approx(TONE_LUFS, abs=1.0)


def test_a_gain_that_comes_with_the_program_is_not_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    preset = LAYERS[0]
    table = calibration.measured([("layers", preset.unit, preset.params)])
    monkeypatch.setattr(calibration, "shipped", lambda: table)
    calibration._known.cache_clear()
    assert [calibration_db(sound(preset, 1), tmp_path)] == list(table.values())
    assert not (tmp_path / "calibration").exists()


def test_the_gain_of_a_changed_unit_is_measured_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    preset = LAYERS[0]
    table = dict.fromkeys(calibration.measured([("layers", preset.unit, preset.params)]), 99.0)
    monkeypatch.setattr(calibration, "shipped", lambda: table)
    monkeypatch.setattr(calibration, "code_digest", Mock(return_value="changed"))
    calibration._known.cache_clear()
    assert calibration_db(sound(preset, 1), tmp_path) < 99.0
    calibration._known.cache_clear()


@pytest.mark.slow
def test_the_gains_that_come_with_the_program_are_those_of_its_units() -> None:
    measured, shipped = calibration.measured(calibration.packaged()), calibration.shipped()
    current = sorted(measured.keys() & shipped.keys())
    assert [measured[key] for key in current] == pytest.approx([shipped[key] for key in current], abs=0.011)
