"""Winding: as many clicks as teeth, in turns, harder and slower as the spring tightens."""

from __future__ import annotations

import numpy as np
import pytest

from soundscape.hits.wind_up import Params, Turn, _turns
from soundscape.rng import Seed
from tests import descriptors
from tests.hits.rendering import RATE, centroid_hz, make


def turns_of(seed: int = 3, **changes: float) -> list[Turn]:
    return _turns(Params(**changes), Seed(seed).generator())


@pytest.mark.parametrize(("turns", "teeth"), [(1, 3), (4, 10), (12, 30)])
def test_turns_pass_as_many_teeth_as_asked_more_or_less(turns: int, teeth: int) -> None:
    passed = np.mean(
        [[len(turn.clicks_s) for turn in turns_of(seed, turns=turns, clicks=teeth)] for seed in range(9)]
    )
    assert passed == pytest.approx(teeth, rel=0.15)
    found = turns_of(turns=turns, clicks=teeth)
    assert len(found) == turns
    assert (np.diff(np.concatenate([turn.clicks_s for turn in found])) >= 0.0).all()


def test_no_two_turns_are_alike_and_the_hand_slows_under_tension() -> None:
    hand = [turns_of(seed, turns=5, clicks=12) for seed in range(12)]
    teeth = np.array([[len(turn.clicks_s) for turn in turns] for turns in hand])
    gap_s = np.array([[np.ptp(turn.clicks_s) / (len(turn.clicks_s) - 1) for turn in turns] for turns in hand])
    assert np.median(np.std(teeth, axis=1)) >= 1.0
    assert gap_s[:, -1].mean() > 1.3 * gap_s[:, 0].mean()
    pauses_s = np.array([[turn.grip_s - turn.clicks_s[-1] for turn in turns[:-1]] for turns in hand])
    assert 0.15 <= pauses_s.min() < 0.8 * pauses_s.max() <= 0.8


def test_clicks_run_at_the_pace_of_ratchets() -> None:
    gaps = np.concatenate([np.diff(turn.clicks_s) for turn in turns_of()])
    assert 8.0 <= 1.0 / np.median(gaps) <= 40.0
    assert 0.15 <= np.std(gaps) / np.mean(gaps) <= 0.9


def test_clicks_grow_harder_and_brighter() -> None:
    harder, brighter = [], []
    for seed in range(4):
        hit = make("wind_up", creak=0.0, seed=seed)
        fifth = hit.sync // 5
        first, last = hit.audio[:, :fifth], hit.audio[:, hit.sync - fifth : hit.sync + RATE // 20]
        harder.append(np.abs(last).max() / np.abs(first).max())
        brighter.append(descriptors.centroid_hz(last, RATE) / descriptors.centroid_hz(first, RATE))
    assert np.median(harder) > 2.0
    # Each click meets the works elsewhere: one by one they may be duller.
    assert np.mean(brighter) > 1.05


def test_it_can_be_counted_in_the_sound() -> None:
    hit = make("wind_up", creak=0.0, turns=2, clicks=6, size=1.0)
    rate = descriptors.events_per_s(hit.audio, RATE)
    # Each tooth is slid over and fallen into; the key rattles and the wheel settles between the turns.
    assert 8 <= rate * hit.audio.shape[1] / RATE <= 30


def test_a_winch_is_deeper_than_a_clock_and_a_clock_than_a_music_box() -> None:
    box, clock, winch = (centroid_hz(make("wind_up", material=name)) for name in ("music box", "clock", "winch"))
    assert winch < 0.7 * clock < 0.7 * box


def test_the_comb_of_a_music_box_rings_along() -> None:
    hit = make("wind_up", creak=0.0)
    after = hit.audio[:, hit.sync + RATE // 5 : hit.sync + RATE // 2]
    last = hit.audio[:, hit.sync : hit.sync + RATE // 50]
    assert -60.0 <= descriptors.rms_db(after, RATE) - descriptors.rms_db(last, RATE) <= -20.0
    assert descriptors.tonal_fraction(after, RATE) >= 0.5
