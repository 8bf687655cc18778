"""Winding: as many clicks as teeth, in turns, harder and slower as the spring tightens."""

from __future__ import annotations

import numpy as np
import pytest

from soundscape.hits.wind_up import Params, _clicks
from soundscape.rng import Seed
from tests import descriptors
from tests.hits.rendering import RATE, centroid_hz, make


def clicks(**changes: float) -> tuple[np.ndarray, list[tuple[float, float]]]:
    return _clicks(Params(**changes), Seed(3).generator())


@pytest.mark.parametrize(("turns", "teeth"), [(1, 3), (4, 10), (12, 30)])
def test_every_turn_passes_its_teeth(turns: int, teeth: int) -> None:
    times, spans = clicks(turns=turns, clicks=teeth)
    assert len(times) == turns * teeth
    assert len(spans) == turns
    assert (np.diff(times) >= 0.0).all()


def test_the_hand_pauses_between_turns_and_slows_under_tension() -> None:
    times, spans = clicks(turns=5, clicks=12)
    gaps = np.diff(times)
    assert np.count_nonzero(gaps > 0.15) == 4
    lengths = [end - start for start, end in spans]
    assert lengths[-1] > 1.25 * lengths[0]


def test_clicks_run_at_the_pace_of_ratchets() -> None:
    times, _ = clicks()
    gaps = np.diff(times)
    assert 8.0 <= 1.0 / np.median(gaps[gaps < 0.15]) <= 40.0


def test_clicks_grow_harder_and_brighter() -> None:
    hit = make("wind_up", creak=0.0)
    fifth = hit.sync // 5
    first, last = hit.audio[:, :fifth], hit.audio[:, hit.sync - fifth : hit.sync + RATE // 20]
    assert np.abs(last).max() > 2.0 * np.abs(first).max()
    assert descriptors.centroid_hz(last, RATE) > descriptors.centroid_hz(first, RATE)


def test_it_can_be_counted_in_the_sound() -> None:
    hit = make("wind_up", creak=0.0, turns=2, clicks=6, size=1.0)
    rate = descriptors.events_per_s(hit.audio, RATE)
    assert 8 <= rate * hit.audio.shape[1] / RATE <= 26


def test_a_winch_is_deeper_than_a_clock_and_a_clock_than_a_music_box() -> None:
    box, clock, winch = (centroid_hz(make("wind_up", material=name)) for name in ("music box", "clock", "winch"))
    assert winch < 0.7 * clock < 0.7 * box
