"""Levels of a blend against those asked for, and those of layers made of one from seed to seed."""

from __future__ import annotations

import numpy as np
import pytest

from soundscape.audio import Audio
from soundscape.contract import ControlBlock, neutral
from soundscape.dsp.blend import LEVEL_LUFS, Part, Voice, blend
from tests import descriptors
from tests.layers.rendering import RATE, render


class _Noise:
    def __init__(self, level: float) -> None:
        self._rng, self._level = np.random.default_rng(1), level

    def run(self, block: ControlBlock) -> Audio:
        return self._level * self._rng.standard_normal((2, block.frames)).astype(np.float32)


@pytest.mark.parametrize("raw", [0.001, 5.0])
def test_parts_come_out_at_the_levels_and_the_loudness_asked_for(raw: float) -> None:
    def loud(first_db: float, second_db: float) -> float:
        def parts() -> list[tuple[float | None, Part]]:
            return [(first_db, _Noise(0.1)), (second_db, _Noise(raw))]

        audio = np.concatenate(list(blend(parts, neutral(750), RATE, Voice())), axis=1)
        return descriptors.loudness_lufs(audio, RATE)

    assert loud(0.0, -90.0) == pytest.approx(LEVEL_LUFS, abs=0.3)
    assert loud(0.0, 6.0) == pytest.approx(LEVEL_LUFS, abs=0.3)


@pytest.mark.parametrize("preset", ["mantel-clock", "steam-spit", "power-station", "pipes"])
def test_what_is_steady_is_as_loud_with_every_seed(preset: str) -> None:
    loudness = [descriptors.loudness_lufs(render(preset, 20.0, seed=seed), RATE) for seed in range(8)]
    assert np.ptp(loudness) < 2.0


def test_a_rare_loud_blow_does_not_turn_the_rest_down() -> None:
    def rms(blow: float) -> float:
        class Struck(_Noise):
            def run(self, block: ControlBlock) -> Audio:
                audio = super().run(block)
                audio[:, 0] += blow
                return audio

        audio = np.concatenate(list(blend(lambda: [(0.0, Struck(0.1))], neutral(750), RATE, Voice())), axis=1)
        return float(np.sqrt(np.median(audio**2)))

    assert rms(1.0) == pytest.approx(rms(0.0), rel=0.1)
