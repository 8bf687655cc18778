from __future__ import annotations

import numpy as np
import pytest

from soundscape.audio import Audio
from soundscape.mastering.health import Health, Inspector

RATE = 8_000


def inspected(audio: Audio, *, block: int = 3_001) -> Health:
    inspector = Inspector(RATE, audio.shape[0])
    for at in range(0, audio.shape[1], block):
        inspector.push(audio[:, at : at + block])
    return inspector.result()


def noise(seconds: int = 10, seed: int = 1) -> np.ndarray:
    return (np.random.default_rng(seed).normal(size=seconds * RATE) * 0.1).astype(np.float32)


@pytest.mark.parametrize(
    ("right", "correlation", "loss_db"),
    [(noise(), 1.0, -3.01), (-noise(), -1.0, 120.0), (noise(seed=2), 0.0, 0.0)],
)
def test_correlation_and_what_mono_loses(right: np.ndarray, correlation: float, loss_db: float) -> None:
    found = inspected(np.stack([noise(), right]))
    assert found.correlation == pytest.approx(correlation, abs=0.02)
    assert found.fold_loss_db == pytest.approx(loss_db, abs=0.1)


def test_a_few_seconds_in_opposite_phase_are_found() -> None:
    right = noise(20)
    right[8 * RATE : 12 * RATE] *= -1.0
    found = inspected(np.stack([noise(20), right]))
    assert found.correlation is not None
    assert found.correlation > 0.5
    assert found.lowest_correlation == pytest.approx(-1.0, abs=0.01)
    assert any("correlation" in warning for warning in found.warnings)


def test_only_runs_at_full_scale_are_clips() -> None:
    audio = noise()[None].copy()
    audio[0, 100:102] = 1.0
    audio[0, 200:203] = -1.0
    audio[0, 300:320] = 1.0
    audio[0, 400:420] = 0.5
    assert inspected(audio).clipped_runs == 2


def test_blocks_of_any_size_find_the_same() -> None:
    audio = np.stack([noise(), noise(seed=2)])
    audio[:, 2_999:3_005] = 1.0
    assert inspected(audio) == inspected(audio, block=97) == inspected(audio, block=10**6)


def test_silence_and_mono_have_no_correlation() -> None:
    silent = inspected(np.zeros((2, RATE), np.float32))
    assert (silent.correlation, silent.offset_dbfs, silent.fold_loss_db) == (None, None, None)
    assert inspected(noise()[None]).correlation is None
    assert silent.warnings == ()
