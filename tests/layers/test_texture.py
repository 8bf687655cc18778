"""Every layer is clear of the toys: noise of its own spectrum, that noise under a sine, and value noise on a filter.

Statistics of cochlear envelopes (tests/texture.py) of one preset of each; a layer lies on the side of the toys on
which recordings of its class lie: gusts are slow and move bands together, events are skewed.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from tests import texture
from tests.layers.rendering import LAYERS, RATE, presets_of, render

SECONDS, SEEDS = 12.0, (1, 2)
CLEAR = 2.0
"""Spreads of a few seeds, least distance of a layer from each toy; a toy is some 1 from its like."""
NEARER = {"singing_bowls": 1.3, "sea": 1.8}
"""In so few seconds a bowl is struck once or twice, and one wave comes in: seeds are unlike."""
GUSTS = ("wind", "dust", "cave", "thunder", "creature")
"""Slow, and bands move together."""
EVENTS = ("clockwork", "data", "debris", "drips", "electricity", "fire", "footsteps", "rain", "sand", "servos")
"""Envelopes rise more often far above their mean than below it."""
LINES = ("crystal", "freeze", "shimmer", "singing_bowls", "dream")
"""Beats of few lines: two noises of such a spectrum are themselves unlike."""


Statistics = dict[str, np.ndarray]


@cache
def measured(layer: str) -> dict[str, list[Statistics]]:
    """Statistics of a layer and of its three toys, one of each for every seed."""
    found: dict[str, list[Statistics]] = {"own": [], "noise": [], "swayed": [], "moved": []}
    for seed in SEEDS:
        own = render(presets_of(layer)[0].name, SECONDS, seed=seed).mean(axis=0, keepdims=True)
        rng = np.random.default_rng(seed)
        noise = texture.noise_like(own, RATE, rng)
        toys = {"noise": noise, "swayed": texture.swayed(noise, RATE), "moved": texture.moved(own, RATE, rng)}
        for name, sound in ({"own": own} | toys).items():
            found[name].append(texture.statistics(sound, RATE))
    return found


@pytest.mark.parametrize("layer", LAYERS)
def test_it_is_clear_of_every_toy(layer: str) -> None:
    found = {name: [texture.vector(each) for each in all_] for name, all_ in measured(layer).items()}
    own = found.pop("own")
    margins = {name: texture.margin(own, toy) for name, toy in found.items()}
    assert min(margins.values()) > NEARER.get(layer, CLEAR), margins


@pytest.mark.parametrize("layer", GUSTS)
def test_gusts_are_slow_and_move_bands_together(layer: str) -> None:
    for own, noise in zip(*(measured(layer)[name] for name in ("own", "noise")), strict=True):
        assert texture.slow_share(own) > 1.4 * texture.slow_share(noise)
        assert texture.together(own) > texture.together(noise) + 0.1


@pytest.mark.parametrize("layer", EVENTS)
def test_events_stand_out_of_their_envelopes(layer: str) -> None:
    for own, noise in zip(*(measured(layer)[name] for name in ("own", "noise")), strict=True):
        assert own["skew"].mean() > noise["skew"].mean() + 0.4
        assert own["variation"].mean() > 1.1 * noise["variation"].mean()


@pytest.mark.parametrize("layer", sorted(set(LAYERS) - set(LINES)))
def test_bands_move_neither_alone_nor_all_as_one(layer: str) -> None:
    for own in measured(layer)["own"]:
        assert -0.05 < texture.together(own) < 0.9


def test_a_toy_is_not_clear_of_its_like() -> None:
    rng = np.random.default_rng(3)
    white = rng.standard_normal((1, 12 * RATE))
    first, other = (
        [texture.vector(texture.statistics(texture.moved(white, RATE, rng), RATE)) for _ in SEEDS] for _ in range(2)
    )
    assert texture.margin(first, other) < CLEAR


def test_statistics_of_noise_are_those_of_noise_and_a_sine_is_found_at_its_rate() -> None:
    rng = np.random.default_rng(2)
    noise = rng.standard_normal((2, 10 * RATE))
    found = texture.statistics(noise, RATE)
    assert abs(texture.together(found)) < 0.03
    assert np.abs(np.diagonal(found["motion_correlation"], 8, 1, 2).mean(axis=1)).max() < 0.1
    # A Rayleigh envelope to the power 0.3 varies by 0.176, less what its own band rounds.
    assert np.median(found["variation"]) == pytest.approx(0.17, abs=0.01)
    swayed = texture.statistics(texture.swayed(noise, RATE, rate_hz=3.0, depth_db=6.0), RATE)
    strongest = texture.RATES_HZ[np.argmax((swayed["modulation"] - found["modulation"]).mean(axis=0))]
    assert strongest == pytest.approx(3.0, rel=0.45)
    assert texture.together(swayed) > 0.4
    # All bands share the sine, and nothing else.
    together = np.diagonal(swayed["motion_correlation"], 8, 1, 2).mean(axis=1)
    assert together[0] > 0.8 and abs(together[-1]) < 0.1
