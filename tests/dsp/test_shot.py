"""The end of a one-shot: silence after what has died, and a slow hand on what has not."""

from __future__ import annotations

import numpy as np

from soundscape.contract import Hit
from soundscape.dsp.shot import FADE_S, LONGEST_FADE_S, finish

RATE = 48_000


def finished(fall_db_s: float) -> Hit:
    time = np.arange(2 * RATE) / RATE
    tone = np.sin(2.0 * np.pi * 440.0 * time) * 10.0 ** (-fall_db_s * time / 20.0)
    audio = np.repeat(tone[None].astype(np.float32), 2, axis=0)
    return finish(audio, RATE, sync=0, intensity=1.0, size=1.0, distance=0.0)


def peak_db(hit: Hit, end_s: float) -> float:
    """Peak of the ten milliseconds that begin so long before the end, against the whole."""
    start = hit.audio.shape[1] - round(end_s * RATE)
    part = hit.audio[:, start : start + RATE // 100]
    return float(20.0 * np.log10(np.abs(part).max() / np.abs(hit.audio).max()))


def test_what_has_died_ends_soon_after() -> None:
    hit = finished(100.0)
    assert hit.audio.shape[1] < 0.85 * RATE
    assert peak_db(hit, 2.0 * FADE_S) < -70.0


def test_what_has_not_died_when_its_frames_run_out_is_let_go_more_slowly() -> None:
    hit = finished(15.0)
    assert hit.audio.shape[1] == 2 * RATE
    assert peak_db(hit, 0.03) < -45.0
    assert peak_db(hit, LONGEST_FADE_S) > -29.0
