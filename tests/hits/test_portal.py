"""Portals: they draw in, open and turn around the listener."""

from __future__ import annotations

import numpy as np

from soundscape.contract import Hit
from soundscape.hits import portal
from tests import descriptors
from tests.hits.rendering import RATE, centroid_hz, make


def test_it_draws_in_before_it_opens() -> None:
    hit = make("portal", suck=1.0)
    parts = np.array_split(hit.audio[:, : hit.sync], 5, axis=1)
    levels = [descriptors.rms_db(part, RATE) for part in parts]
    colours = [centroid_hz(Hit(part, 0)) for part in parts]
    assert levels == sorted(levels)
    assert colours[-1] > 3.0 * colours[0]


def test_the_breath_before_it_is_as_long_as_it_says() -> None:
    assert make("portal", suck=0.0).sync == round(0.2 * RATE)
    assert make("portal", suck=1.0).sync == RATE


def test_the_sides_change_as_it_turns() -> None:
    hit = make("portal", size=1.0)
    parts = np.array_split(hit.audio[:, hit.sync : hit.sync + 3 * RATE], 12, axis=1)
    balances = [descriptors.balance_db(part, RATE) for part in parts]
    assert max(balances) - min(balances) > 4.0


def test_it_rings_on_for_seconds() -> None:
    hit = make("portal", size=0.8)
    assert hit.audio.shape[1] - hit.sync > 2 * RATE


def test_glides_part_as_it_opens_and_meet_as_it_closes() -> None:
    spread = {}
    for way in ("open", "close"):
        params = portal.Params(way=way)
        glides = portal._glides(3 * RATE, RATE, np.random.default_rng(2), params, 1.0, 1.8)
        early, late = glides[:, RATE // 2 : RATE], glides[:, 3 * RATE // 2 : 2 * RATE]
        spread[way] = [
            np.ptp(frequency[density > 1e-3 * density.max()])
            for frequency, density in (descriptors.spectrum(part, RATE) for part in (early, late))
        ]
    assert spread["open"][1] > 2.0 * spread["open"][0]
    assert spread["close"][0] > 2.0 * spread["close"][1]


def test_a_door_that_slams_leaves_little_but_the_room() -> None:
    falls = {}
    for way in ("open", "close"):
        hit = make("portal", way=way)
        level = descriptors.levels_db(hit.audio[:, hit.sync :], RATE, frame_s=0.1)
        falls[way] = level[:2].max() - level[8]
    assert falls["close"] > falls["open"] + 6.0
