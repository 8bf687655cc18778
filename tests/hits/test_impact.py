"""Impacts: materials are told apart by damping and colour, as listeners tell them."""

from __future__ import annotations

import numpy as np
import pytest

from soundscape.dsp.modal import material_t60_s, ring
from soundscape.hits.impact import MATERIALS
from tests import descriptors
from tests.hits.rendering import RATE, SEED, centroid_hz, length_s, loudest_db, make, render


def test_a_ring_falls_by_60_db_in_its_t60_and_sounds_at_its_pitch() -> None:
    out = np.zeros((2, 2 * RATE), np.float32)
    ring(out, RATE, frequency_hz=997.0, t60_s=1.5, gain=0.5)
    levels = descriptors.levels_db(out[:, :RATE], RATE, frame_s=0.05)
    assert np.polyfit(np.arange(20) * 0.05, levels, 1)[0] == pytest.approx(-40.0, rel=0.01)
    exact = (
        0.5 * 10.0 ** (-3.0 * np.arange(RATE) / (1.5 * RATE)) * np.sin(2 * np.pi * 997.0 * np.arange(RATE) / RATE)
    )
    assert np.abs(out[0, :RATE] - exact).max() < 1e-4


def test_rings_above_the_band_are_left_out_and_late_ones_cut_off() -> None:
    out = np.zeros((2, 1000), np.float32)
    ring(out, RATE, start=[0, 2000, 990], frequency_hz=[23_000.0, 500.0, 500.0], t60_s=1.0, gain=1.0)
    assert not out[:, :990].any()
    assert out[:, 990:].any()


def test_panned_rings_keep_their_power() -> None:
    power = []
    for pan in (-1.0, 0.0, 0.4):
        out = np.zeros((2, RATE), np.float32)
        ring(out, RATE, frequency_hz=440.0, t60_s=0.5, gain=1.0, pan=pan)
        power.append(float(np.sum(out**2)))
    assert power == pytest.approx([power[0]] * 3, rel=1e-3)


def test_loss_angle_gives_the_published_decay() -> None:
    # 1 / tau = pi f tan(phi), T60 = 6.91 tau.
    assert material_t60_s(1_000.0, 0.01) == pytest.approx(6.9078 / (np.pi * 1_000.0 * 0.01), rel=1e-4)


def test_materials_ring_in_the_order_of_their_damping() -> None:
    lengths = {name: length_s(make("impact", material=name, debris=0.0)) for name in MATERIALS}
    assert lengths["crystal"] > lengths["metal"] > lengths["wood"] > lengths["body"]
    assert lengths["metal"] > 2.0 * lengths["stone"]


def test_colours_lie_where_such_hits_were_measured() -> None:
    colour = {
        name: np.mean([centroid_hz(make("impact", material=name, seed=s, debris=0.0)) for s in range(4)])
        for name in MATERIALS
    }
    assert 400.0 <= colour["metal"] <= 2_500.0
    assert colour["crystal"] > 1.5 * colour["metal"]
    assert colour["body"] < colour["wood"] < colour["crystal"]


def test_every_blow_on_the_same_body_differs() -> None:
    blows = [make("impact", seed=SEED + index).audio[0, : RATE // 2] for index in range(5)]
    likeness = np.corrcoef(blows) - np.eye(5)
    assert np.abs(likeness).max() < 0.9


def test_debris_follows_the_blow() -> None:
    bare, full = (make("impact", debris=value) for value in (0.0, 1.0))
    late = slice(round(0.3 * RATE), round(1.0 * RATE))
    assert np.sum(full.audio[:, late] ** 2) > np.sum(bare.audio[:, late] ** 2)
    assert loudest_db(full) == pytest.approx(loudest_db(bare), abs=3.0)


def test_glass_breaks_as_measured_glass_does() -> None:
    """Seven recordings: attack within 5 ms, 110 to 680 ms down to -20 dB, centroid 4.8 to 9.2 kHz."""
    for seed in range(3):
        hit = render("glass-breaks", seed=seed)
        assert np.abs(hit.audio).max(axis=0).argmax() <= 0.005 * RATE
        assert 0.11 <= length_s(hit, down_db=20.0) <= 0.68
        assert 4_800.0 <= centroid_hz(hit) <= 9_200.0
