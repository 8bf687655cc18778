"""Stick-slip in slow time against what its equation says: growth, limit, the way around; and as a bank plays it."""

from __future__ import annotations

import numpy as np
import pytest

from soundscape.contract import TICK
from soundscape.dsp.modalbank import Doublets, ModalBank
from soundscape.dsp.stickslip import StickSlip
from tests.layers.rendering import RATE, ticks

TICK_S = TICK / RATE


def friction(*, beat_hz: float = 1e-9, t60_s: float = 20.0, modes: int = 1) -> StickSlip:
    hz = 225.0 * np.array([[1.0, 1.99, 3.22]])[:, :modes]
    return StickSlip(
        RATE,
        7,
        Doublets(frequency_hz=hz, beat_hz=np.full_like(hz, beat_hz), t60_s=np.full_like(hz, t60_s)),
        diameters=np.arange(2, 2 + modes),
    )


def rubbed(
    slip: StickSlip, seconds: float, *, grip: float, speed: float = 1.0, turns_hz: float = 0.0
) -> tuple[np.ndarray, np.ndarray]:
    count = ticks(seconds)
    angle = 2.0 * np.pi * turns_hz * TICK_S * np.arange(count)[:, None]
    grips = np.full((count, 1, slip._diameters.size), grip)
    return slip.advance(grips, np.full((count, 1), speed), angle)


def amplitudes(slip: StickSlip, seconds: float, **how: float) -> np.ndarray:
    """Amplitudes of both partners of the lowest mode over time, `(ticks, 2)`, tick by tick."""
    found = []
    for tick in range(ticks(seconds)):
        angle = np.full((1, 1), 2.0 * np.pi * how["turns_hz"] * TICK_S * tick)
        slip.advance(np.full((1, 1, 1), how["grip"]), np.ones((1, 1)), angle)
        found.append(np.abs(slip._state[:, 0, 0]))
    return np.array(found)


def test_a_song_grows_at_the_rate_by_which_friction_exceeds_decay_and_ends_where_the_rim_is_as_fast() -> None:
    grip, t60_s = 4.0, 10.0
    loss = np.log(1_000.0) / t60_s
    _, swing = rubbed(friction(t60_s=t60_s), 12.0, grip=grip)
    growing = (swing[:, 0] > 0.03) & (swing[:, 0] < 0.2)
    rate = np.polyfit(np.flatnonzero(growing) * TICK_S, np.log(swing[growing, 0]), 1)[0]
    assert rate == pytest.approx(grip - loss, rel=0.05)
    # da/dt = (g (1 - a²) - loss) a is 0 at a = sqrt(1 - loss / g).
    assert swing[-200:].mean() == pytest.approx(np.sqrt(1.0 - loss / grip), rel=0.01)


def test_it_takes_seconds_and_the_harder_pressed_the_fewer() -> None:
    onsets = [np.argmax(rubbed(friction(), 15.0, grip=grip)[1][:, 0] > 0.7) * TICK_S for grip in (2.0, 4.0, 8.0)]
    assert onsets[0] > onsets[1] > onsets[2] > 0.5
    assert onsets[0] < 6.0


def test_a_faster_mallet_makes_it_louder_in_proportion() -> None:
    def loudness(speed: float) -> float:
        slip = friction()
        rubbed(slip, 10.0, grip=4.0, speed=speed)
        return float(np.abs(slip._state[0, 0, 0]))

    assert loudness(2.0) / loudness(0.5) == pytest.approx(4.0, rel=0.02)


def test_a_mallet_too_weak_for_the_losses_makes_no_song() -> None:
    _, swing = rubbed(friction(t60_s=2.0), 10.0, grip=2.0)
    assert swing.max() < 0.05


def test_the_nodes_of_a_round_bowl_go_around_with_the_mallet() -> None:
    found = amplitudes(friction(t60_s=2.0), 14.0, grip=12.0, turns_hz=0.4)[-ticks(6.0) :]
    # Of |cos jθ| with j = 2 there are four maxima a round, at one place of the rim.
    for partner in found.T:
        spectrum = np.abs(np.fft.rfft((partner - partner.mean()) * np.hanning(len(partner))))
        assert np.fft.rfftfreq(len(partner), TICK_S)[np.argmax(spectrum)] == pytest.approx(4 * 0.4, abs=0.1)
    assert np.corrcoef(found.T)[0, 1] < -0.5  # where one is strong the other is weak


def test_modes_share_one_limit() -> None:
    slip = friction(modes=3)
    _, swing = rubbed(slip, 20.0, grip=4.0, turns_hz=0.7)
    assert 0.5 < swing[-400:].mean() < 1.2


def test_where_nothing_touches_nothing_is_added_and_the_song_decays() -> None:
    slip = friction(t60_s=6.0)
    rubbed(slip, 8.0, grip=5.0)
    before = np.abs(slip._state[0, 0, 0])
    kicks, swing = rubbed(slip, 2.0, grip=0.0)
    assert not kicks.any() and not swing.any()
    assert np.abs(slip._state[0, 0, 0]) / before == pytest.approx(10.0 ** (-3.0 * 2.0 / 6.0), rel=0.02)


def test_a_rim_that_swings_faster_than_its_mallet_is_braked() -> None:
    slip = friction(t60_s=60.0)
    rubbed(slip, 8.0, grip=5.0, speed=1.0)
    _, swing = rubbed(slip, 3.0, grip=5.0, speed=0.4)
    assert swing[0, 0] > 2.0
    assert swing[-1, 0] < 1.05


def test_blocks_of_any_length_give_the_same() -> None:
    whole, parts = friction(modes=3, beat_hz=2.0), friction(modes=3, beat_hz=2.0)
    count = 300
    grip, speed = np.full((count, 1, 3), 5.0), np.ones((count, 1))
    angle = 0.02 * np.arange(count)[:, None]
    wanted, _ = whole.advance(grip, speed, angle)
    cuts = [slice(0, 1), slice(1, 64), slice(64, 200), slice(200, count)]
    found = np.concatenate([parts.advance(grip[cut], speed[cut], angle[cut])[0] for cut in cuts])
    assert np.array_equal(wanted, found)


def test_a_bank_of_the_same_modes_swings_as_slow_time_says() -> None:
    slip, count = friction(t60_s=8.0), ticks(8.0)
    kicks, _ = rubbed(slip, 8.0, grip=6.0)
    one = np.ones(1)
    doublets = Doublets(frequency_hz=225.0 * one, beat_hz=1e-9 * one, t60_s=8.0 * one)
    bank = ModalBank(RATE, 1, doublets, gain=one, pan=np.zeros((2, 1)))
    out, bow, tilt = (
        np.zeros((2, count * TICK), np.float32),
        np.zeros((count, 1), np.float32),
        np.ones((count + 1, 1), np.float32),
    )
    bank.add(out, at=np.arange(count), kicks=kicks, bow=bow, tilt=tilt)
    end = np.abs(slip._state[:, 0, 0]).sum()
    assert np.abs(out[0, -RATE // 4 :]).max() == pytest.approx(end, rel=0.03)
