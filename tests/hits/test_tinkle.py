"""Tinkles: clinks that thin out, each its own, of things that keep their pitches."""

from __future__ import annotations

import numpy as np
import pytest

from soundscape.dsp.handful import MATERIALS, clinks
from soundscape.rng import Seed
from tests import descriptors
from tests.hits.rendering import RATE, centroid_hz, length_s, make


def test_clinks_come_thick_at_first_and_thin_out() -> None:
    times, force = clinks(Seed(1).generator(), per_s=400.0, fall_s=1.0)
    counts = np.histogram(times, [0.0, 0.5, 1.0, 1.5])[0]
    assert counts[0] == pytest.approx(400.0 * (1.0 - np.exp(-0.5)), rel=0.2)
    assert counts[:-1] / counts[1:] == pytest.approx(np.exp(0.5), rel=0.25)
    assert np.mean(force[times < 0.5]) > 1.5 * np.mean(force[times > 1.5])


def test_its_level_falls_while_it_goes_on() -> None:
    audio = make("tinkle", length=3.0, things=20).audio
    early, late = (descriptors.rms_db(audio[:, a * RATE : (a + 1) * RATE], RATE) for a in (0, 2))
    assert early > late + 10.0


@pytest.mark.parametrize("material", sorted(MATERIALS))
def test_it_is_as_high_as_small_hard_things_are(material: str) -> None:
    assert 2_500.0 <= centroid_hz(make("tinkle", material=material)) <= 9_200.0


def test_a_chandelier_rings_longer_than_coins() -> None:
    coins, glass = (make("tinkle", material=name, length=0.2, things=2) for name in ("coins", "chandelier"))
    assert length_s(glass) > 1.5 * length_s(coins)


def test_its_clinks_stand_out() -> None:
    assert descriptors.kurtosis_hp100(make("tinkle").audio, RATE) > 8.0


def test_few_things_have_few_pitches() -> None:
    def lines(things: int) -> int:
        _, density = descriptors.spectrum(make("tinkle", things=things, length=1.5).audio, RATE)
        return int(np.count_nonzero(density > 0.02 * density.max()))

    assert lines(2) < 0.6 * lines(40)
