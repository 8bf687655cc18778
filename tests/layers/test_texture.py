"""Every layer is clear of the toys: noise of its own spectrum, and that noise under a sine.

Statistics of cochlear envelopes (tests/texture.py) of one preset of each; a layer lies on the side of the toys on
which recordings of its class lie: gusts are slow and move bands together, events are skewed.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from tests import texture
from tests.layers.rendering import LAYERS, RATE, presets_of, render

SECONDS = 8.0
CLEAR = 2.0
"""Times the distance of two runs of one noise."""
GUSTS = ("wind", "dust", "cave", "thunder", "creature")
"""Slow, and bands move together."""
EVENTS = ("clockwork", "data", "debris", "drips", "electricity", "fire", "footsteps", "rain", "sand", "servos")
"""Envelopes rise more often far above their mean than below it."""
LINES = ("crystal", "freeze", "shimmer", "singing_bowls", "dream")
"""Beats of few lines: two noises of such a spectrum are themselves unlike."""


Statistics = dict[str, np.ndarray]


@cache
def measured(layer: str) -> tuple[Statistics, Statistics, Statistics, Statistics]:
    """Statistics of a layer, of noise of its spectrum twice, and of that noise under a sine."""
    audio = render(presets_of(layer)[0].name, SECONDS)
    rng = np.random.default_rng(1)
    toy = texture.noise_like(audio, rng)
    sounds = (audio, toy, texture.noise_like(audio, rng), texture.swayed(toy, RATE))
    own, noise, again, swayed = (texture.statistics(sound, RATE) for sound in sounds)
    return own, noise, again, swayed


@pytest.mark.parametrize("layer", LAYERS)
def test_it_is_clear_of_noise_and_of_noise_that_sways(layer: str) -> None:
    own, noise, again, swayed = measured(layer)
    scatter = texture.distance(noise, again)
    assert texture.distance(own, noise) > CLEAR * scatter
    assert texture.distance(own, swayed) > CLEAR * scatter


@pytest.mark.parametrize("layer", GUSTS)
def test_gusts_are_slow_and_move_bands_together(layer: str) -> None:
    own, noise, *_ = measured(layer)
    assert texture.slow_share(own) > 1.8 * texture.slow_share(noise)
    assert texture.together(own) > texture.together(noise) + 0.1


@pytest.mark.parametrize("layer", EVENTS)
def test_events_stand_out_of_their_envelopes(layer: str) -> None:
    own, noise, *_ = measured(layer)
    assert own["skew"].mean() > noise["skew"].mean() + 0.4
    assert own["variation"].mean() > 1.1 * noise["variation"].mean()


@pytest.mark.parametrize("layer", sorted(set(LAYERS) - set(LINES)))
def test_bands_move_neither_alone_nor_all_as_one(layer: str) -> None:
    own, *_ = measured(layer)
    assert -0.05 < texture.together(own) < 0.9


def test_statistics_of_noise_are_those_of_noise_and_a_sine_is_found_at_its_rate() -> None:
    rng = np.random.default_rng(2)
    noise = rng.standard_normal((2, 10 * RATE))
    found = texture.statistics(noise, RATE)
    assert abs(texture.together(found)) < 0.03
    # The compressed envelope of a Gaussian band: Rayleigh to the power 0.3 varies by 0.16.
    assert np.median(found["variation"]) == pytest.approx(0.157, abs=0.01)
    swayed = texture.statistics(texture.swayed(noise, RATE, rate_hz=2.0, depth_db=6.0), RATE)
    strongest = texture.RATES_HZ[np.argmax((swayed["modulation"] - found["modulation"]).mean(axis=0))]
    assert strongest == pytest.approx(2.0, rel=0.45)
    assert texture.together(swayed) > 0.4
