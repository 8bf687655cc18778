"""Any place in mono: a single loudspeaker loses less than 3 LU of it, and nothing of its lows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import signal

from soundscape.metering.meter import Meter
from soundscape.mix.mixer import mix
from soundscape.mix.store import programme_of
from soundscape.pipeline import Settings
from soundscape.pipeline.films import calibrated
from soundscape.planning.audition import Audition, audition_plan
from soundscape.registry import find_presets, preset_folders
from soundscape.synthesis import render_part


def loudness(audio: np.ndarray) -> float:
    meter = Meter(48_000, 2)
    meter.push(np.ascontiguousarray(audio, np.float32))
    found = meter.result().integrated_lufs
    assert found is not None
    return found


@pytest.mark.parametrize("palette", find_presets("palettes"))
def test_a_palette_in_mono(palette: str, settings: Settings) -> None:
    whole = audition_plan(Audition(preset=f"palettes/{palette}", seconds=4.0), preset_folders())
    layers = tuple(sound for sound in whole.sounds if sound.kind == "layers")
    plan = calibrated(replace(whole, sounds=layers), settings)
    parts = {sound.name: render_part(sound, settings.parts()).part for sound in plan.sounds}
    stereo = np.concatenate([programme_of(stems) for stems in mix(plan, parts)], axis=1)
    mono = stereo.mean(axis=0, keepdims=True).repeat(2, axis=0)
    assert loudness(stereo) - loudness(mono) < 3.0
    lows = signal.sosfilt(signal.butter(6, 80.0, "lowpass", fs=48_000, output="sos"), stereo)
    assert np.std(lows[0] - lows[1]) < 0.3 * np.std(lows[0] + lows[1])
